"""The front page: every sentence follows from the numbers, and what was not asked is not claimed."""

import copy
import re
from dataclasses import replace

import numpy as np
import pytest

from forbear.questions.claim_words import plain_effect
from forbear.questions.verdict_lines import licence_sentence
from forbear.report.beside import never_intervening, simulate_never
from forbear.report.front import front_page
from forbear.words import join, percent, times


@pytest.fixture(scope="module")
def front(iraq):
    return front_page(iraq["ensemble"], iraq["scenario"], posterior=iraq["posterior"], validation=iraq["validation"], answers=iraq["answers"])  # fmt: skip


def test_the_answer_is_three_sentences_each_with_a_range(front):
    assert len(front.answer) == 3
    for sentence in front.answer:
        assert sentence.endswith(".") and re.search(r"\d[\d,.]* to \d", sentence)
        assert len(re.findall(r"\.\s", sentence + " ")) == 1


def test_sentence_headline_card_and_table_hold_the_same_numbers(iraq, front):
    from forbear.words import span

    own = iraq["answers"].strategies.rows["HISTORY"].outcomes["deaths"]
    killed = span(round(own.p05), round(own.p95))
    assert f"{killed} civilians killed" in front.answer[0] and f"{killed} civilians killed" in front.screen.headline
    assert front.screen.cards[0].number == killed and killed in front.beside.rows[0][1]


def test_without_answers_they_are_the_quantiles_of_the_simulated_histories(meadow, invented):
    from forbear.words import span

    front = front_page(invented, meadow)
    low, high = np.quantile(invented.data["civilians_dead"].values[:, -1], [0.05, 0.95])
    assert front.screen.cards[0].number == span(round(low), round(high))
    assert f"{front.screen.cards[0].number} civilians killed" in front.answer[0]


def test_every_claim_is_a_lesson_with_its_own_verdict_and_none_is_invented(iraq, front):
    told = [(r.name, r.verdict.word, r.claim.statement, r.claim.rival) for r in iraq["answers"]]
    assert [(x.name, x.verdict, x.argument, x.rival) for x in front.lessons] == told


def with_verdicts(answers, word_of):
    """The same answers with other verdicts."""
    claims = {
        name: replace(r, verdict=replace(r.verdict, word=word_of(r), rival_word=word_of(r)))
        for name, r in answers.claims.items()
    }
    return replace(answers, claims=claims)


def test_other_verdicts_and_numbers_make_other_sentences(iraq, front):
    answers = with_verdicts(iraq["answers"], lambda r: "values only" if r.claim.kind == "value" else "refuted")
    game = answers.attribution["levers"]
    total = {**game.total, "deaths": type(game.total["deaths"])(*[float(np.log(2.0))] * 3)}
    answers = replace(answers, attribution={**answers.attribution, "levers": replace(game, total=total)})
    other = front_page(iraq["ensemble"], iraq["scenario"], posterior=iraq["posterior"], answers=answers)
    tested = [r for r in answers if r.claim.kind != "value"]
    assert f"of {len(tested)} lessons put to the test this evidence decides {len(tested)}" in other.answer[1]
    assert "50\u00a0% (50\u00a0%) of the deaths" in other.answer[1] and other.answer[1] != front.answer[1]
    assert ("in a model that misses" in other.answer[1]) is not answers.facts.passed
    assert not [words for words in other.cannot if "Who is right" in words]
    assert "Not licensed." not in [lead for lead, _ in other.banners]


def test_claims_without_a_licence_are_said_on_top_with_the_reason_and_decide_nothing(iraq):
    answers = with_verdicts(iraq["answers"], lambda r: "not licensed")
    missed = tuple(replace(fact, holds=False) for fact in answers.facts.results)
    answers = replace(answers, facts=replace(answers.facts, results=missed))
    front = front_page(iraq["ensemble"], iraq["scenario"], posterior=iraq["posterior"], answers=answers)
    words = dict(front.banners)["Not licensed."]
    assert words == licence_sentence(answers) and "misses" in words and "observed" in words
    tested = [r for r in answers if r.claim.kind != "value"]
    assert f"{len(tested)} get no verdict" in front.answer[1] and "decides none" in front.answer[1]
    assert [word for word, _ in front.meanings] == ["not licensed"]
    assert any("does not live through" in said for said in front.cannot)


def test_a_country_without_a_posterior_claims_no_effect(meadow, invented):
    front = front_page(invented, meadow)
    assert not front.lessons and "no effect of any policy is claimed" in front.answer[1]
    assert "was not run" in front.answer[2]
    assert {lead for lead, _ in front.banners} == {"This country is invented.", "These are prior draws."}
    assert front.trust == ("Nothing here was checked against data: this shows what the assumptions imply, not what would happen.",)  # fmt: skip


def test_a_posterior_without_claims_says_that_nothing_was_asked(iraq):
    front = front_page(iraq["ensemble"], iraq["scenario"], posterior=iraq["posterior"])
    assert not front.lessons and "was not asked in this run" in front.answer[1]
    assert not [words for words in front.cannot if "lessons" in words]


def test_never_intervening_is_run_over_the_same_draws_where_no_answers_hold_it(meadow, invented):
    never = simulate_never(invented, meadow)
    assert float(never.data["intervener_dead"].max()) == 0
    drawn = [name for name in map(str, invented.data.data_vars) if name.startswith("given_")]
    assert len(drawn) > 50
    assert all(np.array_equal(never.data[name].values, invented.data[name].values) for name in drawn)
    assert np.array_equal(never.data["member"].values, invented.data["member"].values)
    front = front_page(invented, meadow, never=never)
    assert front.beside.assumed and front.beside.head[-1] == "Never intervening (by assumption)"
    assert "by assumption" in front.answer[2] and "judgement of values" in front.answer[2]


def test_where_nobody_intervenes_anyway_nothing_stands_beside(meadow, problem):
    from forbear.ensemble.runner import simulate

    nobody = never_intervening(meadow)
    ensemble = simulate(nobody.problem(), members=4, seed=1)
    assert simulate_never(ensemble, nobody) is None
    assert front_page(ensemble, nobody).beside is None


def test_worlds_without_the_war_are_columns_that_nothing_ranks(iraq, front):
    rows = iraq["answers"].strategies.rows
    assumed = [r.title + " (by assumption)" for r in rows.values() if r.assumed]
    assert list(front.beside.head[2:]) == assumed
    assert "nothing is added up or ranked" in front.beside.note
    assert all(len(row) == len(front.beside.head) for row in front.beside.rows)


def test_a_stale_fit_and_failed_forecasts_put_banners_on_top(iraq):
    validation = copy.deepcopy(iraq["validation"])
    validation["forecasts"] = {"series": [], "word": "fails", "banner": "Its forecasts are no better than guesses."}
    front = front_page(iraq["ensemble"], iraq["scenario"], posterior=iraq["posterior"], stale=["model"], validation=validation)  # fmt: skip
    leads = [lead for lead, _ in front.banners]
    assert "The fit is out of date." in leads and "Forecasts: fails." in leads
    assert any("FAILS" in words for words in front.trust)


def test_answers_of_other_numbers_are_said_to_be_out_of_date(iraq):
    front = front_page(
        iraq["ensemble"],
        iraq["scenario"],
        posterior=iraq["posterior"],
        answers=iraq["answers"],
        stale_verdicts=["posterior"],
    )
    assert "another posterior" in dict(front.banners)["The verdicts are out of date."]


def test_series_that_the_members_miss_are_named(iraq):
    front = front_page(iraq["ensemble"], iraq["scenario"], posterior=iraq["posterior"], missed=["Attacks", "Polls"], held=3)  # fmt: skip
    assert any("Of 5 observed series" in w and "missed: Attacks; Polls" in w for w in front.trust)


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(0.8, "20\u00a0% less"), (1.26, "26\u00a0% more"), (1.001, "the same"), (3.4, "3.4 times"), (0.0, "100\u00a0% less")],
)  # fmt: skip
def test_ratios_are_said_as_people_say_them(ratio, words):
    assert times(ratio) == words


def test_a_small_share_is_never_rounded_to_nothing_or_to_all():
    assert [percent(v) for v in (0.0, 0.001, 0.5, 0.999, 1.0)] == ["0\u00a0%", "under 1\u00a0%", "50\u00a0%", "over 99\u00a0%", "100\u00a0%"]  # fmt: skip
    assert [join(w) for w in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_effects_of_every_kind_are_said_in_plain_words(iraq):
    said = {result.name: plain_effect(result) for result in iraq["answers"]}
    kinds = r": (.+ \(.+ to .+\)|above \d+\xa0% in \d+\xa0% of draws)$"
    assert all(re.search(kinds, words) for words in said.values()), said
    assert not [w for w in said.values() if re.search(r"\de[-+]\d|\bnan\b", w)]


@pytest.mark.parametrize(
    ("rhat", "scouts", "said"), [(1.66, 3, "do not agree"), (1.05, 2, "2 independent scouts agree"), (1.66, 1, None)]
)
def test_scouts_that_found_different_places_are_not_said_to_agree(iraq, rhat, scouts, said):
    notes = {**iraq["posterior"].notes, "refine": {"rhat_90": rhat}, "settings": {"scouts": scouts}}
    front = front_page(iraq["ensemble"], iraq["scenario"], posterior=replace(iraq["posterior"], notes=notes))
    assert any(said in words and "gate 1.25" in words for words in front.trust) if said else not any("R-hat" in words for words in front.trust)  # fmt: skip
