"""What is told of a proposed intervention: ranges in words and as JSON, never a middle and never a forecast."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.errors import FileError
from forbear.prospective.draws import Conditioning
from forbear.scenario.outcomes import OUTCOMES

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble
    from forbear.validation.base_rates import BaseRate

__all__ = ["NOT_A_FORECAST", "Proposal", "Range", "StrategyRow", "save", "words"]

NOT_A_FORECAST = "a range under stated assumptions, not a forecast"


@dataclass(frozen=True)
class Range:
    """An outcome's range of nine in ten simulated histories, in its unit."""

    outcome: str
    title: str
    unit: str
    low: float
    high: float


@dataclass(frozen=True)
class StrategyRow:
    """One strategy. assumed: a world without the intervention; planned_force: persons; held_back: the force could not be
    raised; force: sentences about it; successes: members with stable success, of `members`."""

    name: str
    title: str
    side: str
    assumed: bool
    planned_force: float
    held_back: bool
    force: tuple[str, ...]
    successes: int
    members: int
    ranges: tuple[Range, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "side": self.side,
            "assumed": self.assumed,
            "planned_force": self.planned_force,
            "held_back": self.held_back,
            "force": list(self.force),
            "success": {"hits": self.successes, "members": self.members},
            "ranges": [asdict(entry) for entry in self.ranges],
        }


@dataclass(frozen=True)
class Proposal:
    """What is told of a proposed intervention: plain numbers in `as_dict`. rows: strategies, never intervening first."""

    conditioning: Conditioning
    rows: list[StrategyRow]
    shares: dict[str, tuple[float, float]]
    exit: str
    guessed: int
    members: int
    never: Ensemble | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers for JSON. Every outcome is a range; no middle is given."""
        return {
            "caution": NOT_A_FORECAST, "exit": self.exit, "guessed_facts": self.guessed, "members": self.members,
            "conditioned": self.conditioning.kept is not None, "conditioning": self.conditioning.words,
            "share_of_range_due_to_assumptions": {k: {"assumptions": v[0], "guessed_facts": v[1]} for k, v in self.shares.items()},
            "strategies": [row.as_dict() for row in self.rows],
        }  # fmt: skip

    def lines(self) -> list[str]:
        """Plain lines for a terminal."""
        out = [f"A proposed intervention: every number is {NOT_A_FORECAST}.", f"  {self.conditioning.words}", f"  exit: {self.exit}"]  # fmt: skip
        for row in self.rows:
            out.append(f"  {row.name}: {row.title}" + (" (by assumption)" if row.assumed else ""))
            out += [f"    {text}" for text in row.force]
            out += [f"    {r.title} ({r.unit}): {words(r.low)} to {words(r.high)}" for r in row.ranges]
        for name in ("deaths", "cost", "governance", "democracy"):
            all_assumed, facts = self.shares[name]
            out.append(f"  of the range of {OUTCOMES[name].title}, {all_assumed:.0%} is assumption (guessed facts {facts:.0%}), the rest chance".replace("%", " %"))  # fmt: skip
        return out


def save(path: Path, rates: Sequence[BaseRate], proposal: Proposal | None = None) -> Path:
    """Write base rates and a proposal as JSON, whole or not at all. Raises FileError E103."""
    data = {"base_rates": [rate.as_dict() for rate in rates], "proposal": proposal.as_dict() if proposal is not None else None}  # fmt: skip
    temporary = path.with_name(path.name + ".partial")
    try:
        temporary.write_text(json.dumps(data, indent=1), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise FileError("E103", f"cannot write {path}: {error.strerror}") from error
    return path


def words(value: float) -> str:
    """A number without false precision: two significant digits."""
    if value == 0 or not np.isfinite(value):
        return "0"
    if abs(value) < 10:
        return f"{value:.2g}"
    rounded = round(value, 1 - int(np.floor(np.log10(abs(value)))))
    return f"{rounded:,.0f}".replace(",", " ")
