"""What the kinds of chart share: a sheet to draw on in the page's colours, an axis, and words that fit their place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from html import escape

__all__ = ["COLOURS", "LETTER", "WIDTH", "Axis", "Sheet", "identifier", "legend_list", "swatch", "width_of", "wrapped"]

WIDTH = 720
LETTER = 13.0

#: The page's colours; the second value serves where the drawing stands alone, outside a report.
COLOURS = {
    "ink": "var(--ink,#1b1b1b)", "soft": "var(--soft,#555)", "page": "var(--page,#fff)", "panel": "var(--panel,#f5f5f2)", "grid": "var(--grid,#dcdcdc)",
    "sim": "var(--sim,#0072b2)", "obs": "var(--obs,#d55e00)", "two": "var(--two,#009e73)", "three": "var(--three,#cc79a7)",
}  # fmt: skip

_NARROW, _WIDE = set("iIjltfr.,:;!|'()[] 1-/"), set("mwMWGOQ%@&—→←")


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
    """Break `text` into at most `lines` lines no wider than `width`; what is left over ends in an ellipsis."""
    words: list[str] = []
    for word in text.split():
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
    ) -> None:
        """Several lines centred on the height `middle`."""
        step = size * 1.2
        top = middle - step * (len(lines) - 1) / 2 + size * 0.35
        for k, line in enumerate(lines):
            self.text(x, top + k * step, line, size=size, ink=ink, anchor=anchor)

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

    def svg(self) -> str:
        """The whole element."""
        return (
            f'<svg viewBox="0 0 {self.width:.0f} {self.height:.0f}" {self.attributes}role="img" aria-labelledby="{self.key}-t {self.key}-d" class="chart" '
            f'xmlns="http://www.w3.org/2000/svg" style="font-family:system-ui,sans-serif"><title id="{self.key}-t">{escape(self.title)}</title>'
            f'<desc id="{self.key}-d">{escape(self.alternative)}</desc>{"".join(self.parts)}</svg>'
        )


class Axis:
    """Values to places between `start` and `end`, linear or logarithmic; outside values come to lie on the edge."""

    def __init__(self, low: float, high: float, start: float, end: float, logarithmic: bool = False) -> None:
        if not (math.isfinite(low) and math.isfinite(high)) or (logarithmic and low <= 0):
            raise ValueError(f"an axis from {low} to {high} cannot be drawn{' in logarithms' if logarithmic else ''}")
        if high <= low:
            low, high = (low / 2, low * 2) if logarithmic else (low - 0.5, low + 0.5)
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
            for steps in ((1,), (1, 3), (1, 2, 5), (1, 2, 3, 5), (1, 1.5, 2, 3, 4, 5, 7)):
                found = [s * 10.0**k for k in powers for s in steps if self.holds(s * 10.0**k)]
                if 4 <= len(found) <= about + 3:
                    return found
            if len(found) > about + 3:
                found = [10.0**k for k in powers if self.holds(10.0**k)]
                return found[:: math.ceil(len(found) / (about + 3))]
        raw = (self.high - self.low) / about
        step = 10 ** math.floor(math.log10(raw))
        step *= next(m for m in (1, 2, 5, 10) if m * step >= raw * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        return [round(k * step, 12) for k in range(first, math.floor(self.high / step + 1e-9) + 1)]

    @staticmethod
    def word(value: float) -> str:
        """A tick in words; ticks are round, so nothing is lost."""
        for size, word in ((1e9, " bn"), (1e6, " m"), (1e4, "k")):
            if abs(value) >= size:
                return f"{value / (1e3 if word == 'k' else size):.4g}{word}"
        return f"{value:,.6g}".replace("-", "−")


def swatch(style: str, words: str) -> str:
    """One entry of a legend: a coloured sample (`style` may name colours as {sim}) and words."""
    for name, colour in COLOURS.items():
        style = style.replace("{" + name + "}", colour)
    return f'<li><span class="swatch" style="print-color-adjust:exact;{style}"></span>{escape(words)}</li>'


def legend_list(items: list[str]) -> str:
    """The legend as HTML."""
    return f'<ul class="legend">{"".join(items)}</ul>' if items else ""
