"""Totals by calendar year: bars of simulated histories with the counted totals on them, for a wide and a narrow page.

A count of a year that the simulation covers only in part is drawn hollow, with the reason written beside the mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forbear.figures.placement import Box, crosses
from forbear.figures.sheet import COLOURS, WIDTH, Axis, Sheet, legend_list, swatch, width_of, wrapped
from forbear.figures.spec import Figure
from forbear.words import approximately, span

__all__ = ["Count", "Years", "draw", "legend", "narrow", "years_figure"]

HEIGHT, LOW, NARROW = 330, 290, 360
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 18, 30
LETTER, SMALL, LINE = 14.0, 13.0, 15.0


@dataclass(frozen=True)
class Count:
    """A published total of one year. note: why it is not comparable, "" where it is."""

    year: int
    value: float
    note: str = ""


@dataclass(frozen=True)
class Years(Figure):
    """Bars by year. quantiles: year -> 5, 25, 50, 75, 95 per cent; middle: False where no middle is told; width: of the
    drawing in its own units."""

    years: tuple[int, ...] = ()
    quantiles: tuple[tuple[float, ...], ...] = ()
    counts: tuple[Count, ...] = ()
    label: str = ""
    middle: bool = True
    width: int = WIDTH


def years_figure(
    name: str,
    title: str,
    unit: str,
    years: Sequence[int],
    totals: np.ndarray,
    *,
    counts: Sequence[Count] = (),
    label: str = "counted",
    middle: bool = True,
    caption: str = "",
) -> Years:
    """Return the figure of totals by year.

    years, totals: calendar years and (simulated histories, years) in `unit`; counts: at most one a year; label: of the
    counts; middle: False draws and says ranges alone. Deterministic.
    """
    five = np.quantile(totals, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0).T if len(years) else np.zeros((0, 5))
    by_year = {count.year: count for count in counts if count.year in set(years)}
    rows = []
    for year, q in zip(years, five, strict=True):
        count = by_year.get(year)
        told = "not counted" if count is None else approximately(count.value, 3)
        told += f" ({count.note})" if count is not None and count.note else ""
        ends = (approximately(float(q[0])), *((approximately(float(q[2])),) if middle else ()))
        rows.append((str(year), *ends, approximately(float(q[4])), *((told,) if by_year else ())))
    words = "; ".join(
        f"{year}: {span(float(q[0]), float(q[4]))}"
        + (f", {label} {approximately(by_year[year].value, 3)}" if year in by_year else "")
        + (f" ({by_year[year].note})" if year in by_year and by_year[year].note else "")
        for year, q in zip(years, five, strict=True)
    )
    head = ("year", "5 %", *(("median",) if middle else ()), "95 %", *((label,) if by_year else ()))
    return Years(
        name,
        title,
        unit,
        caption,
        f"Nine in ten simulated histories by year. {words}." if words else "Nothing to show.",
        head=head,
        rows=rows,
        years=tuple(years),
        quantiles=tuple(tuple(float(v) for v in q) for q in five),
        counts=tuple(by_year.values()),
        label=label,
        middle=middle,
    )


def narrow(figure: Years) -> Years:
    """The same figure for a narrow page: fewer units wide, so that its words stay as large."""
    return replace(figure, name=f"{figure.name}-narrow", width=NARROW)


def draw(figure: Years) -> str:
    """Return the figure as one <svg>; places along x and the order of the table are given as data for the page."""
    if not figure.years:
        sheet = Sheet(figure.name, figure.title, figure.alternative, 40, figure.width)
        sheet.text(12, 25, "Nothing to show: the run holds no year.")
        return sheet.svg()
    plan = _planned(figure, TOP)
    if plan.notes is None:  # no room beside the bars: the notes go above them all
        spare = sum(LINE * len(wrapped(c.note, 170, 3, SMALL)) + 8 for c in plan.noted) + (16 if plan.axis.times else 0)
        plan = _planned(figure, TOP + spare)
    axis, at, thick = plan.axis, plan.at, plan.thick
    sheet = Sheet(figure.name, figure.title, figure.alternative, plan.foot + BOTTOM, figure.width)
    for value, words in axis.labelled(5):
        y = axis.place(value)
        sheet.line(LEFT, y, figure.width - RIGHT, y)
        sheet.text(LEFT - 7, y + 4.5, words, size=LETTER, anchor="end", kind="tick-word")
    if axis.times:
        sheet.text(LEFT, 12, axis.times, size=SMALL, kind="times")
    every = max(1, -(-len(figure.years) * 44 // (figure.width - LEFT - RIGHT)))
    for k, (year, q) in enumerate(zip(figure.years, figure.quantiles, strict=True)):
        x = at[year]
        low, q25, middle, q75, high = (axis.place(v) for v in q)
        sheet.box(
            x - thick / 2,
            high,
            thick,
            max(low - high, 1.0),
            fill="sim",
            opacity=0.22 if figure.middle else 0.5,
            kind="ninety",
        )
        if figure.middle:
            sheet.box(x - thick / 2, q75, thick, max(q25 - q75, 1.0), fill="sim", opacity=0.42, kind="fifty")
            sheet.line(x - thick / 2, middle, x + thick / 2, middle, ink="sim", width=2.4, kind="middle")
        if k % every == 0:
            sheet.text(x, plan.foot + 19, str(year), size=LETTER, anchor="middle", kind="tick-word")
    sheet.line(LEFT, plan.foot, figure.width - RIGHT, plan.foot, ink="soft")
    for count in figure.counts:
        _dot(sheet, at[count.year], axis.place(count.value), bool(count.note))
    for count, (lines, box) in zip(plan.noted, plan.notes or (), strict=False):
        _why(sheet, at[count.year], axis.place(count.value), lines, box)
    sheet.places("x", [at[year] for year in figure.years])
    return sheet.svg()


@dataclass(frozen=True)
class _Plan:
    """Where things stand. top, foot: of the axis; at: middle of each year; noted: counts with a note; notes: lines and
    place of each, None where one finds no room."""

    top: float
    foot: float
    axis: Axis
    at: dict[int, float]
    thick: float
    noted: tuple[Count, ...]
    notes: list[tuple[list[str], Box]] | None


def _planned(figure: Years, top: float) -> _Plan:
    """Places with the axis ending at `top`; notes stand beside their marks and on nothing else."""
    foot = (HEIGHT if figure.width == WIDTH else LOW) - BOTTOM + top - TOP
    largest = max([q[-1] for q in figure.quantiles] + [c.value for c in figure.counts])
    axis = Axis(0.0, largest * 1.06, foot, top)
    each = (figure.width - LEFT - RIGHT) / len(figure.years)
    thick = min(each * 0.62, 64.0)
    at = {year: LEFT + (k + 0.5) * each for k, year in enumerate(figure.years)}
    taken: list[Box] = [
        (at[y] - thick / 2, axis.place(q[-1]), at[y] + thick / 2, axis.place(q[0]))
        for y, q in zip(figure.years, figure.quantiles, strict=True)
    ]
    for count in figure.counts:
        x, y = at[count.year], axis.place(count.value)
        taken.append((x - 7, y - 7, x + 7, y + 7))
    if axis.times:  # these words stand above the axis
        taken.append((LEFT, 0.0, LEFT + width_of(axis.times, SMALL), 16.0))
    noted = tuple(count for count in figure.counts if count.note)
    notes: list[tuple[list[str], Box]] = []
    for count in noted:
        found = _room(count.note, at[count.year], axis.place(count.value), taken, figure.width - RIGHT)
        if found is None:
            return _Plan(top, foot, axis, at, thick, noted, None)
        notes.append(found)
        taken.append(found[1])
    return _Plan(top, foot, axis, at, thick, noted, notes)


def _room(note: str, x: float, y: float, taken: list[Box], right: float) -> tuple[list[str], Box] | None:
    """Lines and box of a note near its mark at (x, y), clear of what is taken; None where there is no room."""
    for width in (170.0, right - LEFT, 120.0):
        lines = wrapped(note, width, 3, SMALL)
        if lines[-1].endswith("…"):
            continue
        wide, high = max(width_of(line, SMALL) for line in lines), LINE * len(lines)
        for start in (min(x + 16, right - wide), max(LEFT, min(x, right) - wide)):
            for foot in range(int(y - 2), int(high), -6):
                box = (start, foot - high, start + wide, float(foot))
                if not any(crosses(box, other, 6) for other in taken):
                    return lines, box
    return None


def _dot(sheet: Sheet, x: float, y: float, hollow: bool) -> None:
    """A filled dot, or a hollow one where the count is not comparable."""
    inside, outline = ("page", "obs") if hollow else ("obs", "page")
    sheet.parts.append(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" class="counted{" hollow" if hollow else ""}" '
        f'style="fill:{COLOURS[inside]};stroke:{COLOURS[outline]};stroke-width:{2.2 if hollow else 1.4:g}"/>'
    )


def _why(sheet: Sheet, x: float, y: float, lines: list[str], box: Box) -> None:
    """The reason beside a hollow mark, with a line to the mark where it stands away from it."""
    if box[3] < y - 12:
        end = min(max(x, box[0]), box[2])
        sheet.path(
            f"M{x + (4 if end > x else 0):.1f} {y - 7:.1f}L{end:.1f} {box[3] + 2:.1f}",
            style="fill:none;stroke:{obs};stroke-width:1.2",
            kind="to",
        )
    for k, line in enumerate(lines):
        foot = box[3] - 3 - LINE * (len(lines) - 1 - k)
        sheet.text(box[0], foot, line, size=SMALL, ink="obs", halo=True, kind="why")


def legend(figure: Years) -> str:
    """Return the legend as HTML."""
    if not figure.years:
        return ""
    items = [
        swatch("background:{sim};opacity:" + (".25" if figure.middle else ".5"), "nine in ten simulated histories")
    ]
    if figure.middle:
        items.append(swatch("background:{sim};opacity:.55", "the middle half"))
        items.append(swatch("background:{sim};height:3px", "median"))
    if any(not c.note for c in figure.counts):
        items.append(swatch("background:{obs};width:.75em;height:.75em;border-radius:50%", figure.label))
    if any(c.note for c in figure.counts):
        style = "background:{page};width:.75em;height:.75em;border-radius:50%;outline:2px solid {obs}"
        items.append(swatch(style, "counted, not comparable"))
    return legend_list(items)
