"""Scenario discovery by CART: a small tree of thresholds that parts the draws of interest from the rest.

Classification and Regression Trees of Breiman, Friedman, Olshen and Stone (1984): Gini impurity with both classes of
equal weight, cost-complexity pruning, the rule of one standard error. Own code, because the library would be a tenth
of what an installation takes (docs/decisions/0013-licences-and-weight.md); held to scikit-learn by a test. Leaves are
read as boxes, with the merits of `forbear.discovery.boxes`, so that PRIM and CART can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forbear.discovery.boxes import Box
from forbear.questions.streams import stream

__all__ = ["Tree", "cart"]


@dataclass(frozen=True)
class Tree:
    """The leaves of a pruned tree as boxes that part the space, densest first.

    importance: (parameters,) share of the fall in Gini impurity that each parameter brought; zeros for a bare root.
    accuracy: cross-validated balanced accuracy of calling a leaf by its majority at equal class weight; .5 is a
    coin. Where it is near .5 the leaves tell nothing.
    """

    leaves: tuple[Box, ...]
    importance: np.ndarray
    accuracy: float

    def failing(self, minimum_density: float = 0.8) -> tuple[Box, ...]:
        """Return the leaves with at least that density of draws of interest."""
        return tuple(leaf for leaf in self.leaves if leaf.density >= minimum_density)


def cart(
    parameters: np.ndarray,
    interest: np.ndarray,
    *,
    seed: int,
    depth: int = 4,
    minimum_mass: float = 0.05,
    folds: int = 5,
) -> Tree:
    """Grow a tree on given draws and prune it to what cross-validation supports.

    parameters: (draws, parameters), finite; interest: (draws,), true for the draws to be found.
    depth: at most so many thresholds on a path; minimum_mass: least share of draws in a leaf. The pruned tree is
    the smallest within one standard error of the best cross-validated one; it may be the bare root (one leaf).
    Randomness: stream "cart folds" of `seed` deals draws into folds. Of equally good thresholds the first parameter's
    lowest is taken.
    Raises ValueError where shapes disagree, a value is not finite, or a class has fewer draws than folds.
    """
    points, wanted = np.asarray(parameters, dtype=float), np.asarray(interest, dtype=bool)
    if points.ndim != 2 or wanted.shape != points.shape[:1] or not np.isfinite(points).all():
        raise ValueError(f"parameters {points.shape} must be finite, interest {wanted.shape} one flag per draw")
    if min(wanted.sum(), (~wanted).sum()) < folds:
        raise ValueError(f"each class needs at least {folds} draws: {wanted.sum()} of {len(wanted)} are of interest")
    least = max(1, int(np.ceil(minimum_mass * len(wanted))))
    root = _grown(points, wanted, depth, least)
    prunings = np.unique([strength for strength, _ in _prunings(root)])
    # The geometric middle of each interval stands for the trees between two prunings (Breiman and others, ch. 3).
    tried = np.r_[np.sqrt(prunings[:-1] * prunings[1:]), prunings[-1]]
    dealt = _folds(wanted, folds, stream(seed, "cart folds"))
    scores = np.empty((len(tried), folds))
    for fold in range(folds):
        out = dealt == fold
        part = _grown(points[~out], wanted[~out], depth, least)
        for k, pruning in enumerate(tried):
            scores[k, fold] = _balanced(_called(part, _cut(part, pruning), points[out]), wanted[out])
    means, errors = scores.mean(axis=1), scores.std(axis=1, ddof=1) / np.sqrt(folds)
    best = int(np.argmax(means))
    chosen = int(np.flatnonzero(means >= means[best] - errors[best])[-1])
    cut = _cut(root, tried[chosen])
    leaves = sorted(_leaves(root, cut, points, wanted), key=lambda leaf: (-leaf.density, -leaf.mass))
    return Tree(tuple(leaves), _importance(root, cut, points.shape[1]), float(means[chosen]))


@dataclass(eq=False)
class _Node:
    """A part of the space. mass: share of the weight of all draws; risk: mass times Gini impurity; wanted: whether
    draws of interest weigh more (at the root they weigh the same). Draws at or below the threshold go to `below`."""

    mass: float
    risk: float
    wanted: bool
    feature: int = -1
    threshold: float = 0.0
    below: _Node | None = None
    above: _Node | None = None


def _grown(points: np.ndarray, wanted: np.ndarray, depth: int, least: int) -> _Node:
    """The whole tree, before pruning."""
    weights = np.where(wanted, 0.5 / wanted.sum(), 0.5 / (~wanted).sum())

    def grow(rows: np.ndarray, left: int) -> _Node:
        weight, hits = weights[rows].sum(), weights[rows][wanted[rows]].sum()
        node = _Node(float(weight), float(_risk(weight, hits)), bool(hits - (weight - hits) > 1e-12))
        pure = wanted[rows].all() or not wanted[rows].any()
        split = None if pure or not left or len(rows) < 2 * least else _split(points, wanted, weights, rows, least)
        if split is not None:
            node.feature, node.threshold = split
            low = points[rows, node.feature] <= node.threshold
            node.below, node.above = grow(rows[low], left - 1), grow(rows[~low], left - 1)
        return node

    return grow(np.arange(len(wanted)), depth)


def _risk(weight: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """Weight times Gini impurity, of draws of which so much weight is of interest."""
    return 2.0 * hits * (1.0 - hits / weight)


def _split(
    points: np.ndarray, wanted: np.ndarray, weights: np.ndarray, rows: np.ndarray, least: int
) -> tuple[int, float] | None:
    """The parameter and threshold that leave least risk, with `least` draws on both sides; None where none is left."""
    order = rows[np.argsort(points[rows], axis=0, kind="stable")]
    values = np.take_along_axis(points, order, axis=0)
    weight = np.cumsum(weights[order], axis=0)
    hits = np.cumsum(weights[order] * wanted[order], axis=0)
    here = slice(least - 1, len(rows) - least)
    after = slice(least, len(rows) - least + 1)
    risk = _risk(weight[here], hits[here]) + _risk(weight[-1] - weight[here], hits[-1] - hits[here])
    # rounding makes equal splits differ in the last digits: what is as good is told apart by its place alone
    risk = np.where(values[after] > values[here], np.round(risk, 12), np.inf)
    if not np.isfinite(risk).any():
        return None
    feature, at = np.unravel_index(int(np.argmin(risk.T)), risk.T.shape)
    low, high = values[here][at, feature], values[after][at, feature]
    middle = low + (high - low) / 2.0
    return int(feature), float(middle if middle < high else low)


def _inner(node: _Node, cut: frozenset[_Node]) -> Iterator[_Node]:
    """The nodes that still part the space."""
    if node.below is not None and node.above is not None and node not in cut:
        yield node
        yield from _inner(node.below, cut)
        yield from _inner(node.above, cut)


def _left(node: _Node, cut: frozenset[_Node]) -> tuple[float, int]:
    """Risk and number of the leaves below a node."""
    if node.below is None or node.above is None or node in cut:
        return node.risk, 1
    (one, few), (other, more) = _left(node.below, cut), _left(node.above, cut)
    return one + other, few + more


def _prunings(root: _Node) -> list[tuple[float, frozenset[_Node]]]:
    """From the whole tree to the bare root: the weakest link is cut first. Strength and what has been cut by then."""
    cut: frozenset[_Node] = frozenset()
    out = [(0.0, cut)]
    while inner := list(_inner(root, cut)):
        below = [_left(node, cut) for node in inner]
        links = [(node.risk - risk) / (number - 1) for node, (risk, number) in zip(inner, below, strict=True)]
        weakest = int(np.argmin(links))
        cut = cut | {inner[weakest]}
        out.append((max(links[weakest], 0.0), cut))
    return out


def _cut(root: _Node, pruning: float) -> frozenset[_Node]:
    """What is cut where every link is cut that is not stronger than `pruning`."""
    cut: frozenset[_Node] = frozenset()
    for strength, so_far in _prunings(root):
        if strength > pruning:
            break
        cut = so_far
    return cut


def _folds(wanted: np.ndarray, folds: int, generator: np.random.Generator) -> np.ndarray:
    """The fold of each draw, (draws,): both classes are spread evenly."""
    dealt = np.empty(len(wanted), dtype=int)
    start = 0
    for flag in (False, True):
        rows = generator.permutation(np.flatnonzero(wanted == flag))
        dealt[rows] = (start + np.arange(len(rows))) % folds
        start += len(rows)  # the second class goes on where the first one ended, so that folds are of one size
    return dealt


def _called(node: _Node, cut: frozenset[_Node], points: np.ndarray) -> np.ndarray:
    """Whether each point lies in a leaf of interest, (points,)."""
    if node.below is None or node.above is None or node in cut:
        return np.full(len(points), node.wanted)
    low = points[:, node.feature] <= node.threshold
    out = np.empty(len(points), dtype=bool)
    out[low] = _called(node.below, cut, points[low])
    out[~low] = _called(node.above, cut, points[~low])
    return out


def _balanced(called: np.ndarray, wanted: np.ndarray) -> float:
    """Mean over both classes of the share that is called rightly."""
    return float((called[wanted].mean() + (~called[~wanted]).mean()) / 2.0)


def _importance(root: _Node, cut: frozenset[_Node], parameters: int) -> np.ndarray:
    fall = np.zeros(parameters)
    for node in _inner(root, cut):
        assert node.below is not None and node.above is not None
        fall[node.feature] += node.risk - node.below.risk - node.above.risk
    return fall / fall.sum() if fall.sum() > 0.0 else fall


def _leaves(root: _Node, cut: frozenset[_Node], points: np.ndarray, wanted: np.ndarray) -> list[Box]:
    """Return the tree's leaves as boxes; a threshold's left side includes it, so the right side starts just above."""
    leaves: list[Box] = []
    open_nodes = [(root, np.full(points.shape[1], -np.inf), np.full(points.shape[1], np.inf))]
    while open_nodes:
        node, lower, upper = open_nodes.pop()
        if node.below is None or node.above is None or node in cut:
            inside = ((points >= lower) & (points <= upper)).all(axis=1)
            found = wanted[inside].sum()
            coverage, density = found / wanted.sum(), found / max(inside.sum(), 1)
            leaves.append(Box(lower, upper, float(coverage), float(density), float(inside.mean())))
            continue
        below, above = upper.copy(), lower.copy()
        below[node.feature], above[node.feature] = node.threshold, np.nextafter(node.threshold, np.inf)
        open_nodes += [(node.below, lower, below), (node.above, above, upper)]
    return leaves
