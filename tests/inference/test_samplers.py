"""Samplers against closed forms: linear-Gaussian posteriors."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from forbear.inference.convergence import agreement, modes_of
from forbear.inference.samplers.population import populate
from forbear.inference.samplers.scout import scout

RANDOM = np.random.Generator(np.random.Philox(5))
SIZE, INFORMED = 60, 6
MAP = np.zeros((8, SIZE))
MAP[:, :INFORMED] = RANDOM.normal(size=(8, INFORMED))
SEEN = RANDOM.normal(size=8) * 1.5
ERROR = np.full(8, 0.5)
COVARIANCE = np.linalg.inv(np.eye(SIZE) + MAP.T @ MAP / 0.25)
MEAN = COVARIANCE @ MAP.T @ SEEN / 0.25
NOISE = RANDOM.normal(size=100_003)
TOLD = np.arange(SIZE) < INFORMED


def level(scores: np.ndarray, luck: np.ndarray) -> np.ndarray:
    return -0.5 * (((scores @ MAP.T - SEEN) / ERROR) ** 2).sum(axis=1)


def noisy(scores: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """The same, estimated without bias under a named luck: the noise's exponential has mean one."""
    return level(scores, luck) + NOISE[np.asarray(luck) % len(NOISE)] - 0.5


def draw(count: int) -> np.ndarray:
    return np.random.Generator(np.random.Philox(1)).normal(size=(count, SIZE))


def run(scores: np.ndarray, turn: int) -> tuple[np.ndarray, np.ndarray]:
    return scores @ MAP.T - SEEN, level(scores, np.zeros(len(scores)))


@pytest.fixture(scope="module")
def led() -> dict:
    return scout(draw, run, ERROR, first=2000, members=1000, rounds=20)


def test_a_scout_reaches_the_region_of_a_linear_gaussian_posterior(led: dict) -> None:
    spread = np.sqrt(np.diag(COVARIANCE))
    assert led["t"] == 1.0 and led["history"][-1]["misfit"] < 0.2 * led["history"][0]["misfit"]
    assert np.abs((led["scores"].mean(axis=0) - MEAN) / spread)[:INFORMED].max() < 1.0


def test_a_scout_leaves_alone_what_the_data_do_not_touch(led: dict) -> None:
    assert led["informed"][:INFORMED].all() and led["informed"].sum() <= INFORMED + 1
    assert abs(led["scores"][:, INFORMED + 1 :].var(axis=0).mean() - 1.0) < 0.05


def test_a_scout_whose_runs_all_fail_says_so() -> None:
    def broken(scores: np.ndarray, turn: int) -> tuple[np.ndarray, np.ndarray]:
        return np.full((len(scores), 8), np.nan), np.full(len(scores), -np.inf)

    with pytest.raises(FloatingPointError, match="every run"):
        scout(draw, broken, ERROR, first=50, members=50, rounds=3)


@pytest.mark.parametrize("likelihood", [level, noisy], ids=["exact likelihood", "likelihood under a luck"])
def test_a_population_recovers_mean_and_spread_from_a_wrong_start(likelihood) -> None:  # type: ignore[no-untyped-def]
    start = np.random.Generator(np.random.Philox(2)).normal(size=(200, SIZE))
    start[:, :INFORMED] = 0.5 * start[:, :INFORMED] + 1.0
    found = populate(likelihood, start, start, TOLD, generations=780, burn=480, thin=4, seed=3)
    drawn = found["kept"].reshape(-1, SIZE)
    spread = np.sqrt(np.diag(COVARIANCE))
    assert np.abs((drawn.mean(axis=0) - MEAN) / spread)[:INFORMED].max() < 0.25
    assert np.abs(drawn.var(axis=0) / np.diag(COVARIANCE) - 1.0)[:INFORMED].max() < 0.3
    assert abs(drawn[:, INFORMED:].var(axis=0).mean() - 1.0) < 0.05


def test_chains_whose_scouts_lie_apart_meet_by_the_archive() -> None:
    start = 0.1 * np.random.Generator(np.random.Philox(2)).normal(size=(48, SIZE))
    start[24:, :INFORMED] += 2.0
    found = populate(level, start, start, TOLD, generations=600, burn=300, thin=4, seed=3)
    told = agreement(found["kept"], found["kept_level"], np.repeat([0, 1], 24))
    assert told.rhat_largest < 1.1


def test_a_resumed_population_ends_with_the_same_bits() -> None:
    start = draw(40)
    states: list[dict] = []
    whole = populate(
        noisy, start, start, TOLD, generations=12, burn=4, seed=3, keep=lambda s: states.append(copy.deepcopy(s))
    )
    again = populate(noisy, start, start, TOLD, generations=12, burn=4, seed=3, state=states[4])
    assert (whole["scores"] == again["scores"]).all() and (whole["kept"] == again["kept"]).all()


def test_scouts_that_lie_apart_have_a_large_r_hat_and_two_places() -> None:
    random = np.random.Generator(np.random.Philox(2))
    kept = random.normal(size=(6, 80, 3))
    group = np.repeat([0, 1], 40)
    near = agreement(kept, kept[:, :, 0], group)
    kept[:, group == 1, 1] += 6.0
    far = agreement(kept, kept[:, :, 0], group)
    assert near.rhat_largest < 1.1 < 1.5 < far.rhat_largest
    flat, chain = kept.reshape(-1, 3), np.tile(group, 6)
    found = modes_of(flat, chain, flat[:, 0])
    assert found["count"] == 2 and found["places"][0]["share"] == pytest.approx(0.5)
    assert modes_of(random.normal(size=(480, 3)), chain, flat[:, 0])["count"] == 1
