"""How many runs fell into which bin: quantiles that can be added up in any order and give the same answer to the bit.

A bin spans a thirty-second of a doubling, so a quantile is known to within 1.1 %; zero has a bin of its own. Counts
are whole numbers, so adding sketches of chunks is exact, commutative and associative. The idea of bins of equal
relative width is that of DDSketch (Masson, Rim and Lee 2019).
"""

from __future__ import annotations

import numpy as np

__all__ = ["BINS", "RELATIVE_ERROR", "bins_of", "quantiles_of"]

_PER_DOUBLING = 32
_SMALLEST, _LARGEST = -20, 47  # powers of two: a millionth, and a hundred million million
_SIDE = (_LARGEST - _SMALLEST) * _PER_DOUBLING
_MIDDLE = _SIDE
#: Negative values, zero, positive values.
BINS = 2 * _SIDE + 1
RELATIVE_ERROR = 2.0 ** (0.5 / _PER_DOUBLING) - 1.0
#: Where the bins of [1/2, 1) begin, rounded to 32 bits so that every machine has the same.
_STEPS = (2.0 ** (np.arange(_PER_DOUBLING) / _PER_DOUBLING - 1.0)).astype(np.float32)


def bins_of(values: np.ndarray) -> np.ndarray:
    """The bin of each value, int64 of the same shape; smaller than a millionth counts as zero, larger ones go into the last bin."""
    mantissa, exponent = np.frexp(np.abs(values).astype(np.float32))
    step = np.searchsorted(_STEPS, mantissa, side="right") - 1
    place = np.clip((exponent.astype(np.int64) - 1 - _SMALLEST) * _PER_DOUBLING + step + 1, 0, _SIDE)
    place[mantissa == 0] = 0
    return np.where(values < 0, _MIDDLE - place, _MIDDLE + place)


def _centres() -> np.ndarray:
    up = 2.0 ** (_SMALLEST + (np.arange(_SIDE) + 0.5) / _PER_DOUBLING)
    return np.concatenate([-up[::-1], [0.0], up])


def quantiles_of(
    counts: np.ndarray, levels: np.ndarray, least: np.ndarray | None = None, most: np.ndarray | None = None
) -> np.ndarray:
    """Quantiles (levels, rows) of counts (rows, BINS), within RELATIVE_ERROR; nan where nothing was counted.

    least, most: (rows,) the smallest and largest value seen, which no quantile leaves.
    """
    running = np.cumsum(counts, axis=1, dtype=np.int64)
    total = running[:, -1]
    centres = _centres()
    out = np.full((len(levels), len(counts)), np.nan)
    for row in np.flatnonzero(total):
        ranks = np.floor(np.asarray(levels) * (total[row] - 1)).astype(np.int64)
        out[:, row] = centres[np.searchsorted(running[row], ranks, side="right")]
    if least is not None and most is not None:
        out = np.clip(out, least, most)
    return out
