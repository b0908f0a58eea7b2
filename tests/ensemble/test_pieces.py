"""A block that is advanced in pieces, as a particle filter does, is the block that is run at once."""

from __future__ import annotations

import numpy as np

from forbear.ensemble.engine import Engine
from forbear.kernel.draws import LANES


def test_a_block_in_pieces_gives_the_bits_of_a_block_at_once(problem, draw) -> None:  # type: ignore[no-untyped-def]
    engine = Engine(problem, weekly=("deaths", "cost_budget"), monthly=("observed_attacks",))
    members = np.arange(LANES, dtype=np.uint32)
    parameters = draw(problem, LANES)
    whole = engine.run(parameters, members, 5)
    opened = engine.open(parameters, members, 5)
    for until in (1, 7, 7, 40, problem.steps):
        opened.advance(until)
    pieces = opened.block()
    assert (whole.weekly["deaths"] == pieces.weekly["deaths"]).all()
    assert (whole.weekly["cost_budget"] == pieces.weekly["cost_budget"]).all()
    assert (whole.monthly["observed_attacks"] == pieces.monthly["observed_attacks"]).all()


def test_a_resampled_lane_has_its_ancestors_past_and_its_own_future(problem, draw) -> None:  # type: ignore[no-untyped-def]
    engine = Engine(problem, weekly=("deaths",), last=("fighters", "civilians_dead"))
    members = np.arange(LANES, dtype=np.uint32)
    same = {name: np.repeat(value[:1], LANES, axis=0) for name, value in draw(problem, LANES).items()}
    opened = engine.open(same, members, 5)
    opened.advance(60)
    before = opened.lane_arrays(past=False)[0].copy()
    opened.resample(np.full(LANES, 3))
    bank = opened.lane_arrays(past=False)[0]
    assert (bank == before[:, 3:4]).all()
    opened.advance(problem.steps)
    assert len(np.unique(opened.block().last["civilians_dead"].sum(axis=(1, 2)))) > 1


def test_months_are_read_as_they_are_recorded(problem, draw) -> None:  # type: ignore[no-untyped-def]
    engine = Engine(problem, monthly=("observed_attacks",))
    members = np.arange(LANES, dtype=np.uint32)
    opened = engine.open(draw(problem, LANES), members, 5)
    end = int(np.searchsorted(problem.months, 3, side="right"))
    opened.advance(end)
    seen = opened.month(3)["observed_attacks"].copy()
    opened.advance(problem.steps)
    whole = opened.block().monthly["observed_attacks"][:, 3]
    assert (whole.reshape(LANES, -1).T == seen).all() and seen.sum() > 0
