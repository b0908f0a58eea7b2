"""A grid of strategies by objectives: what each choice would miss, in words, a number and a shade."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from forbear.figures.sheet import WIDTH, Sheet, legend_list, swatch, width_of, wrapped
from forbear.figures.spec import Figure
from forbear.words import approximately

__all__ = ["DARKEST", "WORDS", "Grid", "draw", "grid", "legend"]

LEFT, ASIDE, NARROWEST, SMALL = 196, 12, 84, 12.0
#: A column is never wider than this for the sake of a long word in its head.
WIDEST = 130.0
#: Share of the page's colour in the darkest cell: text keeps a contrast above 4.5 on it in light and dark.
DARKEST = 0.5
#: Upper end of each step as a share of the largest value in the column, with its word.
WORDS = ((0.0, "none"), (0.25, "little"), (0.5, "some"), (0.75, "much"), (1.0, "most"))


@dataclass(frozen=True)
class Grid(Figure):
    """values: (strategies, objectives), 0 or more, NaN where not compared; words: the same shape; shares: the value
    over the largest of its column, which sets the shade."""

    strategies: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()
    values: tuple[tuple[float, ...], ...] = ()
    words: tuple[tuple[str, ...], ...] = ()
    shares: tuple[tuple[float, ...], ...] = ()


def grid(
    name: str,
    title: str,
    unit: str,
    strategies: Sequence[str],
    objectives: Sequence[str],
    values: Sequence[Sequence[float]],
    *,
    words: Sequence[Sequence[str]] | None = None,
    caption: str = "",
) -> Grid:
    """Return the grid of `values` (strategies, objectives), such as 90th percentiles of regret in each objective's
    unit.

    words replace the five words of `WORDS`, which say how large a value is beside the largest of its column. Raises
    ValueError where shapes disagree or a value is negative. Without strategies or objectives it says so.
    """
    table = tuple(tuple(float(v) for v in row) for row in values)
    for what, held in (("values", table), ("words", words)):
        if held is not None and (len(held) != len(strategies) or any(len(row) != len(objectives) for row in held)):
            raise ValueError(f"{what} must be {len(strategies)} strategies by {len(objectives)} objectives")
    if any(v < 0 for row in table for v in row):
        raise ValueError("a value of the grid is negative; regret is nought or more")
    finite = [[row[k] for row in table if math.isfinite(row[k])] for k in range(len(objectives))]
    largest = [max(column, default=0.0) for column in finite]
    shares = tuple(
        tuple(v if not math.isfinite(v) else v / top if top > 0 else 0.0 for v, top in zip(row, largest, strict=True))
        for row in table
    )
    spoken = tuple(tuple(row) for row in words) if words else tuple(tuple(_word(s) for s in row) for row in shares)
    rows = [
        (name_, *(f"{w} ({_number(v)})" if math.isfinite(v) else w for w, v in zip(row, numbers, strict=True)))
        for name_, row, numbers in zip(strategies, spoken, table, strict=True)
    ]
    shown = bool(strategies and objectives)
    said = "; ".join(
        f"{row[0]}: " + ", ".join(f"{o} {cell}" for o, cell in zip(objectives, row[1:], strict=True)) for row in rows
    )
    return Grid(
        name,
        title,
        unit,
        caption,
        f"{unit}. {said}." if shown else "Nothing to show.",
        head=("strategy", *objectives),
        rows=rows if shown else [],
        strategies=tuple(strategies),
        objectives=tuple(objectives),
        values=table,
        words=spoken,
        shares=shares,
    )


def _number(value: float) -> str:
    return approximately(value) if math.isfinite(value) else "unbounded"


def _word(share: float) -> str:
    if not math.isfinite(share):
        return "not compared"
    return next((word for limit, word in WORDS if share <= limit + 1e-9), WORDS[-1][1])


def _shade(share: float) -> float:
    """Strength of the colour in five steps."""
    if not math.isfinite(share):
        return 0.0
    step = next((k for k, (limit, _) in enumerate(WORDS) if share <= limit + 1e-9), len(WORDS) - 1)
    return DARKEST * step / (len(WORDS) - 1)


def draw(figure: Grid) -> str:
    """Return the grid as one <svg>; it grows wider where objectives are many."""
    if not (figure.strategies and figure.objectives):
        sheet = Sheet(figure.name, figure.title, figure.alternative, 40)
        sheet.text(12, 25, "Nothing to show: no strategy or no objective was given.")
        return sheet.svg()
    many = len(figure.objectives)
    longest = max(width_of(word, SMALL) for o in figure.objectives for word in o.split() or [""]) + 12
    cell = max(NARROWEST, (WIDTH - LEFT - ASIDE) / many, min(longest, WIDEST))
    heads = [wrapped(o, cell - 10, 4, SMALL) for o in figure.objectives]
    top = 14.4 * max(len(h) for h in heads) + 16
    plan, y = [], top
    for name, spoken, numbers, shares in zip(
        figure.strategies, figure.words, figure.values, figure.shares, strict=True
    ):
        label = wrapped(name, LEFT - ASIDE - 14, 3)
        cells = [wrapped(w, cell - 12, 3, SMALL) for w in spoken]
        height = max(15.6 * len(label), 14.4 * (max(len(c) for c in cells) + 1)) + 12
        plan.append((y, height, name, label, spoken, cells, numbers, shares))
        y += height
    sheet = Sheet(figure.name, figure.title, figure.alternative, y + 12, max(WIDTH, LEFT + many * cell + ASIDE))
    for k, head in enumerate(heads):
        middle = top - 8 - 14.4 * len(head) / 2
        sheet.lines_of_text(LEFT + (k + 0.5) * cell, middle, head, size=SMALL, ink="soft", anchor="middle")
    for y, height, name, label, spoken, cells, numbers, shares in plan:
        sheet.lines_of_text(ASIDE, y + height / 2, label)
        for k, (lines, value, share) in enumerate(zip(cells, numbers, shares, strict=True)):
            x = LEFT + k * cell
            said = f"{name}, {figure.objectives[k]}: {spoken[k]}"
            sheet.box(
                x + 1,
                y + 1,
                cell - 2,
                height - 2,
                fill="sim",
                opacity=_shade(share),
                kind="cell",
                stroke="grid",
                words=said,
            )
            number = [] if not math.isfinite(value) else [_number(value)]
            sheet.lines_of_text(x + cell / 2, y + height / 2, [*lines, *number], size=SMALL, anchor="middle")
    sheet.places("y", [y + height / 2 for y, height, *_ in plan])
    return sheet.svg()


def legend(figure: Grid) -> str:
    """Return the legend as HTML; the words of the steps only where the grid uses them."""
    if not (figure.strategies and figure.objectives):
        return ""
    said = ["none", *(f"up to {limit * 100:.0f} % of the largest in its column" for limit, _ in WORDS[1:])]
    steps = {word for _, word in WORDS}
    own = not all(word in steps or word == "not compared" for row in figure.words for word in row)
    items = []
    for k, ((_, word), share) in enumerate(zip(WORDS, said, strict=True)):
        colour = "color-mix(in srgb,{sim} " + f"{100 * DARKEST * k / (len(WORDS) - 1):.0f}%" + ",transparent)"
        items.append(swatch(f"background:{colour}", share if own or k == 0 else f"{word}: {share}"))
    return legend_list(items)
