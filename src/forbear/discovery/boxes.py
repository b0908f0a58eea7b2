"""Scenario discovery by PRIM: boxes of parameter space in which the draws of interest gather.

Bump hunting of Friedman and Fisher (1999), Statistics and Computing 9, read for policy as in Bryant and Lempert
(2010), Technological Forecasting and Social Change 77: a box is judged by its coverage (share of all draws of
interest that it holds), density (share of its draws that are of interest) and mass (share of all draws).
Own code; parameters are continuous, in any units (prior quantiles make limits comparable). No randomness.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Box", "Trajectory", "prim", "quasi_p_values", "relax"]


@dataclass(frozen=True)
class Box:
    """A box and its merits. lower, upper: (parameters,), infinite where the box does not restrict that side."""

    lower: np.ndarray
    upper: np.ndarray
    coverage: float
    density: float
    mass: float

    @property
    def restricted(self) -> tuple[int, ...]:
        """Indices of the parameters that the box restricts on at least one side."""
        return tuple(int(j) for j in np.flatnonzero(np.isfinite(self.lower) | np.isfinite(self.upper)))

    def contains(self, parameters: np.ndarray) -> np.ndarray:
        """Return which rows of parameters (draws, parameters) lie inside, limits included, shape (draws,)."""
        return np.all((parameters >= self.lower) & (parameters <= self.upper), axis=1)


@dataclass(frozen=True)
class Trajectory:
    """The boxes met, the whole space first: `peeled` of them by peeling, those after by pasting."""

    boxes: tuple[Box, ...]
    peeled: int

    def choose(self, minimum_density: float = 0.8) -> Box | None:
        """Return the box of greatest coverage at that density or more (fewest limits on a tie); None if there is none."""
        dense = [box for box in self.boxes if box.density >= minimum_density]
        return max(dense, key=lambda box: (box.coverage, -len(box.restricted), box.density), default=None)


def prim(
    parameters: np.ndarray,
    interest: np.ndarray,
    *,
    peel_share: float = 0.05,
    paste_share: float = 0.05,
    minimum_mass: float = 0.05,
) -> Trajectory:
    """Peel the space down to a dense box, then paste back what does not thin it.

    parameters: (draws, parameters), finite; interest: (draws,), true for the draws to be found.
    A peel takes about `peel_share` of the box off one side of one parameter: the side that gains most density per
    draw removed (ties: fewer restricted parameters, then the first parameter). Peeling stops where no peel gains
    or the box would hold less than `minimum_mass` of all draws. A paste gives `paste_share` of the box back to one
    side and stands while density does not fall. Limits lie halfway between kept and removed draws.
    Raises ValueError where shapes disagree, nothing or everything is of interest, or a share is not inside (0, 1).
    """
    points, wanted = _checked(parameters, interest)
    for name, share in (("peel_share", peel_share), ("paste_share", paste_share), ("minimum_mass", minimum_mass)):
        if not 0.0 < share < 1.0:
            raise ValueError(f"{name} is {share}; it must lie between 0 and 1")
    box = _box(np.full(points.shape[1], -np.inf), np.full(points.shape[1], np.inf), points, wanted)
    boxes = [box]
    while (peel := _best_peel(box, points, wanted, peel_share, minimum_mass)) is not None:
        box = peel
        boxes.append(box)
    peeled = len(boxes) - 1
    while (paste := _best_paste(box, points, wanted, paste_share)) is not None:
        box = paste
        boxes.append(box)
    return Trajectory(tuple(boxes), peeled)


def quasi_p_values(box: Box, parameters: np.ndarray, interest: np.ndarray) -> np.ndarray:
    """Return for each limit the chance of the box's density without it, (parameters, 2): lower, upper; NaN if open.

    One-sided binomial test of Bryant and Lempert (2010): with this one limit lifted, would a sample as large as
    the box hold as many draws of interest? "Quasi", because the box was sought on the same draws: a large value
    shows that a limit is not needed, a small one does not prove that it is.
    """
    from scipy.stats import binom

    points, wanted = _checked(parameters, interest)
    inside = box.contains(points)
    held, found = int(inside.sum()), int(wanted[inside].sum())
    values = np.full((points.shape[1], 2), np.nan)
    for j, side in _limits(box):
        wider = _lifted(box, j, side).contains(points)
        values[j, side] = binom.sf(found - 1, held, wanted[wider].mean())
    return values


def relax(box: Box, parameters: np.ndarray, interest: np.ndarray, level: float = 0.05) -> Box:
    """Return the box without the limits whose quasi-p value exceeds `level`, lifted one by one, the largest first."""
    points, wanted = _checked(parameters, interest)
    while box.restricted:
        values = quasi_p_values(box, points, wanted)
        j, side = np.unravel_index(int(np.nanargmax(values)), values.shape)
        if values[j, side] <= level:
            break
        wider = _lifted(box, int(j), int(side))
        box = _box(wider.lower, wider.upper, points, wanted)
    return box


def _best_peel(box: Box, points: np.ndarray, wanted: np.ndarray, share: float, minimum_mass: float) -> Box | None:
    inside = box.contains(points)
    held = int(inside.sum())
    best, best_rank = None, (0.0, 0)
    for j in range(points.shape[1]):
        order = np.sort(points[inside, j])
        goal = max(1, round(share * held))
        for side in (0, 1):
            # All draws that share the value at the cut go together, so a limit never splits a tie.
            if side == 0:
                kept = int(np.searchsorted(order, order[goal - 1], side="right"))
                left = held - kept
                limit = 0.5 * (order[kept - 1] + order[kept]) if left else np.nan
            else:
                left = int(np.searchsorted(order, order[held - goal], side="left"))
                limit = 0.5 * (order[left - 1] + order[left]) if left else np.nan
            if left < max(1, minimum_mass * len(points)):
                continue
            new = _limited(box, j, side, limit, points, wanted)
            rank = ((new.density - box.density) / (held - left), -len(new.restricted))
            if rank[0] > 0.0 and (best is None or rank > best_rank):
                best, best_rank = new, rank
    return best


def _best_paste(box: Box, points: np.ndarray, wanted: np.ndarray, share: float) -> Box | None:
    goal = max(1, round(share * int(box.contains(points).sum())))
    best, best_rank = None, (0.0, 0.0)
    for j, side in _limits(box):
        wider = _lifted(box, j, side).contains(points) & ~box.contains(points)
        beyond = np.sort(points[wider, j])[:: 1 if side else -1]  # nearest the limit first
        if not len(beyond):
            continue
        edge = beyond[min(goal, len(beyond)) - 1]
        further = beyond[beyond > edge] if side else beyond[beyond < edge]
        limit = 0.5 * (edge + further[0]) if len(further) else (np.inf if side else -np.inf)
        new = _limited(box, j, side, float(limit), points, wanted)
        rank = (new.density, new.mass)
        if new.density >= box.density and new.mass > box.mass and (best is None or rank > best_rank):
            best, best_rank = new, rank
    return best


def _limits(box: Box) -> list[tuple[int, int]]:
    return [(j, side) for j in box.restricted for side in (0, 1) if np.isfinite((box.lower, box.upper)[side][j])]


def _limited(box: Box, j: int, side: int, limit: float, points: np.ndarray, wanted: np.ndarray) -> Box:
    lower, upper = box.lower.copy(), box.upper.copy()
    (lower, upper)[side][j] = limit
    return _box(lower, upper, points, wanted)


def _lifted(box: Box, j: int, side: int) -> Box:
    lower, upper = box.lower.copy(), box.upper.copy()
    (lower, upper)[side][j] = np.inf if side else -np.inf
    return Box(lower, upper, np.nan, np.nan, np.nan)


def _box(lower: np.ndarray, upper: np.ndarray, points: np.ndarray, wanted: np.ndarray) -> Box:
    inside = Box(lower, upper, np.nan, np.nan, np.nan).contains(points)
    found = wanted[inside].sum()
    return Box(lower, upper, float(found / wanted.sum()), float(found / max(inside.sum(), 1)), float(inside.mean()))


def _checked(parameters: np.ndarray, interest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    points, wanted = np.asarray(parameters, dtype=float), np.asarray(interest, dtype=bool)
    if points.ndim != 2 or wanted.shape != points.shape[:1]:
        raise ValueError(
            f"parameters {points.shape} and interest {wanted.shape}: need (draws, parameters) and (draws,)"
        )
    if not np.isfinite(points).all():
        raise ValueError("parameters must be finite")
    if wanted.all() or not wanted.any():
        raise ValueError("some draws must be of interest and some not, or there is no box to find")
    return points, wanted
