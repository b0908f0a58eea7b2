"""The strip of paired differences: a dot and a whisker for each outcome, the sentence above it, the table behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Any

from forbear.app.laboratory.comparison import Row, Summary, Triple
from forbear.app.laboratory.panel import signed
from forbear.words import approximately, percent, span

__all__ = ["Mark", "Strip", "sentence_of", "strips_of", "table_rows"]

#: Outcomes of the small strip that stays in sight on a phone.
SMALL = {"deaths": "Civilians killed", "intervener_deaths": "Soldiers killed", "cost": "Cost, bn US$"}
WIDTH, HEIGHT, EDGE = 320, 26, 8
_NONE = "no difference"


@dataclass(frozen=True)
class Mark:
    """One whisker. role: of the colours; words: its values; aside: in how many histories the plan has less."""

    role: str
    label: str
    svg: str
    words: str
    aside: str


@dataclass(frozen=True)
class Strip:
    """One outcome with its whiskers; small: its name in the small strip, empty where it is not there."""

    title: str
    unit: str
    better: str
    marks: list[Mark]
    small: str


def strips_of(found: Summary, second: str, *, same_as_never: bool, proposal: bool) -> list[Strip]:
    """The strips of all outcomes.

    second: what the reference is called, empty where the plan is the reference itself: then the difference to never
    intervening is all there is to draw. Differences to never intervening, and all of a proposal, are ranges without a
    middle.
    """
    out = []
    for row in map(_counted, found.rows):
        drawn: list[tuple[str, str, Triple, bool, float | None]] = []
        if second:
            drawn.append(
                ("second", f"against {second}", row.to_reference, not (proposal or same_as_never), row.lower_reference)
            )
        if not same_as_never:
            drawn.append(("third", "against never intervening", row.to_never, False, row.lower_never))
        reach = max((abs(v) for _, _, three, _, _ in drawn for v in three), default=0.0)
        marks = [
            Mark(role, label, _svg(row, label, three, reach, role, dot), _words(three, dot), _aside(lower))
            for role, label, three, dot, lower in drawn
        ]
        out.append(Strip(row.title[0].upper() + row.title[1:], row.unit, row.better, marks, SMALL.get(row.name, "")))
    return out


def _counted(row: Row) -> Row:
    """The row with whole persons and attacks: a quantile may lie between two."""
    if row.unit not in ("persons", "attacks"):
        return row
    names = ("plan", "reference", "never", "to_reference", "to_never")
    whole: dict[str, Any] = {name: tuple(float(round(v)) for v in getattr(row, name)) for name in names}
    return replace(row, **whole)


def _words(three: Triple, dot: bool) -> str:
    low, middle, high = three
    if low == high == 0:
        return _NONE
    ends = f"{_ends(low)} to {_ends(high)}"
    return f"{_ends(middle)} ({ends})" if dot else ends


def _ends(value: float) -> str:
    return "0" if value == 0 else signed(value)


def _aside(lower: float | None) -> str:
    return "" if lower is None else f"lower in {percent(lower)} of simulated histories"


def _svg(row: Row, label: str, three: Triple, reach: float, role: str, dot: bool) -> str:
    low, middle, high = three
    scale = (WIDTH / 2 - EDGE) / reach if reach > 0 else 0.0
    x = [WIDTH / 2 + scale * value for value in (low, middle, high)]
    y = HEIGHT / 2
    words = escape(f"{row.title}, {label}: {_words(three, dot)}")
    parts = [
        f'<svg class="whisker-box" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{words}">',
        f'<line class="zero" x1="{WIDTH / 2}" x2="{WIDTH / 2}" y1="1" y2="{HEIGHT - 1}"/>',
    ]
    if low == high == 0:
        parts.append(f'<circle class="dot none" cx="{WIDTH / 2}" cy="{y}" r="4"/>')
    else:
        parts.append(f'<line class="span {role}" x1="{x[0]:.1f}" x2="{max(x[2], x[0] + 1.5):.1f}" y1="{y}" y2="{y}"/>')
        if dot:
            parts.append(f'<circle class="dot {role}" cx="{x[1]:.1f}" cy="{y}" r="5.5"/>')
    return "".join([*parts, "</svg>"])


def sentence_of(found: Summary, plan: str, than: str, years: str, *, same_as_never: bool, proposal: bool) -> str:
    """One sentence about civilians killed: the plan beside its reference, or beside never intervening.

    plan: how it begins; than: where the reference holds ("in history"), empty where the plan is the reference itself;
    years: the time that the run spans. A proposal, and a world without the intervention, are told in ranges.
    """
    row = _counted(next(r for r in found.rows if r.name == "deaths"))
    if proposal:
        text = f"{plan}, {span(row.plan[0], row.plan[2])} civilians are killed by violence in {years}"
        if not same_as_never:
            text += f"; if nobody intervenes, {span(row.never[0], row.never[2])}"
        return (
            text
            + ". Nine tenths of simulated histories lie in such a range;"
            + " it follows from assumptions and is no forecast."
        )
    if not than:
        text = f"{plan}, about {approximately(row.plan[1])} civilians are killed by violence in {years}"
        text += f" (nine tenths of simulated histories: {span(row.plan[0], row.plan[2])})"
        return f"{text}; that is {_range_more(row.to_never)} than had nobody intervened, a band by assumption."
    low, middle, high = row.to_reference
    if row.lower_reference is None:
        return f"{plan}, as many civilians are killed as {than}, in every simulated history."
    if same_as_never:
        more = _range_more(row.to_reference)
        return f"{plan}, {more} civilians are killed by violence than {than}, a band by assumption."
    side = row.lower_reference if middle <= 0 else 1 - row.lower_reference
    text = f"{plan}, about {_more(middle)} civilians are killed than {than}"
    text += f" (nine tenths of simulated histories: {_range_more((low, middle, high))})"
    if side < 0.75:
        return f"{text}; histories do not agree on the direction, {percent(row.lower_reference)} have fewer."
    return f"{text}; {percent(side)} have {'fewer' if middle <= 0 else 'more'}."


def _more(value: float) -> str:
    if value == 0:
        return "as many"
    return f"{approximately(abs(value))} {'more' if value > 0 else 'fewer'}"


def _range_more(three: Triple) -> str:
    low, _, high = three
    if low <= 0 < high and low != 0:
        return f"between {approximately(-low)} fewer and {approximately(high)} more"
    if high <= 0:
        return f"{span(-high, -low)} fewer"
    return f"{span(low, high)} more"


def table_rows(found: Summary, *, same_as_never: bool, proposal: bool) -> list[dict[str, str | dict[str, str]]]:
    """The table of outcomes and differences in words: middles only where they mean something."""

    def words(three: Triple, middle: bool, show: object) -> dict[str, str]:
        write = signed if show == "difference" else approximately
        if three[0] == three[2] == 0 and show == "difference":
            return {"middle": _NONE, "span": ""}
        ends = f"{write(three[0]) if three[0] else '0'} to {write(three[2]) if three[2] else '0'}"
        return {"middle": (write(three[1]) if three[1] else "0") if middle else "", "span": ends}

    out: list[dict[str, str | dict[str, str]]] = []
    bare = proposal or same_as_never
    for row in map(_counted, found.rows):
        out.append(
            {
                "title": row.title,
                "unit": row.unit,
                "plan": words(row.plan, not bare, "value"),
                "to_reference": words(row.to_reference, not bare, "difference"),
                "to_never": words(row.to_never, False, "difference"),
                "share_reference": _aside(row.lower_reference),
                "share_never": _aside(row.lower_never),
            }
        )
    return out
