"""Where it happened: shares of districts by period, given the total, beside those of the fitted model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forbear.validation.context import Context
from forbear.words import percent

__all__ = ["Place", "PlaceSeries", "ShareOf", "place"]


@dataclass(frozen=True)
class ShareOf:
    """A district's share of one period, observed and in the model's histories."""

    period: str
    district: str
    observed: float
    median: float
    low_90: float
    high_90: float
    inside: bool


@dataclass(frozen=True)
class PlaceSeries:
    """One series. apart: mean over periods of half the sum of absolute differences of shares, that is the share of all
    events that the median model puts into the wrong district."""

    term: str
    series: str
    title: str
    apart: float
    shares: tuple[ShareOf, ...]

    @property
    def periods(self) -> tuple[str, ...]:
        """Periods, in order."""
        return tuple(dict.fromkeys(s.period for s in self.shares))

    @property
    def inside(self) -> int:
        """Shares inside nine tenths."""
        return sum(s.inside for s in self.shares)

    def of(self, period: str) -> dict[str, ShareOf]:
        """District -> its share in one period."""
        return {s.district: s for s in self.shares if s.period == period}


@dataclass(frozen=True)
class Place:
    """Every series by district."""

    series: tuple[PlaceSeries, ...]
    members: int

    def lines(self) -> list[str]:
        """For a terminal: each series with the districts that are furthest off."""
        lines = ["Does it happen where it happened? Shares of each period's total; none is asked of the total itself."]
        if not self.series:
            return [*lines, "no series by district"]
        for one in self.series:
            lines.append(
                f"{one.title}: {one.inside} of {len(one.shares)} shares inside nine tenths; {percent(one.apart)} "
                "of all lie in another district"
            )
            for s in sorted(one.shares, key=lambda s: -abs(s.observed - s.median))[:6]:
                mark = " " if s.inside else "!"
                lines.append(
                    f" {mark} {s.period:<20} {s.district:<20} observed {percent(s.observed):>9}, model "
                    f"{percent(s.median)} "
                    f"({percent(s.low_90)} to {percent(s.high_90)})"
                )
        return lines


def place(context: Context) -> Place:
    """Every share that the fit heard beside fresh histories. Randomness: luck and errors of observation, by the
    seed."""
    found = context.replicated
    out = []
    for term in found.work.terms.all:
        if term.word != "place":
            continue
        checks = [c for c in found.checks.checks if c.term == term.name]
        data = term.data
        shares = tuple(
            ShareOf(
                c.label.removesuffix(f" {data.elements[e]}"),
                data.elements[e],
                c.observed,
                c.median,
                c.low_90,
                c.high_90,
                c.inside,
            )
            for c, e in zip(checks, data.element, strict=True)
        )
        count = len(dict.fromkeys(s.period for s in shares))
        apart = float(np.sum([abs(s.observed - s.median) for s in shares]) / 2 / max(count, 1))
        out.append(PlaceSeries(term.name, term.series, term.title, apart, shares))
    return Place(tuple(out), found.members)
