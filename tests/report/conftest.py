"""A small ensemble of Iraq from its posterior, with the answers and the validation on record."""

import pytest


@pytest.fixture(scope="session")
def iraq():
    """Scenario, problem, posterior, ensemble of 32 members, answers, validation."""
    from forbear.ensemble.runner import simulate
    from forbear.inference.posterior import Posterior
    from forbear.questions.answers import Answers
    from forbear.scenario import Scenario
    from forbear.validation.validate import load_validation

    scenario = Scenario.load("iraq-2003")
    problem, posterior = scenario.problem(), Posterior.of(scenario)
    ensemble = simulate(problem, members=32, seed=2, parameters=posterior.parameters(32), note="posterior draws")
    answers = Answers.beside(scenario)
    return {
        "scenario": scenario, "problem": problem, "posterior": posterior, "ensemble": ensemble.healthy, "answers": answers, "validation": load_validation(scenario),
    }  # fmt: skip


@pytest.fixture(scope="session")
def invented(meadow, problem):
    """Forty-eight members of the meadow from its priors."""
    from forbear.ensemble.runner import simulate

    return simulate(problem, members=48, seed=2)
