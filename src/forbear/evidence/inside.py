"""Which district a point lies in: the even-odd rule over every ring, for many points at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

__all__ = ["NOWHERE", "SEVERAL", "locate"]

#: What `locate` answers for a point in no district, and for one in more than one (outlines that overlap).
NOWHERE, SEVERAL = -1, -2

Rings = Sequence[Sequence[tuple[float, float]]]


def locate(longitude: np.ndarray, latitude: np.ndarray, outlines: Mapping[str, Rings]) -> np.ndarray:
    """Return the position of the district that each point lies in.

    Parameters
    ----------
    longitude, latitude : (points,), degrees, finite. A longitude means the same with 360 degrees added or taken away.
    outlines : district -> its rings, closed, holes among them.

    Returns
    -------
    (points,) int, position in `outlines`, `NOWHERE` or `SEVERAL`. A point on the line between two districts that share
    its corners is in one of them.
    """
    found = np.full(len(longitude), NOWHERE, dtype=np.int64)
    order = np.argsort(latitude, kind="stable")
    y, x = latitude[order], longitude[order]
    answer = found[order]
    for place, rings in enumerate(outlines.values()):
        inside = np.zeros(len(y), dtype=bool)
        every = np.array([corner[0] for ring in rings for corner in ring])
        for turn in (-360.0, 0.0, 360.0):
            # the same place on earth, one turn on: only where the outline reaches there
            if ((x + turn >= every.min()) & (x + turn <= every.max())).any():
                inside |= _inside(x + turn, y, rings)
        answer = np.where(inside, np.where(answer == NOWHERE, place, SEVERAL), answer)
    found[order] = answer
    return found


def _inside(x: np.ndarray, y: np.ndarray, rings: Rings) -> np.ndarray:
    """Even-odd rule; `y` rises. Each edge is asked only about the points at its height."""
    odd = np.zeros(len(x), dtype=bool)
    for ring in rings:
        corners = np.asarray(ring, dtype=float)
        ax, ay, bx, by = corners[:-1, 0], corners[:-1, 1], corners[1:, 0], corners[1:, 1]
        # from the lower corner to the upper, so that two neighbours reckon the line between them to the same bit
        down = ay > by
        ax, bx = np.where(down, bx, ax), np.where(down, ax, bx)
        ay, by = np.where(down, by, ay), np.where(down, ay, by)
        first, last = np.searchsorted(y, ay, side="left"), np.searchsorted(y, by, side="left")
        for k in np.flatnonzero(last > first):
            part = slice(first[k], last[k])
            odd[part] ^= x[part] < ax[k] + (y[part] - ay[k]) * ((bx[k] - ax[k]) / (by[k] - ay[k]))
    return odd
