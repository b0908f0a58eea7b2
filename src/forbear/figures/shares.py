"""Stacked shares: in how many draws a lever helps, does nothing that matters, or hurts, with the band it must meet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from forbear.figures.sheet import COLOURS, WIDTH, Axis, Sheet, legend_list, swatch, width_of, wrapped
from forbear.figures.spec import Figure

__all__ = ["ShareRow", "Shares", "draw", "legend", "shares"]

LEFT, RIGHT, TOP, BOTTOM, ASIDE, THICK = 216, 152, 26, 46, 12, 22
PARTS = ("helps", "no material effect", "hurts")


@dataclass(frozen=True)
class ShareRow:
    """One bar: three shares that make one, and a word such as whether the gate is passed. NaN means not run."""

    label: str
    helps: float
    none: float
    hurts: float
    word: str = ""

    @property
    def known(self) -> bool:
        """True where all three shares are numbers."""
        return all(math.isfinite(v) for v in (self.helps, self.none, self.hurts))

    @property
    def percent(self) -> tuple[str, str, str]:
        """The shares in whole per cent; small ones as "under 1 %"."""
        return tuple(_percent(v) for v in (self.helps, self.none, self.hurts))  # type: ignore[return-value]


@dataclass(frozen=True)
class Shares(Figure):
    """Bars of three shares. required: the share that each outer part must reach (drawn from both ends), None for none;
    required_words: the band in words, for the legend; parts: names of the three shares."""

    bars: tuple[ShareRow, ...] = ()
    required: float | None = None
    required_words: str = ""
    parts: tuple[str, str, str] = PARTS


def shares(
    name: str,
    title: str,
    rows: Sequence[ShareRow],
    *,
    unit: str = "share of draws",
    required: float | None = None,
    required_words: str = "",
    parts: tuple[str, str, str] = PARTS,
    caption: str = "",
) -> Shares:
    """Return bars of shares in the order given. Without rows it says so.

    required is a share in (0, 0.5): dashed lines at required and 1 - required mark what the outer parts must cross.
    Raises ValueError where shares lie outside [0, 1] or do not make one within a hundredth.
    """
    for row in rows:
        three = (row.helps, row.none, row.hurts)
        if row.known and (min(three) < 0 or abs(sum(three) - 1) > 0.01):
            raise ValueError(f"shares of {row.label!r} are {three}; they must lie in [0, 1] and make one")
    if required is not None and not 0 < required < 0.5:
        raise ValueError(f"the required share is {required}; it lies between 0 and 0.5")
    said = [
        f"{r.label}: "
        + (", ".join(f"{p} {v}" for p, v in zip(parts, r.percent, strict=True)) if r.known else "not run")
        + (f", {r.word}" if r.word else "")
        for r in rows
    ]
    words = (required_words + " " if required_words else "") + "; ".join(said) + "." if rows else "Nothing to show."
    table = [(r.label, *(r.percent if r.known else ("not run",) * 3), r.word) for r in rows]
    return Shares(
        name,
        title,
        unit,
        caption,
        words,
        head=("lever", *parts, "reading"),
        rows=table,
        bars=tuple(rows),
        required=required,
        required_words=required_words,
        parts=parts,
    )


def _percent(share: float) -> str:
    if not math.isfinite(share):
        return "not run"
    if 0 < share < 0.005:
        return "under 1 %"
    return f"{share * 100:.0f} %"


def draw(figure: Shares) -> str:
    """Return the bars as one <svg>; parts differ by colour, by pattern and by place."""
    if not figure.bars:
        sheet = Sheet(figure.name, figure.title, figure.alternative, 40)
        sheet.text(12, 25, "Nothing to show: no lever was given.")
        return sheet.svg()
    axis = Axis(0.0, 1.0, LEFT, WIDTH - RIGHT)
    plan = []
    y = float(TOP)
    for row in figure.bars:
        label = wrapped(row.label, LEFT - ASIDE - 14, 3)
        aside = wrapped(row.word, RIGHT - 14, 3, 12) if row.word else []
        height = max(THICK, 15.6 * len(label), 14.4 * len(aside)) + 12
        plan.append((y + height / 2, row, label, aside))
        y += height
    sheet = Sheet(figure.name, figure.title, figure.alternative, y + BOTTOM)
    sheet.parts.append(_patterns(sheet.key))
    fills = (("sim", 0.5), (f"#{sheet.key}-dots", 1.0), (f"#{sheet.key}-stripes", 1.0))
    for value in (0, 0.2, 0.4, 0.6, 0.8, 1.0):
        x = axis.place(value)
        sheet.line(x, TOP, x, y)
        sheet.text(x, y + 16, f"{value * 100:.0f} %", size=12, anchor="middle", kind="tick-word")
    written = []
    for middle, row, label, aside in plan:
        sheet.lines_of_text(ASIDE, middle, label)
        sheet.lines_of_text(WIDTH - RIGHT + 12, middle, aside, size=12, ink="soft")
        if not row.known:
            sheet.text(LEFT + 8, middle + 4.5, "not run")
            continue
        start = 0.0
        three = zip((row.helps, row.none, row.hurts), row.percent, figure.parts, fills, strict=True)
        for share, percent, part, (fill, opacity) in three:
            left, right = axis.place(start), axis.place(start + share)
            said = f"{row.label}: {part} {percent}"
            sheet.box(
                left,
                middle - THICK / 2,
                right - left,
                THICK,
                fill=fill,
                opacity=opacity,
                kind="share",
                stroke="page",
                words=said,
            )
            if width_of(percent, 12) + 8 < right - left:
                written.append(((left + right) / 2, middle + 4.3, percent))
            start += share
    if figure.required is not None:
        outer = ((figure.required, figure.parts[0]), (1 - figure.required, figure.parts[2]))
        for share, part in outer:
            x = axis.place(share)
            sheet.line(x, TOP - 6, x, y, ink="ink", width=1.6, dash="5 3", kind="required")
            sheet.text(x, TOP - 11, f"{part} ≥ {_percent(figure.required)}", size=12, anchor="middle", ink="ink")
    for x, middle, percent in written:  # last, so that no line runs through a number
        sheet.text(x, middle, percent, size=12, anchor="middle", ink="ink", bold=True, halo=True)
    sheet.line(LEFT, y, WIDTH - RIGHT, y, ink="soft")
    sheet.text((LEFT + WIDTH - RIGHT) / 2, y + 35, figure.unit, size=12, anchor="middle", kind="unit")
    sheet.places("y", [middle for middle, *_ in plan])
    return sheet.svg()


def _patterns(key: str) -> str:
    """Stripes for what hurts, dots for what does nothing: told apart without colour and in print."""
    obs, soft, panel = COLOURS["obs"], COLOURS["soft"], COLOURS["panel"]
    return (
        f'<defs><pattern id="{key}-stripes" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="7" height="7" style="fill:{obs};fill-opacity:.32"/><rect width="2.4" height="7" style="fill:{obs};fill-opacity:.75"/></pattern>'
        f'<pattern id="{key}-dots" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" style="fill:{panel}"/>'
        f'<circle cx="2" cy="2" r="1" style="fill:{soft};fill-opacity:.6"/><circle cx="6" cy="6" r="1" style="fill:{soft};fill-opacity:.6"/></pattern></defs>'
    )


def legend(figure: Shares) -> str:
    """Return the legend as HTML."""
    if not figure.bars:
        return ""
    stripes = (
        "background:repeating-linear-gradient(135deg,{obs} 0 2px,color-mix(in srgb,{obs} 32%,transparent) 2px 6px)"
    )
    dots = "background:radial-gradient(circle,{soft} 1px,{panel} 1.5px) 0 0/6px 6px"
    items = [swatch("background:color-mix(in srgb,{sim} 50%,transparent)", figure.parts[0])]
    items += [swatch(dots, figure.parts[1]), swatch(stripes, figure.parts[2])]
    if figure.required is not None:
        words = figure.required_words or f"required: at least {_percent(figure.required)} on each side"
        items.append(swatch("width:0;height:.9em;outline:0;border-radius:0;border-left:2px dashed {ink}", words))
    return legend_list(items)
