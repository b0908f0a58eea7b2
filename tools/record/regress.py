"""Least squares with errors clustered by country or conflict, and shares with their difference: what the derived estimates need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def least_squares(
    y: Sequence[float], columns: Sequence[Sequence[float]], clusters: Sequence[object]
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (constant first) and their errors, clustered (Liang and Zeger 1986, with the small-sample factor of Stata)."""
    x = np.column_stack([np.ones(len(y)), *[np.asarray(column, dtype=float) for column in columns]])
    target = np.asarray(y, dtype=float)
    bread = np.linalg.pinv(x.T @ x)
    coefficients = bread @ x.T @ target
    scores = x * (target - x @ coefficients)[:, None]
    names = {name: place for place, name in enumerate(dict.fromkeys(clusters))}
    sums = np.zeros((len(names), x.shape[1]))
    np.add.at(sums, [names[name] for name in clusters], scores)
    groups, count, width = len(names), len(target), x.shape[1]
    factor = groups / (groups - 1) * (count - 1) / (count - width)
    return coefficients, np.sqrt(np.diag(factor * bread @ (sums.T @ sums) @ bread))
