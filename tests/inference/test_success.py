"""Success before any data beside history, agreement of codings, and coverage beside the base rate, on known numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from forbear.evidence.atlas import agreement, case
from forbear.inference.joint.judge import FORECASTERS
from forbear.inference.joint.passes import Law, Pass
from forbear.inference.joint.simulated import War
from forbear.inference.joint.success import HISTORY, Success, expected_success, share_with_interval
from forbear.scenario.scenario import Scenario
from forbear.validation.record_words import coverage_rows, success_lines


@pytest.fixture(scope="module")
def wars() -> tuple[War, ...]:
    return tuple(
        War.of(case(name), [Scenario.load(f"atlas/{name}").problem()]) for name in ("panama-1989", "haiti-1994")
    )


def test_success_is_the_stock_at_the_end_and_order_asks_for_all_three_conditions() -> None:
    reads = Success(1.0)
    calm = {name: np.zeros((3, 60)) for name in reads.quantities}
    calm["governance"][:], calm["least_included"][:] = 0.9, 0.9
    calm["success"][0, -1] = 1.0
    calm["national_violence"][2, -52:] = 50.0
    found = reads.features(calm)
    assert reads.kinds == ("success", "order") and found.tolist() == [[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]


def test_the_share_of_cases_that_succeed_is_over_draws_and_each_case_has_its_own(wars: tuple[War, ...]) -> None:
    first = np.array([[1.0, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    second = np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 1.0], [np.nan, np.nan]])
    found = expected_success(wars, Pass(Law.neutral(1), np.zeros((4, 1)), (first, second)))
    assert found["success"]["value"] == pytest.approx(np.mean([1.0, 0.5, 0.0, 0.0]))
    assert found["success"]["cases"] == pytest.approx({"panama-1989": 0.25, "haiti-1994": 2 / 3})
    assert found["order"]["low"] <= found["order"]["value"] <= found["order"]["high"]
    assert "7 of 26 occupations" in success_lines({"success": found})[0] and success_lines({}) == []


def test_the_share_of_history_has_the_interval_of_its_few_cases() -> None:
    found = share_with_interval(*HISTORY)
    assert found["value"] == pytest.approx(7 / 26)
    assert (found["low"], found["high"]) == pytest.approx(beta(7.5, 19.5).ppf([0.05, 0.95]))


def test_two_codings_agree_as_often_as_their_rows_do_and_kappa_takes_chance_off() -> None:
    found = {one.quantity: one for one in agreement()}
    assert sum(one.same for one in found.values()) == 21 and sum(one.cases for one in found.values()) == 24
    assert [round(found[name].kappa, 2) for name in ("old_regime_end", "external_threat", "neighbour_support")] == [
        0.74, 0.81, 0.78,
    ]  # fmt: skip


def test_rows_of_coverage_stand_for_every_forecaster() -> None:
    one = {"50%": {"value": 0.5, "low": 0.3, "high": 0.7}, "90%": {"value": 0.9, "low": 0.8, "high": 1.0}}
    held = {name: {**one, "cases": 33, "decades": 2.5} for name in FORECASTERS}
    rows = coverage_rows({"coverage": {"deaths": held, "theirs": held}})
    assert len(rows) == 6 and all(len(row) == 5 for row in rows)
    assert rows[0][2] == "50% (30% to 70%)" and rows[2][2:] == ("2.5",) * 3
