"""Course by series: what was observed over the band of the fitted model, period by period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forbear.country.model import MODEL
from forbear.validation.context import Context
from forbear.validation.strips import scale_of, strip
from forbear.words import approximately, percent

__all__ = ["Course", "CourseSeries", "Period", "course"]


@dataclass(frozen=True)
class Period:
    """One observed number and the model's histories of it, without the error of observation. at: middle of its window
    in years (2006.5); inside, inside_half: within nine tenths and a half of what such histories would have been
    counted as.; months: over
    which a flow is summed, 1 for levels and shares."""

    label: str
    element: str
    at: float
    months: int
    observed: float
    median: float
    low_50: float
    high_50: float
    low_90: float
    high_90: float
    inside: bool
    inside_half: bool

    @property
    def band(self) -> tuple[float, float, float, float, float]:
        """5, 25, 50, 75 and 95 per cent of histories."""
        return self.low_90, self.low_50, self.median, self.high_50, self.high_90


@dataclass(frozen=True)
class CourseSeries:
    """One series. word: course, or kind for a part of a whole; correlation: of medians with what was observed (nan
    below four numbers); ratio: median of model over observed, period by period."""

    term: str
    series: str
    title: str
    unit: str
    word: str
    correlation: float
    ratio: float
    periods: tuple[Period, ...]

    @property
    def inside(self) -> int:
        """How many numbers lie inside nine tenths."""
        return sum(p.inside for p in self.periods)

    @property
    def elements(self) -> tuple[str, ...]:
        """The groups that the series tells apart; ("",) for one of the whole country."""
        return tuple(dict.fromkeys(p.element for p in self.periods))


@dataclass(frozen=True)
class Course:
    """Every series. inside_90, inside_50: shares of all numbers; members: histories behind every band."""

    series: tuple[CourseSeries, ...]
    inside_90: float
    inside_50: float
    members: int

    def lines(self) -> list[str]:
        """For a terminal: a picture a series."""
        lines = [
            "Does the fitted model go the way that the war went? ● observed, ┃ median, ━ half and ─ nine tenths "
            "of histories.",
            f"{percent(self.inside_90)} of all numbers lie inside nine tenths of what would have been counted, "
            f"{percent(self.inside_50)} "
            "inside the half (an honest model: 90 and 50).",
        ]
        for one in self.series:
            scale = scale_of([v for p in one.periods for v in (p.low_90, p.high_90, p.observed)])
            lines.append(f"{one.title} ({one.unit}): {one.inside} of {len(one.periods)} inside{_like(one)}")
            for p in one.periods:
                mark = " " if p.inside else "!"
                label = f"{p.label} {p.element}".strip()
                numbers = f"{approximately(p.observed, 3):>10} {approximately(p.median, 3):>10}"
                lines.append(f"  {label[:24]:<24} {strip(p.band, p.observed, scale)}{mark}{numbers}")
        return lines


def _like(one: CourseSeries) -> str:
    """How the medians go with what was observed, where enough periods tell."""
    return f"; correlation of medians {one.correlation:.2f}" if np.isfinite(one.correlation) else ""


def course(context: Context) -> Course:
    """Every number of course and kind that the fit heard beside fresh histories of the posterior.

    Randomness: luck and errors of observation, named by the seed.
    """
    found = context.replicated
    terms = found.work.terms.all
    by_term = {t.name: [c for c in found.checks.checks if c.term == t.name] for t in terms}
    out = []
    for term in terms:
        if term.word == "place":
            continue
        data = term.data
        start = int(data.months[0][:4]) + (int(data.months[0][5:7]) - 1) / 12
        middle = start + (0.5 * (data.first + data.last) + 0.5) / 12
        if data.kind != "count" and not data.mean:  # a stock stands for the end of its window
            middle = start + (data.last + 1.0) / 12
        counted = data.last - data.first + 1 if data.kind == "count" else np.ones(len(data), dtype=int)
        periods = tuple(
            Period(
                check.label.removesuffix(f" {data.elements[e]}") if e >= 0 else check.label,
                data.elements[e] if e >= 0 else "",
                float(at),
                int(length),
                check.observed,
                check.median,
                check.low_50,
                check.high_50,
                check.low_90,
                check.high_90,
                check.inside,
                check.inside_half,
            )
            for check, e, at, length in zip(by_term[term.name], data.element, middle, counted, strict=True)
        )
        # a month: else windows of different lengths would go together whatever the model says
        observed, median = (np.array([getattr(p, k) / p.months for p in periods]) for k in ("observed", "median"))
        told = len(periods) > 3 and observed.std() > 0 and median.std() > 0 and data.element.max() < 0
        unit = "share" if term.word == "kind" else MODEL.quantities[data.quantity].unit
        out.append(
            CourseSeries(
                term.name,
                term.series,
                term.title,
                unit,
                term.word,
                float(np.corrcoef(observed, median)[0, 1]) if told else float("nan"),
                float(np.median(median / np.maximum(observed, 1e-9))),
                periods,
            )
        )
    return Course(tuple(out), found.checks.share, found.checks.half, found.members)
