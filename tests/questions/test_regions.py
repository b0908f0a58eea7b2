"""What each side of a claim asserts: regions with margins of their own, alike for both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forbear.questions.effects import probabilities
from forbear.questions.regions import holds, margins, region_shares, sides
from forbear.scenario.casefiles.policies import Claim

CLAIM = Claim("C", "c", "s", "r", "effect", "not higher", "higher", outcome="deaths", margin=0.25, rival_margin=1.0)


@pytest.mark.parametrize(
    ("says", "effect", "inside"),
    [
        ("lower", [0.5, 0.95, 1.0, 2.0], [True, False, False, False]),
        ("higher", [0.5, 1.05, 1.2, 2.0], [False, False, True, True]),
        ("same", [0.5, 0.95, 1.09, 2.0], [False, True, True, False]),
        ("not lower", [0.5, 0.95, 1.0, 2.0], [False, True, True, True]),
        ("not higher", [0.5, 0.95, 1.0, 2.0], [True, True, True, False]),
    ],
)
def test_a_saying_is_a_region_of_the_effect(says: str, effect: list[float], inside: list[bool]) -> None:
    assert holds(np.array(effect), says, 0.1, "ratio").tolist() == inside


def test_an_effect_that_is_not_a_number_is_in_nobody_s_region() -> None:
    for says in ("lower", "higher", "same", "not lower", "not higher"):
        assert not holds(np.array([np.nan, np.inf]), says, 0.1, "ratio").any()


def test_what_lies_between_two_margins_is_asserted_by_neither() -> None:
    ours, theirs = sides(CLAIM, np.array([0.9, 1.2, 1.6, 2.5]))
    assert ours.tolist() == [True, True, False, False] and theirs.tolist() == [False, False, False, True]
    assert margins(CLAIM) == (0.25, 1.0)
    assert sum(region_shares(CLAIM, np.exp(np.linspace(-2, 2, 101)))) == pytest.approx(1.0)


def test_claim_and_rival_exchanged_exchange_their_regions() -> None:
    effect = np.exp(np.linspace(-2, 2, 41))
    for claim in (CLAIM, replace(CLAIM, rival_margin=None), replace(CLAIM, claim_says="same", rival_says="lower")):
        one, other = sides(claim, effect), sides(claim.swapped(), effect)
        assert (one[0] == other[1]).all() and (one[1] == other[0]).all()


def test_regions_agree_with_the_three_shares_where_both_sides_share_a_margin() -> None:
    effect = np.exp(np.random.Generator(np.random.Philox(5)).normal(0.1, 0.4, 400))
    claim = replace(CLAIM, margin=0.1, rival_margin=None, claim_says="not lower", rival_says="lower")
    three = probabilities(effect, 0.1, claim.direction, "ratio")  # type: ignore[arg-type]
    ours, theirs, neither = region_shares(claim, effect)
    assert (ours, theirs, neither) == pytest.approx((three.p_for + three.p_none, three.p_against, 0.0))
