"""A claim on its scale: a dot for every theory, all of which move; what cannot move is not offered."""

import re

import numpy as np
import pytest

from forbear.app.claims.pages import moves_nothing
from forbear.app.claims.runs import ClaimRun, parameters_of, same_prior
from forbear.app.claims.scale import Line
from forbear.app.country import Country
from forbear.app.state import State
from forbear.scenario import Scenario
from forbear.scenario.casefiles.policies import load_claims
from forbear.scenario.priors import quantile


@pytest.fixture(scope="module")
def iraq():
    country = Country(Scenario.load("iraq-2003"), "iraq-2003")
    if country.posterior is None or len(country.theories) < 5:
        pytest.skip("no posteriors of this model ship with the scenario")
    country.preparation.wait()
    return country


def dot(svg):
    return float(re.search(r'class="at [a-z]+" cx="([\d.]+)"', svg)[1])


def test_a_dot_stands_between_the_rival_and_the_argument_by_its_shares():
    ends = [dot(Line("x", "full", shares).svg) for shares in ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))]
    assert ends == [10.0, 200.0, 390.0]
    moved = Line("x", "theory", (0.0, 1.0, 0.0), (0.5, 0.5, 0.0)).svg
    assert dot(moved) == 295.0 and 'class="was" cx="200.0"' in moved


def test_the_page_of_a_claim_opens_with_a_dot_for_every_theory(visitor):
    text = visitor.get("/claims?scenario=iraq-2003&claim=H2").text
    page = text[text.index('id="stand"') :]
    assert page.count('class="scale-row theory"') == 5 and page.count('class="scale-row full"') == 1
    assert text.count('class="density"') == text.count('type="range"') > 0


def test_what_is_held_moves_every_theory_that_lets_it_vary(iraq):
    claim = load_claims(iraq.scenario, (), iraq.strategies)["H2"]
    name = "suppression"
    run = ClaimRun(1, State("iraq-2003"), iraq, claim=claim, pinned=((name, 0.95),))
    run.one_block()
    run.one_block()
    assert len(run.theories) == 5 and not moves_nothing(run)
    for title, theory in iraq.theories.items():
        free, held = run.theories[title]
        assert np.array_equal(free, held, equal_nan=True) != same_prior(iraq, theory, name)


def test_what_is_held_and_moves_nothing_is_said_to(iraq):
    claim = load_claims(iraq.scenario, (), iraq.strategies)["H2"]
    run = ClaimRun(1, State("iraq-2003"), iraq, claim=claim, pinned=(("next_by_memory", 0.9),))
    run.one_block()
    assert moves_nothing(run)


def test_what_has_one_value_only_is_not_offered():
    country = Country(Scenario.load("iraq-2003"), "iraq-2003")
    for claim in load_claims(country.scenario, (), country.strategies).values():
        for name in parameters_of(claim, None, country.problem.priors):
            assert any(np.ptp(quantile(p, np.array([0.01, 0.99]))) > 0 for p in country.problem.priors[name].ravel())
