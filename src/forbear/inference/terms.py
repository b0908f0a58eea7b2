"""What a fit hears of observed series: course, place and kind as separate terms, each with its own stated error.

A count series by district and month is split, so that what one part cannot explain is not paid for by another:

- *course*: national numbers by period on the logarithm (shares on the logit). A number strays by its error of
  measurement, which is stated (the spread between publishers, else 15 per cent for a year and 25 for less), and by a
  discrepancy of the model, which hangs together over a year and has a prior median of a tenth. The discrepancy is
  integrated out for every draw, and its posterior is reported: what the model cannot explain is a result.
- *place*: shares of members given the total, Dirichlet-multinomial (Minka 2000). A quiet district says nothing about the
  course. The concentration is integrated out about a prior median of 50: a share of a tenth strays by four hundredths.
  Shares that the model misses it misses in every period, so that the periods of a series count as one.
- *kind*: the part of a whole (deaths by perpetrator, attacks by type) on the logit, with the errors of a course.

One run of the simulator stands for its parameters and its luck together; see `inference/sampling.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from forbear.errors import FitError
from forbear.scenario.alignment import Aligned, align

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from forbear.scenario.observations import Observation
    from forbear.scenario.problem import Problem
    from forbear.scenario.scenario import Scenario

__all__ = ["Course", "Place", "Term", "Terms", "terms_of"]

#: Error of measurement of a number of one publisher: a year, anything less (requirement of the design).
ERROR_YEAR, ERROR_LESS, ERROR_SHARE = 0.15, 0.25, 0.05
#: Two publishers of the same reports are not independent: no spread counts for less than this.
ERROR_LEAST = 0.1
#: Prior of a series' discrepancy: median and standard deviation of its logarithm; months over which it hangs together.
DISCREPANCY, DISCREPANCY_SPREAD, PERSISTENCE = 0.1, 0.35, 12.0
#: Prior of the concentration of shares: median and standard deviation of its logarithm.
CONCENTRATION, CONCENTRATION_SPREAD = 50.0, 0.35
#: A district that the model leaves quiet still has this share, so that one event there does not end a history.
QUIET = 0.002
#: Nodes and weights of the integral over a discrepancy, in standard deviations of its logarithm.
_NODES = np.linspace(-2.5, 6.5, 19)
_WEIGHTS = np.exp(-0.5 * _NODES**2) / np.sum(np.exp(-0.5 * _NODES**2))


class Term(ABC):
    """One term of the likelihood. name: "attacks (course)"; series: the observation; word: course, place or kind."""

    name: str
    series: str
    title: str
    word: str
    weight: float
    data: Aligned

    def log_density(self, simulated: np.ndarray) -> np.ndarray:
        """Log density of the observed numbers, weight applied, (members,): simulated (members, n)."""
        levels = self._levels(self.gaps(simulated)) + np.log(_WEIGHTS)
        most = levels.max(axis=1, keepdims=True)
        total = most[:, 0] + np.log(np.exp(levels - most).sum(axis=1))
        return np.asarray(self.weight * np.where(np.isfinite(total), total, -1e9))

    def discrepancies(self, simulated: np.ndarray, seed: int) -> np.ndarray:
        """One draw of the discrepancy (course, kind: relative; place: of a share of a tenth) a member, (members,).

        Randomness: numpy Philox keyed by (seed, the term's name).
        """
        levels = self._levels(self.gaps(simulated)) + np.log(_WEIGHTS)
        share = np.exp(levels - levels.max(axis=1, keepdims=True))
        share = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
        node = (share < self.random(seed).random((len(share), 1))).sum(axis=1)
        return self.strays[np.minimum(node, len(_NODES) - 1)]

    @property
    def nodes(self) -> np.ndarray:
        """Nodes of the integral over the discrepancy, in standard deviations of its logarithm."""
        return _NODES

    @property
    @abstractmethod
    def strays(self) -> np.ndarray:
        """The discrepancy at each node."""

    @property
    def observed_numbers(self) -> np.ndarray:
        """Observed numbers, in the data's unit; parts of a whole as shares, (n,)."""
        return self.data.value / self.data.whole if self.word == "kind" else self.data.value

    def shares(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers (members, n) as they are shown: those of a place as shares of their period."""
        return numbers

    @abstractmethod
    def gaps(self, simulated: np.ndarray) -> np.ndarray:
        """What the density looks at, (members, n)."""

    @abstractmethod
    def _levels(self, gaps: np.ndarray) -> np.ndarray:
        """Log density at every node, (members, nodes)."""

    @abstractmethod
    def replicate(self, simulated: np.ndarray, seed: int, discrepancy: np.ndarray | None = None) -> np.ndarray:
        """What would have been observed, in the data's unit, (members, n). Randomness as `discrepancies`."""

    def random(self, seed: int) -> np.random.Generator:
        """The generator of this term."""
        import zlib

        return np.random.Generator(np.random.Philox(key=[seed, zlib.crc32(self.name.encode())]))


@dataclass(frozen=True)
class Course(Term):
    """National numbers by period, or the part of a whole: see the module. error: (n,) standard deviations of measurement on
    the transformed scale; logit: shares; floor: added before the logarithm."""

    name: str
    series: str
    title: str
    word: str
    data: Aligned
    error: np.ndarray
    logit: bool
    floor: float
    weight: float = 1.0

    @cached_property
    def observed(self) -> np.ndarray:
        """Observed numbers, transformed, (n,)."""
        return self.transform(self.observed_numbers)

    def transform(self, value: np.ndarray) -> np.ndarray:
        """The scale on which errors are about normal."""
        if self.logit:
            inside = np.clip(value, 0.002, 0.998)
            return np.asarray(np.log(inside / (1.0 - inside)))
        return np.asarray(np.log(np.maximum(np.nan_to_num(value, nan=0.0, posinf=1e12), 0.0) + self.floor))

    def back(self, number: np.ndarray) -> np.ndarray:
        """The inverse of `transform`."""
        return 1.0 / (1.0 + np.exp(-number)) if self.logit else np.maximum(np.exp(number) - self.floor, 0.0)

    def gaps(self, simulated: np.ndarray) -> np.ndarray:
        """Observed minus simulated, transformed."""
        return np.asarray(self.observed - self.transform(simulated))

    @property
    def strays(self) -> np.ndarray:
        """See Term."""
        return np.asarray(DISCREPANCY * np.exp(DISCREPANCY_SPREAD * _NODES))

    @cached_property
    def _alike(self) -> np.ndarray:
        """Correlation of discrepancies: of the same element, falling with the months between the middles of windows."""
        middle = 0.5 * (self.data.first + self.data.last)
        near = np.exp(-np.abs(middle[:, None] - middle[None, :]) / PERSISTENCE)
        return np.asarray(near * (self.data.element[:, None] == self.data.element[None, :]))

    def covariance(self, stray: float) -> np.ndarray:
        """Covariance of gaps where the discrepancy is `stray`, (n, n)."""
        return np.asarray(np.diag(self.error**2) + stray**2 * self._alike)

    @cached_property
    def roots(self) -> list[tuple[np.ndarray, float]]:
        """Inverse Cholesky factor and log determinant of the covariance at every node."""
        out = []
        for stray in self.strays:
            root = np.linalg.cholesky(self.covariance(stray))
            out.append((np.linalg.inv(root), float(2.0 * np.log(np.diag(root)).sum())))
        return out

    def _levels(self, gaps: np.ndarray) -> np.ndarray:
        size = gaps.shape[1] * np.log(2.0 * np.pi)
        return np.stack(
            [-0.5 * (((gaps @ inverse.T) ** 2).sum(axis=1) + log + size) for inverse, log in self.roots], axis=1
        )

    def replicate(self, simulated: np.ndarray, seed: int, discrepancy: np.ndarray | None = None) -> np.ndarray:
        """See Term. discrepancy: (members,); drawn from its prior when absent."""
        random = self.random(seed)
        stray = (
            discrepancy
            if discrepancy is not None
            else DISCREPANCY * np.exp(DISCREPANCY_SPREAD * random.normal(size=len(simulated)))
        )
        shared = (
            random.normal(size=simulated.shape) @ np.linalg.cholesky(self._alike + 1e-9 * np.eye(len(self._alike))).T
        )
        noise = random.normal(size=simulated.shape) * self.error + stray[:, None] * shared
        return self.back(self.transform(simulated) + noise)


@dataclass(frozen=True)
class Place(Term):
    """Shares of members by period, given the total. data: numbers by period and member, periods after one another;
    periods: how many; the totals of a level have no counting error of their own."""

    name: str
    series: str
    title: str
    word: str
    data: Aligned
    periods: int
    weight: float = 1.0

    def shares(self, numbers: np.ndarray) -> np.ndarray:
        """See Term."""
        block = np.maximum(np.nan_to_num(numbers), 0.0).reshape(len(numbers), self.periods, -1)
        return np.asarray((block / np.maximum(block.sum(axis=2, keepdims=True), 1e-9)).reshape(len(numbers), -1))

    @cached_property
    def counts(self) -> np.ndarray:
        """Observed numbers, (periods, members of the dimension)."""
        return self.data.value.reshape(self.periods, -1)

    @cached_property
    def weights(self) -> np.ndarray:
        """The counts that the density hears: a hundred stand for a level, whose units are no events."""
        if self.data.kind == "count":
            return self.counts
        return np.asarray(self.counts * 100.0 / np.maximum(self.counts.sum(axis=1, keepdims=True), 1e-9))

    @cached_property
    def observed_shares(self) -> np.ndarray:
        """Observed shares with the floor of `QUIET`, (periods, members of the dimension)."""
        share = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1e-9)
        return np.asarray((share + QUIET) / (1.0 + QUIET * share.shape[1]))

    @cached_property
    def _constant(self) -> float:
        """The multinomial coefficient, so that densities are of a size that people can read."""
        from scipy.special import gammaln

        return float((gammaln(self.weights.sum(axis=1) + 1.0) - gammaln(self.weights + 1.0).sum(axis=1)).sum())

    @property
    def concentrations(self) -> np.ndarray:
        """The concentration at each node; the first strays least."""
        return np.asarray(CONCENTRATION * np.exp(-CONCENTRATION_SPREAD * _NODES))

    @property
    def strays(self) -> np.ndarray:
        """Standard deviation of a share of a tenth."""
        return np.asarray(np.sqrt(0.09 / (self.concentrations + 1.0)))

    def gaps(self, simulated: np.ndarray) -> np.ndarray:
        """Shares that the members give, (members, n)."""
        block = np.maximum(np.nan_to_num(simulated, nan=0.0, posinf=1e12), 0.0).reshape(
            len(simulated), self.periods, -1
        )
        share = block / np.maximum(block.sum(axis=2, keepdims=True), 1e-9)
        share = np.where(block.sum(axis=2, keepdims=True) > 0, share, 1.0 / block.shape[2])
        rows = block.shape[2]
        return np.asarray(((share + QUIET) / (1.0 + QUIET * rows)).reshape(len(simulated), -1))

    def _levels(self, gaps: np.ndarray) -> np.ndarray:
        from scipy.special import gammaln

        share = gaps.reshape(len(gaps), self.periods, -1)
        counts = self.weights
        total = counts.sum(axis=1)
        out = np.empty((len(gaps), len(_NODES)))
        held = counts > 0.0  # where nothing was counted the two cancel
        shares, numbers, parts = share[:, held], counts[held], np.zeros(share.shape)
        for node, size in enumerate(self.concentrations):
            alpha = size * shares
            parts[:, held] = gammaln(numbers + alpha) - gammaln(alpha)
            level = parts.sum(axis=2) + gammaln(size) - gammaln(total + size)
            out[:, node] = level.sum(axis=1) + self._constant
        return out

    def replicate(self, simulated: np.ndarray, seed: int, discrepancy: np.ndarray | None = None) -> np.ndarray:
        """See Term. discrepancy: (members,), of a share of a tenth; its prior median when absent."""
        random = self.random(seed)
        share = self.gaps(simulated).reshape(len(simulated), self.periods, -1)
        stray = np.full(len(simulated), np.sqrt(0.09 / (CONCENTRATION + 1.0))) if discrepancy is None else discrepancy
        drawn = random.gamma((0.09 / stray**2 - 1.0)[:, None, None] * share) + 1e-12
        drawn = drawn / drawn.sum(axis=2, keepdims=True)
        total = self.counts.sum(axis=1)
        if self.data.kind == "count":
            return np.stack(
                [[random.multinomial(int(n), row) for n, row in zip(total, one, strict=True)] for one in drawn]
            ).reshape(len(simulated), -1).astype(float)  # fmt: skip
        return np.asarray((drawn * total[None, :, None]).reshape(len(simulated), -1))


@dataclass(frozen=True)
class Terms:
    """All terms of a fit on the months of its problem."""

    all: tuple[Term, ...]
    months: tuple[str, ...]

    @property
    def quantities(self) -> list[str]:
        """Quantities that must be recorded month by month."""
        return sorted(
            {q for t in self.all for q in (t.data.quantity, t.data.whole_quantity if t.word == "kind" else "") if q}
        )

    @property
    def numbers(self) -> int:
        """How many observed numbers."""
        return sum(len(t.data) for t in self.all)

    def simulated(self, monthly: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """What members say of every term: monthly quantities (members, months, ...) -> [(members, n) by term]."""
        return [
            t.data.simulated(monthly[t.data.quantity], monthly[t.data.whole_quantity] if t.word == "kind" else None)
            for t in self.all
        ]

    def log_densities(self, simulated: Sequence[np.ndarray]) -> np.ndarray:
        """Log density of every term, (members, terms)."""
        return np.stack([t.log_density(s) for t, s in zip(self.all, simulated, strict=True)], axis=1)


def terms_of(scenario: Scenario, problem: Problem, until: str | None = None) -> Terms:
    """The terms of a scenario's observations with a weight above zero.

    until: only what was observed before this month ("2007-01"). Raises FitError E601 where there is nothing to learn from.
    """
    out: list[Term] = []
    for name, observation in scenario.observations.items():
        if observation.weight == 0.0:
            continue
        data = align(scenario, name, problem).until(until)
        if not len(data):
            continue
        for word in _words(observation, data):
            if word != "place":
                out.append(_course(data, observation, word))
            elif data.value.sum() > 0:  # shares of nothing say nothing
                out.append(_place(data, observation))
    if not out:
        raise FitError(
            "E601", f"{problem.name} has no observation to learn from", hint="add [observations.NAME] to the scenario"
        )
    return Terms(tuple(out), problem.month_labels)


def _words(observation: Observation, data: Aligned) -> tuple[str, ...]:
    if observation.term:
        return observation.term
    return ("course", "place") if observation.dimension == "district" and data.kind == "count" else ("course",)


def _course(data: Aligned, observation: Observation, word: str) -> Course:
    if word == "course" and observation.dimension == "district" and _whole_country(data):
        data = _national(data)
    logit = data.kind == "share" or word == "kind"
    floor = 1e-9 if logit or data.kind != "count" else max(0.005 * float(data.value.max()), 0.5)
    error = _errors(data, observation, word)
    weight = 1.0 if observation.weight is None else observation.weight
    return Course(f"{data.name} ({word})", data.name, data.title, word, data, error, logit, floor, weight)


def _errors(data: Aligned, observation: Observation, word: str) -> np.ndarray:
    """Standard deviations of measurement on the transformed scale, (n,)."""
    if data.kind == "share":
        points = observation.error if observation.error is not None else ERROR_SHARE
        inside = np.clip(data.value, 0.02, 0.98)
        return np.asarray(points / (inside * (1.0 - inside)))
    if observation.error is not None:
        alone = np.full(len(data), observation.error)
    else:
        alone = np.where(data.last - data.first >= 11, ERROR_YEAR, ERROR_LESS)
    spread = 0.5 * np.log(np.maximum(data.high, 1e-9) / np.maximum(data.low, 1e-9))
    error = np.where(
        data.high > data.low, np.maximum(spread, ERROR_LEAST if observation.error is None else observation.error), alone
    )
    if data.kind == "count" and word == "course":  # few events are known to no better than chance
        error = np.sqrt(error**2 + 1.0 / (data.value + 1.0))
    return np.asarray(error)


def _whole_country(data: Aligned) -> bool:
    """True where every window has a number for every member.

    Else each named member has a course of its own, because the sum of some is not the country's.
    """
    windows = {(int(a), int(b)) for a, b in zip(data.first, data.last, strict=True)}
    return len(data) == len(windows) * len(data.elements)


def _national(data: Aligned) -> Aligned:
    """Numbers by member and window, joined over members: summed where they add up, else averaged."""
    windows = sorted({(int(a), int(b)) for a, b in zip(data.first, data.last, strict=True)})
    at = {w: i for i, w in enumerate(windows)}
    where = np.array([at[(int(a), int(b))] for a, b in zip(data.first, data.last, strict=True)])
    kept = data.keep(np.array([int(np.flatnonzero(where == i)[0]) for i in range(len(windows))]))
    parts = 1.0 if data.adds else 1.0 / np.bincount(where)
    value, low, high = (np.bincount(where, weights=v) * parts for v in (data.value, data.low, data.high))
    whole = np.bincount(where, weights=data.whole)
    element = np.full(len(windows), -1, dtype=np.int64)
    return replace(kept, element=element, value=value, low=low, high=high, whole=whole)


def _place(data: Aligned, observation: Observation) -> Place:
    """Numbers summed over the months of each period; a member without a number holds zero there."""
    starts = sorted(observation.periods) or sorted({f"{int(data.months[m][:4]) // 2 * 2}-01" for m in data.last})
    period = np.array([max(i for i, s in enumerate(starts) if s <= data.months[m] or i == 0) for m in data.last])
    held = [i for i in range(len(starts)) if (period == i).any() and data.value[period == i].sum() > 0]
    rows = len(data.elements)
    blocks = []
    for i in held:
        inside = period == i
        value = np.bincount(data.element[inside], weights=data.value[inside], minlength=rows).astype(float)
        if data.kind != "count":
            value = value / np.maximum(np.bincount(data.element[inside], minlength=rows), 1)
        # months that are missing inside a period are missing in the model's sum, too
        months = np.unique(np.stack([data.first[inside], data.last[inside]], axis=1), axis=0)
        blocks.append((value, months))
    first = np.concatenate([np.full(rows, m[0, 0]) for _, m in blocks])
    last = np.concatenate([np.full(rows, m[-1, 1]) for _, m in blocks])
    value = np.concatenate([v for v, _ in blocks])
    joined = replace(
        data, first=first, last=last, element=np.tile(np.arange(rows), len(blocks)), value=value, low=value, high=value,
        whole=np.full(len(value), np.nan),
    )  # fmt: skip
    # a district whose share the model misses in one period it misses in the next: the periods together count as one
    weight = (1.0 if observation.weight is None else observation.weight) / len(blocks)
    return Place(f"{data.name} (place)", data.name, data.title, "place", joined, len(blocks), weight)
