"""Fitting end to end at a small size, the posterior file, and gates that refuse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import forbear as fb
from forbear.errors import FitError
from forbear.inference.data import gather
from forbear.inference.fit import fit
from forbear.inference.keeper import Keeper
from forbear.inference.posterior import Posterior, stamp_of
from forbear.inference.settings import COARSE, GATES, QUICK, RIVAL, Settings
from forbear.inference.space import Space
from forbear.inference.structures import structures, with_structure
from forbear.workflow.fit import named, plan_of, target_of

TINY = Settings("tiny", 2, 128, 64, 2, 16, 4, 1, 1, 48)
OPEN = replace(GATES, misfit=1e9, accepted=0.0, agreement=1e9, effective=0.0, coverage=0.0)


@pytest.fixture(scope="module")
def iraq() -> fb.Scenario:
    return fb.Scenario.load("iraq-2003")


def test_scores_are_prior_quantiles_and_fixed_parameters_take_no_part(iraq: fb.Scenario) -> None:
    problem = iraq.problem()
    space = Space(problem)
    middle = space.values(np.zeros((2, len(space))))
    assert middle["mass_elasticity"][0] == pytest.approx(0.5)
    assert not any(n.startswith("support_noise") for n in space.names)
    drawn = space.draw(4000, 1)
    assert abs(drawn.mean()) < 0.01 and abs(drawn.std() - 1.0) < 0.01
    low, high = space.values(np.full((1, len(space)), -2.0)), space.values(np.full((1, len(space)), 2.0))
    assert low["mass_elasticity"][0] < middle["mass_elasticity"][0] < high["mass_elasticity"][0]


def test_data_keep_gaps_and_fill_zeros_only_where_absence_means_nothing(iraq: fb.Scenario) -> None:
    data = gather(iraq, iraq.problem())
    by_name = {s.name: s for s in data.series}
    assert by_name["one_sided"].value.min() == 0.0  # event data: no row, no event
    assert len(by_name["attacks"].value) == 54 and by_name["attacks"].value[:24].sum() == 58_142  # gaps stay gaps
    assert "intervener_deaths_month" not in by_name  # weight 0: shown, not fitted
    years = by_name["civilian_deaths"]
    assert (years.last - years.first == 11).all() and len(years.value) == 8  # 2003 is not whole
    assert sorted(by_name["polls_acceptable"].element) == [0, 1, 2]  # "Kurd" is found as "kurdish"


def test_data_until_a_month_hold_nothing_of_it_or_later(iraq: fb.Scenario) -> None:
    data = gather(iraq, iraq.problem())
    place = data.months.index("2007-01")
    cut = data.until("2007-01")
    assert all((s.last < place).all() for s in cut.series) and cut.size < data.size


def test_a_scenario_without_observations_is_refused_with_what_to_do(meadow: fb.Scenario) -> None:
    with pytest.raises(FitError) as caught:
        fit(meadow, settings=TINY)
    assert caught.value.code == "E601" and "observations" in str(caught.value)


def test_a_fit_of_a_theory_or_to_a_month_has_files_of_its_own(iraq: fb.Scenario) -> None:
    asked = [{}, {"structure": "occupation"}, {"until": "2007-01"}, {"structure": "occupation", "until": "2007-01"}]
    assert len({target_of(iraq, **one) for one in asked}) == len({named(iraq, **one) for one in asked}) == len(asked)


def test_an_effort_is_asked_for_by_name_and_another_word_is_refused_with_the_nearest(iraq: fb.Scenario) -> None:
    assert plan_of(iraq, effort="rival").settings is RIVAL
    assert plan_of("afghanistan-2001").settings is COARSE
    with pytest.raises(FitError, match="E609.*'rivel'.*full, rival, coarse, quick") as caught:
        plan_of(iraq, effort="rivel")
    assert caught.value.hint == "did you mean rival?"
    with pytest.raises(FitError, match="E609.*at once"):
        plan_of(iraq, quick=True, effort="rival")
    assert plan_of(iraq, quick=True, effort="quick").settings is QUICK


@pytest.mark.parametrize(
    "until", ["2007", "2007-13", "2007-1", "", "../../x", "2031-01", "1990-01", "2003-05", "Jan 2007"]
)
def test_what_is_no_month_of_a_scenario_ends_no_fit(iraq: fb.Scenario, until: str) -> None:
    with pytest.raises(FitError, match="E609.*no month of iraq-2003 after its first: 2003-06 to 2011-12"):
        plan_of(iraq, until=until)


def test_what_a_scenario_asks_for_and_the_user_did_not_is_told_before_a_fit_begins() -> None:
    asked = {
        (): "a coarse fit; nothing is seen from 2015-01 on",
        (("effort", "rival"),): "nothing is seen from 2015-01 on",
        (("quick", True),): "nothing is seen from 2015-01 on",
        (("until", "2010-01"),): "a coarse fit",
        (("effort", "full"), ("until", "2010-01")): "",
    }
    assert {more: plan_of("afghanistan-2001", **dict(more)).told for more in asked} == asked


def test_a_stopped_fit_goes_on_to_the_same_bits(iraq: fb.Scenario, tmp_path: Path) -> None:
    given = {"settings": TINY, "gates": OPEN, "stages": ("scout", "refine"), "until": "2004-06"}
    whole = fit(iraq, **given, store=tmp_path / "a")
    (tmp_path / "a" / "scout-1.npz").write_bytes(b"damaged")  # taken for missing
    (tmp_path / "a" / "refine.npz").unlink()
    again = fit(iraq, **given, store=tmp_path / "a")
    assert (whole.scores == again.scores).all()
    alone = fit(iraq, **given, workers=1)
    assert (whole.scores == alone.scores).all()  # neither the store nor the number of threads matters
    with pytest.raises(FitError, match="another fit"):
        fit(iraq, settings=TINY, gates=OPEN, until="2004-02", store=tmp_path / "a")


def test_pieces_of_a_fit_come_back_as_written_and_damage_is_noticed(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "k", {"seed": 1})
    keeper.write("piece", {"scores": np.arange(6.0).reshape(2, 3), "t": 0.5, "history": [{"misfit": 3.0}]})
    again = Keeper(tmp_path / "k", {"seed": 1}).read("piece")
    assert again is not None and (again["scores"] == np.arange(6.0).reshape(2, 3)).all()
    assert again["history"] == [{"misfit": 3.0}] and keeper.read("other") is None
    raw = bytearray((tmp_path / "k" / "piece.npz").read_bytes())
    raw[len(raw) // 2] ^= 255
    (tmp_path / "k" / "piece.npz").write_bytes(bytes(raw))
    assert keeper.read("piece") is None
    assert not list((tmp_path / "k").glob("*.pickle"))


def test_a_gate_refuses_a_bad_scout_and_says_what_to_do(iraq: fb.Scenario) -> None:
    with pytest.raises(FitError) as caught:
        fit(iraq, settings=TINY, gates=replace(OPEN, misfit=1e-6), stages=("scout",), until="2004-06")
    assert caught.value.code == "E602" and "priors" in str(caught.value)


def test_the_shipped_posterior_is_not_stale_and_small(iraq: fb.Scenario) -> None:
    posterior = Posterior.of(iraq)
    assert posterior is not None and not posterior.quick
    assert posterior.stale(iraq, iraq.problem()) == []
    assert Path(iraq.file or "").with_name("posterior.npz").stat().st_size < 5_000_000
    assert len(np.unique(posterior.chain)) >= 2 and posterior.facts is not None
    assert posterior.notes["refine"]["distinct"] > 100


def test_the_stamp_holds_the_observed_numbers_and_their_settings(
    iraq: fb.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    from forbear.inference import posterior as module

    now = stamp_of(iraq, iraq.problem())
    real = module.align

    def altered(scenario, name, problem):  # type: ignore[no-untyped-def]
        found = real(scenario, name, problem)
        return replace(found, value=found.value * (1.0 + 1e-6)) if name == "attacks" else found

    monkeypatch.setattr(module, "align", altered)
    assert stamp_of(iraq, iraq.problem())["evidence"] != now["evidence"]
    assert {k for k, v in stamp_of(iraq, iraq.problem()).items() if v != now[k]} == {"evidence"}


def test_posteriors_of_theories_that_are_shipped_belong_to_them(iraq: fb.Scenario) -> None:
    for path in Path(iraq.file or "").parent.glob("posterior-*.npz"):
        name = path.stem.removeprefix("posterior-")
        assert name in structures(iraq), f"{path.name} belongs to no theory"
        changed = with_structure(iraq, name)
        assert Posterior.load(path, changed.problem()).stale(changed, changed.problem()) == [], name


def test_a_posterior_is_read_back_as_written_and_notices_change(iraq: fb.Scenario, tmp_path: Path) -> None:
    problem = iraq.problem()
    posterior = Posterior.of(iraq)
    assert posterior is not None
    posterior.save(tmp_path / "p.npz")
    again = Posterior.load(tmp_path / "p.npz", problem)
    assert np.allclose(again.scores, posterior.scores) and again.notes == posterior.notes
    other = iraq.with_levers({"intervener.force": "+1000"})
    assert again.stale(other, other.problem()) == ["scenario"]
    fixed = iraq.with_uncertainties({"security.tips": 0.5}).problem()
    with pytest.raises(FitError) as caught:
        Posterior.load(tmp_path / "p.npz", fixed)
    assert caught.value.code == "E606" and "tips" in str(caught.value)
    (tmp_path / "q.npz").write_bytes(b"not a posterior")
    with pytest.raises(FitError, match="E606"):
        Posterior.load(tmp_path / "q.npz", problem)


def test_members_share_draws_across_policies_and_every_draw_is_used(iraq: fb.Scenario) -> None:
    posterior = Posterior.of(iraq)
    assert posterior is not None
    chosen = posterior.chosen(len(posterior))
    assert sorted(chosen) == list(range(len(posterior)))
    assert (posterior.chosen(8) == chosen[:8]).all()


def test_the_posterior_is_a_tree_in_the_schema_of_arviz(iraq: fb.Scenario) -> None:
    posterior = Posterior.of(iraq)
    assert posterior is not None
    tree = posterior.tree()
    assert tree["posterior"]["mass_elasticity"].dims == ("chain", "draw")
    assert set(tree.children) >= {"posterior", "sample_stats", "prior"}


def test_the_answers_and_the_validation_on_record_were_made_with_the_shipped_posterior(iraq: fb.Scenario) -> None:
    from forbear.questions.answers import Answers
    from forbear.questions.stamps import posterior_numbers, stale_answers
    from forbear.scenario.casefiles.policies import load_claims, load_strategies
    from forbear.validation.validate import load_validation

    posterior = Posterior.of(iraq)
    validation = load_validation(iraq)
    assert posterior is not None and validation is not None
    answers = Answers.beside(iraq)
    assert answers is not None and posterior.stamp == validation["stamp"]
    stamp = answers.provenance.stamp
    assert {key: stamp[key] for key in posterior.stamp} == posterior.stamp
    assert stamp["posterior"] == posterior_numbers(posterior)
    assert stale_answers(answers, iraq, posterior) == posterior.stale(iraq, iraq.problem())
    assert set(answers.claims) == set(load_claims(iraq))
    assert set(answers.strategies.rows) == set(load_strategies(iraq))
    problem = load_strategies(iraq)["OUT-2005"].apply(iraq).problem()
    assert answers.provenance.problems["OUT-2005"] == problem.hash  # the strategies were not changed since
