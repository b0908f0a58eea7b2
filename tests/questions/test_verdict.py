"""The verdict rule: each word from its own numbers, and no favour to either side."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.questions.effects import Candidate, Probabilities
from forbear.questions.verdict import Rule, VerdictInputs, verdict

STRONG = (0.9, 0.05, 0.05)
SPLIT = (0.5, 0.3, 0.2)
MIRROR = {"supported": "refuted", "refuted": "supported"}


def case(three=STRONG, structures=None, contraction=0.5, audit=True, **more) -> VerdictInputs:
    rivals = [three] * 5 if structures is None else structures
    return VerdictInputs(*three, {f"M{k + 1}": v for k, v in enumerate(rivals)}, contraction, audit, **more)


def shares():
    weights = st.tuples(*[st.integers(0, 20)] * 3).filter(lambda three: sum(three) > 0)
    decided = st.sampled_from([STRONG, (0.05, 0.9, 0.05), (0.1, 0.05, 0.85)])
    return decided | weights.map(lambda three: tuple(part / sum(three) for part in three))


def candidates():
    split = st.builds(
        Candidate,
        below=shares().map(lambda three: Probabilities(*three)),
        above=shares().map(lambda three: Probabilities(*three)),
        flips_at=st.none() | st.floats(0, 1),
        identification=st.sampled_from([None, "I-data", "I-weak", "I-lit", "I-lit", "N-none"]),
    )
    return st.just({}) | st.dictionaries(st.sampled_from(["zeta", "m_O", "raids"]), split, max_size=2)


def cases():
    sides = st.sampled_from(
        [
            ("effect", "effect"),
            ("effect", "no effect"),
            ("no effect", "effect"),
            ("effect", "no opposite effect"),
            ("no opposite effect", "effect"),
        ]
    )
    return st.builds(
        lambda three, rivals, contraction, audit, found, said, value: case(
            three,
            rivals or None,
            contraction,
            audit,
            candidates=found,
            asserts=said[0],
            rival_asserts=said[1],
            is_value_claim=value,
        ),
        shares(),
        st.just([]) | st.lists(shares(), min_size=1, max_size=6),  # none given: all like the draws
        st.sampled_from([None, -0.5, 0.1, 0.2, 0.4, 0.6, 0.8]),
        st.sampled_from([True] * 9 + [False]),
        candidates(),
        sides,
        st.sampled_from([False] * 9 + [True]),
    )


def numbers(text: str) -> list[str]:
    return sorted(re.findall(r"\d+(?:\.\d+)?", text))


@settings(max_examples=400, deadline=None)
@given(inputs=cases())
def test_exchanging_claim_and_rival_exchanges_the_words_and_nothing_else(inputs):
    one, other = verdict(inputs), verdict(inputs.swapped())
    assert (one.word, one.rival_word) == (other.rival_word, other.word)
    assert (one.deciding, one.flips_at) == (other.deciding, other.flips_at)
    assert one.structures_agreeing == other.structures_agreeing
    assert numbers(one.reason) == numbers(other.reason)
    assert numbers(one.what_would_change) == numbers(other.what_would_change)


@settings(max_examples=200, deadline=None)
@given(inputs=cases())
def test_the_rival_gets_the_mirror_word_unless_both_are_wrong(inputs):
    found = verdict(inputs)
    if (found.word, found.rival_word) == ("refuted", "refuted"):
        mass = dict(zip(("for", "against", "none"), inputs.overall, strict=True))
        said = {"effect": {"for"}, "no effect": {"none"}, "no opposite effect": {"for", "none"}}[inputs.asserts]
        rival = {"effect": {"against"}, "no effect": {"none"}, "no opposite effect": {"against", "none"}}
        neither = set(mass) - said - rival[inputs.rival_asserts]
        assert sum(mass[k] for k in neither) >= 0.8 - 1e-9
    else:
        assert found.rival_word == MIRROR.get(found.word, found.word)


def test_a_claim_that_holds_in_draws_and_structures_is_supported_and_its_opposite_refuted():
    found = verdict(case())
    assert (found.word, found.rival_word, found.structures_agreeing) == ("supported", "refuted", (5, 5))
    assert "90 %" in found.reason and "5 of 5" in found.reason and "0.50" in found.reason
    assert verdict(case((0.05, 0.9, 0.05))).word == "refuted"


def test_four_structures_of_five_suffice_and_three_do_not():
    assert verdict(case(structures=[STRONG] * 4 + [SPLIT])).word == "supported"
    assert verdict(case(structures=[STRONG] * 3 + [SPLIT] * 2)).word == "not identified"


def test_no_effect_refutes_both_sides_where_both_assert_one():
    found = verdict(case((0.1, 0.05, 0.85)))
    assert (found.word, found.rival_word) == ("refuted", "refuted")
    assert "85 %" in found.reason


def test_no_effect_supports_a_claim_of_no_effect_and_counts_for_a_claim_of_no_help():
    assert verdict(case((0.1, 0.05, 0.85), asserts="no effect")).word == "supported"
    assert verdict(case((0.45, 0.1, 0.45), asserts="no opposite effect")).word == "supported"
    assert verdict(case((0.45, 0.1, 0.45))).word == "not identified"
    assert verdict(case((0.05, 0.9, 0.05), asserts="no effect")).word == "refuted"


def test_weak_data_a_failed_audit_and_missing_rivals_leave_it_not_identified_however_sure_the_draws():
    for inputs in (case(contraction=0.19), case(contraction=None), case(contraction=float("nan"))):
        assert verdict(inputs).word == "not identified" and "contraction" in verdict(inputs).reason
    assert "leans" in verdict(case(audit=False)).reason
    assert "structural rival" in verdict(case(structures=[])).reason
    assert verdict(case(contraction=0.2)).word == "supported"


def test_a_split_by_one_parameter_makes_it_contested_on_that_parameter_at_its_value():
    split = Candidate(Probabilities(0.2, 0.6, 0.2), Probabilities(0.8, 0.0, 0.2), flips_at=0.42)
    weak = Candidate(Probabilities(0.4, 0.4, 0.2), Probabilities(0.6, 0.2, 0.2))
    found = verdict(case(SPLIT, candidates={"weak": weak, "epsilon_R": split}))
    assert (found.word, found.deciding, found.flips_at) == ("contested", "epsilon_R", 0.42)
    assert "0.42" in found.what_would_change and "epsilon_R" in found.reason
    assert verdict(case(SPLIT, candidates={"weak": weak})).word == "not identified"


def test_a_split_that_moves_only_the_rivals_share_contests_it_too():
    split = Candidate(Probabilities(0.5, 0.1, 0.4), Probabilities(0.5, 0.45, 0.05))
    assert verdict(case(SPLIT, candidates={"p": split})).word == "contested"


def test_an_answer_that_hangs_on_what_no_data_speak_about_is_not_identified():
    split = Candidate(Probabilities(1.0, 0.0, 0.0), Probabilities(0.6, 0.3, 0.1), identification="N-none")
    found = verdict(case((0.8, 0.15, 0.05), candidates={"refuge": split}))
    assert found.word == "not identified" and found.deciding == "refuge" and "refuge" in found.reason
    known = replace(split, identification="I-data")
    assert verdict(case((0.8, 0.15, 0.05), candidates={"refuge": known})).word == "supported"


def test_structures_with_opposite_answers_contest_a_claim():
    found = verdict(case(SPLIT, structures=[STRONG, (0.05, 0.9, 0.05), SPLIT, SPLIT, SPLIT]))
    assert found.word == "contested" and "M1" in found.reason and "M2" in found.reason


def test_a_claim_about_values_gets_no_verdict_whatever_the_numbers():
    found = verdict(case(is_value_claim=True))
    assert (found.word, found.rival_word, found.deciding) == ("values only", "values only", None)


def test_the_threshold_itself_is_enough_and_a_share_below_it_is_not_rounded_up_to_it():
    assert verdict(case((0.8, 0.1, 0.1))).word == "supported"
    found = verdict(case((0.799, 0.101, 0.1), structures=[(0.799, 0.101, 0.1)] * 5))
    assert found.word == "not identified" and "79.90 %" in found.reason
    assert verdict(case((0.75, 0.2, 0.05)), Rule(probability=0.7)).word == "supported"


def test_shares_that_do_not_add_up_and_sides_that_can_both_be_true_are_refused():
    with pytest.raises(ValueError, match="add up"):
        case((0.9, 0.3, 0.1))
    with pytest.raises(ValueError, match="structure M1"):
        case(structures=[(0.5, 0.5, 0.5)])
    with pytest.raises(ValueError, match="both be true"):
        case(asserts="no effect", rival_asserts="no opposite effect")
    with pytest.raises(ValueError, match="a side asserts"):
        case(asserts="harm")
