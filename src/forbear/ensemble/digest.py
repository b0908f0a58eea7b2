"""A chunk of runs without its weeks: a row of numbers for each run, and sums and counts of bins by month (`sketch`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL
from forbear.ensemble.recording import Block
from forbear.ensemble.results import FAILED, attributes_of
from forbear.ensemble.sketch import BINS, bins_of

if TYPE_CHECKING:
    import xarray as xr

    from forbear.scenario.problem import Problem

__all__ = ["digest", "folded"]


def digest(problem: Problem, blocks: Iterable[tuple[Block, np.ndarray]]) -> xr.Dataset:
    """What is kept of some blocks.

    Parameters
    ----------
    problem
        What was run.
    blocks
        What came back, each with its members' identities.

    Returns
    -------
    Dataset
        By member: `failed`, and NAME_total of flows or NAME_last, NAME_mean, NAME_most of all else. `moments` (moment,
        quantity, month): number, sum, sum of squares, least and most of the members that did not fail. `step` and
        `number` (entry): the bins that are not empty, each as its distance from the one before; a bin is
        (quantity * months + month) * BINS + bin.
    """
    import xarray as xr

    months = np.asarray(problem.months)
    ends = np.append(np.flatnonzero(np.diff(months)), len(months) - 1)
    rows: list[dict[str, np.ndarray]] = []
    moments, codes, counts = None, [], []
    for block, identities in blocks:
        row = {"member": identities.astype(np.int64), "failed": block.failed}
        names, healthy = list(block.weekly), ~block.failed
        now = np.zeros((5, len(names), len(ends)))
        now[3], now[4] = np.inf, -np.inf
        for place, name in enumerate(names):
            series = block.weekly[name]
            row |= _row(name, series)
            flow = MODEL.quantities[name].kind == "flow"
            by_month = np.add.reduceat(series, np.append(0, ends[:-1] + 1), axis=1) if flow else series[:, ends]
            by_month = by_month[healthy]
            if len(by_month):
                now[:, place] = [
                    np.full(len(ends), len(by_month)), by_month.sum(axis=0), (by_month**2).sum(axis=0),
                    by_month.min(axis=0), by_month.max(axis=0),
                ]  # fmt: skip
            code = (place * len(ends) + np.arange(len(ends))) * BINS + bins_of(by_month)
            found, many = np.unique(code, return_counts=True)
            codes.append(found)
            counts.append(many)
        rows.append(row)
        moments = now if moments is None else folded(moments, now)
        if len(rows) % 8 == 0:  # or a chunk of many blocks would hold as many lists of bins
            codes, counts = _counted(codes, counts)
    (code,), (number,) = _counted(codes, counts)
    variables: dict[str, Any] = {
        name: ("member", np.concatenate([row[name] for row in rows]), _described(name)) for name in rows[0] if name != "member"
    }  # fmt: skip
    variables["moments"] = (("moment", "quantity", "month"), moments)
    # an entry that counts nothing comes first, so that there is always one; steps are small and pack well
    variables["step"] = ("entry", np.diff(code, prepend=[0, 0]).astype(np.int32))
    variables["number"] = ("entry", np.append(0, number).astype(np.uint32))
    coordinates = {"member": np.concatenate([row["member"] for row in rows]), "quantity": names}
    return xr.Dataset(variables, coords=coordinates, attrs={"step_weeks": problem.step})


def _counted(codes: list[np.ndarray], counts: list[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    code, where = np.unique(np.concatenate(codes), return_inverse=True)
    return [code], [np.bincount(where, weights=np.concatenate(counts), minlength=len(code))]


def _row(name: str, series: np.ndarray) -> dict[str, np.ndarray]:
    kind = np.float64 if MODEL.quantities[name].money else np.float32
    if MODEL.quantities[name].kind == "flow":
        return {f"{name}_total": series.sum(axis=1).astype(kind)}
    return {
        f"{name}_last": series[:, -1].astype(kind),
        f"{name}_mean": series.mean(axis=1).astype(kind),
        f"{name}_most": series.max(axis=1).astype(kind),
    }


def _described(column: str) -> dict[str, str]:
    name, _, how = column.rpartition("_")
    if name not in MODEL.quantities:
        return dict(FAILED)
    known = attributes_of(name)
    return {**known, "long_name": f"{known['long_name']} ({how} over the run)"}


def folded(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Moments of two sets of members together."""
    return np.concatenate([a[:3] + b[:3], np.minimum(a[3:4], b[3:4]), np.maximum(a[4:5], b[4:5])])
