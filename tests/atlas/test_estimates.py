"""Estimates from other wars: the shipped table is what the scripts derive, and simulated cases give the comparison that is asked for."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from forbear.errors import FitError
from forbear.evidence.atlas import case
from forbear.inference.joint.outcomes import CONFLICT, WAR
from forbear.inference.joint.passes import Law
from forbear.inference.joint.simulated import War
from forbear.inference.studies import (
    ESTIMANDS,
    Estimate,
    Studies,
    Study,
    absent,
    designs,
    estimates,
    in_conflict,
    measured,
)
from forbear.scenario.scenario import Scenario

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("FORBEAR_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="module")
def wars() -> tuple[War, ...]:
    return tuple(
        War.of(case(name), [Scenario.load(f"atlas/{name}").problem()])
        for name in ("kosovo-1999", "somalia-1992", "panama-1989", "haiti-1994", "lebanon-1982", "east-timor-1999")
    )


def outcomes(wars: tuple[War, ...], kind: str, values: np.ndarray) -> list[np.ndarray]:
    """Outcomes that are zero but for one kind: values (draws, cases)."""
    out = []
    for place, war in enumerate(wars):
        whole = np.zeros((len(values), len(war.reading.kinds)))
        whole[:, war.reading.kinds.index(kind)] = values[:, place]
        out.append(whole)
    return out


@pytest.mark.skipif(not (SHARED / "data" / "record").is_dir(), reason="the tables that do not ship are not here")
def test_the_shipped_table_is_what_the_regressions_give_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    module = importlib.import_module("tools.record.estimates")
    monkeypatch.setattr(module, "DATA", SHARED / "data")
    again = {row["name"]: row for row in module.estimates()}
    shipped = estimates()
    assert list(again) == list(shipped)
    for name, found in shipped.items():
        assert float(again[name]["estimate"]) == pytest.approx(found.estimate, rel=0.01, abs=1e-4)
        assert float(again[name]["error"]) == pytest.approx(found.error, rel=0.01, abs=1e-4)


def test_clustered_errors_are_those_of_independent_ones_where_every_row_is_its_own_cluster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    least_squares = importlib.import_module("tools.record.regress").least_squares
    random = np.random.default_rng(1)
    x = random.standard_normal(4000)
    y = 1.0 + 0.5 * x + random.standard_normal(4000)
    found, error = least_squares(y, [x], range(4000))
    assert found == pytest.approx([1.0, 0.5], abs=0.05) and error == pytest.approx([1 / np.sqrt(4000)] * 2, rel=0.06)
    twice = least_squares(np.repeat(y, 2), [np.repeat(x, 2)], np.repeat(np.arange(4000), 2))[1]
    assert twice == pytest.approx(error, rel=0.01)
    assert "tools.record.regress" in sys.modules


def test_every_estimate_has_a_design_with_a_bias_and_every_estimand_an_estimate() -> None:
    assert all(found.design in designs() and designs()[found.design] > 0 for found in estimates().values())
    assert set(ESTIMANDS) | set(absent()) == set(estimates()) and not set(ESTIMANDS) & set(absent())
    assert all(len(why.split()) > 5 for why in absent().values())
    assert all(found.source and found.sample and found.error >= 0 for found in estimates().values())


def test_soldiers_that_end_fighting_give_a_negative_difference(wars: tuple[War, ...]) -> None:
    with_troops = outcomes(wars, "order_5", np.zeros((3, 6)))
    without = outcomes(wars, "order_5", np.full((3, 6), CONFLICT + 1))
    assert ESTIMANDS["troops-and-fighting"](wars, with_troops, without) == pytest.approx([-1.0] * 3)
    assert ESTIMANDS["troops-and-fighting"](wars, without, with_troops) == pytest.approx([1.0] * 3)
    assert ESTIMANDS["troops-and-fighting"](wars, with_troops, None) is None


def test_peacekeepers_are_judged_in_wars_that_had_ended_on_terms_alone(wars: tuple[War, ...]) -> None:
    ended = np.array([war.case.word("old_regime_end") == "negotiated" for war in wars])
    assert 0 < ended.sum() < len(wars)
    renewed = np.where(ended, WAR + 1, 0.0) * np.ones((3, 1))
    calm, elsewhere = np.zeros((3, 6)), np.where(ended, 0.0, WAR + 1) * np.ones((3, 1))
    estimand = ESTIMANDS["peacekeepers-and-renewed-war"]
    assert estimand(wars, outcomes(wars, "order_5", calm), outcomes(wars, "order_5", renewed)) == pytest.approx(
        [-1.0] * 3
    )
    assert estimand(wars, outcomes(wars, "order_5", elsewhere), outcomes(wars, "order_5", calm)) == pytest.approx(
        [0.0] * 3
    )
    others = tuple(war for war, on_terms in zip(wars, ended, strict=True) if not on_terms)
    assert estimand(others, outcomes(others, "order_5", calm[:, :4]), outcomes(others, "order_5", calm[:, :4])) is None


def test_fighting_where_more_are_excluded_gives_the_slope_that_was_put_in(wars: tuple[War, ...]) -> None:
    x = np.array([excluded_share(war) for war in wars])
    assert x.min() < x.max()
    fought = np.where(x >= np.median(x), CONFLICT + 1, 0.0)
    expected = float(np.polyfit(x, (fought > CONFLICT).astype(float), 1)[0])
    found = ESTIMANDS["exclusion-and-fighting"](wars, outcomes(wars, "order_5", fought[None, :]), None)
    assert expected > 0.0 and found == pytest.approx([expected])


def excluded_share(war: War) -> float:
    """Share of people in communities below an inclusion of 0.3, as the case is coded."""
    facts = war.problems[0].facts
    people = np.asarray(facts["population_at_start"]).sum(axis=0)
    return float(people[np.asarray(facts["inclusion_at_start"]) < 0.3].sum() / people.sum())


def test_the_slope_over_simulated_cases_is_the_one_that_was_put_in(wars: tuple[War, ...]) -> None:
    soldiers = np.array([np.log10(war.problems[0].levers["force"].max()) for war in wars])
    before = np.array([float(war.problems[0].facts["democracy_at_start"]) for war in wars])
    values = np.stack([0.2 + slope * soldiers + 0.5 * before for slope in (0.1, -0.3)])
    found = ESTIMANDS["force-and-democracy"](wars, outcomes(wars, "democracy", values), None)
    assert found == pytest.approx([0.1, -0.3])


def test_a_study_draws_scores_towards_its_estimate_and_less_so_with_more_bias() -> None:
    z = np.random.default_rng(2).standard_normal((4000, 2))
    found = Estimate("one", "", 1.0, 0.1, "", 10, "cross-country regression", "", "")
    studies = Studies(("a", "b"), (Study(found, 0.0, np.array([1.0, 0.0]), 0.5),))
    means = {}
    for times in (0.5, 1.0, 4.0):
        together, alone = studies.weighed(z, times=times)
        assert together is not None and not in_conflict(alone["one"])
        means[times] = float(together.weights @ z[:, 0])
        variance = 0.1**2 + (0.5 * times) ** 2
        assert means[times] == pytest.approx(1.0 / (1.0 + variance), abs=0.08)
        assert together.weights @ z[:, 1] == pytest.approx(0.0, abs=0.1)
    assert means[0.5] > means[1.0] > means[4.0]


def test_the_law_that_a_study_leaves_is_the_one_that_its_weights_stand_for() -> None:
    found = Estimate("one", "", 1.0, 0.1, "", 10, "cross-country regression", "", "")
    study = Study(found, 0.2, np.array([0.6, -0.3]), 0.4)
    mean, covariance = study.law()
    z = np.random.default_rng(5).standard_normal((40_000, 2))
    weights = np.exp(study.log_likelihood(z))
    weights /= weights.sum()
    assert weights @ z == pytest.approx(mean, abs=0.02)
    assert np.cov(z.T, aweights=weights) == pytest.approx(covariance, abs=0.03)
    drawn = Law.of(mean, covariance).draw(40_000, 1, "study")
    assert drawn.mean(axis=0) == pytest.approx(mean, abs=0.02)


def test_a_study_that_the_model_cannot_meet_is_in_conflict_and_not_averaged_in() -> None:
    z = np.random.default_rng(3).standard_normal((2000, 1))
    near = Estimate("near", "", 0.2, 0.1, "", 10, "cross-country regression", "", "")
    far = Estimate("far", "", 9.0, 0.1, "", 10, "cross-country regression", "", "")
    studies = Studies(("a",), tuple(Study(found, 0.0, np.ones(1), 0.1) for found in (near, far)))
    together, alone = studies.weighed(z)
    assert in_conflict(alone["far"]) and not in_conflict(alone["near"])
    assert together is not None and together.weights @ z[:, 0] == pytest.approx(0.2, abs=0.1)


def test_parameters_that_draws_lack_stand_at_their_median() -> None:
    study = Study(
        Estimate("one", "", 0.5, 0.1, "", 9, "cross-country regression", "", ""), 0.0, np.array([1.0, 2.0]), 0.1
    )
    part = Studies(("a", "b"), (study,)).of(["b", "strange"])
    assert part.studies[0].slopes == pytest.approx([2.0, 0.0])


def test_estimands_of_simulated_cases_answer_to_the_scores_that_made_them(wars: tuple[War, ...]) -> None:
    random = np.random.default_rng(4)
    scores = random.standard_normal((800, 3))
    lost = outcomes(wars, "order_5", np.where(scores[:, [0]] > 0, CONFLICT + 1, 0.0) * np.ones((1, 6)))
    calm = outcomes(wars, "order_5", np.zeros((800, 6)))
    found = measured(wars, scores, lost, calm, ("a", "b", "c"))
    slopes = {study.estimate.name: study.slopes for study in found.studies}["troops-and-fighting"]
    assert slopes[0] == pytest.approx(0.4, abs=0.05) and np.abs(slopes[1:]).max() < 0.05


def test_a_damaged_table_of_estimates_is_a_coded_error(tmp_path: Path) -> None:
    broken = tmp_path / "estimates.csv"
    broken.write_text("name,title\none,two\n", encoding="utf-8")
    with pytest.raises(FitError) as caught:
        estimates(broken)
    assert caught.value.code == "E617"
