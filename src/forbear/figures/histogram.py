"""Histograms: an effect before and after it met the data, and how any histogram is drawn (for ranks see `ranks`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forbear.figures.sheet import WIDTH, Axis, Sheet, legend_list, swatch, width_of
from forbear.figures.spec import Figure
from forbear.words import approximately

__all__ = ["Histogram", "Outline", "before_and_after", "draw", "legend"]

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 300, 74, 14, 22, 66


@dataclass(frozen=True)
class Outline:
    """Heights of the bins of one histogram. role: ranks, before or after."""

    heights: tuple[float, ...]
    role: str
    label: str
    median: float | None = None


@dataclass(frozen=True)
class Histogram(Figure):
    """Outlines over shared bins. unit: of the x axis; upright: of heights; band: heights expected of a calibrated
    model; margin, reference, sides: as in `intervals`."""

    edges: tuple[float, ...] = ()
    outlines: tuple[Outline, ...] = ()
    upright: str = ""
    band: tuple[float, float] | None = None
    band_words: str = ""
    reference: float | None = None
    margin: tuple[float, float] | None = None
    sides: tuple[str, str] = ("", "")


def before_and_after(
    name: str,
    title: str,
    unit: str,
    before: Any,
    after: Any,
    *,
    labels: tuple[str, str] = ("before the data (prior)", "after the data (posterior)"),
    reference: float | None = 1.0,
    margin: tuple[float, float] | None = None,
    logarithmic: bool = False,
    bins: int = 40,
    sides: tuple[str, str] = ("", ""),
    caption: str = "",
) -> Histogram:
    """Return two outlines over shared bins from draws (n,) and (m,), as shares of draws by bin.

    Draws that are not finite are left out; the axis runs over the central 99 per cent of both sets, with reference and
    margin, and draws beyond it are counted in the outermost bins. Raises ValueError where a logarithmic axis meets
    values at or below nought. With no finite draw in either set it says so.
    """
    import numpy as np

    sets = [np.asarray(v, dtype=float).ravel() for v in (before, after)]
    sets = [v[np.isfinite(v)] for v in sets]
    head = ("from", "to", *(f"share, {label}" for label in labels))
    if not all(len(v) for v in sets):
        return Histogram(name, title, unit, caption, "Nothing to show.", head=head, upright="share of draws")
    fixed = [v for v in (reference, *(margin or ())) if v is not None]
    if logarithmic and (min(v.min() for v in sets) <= 0 or any(v <= 0 for v in fixed)):
        raise ValueError("a logarithmic axis cannot show draws at or below nought")
    ends = [*fixed, *(float(q) for v in sets for q in np.quantile(v, [0.005, 0.995]))]
    low, high = min(ends), max(ends)
    if low == high:
        low, high = (low / 2, high * 2) if logarithmic else (low - 0.5, high + 0.5)
    edges = np.geomspace(low, high, bins + 1) if logarithmic else np.linspace(low, high, bins + 1)
    outlines = []
    for role, label, values in zip(("before", "after"), labels, sets, strict=True):
        heights = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0] / len(values)
        outlines.append(Outline(tuple(heights.tolist()), role, label, float(np.median(values))))
    table = [
        (approximately(a), approximately(b), *(f"{approximately(o.heights[k] * 100)} %" for o in outlines))
        for k, (a, b) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    ]
    said = []
    for label, values in zip(labels, sets, strict=True):
        q05, q50, q95 = (approximately(float(v)) for v in np.quantile(values, [0.05, 0.5, 0.95]))
        said.append(f"{label}: median {q50}, nine tenths of draws from {q05} to {q95}")
    return Histogram(
        name,
        title,
        unit,
        caption,
        f"Shares of draws, {unit}. " + "; ".join(said) + ".",
        head=head,
        rows=table,
        logarithmic=logarithmic,
        edges=tuple(edges.tolist()),
        outlines=tuple(outlines),
        upright="share of draws",
        reference=reference,
        margin=margin,
        sides=sides,
    )


def draw(figure: Histogram) -> str:
    """Return the histogram as one <svg>."""
    if not figure.outlines:
        sheet = Sheet(figure.name, figure.title, figure.alternative, 40)
        sheet.text(12, 25, "Nothing to show: there is no value to count.")
        return sheet.svg()
    spare = 0 if any(figure.sides) else 18
    sheet = Sheet(figure.name, figure.title, figure.alternative, HEIGHT - spare)
    bottom = HEIGHT - BOTTOM
    across = Axis(figure.edges[0], figure.edges[-1], LEFT, WIDTH - RIGHT, figure.logarithmic)
    top = max([*(h for o in figure.outlines for h in o.heights), *(figure.band or ())])
    up = Axis(0.0, top * 1.06, bottom, TOP)
    if figure.margin:
        left, right = (across.place(v) for v in figure.margin)
        sheet.box(left, TOP, right - left, bottom - TOP, fill="grid", opacity=0.55, kind="margin")
    for value, words in up.labelled(4):
        if figure.upright.startswith("share"):
            words = f"{value * 100:.3g} %"
        sheet.line(LEFT, up.place(value), WIDTH - RIGHT, up.place(value))
        sheet.text(LEFT - 8, up.place(value) + 4, words, size=12, anchor="end", kind="tick-word")
    for value, words in across.labelled(8):
        x = across.place(value)
        sheet.line(x, bottom, x, bottom + 5, ink="soft")
        inside = WIDTH - width_of(words, 12) / 2
        sheet.text(min(x, inside), bottom + 19, words, size=12, anchor="middle", kind="tick-word")
    if figure.band:
        low, high = (up.place(v) for v in figure.band)
        sheet.box(LEFT, high, WIDTH - RIGHT - LEFT, low - high, fill="grid", opacity=0.75, kind="uniform")
    for outline in figure.outlines:
        _outline(sheet, figure, outline, across, up)
    middles = [(across.place(a) + across.place(b)) / 2 for a, b in zip(figure.edges, figure.edges[1:], strict=False)]
    sheet.places("x", middles)
    if figure.reference is not None and across.holds(figure.reference):
        x = across.place(figure.reference)
        sheet.line(x, TOP, x, bottom, ink="soft", width=1.5, kind="reference")
    sheet.line(LEFT, bottom, WIDTH - RIGHT, bottom, ink="soft")
    for words, x, anchor in ((f"← {figure.sides[0]}", LEFT, "start"), (f"{figure.sides[1]} →", WIDTH - RIGHT, "end")):
        if any(figure.sides):
            sheet.text(x, bottom + 37, words, size=12, ink="ink", anchor=anchor, kind="side")
    sheet.text(
        (LEFT + WIDTH - RIGHT) / 2, bottom + 57 - spare, across.unit(figure.unit), size=12, anchor="middle", kind="unit"
    )
    sheet.parts.append(
        f'<g transform="translate(18 {(TOP + bottom) / 2:.0f}) rotate(-90)"><text text-anchor="middle" class="upright" style="fill:var(--soft,#555);font-size:12px">{figure.upright}</text></g>'
    )
    return sheet.svg()


def _outline(sheet: Sheet, figure: Histogram, outline: Outline, across: Axis, up: Axis) -> None:
    """Bars of ranks, or the outline of one set of draws with a tick at its median."""
    places = [across.place(e) for e in figure.edges]
    if outline.role == "ranks":
        for k, count in enumerate(outline.heights):
            y = up.place(count)
            sheet.box(
                places[k] + 1.5,
                y,
                places[k + 1] - places[k] - 3,
                up.start - y,
                fill="sim",
                opacity=0.45,
                stroke="sim",
                kind="rank",
                words=f"{count:.0f}",
            )
        return
    points = [f"{places[0]:.1f} {up.start:.1f}"]
    for k, height in enumerate(outline.heights):
        y = up.place(height)
        points += [f"{places[k]:.1f} {y:.1f}", f"{places[k + 1]:.1f} {y:.1f}"]
    points.append(f"{places[-1]:.1f} {up.start:.1f}")
    style = "fill:{sim};fill-opacity:.28;stroke:{sim};stroke-width:2.2"
    if outline.role == "before":
        style = "fill:none;stroke:{obs};stroke-width:2;stroke-dasharray:6 3"
    sheet.path("M" + "L".join(points), style=style, kind=f"outline {outline.role}")
    if outline.median is not None and across.holds(outline.median):
        x, ink = across.place(outline.median), "obs" if outline.role == "before" else "sim"
        colour = "{" + ink + "}"
        sheet.path(
            f"M{x - 5:.1f} {TOP - 10}L{x + 5:.1f} {TOP - 10}L{x:.1f} {TOP - 1}Z",
            style=f"stroke:{colour};stroke-width:1.6;fill:{colour if ink == 'sim' else 'none'}",
            kind="median",
        )


def legend(figure: Histogram) -> str:
    """Return the legend as HTML."""
    items = []
    for outline in figure.outlines:
        style = "background:color-mix(in srgb,{sim} 35%,transparent);outline:2px solid {sim}"
        if outline.role == "before":
            style = "background:none;outline:2px dashed {obs}"
        words = outline.label + (
            "" if outline.median is None else f", median {approximately(outline.median)} (triangle)"
        )
        items.append(swatch(style, words))
    if len(figure.outlines) == 2:
        items.append("<li>Draws beyond the axis are counted in the outermost bins.</li>")
    if figure.band:
        items.append(swatch("background:{grid}", figure.band_words))
    if figure.margin:
        items.append(swatch("background:{grid}", "no material effect ({:g} to {:g})".format(*figure.margin)))
    return legend_list(items)
