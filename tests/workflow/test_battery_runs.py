"""The runs of a battery: prior draws that no claim looks at are not run, and nothing else changes by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import forbear as fb
from forbear.inference.posterior import Posterior, stamp_of
from forbear.inference.space import Space
from forbear.questions.policy_runs import PolicyRuns
from forbear.scenario.casefiles.policies import load_strategies
from forbear.workflow import battery, battery_runs
from forbear.workflow.battery_request import Effort, Request

SCENARIO = '[scenario]\nname = "conditioned"\ntitle = "Conditioned"\nkind = "invented"\nextends = "meadow"\n'
STRATEGIES = (
    '[MORE]\ntitle = "twice the soldiers"\nside = "intervention"\nsettings = { "intervener.force" = "*2" }\n'
    '[LESS]\ntitle = "half the soldiers"\nside = "restraint"\nsettings = { "intervener.force" = "*0.5" }\n'
)
CLAIM = """
[A]
title = "more soldiers"
statement = "Twice the soldiers lower the deaths."
rival = "Twice the soldiers do not lower the deaths."
kind = "effect"
changed = "MORE"
outcome = "deaths"
claim_says = "lower"
rival_says = "not lower"
"""
AUDIT = '[condition]\noutcome = "deaths"\nlow = {low!r}\nhigh = {high!r}\nwords = "of middling size"\n'
DRAWS = 40


@pytest.fixture
def made(tmp_path: Path) -> tuple[fb.Scenario, Posterior, np.ndarray]:
    """A scenario whose audit judges about half of forty prior draws, draws that stand for a posterior, and which."""
    for name, text in (("scenario", SCENARIO), ("claims/a", CLAIM), ("strategies/s", STRATEGIES)):
        path = tmp_path / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    scenario = fb.Scenario.load(tmp_path / "scenario.toml")
    prior = PolicyRuns.of(scenario, None, members=DRAWS, replications=1, outcomes=("deaths",))
    prior.run("HISTORY", scenario)
    deaths = prior.values("HISTORY", "deaths")
    low, high = (float(at) for at in np.quantile(deaths, [0.2, 0.8]))
    (tmp_path / "audit.toml").write_text(AUDIT.format(low=low, high=high), encoding="utf-8")
    problem = scenario.problem()
    space = Space(problem)
    scores = space.draw(24, 5, "stands for a posterior")
    posterior = Posterior(space, scores, np.zeros(24, int), np.zeros(24), stamp_of(scenario, problem))
    return scenario, posterior, (deaths >= low) & (deaths <= high)


def test_prior_draws_that_no_claim_looks_at_are_not_run_and_the_others_keep_their_bits(
    made: tuple[fb.Scenario, Posterior, np.ndarray],
) -> None:
    scenario, posterior, plausible = made
    request = Request(
        members=24, effort=Effort(1, DRAWS, 8, 1), structures={}, attribution=False, keep=False
    )  # fmt: skip
    ran = battery.tested(scenario, posterior, request, assess=False)
    assert 20 <= plausible.sum() < DRAWS and (ran.runs.plausible == plausible).all()
    whole = PolicyRuns.of(scenario, None, members=DRAWS, replications=1, outcomes=ran.asked.outcomes)
    whole.run_all({name: known.apply(scenario) for name, known in load_strategies(scenario).items()})
    for outcome in ran.asked.outcomes:
        kept, every = (runs.values("MORE", outcome) for runs in (ran.runs.prior, whole))
        assert (kept[plausible] == every[plausible]).all() and np.isnan(kept[~plausible]).all()
        assert (ran.runs.prior.values("HISTORY", outcome) == whole.values("HISTORY", outcome)).all()
    assert ran.runs.prior.runs == DRAWS + plausible.sum() and ran.runs.fitted.runs == 3 * 24


def test_too_few_plausible_draws_leave_all_of_them_judged(
    made: tuple[fb.Scenario, Posterior, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(battery_runs, "FEWEST", DRAWS)
    request = Request(members=20, effort=Effort(1, DRAWS, 8, 1), structures={}, attribution=False, keep=False)
    ran = battery.tested(made[0], made[1], request, assess=False)
    assert ran.runs.plausible.all() and np.isfinite(ran.runs.prior.values("MORE", "deaths")).all()


def test_without_a_posterior_the_prior_is_run_once_and_stands_for_both(
    made: tuple[fb.Scenario, Posterior, np.ndarray],
) -> None:
    request = Request(effort=Effort(1, DRAWS, 8, 1), structures={}, attribution=False, keep=False)
    ran = battery.tested(made[0], None, request)
    assert ran.runs.fitted is ran.runs.prior and ran.runs.prior.runs == 3 * DRAWS
    assert np.isfinite(ran.runs.fitted.values("LESS", "deaths")).all()
    assert ran.results["A"].verdict.word == "not identified"


def test_a_battery_of_some_prior_draws_goes_on_from_its_store(
    made: tuple[fb.Scenario, Posterior, np.ndarray], tmp_path: Path
) -> None:
    request = Request(
        members=20, effort=Effort(1, DRAWS, 8, 1), structures={}, attribution=False, store=tmp_path / "store"
    )
    found = []
    for _ in range(2):
        ran = battery.tested(made[0], made[1], request, assess=False)
        found.append(ran.runs.prior.values("MORE", "deaths"))
    assert np.array_equal(found[0], found[1], equal_nan=True) and np.isnan(found[0]).sum() == (~made[2]).sum()
