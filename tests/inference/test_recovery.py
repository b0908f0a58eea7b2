"""Recovery of known truth: a simulator whose posterior is known in closed form, and the steps on a real scenario."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri

import forbear as fb
from forbear.ensemble.progress import NoMeter
from forbear.errors import FitError
from forbear.inference.keeper import Keeper
from forbear.inference.recovery import Effort, bank_of, fit_world, recover
from forbear.inference.synthetic import OfScenario, parts_of
from forbear.randomness import uniforms

EFFORT = Effort(32, 1024, scouts=2, members=128, rounds=8, chains=40, generations=48, burn=24, thin=12, draws=80)
LUCK, ERROR = 0.3, 0.4
#: Six numbers about two of three parameters; of the third the data say nothing.
MATRIX = np.array(
    [[1.0, 0.0, 0.0], [1.0, 0.2, 0.0], [0.8, -0.3, 0.0], [0.0, 0.5, 0.0], [0.3, 0.6, 0.0], [-0.2, 0.4, 0.0]]
)


@dataclass(frozen=True)
class Line:
    """y = A score + luck, seen with an error: everything is normal."""

    limit: float = np.inf
    ran: list[int] | None = None

    def draw(self, count: int, seed: int) -> np.ndarray:
        return ndtri(uniforms(seed, np.arange(count, dtype=np.uint32), "toy/scores", 3))

    def run(self, scores: np.ndarray, seed: int, luck: np.ndarray | None = None) -> np.ndarray:
        if self.ran is not None:
            self.ran.append(len(scores))
        names = np.arange(len(scores)) if luck is None else luck
        return scores @ MATRIX.T + LUCK * ndtri(uniforms(seed, names.astype(np.uint32), "toy/luck", len(MATRIX)))

    def observe(self, said: np.ndarray, seed: int) -> np.ndarray:
        rows = np.arange(len(said), dtype=np.uint32)
        return said + ERROR * ndtri(uniforms(seed, rows, "toy/error", said.shape[1]))

    def plausible(self, observed: np.ndarray) -> np.ndarray:
        return np.abs(observed.sum(axis=1)) < self.limit

    def heard(self, observed: np.ndarray) -> HeardLine:
        return HeardLine(observed)

    def effects(self, scores: np.ndarray, seed: int, lucks: int) -> np.ndarray:
        if self.ran is not None:
            self.ran.append(-len(scores))
        return scores @ np.array([[0.5, 0.0], [0.0, 0.3], [0.0, 0.0]])


@dataclass(frozen=True)
class HeardLine:
    observed: np.ndarray

    @property
    def error(self) -> np.ndarray:
        return np.full(len(MATRIX), np.hypot(ERROR, LUCK))

    def level(self, said: np.ndarray) -> np.ndarray:
        return -0.5 * (((said - self.observed) / ERROR) ** 2).sum(axis=1)

    def gaps(self, said: np.ndarray) -> np.ndarray:
        return said - self.observed


def _closed(observed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the posterior of scores."""
    precision = np.eye(3) + MATRIX.T @ MATRIX / (ERROR**2 + LUCK**2)
    covariance = np.linalg.inv(precision)
    return covariance @ MATRIX.T @ observed / (ERROR**2 + LUCK**2), np.sqrt(np.diag(covariance))


@pytest.fixture(scope="module")
def found():
    return recover(Line(limit=6.0), EFFORT, seed=3)


def test_a_world_is_fitted_to_the_posterior_that_is_known_in_closed_form():
    simulator, effort = Line(), replace(EFFORT, worlds=1, chains=100, generations=72)
    bank = bank_of(simulator, effort, 1, Keeper(None, {}), NoMeter())
    row = int(bank.chosen[0])
    world = fit_world(simulator, bank, row, effort, 5)
    mean, spread = _closed(bank.observed[row])
    assert np.allclose(world["draws"].mean(axis=0), mean, atol=0.15)
    assert np.allclose(world["draws"].std(axis=0), spread, rtol=0.25)


def test_intervals_of_known_worlds_hold_the_truth_as_often_as_they_say(found):
    low, high = np.quantile(found.draws, [0.05, 0.95], axis=1)
    held = ((found.truth >= low) & (found.truth <= high)).mean()
    low, high = np.quantile(found.draws, [0.25, 0.75], axis=1)
    half = ((found.truth >= low) & (found.truth <= high)).mean()
    assert 0.82 <= held <= 0.97 and 0.38 <= half <= 0.62


def test_worlds_are_chosen_by_their_data_and_never_seen_by_their_own_fit(found):
    assert 0.0 < found.share < 1.0 and len(found.truth) == EFFORT.worlds
    simulator = Line(limit=6.0)
    bank = bank_of(simulator, EFFORT, 3, Keeper(None, {}), NoMeter())
    assert simulator.plausible(bank.observed[bank.chosen]).all()
    alone = replace(bank, known=np.arange(len(bank.known)) == bank.chosen[0])
    with pytest.raises(
        (FloatingPointError, ValueError, IndexError)
    ):  # with its own row alone there is nothing to start from
        fit_world(simulator, alone, int(bank.chosen[0]), EFFORT, 1)


def test_a_stopped_calibration_goes_on_to_the_same_bits_and_runs_the_bank_once(tmp_path: Path):
    effort = replace(EFFORT, worlds=3, bank=256, generations=4, burn=2, thin=1, rounds=3)
    first, again = Line(limit=6.0, ran=[]), Line(limit=6.0, ran=[])
    whole = recover(first, effort, seed=2, store=tmp_path)
    (tmp_path / "world-001.npz").write_bytes(b"damaged")
    resumed = recover(again, effort, seed=2, store=tmp_path)
    assert (whole.draws == resumed.draws).all() and (whole.effects == resumed.effects).all()
    assert first.ran is not None and again.ran is not None
    assert first.ran.count(256) == 1 and 256 not in again.ran
    assert 0 < sum(n for n in again.ran if n > 0) < sum(n for n in first.ran if n > 0) / 2
    with pytest.raises(FitError) as told:
        recover(Line(), replace(effort, members=64), seed=2, store=tmp_path)
    assert told.value.code == "E607"


def test_a_calibration_of_more_worlds_goes_on_from_one_of_fewer(tmp_path: Path):
    effort = replace(EFFORT, worlds=2, bank=256, generations=4, burn=2, thin=1, rounds=3)
    more = replace(effort, worlds=4)
    few = recover(Line(limit=6.0), effort, seed=2, store=tmp_path)
    again = Line(limit=6.0, ran=[])
    many = recover(again, more, seed=2, store=tmp_path)
    assert (many.draws[:2] == few.draws).all() and (many.effects[:2] == few.effects).all()
    assert (many.prior_effects == few.prior_effects).all() and len(many.true_effects) == 4
    whole = recover(Line(limit=6.0), more, seed=2)
    assert (whole.draws == many.draws).all() and (whole.true_effects == many.true_effects).all()
    assert again.ran is not None and again.ran.count(-1) == 2  # the truth of two worlds alone


def test_a_prior_without_a_war_of_plausible_size_is_refused():
    with pytest.raises(FitError) as told:
        recover(Line(limit=1e-9), replace(EFFORT, bank=32), seed=1)
    assert told.value.code == "E614" and "32 worlds" in str(told.value)


@pytest.fixture(scope="module")
def iraq() -> OfScenario:
    scenario = fb.load("iraq-2003")
    return OfScenario(scenario, lambda scores, seed, lucks: scores[:, :1], until="2004-06", meter=NoMeter())


def test_data_of_a_world_have_the_shape_of_the_real_ones_and_stray_by_their_errors(iraq: OfScenario):
    scores = np.repeat(iraq.draw(1, 1), 96, axis=0)
    said = np.repeat(iraq.run(scores[:1], 1), 96, axis=0)
    observed = iraq.observe(said, 4)
    assert observed.shape == (96, iraq.terms.numbers) and np.isfinite(observed).all()
    for term, mean, drawn in zip(
        iraq.terms.all, parts_of(said, iraq.sizes), parts_of(observed, iraq.sizes), strict=True
    ):
        if term.word == "place":
            periods = drawn.reshape(len(drawn), term.periods, -1).sum(axis=2)
            assert np.allclose(periods, term.counts.sum(axis=1))  # shares of totals that are not asked for
        elif term.word == "course":
            gaps = term.transform(drawn) - term.transform(mean)
            assert np.allclose(gaps.mean(axis=0), 0.0, atol=6 * gaps.std() / np.sqrt(96))
            assert (gaps.std(axis=0) > 0.8 * term.error).all()
    heard = iraq.heard(observed[0])
    assert heard.gaps(said).shape == (96, len(heard.error)) and np.isfinite(heard.level(said)).all()


def test_the_real_data_are_plausible_and_a_thousandth_of_them_are_not(iraq: OfScenario):
    real = np.concatenate([t.observed_numbers for t in iraq.terms.all])[None]
    assert iraq.plausible(real).all() and not iraq.plausible(real / 1000.0).any()


@pytest.mark.slow
def test_two_worlds_of_a_real_scenario_are_fitted_and_judged(tmp_path: Path):
    from forbear.inference.posterior import Posterior
    from forbear.validation.calibration import calibration
    from forbear.validation.context import Context

    scenario = fb.load("iraq-2003")
    found = Posterior.of(scenario)
    assert found is not None
    effort = Effort(2, 512, scouts=2, members=64, rounds=3, chains=16, generations=3, burn=2, thin=1, draws=8, prior=32)
    told = calibration(Context(scenario, found, store=tmp_path), effort)
    assert told.worlds == 2 and len(told.parameters) == 20 and told.power.cases == told.together.worlds
    assert told.power.worlds == 2 and told.power.claims == len(told.effects) > 30
    assert {side for effect in told.effects for side in effect.sides} <= {"claim", "rival", "neither", ""}
    again = calibration(Context(scenario, found, store=tmp_path, worlds=2), effort)
    assert repr(again) == repr(told)
    assert told.together.called == pytest.approx(told.together.rightly + told.together.wrongly)
