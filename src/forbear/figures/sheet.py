"""What the kinds of chart share: a sheet to draw on in the page's colours, an axis, and words that fit their place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["COLOURS", "LETTER", "WIDTH", "Axis", "Sheet", "identifier", "legend_list", "swatch", "width_of", "wrapped"]

WIDTH = 720
LETTER = 13.0
#: Below this nothing is told apart from nought; values are alike that differ by less than this part of themselves.
NOTHING, ALIKE = 1e-15, 1e-12
#: From which value a number of an axis is written in which unit, and of what the numbers of a short axis are multiples.
LARGE = ((1e12, 1e12, " tn"), (1e9, 1e9, " bn"), (1e6, 1e6, " m"), (1e4, 1e3, "k"))
SMALL = ((1e-15, "million-billionths"), (1e-12, "trillionths"), (1e-9, "billionths"), (1e-6, "millionths"))

#: The page's colours; the second value serves where the drawing stands alone, outside a report.
COLOURS = {
    "ink": "var(--ink,#1b1b1b)", "soft": "var(--soft,#555)", "page": "var(--page,#fff)", "panel": "var(--panel,#f5f5f2)", "grid": "var(--grid,#dcdcdc)",
    "sim": "var(--sim,#0072b2)", "obs": "var(--obs,#d55e00)", "two": "var(--two,#009e73)", "three": "var(--three,#cc79a7)",
}  # fmt: skip

_NARROW, _WIDE = set("iIjltfr.,:;!|'()[] \N{NO-BREAK SPACE}1-/"), set("mwMWGOQ%@&—→←")


def identifier(name: str) -> str:
    """A name as an id of the page: letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "chart"


def width_of(text: str, size: float = LETTER) -> float:
    """Width in drawing units that a wide sans-serif face needs for `text`: a little more than most faces take."""
    total = 0.0
    for letter in text:
        if ord(letter) > 0x2E7F:
            total += 1.05
        elif letter in _NARROW:
            total += 0.42
        elif letter in _WIDE:
            total += 0.99
        else:
            total += 0.72 if letter.isupper() else 0.635
    return total * size


def wrapped(text: str, width: float, lines: int = 2, size: float = LETTER) -> list[str]:
    """Break `text` into at most `lines` lines no wider than `width`; what is left over ends in an ellipsis, and what a
    hard space holds together stays so."""
    words: list[str] = []
    for word in re.split(r"[ \t\r\n]+", text.strip()):
        while width_of(word, size) > width and len(word) > 1:  # a word wider than the column is cut
            cut = max(1, next((k for k in range(len(word), 0, -1) if width_of(word[:k] + "-", size) <= width), 1))
            words.append(word[:cut] + "-")
            word = word[cut:]
        words.append(word)
    out = [""]
    for word in words:
        longer = f"{out[-1]} {word}".strip()
        if width_of(longer, size) <= width or not out[-1]:
            out[-1] = longer
        else:
            out.append(word)
    if len(out) > lines:
        last = out[lines - 1]
        while last and width_of(last + "…", size) > width:
            last = last[:-1]
        out = [*out[: lines - 1], last.rstrip(" -,;") + "…"]
    return out


class Sheet:
    """Gathers shapes and words; `svg` returns them as one accessible <svg> element."""

    def __init__(self, name: str, title: str, alternative: str, height: float, width: float = WIDTH) -> None:
        self.key, self.title, self.alternative = identifier(name), title, alternative
        self.height, self.width = height, width
        self.parts: list[str] = []
        #: Of the <svg> element, as markup: what a page needs to give values on hover and focus.
        self.attributes = ""

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = LETTER,
        anchor: str = "start",
        ink: str = "soft",
        bold: bool = False,
        halo: bool = False,
        kind: str = "word",
    ) -> None:
        """Words with their baseline at y; `halo` keeps them readable over lines; kind becomes the class."""
        style = f"fill:{COLOURS[ink]};font-size:{size:g}px" + (";font-weight:600" if bold else "")
        style += f";paint-order:stroke;stroke:{COLOURS['page']};stroke-width:3px" if halo else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}" style="{style}">{escape(words)}</text>'
        )

    def lines_of_text(
        self,
        x: float,
        middle: float,
        lines: list[str],
        *,
        size: float = LETTER,
        ink: str = "ink",
        anchor: str = "start",
        halo: bool = False,
    ) -> None:
        """Several lines centred on the height `middle`; `halo` as of `text`."""
        step = size * 1.2
        top = middle - step * (len(lines) - 1) / 2 + size * 0.35
        for k, line in enumerate(lines):
            self.text(x, top + k * step, line, size=size, ink=ink, anchor=anchor, halo=halo)

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        ink: str = "grid",
        width: float = 1.0,
        dash: str = "",
        opacity: float = 1.0,
        kind: str = "rule",
        cap: str = "butt",
    ) -> None:
        """A straight line."""
        style = f"stroke:{COLOURS[ink]};stroke-width:{width:g};stroke-opacity:{opacity:g};stroke-linecap:{cap}"
        style += f";stroke-dasharray:{dash}" if dash else ""
        self.parts.append(
            f'<line x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}" class="{kind}" style="{style}"/>'
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str,
        opacity: float = 1.0,
        kind: str = "area",
        stroke: str = "",
        words: str = "",
    ) -> None:
        """A rectangle; fill is a colour of the page or an id of a pattern with a leading '#'; `words` show on hover."""
        paint = f"url({fill})" if fill.startswith("#") else COLOURS[fill]
        style = f"fill:{paint};fill-opacity:{opacity:g}" + (f";stroke:{COLOURS[stroke]}" if stroke else "")
        inside = f"><title>{escape(words)}</title></rect>" if words else "/>"
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" class="{kind}" style="{style}"{inside}'
        )

    def path(self, points: str, *, style: str, kind: str) -> None:
        """A path; `points` is its d attribute, `style` may name colours as {sim}."""
        for name, colour in COLOURS.items():
            style = style.replace("{" + name + "}", colour)
        self.parts.append(f'<path d="{points}" class="{kind}" style="{style}"/>')

    def places(self, way: str, values: Iterable[float]) -> None:
        """Where along `way` ("x" or "y") each row of the table behind stands: a page gives its values there."""
        self.attributes = f'data-way="{way}" data-at="{" ".join(f"{value:.0f}" for value in values)}" '

    def spots(self, points: Iterable[tuple[float, float]]) -> None:
        """Where on the sheet each row of the table behind stands: a page gives the values of the nearest."""
        self.attributes = f'data-way="spot" data-at="{" ".join(f"{x:.0f},{y:.0f}" for x, y in points)}" '

    def svg(self) -> str:
        """The whole element."""
        return (
            f'<svg viewBox="0 0 {self.width:.0f} {self.height:.0f}" {self.attributes}role="img" aria-labelledby="{self.key}-t {self.key}-d" class="chart" '
            f'xmlns="http://www.w3.org/2000/svg" style="font-family:system-ui,sans-serif"><title id="{self.key}-t">{escape(self.title)}</title>'
            f'<desc id="{self.key}-d">{escape(self.alternative)}</desc>{"".join(self.parts)}</svg>'
        )


class Axis:
    """Values to places between `start` and `end`, linear or logarithmic; outside values come to lie on the edge.

    Values that are all alike get an axis from nought that has them in its middle; all noughts, one from 0 to 1.
    """

    def __init__(self, low: float, high: float, start: float, end: float, logarithmic: bool = False) -> None:
        if not (math.isfinite(low) and math.isfinite(high)) or (logarithmic and low <= 0):
            raise ValueError(f"an axis from {low} to {high} cannot be drawn{' in logarithms' if logarithmic else ''}")
        if logarithmic:
            low, high = (low / 2, low * 2) if high <= low else (low, high)
        elif max(abs(low), abs(high)) < NOTHING:
            low, high = 0.0, 1.0
        elif high - low <= ALIKE * max(abs(low), abs(high)):
            low, high = min(0.0, 2 * low), max(0.0, 2 * low)
        self.low, self.high, self.start, self.end, self.logarithmic = low, high, start, end, logarithmic

    def place(self, value: float) -> float:
        """The coordinate of a value, held inside the axis."""
        held = min(max(value, self.low), self.high)
        if self.logarithmic:
            part = math.log(held / self.low) / math.log(self.high / self.low)
        else:
            part = (held - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def holds(self, value: float) -> bool:
        """True where a value lies on the axis and not beyond it."""
        return self.low <= value <= self.high

    def ticks(self, about: int = 6) -> list[float]:
        """Round values to write along the axis."""
        if self.logarithmic:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            found: list[float] = []
            for steps in ((1,), (1, 3), (1, 2, 5), (1, 2, 3, 5), (1, 1.5, 2, 3, 4, 5, 7)):
                found = [v for k in powers for s in steps if self.holds(v := float(f"{s}e{k}"))]
                if 4 <= len(found) <= about + 3:
                    return found
                if len(found) > about + 3:
                    return found[:: math.ceil(len(found) / (about + 3))]
        spare = 1e-9 * (self.high - self.low)
        for finer in (1, 2, 4):
            step, power = self._step(finer * about)
            first, last = (math.floor(v / (step * 10.0**power)) for v in (self.low, self.high))
            exact = (float(f"{k * step}e{power}") for k in range(first, last + 2))  # none is 0.30000000000000004
            ticks = [v for v in exact if self.low - spare <= v <= self.high + spare]
            if len(ticks) > 1:
                break
        return ticks

    def _step(self, about: int) -> tuple[int, int]:
        """Distance of linear ticks: 1, 2 or 5 of a power of ten."""
        raw = (self.high - self.low) / about
        power = math.floor(math.log10(raw))
        step = next(m for m in (1, 2, 5, 10) if m * 10.0**power >= raw * 0.999)
        return (1, power + 1) if step == 10 else (step, power)

    @property
    def times(self) -> str:
        """What the words of ticks are multiples of, where the axis is too short for plain numbers: "millionths"."""
        largest = max(abs(self.low), abs(self.high))
        return next((word for size, word in SMALL if largest < 1e3 * size), "") if largest < 1e-3 else ""

    def labelled(self, about: int = 6) -> list[tuple[float, str]]:
        """Ticks with their words."""
        ticks = self.ticks(about)
        return list(zip(ticks, self.words(ticks), strict=True))

    def unit(self, words: str) -> str:
        """The unit of the axis, with what its words are multiples of."""
        return f"{words}, {self.times}" if self.times else words

    def words(self, ticks: Sequence[float]) -> list[str]:
        """Ticks in words: all in one unit with as many decimals as tell them apart; those of logarithms each in its own.

        Never in powers of ten: of an axis that ends below a thousandth they are multiples of `times`.
        """
        scale = next((size for size, word in SMALL if word == self.times), 1.0)
        values = [v / scale for v in ticks]
        if self.logarithmic:
            return [_word(v, *_size(abs(v))) for v in values]
        largest = max((abs(v) for v in values), default=0.0)
        size, word = _size(largest)
        for decimals in range(13):
            told = [_word(v, size, word, decimals) for v in values]
            if all(abs(float(f"{v / size:.{decimals}f}") - v / size) <= 1e-9 * largest / size for v in values):
                break
        return told


def _size(largest: float) -> tuple[float, str]:
    """The unit in which numbers as large as this are written."""
    return next(((size, word) for least, size, word in LARGE if largest >= least), (1.0, ""))


def _word(value: float, size: float, word: str, decimals: int | None = None) -> str:
    if value == 0:
        return "0"
    shown = f"{value / size:,.{decimals}f}" if decimals is not None else f"{value / size:,.12g}"
    if "e" in shown:
        shown = f"{value / size:,.15f}".rstrip("0")
    return shown.replace("-", "\N{MINUS SIGN}") + word


def swatch(style: str, words: str) -> str:
    """One entry of a legend: a coloured sample (`style` may name colours as {sim}) and words."""
    for name, colour in COLOURS.items():
        style = style.replace("{" + name + "}", colour)
    return f'<li><span class="swatch" style="print-color-adjust:exact;{style}"></span>{escape(words)}</li>'


def legend_list(items: list[str]) -> str:
    """The legend as HTML."""
    return f'<ul class="legend">{"".join(items)}</ul>' if items else ""
