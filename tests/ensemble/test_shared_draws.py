"""Members that share the draws of a posterior: the same bits as parameters written out, without their memory."""

import numpy as np

import forbear as fb
from forbear.ensemble.design import SharedDraws
from forbear.ensemble.runner import simulate
from forbear.ensemble.summaries import summarise


def test_shared_draws_give_the_same_bits_as_parameters_written_out(problem, draw):
    drawn = draw(problem, 24)
    which = np.arange(200) % 24
    shared = SharedDraws(drawn, which)
    plain = {name: values[which] for name, values in drawn.items()}
    assert set(shared) == set(plain) and all(np.array_equal(shared[name], plain[name]) for name in plain)
    one, other = (simulate(problem, members=200, parameters=given).data for given in (shared, plain))
    assert one.equals(other)


def test_summaries_of_many_members_take_shared_draws(problem, draw):
    shared = SharedDraws(draw(problem, 24), np.arange(256) % 24)
    found = summarise(problem, members=256, parameters=shared, weekly=("deaths",))
    assert len(found) == 256
    assert found.manifest["parameters"] not in ("prior", None)


def test_a_posterior_is_shared_out_as_it_is_written_out():
    iraq = fb.load("iraq-2003")
    posterior = fb.Posterior.of(iraq)
    shared = fb.simulate(iraq, members=8).data
    plain = simulate(iraq.problem(), members=8, parameters=posterior.parameters(8)).data
    assert np.array_equal(shared["deaths"], plain["deaths"])
