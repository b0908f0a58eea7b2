"""Samplers against closed forms: linear-Gaussian posteriors and evidence."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.inference.fit import reference
from forbear.inference.samplers.metropolis import wander
from forbear.inference.samplers.smoother import assimilate
from forbear.inference.samplers.tempering import temper

RANDOM = np.random.Generator(np.random.Philox(5))
SIZE, INFORMED = 60, 6
MAP = np.zeros((8, SIZE))
MAP[:, :INFORMED] = RANDOM.normal(size=(8, INFORMED))
SEEN = RANDOM.normal(size=8) * 1.5
ERROR = np.full(8, 0.5)
PRECISION = np.eye(SIZE) + MAP.T @ MAP / 0.25
COVARIANCE = np.linalg.inv(PRECISION)
MEAN = COVARIANCE @ MAP.T @ SEEN / 0.25
INVERSE = MAP @ MAP.T + np.diag(ERROR**2)
EVIDENCE = float(
    -0.5 * SEEN @ np.linalg.solve(INVERSE, SEEN) - 0.5 * np.linalg.slogdet(INVERSE)[1] - 4 * np.log(2 * np.pi)
)


def level(scores: np.ndarray, seed: int) -> np.ndarray:
    z = (scores @ MAP.T - SEEN) / ERROR
    return -0.5 * (z**2).sum(axis=1) - np.log(ERROR).sum() - 4 * np.log(2 * np.pi)


def noisy(scores: np.ndarray, seed: int) -> np.ndarray:
    """The same, estimated without bias: the noise's exponential has mean one."""
    noise = np.random.Generator(np.random.Philox(seed)).normal(size=len(scores))
    return level(scores, seed) + noise - 0.5


def prior(scores: np.ndarray) -> np.ndarray:
    return -0.5 * (scores**2).sum(axis=1) - 0.5 * SIZE * np.log(2 * np.pi)


@pytest.fixture(scope="module")
def scout():  # type: ignore[no-untyped-def]
    start = np.random.Generator(np.random.Philox(1)).normal(size=(2000, SIZE))
    return assimilate(start, lambda x, turn: x @ MAP.T, SEEN, ERROR, rounds=4)


def test_the_scout_finds_a_linear_gaussian_posterior(scout) -> None:  # type: ignore[no-untyped-def]
    assert np.abs(scout.scores.mean(axis=0) - MEAN)[:INFORMED].max() < 0.2
    assert np.abs(scout.scores.var(axis=0) / np.diag(COVARIANCE) - 1.0)[:INFORMED].max() < 0.35


def test_the_scout_leaves_alone_what_the_data_do_not_touch(scout) -> None:  # type: ignore[no-untyped-def]
    assert scout.notes["informed"].sum() <= INFORMED + 1
    assert abs(scout.scores[:, INFORMED:].var(axis=0).mean() - 1.0) < 0.02


@pytest.mark.parametrize("likelihood", [level, noisy], ids=["exact likelihood", "estimated likelihood"])
def test_tempering_recovers_mean_spread_and_evidence(scout, likelihood) -> None:  # type: ignore[no-untyped-def]
    mean, covariance = reference(scout.scores, scout.notes["informed"])
    found = temper(likelihood, prior, mean, covariance, count=600, moves=4, seed=2)
    spread = np.sqrt(np.diag(COVARIANCE))
    assert np.abs((found.scores.mean(axis=0) - MEAN) / spread)[:INFORMED].max() < 0.25
    assert np.abs(found.scores.var(axis=0) / np.diag(COVARIANCE) - 1.0)[:INFORMED].max() < 0.35
    assert abs(found.scores[:, INFORMED:].var(axis=0).mean() - 1.0) < 0.05
    assert abs(found.log_evidence - EVIDENCE) < 0.8


def test_tempering_from_a_wrong_reference_still_arrives() -> None:
    mean, covariance = np.zeros(SIZE), np.eye(SIZE)
    mean[:INFORMED] = 1.0
    covariance[:INFORMED, :INFORMED] *= 1.0 - 1e-9
    found = temper(level, prior, mean, covariance, count=800, moves=6, seed=4)
    assert np.abs((found.scores.mean(axis=0) - MEAN) / np.sqrt(np.diag(COVARIANCE)))[:INFORMED].max() < 0.4


def test_a_resumed_run_ends_with_the_same_bits() -> None:
    kept: list[dict] = []
    whole = temper(
        noisy,
        prior,
        np.zeros(SIZE),
        np.eye(SIZE),
        count=64,
        moves=2,
        seed=3,
        keep=lambda s: kept.append({**s, "x": s["x"].copy(), "level": s["level"].copy()}),
    )
    again = temper(noisy, prior, np.zeros(SIZE), np.eye(SIZE), count=64, moves=2, seed=3, state=kept[1])
    assert (whole.scores == again.scores).all() and whole.log_evidence == again.log_evidence


def test_chains_of_particle_metropolis_agree_with_the_closed_form() -> None:
    starts = np.tile(MEAN, (8, 1))
    found = wander(level, prior, starts, COVARIANCE, steps=2500, seed=6)
    assert 0.05 < found.notes["accepted"] < 0.6
    assert np.abs((found.scores.mean(axis=0) - MEAN) / np.sqrt(np.diag(COVARIANCE))).max() < 0.6


def test_a_likelihood_that_is_nowhere_finite_is_refused() -> None:
    with pytest.raises(FloatingPointError):
        temper(lambda x, s: np.full(len(x), -np.inf), prior, np.zeros(SIZE), np.eye(SIZE), count=16, seed=1)
