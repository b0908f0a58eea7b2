"""What a page shows, as a piece of a URL: scenario, strategy, changed levers, since when, and the luck."""

from __future__ import annotations

import datetime
import itertools
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from forbear.app.numbers import Doubt, is_counted, read_number
from forbear.country.model import MODEL
from forbear.errors import Fault, ScenarioError, nearest

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["State", "read_state", "written"]

_DATE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?\Z")
_POINT = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2]):(-?[0-9]{1,15}(?:[.][0-9]{1,12})?(?:e[+-]?[0-9]{1,2})?)\Z")
MOST_POINTS = 60
_FIXED = ("scenario", "strategy", "from", "seed", "draws")
LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True)
class State:
    """A state of the laboratory page. changes: lever -> ("scale" | "set", number) or ("path", points), in the
    lever's own unit; a point is (month, value), and between points the path is a straight line.

    since: "" (the whole run) or a month "2004-01" from which scaled and set levers hold; draws: posterior or prior.
    """

    scenario: str
    strategy: str = "HISTORY"
    changes: tuple[tuple[str, tuple[str, Any]], ...] = ()
    since: str = ""
    seed: int = 1
    draws: str = "posterior"

    def query(self) -> str:
        """Return the state as the query of a URL; what is at rest is left out."""
        pairs: list[tuple[str, str]] = [("scenario", self.scenario)]
        if self.strategy != "HISTORY":
            pairs.append(("strategy", self.strategy))
        if self.since:
            pairs.append(("from", self.since))
        if self.seed != 1:
            pairs.append(("seed", str(self.seed)))
        if self.draws != "posterior":
            pairs.append(("draws", self.draws))
        pairs += [(key, written(how, value)) for key, (how, value) in self.changes]
        return urlencode(pairs, safe="*:,")

    def settings(self, start: datetime.date) -> dict[str, Any]:
        """Return the changes as a scenario file writes them under [levers]; a path holds from `start` on."""
        out: dict[str, Any] = {}
        for key, (how, value) in self.changes:
            if how == "path":
                points: list[list[Any]] = [[_first_of(month), v] for month, v in value]
                if points[0][0] > start:
                    points.insert(0, [start, points[0][1]])
                points[0][0] = start  # a month may begin before the scenario does
                out[key] = {"schedule": points, "interpolation": "linear"}
                continue
            change: dict[str, Any] = {how: value}
            if self.since:
                change["from"] = self.since
            out[key] = change
        return out

    def apply(self, scenario: Scenario, strategies: dict[str, Any]) -> Scenario:
        """Return the scenario under the strategy and the changes. Raises ScenarioError or UnitError with every
        fault."""
        if self.strategy not in strategies:
            raise ScenarioError(
                "E241",
                f"no strategy {self.strategy!r}",
                faults=(
                    Fault(
                        "E241",
                        "no such strategy",
                        value=self.strategy[:80],
                        allowed=", ".join(strategies),
                        nearest=nearest(self.strategy, strategies),
                    ),
                ),
            )
        changed: Scenario = strategies[self.strategy].apply(scenario)
        settings = self.settings(scenario.start)
        return changed.with_levers(settings, name=f"{self.strategy} changed") if settings else changed


def written(how: str, value: Any) -> str:
    """Return a change as a URL or a form holds it: "*1.5", "0.4", or "2003-05:150000,2006-01:170000"."""
    if how == "path":
        return ",".join(f"{month}:{v:.10g}" for month, v in value)
    return ("*" if how == "scale" else "") + f"{value:.10g}"


def _first_of(month: str) -> datetime.date:
    year, number = month.split("-")
    return datetime.date(int(year), int(number), 1)


@dataclass
class _Reader:
    faults: list[Fault] = field(default_factory=list)

    def fault(self, code: str, message: str, key: str, value: str, allowed: str, near: str | None = None) -> None:
        self.faults.append(Fault(code, message, field=key[:80], value=value[:80], allowed=allowed, nearest=near))

    def path(self, key: str, text: str, low: float, high: float) -> tuple[str, Any] | None:
        found = [_POINT.match(piece) for piece in text.split(",")][: MOST_POINTS + 1]
        allowed = f"2003-05:value,2006-01:value in order of time, at most {MOST_POINTS} points"
        if len(found) > MOST_POINTS or not all(found):
            self.fault("E211", "not a path", key, text, allowed)
            return None
        points = [(f"{m[1]}-{m[2]}", _number(m[3])) for m in found if m]
        if any(a[0] >= b[0] for a, b in itertools.pairwise(points)):
            self.fault("E211", "the months of a path are not in order", key, text, allowed)
            return None
        outside = [f"{v:g}" for _, v in points if not math.isfinite(v) or not low <= v <= high]
        if outside:
            self.fault("E210", "not a value this lever can have", key, outside[0], f"{low:g} to {high:g}")
            return None
        return "path", tuple(points)

    def change(self, key: str, text: str) -> tuple[str, Any] | None:
        lever = MODEL.levers.get(key)
        if lever is None or lever.pulse:
            self.fault(
                "E205", "no such lever on this page", key, text, "a lever with a value", nearest(key, MODEL.levers)
            )
            return None
        if ":" in text and not lever.switch:
            return self.path(key, text, float(lever.low), float(lever.high))
        how = "scale" if text.startswith("*") else "set"
        read = read_number(text.removeprefix("*"), counted=how == "set" and is_counted(lever))
        if isinstance(read, Doubt):
            self.fault("E210", read.message, key, text, read.instead)
            return None
        value = read
        low, high = (0.0, 100.0) if how == "scale" else (float(lever.low), float(lever.high))
        if not math.isfinite(value) or not low <= value <= high:
            unit = "" if how == "scale" or lever.unit == "-" else f" {lever.unit}"
            self.fault("E210", "not a value this lever can have", key, text, f"{low:g} to {high:g}{unit}")
            return None
        if lever.switch and (how == "scale" or value not in (0.0, 1.0)):
            self.fault("E408", "a switch", key, text, "0 or 1")
            return None
        return how, value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def read_state(pairs: Iterable[tuple[str, str]], scenario: str) -> State:
    """Read a state from the pairs of a query or form; `scenario` holds where none is named.

    Empty values mean "as planned". Raises ScenarioError with a fault for every pair that cannot be meant.
    """
    reader = _Reader()
    fixed: dict[str, str] = {}
    changes: dict[str, tuple[str, Any]] = {}
    for key, text in pairs:
        text = text.strip()
        if key in _FIXED:
            fixed[key] = text
        elif text and key not in ("token", "page"):
            change = reader.change(key, text)
            if change is not None:
                changes[key] = change
    since, seed, draws = fixed.get("from", ""), fixed.get("seed", "") or "1", fixed.get("draws", "") or "posterior"
    if since and not _DATE.match(since):
        reader.fault("E209", "not a month", "from", since, "2004-01")
    if not re.fullmatch(r"[0-9]{1,10}", seed) or int(seed) > LARGEST_SEED:
        reader.fault("E210", "not a seed", "seed", seed, f"0 to {LARGEST_SEED}")
    if draws not in ("posterior", "prior"):
        reader.fault("E210", "unknown draws", "draws", draws, "posterior, prior")
    if reader.faults:
        raise ScenarioError("E230", "this state cannot be meant", faults=tuple(reader.faults))
    return State(
        fixed.get("scenario") or scenario,
        fixed.get("strategy") or "HISTORY",
        tuple(sorted(changes.items())),
        since,
        int(seed),
        draws,
    )
