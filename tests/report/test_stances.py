"""All claims in one picture: marks follow the shares, stages are those that answers carry, grey is said and why."""

import copy
from dataclasses import replace

import pytest

from forbear.questions.effects import Probabilities
from forbear.report.leads import QUESTIONS, leads
from forbear.report.stances import STAGES, stances


def with_stages(result, stages):
    other = copy.copy(result)
    object.__setattr__(other, "stages", stages)
    return other


def only(answers, *results):
    return replace(answers, claims={result.name: result for result in results})


@pytest.fixture(scope="module")
def answers(iraq):
    plain = {name: with_stages(result, {}) for name, result in iraq["answers"].claims.items()}
    return replace(iraq["answers"], claims=plain)


def test_every_claim_stands_once_sorted_by_how_far_data_moved_it(answers):
    found = stances(answers)
    names = [x.result.name for x in (*found.open_, *found.grey)]
    assert sorted(names) == sorted(answers.claims) and len(found.rows) == len(names)
    moved = [x.moved for x in found.open_]
    assert moved == sorted(moved, reverse=True)


def test_a_mark_stands_at_the_claims_share_less_its_rivals(answers):
    result = next(
        r for r in answers if (r.claim.asserts, r.claim.rival_asserts) == ("effect", "effect") or r.claim.rival_margin
    )
    one = replace(result, shares=Probabilities(0.7, 0.1, 0.2), prior_shares=Probabilities(0.1, 0.7, 0.2))
    stance = next(iter((*(f := stances(only(answers, with_stages(one, {})))).open_, *f.grey)))
    before, country = stance.marks
    assert (before.stage, country.stage) == ("before", "country")
    assert (before.place, country.place) == (pytest.approx(-0.6), pytest.approx(0.6))
    assert country.left == "80.0%" and stance.moved == pytest.approx(1.2) and stance.span == ("20.0%", "60.0%")
    assert (country.claim, country.neither, country.rival) == pytest.approx((0.7, 0.2, 0.1))


def test_what_asserts_that_nothing_happens_holds_the_draws_within_the_margin(answers):
    result = next(r for r in answers if r.claim.asserts == "no opposite effect" and r.claim.rival_margin is None)
    one = with_stages(replace(result, shares=Probabilities(0.25, 0.05, 0.7)), {})
    mark = (*(f := stances(only(answers, one))).open_, *f.grey)[0].marks[-1]
    assert (
        mark.claim == pytest.approx(0.95) and mark.rival == pytest.approx(0.05) and mark.neither == pytest.approx(0.0)
    )


def test_stages_that_answers_carry_are_drawn_and_absent_ones_said_once(answers):
    carried = {
        "country": {"claim": 0.6, "neither": 0.1, "rival": 0.3, "error": 0.02},
        "before": {"claim": 0.4, "neither": 0.1, "rival": 0.5, "error": 0.02},
        "record": {"claim": 0.5, "neither": 0.1, "rival": 0.4, "error": 0.03},
    }
    found = stances(only(answers, with_stages(next(iter(answers)), carried)))
    stance = (*found.open_, *found.grey)[0]
    assert [m.stage for m in stance.marks] == ["before", "record", "country"] == [s for s, _ in found.present]
    assert found.absent.count(STAGES["both"]) == 1 and STAGES["record"] not in found.absent
    assert "± 2.0 points" in stance.words and stance.moved == pytest.approx(0.4)
    whole = {**carried, "both": {"claim": 0.9, "neither": 0.0, "rival": 0.1, "error": None}}
    assert stances(only(answers, with_stages(next(iter(answers)), whole))).absent == ""


def test_grey_is_what_structure_arithmetic_or_values_decide(answers):
    for stance in stances(answers).grey:
        claim = stance.result.claim
        because = {
            "values": claim.kind == "value",
            "arithmetic": bool(claim.arithmetic),
            "structure": not stance.result.neutral,
        }
        assert because[stance.grey]
    assert not [x for x in stances(answers).open_ if not x.result.neutral or x.result.claim.arithmetic]


def test_four_questions_have_each_a_sentence_a_picture_and_claims(iraq):
    from forbear.report.front import front_page

    front = front_page(iraq["ensemble"], iraq["scenario"], posterior=iraq["posterior"], answers=iraq["answers"])
    found = leads(iraq["answers"], front.beside, front.remedied, front.answer[2])
    assert [lead.key for lead in found] == list(QUESTIONS)
    for lead in found:
        assert lead.answer.endswith(".") and any(c.isdigit() for c in lead.answer)
        assert lead.chart is not None and lead.chart.figure.lines_drawn
        assert sorted(n for names in lead.verdicts.values() for n in names) == sorted(r.name for r in lead.claims)
    rows = iraq["answers"].strategies.rows
    better, leave, abroad, never = found
    assert {rows[r.claim.changed].side for r in better.claims} == {"intervention"}
    assert {rows[r.claim.changed].side for r in leave.claims} == {"restraint"}
    assert {r.claim.outcome for r in abroad.claims} == {"attacks_abroad"}
    assert all(rows[r.claim.changed].assumed or rows[r.claim.base].assumed for r in never.claims)


def test_without_answers_never_intervening_alone_is_asked(meadow, invented):
    from forbear.report.beside import simulate_never
    from forbear.report.front import front_page

    assert leads(None, None, "", "x") == []
    front = front_page(invented, meadow, never=simulate_never(invented, meadow))
    assert [lead.key for lead in leads(None, front.beside, "", front.answer[2])] == ["nobody"]
