"""Rank histograms: where observed values fall among forecast draws, beside what a calibrated model would give."""

from __future__ import annotations

import math
from collections.abc import Sequence

from forbear.figures.histogram import Histogram, Outline
from forbear.words import approximately

__all__ = ["ranks"]


def ranks(
    name: str,
    title: str,
    counts: Sequence[int],
    *,
    unit: str = "rank of the observed value among forecast draws, 0 lowest to 1 highest",
    level: float = 0.9,
    caption: str = "",
) -> Histogram:
    """Return a histogram of ranks (or of the probability integral transform) from counts by equal bins of [0, 1].

    The band holds `level` of the counts of a bin when ranks are uniform and independent (binomial); observations that
    hang together stray further. Raises ValueError for negative or broken counts, or one bin. Without any count it says
    so.
    """
    from scipy.stats import binom

    if len(counts) < 2 or any(c < 0 or c != int(c) for c in counts):
        raise ValueError(f"counts by bin must be two or more whole numbers, not {list(counts)}")
    if not 0 < level < 1:
        raise ValueError(f"the level is {level}; it lies between 0 and 1")
    total, bins = int(sum(counts)), len(counts)
    edges = tuple(k / bins for k in range(bins + 1))
    head = ("from", "to", "count", "expected", "reading")
    if total == 0:
        return Histogram(name, title, unit, caption, "Nothing to show.", head=head, upright="observed values")
    low, high = (float(binom.ppf(p, total, 1 / bins)) for p in ((1 - level) / 2, (1 + level) / 2))
    reading = ["below the band" if c < low else "above the band" if c > high else "inside" for c in counts]
    table = [
        (f"{a:.2g}", f"{b:.2g}", str(int(c)), approximately(total / bins), r)
        for a, b, c, r in zip(edges, edges[1:], counts, reading, strict=False)
    ]
    outside = sum(r != "inside" for r in reading)
    words = (
        f"{total} ranks in {bins} bins; uniform ranks would give about {approximately(total / bins)} a bin, "
        f"between {low:.0f} and {high:.0f} in {level:.0%} of bins. {outside or 'No'} "
        f"bin{'' if outside == 1 else 's'} outside. {_shape(counts)}"
    )
    outline = Outline(tuple(float(c) for c in counts), "ranks", "observed values")
    band_words = f"{level:.0%} of bins of a calibrated model, were values independent"
    return Histogram(
        name,
        title,
        unit,
        caption,
        words,
        head=head,
        rows=table,
        edges=edges,
        outlines=(outline,),
        upright="observed values",
        band=(low, high),
        band_words=band_words,
    )


def _shape(counts: Sequence[int]) -> str:
    """What the shape of the ranks would mean, where the outer fifths differ from the middle by more than chance."""
    total, bins = sum(counts), len(counts)
    outer = max(1, round(bins / 5))
    ends, share = sum(counts[:outer]) + sum(counts[-outer:]), 2 * outer / bins
    low, high = sum(counts[: bins // 2]), sum(counts[-(bins // 2) :])
    spread = 2 * math.sqrt(total * share * (1 - share))
    if share < 1 and ends - total * share > spread:
        return "Too many at both ends together: intervals are too narrow, or shifted."
    if share < 1 and total * share - ends > spread:
        return "Too few at the ends: intervals are too wide."
    if abs(low - high) > 2 * math.sqrt(low + high):
        return f"Too many {'low' if low > high else 'high'} ranks: forecasts lie too {'high' if low > high else 'low'}."
    return "No clear lean."
