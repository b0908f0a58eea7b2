"""Play mode, what players expect: a range for a reported series before a turn, scored by what was then reported.

The score is the interval score of Gneiting and Raftery, "Strictly proper scoring rules, prediction, and estimation",
Journal of the American Statistical Association 102 (2007), section 6.2: the width of the range, and for a count outside
it a penalty for each unit that it is beyond. Nobody can gain by naming another range than the one that they believe to
hold the count four times in five.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.app.numbers import Doubt, read_number
from forbear.errors import Fault

if TYPE_CHECKING:
    from forbear.app.play.game import Turn
    from forbear.app.play.views import View
    from forbear.scenario.problem import Problem

__all__ = [
    "PENALTY",
    "SERIES",
    "SHARE",
    "Scored",
    "Total",
    "interval_score",
    "months_in",
    "read_expected",
    "scored",
    "totals",
]

#: Reported series that a range can be named for, with their words; counted a month.
SERIES = {
    "observed_civilian_deaths": "civilians reported killed, a month",
    "observed_attacks": "attacks in incident reports, a month",
}
#: How often the range should hold what is reported, and what a unit outside it costs: 2 / (1 - share).
SHARE = 0.8
PENALTY = 10
_LARGEST = 1e7
#: Months of a week.
_WEEK = 12 / 52.1775


@dataclass(frozen=True)
class Scored:
    """A range beside what was reported. score: points, fewer are better."""

    series: str
    title: str
    low: float
    high: float
    came: float
    score: float

    @property
    def inside(self) -> bool:
        """True where the range held what was reported."""
        return self.low <= self.came <= self.high

    @property
    def words(self) -> str:
        """How the score comes about, in one sentence."""
        wide = f"{_count(self.high - self.low)} point{'' if self.high - self.low == 1 else 's'} for its width"
        said = f"You expected {_count(self.low)} to {_count(self.high)}; it was {_count(self.came)}"
        if self.inside:
            return f"{said}: inside. {wide[0].upper()}{wide[1:]}."
        away = max(self.low - self.came, self.came - self.high)
        return (
            f"{said}: {_count(away)} outside. {wide[0].upper()}{wide[1:]}, {_count(PENALTY * away)} for being outside."
        )


@dataclass(frozen=True)
class Total:
    """All ranges of one series along a branch. points: sum of scores; inside: how many held what was reported."""

    series: str
    title: str
    points: float
    inside: int
    many: int

    @property
    def words(self) -> str:
        """The total in one sentence."""
        wanted = SHARE * self.many
        return (
            f"{_count(self.points)} points in {self.many} turn{'s' if self.many > 1 else ''}; the range held what was "
            f"reported in {self.inside} (four in five would be {wanted:.3g})"
        )


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")


def interval_score(low: float, high: float, came: float) -> float:
    """The interval score of a central range of 80 per cent.

    Examples
    --------
    >>> interval_score(100, 200, 150), interval_score(100, 200, 230)
    (100.0, 400.0)
    """
    return float(high - low + PENALTY * (max(low - came, 0.0) + max(came - high, 0.0)))


def read_expected(sent: Mapping[str, str], faults: list[Fault]) -> tuple[tuple[str, float, float], ...]:
    """Read ranges from a form's fields `expect:SERIES:low` and `:high`. Empty means that nothing is expected; a range
    with one end, with ends the wrong way round or with what is no number is a fault more (E210)."""
    out = []
    for series, title in SERIES.items():
        texts = {end: sent.get(f"expect:{series}:{end}", "").strip() for end in ("low", "high")}
        if not any(texts.values()):
            continue
        ends: dict[str, float] = {}
        for end, text in texts.items():
            place = f"{title}, {'at least' if end == 'low' else 'at most'}"
            if not text:
                faults.append(Fault("E210", "a range has two ends", field=place, value="nothing", allowed="a number"))
                continue
            read = read_number(text, counted=True)
            if isinstance(read, Doubt):
                faults.append(Fault("E210", read.message, field=place, value=text[:80], allowed=read.instead))
            elif not 0 <= read <= _LARGEST:
                allowed = f"0 to {_LARGEST:,.0f}"
                faults.append(Fault("E210", "not a count", field=place, value=text[:80], allowed=allowed))
            else:
                ends[end] = read
        if len(ends) == 2 and ends["low"] > ends["high"]:
            said = f"{ends['low']:.10g} to {ends['high']:.10g}"
            faults.append(Fault("E210", "the range runs backwards", field=title, value=said, allowed="low before high"))
        elif len(ends) == 2:
            out.append((series, ends["low"], ends["high"]))
    return tuple(out)


def months_in(problem: Problem, first: int, until: int) -> tuple[slice, float]:
    """The weeks of months `first` to `until` (exclusive), and how many months these weeks are."""
    weeks = slice(*np.searchsorted(np.asarray(problem.months), [first, until]).tolist())
    return weeks, (weeks.stop - weeks.start) * problem.step * _WEEK


def scored(problem: Problem, view: View, turn: Turn) -> list[Scored]:
    """The ranges of a turn beside what was reported in it; `view` may reach beyond the turn. No randomness."""
    weeks, months = months_in(problem, turn.first, turn.until)
    out = []
    for series, low, high in turn.expected:
        came = float(view.weekly[series][weeks].sum() / months)
        came = round(came, 0 if came >= 10 else 1)  # as pages show it: what is scored is what was read
        out.append(Scored(series, SERIES[series], low, high, came, interval_score(low, high, came)))
    return out


def totals(problem: Problem, view: View, path: Sequence[Turn]) -> list[Total]:
    """Sums along a branch, one of each series that a range was ever named for."""
    rows = [row for turn in path for row in scored(problem, view, turn)]
    out = []
    for series, title in SERIES.items():
        own = [row for row in rows if row.series == series]
        if own:
            out.append(Total(series, title, sum(r.score for r in own), sum(r.inside for r in own), len(own)))
    return out
