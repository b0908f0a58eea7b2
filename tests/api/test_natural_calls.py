"""What somebody types in a notebook who has read nothing but the names."""

import numpy as np
import pytest

import forbear as fb
from forbear.workflow.given import resolve

# a posterior that ships may wait for its next fit; what is said then has tests of its own below
pytestmark = pytest.mark.filterwarnings("ignore:the posterior is stale")


@pytest.fixture(scope="module")
def iraq():
    return fb.load("iraq-2003")


@pytest.fixture(scope="module")
def meadow():
    return fb.load("meadow")


def test_a_country_is_simulated_from_its_posterior_without_being_asked(iraq):
    ensemble = fb.simulate(iraq, members=16)
    assert ensemble.data.attrs["given"] == "posterior"
    assert "posterior draws" in repr(ensemble)
    again = fb.simulate(iraq, given=fb.Posterior.of(iraq), members=16)
    assert np.array_equal(ensemble.data["deaths"], again.data["deaths"])


def test_the_prior_is_asked_for_by_name_and_said(iraq):
    ensemble = fb.simulate(iraq, given="prior", members=16)
    assert ensemble.data.attrs["given"] == "prior"
    assert "prior draws (before any data)" in repr(ensemble)
    assert "posterior" not in repr(ensemble)


def test_a_country_without_a_posterior_is_simulated_from_the_prior_and_that_is_said(meadow):
    with pytest.warns(fb.GivenWarning, match="meadow has no posterior: prior draws"):
        ensemble = fb.simulate(meadow, members=16)
    assert "prior draws" in repr(ensemble) and ensemble.data.attrs["given"] == "prior"


def test_a_posterior_that_is_not_there_is_refused_with_what_to_do(meadow):
    with pytest.raises(fb.ForbearError, match="E610(.|\n)*forbear fit meadow"):
        fb.simulate(meadow, given="posterior", members=16)


def test_a_name_will_do_for_a_scenario_and_integers_of_numpy_for_integers():
    counted = fb.simulate("meadow", given="prior", members=np.int64(8), seed=np.uint8(3))
    plain = fb.simulate("meadow", given="prior", members=8, seed=3)
    assert np.array_equal(counted.data["deaths"], plain.data["deaths"])


def test_two_policies_are_compared_as_a_labelled_dataset_with_units(iraq):
    more = iraq.with_levers({"intervener.force": "+200000"}, name="200,000 more")
    assert resolve(more).stale == resolve(iraq).stale  # other levers are a policy: the posterior stands as it stood
    pair = fb.compare(iraq, more, members=16, replications=1)
    assert pair.data["effect"].dims == ("draw", "outcome")
    assert str(pair.data["unit"].sel(outcome="cost").values) == "billion US$"
    assert pair.data.attrs["given"] == "posterior" and "posterior draws" in repr(pair)
    assert "200,000 more against iraq-2003" in pair.sentence
    assert pair.to_frame().loc["cost", "p50"] > 1.5
    assert "<figure" in pair.plot()._repr_html_()


def test_a_strategy_goes_by_its_name_and_levers_by_a_mapping(iraq):
    named = fb.compare(iraq, "MORE-200", members=8, replications=1)
    spelled = fb.compare(iraq, {"intervener.force": "+200000"}, members=8, replications=1)
    assert named.changed == "MORE-200"
    assert float(named.data["effect"].sel(outcome="cost").median()) > 1.5
    assert float(spelled.data["effect"].sel(outcome="cost").median()) > 1.5
    with pytest.raises(fb.ForbearError, match="did you mean MORE-200"):
        fb.compare(iraq, "MORE200")


def test_claims_are_tested_and_one_is_looked_at(iraq):
    found = fb.test_claims(iraq, only=["H22"], quick=True, members=48)
    assert found["H22"].claim.title == found.to_frame().loc["H22", "title"]
    assert found["H22"].effect.p05 <= found["H22"].effect.p50 <= found["H22"].effect.p95
    with pytest.raises(fb.ForbearError, match="H2 has not been tested"):
        found["H2"]


def test_other_facts_make_a_posterior_stale_and_that_is_said_everywhere(iraq):
    key = next(k for k, fact in iraq.facts.items() if len(fact.values) == 1 and not fact.declared.integer)
    other = iraq.with_facts({key: "*1.01"})
    with pytest.warns(fb.GivenWarning, match="stale(.|\n)*facts"):
        ensemble = fb.simulate(other, members=8)
    assert "stale: " in repr(ensemble) and "facts" in repr(ensemble)
    assert "facts" in ensemble.data.attrs["given_stale"].split(", ")


def test_other_priors_end_a_posterior_and_that_is_said(iraq):
    other = iraq.with_uncertainties({"insurgency.emboldening": 0.05})
    with pytest.warns(fb.GivenWarning, match="learned with other priors"):
        ensemble = fb.simulate(other, members=8)
    assert ensemble.data.attrs["given"] == "prior"
    assert (ensemble.data["given_emboldening"] == 0.05).all()
    with pytest.raises(fb.ForbearError, match="E606"):
        fb.simulate(other, given="posterior", members=8)


def test_parameters_of_ones_own_are_taken_and_said(meadow):
    drawn = fb.simulate(meadow, given="prior", members=8)
    own = {str(n)[6:]: v.values for n, v in drawn.data.data_vars.items() if str(n).startswith("given_")}
    again = fb.simulate(meadow, given=own, members=8)
    assert np.array_equal(drawn.data["deaths"], again.data["deaths"])
    assert again.data.attrs["given"] == "stated" and "stated draws" in repr(again)
    with pytest.raises(fb.ForbearError, match="E445"):
        fb.simulate(meadow, given=own, members=9)


def test_a_word_that_is_nothing_to_draw_from_gets_the_nearest(meadow):
    with pytest.raises(fb.ForbearError, match="did you mean posterior"):
        fb.simulate(meadow, given="posteriour")


def test_something_else_than_a_scenario_is_refused_with_what_to_give(meadow):
    with pytest.raises(fb.ForbearError, match="E279(.|\n)*fb.load"):
        fb.simulate(meadow.problem())


def test_how_to_cite_follows_from_any_result(meadow):
    ensemble = fb.simulate(meadow, given="prior", members=8)
    assert fb.cite(ensemble) == fb.cite(meadow) == fb.cite("meadow")
    assert len(fb.cite()) < len(fb.cite("iraq-2003"))


def test_what_ships_is_listed(iraq):
    shelf = fb.library()
    assert bool(shelf.loc["iraq-2003", "posterior"]) and not bool(shelf.loc["meadow", "posterior"])
    series = next(iter(iraq.observations.values())).series
    assert series in fb.evidence().index
    assert len(fb.evidence(series).table())


def test_a_package_of_a_functions_name_is_both():
    from forbear import evidence
    from forbear.evidence import find

    assert evidence.find is find
    assert callable(fb.report) and callable(fb.evidence)
