"""Where a country stands at the origin of a forecast: a bootstrap particle filter whose particles are lanes of the kernel.

A block of 128 lanes holds 128 / P parameter vectors with P particles each. The kernel advances all of them to the end
of a month; each lane is weighed by that month's observations; where the weights of a vector have become uneven its
lanes are resampled (systematically) and go on with their own luck. The mean weights multiply up to an unbiased
estimate of the likelihood (Gordon, Salmond and Smith 1993; Andrieu, Doucet and Holenstein 2010).

Series with a weight below one enter with that power: a composite likelihood that does not take every month of a
persistent discrepancy for new information (Varin, Reid and Firth 2011).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL
from forbear.ensemble.engine import Engine
from forbear.ensemble.opened import Opened
from forbear.ensemble.places import executor_for
from forbear.inference.density import log_density
from forbear.kernel.draws import LANES
from forbear.randomness import uniforms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from forbear.inference.data import Data, Series
    from forbear.inference.space import Space
    from forbear.scenario.problem import Problem

__all__ = ["Filtered", "ParticleFilter"]


@dataclass(frozen=True)
class Filtered:
    """log_likelihood: (n,); by_month: (n, months) contributions; paths: monthly quantities of every particle, name ->
    (n, particles, months, rows), when asked for; effective: (n,) smallest effective share of particles; weights:
    (n, particles), those of particles after the last observation, summing to one."""

    log_likelihood: np.ndarray
    by_month: np.ndarray
    effective: np.ndarray
    weights: np.ndarray
    paths: dict[str, np.ndarray] | None = None


class ParticleFilter:
    """A likelihood for many parameter vectors at once."""

    def __init__(
        self, problem: Problem, data: Data, space: Space, *, particles: int = 32, record: Sequence[str] = (), workers: int | None = None
    ) -> None:  # fmt: skip
        """particles: a divisor of 128; record: further monthly quantities for `paths`; workers: threads."""
        if LANES % particles:
            raise ValueError(f"{particles} particles do not divide a block of {LANES} lanes")
        self.problem, self.data, self.space, self.particles = problem, data, space, particles
        self.engine = Engine(problem, monthly=sorted({*data.quantities, *record}))
        self.engine.module()  # before many threads ask for it
        self.workers = workers or os.cpu_count() or 1
        last = np.searchsorted(problem.months, np.arange(len(problem.month_labels)), side="right")
        self._month_ends = [int(step) for step in last]
        self._due = [_due(data, month) for month in range(len(problem.month_labels))]

    def evaluate(
        self,
        scores: np.ndarray,
        seed: int,
        *,
        keep_paths: bool = False,
        ahead: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Filtered:
        """Estimate the log likelihood of each row of scores (n, len(space)).

        keep_paths: run on after the last observation, `ahead` months (to the end when None), and return what happened.

        Randomness: the kernel's, named by (seed, lane identity, step); lane identities are row * particles + particle,
        so a row's estimate does not depend on the rows beside it. Resampling uses uniforms named by (seed, row, month).
        """
        per_block = LANES // self.particles
        starts = range(0, len(scores), per_block)
        job = _Blocks(self, scores, seed, keep_paths, ahead)
        parts: list[Any] = [None] * len(starts)
        with executor_for(None, self.workers) as executor:
            given = ((number, (scores[start : start + per_block], start)) for number, start in enumerate(starts))
            for number, part in executor.each(job, given):
                parts[number] = part
                if progress is not None:
                    progress(min(per_block, len(scores) - starts[number]))
        paths = None
        if keep_paths:
            paths = {name: np.concatenate([p.paths[name] for p in parts if p.paths]) for name in parts[0].paths or {}}
        return Filtered(
            np.concatenate([p.log_likelihood for p in parts]),
            np.concatenate([p.by_month for p in parts]),
            np.concatenate([p.effective for p in parts]),
            np.concatenate([p.weights for p in parts]),
            paths,
        )

    def __getstate__(self) -> dict[str, Any]:
        """What travels to a worker of a cluster: the engine is made again there."""
        return {**self.__dict__, "engine": (self.engine.monthly, self.engine.kernel)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        monthly, kernel = state["engine"]
        self.__dict__.update(state)
        self.engine = Engine(self.problem, monthly=monthly, kernel=kernel)

    def _block(self, scores: np.ndarray, start: int, seed: int, keep_paths: bool, ahead: int | None) -> Filtered:
        rows, many = len(scores), self.particles
        lane_row = np.minimum(np.arange(LANES) // many, rows - 1)
        values = {name: v[lane_row] for name, v in self.space.values(scores).items()}
        sizes = {name: np.full(LANES, size) for name, size in self.data.dispersions.items()}
        identities = (start * many + np.arange(LANES)).astype(np.uint32)
        block = self.engine.open(values, identities, seed)
        months = len(self.problem.month_labels)
        weights = np.zeros((rows, many))  # logarithms, normalised to a mean of one
        by_month = np.zeros((rows, months))
        effective = np.ones(rows)
        running: dict[tuple[str, int], np.ndarray] = {}
        luck = uniforms(seed, np.arange(start, start + rows, dtype=np.uint32), "resampling", months)
        end = max((month for month in range(months) if self._due[month]), default=-1)
        for month in range(months):
            if month > (end if not keep_paths else months if ahead is None else end + ahead):
                break
            block.advance(self._month_ends[month])
            gained = self._weigh(block, month, sizes, running)
            if gained is None:
                continue
            new = weights + gained[: rows * many].reshape(rows, many)
            most = new.max(axis=1, keepdims=True)
            level = most[:, 0] + np.log(np.mean(np.exp(new - most), axis=1))
            by_month[:, month] = level
            weights = new - level[:, None]
            share = np.exp(weights) / many
            ess = 1.0 / np.sum(share**2, axis=1) / many
            effective = np.minimum(effective, ess)
            again = ess < 0.5
            if again.any() and month < months - 1:
                ancestors = _ancestors(share, again, luck[:, month], rows, many)
                block.resample(ancestors)
                for name in running:
                    running[name] = running[name][:, ancestors]
                weights[again] = 0.0
        paths = None
        if keep_paths:
            paths = self._paths(block, rows, many)
        total = by_month.sum(axis=1)
        finite = ~block.failed[: rows * many].reshape(rows, many)
        level = np.where(finite.any(axis=1) & np.isfinite(total), total, -np.inf)
        return Filtered(level, by_month, effective, np.exp(weights) / many, paths)

    def _paths(self, block: Opened, rows: int, many: int) -> dict[str, np.ndarray]:
        months = len(self.problem.month_labels)
        return {
            name: block.monthly(name)[: rows * many].reshape(rows, many, months, -1) for name in self.engine.monthly
        }

    def _rows(self, values: np.ndarray, series: Series) -> np.ndarray:
        """A month of a quantity, (pairs, lanes), as rows of the dimension that the series names, (rows, lanes)."""
        over = MODEL.quantities[series.quantity].over
        if len(over) < 2:
            return values
        shape = [len(self.problem.names[name]) for name in over]
        moved = np.moveaxis(values.reshape(*shape, -1), series.axis, 0)
        rows = moved.reshape(shape[series.axis], -1, values.shape[1])
        return np.asarray(rows.sum(axis=1) if series.adds else rows.mean(axis=1))

    def _weigh(
        self, block: Opened, month: int, sizes: dict[str, np.ndarray], running: dict[tuple[str, int], np.ndarray]
    ) -> np.ndarray | None:
        """Log weights that a month's observations give to each lane, (LANES,); None when there are none."""
        now = block.month(month)
        out: np.ndarray | None = None
        for series, at, begun in self._due[month]:
            values = self._rows(now[series.quantity].astype(float), series)
            for place in begun:  # windows of several months gather their sums
                key = (series.name, int(place))
                part = _of(values, series.element[place : place + 1], series.adds)
                running[key] = running[key] + part if key in running else part
            if not len(at):
                continue
            simulated = np.concatenate(
                [running.pop((series.name, int(p))) if (series.name, int(p)) in running else _of(values, series.element[p : p + 1], series.adds) for p in at]
            ) if len(begun) else _of(values, series.element[at], series.adds)  # fmt: skip
            simulated = np.where(np.isfinite(simulated), np.maximum(simulated, 0.0), 1e12)
            gained = series.weight * log_density(series, at, simulated, sizes[series.name]).sum(axis=0)
            out = gained if out is None else out + gained
        return out


class _Blocks:
    """The blocks of an evaluation as a job: a piece is given the block's scores and its first row."""

    def __init__(
        self, owner: ParticleFilter, scores: np.ndarray, seed: int, keep_paths: bool, ahead: int | None
    ) -> None:
        self.owner, self.scores, self.seed, self.keep_paths, self.ahead = owner, scores, seed, keep_paths, ahead

    @cached_property
    def name(self) -> str:
        """See Job."""
        owner = self.owner
        asked = (owner.problem.hash, owner.engine.monthly, owner.particles, self.seed, self.keep_paths, self.ahead)
        told = hashlib.sha256(repr((asked, owner.data.months, owner.space.names)).encode())
        for series in owner.data.series:
            plain = (
                series.name,
                series.quantity,
                series.kind,
                series.weight,
                series.dispersion,
                series.axis,
                series.adds,
            )
            told.update(repr(plain).encode())
            for array in (series.first, series.last, series.element, series.value):
                told.update(np.ascontiguousarray(array).tobytes())
        told.update(np.ascontiguousarray(self.scores).tobytes())
        return told.hexdigest()[:20]

    def __getstate__(self) -> dict[str, Any]:
        return {"scores": None, **{key: value for key, value in self.__dict__.items() if key != "scores"}}

    def piece(self, number: int, given: Any) -> Filtered:
        """One block."""
        scores, start = given
        return self.owner._block(scores, start, self.seed, self.keep_paths, self.ahead)


def _due(data: Data, month: int) -> list[tuple[Series, np.ndarray, np.ndarray]]:
    """Series with numbers that end in this month, and those whose windows of several months include it."""
    out = []
    for series in data.series:
        at = np.flatnonzero(series.last == month)
        begun = np.flatnonzero((series.first <= month) & (series.last >= month) & (series.first < series.last))
        if len(at) or len(begun):
            out.append((series, at, begun))
    return out


def _of(values: np.ndarray, elements: np.ndarray, adds: bool) -> np.ndarray:
    """Rows of a quantity, or all of them together where the element is -1, (len(elements), lanes): their sum, or their
    mean where they do not add up."""
    if elements[0] < 0:
        together = values.sum(axis=0) if adds else values.mean(axis=0)
        return np.broadcast_to(together, (len(elements), values.shape[1]))
    return values[elements]


def _ancestors(share: np.ndarray, again: np.ndarray, luck: np.ndarray, rows: int, many: int) -> np.ndarray:
    """Systematic resampling within each vector's lanes (Kitagawa 1996)."""
    ancestors = np.arange(LANES)
    for row in np.flatnonzero(again):
        points = (np.arange(many) + luck[row]) / many
        chosen = np.minimum(np.searchsorted(np.cumsum(share[row]), points), many - 1)
        ancestors[row * many : (row + 1) * many] = row * many + chosen
    return ancestors
