"""What a country does by itself: it builds, its officials hold ground, communities claim what their size lets them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forbear.country.model import MODEL
from forbear.ensemble.engine import Engine

MEMBERS = 64
NOBODY_PAYS = {"services.electricity_budget": 0, "services.works_budget": 0}


@pytest.fixture
def run(meadow, draw):  # type: ignore[no-untyped-def]
    """Weeks of the meadow's last year, (members, 52) each, with parameters and facts fixed and levers set."""

    def go(
        *names: str, levers: dict[str, object] | None = None, facts: dict[str, object] | None = None, **fixed: float
    ):  # type: ignore[no-untyped-def]
        problem = replace(meadow.with_levers(levers or {}).with_facts(facts or {}).problem(), rules=())
        parameters = draw(problem, MEMBERS, 11)
        for key, value in fixed.items():
            parameters[key] = np.full_like(parameters[key], value)
        block = Engine(problem, weekly=list(names)).run(parameters, np.arange(MEMBERS, dtype=np.uint32), 5)
        return [np.asarray(block.weekly[name])[:, -52:] for name in names]

    return go


def test_a_country_that_nobody_pays_for_runs_down_unless_it_builds_itself(run) -> None:  # type: ignore[no-untyped-def]
    with_own, none = (run("mean_services", levers=NOBODY_PAYS, own_building=o)[0] for o in (8.0, 0.0))
    assert np.all(with_own >= none) and with_own.mean() > none.mean() + 0.05


def test_money_from_abroad_may_take_the_place_of_the_countrys_own(run) -> None:  # type: ignore[no-untyped-def]
    paid = {"services.electricity_budget": 50, "services.works_budget": 50}

    def services(displaced: float, levers: dict[str, object]) -> np.ndarray:
        return run("mean_services", levers=levers, own_building=4.0, own_building_displaced=displaced)[0]

    assert services(1.0, paid).mean() < services(0.0, paid).mean()
    np.testing.assert_array_equal(services(1.0, NOBODY_PAYS), services(0.0, NOBODY_PAYS))
    # all of it displaced is as if there were none
    np.testing.assert_array_equal(
        services(1.0, paid), run("mean_services", levers=paid, own_building=0.0, own_building_displaced=1.0)[0]
    )


def test_officials_hold_what_nobody_fights_for_and_few_who_fight_undo_it(run) -> None:  # type: ignore[no-untyped-def]
    empty = {"intervener.force": 0, "intervener.partners": 0, "forces.force_target": 0}

    def control(held: float, offset: float) -> float:
        return float(run("mean_control", levers=empty, held_by_officials=held, offset_per_fighter=offset)[0].mean())

    assert control(20.0, 3.0) > control(0.0, 3.0) + 0.2
    assert control(20.0, 60.0) < control(20.0, 3.0)


def test_services_win_acceptance_or_make_the_state_a_prize_and_equal_arrows_cancel(run) -> None:  # type: ignore[no-untyped-def]
    def inclusion(**fixed: float) -> np.ndarray:
        return run("least_included", **fixed)[0]

    none = inclusion(acceptance_by_services=0, prize_of_services=0)
    assert inclusion(acceptance_by_services=0.3, prize_of_services=0).mean() > none.mean()
    assert inclusion(acceptance_by_services=0, prize_of_services=0.3).mean() < none.mean()
    np.testing.assert_allclose(inclusion(acceptance_by_services=0.2, prize_of_services=0.2), none, rtol=1e-4, atol=1e-6)


def test_what_is_worked_out_for_tips_and_turnout_stays_within_its_bounds(run) -> None:  # type: ignore[no-untyped-def]
    assert {"tips", "turnout", "claimed_in_full"} <= set(MODEL.quantities)
    (turnout,) = run("turnout")
    assert np.all((turnout >= 0) & (turnout <= 1))
    everybody, nobody = (run("turnout", boycott_threshold=b)[0] for b in (0.0, 1.1))
    assert np.all((everybody == 0) | (everybody == 1)) and np.all(everybody[:, -1] == 1)  # 0 before the first election
    assert np.all(nobody == 0)
