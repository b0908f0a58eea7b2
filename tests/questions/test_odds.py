"""How far weights move odds: shares, factors and their Monte Carlo error against what can be worked out."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from forbear.errors import FileError
from forbear.questions.odds import POSTERIOR, PRIOR, ClaimOdds, Odds, Part, SourceWeights, factor_of, parts_of, shift
from forbear.questions.odds_words import claim_rows, detail_lines, factor_words, odds_summary, source_rows, spread_rows
from forbear.questions.stored import encode
from forbear.questions.verdict_evidence import Group, Groups, TheoryWeight
from forbear.scenario.casefiles.policies import Claim

#: Governance is judged by differences: higher by more than 0.05 is the claim's region, lower by as much the rival's.
CLAIM = Claim("C", "c", "s", "r", "effect", "higher", "lower", changed="MORE", outcome="governance")
MEAN = 0.5


def weights_of(z: np.ndarray, mean: float = MEAN) -> np.ndarray:
    """Those that turn N(0, 1) into N(mean, 1)."""
    raw = np.exp(norm.logpdf(z, mean) - norm.logpdf(z))
    return raw / raw.sum()


def one(z: np.ndarray, worth: float | None = None) -> Groups:
    return Groups(Group(z, np.ones(len(z), bool), len(z) if worth is None else worth), None)


def odds(share: float) -> float:
    return share / (1.0 - share)


def test_shares_and_factor_are_those_of_the_law_that_the_weights_stand_for() -> None:
    z = np.random.default_rng(1).standard_normal(40_000)
    found = shift(parts_of(CLAIM, one(z), PRIOR), {PRIOR: weights_of(z)})
    assert found is not None
    early, late = norm.sf(0.05), norm.sf(0.05 - MEAN)
    assert found.before[0] == pytest.approx(early, abs=0.01) and found.after[0] == pytest.approx(late, abs=0.01)
    assert found.factor[0] == pytest.approx(odds(late) / odds(early), rel=0.04)
    assert found.factor[1] < 1.0 and found.effective == pytest.approx(math.exp(-(MEAN**2)), abs=0.02)
    assert factor_of(parts_of(CLAIM, one(z), PRIOR), {PRIOR: weights_of(z)}) == found.factor[0]


def test_the_error_of_a_factor_is_that_of_repeated_draws_and_less_than_of_two_shares_apart() -> None:
    random = np.random.default_rng(2)
    logs, errors, apart = [], [], []
    for _ in range(300):
        z = random.standard_normal(300)
        found = shift(parts_of(CLAIM, one(z), PRIOR), {PRIOR: weights_of(z)})
        assert found is not None
        logs.append(math.log(found.factor[0]))
        errors.append(found.error[0])
        p, q = found.before[0], found.after[0]
        apart.append(math.hypot((p * (1 - p) * 300) ** -0.5, (q * (1 - q) * 300 * found.effective) ** -0.5))
    assert np.mean(errors) == pytest.approx(np.std(logs), rel=0.15)
    assert np.mean(errors) < 0.8 * np.mean(apart)


def test_draws_that_hang_together_have_the_error_of_fewer() -> None:
    z = np.random.default_rng(3).standard_normal(400)
    whole, part = (shift(parts_of(CLAIM, one(z, worth), PRIOR), {PRIOR: weights_of(z)}) for worth in (400.0, 100.0))
    assert whole is not None and part is not None
    assert part.factor == whole.factor and part.error[0] == pytest.approx(2.0 * whole.error[0])


def test_even_weights_move_nothing_and_are_sure_of_it() -> None:
    z = np.random.default_rng(4).standard_normal(100)
    found = shift(parts_of(CLAIM, one(z), PRIOR), {PRIOR: np.full(100, 0.01)})
    assert found is not None
    assert found.factor == pytest.approx((1.0, 1.0, 1.0)) and found.error == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)
    assert found.effective == pytest.approx(1.0)


def test_exchanging_claim_and_rival_exchanges_their_numbers() -> None:
    z = np.random.default_rng(5).standard_normal(500)
    other = replace(CLAIM, claim_says="lower", rival_says="higher")
    first, second = (shift(parts_of(claim, one(z), PRIOR), {PRIOR: weights_of(z)}) for claim in (CLAIM, other))
    assert first is not None and second is not None
    assert first.factor[:2] == second.factor[1::-1] and first.after[2] == second.after[2]


def test_a_region_without_a_draw_has_no_factor_and_says_so() -> None:
    z = 1.0 + np.abs(np.random.default_rng(6).standard_normal(50))
    found = shift(parts_of(CLAIM, one(z), PRIOR), {PRIOR: weights_of(z)})
    assert found is not None and math.isnan(found.factor[0]) and math.isnan(found.factor[1])
    assert factor_words(found) == "-" and factor_words(found, True) == "in conflict"
    assert shift(parts_of(CLAIM, one(z), PRIOR), {PRIOR: np.zeros(50)}) is None
    assert shift((), {}) is None


def test_after_the_country_shares_are_those_of_the_mixture_of_theories() -> None:
    random = np.random.default_rng(7)
    own, rival = random.standard_normal(300), 1.0 + random.standard_normal(200)
    groups = Groups(
        Group(own, np.ones(300, bool), 300),
        Group(own, np.ones(300, bool), 300),
        {"full": Group(own, np.ones(300, bool), 300), "fear": Group(rival, np.ones(200, bool), 200)},
        {"full": TheoryWeight(0.25), "fear": TheoryWeight(0.75)},
    )
    parts = parts_of(CLAIM, groups, POSTERIOR)
    found = shift(parts, {POSTERIOR: weights_of(own), "fear": weights_of(rival)})
    assert found is not None and [part.group for part in parts] == [POSTERIOR, "fear"]
    assert found.before[0] == pytest.approx(0.25 * (own > 0.05).mean() + 0.75 * (rival > 0.05).mean())
    unheard = replace(groups, theories={"full": groups.theories["full"]})
    assert [part.group for part in parts_of(CLAIM, unheard, POSTERIOR)] == [POSTERIOR]


def test_draws_that_are_not_judged_count_for_nothing() -> None:
    z = np.random.default_rng(8).standard_normal(400)
    judged = np.arange(400) < 100
    part = parts_of(CLAIM, Groups(Group(z, judged, 400.0), None), PRIOR)
    alone = parts_of(CLAIM, one(z[:100]), PRIOR)
    found, same = shift(part, {PRIOR: weights_of(z)}), shift(alone, {PRIOR: weights_of(z[:100])})
    assert found is not None and same is not None
    assert found.factor == pytest.approx(same.factor) and found.error == pytest.approx(same.error)


def table(conflict: bool = False) -> Odds:
    """Two claims over prior draws, the second in a region without a draw."""
    z = np.random.default_rng(9).standard_normal(500)
    known = shift(parts_of(CLAIM, one(z), PRIOR), {PRIOR: weights_of(z, 1.5)})
    none = shift(parts_of(CLAIM, one(np.abs(z) + 1.0), PRIOR), {PRIOR: weights_of(z)})
    assert known is not None and none is not None
    sources = ("record", "near", "studies", "record and studies")

    def claim(found: object) -> ClaimOdds:
        return ClaimOdds(
            "a claim", "not identified", {source: {PRIOR: found} for source in sources},  # type: ignore[dict-item]
            {source: {"0.5": {PRIOR: 2.0}, "2": {PRIOR: 1.2}} for source in ("near", "studies")},
            {PRIOR: {"haiti-1994": 5.0, "panama-1989": 4.9}},
            {"record": "leaning to the claim", "studies": "not identified"},
        )  # fmt: skip

    weights = {
        source: {PRIOR: SourceWeights(500, 0.4, 0.2, conflict and source == "studies")}
        for source in (*sources, *(f"{name}, tau x{times}" for name in ("near", "studies") for times in ("0.5", "2")))
    }
    return Odds(
        "small", "m", {"model": "m"}, 1, 0, 1, 500, False, ("haiti-1994",), ("near",), weights,
        {"A": claim(known), "B": claim(none)},
    )  # fmt: skip


def test_what_is_written_is_read_again_to_four_digits(tmp_path: Path) -> None:
    found = table()
    path = found.write(tmp_path / "odds.json")
    again = Odds.read(path)
    assert again.claims["A"].moved["record"][PRIOR].factor[0] == pytest.approx(
        found.claims["A"].moved["record"][PRIOR].factor[0], rel=1e-3
    )
    assert math.isnan(again.claims["B"].moved["record"][PRIOR].factor[0])
    assert encode(again) == encode(Odds.read(again.write(tmp_path / "again.json")))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("leaning", "drawn"), encoding="utf-8")
    with pytest.raises(FileError) as caught:
        Odds.read(path)
    assert caught.value.code == "E109"


def test_rows_and_sentences_say_what_was_counted() -> None:
    found = table()
    head, rows = claim_rows(found)
    assert len(rows) == 2 and all(len(row) == len(head) for row in rows)
    assert rows[1][2] == "-" and " to " in rows[0][2]
    summary = " ".join(odds_summary(found))
    assert "1 of 1 claims by a factor of 3 or more (A)" in summary
    assert "record: A (not identified: leaning to the claim)" in summary and "studies: none" in summary
    told, spread = spread_rows(found)
    assert len(told) == len(spread[0]) and "2, " in spread[0][1] and spread[0][3] in ("haiti-1994", "panama-1989")
    assert all(len(row) == len(source_rows(found)[0]) for row in source_rows(found)[1])
    assert source_rows(found)[1][0][:3] == ["record", "500 prior draws", "40\N{NO-BREAK SPACE}%"]
    assert any("leaning to the claim" in line for line in detail_lines(found, "A"))


def test_a_source_in_conflict_has_no_factor_anywhere() -> None:
    found = table(conflict=True)
    head, rows = claim_rows(found)
    at = head.index("x by studies")
    assert {row[at] for row in rows} == {"in conflict"}
    assert "is in conflict with prior draws" in " ".join(odds_summary(found))
    assert any("studies, prior draws: in conflict" in line for line in detail_lines(found, "A"))


def test_odds_of_what_every_draw_holds_have_no_factor_though_shares_of_a_mixture_are_rounded():
    weights = (0.1, 0.2, 0.7 - 1e-16)
    inside = np.tile([True, False, False], (10, 1))
    parts = [Part(str(k), inside, np.arange(10), 10.0, weight / sum(weights)) for k, weight in enumerate(weights)]
    found = shift(parts, {str(k): np.linspace(1.0, 2.0, 10) for k in range(3)})
    assert found is not None and np.isnan(found.factor).all()
