"""Crosswalks: what the names of a table or a map mean, where they are not the scenario's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forbear.errors import FileError
from forbear.evidence.names import NOWHERE
from forbear.evidence.tables import read_table
from forbear.faults import show
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.files import beside
from forbear.scenario.reading.locate import Path

__all__ = ["read_crosswalk", "unknown_targets"]


def read_crosswalk(document: Document, path: Path, given: object) -> dict[str, tuple[tuple[str, float], ...]]:
    """Read what the names of a table mean.

    `given` is a table { name = "member", name = { member = share, ... }, name = "none" }, or the name of a CSV beside
    the scenario with the columns `name`, `member` and, for splits, `share`. Notes E275 where shares of one name do
    not add up to one. Whether the members are members is judged where the crosswalk is used.
    """
    if given is None:
        return {}
    pairs: list[tuple[str, str, float]] = []
    if isinstance(given, str):
        place = beside(document, path, given, "a crosswalk")
        if place is None:
            return {}
        try:
            table = read_table(place, needed=("name", "member"))
        except FileError as error:
            document.faults.extend(error.faults)
            return {}
        for line, cells in table.rows:
            text = cells.get("share", "") or "1"
            share = _share(text)
            if share is None:
                document.fault("E275", f"line {line} of {given}: {text!r} is no share", path, text, "0 to 1")
                return {}
            pairs.append((cells["name"], cells["member"], share))
    elif isinstance(given, dict):
        for name, target in given.items():
            parts: Mapping[str, Any] = target if isinstance(target, dict) else {str(target): 1.0}
            for member, raw in parts.items():
                share = _share(raw)
                if share is None or not isinstance(target, (str, dict)):
                    document.fault("E275", f"{show(name)!r} has no member with a share", (*path, name), target,
                                   '"member", { member = 0.4, other = 0.6 } or "none"')  # fmt: skip
                    return {}
                pairs.append((name, member, share))
    else:
        document.fault("E203", "a crosswalk is a table or a file", path, given, '{ "name in the table" = "member" }')
        return {}
    out: dict[str, tuple[tuple[str, float], ...]] = {}
    for name, member, share in pairs:
        out[name] = (*out.get(name, ()), (member, share))
    for name, targets in out.items():
        total = sum(share for _, share in targets)
        if abs(total - 1.0) > 1e-6 or len({member for member, _ in targets}) != len(targets):
            document.fault("E275", f"the shares of {show(name)!r} add up to {total:g}, not to one", path, total, "1")
            return {}
    return out


def _share(raw: object) -> float | None:
    try:
        share = float(raw)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return share if 0.0 < share <= 1.0 and not isinstance(raw, bool) else None


def unknown_targets(crosswalk: Mapping[str, Any], members: Sequence[str]) -> list[str]:
    """Targets of a crosswalk that are no members and not "none"."""
    targets = {member for parts in crosswalk.values() for member, _ in parts}
    return sorted(targets - set(members) - {NOWHERE})
