"""Scenario discovery by CART: a small tree of thresholds that parts the draws of interest from the rest.

Classification and Regression Trees of Breiman, Friedman, Olshen and Stone (1984), grown and pruned by scikit-learn;
leaves are read as boxes, with the merits of `forbear.discovery.boxes`, so that PRIM and CART can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forbear.discovery.boxes import Box

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
    Randomness: `seed` deals draws into folds and breaks exact ties between parameters.
    Raises ValueError where shapes disagree, a value is not finite, or a class has fewer draws than folds.
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.tree import DecisionTreeClassifier

    points, wanted = np.asarray(parameters, dtype=float), np.asarray(interest, dtype=bool)
    if points.ndim != 2 or wanted.shape != points.shape[:1] or not np.isfinite(points).all():
        raise ValueError(f"parameters {points.shape} must be finite, interest {wanted.shape} one flag per draw")
    if min(wanted.sum(), (~wanted).sum()) < folds:
        raise ValueError(f"each class needs at least {folds} draws: {wanted.sum()} of {len(wanted)} are of interest")

    def grown(pruning: float) -> DecisionTreeClassifier:
        return DecisionTreeClassifier(
            max_depth=depth,
            min_samples_leaf=max(1, int(np.ceil(minimum_mass * len(wanted)))),
            class_weight="balanced",
            ccp_alpha=pruning,
            random_state=seed,
        )

    prunings = np.unique(np.maximum(grown(0.0).cost_complexity_pruning_path(points, wanted).ccp_alphas, 0.0))
    # The geometric middle of each interval stands for the trees between two prunings (Breiman and others, ch. 3).
    tried = np.r_[np.sqrt(prunings[:-1] * prunings[1:]), prunings[-1]]
    dealt = StratifiedKFold(folds, shuffle=True, random_state=seed)
    scores = np.array([cross_val_score(grown(a), points, wanted, cv=dealt, scoring="balanced_accuracy") for a in tried])
    means, errors = scores.mean(axis=1), scores.std(axis=1, ddof=1) / np.sqrt(folds)
    best = int(np.argmax(means))
    chosen = int(np.flatnonzero(means >= means[best] - errors[best])[-1])
    model = grown(tried[chosen]).fit(points, wanted)
    leaves = sorted(_leaves(model.tree_, points, wanted), key=lambda leaf: (-leaf.density, -leaf.mass))
    return Tree(tuple(leaves), np.asarray(model.feature_importances_), float(means[chosen]))


def _leaves(tree, points: np.ndarray, wanted: np.ndarray) -> list[Box]:
    """Return the tree's leaves as boxes; a threshold's left side includes it, so the right side starts just above."""
    leaves: list[Box] = []
    open_nodes = [(0, np.full(points.shape[1], -np.inf), np.full(points.shape[1], np.inf))]
    while open_nodes:
        node, lower, upper = open_nodes.pop()
        left, right = tree.children_left[node], tree.children_right[node]
        if left == right:
            inside = ((points >= lower) & (points <= upper)).all(axis=1)
            found = wanted[inside].sum()
            coverage, density = found / wanted.sum(), found / max(inside.sum(), 1)
            leaves.append(Box(lower, upper, float(coverage), float(density), float(inside.mean())))
            continue
        j, threshold = tree.feature[node], float(tree.threshold[node])
        below, above = upper.copy(), lower.copy()
        below[j], above[j] = threshold, np.nextafter(threshold, np.inf)
        open_nodes += [(left, lower, below), (right, above, upper)]
    return leaves
