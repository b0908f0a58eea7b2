"""What each slider of a claim can move, alone: one uncertainty at a time, at both ends, over the same draws.

`reach.json` beside the scenario holds it for every claim; `tools/reach.py` writes it. A slider that moves nothing there
is shown with the reason and cannot be moved. What was made with another model, scenario or posterior is not used: every
slider is then offered, and the page says after a move whether it moved anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.app.claims.runs import ClaimRun, parameters_of, same_prior
from forbear.app.claims.scale import Shares
from forbear.app.country import BLOCK
from forbear.app.densities import LEAST, MOST
from forbear.app.laboratory.stored import stamp
from forbear.app.state import State
from forbear.errors import FileError
from forbear.files import read_json, write_json
from forbear.questions.answers import Answers
from forbear.questions.regions import region_shares, sides
from forbear.questions.stamps import posterior_numbers, question_asked
from forbear.scenario.casefiles.policies import load_claims
from forbear.scenario.reading.chain import library_names

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.scenario.casefiles.policies import Claim

__all__ = ["FILE", "Reach", "current", "made", "made_of", "measured", "place_of", "reach_of", "written"]

FILE = "reach.json"
FORMAT = 1


@dataclass(frozen=True)
class Reach:
    """What one slider moves, alone.

    histories: how many were run; moved: of these, how many come out otherwise with the slider at one of its ends;
    turned: how many change sides; ends: shares of draws in which the argument holds, neither side does, and its rival
    holds, with the slider at its low and at its high end; elsewhere: theories that it moves, looked for where it moves
    nothing in the full model."""

    histories: int
    moved: int
    turned: int
    ends: tuple[Shares, Shares]
    elsewhere: tuple[str, ...] = ()

    @property
    def idle(self) -> bool:
        """True where it moves no simulated history of any model."""
        return self.moved == 0 and not self.elsewhere


def made(country: Country) -> dict[str, Any]:
    """Hold every slider of every claim at both of its ends, over the page's first draws; plain values for the file.

    What is on file of the same model, posterior, question and sliders is taken over; where theories are others by now,
    what moves in the model itself is. Randomness: seed 1. Raises as `Country.block`.
    """
    found, (known, whole) = Answers.beside(country.scenario), _on_file(country)
    claims = {}
    for name, claim in load_claims(country.scenario, (), country.strategies).items():
        answered = found[name] if found is not None and name in found else None
        names = parameters_of(claim, answered, country.problem.priors)
        if claim.kind != "value" and names:
            asked, there = question_asked(claim, country.strategies), known.get(name, {})
            same = there.get("asked") == asked and set(names) <= set(there["sliders"])
            kept = there["sliders"] if same else {}
            kept = {n: kept[n] for n in names if n in kept and (whole or kept[n]["moved"])}
            new = measured(country, claim, [n for n in names if n not in kept]) if len(kept) < len(names) else {}
            claims[name] = {"asked": asked, "sliders": {n: kept.get(n) or new[n] for n in names}}
    return {"format": FORMAT, "made_of": made_of(country), "histories": BLOCK, "claims": claims}


def measured(country: Country, claim: Claim, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Hold each of some uncertainties at both of its ends; plain values by name. Raises as `Country.block`."""
    run = ClaimRun(0, State(country.key), country, claim=claim, pinned=())
    free = run.effect(country, 0, ())
    out = {}
    for name in names:
        ends = [run.effect(country, 0, ((name, at),)) for at in (LEAST, MOST)]
        moved = np.any([~_same(free, held) for held in ends], axis=0)
        turned = np.any([_region(claim, free) != _region(claim, held) for held in ends], axis=0)
        out[name] = {
            "moved": int(moved.sum()),
            "turned": int(turned.sum()),
            "ends": [_shares(claim, free, held) for held in ends],
            "elsewhere": [] if moved.any() else [t for t in country.theories if _moves(run, country.theories[t], name)],
        }
    return out


def _moves(run: ClaimRun, theory: Country, name: str) -> bool:
    """Whether an uncertainty moves any history of a theory."""
    if not same_prior(run.country, theory, name):
        return False
    free = run.effect(theory, 0, ())
    return any(not _same(free, run.effect(theory, 0, ((name, at),))).all() for at in (LEAST, MOST))


def _same(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray((one == other) | (np.isnan(one) & np.isnan(other)))


def _region(claim: Claim, effect: np.ndarray) -> np.ndarray:
    """Whose region each draw lies in: 0 the argument's, 1 its rival's, 2 neither's, 3 not judged."""
    ours, theirs = sides(claim, effect)
    return np.where(~np.isfinite(effect), 3, np.where(ours, 0, np.where(theirs, 1, 2)))


def _shares(claim: Claim, free: np.ndarray, held: np.ndarray) -> list[float]:
    """Shares of draws in which the argument holds, neither, its rival, of those that ran both ways."""
    three = region_shares(claim, held[np.isfinite(free) & np.isfinite(held)])
    return [round(share, 4) for share in (three.p_for, three.p_none, three.p_against)]


def _on_file(country: Country) -> tuple[dict[str, Any], bool]:
    """What the file beside the scenario holds by claim, empty where there is none of today's model and posterior; and
    whether it is of today's theories, too."""
    path = place_of(country)
    found = _read(path) if path is not None else None
    if found is None or any(found["made_of"].get(name) != value for name, value in stamp(country).items()):
        return {}, False
    return found["claims"], found["made_of"] == made_of(country)


def made_of(country: Country) -> dict[str, str]:
    """What the numbers follow from: model, scenario and priors in one hash, and the draws of every posterior."""
    theories = {f"theory {t}": posterior_numbers(c.posterior) for t, c in country.theories.items() if c.posterior}
    return {**stamp(country), **theories}


def written(country: Country, path: Path) -> None:
    """Write what the sliders of a country move, whole or not at all. Raises FileError E103, and as `made`."""
    write_json(path, made(country), seal=True, indent=None)
    _read.cache_clear()


def place_of(country: Country) -> Path | None:
    """Where the file of a scenario of the library stands; None for any other, which may be changed in between."""
    return Path(country.scenario.files[0]).parent / FILE if country.key in library_names() else None


def current(country: Country) -> bool:
    """True where the file is there and of this model, scenario, posteriors and claims, or there is nothing to say."""
    found = Answers.beside(country.scenario)
    for name, claim in load_claims(country.scenario, (), country.strategies).items():
        answered = found[name] if found is not None and name in found else None
        names = parameters_of(claim, answered, country.problem.priors) if claim.kind != "value" else []
        if set(names) - set(reach_of(country, claim)):
            return False
    return True


def reach_of(country: Country, claim: Claim) -> dict[str, Reach]:
    """What each slider of a claim moves over posterior draws, by name; empty where nothing of this model, scenario,
    posterior and claim is on record."""
    place = place_of(country)
    found = _read(place) if place is not None else None
    entry = found["claims"].get(claim.name) if found is not None else None
    if found is None or entry is None or entry["asked"] != question_asked(claim, country.strategies):
        return {}
    if found["made_of"] != made_of(country):
        return {}
    return {
        name: Reach(
            int(found["histories"]),
            int(row["moved"]),
            int(row["turned"]),
            (_three(row["ends"][0]), _three(row["ends"][1])),
            tuple(str(theory) for theory in row["elsewhere"]),
        )
        for name, row in entry["sliders"].items()
    }


def _three(shares: Sequence[float]) -> Shares:
    first, second, third = (float(share) for share in shares)
    return first, second, third


@lru_cache(maxsize=8)
def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = read_json(path, seal=True)
        if found["format"] != FORMAT or not isinstance(found["claims"], dict):
            return None
        return dict(found)
    except (FileError, KeyError, TypeError):
        return None  # every slider is then offered
