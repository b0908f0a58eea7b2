"""What the fitted model can and cannot reproduce, for readers without statistics: facts, pictures of courses, maps,
gaps.

From the parts of a validation on record, and from the posterior's own notes where a part was not run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.errors import FileError
from forbear.figures.kinds import Drawn, drawn
from forbear.figures.map import map_svg
from forbear.figures.spec import Figure, Marks
from forbear.inference.predictive import Discrepancy
from forbear.validation.course import Course, CourseSeries
from forbear.validation.discrepancy import Discrepancies, size_in_words
from forbear.validation.facts import Facts
from forbear.validation.modes import Modes
from forbear.validation.parts import Found, Result
from forbear.validation.place import Place, PlaceSeries
from forbear.words import SPACE, approximately, between, join, percent, span

if TYPE_CHECKING:
    from forbear.inference.facts import FactResult
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["MapPair", "Reproduction", "miss_in_words", "reproduction"]

#: Numbers that a series needs before a picture says more than a row of a table, and series whose shares are mapped.
PICTURED, MAPPED = 4, 2
#: Parts that are shown here, and those that are only missed where they are not on record.
SHOWN, LATER = ("facts", "course", "place", "discrepancy", "modes"), ("forecasts", "theories", "calibration")
#: How shares are read in a picture that shows a band.
HOW = "Bar: nine in ten simulated histories; block: the middle one; dot: what was observed."


@dataclass(frozen=True)
class MapPair:
    """Shares of one period, observed and simulated, on one scale: each an <svg>, with the legend of both."""

    name: str
    title: str
    observed: str
    model: str
    legend: str
    words: str


@dataclass(frozen=True)
class Reproduction:
    """What page and report show. lead: in two or three sentences; holds, misses: facts in words; facts, numbers,
    shares, sizes, answers: rows of tables; pictures: courses; maps; absent: parts that are not on record."""

    title: str
    lead: tuple[str, ...]
    holds: tuple[str, ...]
    misses: tuple[str, ...]
    facts: tuple[tuple[str, ...], ...]
    pictures: tuple[Drawn, ...]
    numbers: tuple[tuple[str, ...], ...]
    maps: tuple[MapPair, ...]
    shares: tuple[tuple[str, ...], ...]
    sizes: tuple[tuple[str, ...], ...]
    modes: str
    answers: tuple[tuple[str, ...], ...]
    answers_head: tuple[str, ...]
    absent: tuple[str, ...]


def reproduction(
    scenario: Scenario, posterior: Posterior | None, validation: Mapping[str, Any] | None
) -> Reproduction | None:
    """What the fitted model gives back; None where nothing was fitted."""
    if posterior is None:
        return None
    record = validation or {}
    found = {n: _read(record, n) for n in SHOWN}
    facts, course, place, modes = (found.get(n) for n in ("facts", "course", "place", "modes"))
    again = facts.rows if isinstance(facts, Facts) else ()
    # the gate is the fit's own judgement, and one number everywhere; a validation judges again under other luck
    rows = posterior.facts.results if posterior.facts else again
    sizes = found.get("discrepancy")
    strays = sizes.rows if isinstance(sizes, Discrepancies) else _noted(posterior)
    series = course.series if isinstance(course, Course) else ()
    places = place.series if isinstance(place, Place) else ()
    told = modes if isinstance(modes, Modes) and modes.effects else None
    return Reproduction(
        title=scenario.title or scenario.name,
        lead=_lead(rows, again, course if isinstance(course, Course) else None, posterior),
        holds=tuple(_held_in_words(r) for r in rows if r.holds),
        misses=tuple(miss_in_words(r) for r in sorted(rows, key=lambda r: -abs(r.miss)) if not r.holds),
        facts=tuple(_fact_row(r) for r in rows),
        pictures=tuple(drawn(_picture(s)) for s in series if _pictured(s)),
        numbers=tuple(row for s in series if not _pictured(s) for row in _number_rows(s)),
        maps=_maps(scenario, places),
        shares=tuple(row for p in places for row in _share_rows(p)),
        sizes=tuple(_size_row(d) for d in strays),
        modes=told.sentence if told else "",
        answers=tuple(
            (e.title, e.outcome, *(f"{a.median:.2f} ({a.low_90:.2f} to {a.high_90:.2f})" for a in e.at), e.word)
            for e in (told.effects if told else ())
        ),
        answers_head=("strategy", "outcome", *(a.place or "all draws" for a in told.effects[0].at), "scouts are")
        if told
        else (),
        absent=tuple(n for n in SHOWN if found[n] is None) + tuple(n for n in LATER if n not in record),
    )


def _read(record: Mapping[str, Any], name: str) -> Found | None:
    """A part on record; None where it is not, or where another version wrote it: then it is named as absent."""
    try:
        return Result.read(name, record[name]).found if name in record else None
    except FileError:
        return None


def _noted(posterior: Posterior) -> tuple[Discrepancy, ...]:
    """Discrepancies as the fit noted them."""
    rows: list[dict[str, Any]] = [
        {key: float("nan") if value is None else value for key, value in row.items()}
        for row in posterior.notes.get("discrepancies", [])
    ]
    return tuple(Discrepancy(**row) for row in rows)


def _lead(
    rows: tuple[FactResult, ...], again: tuple[FactResult, ...], course: Course | None, posterior: Posterior
) -> tuple[str, ...]:
    out = [
        "The model was fitted to what was counted, and then run again many times with other random numbers. If it "
        "understood this war, its "
        "histories should look like the one that happened."
    ]
    if rows:
        held, gate = sum(r.holds for r in rows), posterior.facts.gate if posterior.facts else 0.8
        needed = int(np.ceil(gate * len(rows) - 1e-9))
        passed = held >= needed
        out.append(
            f"Of {len(rows)} facts of history that were set down before the fit it lives through {held}. At least "
            f"{needed} must hold: "
            + (
                "the gate is passed."
                if passed
                else "the gate is not passed, and no verdict that rests on a missed fact is given."
            )
        )
    if rows and again and [r.holds for r in again] != [r.holds for r in rows]:
        out.append(
            f"Judged once more with other random numbers it is {sum(r.holds for r in again)}: facts near their tolerance change sides."
        )
    lived = posterior.notes.get("histories")
    if rows and lived:
        out.append(
            f"Single histories with just the random numbers that suit the record hold {lived['held']} of them. That is what the model "
            "can live through, not what it does as a rule, and it passes no gate."
        )
    if course is not None:
        out.append(
            f"Of all numbers that it was fitted to, {percent(course.inside_90)} lie in the range of nine in ten "
            "histories, errors of counting and the "
            f"reported gaps included (a perfect model: 90{SPACE}%)."
        )
    if posterior.quick:
        out.append("This is a quick fit: for a first look, never for a verdict.")
    return tuple(out)


def miss_in_words(row: FactResult) -> str:
    """A missed fact for people: what was, what the model has, and how far off that is."""
    if row.measure == "order":
        return f"{row.title}: only {percent(row.share_right)} of histories have the order that was asked."
    seen, model = _shown(row, row.observed, 3), _shown(row, row.median)
    if row.measure == "peak":
        months = round(abs(row.miss))
        late = "early" if row.miss < 0 else "late"
        return f"{row.title}: it was {seen}, the model has {model}, {months} months too {late}."
    ratio = row.median / row.observed if row.observed else float("inf")
    if ratio >= 2:
        size = f"{approximately(ratio)} times as much"
    elif ratio <= 0.5:
        size = f"{percent(ratio)} of it"
    else:
        size = f"{abs(round(100 * (ratio - 1)))}{SPACE}% too {'much' if ratio > 1 else 'little'}"
    return f"{row.title}: {seen} observed, the model has {model}: {size}."


def _shown(row: FactResult, value: float, digits: int = 2) -> str:
    """A fact's number for people: shares in per cent."""
    return percent(value) if row.measure in ("share", "part") and np.isfinite(value) else row.shown(value, digits)


def _held_in_words(row: FactResult) -> str:
    if row.measure == "order":
        return f"{row.title}: as asked in {percent(row.share_right)} of histories."
    seen = _shown(row, row.observed, 3)
    model, low, high = (_shown(row, v) for v in (row.median, row.low_90, row.high_90))
    return f"{row.title}: {seen} observed, the model has {model} ({low} to {high})."


def _fact_row(row: FactResult) -> tuple[str, ...]:
    word = "holds" if row.holds else "MISSED"
    if row.measure == "order":
        return row.title, "as asked", f"{percent(row.share_right)} of histories", word
    seen = _shown(row, row.observed, 3)
    model, low, high = (_shown(row, v) for v in (row.median, row.low_90, row.high_90))
    return row.title, seen, f"{model} ({low} to {high})", word


def _pictured(series: CourseSeries) -> bool:
    return len(series.periods) >= PICTURED and series.elements == ("",)


def _picture(series: CourseSeries) -> Figure:
    """Median and nine tenths of histories and what was observed, period by period; periods without a number stay empty.

    Flows over windows of different lengths are shown a month.
    """
    p = series.periods
    uneven = len({one.months for one in p}) > 1
    x, over = [one.at for one in p], [float(one.months if uneven else 1) for one in p]

    def drawn_as(name: str) -> list[float]:
        return [getattr(one, name) / size for one, size in zip(p, over, strict=True)]

    bars = "nine in ten histories, and the middle one"
    marks = [
        Marks(x, drawn_as("median"), "simulated", bars, drawn_as("low_90"), drawn_as("high_90")),
        Marks(x, drawn_as("observed"), "observed", "observed"),
    ]
    rows = [
        (
            one.label,
            approximately(one.observed, 3),
            approximately(one.median, 3),
            span(one.low_90, one.high_90, 3),
            "yes" if one.inside else "NO",
        )
        for one in p
    ]
    off = [one for one in p if not one.inside]
    low = [one.label for one in off if one.median < one.observed]
    high = [one.label for one in off if one.median > one.observed]
    bare = sum(one.low_90 <= one.observed <= one.high_90 for one in p)
    words = f"Of {len(p)} numbers {bare} lie in the bars, and {series.inside} once errors of counting and the gap are allowed."
    words += f" Even then the model has too little in {_some(low)}." if low else ""
    words += f" Even then the model has too much in {_some(high)}." if high else ""
    head = ("period", "observed", "model", "nine in ten histories", "inside, errors allowed")
    name = "".join(c if c.isalnum() else "-" for c in series.term).strip("-").replace("--", "-")
    unit = f"{series.unit} a month" if uneven else series.unit
    caption = f"{words} {HOW}"
    return Figure(f"course-{name}", series.title, unit, caption, words, [], [], marks, head, rows)


def _some(labels: list[str], most: int = 6) -> str:
    return join(labels) if len(labels) <= most else f"{', '.join(labels[:most])} and {len(labels) - most} more"


def _number_rows(series: CourseSeries) -> list[tuple[str, ...]]:
    return [
        (
            series.title,
            f"{p.label} {p.element}".strip(),
            approximately(p.observed, 3),
            f"{approximately(p.median, 3)} ({span(p.low_90, p.high_90, 3)})",
            "yes" if p.inside else "NO",
        )
        for p in series.periods
    ]


def _maps(scenario: Scenario, places: tuple[PlaceSeries, ...]) -> tuple[MapPair, ...]:
    """First and last period of the series with most districts, observed beside simulated."""
    outlines = scenario.outlines() if places else None
    if outlines is None:
        return ()
    out = []
    for place in sorted(places, key=lambda p: -len(p.of(p.periods[0])))[:MAPPED]:
        periods = place.periods
        for period in dict.fromkeys((periods[0], periods[-1])):
            shares = place.of(period)
            districts = list(shares)
            largest = 100 * max(max(s.observed, s.median) for s in shares.values())
            name = f"map-{place.series}-{period}".replace("_", "-").replace(" ", "-")
            drawings = []
            for side, values in (
                ("observed", [100 * s.observed for s in shares.values()]),
                ("model", [100 * s.median for s in shares.values()]),
            ):
                drawings.append(
                    map_svg(
                        f"{name}-{side}",
                        f"{place.title}, {period}: {side}",
                        "per cent of the total",
                        outlines,
                        districts,
                        values,
                        largest,
                    )
                )
            worst = sorted(shares.values(), key=lambda s: -abs(s.observed - s.median))[:2]
            words = "Furthest off: " + "; ".join(
                f"{s.district} had {percent(s.observed)}, the model gives it {percent(s.median)}" for s in worst
            )
            out.append(
                MapPair(name, f"{place.title}, {period}", drawings[0][0], drawings[1][0], drawings[0][1], f"{words}.")
            )
    return tuple(out)


def _share_rows(place: PlaceSeries) -> list[tuple[str, ...]]:
    return [
        (
            place.title,
            s.period,
            s.district,
            percent(s.observed),
            f"{percent(s.median)} ({percent(s.low_90)} to {percent(s.high_90)})",
            "yes" if s.inside else "NO",
        )
        for s in place.shares
    ]


def _size_row(one: Discrepancy) -> tuple[str, ...]:
    what = {"course": "course", "place": "shares of districts", "kind": "part of a whole"}[one.word]
    size = f"{percent(one.median)} ({between(one.low, one.high)})"
    if one.word == "place":
        low, middle, high = (round(100 * v) for v in (one.low, one.median, one.high))
        size = f"{middle} points ({low} to {high}) on a share of 10{SPACE}%"
    return one.title, what, size, size_in_words(one)
