"""The shipped tables against totals known from outside, and against one another."""

from __future__ import annotations

from collections import defaultdict

import pytest

from forbear.evidence import borders, find


def total(name: str, column: str, **where: object) -> float:
    return sum(row[column] for row in find(name).rows(**where))


@pytest.mark.parametrize(("year", "reports"), [("2004", 24851), ("2005", 33291), ("2006", 55389), ("2007", 44495)])
def test_incident_reports_of_a_year_are_the_known_number(year: str, reports: int) -> None:
    rows = [row for row in find("iraq-sigacts-month").rows() if row["month"].startswith(year)]
    assert sum(row["total"] for row in rows) == reports
    assert sum(value for row in rows for key, value in row.items() if key.startswith("type_")) == reports
    assert sum(value for row in rows for key, value in row.items() if key.startswith("target_")) == reports
    crossed = find("iraq-sigacts-type-target-month").rows()
    assert sum(row["reports"] for row in crossed if row["month"].startswith(year)) == reports


def test_july_2007_is_the_only_month_of_incident_reports_that_is_cut() -> None:
    cut = find("iraq-sigacts-month").rows(complete=False)
    assert [(row["month"], row["days_covered"]) for row in cut] == [("2007-07", 16)]


def test_months_whose_targets_the_source_lost_are_marked() -> None:
    assert [row["month"] for row in find("iraq-sigacts-month").rows(targets_readable=False)] == ["2006-11", "2006-12"]
    for row in find("iraq-sigacts-month").rows(targets_readable=True):
        assert row["target_unknown"] < 0.3 * row["total"]


@pytest.mark.parametrize(("month", "attacks"), [("2006-07", 5246), ("2007-05", 7049), ("2008-03", 2929)])
def test_attacks_of_a_month_are_the_known_number(month: str, attacks: int) -> None:
    assert total("iraq-attacks-governorate-month", "total", month=month) == attacks


def test_attacks_and_air_events_sum_to_the_source_and_stay_apart() -> None:
    assert total("iraq-attacks-governorate-month", "total") == 106_274
    assert total("iraq-air-governorate-month", "total") == 6_039
    for row in find("iraq-attacks-governorate-month").rows():
        assert row["ied"] + row["direct_fire"] + row["other"] == row["total"]


def test_cut_months_of_both_attack_periods_are_marked() -> None:
    cut = {(row["month"], row["days_covered"]) for row in find("iraq-attacks-governorate-month").rows(complete=False)}
    assert cut == {("2006-09", 24), ("2007-02", 6), ("2008-07", 5)}


@pytest.mark.parametrize(
    ("year", "deaths"), [("2003", 7999), ("2006", 4609), ("2007", 4489), ("2014", 15092), ("2017", 11400)]
)
def test_conflict_deaths_of_a_year_are_the_known_number(year: str, deaths: int) -> None:
    rows = [row for row in find("iraq-ged-governorate-month").rows() if row["month"].startswith(year)]
    assert sum(row["best"] for row in rows) == deaths
    national = [row for row in find("iraq-ged-month").rows() if row["month"].startswith(year)]
    assert sum(row["best"] + row["unlocated_best"] for row in national) == deaths


def test_events_without_governorate_are_never_mixed_in() -> None:
    names = {row["governorate"] for row in find("iraq-governorates").rows()}
    located: dict[tuple[str, str], int] = defaultdict(int)
    apart: dict[tuple[str, str], int] = defaultdict(int)
    for row in find("iraq-ged-governorate-month").rows():
        assert row["governorate"] in names | {""}
        (located if row["governorate"] else apart)[row["month"], row["type_of_violence"]] += row["best"]
    for row in find("iraq-ged-month").rows():
        key = row["month"], row["type_of_violence"]
        assert (row["best"], row["unlocated_best"]) == (located[key], apart[key])
    early = [r for r in find("iraq-ged-governorate-month").rows(governorate="") if r["month"] < "2012"]
    assert (sum(r["events"] for r in early), sum(r["best"] for r in early)) == (171, 9110)


def test_a_best_estimate_lies_between_low_and_high_but_for_the_rows_that_the_caveat_counts() -> None:
    series = find("iraq-ged-governorate-month")
    rows = series.rows()
    odd = [row for row in rows if not row["low"] <= row["best"] <= row["high"]]
    assert f"It shows in {len(odd)} rows" in series.caveats
    assert len(odd) < 0.01 * len(rows)


def test_areas_and_people_of_the_governorates_are_the_known_numbers() -> None:
    rows = find("iraq-governorates").rows()
    assert {row["governorate"]: row["area_km2"] for row in rows}["Baghdad"] == 5100
    assert sum(row["area_km2"] for row in rows) == pytest.approx(436_269, abs=9)
    assert sum(row["population_2005"] for row in rows) == 28_104_187
    for row in rows:
        votes = [value for key, value in row.items() if key.startswith("vote_share_")]
        assert 0.8 < sum(votes) <= 1


def test_community_shares_sum_to_one_and_follow_the_stated_rule() -> None:
    votes = {row["governorate"]: row for row in find("iraq-governorates").rows()}
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    for row in find("iraq-governorates-communities").rows():
        shares[row["governorate"]][row["community"]] = row["share"]
    assert shares.keys() == votes.keys()
    for place, of in shares.items():
        assert sum(of.values()) == pytest.approx(1, abs=2e-4)
        sunni, shia = (votes[place][f"vote_share_{name}_lists"] for name in ("sunni", "shia"))
        # The secular lists are divided in proportion, so the ratio of the two stays that of their own lists.
        assert of["sunni"] * shia == pytest.approx(of["shia"] * sunni, abs=2e-4)
    baghdad = votes["Baghdad"]
    arab = baghdad["vote_share_sunni_lists"] + baghdad["vote_share_shia_lists"]
    with_secular = arab + baghdad["vote_share_secular_nationalist_lists"]
    kurdish = baghdad["vote_share_kurdish_lists"] / (with_secular + baghdad["vote_share_kurdish_lists"])
    assert shares["Baghdad"]["kurdish"] == pytest.approx(kurdish, abs=1e-4)


def test_neighbours_are_listed_once_and_touch_on_the_map() -> None:
    pairs = [(row["a"], row["b"]) for row in find("iraq-governorates-adjacency").rows()]
    assert all(a < b for a, b in pairs)
    assert len(set(pairs)) == len(pairs) == 40
    points: dict[str, set[tuple[float, float]]] = {}
    for feature in borders("iraq-governorates-borders")["features"]:
        shape = feature["geometry"]
        polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        rings = [ring for polygon in polygons for ring in polygon]
        assert all(ring[0] == ring[-1] and len(ring) > 3 for ring in rings)
        points[feature["properties"]["governorate"]] = {(x, y) for ring in rings for x, y in ring}
    assert len(points) == 18
    for a, b in pairs:
        assert points[a] & points[b], f"{a} and {b} share no point"


def test_us_deaths_of_the_months_of_2007_sum_to_the_year() -> None:
    months = [row["deaths"] for row in find("iraq-us-deaths-month").rows() if row["month"].startswith("2007")]
    assert len(months) == 12
    assert [sum(months)] == [row["deaths"] for row in find("iraq-us-deaths-year").rows(year=2007)]


def test_published_civilian_deaths_are_the_known_numbers() -> None:
    years = {row["year"]: row["deaths_highest"] for row in find("iraq-civilian-deaths-year").rows()}
    assert (years[2003], years[2006], years[2011]) == (12_087, 28_393, 4_087)


def test_reference_classes_stay_apart() -> None:
    estimates = find("empirical-estimates").rows()
    assert len(estimates) == 43
    assert all(row["reference_class"] and row["source"] for row in estimates)
    assert all(row["low_95"] <= row["estimate"] <= row["high_95"] for row in estimates)
    assert len({row["reference_class"] for row in estimates}) > 5
    of_dataset: dict[str, set[str]] = defaultdict(set)
    for row in estimates:
        of_dataset[row["source"]].add(row["reference_class"])
    mixed = {source for source, classes in of_dataset.items() if len(classes) > 1}
    # Only the leaders' dataset serves two classes: imposed leaders and, as their comparison, all others.
    assert all(source.startswith("Archigos") for source in mixed)
    assert len(find("figures-from-texts").rows()) == 58
    assert len(find("conquests").rows()) == 35
    assert len(find("imposed-regime-changes").rows()) == 65


def test_the_morgue_of_the_capital_took_in_about_sixteen_thousand_in_2006() -> None:
    assert total("iraq-baghdad-bodies-month", "best", measure="morgue") * 12 / 10 == pytest.approx(16_000, rel=0.06)


def test_fighters_killed_add_to_the_command_s_total_and_radicals_keep_their_range() -> None:
    assert total("iraq-removals-spans", "best", what="killed") == 19_429
    (radicals,) = find("iraq-removals-spans").rows(what="removed")
    assert (radicals["low"], radicals["high"]) == (2_400 + 4_400, 2_400 + 8_800)


def test_one_governorate_stayed_away_voted_no_and_came_back() -> None:
    rows = {row["month"]: row for row in find("iraq-votes-2005").rows(governorate="Anbar")}
    assert [rows[m]["turnout"] for m in ("2005-01", "2005-10", "2005-12")] == [0.02, 0.38, 0.86]
    refused = {row["governorate"]: row["no_share"] for row in find("iraq-votes-2005").rows() if row["no_share"]}
    assert max(refused, key=lambda name: refused[name]) == "Salah al-Din"


def test_event_data_know_no_fight_between_communities_organisations() -> None:
    assert total("iraq-ged-non-state-year", "best") == 343
    non_state = [
        row for row in find("iraq-ged-month").rows(type_of_violence="non_state") if "2003" <= row["month"][:4] <= "2011"
    ]
    assert sum(row["best"] + row["unlocated_best"] for row in non_state) == 343


def test_status_of_groups_is_shipped_as_numbers_of_ours_only() -> None:
    for name in ("iraq-group-status-points", "afghanistan-group-status-points"):
        assert all(0.0 <= row["standing"] <= 1.0 for row in find(name).rows())
        assert "status" not in {column.name for column in find(name).columns}


def test_the_displaced_of_five_governorates_are_nearly_all() -> None:
    assert total("iraq-displaced-origin-points", "percent") == 95


def test_projectiles_halved_within_four_months() -> None:
    rows = find("iraq-projectiles-month").rows()
    assert [row["best"] for row in rows] == [99, 76, 52, 53]
