"""Pictures of a series: sparklines for a terminal, a figure file through matplotlib (imported only when asked for)."""

from __future__ import annotations

import math
import os
import tempfile
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.errors import EvidenceError, FileError
from forbear.evidence.catalogue import borders
from forbear.evidence.series import Picture, Series
from forbear.extras import need

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Curve", "curves", "monthly", "plot", "sparkline"]

BLOCKS = "▁▂▃▄▅▆▇█"
NO_VALUE = "·"
#: Colours that stay apart for colour-blind readers (Okabe and Ito), each with a line style of its own.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", "-.", ":", "-", "--", "-.")
FORMATS = (".svg", ".png", ".pdf")
MOST_IN_ONE = len(COLOURS)


@dataclass
class Curve:
    """One line of a picture: positions on the x axis, values (None where nothing is known), and its band."""

    label: str
    x: list[Any] = field(default_factory=list)
    y: list[float | None] = field(default_factory=list)
    low: list[float | None] = field(default_factory=list)
    high: list[float | None] = field(default_factory=list)


def curves(series: Series) -> list[Curve]:
    """Return the lines of the picture of a series.

    A line by month has every month of the span: a missing one is zero or None as `series.absent` says. Raises
    `EvidenceError` E506 when the series has no picture.
    """
    picture = series.picture
    if picture is None:
        raise EvidenceError("E506", f"{series.name} has no picture", hint="print it with --csv")
    found: dict[str, Curve] = {}
    for row in series.rows(**picture.where):
        for name in picture.y:
            group = str(row[picture.by] or f"{picture.by} not named") if picture.by else ""
            label = f"{group}: {name}" if group and len(picture.y) > 1 else group or name
            curve = found.setdefault(label, Curve(label))
            curve.x.append(row[picture.x])
            curve.y.append(row[name])
            low, high = (row[bound] for bound in picture.band) if picture.band else (None, None)
            curve.low.append(low)
            curve.high.append(high)
    kind = next(column.kind for column in series.columns if column.name == picture.x)
    if kind == "month" and picture.style == "line" and found:
        _fill_months(list(found.values()), 0.0 if series.absent == "zero" else None)
    return list(found.values())


def monthly(line: Curve, series: Series) -> Curve:
    """Return a line by month with one value for every month of the series' span, the mean where there are several.

    Months without a value hold None. A line over anything but months is returned as it is.
    """
    picture = series.picture
    kinds = {column.name: column.kind for column in series.columns}
    if picture is None or kinds[picture.x] != "month":
        return line
    seen: dict[str, list[float]] = {}
    for x, y in zip(line.x, line.y, strict=True):
        if x and y is not None:
            seen.setdefault(x, []).append(y)
    if picture.style == "line" or not seen:
        return line
    months = _months(series.first, series.last)
    return Curve(line.label, list(months), [sum(seen[m]) / len(seen[m]) if m in seen else None for m in months])


def _fill_months(lines: list[Curve], missing: float | None) -> None:
    every = [x for line in lines for x in line.x]
    months = _months(min(every), max(every))
    for line in lines:
        known = {x: (y, low, high) for x, y, low, high in zip(line.x, line.y, line.low, line.high, strict=True)}
        filled = [known.get(month, (missing, missing, missing)) for month in months]
        line.x = list(months)
        line.y, line.low, line.high = ([values[i] for values in filled] for i in range(3))


def _months(first: str, last: str) -> list[str]:
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(start, end + 1)]


def sparkline(values: list[float | None], width: int = 60) -> str:
    """Return values as one line of blocks between 0 (or the lowest, if negative) and the highest.

    More than `width` values are averaged in equal groups; a group in which nothing is known is a dot.
    """
    groups = min(width, len(values))
    cells: list[float | None] = []
    for index in range(groups):
        part = values[index * len(values) // groups : (index + 1) * len(values) // groups]
        known = [value for value in part if value is not None]
        cells.append(sum(known) / len(known) if known else None)
    known = [cell for cell in cells if cell is not None]
    if not known:
        return NO_VALUE * groups
    low, high = min(0.0, *known), max(known)
    step = (high - low) / len(BLOCKS) or 1.0
    return "".join(
        NO_VALUE if cell is None else BLOCKS[min(len(BLOCKS) - 1, max(0, math.ceil((cell - low) / step) - 1))]
        for cell in cells
    )


def plot(series: Series, path: Path) -> None:
    """Draw a series into `path` (.svg, .png or .pdf), in one piece: temporary file, then rename.

    Raises `EvidenceError` E506 for a series without picture or a file name of another kind, `FileError` E103 when
    the file cannot be written, `RunError` E421 without matplotlib.
    """
    if path.suffix.lower() not in FORMATS:
        raise EvidenceError(
            "E506", f"cannot draw into {path.name!r}", hint=f"use a name that ends in {', '.join(FORMATS)}"
        )
    if not series.is_map and series.picture is None:
        curves(series)
    matplotlib = need("matplotlib", "a picture of a series")
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": series.name, "font.size": 9, "axes.grid": True, "grid.alpha": 0.3}):
        figure = Figure(figsize=(8, 5), layout="constrained")
        figure.suptitle(series.title)
        if series.is_map:
            _draw_map(figure.add_subplot(), series)
        elif series.picture is not None:
            _draw(figure, series, series.picture)
        note = f"Source: {'; '.join(dict.fromkeys(s.publisher for s in series.sources))}. Licence: {series.licence}. "
        note += f"Gaps: {series.gaps}."
        figure.supxlabel("\n".join(textwrap.wrap(note, 130)), fontsize=7, color="0.3")
        _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    kind = path.suffix.lower()[1:]
    dateless: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
    except OSError as fault:
        raise FileError("E103", f"cannot write {path}: {fault.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as stream:
            figure.savefig(stream, format=kind, dpi=150, metadata=dateless)
        Path(name).chmod(0o644)
        os.replace(name, path)
    except OSError as fault:
        raise FileError("E103", f"cannot write {path}: {fault.strerror}") from None
    finally:
        Path(name).unlink(missing_ok=True)


def _draw(figure: Figure, series: Series, picture: Picture) -> None:
    if picture.style == "dates":
        _draw_dates(figure.add_subplot(), series, picture)
        return
    if picture.style == "interval":
        _draw_intervals(figure, series, picture)
        return
    lines = curves(series)
    if picture.style == "bar" or len(lines) <= MOST_IN_ONE:
        axes = figure.add_subplot()
        if picture.style == "bar":
            _draw_bars(axes, lines, picture)
        else:
            for index, line in enumerate(lines):
                _draw_line(axes, line, picture, series, index)
            if len(lines) > 1 or lines[0].label not in picture.y:
                axes.legend(loc="best", fontsize=8)
            axes.set_ylabel(picture.label)
            _finish(axes, lines)
        return
    columns = 3
    rows = math.ceil(len(lines) / columns)
    figure.set_size_inches(10, 1.5 * rows + 1.5)
    grid = figure.subplots(rows, columns, sharex=True, squeeze=False).ravel()
    for axes, line in zip(grid, lines, strict=False):
        _draw_line(axes, line, picture, series, 0)
        axes.set_title("\n".join(textwrap.wrap(line.label, 42)), fontsize=8)
        _finish(axes, [line], ticks=6)
    for axes in grid[len(lines) :]:
        axes.set_visible(False)
    figure.supylabel(f"{picture.label}; each panel has its own scale", fontsize=9)


def _position(value: Any, kind: str) -> Any:
    import datetime

    if kind in ("month", "date"):
        if not value:
            return None
        year, month, day = ([int(part) for part in value.split("-")] + [1])[:3]
        return datetime.date(year, month, day)
    return value


def _draw_line(axes: Axes, line: Curve, picture: Picture, series: Series, index: int) -> None:
    kind = next(column.kind for column in series.columns if column.name == picture.x)
    placed = [(_position(x, kind), y, a, b) for x, y, a, b in zip(line.x, line.y, line.low, line.high, strict=True)]
    placed = [item for item in placed if item[0] is not None]
    if not placed:
        return
    nothing = float("nan")
    x = [item[0] for item in placed]
    columns: list[list[float]] = [
        [nothing if value is None else value for value in item] for item in zip(*(p[1:] for p in placed), strict=True)
    ]
    y, low, high = columns
    colour, dash = COLOURS[index % MOST_IN_ONE], DASHES[index % MOST_IN_ONE]
    if picture.style == "points":
        axes.plot(x, y, linestyle="none", marker="os^Dv<>"[index % 7], color=colour, label=line.label, markersize=5)
    else:
        few = "o" if len(x) < 15 else ""
        axes.plot(x, y, linestyle=dash, marker=few, color=colour, label=line.label, linewidth=1.3)
        if picture.band:
            axes.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
            if any(item[2] is None for item in placed):
                axes.vlines(x, low, high, color=colour, linewidth=2, alpha=0.5)
    if kind not in ("month", "date", "year"):
        axes.set_xlabel(picture.x.replace("_", " "))


def _finish(axes: Axes, lines: list[Curve], ticks: int = 9) -> None:
    """Start the y axis at zero unless a value is negative; write dates, years and thousands legibly."""
    from matplotlib.dates import MONTHLY, AutoDateLocator, ConciseDateFormatter
    from matplotlib.ticker import StrMethodFormatter

    if not any(y < 0 for line in lines for y in line.y if y is not None):
        axes.set_ylim(bottom=0, top=axes.dataLim.ymax * 1.05 or 1)
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
    first = next((x for line in lines for x in line.x if x), None)
    if isinstance(first, str):
        locator = AutoDateLocator(minticks=min(3, ticks), maxticks=ticks, interval_multiples=True)
        locator.intervald[MONTHLY] = [1, 2, 3, 4, 6, 12]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    elif isinstance(first, int):
        axes.locator_params(axis="x", integer=True)


def _draw_bars(axes: Axes, lines: list[Curve], picture: Picture) -> None:
    base = [0.0] * len(lines[0].x)
    for index, line in enumerate(lines):
        values = [value or 0.0 for value in line.y]
        colour = COLOURS[index % MOST_IN_ONE]
        axes.barh(line.x, values, left=base, color=colour, label=line.label, edgecolor="white")
        base = [a + b for a, b in zip(base, values, strict=True)]
    axes.invert_yaxis()
    axes.set_xlabel(picture.label)
    axes.xaxis.set_major_formatter("{x:,.10g}")
    if len(lines) > 1:
        axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", fontsize=8)


def _draw_intervals(figure: Figure, series: Series, picture: Picture) -> None:
    rows = sorted(series.rows(**picture.where), key=lambda row: row[picture.by])
    figure.set_size_inches(10, 0.3 * len(rows) + 1.5)
    axes = figure.add_subplot()
    groups = list(dict.fromkeys(row[picture.by] for row in rows))
    for level, row in enumerate(rows):
        group = groups.index(row[picture.by])
        ends = [row[name] for name in picture.band]
        colour, marker = COLOURS[group % MOST_IN_ONE], "os^Dv<>"[group % 7]
        label = row[picture.by] if level == 0 or rows[level - 1][picture.by] != row[picture.by] else None
        axes.plot(ends, [level, level], color=colour)
        axes.plot([row[picture.y[0]]], [level], marker=marker, linestyle="none", color=colour, label=label)
    axes.set_yticks(range(len(rows)), [row[picture.x] for row in rows], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel(picture.label)
    axes.legend(fontsize=7, title="reference class: never pool two", title_fontsize=7)


def _draw_dates(axes: Axes, series: Series, picture: Picture) -> None:
    rows = series.rows(**picture.where)
    for level, row in enumerate(rows):
        when = _position(row[picture.x], "date")
        axes.plot([when], [level], marker="o", color=COLOURS[0], markersize=4)
        axes.annotate(f"  {row[picture.x]}  {row[picture.by]}", (when, level), va="center", fontsize=7)
    axes.invert_yaxis()
    axes.set_yticks([])
    axes.margins(x=0.02)
    years = [_position(f"{year}-01", "month") for year in range(int(series.first[:4]), int(series.last[:4]) + 2)]
    axes.set_xticks(years, [str(year.year) for year in years])
    axes.set_xlim(right=axes.get_xlim()[1] + 0.7 * (axes.get_xlim()[1] - axes.get_xlim()[0]))


def _draw_map(axes: Axes, series: Series) -> None:
    for feature in borders(series.name)["features"]:
        shape = feature["geometry"]
        polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        for polygon in polygons:
            for ring in polygon:
                axes.plot([point[0] for point in ring], [point[1] for point in ring], color="0.2", linewidth=0.8)
        outline = max((polygon[0] for polygon in polygons), key=len)
        centre = (sum(point[0] for point in outline) / len(outline), sum(point[1] for point in outline) / len(outline))
        axes.annotate(next(iter(feature["properties"].values())), centre, ha="center", fontsize=7)
    axes.set_aspect(1 / math.cos(math.radians(sum(axes.get_ylim()) / 2)))
    axes.set_xlabel("longitude (degrees east)")
    axes.set_ylabel("latitude (degrees north)")
