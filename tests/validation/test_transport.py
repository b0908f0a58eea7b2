"""Borrowing from one fitted country for another: pooling that recovers, tables that tell agreement from silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forbear.errors import FileError, FitError
from forbear.inference.data import Data, Series
from forbear.inference.identification import contractions
from forbear.inference.plan import load_plan
from forbear.inference.posterior import Posterior, stamp_of
from forbear.inference.space import Space
from forbear.scenario import Scenario
from forbear.scenario.casefiles.plan import Happened
from forbear.validation import borrowed, transport
from forbear.validation.borrowed import borrowed_rows, heading, travel_lines
from forbear.validation.ending import foreseen, verdict
from forbear.validation.numbers import BASELINES, Scored, baseline, members_say, parted, score, summed
from forbear.validation.pooling import (
    GRID,
    Said,
    draw,
    informs,
    load,
    pool,
    pool_posteriors,
    said_by,
    same_number,
    sampling_noise,
)
from forbear.validation.transport import borrowed_names, parameter_rows, ratios, scouted

RANDOM = np.random.Generator(np.random.Philox(71))
MONTHS = tuple(f"{year}-{month:02d}" for year in range(2001, 2011) for month in range(1, 13))


def yearly(values: list[float], kind: str = "counts") -> Series:
    last = np.arange(len(values)) * 12 + 11
    return Series(
        "s", "S", "q", kind, last - 11, last, np.full(len(values), -1), np.array(values), 1.0, 20.0 if kind == "counts" else 0.1
    )  # fmt: skip


def posterior(scenario: Scenario, narrowed: dict[str, tuple[float, float]], draws: int = 256) -> Posterior:
    """A made posterior: some scores have a mean and a standard deviation, the others are the prior's, exactly centred."""
    problem = scenario.problem()
    space = Space(problem)
    scores = RANDOM.normal(size=(draws, len(space)))
    scores = (scores - scores.mean(axis=0)) / scores.std(axis=0, ddof=1)
    for name, (mean, deviation) in narrowed.items():
        scores[:, space.names.index(name)] = mean + deviation * scores[:, space.names.index(name)]
    return Posterior(space, scores, np.zeros(draws, int), np.zeros(draws), stamp_of(scenario, problem), {})


@pytest.fixture(scope="module")
def meadow() -> Scenario:
    return Scenario.load("meadow")


# pooling


def worlds(rho: float, parameters: int = 150, error: float = 0.3) -> dict[str, list[Said]]:
    common = np.sqrt(rho) * RANDOM.normal(size=parameters)
    true = common[:, None] + np.sqrt(1.0 - rho) * RANDOM.normal(size=(parameters, 2))
    seen = true + error * RANDOM.normal(size=true.shape)
    return {f"p{k}": [Said(float(y), error**2) for y in row] for k, row in enumerate(seen)}


@pytest.mark.parametrize("rho", [0.0, 0.5, 1.0])
def test_pooling_finds_how_much_two_countries_share(rho: float) -> None:
    _, weights = pool(worlds(rho))
    low, high = GRID[np.searchsorted(np.cumsum(weights), [0.005, 0.995])]
    assert low - 0.02 <= rho <= high + 0.02
    assert high - low < 0.6


def test_a_borrowed_score_covers_the_truth_of_a_third_country_as_often_as_it_says() -> None:
    rho, count, error = 0.7, 800, 0.4
    common = np.sqrt(rho) * RANDOM.normal(size=count)
    true = common[:, None] + np.sqrt(1.0 - rho) * RANDOM.normal(size=(count, 3))
    seen = true[:, :2] + error * RANDOM.normal(size=(count, 2))
    found, _ = pool({f"p{k}": [Said(float(y), error**2) for y in row] for k, row in enumerate(seen)})
    z = np.array([(true[k, 2] - found[f"p{k}"][0]) / found[f"p{k}"][1] for k in range(count)])
    assert np.mean(np.abs(z) < 1.645) == pytest.approx(0.9, abs=0.04)
    assert np.std(z) == pytest.approx(1.0, abs=0.08)


def test_nothing_is_borrowed_from_a_case_that_says_nothing() -> None:
    found, weights = pool({"p": [Said(0.0, np.inf), Said(0.0, np.inf)]})
    assert found["p"] == pytest.approx((0.0, 1.0))
    assert weights == pytest.approx(np.full(len(GRID), 1 / len(GRID)))


def test_one_case_alone_teaches_nothing_about_how_much_is_shared_and_is_half_believed() -> None:
    found, weights = pool({"p": [Said(2.0, 0.01)]})
    assert weights == pytest.approx(np.full(len(GRID), 1 / len(GRID)))
    assert found["p"][0] == pytest.approx(1.0, abs=0.03)


def test_the_likelihood_that_is_divided_out_gives_the_posterior_back() -> None:
    draws = 0.8 + 0.5 * RANDOM.normal(size=20_000)
    said = said_by(draws)
    variance = 1.0 / (1.0 + 1.0 / said.variance)
    assert variance == pytest.approx(0.25, rel=0.03)
    assert variance * said.centre / said.variance == pytest.approx(0.8, abs=0.02)
    assert np.isinf(said_by(1.5 * RANDOM.normal(size=500)).variance)


def test_few_and_dependent_draws_raise_the_bar_for_being_informed(meadow: Scenario) -> None:
    many, few = posterior(meadow, {}, draws=1000), posterior(meadow, {}, draws=1000)
    many.scores[:] = RANDOM.normal(size=many.scores.shape)
    few.scores[:] = RANDOM.normal(size=(25, few.scores.shape[1]))[RANDOM.integers(25, size=1000)]
    assert sampling_noise(many) == pytest.approx(np.sqrt(2 / 999), rel=0.4)
    assert sampling_noise(few) == pytest.approx(np.sqrt(2 / 24), rel=0.5)
    found = replace(contractions(many)[0], contraction=0.3)
    assert informs(found, sampling_noise(many))
    assert not informs(found, sampling_noise(few))


def test_odds_tell_agreement_from_contradiction_and_from_silence() -> None:
    assert same_number(Said(1.5, 0.05), Said(1.6, 0.05)) > np.log(3)
    assert same_number(Said(1.5, 0.05), Said(-1.5, 0.05)) < -np.log(3)
    assert abs(same_number(Said(1.5, 30.0), Said(-1.5, 30.0))) < 0.2
    assert same_number(Said(0.0, np.inf), Said(3.0, 0.01)) == 0.0


def test_pooled_members_keep_the_prior_where_nothing_was_pooled(meadow: Scenario) -> None:
    one = posterior(meadow, {"recruitment": (1.2, 0.2)})
    other = posterior(meadow, {"recruitment": (1.0, 0.3)})
    pooled = pool_posteriors({"a": one, "b": other})
    assert pooled.cases["recruitment"] == ("a", "b")
    assert set(pooled.scores) == {"recruitment"}
    place = one.space.names.index("recruitment")
    drawn, plain = draw(pooled, one.space, 4000, 3), one.space.draw(4000, 3, "pooled")
    assert drawn[:, place].mean() == pytest.approx(pooled.scores["recruitment"][0], abs=0.05)
    assert drawn[:, place].std() < 0.95
    rest = [k for k in range(one.space.parameters) if k != place]
    assert np.array_equal(drawn[:, rest], plain[:, rest])


def test_the_pooled_file_of_the_package_was_made_of_the_posteriors_it_ships() -> None:
    pooled = load()
    assert pooled is not None
    for case, stamp in pooled.stamps.items():
        scenario = Scenario.load(case)
        found = Posterior.of(scenario)
        assert found is not None
        assert found.stamp == stamp
    fresh = pool_posteriors({c: Posterior.of(Scenario.load(c)) for c in pooled.stamps})  # type: ignore[dict-item]
    assert fresh.scores.keys() == pooled.scores.keys()
    assert fresh.rho == pytest.approx(pooled.rho)


# the table of parameters


def test_a_parameter_travels_only_where_both_countries_speak_and_agree(meadow: Scenario) -> None:
    home = posterior(meadow, {"recruitment": (1.5, 0.2), "fear_decay": (-1.5, 0.2), "killed_share": (1.0, 0.2)})
    here = posterior(meadow, {"recruitment": (1.6, 0.2), "fear_decay": (1.5, 0.2)})
    names, left = borrowed_names(home, here)
    assert {"recruitment", "fear_decay", "killed_share"} <= set(names)
    assert not any("[" in n and n in left for n in names)
    words = {r["name"]: r["word"] for r in parameter_rows(home, here, names)}
    assert words["recruitment"] == "travelled"
    assert words["fear_decay"] == "did not travel"
    assert words["killed_share"] == "not informed in the second"
    assert words["event_size_exponent"] == "not informed"


def test_a_parameter_with_a_prior_of_its_own_is_not_borrowed(meadow: Scenario) -> None:
    changed = meadow.with_uncertainties(
        {"insurgency.recruitment": {"prior": "uniform", "low": 0.0001, "high": 0.0002}}, name="other"
    )
    names, left = borrowed_names(posterior(meadow, {}), posterior(changed, {}))
    assert "recruitment" not in names
    assert "prior of its own" in left["recruitment"]


class Told:
    """A `Fitting` whose summary is the sum of two scores: a scout can only learn the one that is free."""

    until, workers = None, 1

    def __init__(self, scenario: Scenario) -> None:
        from types import SimpleNamespace

        from forbear.ensemble.progress import NoMeter

        self.scenario, self.problem, self.meter = scenario, scenario.problem(), NoMeter()
        self.space = Space(self.problem)
        self.summaries = SimpleNamespace(error=np.array([0.1]))
        self.seen: list[np.ndarray] = []

    def scouted(self, scores: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        self.seen.append(scores[:, 0].copy())
        gap = scores[:, :1] + scores[:, 1:2] - 3.0
        return gap, -0.5 * (gap[:, 0] / 0.1) ** 2


def test_a_frozen_score_stays_what_was_borrowed_and_the_free_one_makes_up_for_it(meadow: Scenario) -> None:
    from forbear.inference.settings import Settings

    work: Any = Told(meadow)
    settings = Settings("quick", 1, 800, 400, 16, 8, 1, 0, 1, 8)
    frozen = 1.0 + 0.1 * RANDOM.normal(size=400)
    found = scouted(work, settings, 1, None, ([0], frozen[:, None]), "test")
    assert all(np.isin(s, frozen).all() for s in work.seen)
    assert np.mean(found[:, 0]) == pytest.approx(1.0, abs=0.05)
    assert np.mean(found[:, 0] + found[:, 1]) == pytest.approx(3.0, abs=0.1)


# numbers, one by one


def test_numbers_before_and_after_a_month_are_parted_and_none_is_lost() -> None:
    data = Data((yearly([3.0, 4.0, 5.0, 6.0]),), MONTHS)
    before, after = parted(data, 24)
    assert before.series[0].value.tolist() == [3.0, 4.0]
    assert after.series[0].value.tolist() == [5.0, 6.0]


def test_a_count_is_summed_over_its_months_and_a_level_is_taken_at_the_last() -> None:
    monthly = np.arange(24, dtype=float).reshape(1, 24, 1)
    assert members_say(yearly([0.0, 0.0]), monthly)[:, 0].tolist() == [66.0, 210.0]
    assert members_say(yearly([0.0, 0.0], "level"), monthly)[:, 0].tolist() == [11.0, 23.0]


def test_members_that_know_the_number_score_better_than_those_that_do_not_and_than_the_past() -> None:
    past, later = yearly([100.0, 120.0, 90.0, 110.0]), [400.0, 500.0]
    data = Data((yearly([*past.value, *later]),), MONTHS)
    before, after = parted(data, 48)
    right = np.repeat(np.array([100, 120, 90, 110, 400, 500]) / 12.0, 12)
    knowing = np.repeat(right[None], 300, axis=0)[:, :, None]
    vague = knowing * np.exp(1.5 * RANDOM.normal(size=(300, 1, 1)))
    sizes = {"s": np.full(300, 50.0)}
    good, poor = (summed(score(after, before, {"q": m}, sizes, 1)) for m in (knowing, vague))
    assert good["crps"] < poor["crps"]
    assert good["log_score"] < poor["log_score"]
    assert good["crps"] < summed(baseline("usual number", after, before, 1))["crps"]


@pytest.mark.parametrize("name", list(BASELINES))
def test_a_baseline_covers_numbers_of_its_own_kind(name: str) -> None:
    inside = []
    for _ in range(40):
        logs = np.cumsum(0.2 * RANDOM.normal(size=8)) + 5 if name == "last number" else 5 + 0.2 * RANDOM.normal(size=8)
        data = Data((yearly(list(np.exp(logs))),), MONTHS)
        before, after = parted(data, 72)
        inside += [s.inside for s in baseline(name, after, before, 2)]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.12)


def test_a_baseline_never_sees_the_number_it_is_asked_for() -> None:
    data = Data((yearly([100.0, 100.0, 100.0, 100.0, 9000.0]),), MONTHS)
    found = baseline("usual number", data, data, 1)
    assert found[-1].median == pytest.approx(100.0, rel=0.05)
    assert not found[-1].inside


def test_ratios_count_every_place_of_a_series_though_places_share_a_year() -> None:
    """Thirteen regions rated in one year are thirteen numbers; the last of them alone was compared."""
    ours = [Scored("ratings", "1972", value, 0.5, 0.0, 1.0, crps, 0.0) for value, crps in ((0.2, 3.0), (0.9, 1.0))]
    ours.append(replace(ours[1], crps=2.0))  # and two regions may have been rated alike
    found = ratios({"a": ours, "b": [replace(s, crps=1.0) for s in ours]}, 1, pairs=(("a", "b"),))
    assert found[0]["numbers"] == 3 and found[0]["ratio"] == pytest.approx(2.0)


def test_ratios_leave_out_numbers_that_only_one_side_scored() -> None:
    data = Data((yearly([100.0, 110.0, 120.0]),), MONTHS)
    full = baseline("usual number", data, data, 1)
    found = ratios({"a": full, "b": [replace(s, crps=2 * s.crps) for s in full[:2]]}, 1, pairs=(("b", "a"), ("b", "x")))
    assert len(found) == 1
    assert found[0]["numbers"] == 2
    assert found[0]["ratio"] == pytest.approx(2.0)


# how it ended


def test_a_fact_is_foreseen_only_where_enough_members_come_near_it() -> None:
    fact = Happened("Control", "mean_control", "2003-06-15", 0.0, 0.1, "s")
    monthly = np.full((200, len(MONTHS), 1), 0.6)
    assert foreseen(fact, monthly, MONTHS)["foreseen"] is False
    monthly[:20, MONTHS.index("2003-06")] = 0.05
    found = foreseen(fact, monthly, MONTHS)
    assert (found["share"], found["foreseen"]) == (pytest.approx(0.1), True)


@pytest.mark.parametrize(
    ("first", "second", "word"), [(0.8, 0.9, "passes"), (0.8, 1.2, "passes in part"), (1.1, 1.2, "fails")]
)
def test_the_word_follows_from_both_baselines_and_an_unforeseen_end_is_always_said(
    first: float, second: float, word: str
) -> None:
    compared = [{"other": "last number", "ratio": first}, {"other": "usual number", "ratio": second}]
    assert verdict(compared, [])[0] == word
    assert "Control".lower() in verdict(compared, [{"title": "Control", "foreseen": False}])[1]
    assert (verdict(compared, [])[1] == "") is (word == "passes")


# what a user is told


def number(mean: float) -> dict[str, float]:
    return {"mean": mean, "sd": 0.5}


@pytest.fixture
def on_record(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A made record of a transport in place of those in the library, which go whenever a case is fitted again."""
    windows = {w: {"crps": 0.5, "log_score": 9.0, "inside": 0.8} for w in ("hindcast", "holdout")}
    parameters = [
        {"name": name, "borrowed": borrowed, "first": number(0.1), "second": number(0.2), "overlap": 0.9, "odds": 1.1, "word": "undecided"}
        for name, borrowed in (("recruitment", True), ("learning", False))
    ]  # fmt: skip
    pair = {
        "one": "borrowed, rest learned",
        "other": "all learned",
        "ratio": 1.1,
        "low": 1.0,
        "high": 1.2,
        "numbers": 23,
    }
    record: dict[str, Any] = {
        "from": "iraq-2003", "to": "afghanistan-2001", "holdout": "2015-01", "borrowed": ["recruitment"], "left": {},
        "parameters": parameters, "travelled": {"travelled": 0, "undecided": 1},
        "scores": dict.fromkeys(("prior", "fit", "last number"), windows), "ratios": {"holdout": [pair]},
    }  # fmt: skip
    monkeypatch.setattr("forbear.validation.borrowed.load_transports", lambda: [record])
    return record


def test_a_country_without_a_fit_is_told_what_it_borrows_and_how_that_travelled(
    meadow: Scenario, on_record: dict[str, Any]
) -> None:
    rows = borrowed_rows(meadow)
    assert all(len(row) == 3 and all(row) for row in rows)
    text = "\n".join(travel_lines(meadow))
    assert "no fit of its own" in text
    assert "iraq-2003 to afghanistan-2001" in text
    assert "nothing learned elsewhere" in heading(meadow)
    assert "nothing learned elsewhere" not in heading(meadow, "pooled")


def test_where_no_trial_is_on_record_the_command_that_makes_one_is_said(
    meadow: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forbear.validation.borrowed.load_transports", list)
    text = "\n".join(travel_lines(meadow))
    assert "no trial" in text and "forbear validate afghanistan-2001 --parts transport" in text
    assert "iraq-2003 to afghanistan-2001" not in text


def test_a_plan_with_faults_is_refused_with_all_of_them(tmp_path: Path, meadow: Scenario) -> None:
    class At:
        def beside(self, name: str) -> Path:
            return tmp_path / name

    (tmp_path / "validation.toml").write_text(
        '[holdout]\nfrom = "January"\n[fitt]\n[fit]\neffort = "heroic"\n[[happened]]\ntitle = "x"\nquantity = "deaths"\n'
    )
    with pytest.raises(FitError) as found:
        load_plan(At())  # type: ignore[arg-type]
    for word in ("January", "fitt", "heroic", "deaths", "needs date"):
        assert word in str(found.value)
    assert found.value.code == "E611"


def test_each_case_states_its_hold_out_month_beside_itself() -> None:
    from forbear.validation.holdout import holdout_month

    assert holdout_month(Scenario.load("iraq-2003")) == "2007-01"
    assert holdout_month(Scenario.load("afghanistan-2001")) == "2015-01"


def test_the_report_says_what_an_unfitted_country_borrows(meadow: Scenario, on_record: dict[str, Any]) -> None:
    from forbear.report.transport import transport_section

    section = transport_section(meadow, None)
    assert section is not None
    assert section["borrowed"]["rows"] == borrowed_rows(meadow)
    assert "nothing learned elsewhere" in section["borrowed"]["heading"]
    assert [r["to"] for r in section["records"]] == ["afghanistan-2001"]
    assert all(len(row) == 6 for r in section["records"] for row in r["borrowed"] + r["others"])


def test_every_transport_on_record_belongs_to_the_posteriors_that_are_shipped() -> None:
    from forbear.validation.transport import load_transports

    for record in load_transports():
        for side, case in (("from", record["from"]), ("to", record["to"])):
            found = Posterior.of(Scenario.load(case))
            assert found is not None
            assert record["stamps"][side] == found.stamp
        assert {r["name"] for r in record["parameters"] if r["borrowed"]} == set(record["borrowed"])


@pytest.mark.parametrize(("text", "code"), [("", "E109"), ("[1, 2", "E109"), ("{}", "E111"), ('{"scores": 1}', "E111")])
def test_damaged_pooled_scores_and_trials_are_coded_errors_and_named_where_they_would_stand(
    meadow: Scenario, text: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "pooled.json"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        load(place)
    assert caught.value.code == code
    monkeypatch.setattr(borrowed, "load", lambda: load(place))
    rows = borrowed_rows(meadow)
    assert any(f"pooled.json of the package cannot be used (error {code}" in row[2] for row in rows)
    (tmp_path / "country").mkdir()
    (tmp_path / "country" / "transport.json").write_text("{", encoding="utf-8")
    monkeypatch.setattr(transport, "LIBRARY", tmp_path)
    told = "\n".join(travel_lines(meadow))
    assert "transport.json of the package cannot be used (error E109" in told and str(tmp_path) not in told
