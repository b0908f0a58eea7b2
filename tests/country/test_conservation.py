"""Nobody and no dollar appears or vanishes, whatever the levers and parameters."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forbear.country.model import MODEL
from forbear.ensemble.engine import Engine

#: What was counted in from outside: fighters from abroad and the born.
ENTRIES = ("foreigners_arrived", "born")
COSTS = ("cost_operations", "cost_reconstruction", "cost_local_forces", "cost_expansion", "cost_containment")


def closes(problem, parameters, people, members, seed=3, kernel="lanes"):
    """Run and assert both ledgers."""
    weekly = [*people, "hosted", *COSTS, "cost_veterans", "cost_budget", "cost_full"]
    engine = Engine(problem, weekly=weekly, last=[*people, "hosted"], kernel=kernel)
    block = engine.run(parameters, np.arange(members, dtype=np.uint32), seed)
    assert not block.failed.any()
    here = sum(block.weekly[name] for name in people if name not in ENTRIES)
    entered = sum(block.weekly[name] for name in ENTRIES)
    assert np.array_equal(here - entered, np.full_like(here, problem.facts["population_at_start"].sum()))
    assert np.array_equal(block.weekly["hosted"], block.weekly["displaced"])
    assert np.array_equal(block.last["hosted"].sum(axis=1), block.last["displaced"].sum(axis=1))
    for name in (*people, "hosted"):
        assert block.weekly[name].min() >= 0, name
        assert block.last[name].min() >= 0, name
        assert np.array_equal(block.last[name], np.floor(block.last[name])), name
    in_cents = {
        name: np.rint(block.weekly[name] * 100).astype(np.int64)
        for name in (*COSTS, "cost_veterans", "cost_budget", "cost_full")
    }
    # 64-bit dollars hold cents exactly in sums up to some 400 billion; beyond, each addition may round the last place
    room = np.floor(block.weekly["cost_full"] * 2.0**-52 * problem.steps * 100)
    assert (np.abs(sum(in_cents[name] for name in COSTS) - in_cents["cost_budget"]) <= room).all()
    assert (np.abs(in_cents["cost_budget"] + in_cents["cost_veterans"] - in_cents["cost_full"]) <= room).all()


def test_people_and_money_close_every_week_under_prior_draws(problem, people, draw):
    closes(problem, draw(problem, 128), people, 128)


def test_they_close_in_half_weeks_too(meadow, people, draw):
    half = meadow.problem(0.5)
    closes(half, draw(half, 64), people, 64)


def test_they_close_where_nobody_intervenes(meadow, people, draw):
    never = meadow.with_levers({"intervener.intervene": 0, "regime.regional_shock": 30}).problem()
    closes(never, draw(never, 128), people, 128)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_they_close_under_any_levers(data, meadow, people, draw):
    """Levers anywhere within the bounds that the model declares."""
    chosen = data.draw(
        st.lists(
            st.sampled_from(
                sorted(k for k, lever in MODEL.levers.items() if not lever.pulse and "district" not in lever.over)
            ),
            max_size=8,
            unique=True,
        )
    )
    changes = {}
    for key in chosen:
        lever = MODEL.levers[key]
        high = min(lever.high, 40_000) if lever.unit == "persons" else lever.high
        if lever.switch:
            changes[key] = data.draw(st.sampled_from([0, 1]))
            continue
        changes[key] = data.draw(st.floats(lever.low, high, allow_nan=False).map(lambda x: round(x, 3)))
    seed = data.draw(st.integers(0, 2**40))
    changed = meadow.with_levers(changes).problem()
    closes(changed, draw(changed, 32, seed % 1000), people, 32, seed)
