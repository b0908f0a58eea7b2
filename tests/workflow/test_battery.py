"""The whole battery on a small country: claims, strategies, attribution, trace, report, commands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import forbear as fb
from forbear.discovery.stress import stress
from forbear.errors import ForbearError
from forbear.questions.answers import Answers
from forbear.questions.policy_runs import PolicyRuns
from forbear.questions.verdict_lines import claim_lines, verdict_table
from forbear.workflow.battery import Effort, Request, answer

SCENARIO = """
[scenario]
name = "small"
title = "A small country"
kind = "invented"
extends = "meadow"
"""
STRATEGIES = """
[NEVER]
title = "never intervening"
side = "restraint"
settings = { "intervener.intervene" = 0 }

[MORE]
title = "twice the soldiers"
side = "intervention"
settings = { "intervener.force" = "*2" }

[STAY-AT-HOME]
title = "nobody goes, and trade grows"
side = "restraint"
settings = { "intervener.intervene" = 0, "services.works_budget" = "*0.5" }

[NEVER-MIND]
title = "half the soldiers"
side = "restraint"
settings = { "intervener.force" = "*0.5" }

[ANSWER]
title = "more soldiers when attacks are reported"
side = "intervention"
settings = {}
[[ANSWER.rules]]
name = "answer attacks"
when = "observed_attacks > 5 for 8 weeks"
then = { lever = "intervener.force", operation = "scale", value = 1.5, hold_weeks = 26 }
"""
CLAIMS = """
[A]
title = "more <soldiers> & peace"
statement = "Twice the soldiers lower the deaths."
rival = "Twice the soldiers do not lower the deaths."
kind = "effect"
changed = "MORE"
outcome = "deaths"
claim_says = "lower"
rival_says = "not lower"
deciding = ["mass_elasticity"]
evidence = ["Friedman 2011 sample", "COIN win rate, occupier, post-1945"]

[B]
title = "worth it"
statement = "It was worth it."
rival = "It was not worth it."
kind = "value"
changed = "MORE"
outcome = "cost"
claim_says = "lower"
rival_says = "higher"
"""
REMEDIES = """
[levers.more]
title = "more soldiers"
settings = { "intervener.force" = "*2" }
feasible = { "intervener.force" = "*2", "intervener.feasible" = 1 }
[levers.rules]
title = "restraint"
settings = { "security.rules_of_engagement" = 0.3 }
[structure.fear]
title = "no fear"
parameters = { weight_of_fear = 0, mobilisation_by_fear = 0 }
[structure.occupation]
title = "no resentment"
parameters = { weight_of_resentment = 0, mobilisation_by_occupation = 0 }
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> fb.Scenario:
    folder = tmp_path_factory.mktemp("small")
    for name, text in (
        ("scenario", SCENARIO),
        ("remedies", REMEDIES),
        ("claims/c", CLAIMS),
        ("strategies/s", STRATEGIES),
    ):
        path = folder / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return fb.Scenario.load(folder / "scenario.toml")


@pytest.fixture(scope="module")
def answers(small: fb.Scenario) -> Answers:
    return answer(small, None, Request(members=16, effort=Effort(1, 64, 16, 1, 2, 12, 1)))


def test_without_a_posterior_nothing_is_more_than_not_identified(answers: Answers) -> None:
    assert answers["A"].verdict.word == "not identified"
    assert answers["B"].verdict.word == "values only"
    assert answers.provenance.given == "prior" and answers["A"].contraction == 0.0


def test_every_claim_has_its_shares_before_any_data_and_says_which_stages_were_not_made(answers: Answers) -> None:
    found = answers["A"]
    assert list(found.stages) == ["before"] and found.information == ()
    before = found.stages["before"]
    assert before.claim + before.neither + before.rival == pytest.approx(1.0) and before.error > 0.0
    assert len(found.verdict.left_out) == 3 and any("after the record: " in words for words in found.verdict.left_out)
    frame = answers.to_frame()
    assert frame.loc["A", "claim_before"] == before.claim and frame["claim_country"].isna().all()
    assert {entry.what for entry in found.sensitivity} == {"margin", "horizon", "threshold"}


def test_what_never_intervenes_stands_beside_the_others_and_is_ranked_with_none_whatever_its_name(
    answers: Answers,
) -> None:
    rows = answers.strategies.rows
    assert {name for name, row in rows.items() if row.assumed} == {"NEVER", "STAY-AT-HOME"}
    for name in ("NEVER", "STAY-AT-HOME"):
        assert (
            rows[name].pareto is None
            and rows[name].satisficing is None
            and not rows[name].regret
            and not rows[name].best
        )
    assert all(set(row.outcomes) >= {"deaths", "cost", "governance"} for row in rows.values())
    assert 0.0 <= (rows["MORE"].pareto or 0.0) <= 1.0 and rows["MORE"].regret


def test_a_strategy_that_intervenes_is_ranked_even_if_it_is_called_never(answers: Answers) -> None:
    row = answers.strategies.rows["NEVER-MIND"]
    assert not row.assumed and row.pareto is not None and set(row.regret) == set(answers.strategies.objectives)


def test_the_ledger_of_mobilisation_adds_up_to_the_whole(answers: Answers) -> None:
    import numpy as np

    assert np.median(np.array(answers.ledger.whole)[1].sum(axis=-1)) == pytest.approx(1.0, abs=0.2)
    assert np.array(answers.ledger.shares).min() >= 0.0


def test_attribution_is_played_for_levers_feasible_levers_and_structure(answers: Answers) -> None:
    assert set(answers.attribution) == {"levers", "feasible", "structure"}
    for game in answers.attribution.values():
        summed = sum(share.mean for share in game.rows["deaths"])
        assert game.exact and abs(summed) < 20.0 and 0.0 <= game.unattributed.order_remedied <= 1.0


def test_a_claim_can_be_traced_to_seed_hashes_parameters_and_sources(answers: Answers, tmp_path: Path) -> None:
    found = Answers.read(answers.write(tmp_path / "a.json"))
    text = "\n".join(claim_lines(found, "A", trace=True))
    assert "seed 1" in text and "mass_elasticity" in text and "Lyall" in text
    assert answers.provenance.problems["MORE"] in text
    assert "runs, seed 1: " in text and "series: none" in text and "cases: " in text
    assert "study Friedman 2011 sample" in text and "study COIN win rate, occupier, post-1945" in text
    assert "not made: after this country" in text and "not on record" in text
    assert any("not identified" in line for line in verdict_table(found))
    assert "OUT OF DATE" in "\n".join(verdict_table(found, ["model"]))


def test_the_report_holds_both_sides_and_escapes_what_users_write(
    answers: Answers, small: fb.Scenario, tmp_path: Path
) -> None:
    from forbear.report import write

    problem = small.problem()
    ensemble = fb.simulate(small, given="prior", members=64, seed=1)
    path = write(ensemble, small, problem, to=tmp_path / "r.html", answers=answers)
    page = path.read_text(encoding="utf-8")
    assert "more &lt;soldiers&gt; &amp; peace" in page and "<soldiers>" not in page
    assert "Twice the soldiers do not lower the deaths." in page and "by assumption" in page
    assert 'id="blame"' in page and path.stat().st_size < 3_000_000


def test_stress_finds_where_a_strategy_fails_and_what_is_worth_knowing(small: fb.Scenario) -> None:
    from forbear.scenario.casefiles.policies import load_strategies

    outcomes = (
        "deaths",
        "displaced",
        "intervener_deaths",
        "cost",
        "cost_full",
        "governance",
        "democracy",
        "attacks_abroad",
        "allies",
        "adversaries",
        "success",
        "order",
        "inclusion",
        "services",
        "force",
        "unsustainable",
        "violence_at_end",
    )
    worlds = PolicyRuns.of(small, None, members=256, replications=1, outcomes=outcomes)
    strategies = load_strategies(small)
    found = stress(worlds, {n: strategies[n] for n in ("HISTORY", "NEVER", "MORE")})
    assert found["boxes"]["HISTORY"]["share"] == pytest.approx(0.5, abs=0.01)
    leaf = found["boxes"]["HISTORY"]["leaf"]
    assert leaf and leaf["density"] > 0.6 and leaf["limits"]
    assert found["sensitivity"]["HISTORY"][0]["pawn"] > found["sensitivity"]["HISTORY"][0]["dummy"]
    assert found["information"]["perfect"] >= 0.0


def test_commands_explain_mistakes_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from forbear.cli import main

    monkeypatch.chdir(tmp_path)
    for words, code in (
        (["compare", "iraq-2003", "MORE-151"], "E241"),
        (["claims", "-s", "meadow", "show", "H2"], "E101"),
        (["validate", "iraq-2003", "--parts", "forcast"], "E609"),
        (["validate", "meadow"], "E610"),
        (["fit", "meadow"], "E601"),
        (["fit", "iraq-2003", "--stages", "scuot"], "E609"),
        (["stress", "iraq-2003", "--outcome", "death"], "E241"),
        (["attribute", "meadow"], "E250"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(words)
        captured = capsys.readouterr()
        assert stopped.value.code == 2 and code in captured.err and "Traceback" not in captured.err, words


SEARCH = """
[levers.force]
title = "force"
lever = "intervener.force"
how = "scale"
low = 0.2
high = 2.0
[levers.leave]
title = "leave"
lever = "intervener.force"
how = "end"
low = 0.5
high = 9.0
[levers.rules]
title = "rules"
lever = "security.rules_of_engagement"
how = "value"
low = 0.3
high = 1.5
"""


def test_a_search_finds_strategies_that_no_other_found_one_beats_and_repeats_itself(small: fb.Scenario) -> None:
    import numpy as np

    from forbear.discovery.search import OBJECTIVES, search
    from forbear.scenario.casefiles.policies import load_strategies
    from forbear.scenario.casefiles.search_levers import load_search_levers

    Path(small.file or "").with_name("search.toml").write_text(SEARCH, encoding="utf-8")
    variables = load_search_levers(small)
    results = []
    for _ in range(2):
        worlds = PolicyRuns.of(small, None, members=8, replications=1, outcomes=OBJECTIVES)
        results.append(search(worlds, variables, load_strategies(small), evaluations=36, population=12))
    one, other = results
    assert (one.values == other.values).all() and 24 <= one.evaluations <= 48
    signs = np.array([1, 1, 1, -1])
    costs = one.objectives * signs
    assert not any(np.all(a <= b) and np.any(a < b) for a in costs for b in costs)
    low, high = np.array([v.low for v in variables]), np.array([v.high for v in variables])
    assert (one.values >= low).all() and (one.values <= high).all() and set(one.named) >= {"HISTORY", "NEVER"}
    assert set(one.named) - set(one.beaten) == {"NEVER", "STAY-AT-HOME"}


def test_one_claim_is_tested_with_the_strategies_that_it_needs(small: fb.Scenario) -> None:
    request = Request(members=16, effort=Effort(1, 64, 16, 1, 2, 12, 1), attribution=False, only=["A"])
    found = answer(small, None, request)
    assert list(found.claims) == ["A"] and set(found.strategies.rows) == {"HISTORY", "MORE"}
    with pytest.raises(ForbearError, match="no claim is called 'AA'"):
        answer(small, None, Request(only=["AA"]))


def test_draws_that_break_an_assumption_are_left_out_of_a_posterior() -> None:
    iraq = fb.Scenario.load("iraq-2003")
    posterior = fb.Posterior.of(iraq)
    assert posterior is not None
    low, high = posterior.where("emboldening < 0.08"), posterior.where("emboldening>0.08")
    assert len(low) + len(high) == len(posterior)
    assert low.space.column("emboldening", low.scores).max() < 0.08
    assert (low.parameters(len(low))["emboldening"] < 0.08).all()


@pytest.mark.parametrize(
    ("condition", "code"), [("emboldening", "E240"), ("emboldning<1", "E241"), ("emboldening<-5", "E240")]
)
def test_a_condition_that_cannot_be_met_is_explained(condition: str, code: str) -> None:
    posterior = fb.Posterior.of(fb.Scenario.load("iraq-2003"))
    assert posterior is not None
    with pytest.raises(ForbearError) as caught:
        posterior.where(condition)
    assert caught.value.code == code


def test_a_battery_that_was_stopped_goes_on_from_its_store_with_the_same_numbers(
    small: fb.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = Request(members=8, effort=Effort(1, 16, 8, 1, 2, 4, 1), attribution=False, only=["A"])
    plain = answer(small, None, request)
    first = answer(small, None, replace(request, store=tmp_path / "kept"))
    kept = sorted(path.name for path in (tmp_path / "kept").iterdir())
    again = answer(small, None, replace(request, store=tmp_path / "kept"))
    assert kept == ["prior"]  # it stands for a posterior, too, and is run once
    for found in (first, again):
        assert found["A"].effect == plain["A"].effect and found["A"].shares == plain["A"].shares
