"""A gauge: one bar of a range with a tick for the number that was observed. Words stand outside the drawing."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from forbear.figures.sheet import COLOURS

__all__ = ["Gauge", "draw"]

LONG, HIGH = 300.0, 26.0


@dataclass(frozen=True)
class Gauge:
    """A range on an axis from nought. low, high: ends of nine tenths; middle: None where no middle is told; tick: what
    was observed, None where nothing is; top: end of the axis; words: all of it, for those who cannot see it; hollow:
    what was observed is not wholly comparable."""

    low: float
    high: float
    middle: float | None
    tick: float | None
    top: float
    words: str
    hollow: bool = False

    @classmethod
    def of(
        cls, low: float, high: float, *, middle: float | None, tick: float | None, words: str, hollow: bool = False
    ) -> Gauge:
        """A gauge whose axis ends a little beyond everything that it holds."""
        return cls(low, high, middle, tick, 1.12 * max(high, tick or 0.0, 1e-9), words, hollow)


def draw(gauge: Gauge) -> str:
    """Return the bar as one <svg> that stretches to the width it is given."""
    low, high = (LONG * v / gauge.top for v in (gauge.low, gauge.high))
    parts = [
        f'<rect x="0" y="7" width="{LONG:g}" height="12" rx="2" '
        f'style="fill:{COLOURS["panel"]};stroke:{COLOURS["grid"]}"/>',
        f'<rect x="{low:.1f}" y="7" width="{max(high - low, 2.0):.1f}" height="12" class="range" '
        f'style="fill:{COLOURS["sim"]};fill-opacity:.55"/>',
    ]
    if gauge.middle is not None:
        x = LONG * gauge.middle / gauge.top
        parts.append(
            f'<rect x="{x - 1.2:.1f}" y="7" width="2.4" height="12" class="middle" style="fill:{COLOURS["sim"]}"/>'
        )
    if gauge.tick is not None:
        x = LONG * gauge.tick / gauge.top
        parts.append(
            f'<rect x="{x - 1.8:.1f}" y="1.5" width="3.6" height="23" class="tick{" hollow" if gauge.hollow else ""}" '
            f'style="fill:{COLOURS["page" if gauge.hollow else "obs"]};stroke:{COLOURS["obs"]};stroke-width:1.2"/>'
        )
    return (
        f'<svg viewBox="0 0 {LONG:g} {HIGH:g}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(gauge.words)}" class="gauge" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )
