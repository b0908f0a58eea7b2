"""The particle filter against an exact hidden Markov model, and its promises about luck."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from forbear.inference.data import Data, Series
from forbear.inference.density import FLOOR, log_density
from forbear.inference.filter import ParticleFilter
from forbear.kernel.draws import LANES

STATES = np.array([1.0, 4.0, 12.0])
MOVES = np.array([[0.8, 0.15, 0.05], [0.2, 0.6, 0.2], [0.05, 0.25, 0.7]])
MONTHS = 12
COUNTED = "observed_attacks_abroad"  # a quantity of the model without places: the filter asks over what it stands


class Chain:
    """A block whose lanes walk on three states, in place of the compiled country."""

    def __init__(self, seed: int, identities: np.ndarray) -> None:
        self.state = np.zeros(LANES, dtype=int)
        self.lucks = [np.random.Generator(np.random.Philox(key=[seed, int(i)])) for i in identities]
        self.done = 0
        self.failed = np.zeros(LANES, dtype=bool)

    def advance(self, until: int) -> None:
        for _ in range(self.done, until):
            u = np.array([luck.random() for luck in self.lucks])
            self.state = (u[:, None] > np.cumsum(MOVES[self.state], axis=1)).sum(axis=1).clip(0, 2)
        self.done = until

    def month(self, number: int) -> dict[str, np.ndarray]:
        return {COUNTED: STATES[self.state][None, :]}

    def resample(self, ancestors: np.ndarray) -> None:
        self.state = self.state[ancestors]


def data_of(counts: np.ndarray, months: int = MONTHS) -> Data:
    at = np.arange(len(counts))
    series = Series("counted", "counted", COUNTED, "counts", at, at, np.full(len(counts), -1), counts, 1.0, 4.0)
    return Data((series,), tuple(f"2003-{m + 1:02d}" for m in range(months)))


def filter_of(data: Data, particles: int) -> ParticleFilter:
    found = object.__new__(ParticleFilter)
    found.problem = SimpleNamespace(month_labels=data.months)
    found.data, found.particles, found.workers = data, particles, 1
    found.space = SimpleNamespace(values=lambda scores: {"nothing": np.zeros(len(scores))})
    found.engine = SimpleNamespace(open=lambda values, identities, seed: Chain(seed, identities))
    found._month_ends = list(range(1, len(data.months) + 1))
    from forbear.inference.filter import _due

    found._due = [_due(data, month) for month in range(len(data.months))]
    return found


def exact(data: Data) -> float:
    """The forward recursion of the hidden Markov model."""
    series = data.series[0]
    belief = np.array([1.0, 0.0, 0.0])
    total = 0.0
    for at in range(len(series.value)):
        belief = belief @ MOVES
        density = np.exp(log_density(series, np.array([at]), STATES[None, :], np.full(3, 4.0))[0])
        total += np.log(belief @ density)
        belief = belief * density / (belief @ density)
    return float(total)


COUNTS = np.array([0.0, 2, 5, 9, 14, 11, 3, 1, 0, 6, 13, 8])


def test_the_estimated_likelihood_is_unbiased_against_the_exact_recursion() -> None:
    data = data_of(COUNTS)
    truth = exact(data)
    found = filter_of(data, 32)
    levels = np.concatenate([found.evaluate(np.zeros((4, 1)), seed).log_likelihood for seed in range(60)])
    ratio = np.exp(levels - truth)
    assert abs(ratio.mean() - 1.0) < 4.0 * ratio.std(ddof=1) / np.sqrt(len(ratio))
    assert ratio.std() > 0.01  # an estimate, not a constant


def test_more_particles_vary_less() -> None:
    data = data_of(COUNTS)
    spread = {
        n: np.std([filter_of(data, n).evaluate(np.zeros((1, 1)), s).log_likelihood[0] for s in range(24)])
        for n in (8, 128)
    }
    assert spread[128] < 0.6 * spread[8]


def test_months_without_observations_change_no_weight() -> None:
    data = data_of(COUNTS[:5], months=MONTHS)
    found = filter_of(data, 16).evaluate(np.zeros((2, 1)), 3)
    assert (found.by_month[:, 5:] == 0.0).all() and (found.by_month[:, :5] != 0.0).all()


def test_a_year_total_is_weighed_once_when_the_year_is_over() -> None:
    at = np.array([0])
    series = Series("counted", "", COUNTED, "counts", at, np.array([11]), np.array([-1]), np.array([60.0]), 1.0, 4.0)
    data = Data((series,), tuple(f"2003-{m + 1:02d}" for m in range(12)))
    found = filter_of(data, 128).evaluate(np.zeros((1, 1)), 3)
    assert found.by_month[0, 11] != 0.0 and (found.by_month[0, :11] == 0.0).all()
    assert FLOOR > 0.0


def test_a_row_is_estimated_alike_alone_and_among_others() -> None:
    data = data_of(COUNTS)
    together = filter_of(data, 64).evaluate(np.zeros((4, 1)), 9).log_likelihood
    assert together[0] == filter_of(data, 64).evaluate(np.zeros((1, 1)), 9).log_likelihood[0]


def test_particles_that_do_not_divide_a_block_are_refused() -> None:
    with pytest.raises(ValueError, match="divide"):
        ParticleFilter(None, None, None, particles=48)  # type: ignore[arg-type]
