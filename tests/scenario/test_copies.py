"""Scenarios can be copied and sent to another process, as notebooks and pools of workers do."""

import copy
import pickle

import pytest

import forbear as fb


@pytest.fixture(params=["meadow", "iraq-2003"])
def scenario(request):
    return fb.load(request.param)


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_scenario_and_what_is_made_of_it_survive_a_copy(scenario, how):
    more = scenario.with_levers({"intervener.force": "*1.5"}, name="more")
    for one in (scenario, more):
        assert how(one).problem().hash == one.problem().hash
    again = how(scenario)
    assert list(again.observations) == list(scenario.observations)
    assert [again.selection(n).total for n in again.observations] == [scenario.selection(n).total for n in scenario.observations]  # fmt: skip


def test_a_result_survives_a_pickle(tmp_path):
    found = fb.simulate("meadow", given="prior", members=4, seed=1, workers=1)
    again = pickle.loads(pickle.dumps(found))
    assert again.data.identical(found.data) and again.given == found.given
