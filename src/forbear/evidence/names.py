"""Names of places and groups in a table, and the members of a scenario that they mean: one function for all.

A name means a member when it is that member's name (blanks written as hyphens) or title, to the letter, or where a
crosswalk says so. What is near is offered and never taken. A crosswalk may send several names to one member, split
one name between members by shares that add up to one, and send a name to "none": left out on purpose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from forbear.errors import nearest

__all__ = ["NOWHERE", "Crosswalk", "Matching", "match", "sums_in_disguise", "twins"]

#: The target of a crosswalk for what is left out on purpose.
NOWHERE = "none"
#: name -> ((member, share), ...); shares of one name add up to one.
Crosswalk = Mapping[str, tuple[tuple[str, float], ...]]
_SUMS = frozenset({"total", "all", "sum", "national", "country", "overall", "grand total", "subtotal", "whole country"})


@dataclass(frozen=True)
class Matching:
    """`found`: name -> members with shares. `unmatched`: name -> nearest member or None. `aside`: left out on purpose.
    `uncovered`: members that no name means; they are unknown, never zero."""

    found: dict[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    unmatched: dict[str, str | None] = field(default_factory=dict)
    aside: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()


def match(
    names: Iterable[str],
    members: Sequence[str],
    *,
    titles: Mapping[str, str] | None = None,
    crosswalk: Crosswalk | None = None,
) -> Matching:
    """Say which members the names of a table mean.

    Parameters
    ----------
    names : as they stand in the table; empty ones are skipped.
    members : names of the scenario along one dimension.
    titles : member -> title for people, where it has one.
    crosswalk : name -> ((member, share), ...); wins over equal names.

    Returns
    -------
    Matching
        Every name is in exactly one of `found`, `unmatched` and `aside`.
    """
    known: dict[str, str] = {}
    titled = Counter((titles or {}).values())
    for member, title in (titles or {}).items():
        if titled[title] == 1:  # a title that two members share means neither
            known[title] = member
    known.update({member: member for member in members})
    stated = dict(crosswalk or {})
    found: dict[str, tuple[tuple[str, float], ...]] = {}
    unmatched: dict[str, str | None] = {}
    aside: list[str] = []
    for name in dict.fromkeys(name for name in names if name.strip()):
        if name in stated:
            targets = tuple((member, share) for member, share in stated[name] if member != NOWHERE)
            if targets:
                found[name] = targets
            else:
                aside.append(name)
            continue
        meant = known.get(name) or known.get(name.replace(" ", "-"))
        if meant is not None and meant in members:
            found[name] = ((meant, 1.0),)
        else:
            unmatched[name] = _near(name, known)
    covered = {member for targets in [*found.values(), *stated.values()] for member, _ in targets}
    return Matching(found, unmatched, tuple(aside), tuple(m for m in members if m not in covered))


def _near(name: str, known: Mapping[str, str]) -> str | None:
    """The member most like a name, whatever its case; an offer, never an answer."""
    folded = {key.casefold().replace("-", " "): member for key, member in known.items()}
    asked = name.casefold().replace("-", " ")
    close = nearest(asked, folded)
    if close is None:  # a name cut short, or one with a word before it
        close = next((key for key in folded if len(asked) > 3 and (key.startswith(asked) or asked in key)), None)
    return folded[close] if close is not None else None


def twins(names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of names that differ only in case or blanks: one place written in two ways, most likely."""
    first: dict[str, str] = {}
    out = []
    for name in dict.fromkeys(names):
        key = "".join(name.casefold().replace("-", " ").replace("_", " ").split())
        if key in first:
            out.append((first[key], name))
        first.setdefault(key, name)
    return out


def sums_in_disguise(names: Iterable[str]) -> list[str]:
    """Names that stand for the sum of the others ("Total"): such a row would count everything twice."""
    return [name for name in dict.fromkeys(names) if name.strip().strip(":*").casefold().strip() in _SUMS]
