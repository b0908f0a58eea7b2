"""Fitting end to end at a small size, the posterior file, and gates that refuse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import forbear as fb
from forbear.errors import FitError
from forbear.inference.data import gather
from forbear.inference.fit import agreement, fit
from forbear.inference.posterior import Posterior
from forbear.inference.settings import GATES, Settings
from forbear.inference.space import Space
from forbear.inference.structures import structures, with_structure

TINY = Settings("tiny", 256, 2, 2, 16, 1, (8,), 0.3)
OPEN = replace(GATES, misfit=1e9, noise=1e9, accepted=0.0, agreement=1e9, coverage=0.0)


@pytest.fixture(scope="module")
def iraq() -> fb.Scenario:
    return fb.Scenario.load("iraq-2003")


def test_scores_are_prior_quantiles_and_fixed_parameters_take_no_part(iraq: fb.Scenario) -> None:
    problem = iraq.problem()
    space = Space(problem, {"attacks": 4.0})
    middle = space.values(np.zeros((2, len(space))))
    assert middle["mass_elasticity"][0] == pytest.approx(0.5)
    assert space.names[-1] == "dispersion/attacks" and not any(n.startswith("support_noise") for n in space.names)
    drawn = space.draw(4000, 1)
    assert abs(drawn.mean()) < 0.01 and abs(drawn.std() - 1.0) < 0.01
    low, high = space.values(np.full((1, len(space)), -2.0)), space.values(np.full((1, len(space)), 2.0))
    assert low["mass_elasticity"][0] < middle["mass_elasticity"][0] < high["mass_elasticity"][0]


def test_data_keep_gaps_and_fill_zeros_only_where_absence_means_nothing(iraq: fb.Scenario) -> None:
    data = gather(iraq, iraq.problem())
    by_name = {s.name: s for s in data.series}
    assert by_name["one_sided"].value.min() == 0.0  # event data: no row, no event
    assert len(by_name["attacks"].value) == 42 and by_name["attacks"].value.sum() == 154_760  # gaps stay gaps
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


def test_a_stopped_fit_goes_on_to_the_same_bits(iraq: fb.Scenario, tmp_path: Path) -> None:
    whole = fit(iraq, settings=TINY, gates=OPEN, stages=("scout", "refine"), until="2004-01", store=tmp_path / "a")
    # lose everything after the first step of the second replicate
    (tmp_path / "a" / "refine-1.pickle").unlink()
    again = fit(iraq, settings=TINY, gates=OPEN, stages=("scout", "refine"), until="2004-01", store=tmp_path / "a")
    assert (whole.scores == again.scores).all()
    alone = fit(iraq, settings=TINY, gates=OPEN, stages=("scout", "refine"), until="2004-01", workers=1)
    assert (whole.scores == alone.scores).all()  # neither the store nor the number of threads matters
    with pytest.raises(FitError, match="another fit"):
        fit(iraq, settings=TINY, gates=OPEN, until="2004-02", store=tmp_path / "a")


def test_a_gate_refuses_a_bad_scout_and_says_what_to_do(iraq: fb.Scenario) -> None:
    with pytest.raises(FitError) as caught:
        fit(iraq, settings=TINY, gates=replace(OPEN, misfit=1e-6), stages=("scout",), until="2004-06")
    assert caught.value.code == "E602" and "priors" in str(caught.value)


def test_replicates_that_disagree_have_a_large_r_hat() -> None:
    random = np.random.Generator(np.random.Philox(2))
    chain = np.repeat([0, 1], 200)
    scores = random.normal(size=(400, 2))
    scores[chain == 1, 1] += 2.0
    rhat = agreement(scores, chain)
    assert rhat[0] < 1.05 < 1.3 < rhat[1]


def test_the_shipped_posterior_is_not_stale_and_small(iraq: fb.Scenario) -> None:
    posterior = Posterior.of(iraq)
    assert posterior is not None and not posterior.quick
    assert posterior.stale(iraq, iraq.problem()) == []
    assert Path(iraq.file or "").with_name("posterior.npz").stat().st_size < 5_000_000
    assert len(np.unique(posterior.chain)) == 2 and posterior.notes["refine"]["faults"] == []


def test_shipped_posteriors_of_rival_structures_belong_to_them(iraq: fb.Scenario) -> None:
    for name in structures():
        changed = with_structure(iraq, name)
        path = Path(iraq.file or "").with_name(f"posterior-{name}.npz")
        found = Posterior.load(path, changed.problem())
        assert found.stale(changed, changed.problem()) == [], name


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


def test_a_rival_structure_switches_its_mechanism_off_and_nothing_else(iraq: fb.Scenario) -> None:
    changed = with_structure(iraq, "no-fear").problem()
    plain = iraq.problem()
    assert all(p.arguments == {"value": 0} or p.arguments["value"] == 0 for p in changed.priors["fear_shock"].ravel())
    assert changed.priors["tips"][()] == plain.priors["tips"][()]
    with pytest.raises(fb.ForbearError, match="no-fear"):
        with_structure(iraq, "no-fears")


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
