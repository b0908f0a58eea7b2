"""Forest plots: one line per effect, share or contraction, with a dot and bars for half and nine tenths of draws.

Drawn wide, words stand left and right of the bars; drawn narrow, for a phone, what a line is of stands above its bar.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from forbear.figures.sheet import LETTER, WIDTH, Axis, Sheet, legend_list, swatch, width_of, wrapped
from forbear.figures.spec import Figure
from forbear.words import approximately, minus

__all__ = ["IntervalRow", "Intervals", "draw", "intervals", "legend", "narrow"]

LEFT, RIGHT, TOP, BOTTOM, ASIDE = 240, 172, 12, 54, 12
#: Of a narrow drawing: its width, and what stands left and right of the axis.
NARROW, NARROW_LEFT, NARROW_RIGHT = 360, 10, 150
SMALL = 12.5
#: Lines that a label may take: of two strategies compared, what tells them apart may stand at the end.
MOST_LINES = 7


@dataclass(frozen=True)
class IntervalRow:
    """One line: quantiles at 5, 25, 50, 75 and 95 per cent, and a word such as a verdict. NaN means not estimated.
    assumed: a band by assumption, of which ends in one digit are told and no middle."""

    label: str
    group: str
    low90: float
    low50: float
    median: float
    high50: float
    high90: float
    word: str = ""
    assumed: bool = False

    @classmethod
    def of(
        cls, label: str, quantiles: Sequence[float], word: str = "", group: str = "", assumed: bool = False
    ) -> IntervalRow:
        """A line from its five quantiles."""
        low90, low50, median, high50, high90 = quantiles
        return cls(label, group, low90, low50, median, high50, high90, word, assumed)

    @property
    def known(self) -> bool:
        """True where all five quantiles are numbers."""
        return all(math.isfinite(v) for v in (self.low90, self.low50, self.median, self.high50, self.high90))

    def words(self, middle: bool = True, decimals: int | None = None) -> str:
        """Median and interval in two digits or so many decimals, or the interval alone; what is assumed in one."""
        if not self.known:
            return "not estimated"
        low, median, high = (self.number(v, decimals) for v in (self.low90, self.median, self.high90))
        if not middle or self.assumed:
            return low if low == high else f"{low} to {high}"
        return f"{median} ({low} to {high})"

    def number(self, value: float, decimals: int | None = None) -> str:
        """A number of this line as it is written."""
        if decimals is None:
            return approximately(value, 1 if self.assumed else 2)
        shown = f"{value:,.{decimals}f}"
        return shown.lstrip("-") if not float(shown.replace(",", "")) else shown


@dataclass(frozen=True)
class Intervals(Figure):
    """A forest plot. reference: the value of no effect; margin: a shaded band, which margin_words explain; sides:
    words for values below and above the reference; limits: ends of the axis, beyond which bars end in an arrow; middle:
    False where ranges alone are told; decimals: of every number, None where each has two digits; width: of the drawing
    in its own units."""

    lines_drawn: tuple[IntervalRow, ...] = ()
    reference: float | None = 1.0
    margin: tuple[float, float] | None = None
    margin_words: str = "no material effect"
    sides: tuple[str, str] = ("", "")
    limits: tuple[float, float] | None = None
    middle: bool = True
    decimals: int | None = None
    width: int = WIDTH


def narrow(figure: Intervals) -> Intervals:
    """The same figure for a narrow page: half as many units wide, so that its words stay as large."""
    return replace(figure, name=f"{figure.name}-narrow", width=NARROW)


def intervals(
    name: str,
    title: str,
    unit: str,
    rows: Sequence[IntervalRow],
    *,
    reference: float | None = 1.0,
    margin: tuple[float, float] | None = None,
    logarithmic: bool = False,
    caption: str = "",
    sides: tuple[str, str] = ("", ""),
    limits: tuple[float, float] | None = None,
    margin_words: str = "no material effect",
    middle: bool = True,
    error: float | None = None,
) -> Intervals:
    """Return the forest plot of `rows`, gathered by group in the order groups first appear. Without rows it says so.

    unit: of the axis; middle: False draws and says the range of nine tenths alone; error: of the numbers, which sets how
    many decimals they are told in (the margin does on a linear axis where no error is given). Raises ValueError where quantiles
    are out of order, or a reference, margin or limit cannot stand on a logarithmic axis.
    """
    for row in rows:
        five = (row.low90, row.low50, row.median, row.high50, row.high90)
        if row.known and list(five) != sorted(five):
            raise ValueError(f"quantiles of {row.label!r} are out of order: {five}")
    fixed = [v for v in (reference, *(margin or ()), *(limits or ())) if v is not None]
    if logarithmic and any(v <= 0 for v in fixed):
        raise ValueError(f"a logarithmic axis cannot show {min(fixed)}")
    groups = dict.fromkeys(row.group for row in rows)
    ordered = tuple(row for group in groups for row in rows if row.group == group)
    grouped = any(groups)
    decimals = None if logarithmic else _decimals(error or max((abs(v) for v in margin or ()), default=0.0))
    table = [
        (
            *((r.group,) if grouped else ()),
            r.label,
            *_cells(r, middle, decimals),
            r.word,
        )
        for r in ordered
    ]
    said = [f"{r.label}: {minus(r.words(middle, decimals))}{', ' + r.word if r.word else ''}" for r in ordered[:12]]
    if len(ordered) > 12:
        said.append(f"{len(ordered) - 12} more in the table")
    lead = "Medians with nine tenths of draws" if middle else "Ranges of nine tenths"
    words = f"{lead}, {unit}. " + "; ".join(said) + "." if ordered else "Nothing to show."
    return Intervals(
        name,
        title,
        unit,
        caption,
        words,
        head=(
            *(("group",) if grouped else ()),
            "what",
            *(("5 %", "25 %", "median", "75 %", "95 %") if middle else ("5 %", "95 %")),
            "reading",
        ),
        rows=table,
        logarithmic=logarithmic,
        lines_drawn=ordered,
        reference=reference,
        margin=margin,
        margin_words=margin_words,
        sides=sides,
        limits=limits,
        middle=middle,
        decimals=decimals,
    )


def _cells(row: IntervalRow, middle: bool, decimals: int | None) -> list[str]:
    """The numbers of a line for the table."""
    five = (row.low90, row.low50, row.median, row.high50, row.high90) if middle else (row.low90, row.high90)
    told = [minus(row.number(v, decimals)) if math.isfinite(v) else "not estimated" for v in five]
    return [told[0], *["not told"] * 3, told[4]] if middle and row.assumed and row.known else told


def _decimals(error: float) -> int | None:
    """How many decimals the first digit of an error or a margin needs; None where there is none."""
    return max(0, -math.floor(math.log10(error) + 1e-9)) if error > 0 and math.isfinite(error) else None


def _ends(figure: Intervals) -> tuple[float, float]:
    """Where the axis begins and ends on the sheet."""
    if figure.width == WIDTH:
        return LEFT, WIDTH - RIGHT
    return NARROW_LEFT, figure.width - (NARROW_RIGHT if figure.lines_drawn else NARROW_LEFT)


def _axis(figure: Intervals) -> Axis:
    ends = _ends(figure)
    if figure.limits:
        return Axis(*figure.limits, *ends, figure.logarithmic)
    known = [r for r in figure.lines_drawn if r.known]
    values = [v for r in known for v in (r.low90, r.high90)] + list(figure.margin or ())
    values += [figure.reference] if figure.reference is not None else []
    if figure.logarithmic:
        # a bar that reaches nought ends in an arrow: below a thousandth of the largest value nothing is told apart
        floor = max(values) / 1e3 if values else 0.1
        low = min([v for v in values if v >= floor] or [0.1])
        return Axis(low / 1.08, max(values, default=10.0) * 1.08, *ends, True)
    low, high = min(values, default=0.0), max(values, default=1.0)
    spare = (high - low) * 0.04
    return Axis(low if low == 0 else low - spare, high + spare, *ends)


@dataclass(frozen=True)
class _Line:
    """Where a line of the plot stands. y: of its bar; label: its words, centred on `at`; aside: right of the bar."""

    row: IntervalRow
    y: float
    label: list[str]
    at: float
    aside: list[str]


def _planned(figure: Intervals) -> tuple[list[_Line], list[tuple[float, str]], float]:
    """The lines, the heads of groups with their places, and the foot of the axis."""
    lines: list[_Line] = []
    heads: list[tuple[float, str]] = []
    y, group = float(TOP), ""
    for row in figure.lines_drawn:
        if row.group != group:
            group = row.group
            y += 26
            heads.append((y - 8, group))
        line, y = (_beside if figure.width == WIDTH else _above)(figure, row, y)
        lines.append(line)
    return lines, heads, y + 4


def _beside(figure: Intervals, row: IntervalRow, y: float) -> tuple[_Line, float]:
    """A line whose words stand left and right of its bar, and where the next begins."""
    label = wrapped(row.label, LEFT - ASIDE - 14, MOST_LINES)
    room = RIGHT - 14
    aside = [line for part in _parts(row) for line in wrapped(part, room, 3, SMALL)]
    aside += wrapped(minus(row.words(figure.middle, figure.decimals)), room, 2, SMALL)
    height = max(LETTER * 1.2 * len(label), SMALL * 1.2 * len(aside)) + 10
    return _Line(row, y + height / 2, label, y + height / 2, aside), y + height


def _parts(row: IntervalRow) -> list[str]:
    """The word of a line, and what it adds after a semicolon, each for lines of its own."""
    return row.word.split("; ") if row.word else []


def _above(figure: Intervals, row: IntervalRow, y: float) -> tuple[_Line, float]:
    """A line whose label stands above its bar, with the word behind it where that fits, and where the next begins."""
    room = figure.width - 2 * NARROW_LEFT
    label = wrapped(row.label, room, MOST_LINES)
    first, *more = _parts(row) or [""]
    if first and width_of(f"{label[-1]}: {first}") <= room:
        label[-1] += f": {first}"
    elif first:
        more.insert(0, first)
    aside = [line for part in more for line in wrapped(part, NARROW_RIGHT - 14, 3, SMALL)]
    number = minus(row.words(figure.middle, figure.decimals))
    fits = width_of(number, SMALL) <= NARROW_RIGHT - 14
    for part in [number] if fits else number.replace(" (", "\n(").split("\n"):  # the range keeps to one line
        aside += wrapped(part, NARROW_RIGHT - 14, 2, SMALL)
    high, low = LETTER * 1.2 * len(label), max(SMALL * 1.2 * len(aside), 14.0)
    return _Line(row, y + high + low / 2 + 2, label, y + high / 2 + 1, aside), y + high + low + 8


def draw(figure: Intervals) -> str:
    """Return the plot as one <svg>."""
    if not figure.lines_drawn:
        sheet = Sheet(figure.name, figure.title, figure.alternative, 40, figure.width)
        sheet.text(12, 25, "Nothing to show: no row was given.")
        return sheet.svg()
    axis, (start, end) = _axis(figure), _ends(figure)
    lines, heads, bottom = _planned(figure)
    wide = figure.width == WIDTH
    high = bottom + BOTTOM - (0 if any(figure.sides) else 16)
    sheet = Sheet(figure.name, figure.title, figure.alternative, high, figure.width)
    if figure.margin:
        left, right = (axis.place(v) for v in figure.margin)
        sheet.box(left, TOP, right - left, bottom - TOP, fill="grid", opacity=0.55, kind="margin")
    free = -math.inf  # where the words of the last tick end: what would stand on them is left out
    for value, words in axis.labelled(6 if wide else 4):
        x, room = axis.place(value), width_of(words, SMALL)
        sheet.line(x, TOP, x, bottom)
        begins = min(max(x - room / 2, 0.0), figure.width - room)
        if begins < free:
            continue
        near = "start" if x < room / 2 else "end" if x + room / 2 > figure.width else "middle"
        sheet.text(x, bottom + 16, words, size=SMALL, anchor=near, kind="tick-word")
        free = (x if near == "start" else begins) + room + 2
    if figure.reference is not None and axis.holds(figure.reference):
        x = axis.place(figure.reference)
        sheet.line(x, TOP, x, bottom, ink="soft", width=1.5, kind="reference")
    for y, words in heads:
        told = wrapped(words, figure.width - 2 * ASIDE, 1)[0]
        sheet.text(ASIDE if wide else NARROW_LEFT, y, told, bold=True, ink="ink", halo=not wide, kind="group")
    for line in lines:
        sheet.lines_of_text(ASIDE if wide else NARROW_LEFT, line.at, line.label, halo=not wide)
        sheet.lines_of_text(end + (12 if wide else 8), line.y, line.aside, size=SMALL, ink="soft")
        if line.row.known:
            _bar(sheet, axis, line.y, line.row, figure.middle and not line.row.assumed)
    sheet.line(start, bottom, end, bottom, ink="soft")
    _below(sheet, figure, axis, bottom + 33)
    sheet.places("y", [line.y for line in lines])
    return sheet.svg()


def _below(sheet: Sheet, figure: Intervals, axis: Axis, y: float) -> None:
    """What both sides mean, and the unit, below the axis."""
    start, end = _ends(figure)
    if any(figure.sides):
        centre = axis.place(figure.reference) if figure.reference is not None else (start + end) / 2
        left, right = f"← {figure.sides[0]}", f"{figure.sides[1]} →"
        begins = max(start, centre - 8 - width_of(left, SMALL))  # never cut: it moves right where there is no room
        after = max(centre + 8, begins + width_of(left, SMALL) + 12)
        for words, x in ((left, begins), (right, after)):
            held = wrapped(words, figure.width - x - 4, 1, SMALL)[0]
            sheet.text(x, y, held, size=SMALL, ink="ink", kind="side")
        y += 16
    unit = axis.unit(figure.unit)
    if figure.width == WIDTH:
        sheet.text((start + end) / 2, y, unit, size=SMALL, anchor="middle", kind="unit")
        return
    told = wrapped(unit, figure.width - 2 * NARROW_LEFT, 2, SMALL)
    for k, words in enumerate(told):
        sheet.text(start, y + 15 * k, words, size=SMALL, kind="unit")
    sheet.height += 15 * (len(told) - 1)


def _bar(sheet: Sheet, axis: Axis, y: float, row: IntervalRow, told: bool) -> None:
    """Bars and dot of one row; an arrow where a bar goes on beyond the axis, no dot where the median does."""
    sheet.line(axis.place(row.low90), y, axis.place(row.high90), y, ink="sim", width=2.5, kind="ninety")
    if told:
        sheet.line(axis.place(row.low50), y, axis.place(row.high50), y, ink="sim", width=8, opacity=0.55, kind="fifty")
    for value, edge, step in ((row.low90, axis.start, 7), (row.high90, axis.end, -7)):
        if not axis.holds(value):
            sheet.path(
                f"M{edge + step:.1f} {y - 5:.1f}L{edge:.1f} {y:.1f}L{edge + step:.1f} {y + 5:.1f}",
                style="fill:none;stroke:{sim};stroke-width:2.5",
                kind="beyond",
            )
    if told and axis.holds(row.median):
        sheet.parts.append(
            f'<circle cx="{axis.place(row.median):.1f}" cy="{y:.1f}" r="4.6" class="middle" style="fill:var(--ink,#1b1b1b);stroke:var(--page,#fff);stroke-width:1.4"/>'
        )


def legend(figure: Intervals) -> str:
    """Return the legend as HTML."""
    if not figure.lines_drawn:
        return ""
    items = [
        swatch("background:{ink};width:.7em;border-radius:50%", "median"),
        swatch("background:{sim};opacity:.55", "half of draws"),
    ]
    told = figure.middle and not all(r.assumed for r in figure.lines_drawn)
    items = [*(items if told else []), swatch("background:{sim};height:3px", "nine tenths of draws")]
    if figure.margin:
        low, high = (minus(f"{v:.2g}") for v in figure.margin)
        items.append(swatch("background:{grid}", f"{figure.margin_words} ({low} to {high})"))
    if any(
        r.known and not (_axis(figure).holds(r.low90) and _axis(figure).holds(r.high90)) for r in figure.lines_drawn
    ):
        items.append("<li>An arrow means that the bar goes on beyond the axis; the table has its end.</li>")
    return legend_list(items)
