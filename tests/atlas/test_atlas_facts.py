"""The atlas: one vocabulary, ranges that hold their values, sources, known totals, a second coding."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter

import pytest

from forbear.errors import EvidenceError
from forbear.evidence.atlas import ATLAS, GRADES, atlas, case, second_coding

WORDS = {
    "old_regime_end": {"defeat", "collapse", "invitation", "negotiated", "coup_backed"},
    "external_threat": {"none", "weak", "strong"},
    "neighbour_support": {"none", "weak", "strong"},
    "armed_resistance": {"none", "banditry", "insurgency"},
    **dict.fromkeys(("status_before", "status_under"), {"dominant", "senior_partner", "junior_partner", "autonomous", "subject", "excluded", "irrelevant", "no_state"}),
    **dict.fromkeys(("order_5y", "order_10y", "order_5y_after_end", "order_worst_after_end"), {"calm", "limited_violence", "coup", "civil_war", "not_applicable", "not_observed"}),
}  # fmt: skip
NEEDED = ("population", "area", "start", "end", "old_regime_end", "external_threat", "neighbour_support", "soldiers_peak", "intervener_dead", "local_dead", "armed_resistance", "order_5y", "order_10y", "order_5y_after_end")  # fmt: skip


def test_thirty_three_cases_since_1898_without_the_two_that_are_fitted_on_their_own() -> None:
    cases = atlas()
    assert len(cases) == 33 and len({entry.name for entry in cases}) == 33
    assert min(entry.word("start") for entry in cases) >= "1898"
    assert not {"iraq-2003", "afghanistan-2001"} & {entry.name for entry in cases}


@pytest.mark.parametrize("quantity", NEEDED)
def test_every_case_has_what_a_comparison_needs(quantity: str) -> None:
    assert [entry.name for entry in atlas() if entry.one(quantity) is None] == []


def test_every_category_is_one_of_its_words() -> None:
    strange = [
        (entry.name, fact.quantity, value)
        for entry in atlas()
        for fact in entry.facts
        for value in (fact.value, fact.low, fact.high)
        if value and fact.quantity in WORDS and value not in WORDS[fact.quantity]
    ]
    assert strange == []


def test_every_range_holds_its_value() -> None:
    wrong = []
    for entry in atlas():
        for fact in entry.facts:
            if fact.range is not None and fact.number is not None and not fact.range[0] <= fact.number <= fact.range[1]:
                wrong.append((entry.name, fact.quantity, fact.of, fact.value, fact.low, fact.high))
    assert wrong == []


def test_every_recalled_number_has_a_range_and_every_other_fact_a_source() -> None:
    bare = [
        (entry.name, fact.quantity, fact.of)
        for entry in atlas()
        for fact in entry.facts
        if fact.grade == "memory" and fact.number and not (fact.low and fact.high)
        and fact.quantity.startswith(("population", "soldiers", "intervener_dead", "local_dead", "local_forces", "aid"))
    ]  # fmt: skip
    assert bare == []
    assert {fact.grade for entry in atlas() for fact in entry.facts} <= set(GRADES)
    assert [fact for entry in atlas() for fact in entry.facts if not fact.title] == []


def test_shares_of_communities_add_up_to_no_more_than_one() -> None:
    for entry in atlas():
        assert 0 < sum(fact.number or 0 for fact in entry.communities) <= 1.08, entry.name


def test_known_totals_hold() -> None:
    def number(name: str, quantity: str, of: str = "") -> float:
        fact = case(name).one(quantity, of)
        assert fact is not None and fact.number is not None
        return fact.number

    assert number("philippines-1899", "population") == 7_635_426  # census of 1903
    periods = [fact.number for fact in case("philippines-1899").all("intervener_dead") if "to " in fact.of]
    assert sum(value or 0 for value in periods) == 883  # three annual reports, as a contemporary added them up
    parts = [fact.number or 0 for fact in case("palestine-1918").all("intervener_dead") if fact.of]
    assert sum(parts) == 530 == number("palestine-1918", "intervener_dead")  # 28 + 141 + 21 + 7 + 105 + 228
    counts = {fact.date: fact.number for fact in case("haiti-1994").all("soldiers") if fact.of == "United States"}
    assert counts["1994"] == 17_495  # total of the owner of the table
    assert number("haiti-1994", "mission_strength_peak", "MNF") == 22_000
    assert number("west-germany-1945", "per_1000_published") == 100 and number("japan-1945", "per_1000_published") == 5


def test_verdicts_of_scholars_that_were_seen_are_kept_apart_from_those_recalled() -> None:
    seen = Counter(
        fact.value
        for entry in atlas()
        for fact in entry.all("verdict")
        if fact.of.startswith("Edelstein") and fact.grade != "memory"
    )
    assert (
        seen["success"] == 2
    )  # West Germany and Japan: the only ones whose code was read; his totals are 7, 5 and 14 of 26
    assert seen["success"] <= 7 and seen["not_success"] <= 19


def test_orders_after_1945_are_those_of_the_tables_unless_marked_doubtful_or_recalled() -> None:
    for entry in atlas():
        for quantity in ("order_5y", "order_10y", "order_5y_after_end"):
            fact = entry.one(quantity)
            assert fact is not None
            if (
                fact.date.isdigit()
                and 1946 <= int(fact.date) <= 2021
                and fact.value not in ("not_applicable", "not_observed")
                and entry.name != "palestine-1918"
            ):
                assert fact.grade == "table" or fact.note.startswith("doubtful"), (entry.name, quantity)


def test_force_for_the_population_is_what_its_rows_divide_to() -> None:
    density = case("kosovo-1999").per_1000
    assert density is not None
    assert density[0] == pytest.approx(1000 * 50_000 / 1_871_520)
    assert density[1] < density[0] < density[2]
    palestine = case("palestine-1918").per_1000
    assert palestine is not None and palestine[0] == pytest.approx(
        1000 * 100_000 / 1_900_000
    )  # people of 1947, not of 1922


def test_the_second_coding_covers_eight_cases_and_its_agreement_is_what_the_rules_report() -> None:
    rows = second_coding()
    assert len({row["case"] for row in rows}) == 8 and len(rows) == 24
    same = sum(row["first"] == row["second"] for row in rows)
    assert f"{same} of {len(rows)} agree" in (ATLAS / "README.md").read_text(encoding="utf-8")
    for row in rows:
        fact = case(row["case"]).one(row["quantity"])
        assert fact is not None and fact.grade == "coded twice"
        assert (fact.low == "") == (row["first"] == row["second"])


def test_an_unknown_case_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(EvidenceError) as caught:
        case("kosovo-1998")
    assert caught.value.code == "E507" and caught.value.faults[0].nearest == "kosovo-1999"


def test_every_source_of_a_fact_stands_in_the_table_of_sources() -> None:
    with (ATLAS / "sources.csv").open(encoding="utf-8", newline="") as stream:
        sources = {row["source"] for row in csv.DictReader(stream)}
    with (ATLAS / "facts.csv").open(encoding="utf-8", newline="") as stream:
        used = {row["source"] for row in csv.DictReader(stream)}
    assert used == sources
    assert not any(re.search(r"\.\./|/work|/tmp", text) for text in sources)


def test_every_case_has_a_scenario_of_at_most_forty_lines_that_names_no_outcome() -> None:
    for entry in atlas():
        text = (ATLAS / f"{entry.name}.toml").read_text(encoding="utf-8")
        assert text.count("\n") <= 40
        data = tomllib.loads(text)
        assert data["scenario"]["name"] == entry.name and len(data["country"]["districts"]) <= 6
        assert "observations" not in data and not re.search(r"insurgency|armed_resistance|order_|local_dead", text)


def test_a_span_of_years_is_no_month() -> None:
    for entry in atlas():
        for year, _, fact in entry.soldiers:
            named = [int(word) for word in re.findall(r"\d{4}", fact.date)]
            assert not named or named[0] <= year < named[-1] + 1, (entry.name, fact.date, year)
    guard = [(year, count) for year, count, _ in case("nicaragua-1912").soldiers if count == 100]
    assert [int(year) for year, _ in guard] == [
        1913,
        1925,
    ]  # a legation guard for twelve years, not a rise from its first


def test_no_word_of_a_date_is_cut_off():
    words = {word for entry in atlas() for fact in entry.facts for word in re.findall(r"[A-Za-z]+", fact.date)}
    assert words <= {"ongoing", "peak", "zone", "to", "s", "c", "census", "after", "before", "Arabs", "Jews", "Kurds"}
