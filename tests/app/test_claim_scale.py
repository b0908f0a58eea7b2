"""A claim on its scale: a dot for every theory, all of which move; what cannot move is not offered."""

import re
from dataclasses import replace

import numpy as np
import pytest

from forbear.app.claims import scale
from forbear.app.claims.pages import moves_nothing
from forbear.app.claims.runs import ClaimRun, judged, parameters_of, same_prior
from forbear.app.claims.scale import Line
from forbear.app.claims.telling import doubt
from forbear.app.country import Country
from forbear.app.state import State
from forbear.questions.answers import Answers
from forbear.questions.claims import three_shares
from forbear.questions.regions import effect_kind, region_shares
from forbear.scenario import Scenario
from forbear.scenario.casefiles.policies import load_claims
from forbear.scenario.priors import quantile
from forbear.words import percent


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


def test_shares_of_a_direction_become_those_of_what_each_side_asserts():
    country = Country(Scenario.load("iraq-2003"), "iraq-2003")
    effects = np.exp(np.random.default_rng(5).normal(0.0, 0.4, 300))
    said = set()
    for claim in load_claims(country.scenario, (), country.strategies).values():
        effect = effects if effect_kind(claim) == "ratio" else effects - 1.0
        told, wanted = scale.regions(claim, three_shares(claim, effect)), region_shares(claim, effect)
        assert np.allclose(told, (wanted.p_for, wanted.p_none, wanted.p_against)), claim.name
        said.add(claim.claim_says)
    assert {"lower", "higher", "not lower", "not higher"} <= said


def test_the_scale_ends_with_the_shares_that_the_rule_of_the_answers_reads(visitor):
    answered = Answers.beside(Scenario.load("iraq-2003"))["H2"]
    text = visitor.get("/claims?scenario=iraq-2003&claim=H2").text
    last = text[text.index('id="stand"') :].split('class="scale-row mixture"')[1]
    at = answered.stages["country"]
    assert f"the argument holds in {percent(at.claim)}, its rival in {percent(at.rival)}" in last
    assert abs(dot(last) - (200 + 190 * (at.claim - at.rival))) < 0.1


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


def test_the_rule_reads_theories_as_they_come_out_with_the_values(iraq):
    claim = load_claims(iraq.scenario, (), iraq.strategies)["H2"]
    run = ClaimRun(1, State("iraq-2003"), iraq, claim=claim, pinned=(("mass_elasticity", 0.02),))
    run.one_block()
    answers = Answers.beside(iraq.scenario)
    first = judged(run, 64, answers)
    run.one_block()
    second = judged(run, 128, answers)
    moved = [judged_of.mixed_held.claim - judged_of.mixed_free.claim for judged_of in (first, second)]
    # at first the full model alone has moved, then every theory that lets the parameter vary
    assert 0.0 < moved[0] < moved[1]


def test_what_the_answer_hangs_on_is_offered_and_once_held_it_is_known(iraq):
    claim, answers = load_claims(iraq.scenario, (), iraq.strategies)["N1"], Answers.beside(iraq.scenario)
    mute = next(n for n, split in answers["N1"].splits.items() if split.identification == "N-none").split("[")[0]
    assert parameters_of(claim, answers["N1"], iraq.problem.priors)[0] == mute
    run = ClaimRun(1, State("iraq-2003"), iraq, claim=claim, pinned=((mute, 0.5),))
    run.one_block()
    found = judged(run, 64, answers)
    assert mute in found.verdict_free.reason and mute not in found.verdict_held.reason


def test_what_was_held_and_moved_nothing_is_not_what_the_shipped_answer_hangs_on(iraq, visitor):
    shipped, name = Answers.beside(iraq.scenario)["H16"], "brigades_in_school"
    assert shipped.splits[name].identification == "N-none" and not shipped.splits[name].mute
    assert name not in shipped.verdict.reason
    text = visitor.get("/claims?scenario=iraq-2003&claim=H16").text
    assert "Moves nothing here" in text and "The shipped answer names" not in text


def test_of_an_answer_in_which_nothing_was_held_the_page_doubts_what_moves_nothing(iraq):
    claim, answers = load_claims(iraq.scenario, (), iraq.strategies)["H16"], Answers.beside(iraq.scenario)
    name, shipped = "brigades_in_school", answers["H16"]
    older = replace(shipped, splits={**shipped.splits, name: replace(shipped.splits[name], held=None)})
    answers = replace(answers, claims={**answers.claims, "H16": older})
    run = ClaimRun(1, State("iraq-2003"), iraq, claim=claim, pinned=())
    run.one_block()
    assert name in judged(run, 64, answers).verdict_free.reason
    assert name not in judged(run, 64, answers, {name}).verdict_free.reason
    assert "The shipped answer names brigades in school" in doubt(iraq, claim, older)
    assert doubt(iraq, claim, shipped) == ""


def test_prior_draws_are_no_evidence(iraq):
    claim = load_claims(iraq.scenario, (), iraq.strategies)["H2"]
    run = ClaimRun(1, State("iraq-2003", draws="prior"), iraq, claim=claim, pinned=())
    run.one_block()
    found = judged(run, 64, Answers.beside(iraq.scenario))
    assert found.mixed_free is None and "No data have been heard" in found.verdict_free.reason


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


def test_where_there_is_little_room_a_line_of_the_scale_has_a_short_name(visitor):
    page = visitor.get("/claims?scenario=iraq-2003&claim=H2").text
    small = page[page.index('id="small"') : page.index('<form id="claim"')]
    labels = re.findall(r'class="scale-label">([^<]+)<', small)
    assert {"before the data", "full model", "all by weight", "sectarian dilemma"} <= set(labels)
    assert all(len(label) <= 20 for label in labels)
    assert 'data-short="full model">after the data, full model<' in page  # the script copies the large one with them
