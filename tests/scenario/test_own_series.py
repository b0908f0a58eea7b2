"""Series of one's own: from a table or a DataFrame, declared, judged, told, and used by observations and levers."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas
import pytest

from forbear.errors import ForbearError
from forbear.scenario.scenario import Scenario
from forbear.scenario.told import observation_lines, series_lines

SERIES = """
[series.killed]
table = "killed.csv"
date = "month"
place = "district"
column = "deaths"
unit = "deaths"
frequency = "month"
absent = "missing"
source = "paper"
licence = "own data"
"""
OBSERVED = """
[observations.killed]
quantity = "observed_civilian_deaths"
series = "killed"
dimension = "district"
"""
TABLE = "month,district,deaths\n2003-06,east,12\n2003-06,west,3\n2003-07,east,15\n2003-09,east,8\n2003-09,west,7\n"


def real(header: str) -> str:
    return header.replace('"prospective"', '"historical"')


def faults(write, header: str, text: str, table: str = TABLE, **more: str) -> dict[str, str]:
    path = write(text, header=real(header), files={"killed.csv": table, **more})
    with pytest.raises(ForbearError) as caught:
        Scenario.load(path)
    return {fault.code: fault.render() for fault in caught.value.faults}


def loaded(write, header: str, text: str, table: str = TABLE, **more: str) -> Scenario:
    return Scenario.load(write(text, header=real(header), files={"killed.csv": table, **more}))


def seen(scenario: Scenario) -> dict[tuple[str, str], float]:
    return {(f"{v.date:%Y-%m}", v.element): v.value for v in scenario.selection("killed").values}


def test_what_was_read_is_told_with_rows_span_totals_and_months_without_data(write, header) -> None:
    scenario = loaded(write, header, SERIES + OBSERVED)
    told = "\n".join([*series_lines(scenario.series["killed"]), *observation_lines(scenario, "killed")])
    assert "5 rows by month, 2003-06-01 to before 2003-10-01" in told
    assert "total: deaths 45 deaths" in told
    assert "months without data: 2003-08" in told
    assert "east 35, west 10" in told


@pytest.mark.parametrize("delimiter, decimal", [(";", ","), ("\t", "."), ("|", ".")])
def test_delimiter_decimal_mark_and_thousands_are_those_that_are_declared(write, header, delimiter, decimal) -> None:
    table = TABLE.replace("12", "1.200" if decimal == "," else "1,200").replace(",", "\x00")
    table = table.replace("1\x00200", "1,200").replace("\x00", delimiter)
    mark = "." if decimal == "," else ","
    more = f'delimiter = "{"tab" if delimiter == chr(9) else delimiter}"\ndecimal = "{decimal}"\nthousands = "{mark}"\n'
    assert seen(loaded(write, header, SERIES + more + OBSERVED, table))["2003-06", "east"] == 1200


def test_texts_for_nothing_are_empty_where_they_are_declared(write, header) -> None:
    table = TABLE.replace("15", "NA")
    assert "E272" in faults(write, header, SERIES + OBSERVED, table)
    found = seen(loaded(write, header, SERIES + 'missing = ["NA"]\n' + OBSERVED, table))
    assert ("2003-07", "east") not in found and len(found) == 4


@pytest.mark.parametrize("path", ["../killed.csv", "/etc/hostname", "folder", "pipe", "link.csv", "killed2.csv"])
def test_only_a_regular_file_within_the_folder_is_read(write, header, tmp_path: Path, path: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path.parent / "killed.csv").write_text(TABLE)
    (tmp_path / "link.csv").symlink_to(tmp_path.parent / "killed.csv")
    said = faults(write, header, SERIES.replace("killed.csv", path))
    assert set(said) <= {"E270", "E101"}
    assert (path == "killed2.csv") == ("did you mean: killed.csv" in "".join(said.values()))


@pytest.mark.parametrize("key", ["date", "column", "unit", "frequency", "absent", "source", "licence"])
def test_what_a_declaration_does_not_say_is_asked_for(write, header, key: str) -> None:
    text = "\n".join(line for line in SERIES.splitlines() if not line.startswith(f"{key} ="))
    said = faults(write, header, text)
    assert set(said) == {"E207" if key == "source" else "E270"}
    assert key in "".join(said.values())


def test_thousands_of_persons_and_percent_are_converted_by_their_unit(write, header) -> None:
    table = "month,displaced\n2003-06,0.5\n2003-07,1.25\n"
    text = SERIES.replace('place = "district"\n', "").replace(
        '"deaths"\nunit = "deaths"', '"displaced"\nunit = "thousand persons"'
    )
    text += OBSERVED.replace("observed_civilian_deaths", "observed_displaced").replace('dimension = "district"\n', "")
    assert seen(loaded(write, header, text, table)) == {("2003-06", ""): 500, ("2003-07", ""): 1250}
    assert "scale = 1000" in faults(write, header, text + "scale = 10\n", table)["E277"]
    assert seen(loaded(write, header, text + "scale = 1000\n", table))["2003-07", ""] == 1250


def test_percentages_taken_for_shares_are_told_with_their_line(write, header) -> None:
    table = "month,group,share\n2003-06,north,0.4\n2003-07,north,45\n"
    text = SERIES.replace('"district"', '"group"').replace('"deaths"\nunit = "deaths"', '"share"\nunit = "share"')
    text += OBSERVED.replace("observed_civilian_deaths", "poll_support_for_attacks").replace(
        '"district"', '"community"'
    )
    said = faults(write, header, text, table)["E277"]
    assert "killed.csv:3" in said and 'unit = "percent"' in said
    percent = text.replace('unit = "share"', 'unit = "percent"')
    assert seen(loaded(write, header, percent, table.replace("0.4\n", "40\n")))["2003-07", "north"] == pytest.approx(
        0.45
    )


def test_counts_of_more_people_than_there_are_and_below_zero_are_refused(write, header) -> None:
    assert "4,000 live in the country" in faults(write, header, SERIES + OBSERVED, TABLE.replace("15", "15000"))["E277"]
    said = faults(write, header, SERIES + OBSERVED, TABLE.replace("15", "-15"))["E277"]
    assert "killed.csv:4" in said and "is negative" in said


def test_attacks_are_no_deaths_and_deaths_are_nobody_displaced(write, header) -> None:
    attacks = SERIES.replace('unit = "deaths"', 'unit = "attacks"')
    assert "counts attacks" in faults(write, header, attacks + OBSERVED)["E302"]
    displaced = OBSERVED.replace("observed_civilian_deaths", "observed_displaced").replace(
        'dimension = "district"\n', ""
    )
    assert "counts deaths" in faults(write, header, SERIES + displaced)["E302"]


def test_rows_that_repeat_are_parts_or_reports_only_where_that_is_said(write, header) -> None:
    table = TABLE + "2003-06,east,4\n"
    assert "killed.csv:7" in faults(write, header, SERIES + OBSERVED, table)["E278"]
    for repeated, value in (("add", 16), ("mean", 8)):
        scenario = loaded(write, header, SERIES + f'repeated = "{repeated}"\n' + OBSERVED, table)
        assert seen(scenario)["2003-06", "east"] == value


def test_a_sum_over_the_country_leaves_out_times_without_every_place(write, header) -> None:
    national = OBSERVED.replace('dimension = "district"\n', "")
    scenario = loaded(write, header, SERIES + national)
    assert seen(scenario) == {("2003-06", ""): 15, ("2003-09", ""): 15}
    assert "a place of the sum has no row: 1 times" in "\n".join(observation_lines(scenario, "killed"))
    zero = loaded(write, header, SERIES.replace('"missing"', '"zero"') + national)
    assert seen(zero) == {("2003-06", ""): 15, ("2003-07", ""): 15, ("2003-09", ""): 15}


def test_a_district_without_any_row_is_unknown_unless_the_series_covers_all(write, header) -> None:
    table = "".join(line for line in TABLE.splitlines(keepends=True) if "west" not in line)
    zero = SERIES.replace('"missing"', '"zero"')
    assert loaded(write, header, zero + OBSERVED, table).selection("killed").uncovered == ("west",)
    chosen = loaded(write, header, zero + 'covers = "all"\n' + OBSERVED, table).selection("killed")
    assert chosen.covered == ("east", "west")


def test_names_are_matched_by_a_crosswalk_of_the_series_or_of_the_observation(write, header) -> None:
    table = TABLE.replace("east", "Eastern Province").replace("west", "W-01")
    said = faults(write, header, SERIES + OBSERVED, table)["E275"]
    assert "total" in said
    walk = 'crosswalk = { "Eastern Province" = "east", "W-01" = { east = 0.25, west = 0.75 } }\n'
    for text in (SERIES + walk + OBSERVED, SERIES + OBSERVED + walk):
        found = seen(loaded(write, header, text, table))
        assert found["2003-06", "east"] == pytest.approx(12.75) and found["2003-06", "west"] == pytest.approx(2.25)
    crooked = walk.replace("0.75", "0.7")
    assert "add up to 0.95" in faults(write, header, SERIES + crooked + OBSERVED, table)["E275"]
    assert (
        "did you mean: east"
        in faults(write, header, SERIES + walk.replace('= "east"', '= "eastt"') + OBSERVED, table)["E206"]
    )


def test_a_title_is_a_name_too_and_capitals_are_not(write, header) -> None:
    titled = '[district.east]\ntitle = "The East"\n'
    assert (
        seen(loaded(write, header, titled + SERIES + OBSERVED, TABLE.replace("east", "The East")))["2003-06", "east"]
        == 12
    )
    assert "did you mean: east" in faults(write, header, SERIES + OBSERVED, TABLE.replace("east", "East"))["E275"]


def test_days_of_a_month_are_summed_where_all_are_there(write, header) -> None:
    days = "".join(f"2003-06-{day:02d},{day}\n" for day in range(1, 31)) + "2003-07-01,5\n2003-07-02,5\n"
    text = SERIES.replace('place = "district"\n', "").replace('frequency = "month"', 'frequency = "day"')
    national = OBSERVED.replace('dimension = "district"\n', "")
    scenario = loaded(write, header, text + national, "month,deaths\n" + days)
    assert seen(scenario) == {("2003-06", ""): 465}
    assert scenario.observations["killed"].frequency == "month"


def test_numbers_of_last_year_and_below_a_district_and_month_are_refused_of_a_real_country(write, header) -> None:
    young = TABLE.replace("2003-09", "2098-09")
    assert "at least 5 years old" in faults(write, header, SERIES + OBSERVED, young)["E283"]
    daily = "month,district,deaths\n" + "".join(
        f"2003-06-{d:02d},east,1\n2003-06-{d:02d},west,0\n" for d in range(1, 31)
    )
    text = SERIES.replace('frequency = "month"', 'frequency = "day"') + OBSERVED
    assert "by district and day" in faults(write, header, text, daily)["E284"]
    invented = header.replace('"prospective"', '"invented"')
    path = write(text, header=invented, files={"killed.csv": daily})
    assert Scenario.load(path).selection("killed").total == 30


def test_a_table_that_looks_like_one_of_persons_is_noticed(write, header) -> None:
    table = TABLE.replace("deaths\n", "deaths,victim_name\n", 1).replace("\n2", ",x\n2").replace("7\n", "7,x\n")
    table = table.replace("victim_name,x\n", "victim_name\n")
    scenario = loaded(write, header, SERIES, table)
    assert "data about persons" in "\n".join(series_lines(scenario.series["killed"]))


def test_the_same_series_comes_from_a_data_frame(write, header) -> None:
    from_file = loaded(write, header, SERIES + OBSERVED)
    frame = pandas.DataFrame(
        {
            "month": pandas.to_datetime(["2003-06-01", "2003-06-01", "2003-07-01", "2003-09-01", "2003-09-01"]),
            "district": ["east", "west", "east", "east", "west"],
            "deaths": [12.0, 3.0, 15.0, 8.0, 7.0],
        }
    )
    said = {"table": frame, "date": "month", "place": "district", "column": "deaths", "unit": "deaths",
            "frequency": "month", "absent": "missing", "source": "paper", "licence": "own data"}  # fmt: skip
    bare = Scenario.load(write(header=real(header)))
    observation = {"quantity": "observed_civilian_deaths", "series": "killed", "dimension": "district"}
    scenario = bare.with_series({"killed": said}).with_observations({"killed": observation})
    assert repr(scenario.selection("killed").values) == repr(from_file.selection("killed").values)
    assert scenario.problem().hash == bare.problem().hash


def test_a_lever_follows_a_series_of_ones_own_and_its_empty_cells_are_missing(write, header) -> None:
    table = "month,soldiers\n2003-05,300\n2003-06,\n2003-07,500\n" + "".join(f"{y}-{m:02d},600\n" for y, m in [
        (2003, 8), (2003, 9), (2003, 10), (2003, 11), (2003, 12), (2004, 1), (2004, 2), (2004, 3), (2004, 4), (2004, 5)])  # fmt: skip
    series = SERIES.replace('place = "district"\n', "").replace(
        '"deaths"\nunit = "deaths"', '"soldiers"\nunit = "soldiers"'
    )
    lever = '\n[levers]\n"intervener.force" = {{ series = {{ name = "killed"{more} }}, interpolation = "step", source = "paper" }}\n'
    said = faults(write, header, series + lever.format(more=""), table)["E285"]
    assert "1 periods within the run (2003-06-01)" in said
    for gaps, june in (("hold", 300), ("zero", 0), ("interpolate", 400)):
        text = series + lever.format(more=f', gaps = "{gaps}"')
        force = loaded(write, header, text, table).problem().levers["force"]
        assert force[5] == june and force[0] == 300 and force[-1] == 600
    attacks = series.replace('unit = "soldiers"', 'unit = "attacks"')
    assert "counts attacks" in faults(write, header, attacks + lever.format(more=""), table)["E302"]


def test_a_name_that_ships_is_not_given_again(write, header) -> None:
    text = SERIES.replace("[series.killed]", '[series."iraq-oil"]')
    assert "that ships" in faults(write, header, text)["E270"]


def test_a_child_takes_the_series_of_its_parent_and_may_replace_it(write, header, tmp_path: Path) -> None:
    loaded(write, header, SERIES + OBSERVED)
    head = '[scenario]\nname = "child"\ntitle = "Child"\nextends = "small.toml"\n\n[sources.paper]\ntitle = "A paper"\n'
    child = write("", header=head, name="child.toml")
    assert Scenario.load(child).selection("killed").total == 45
    (tmp_path / "other.csv").write_text(TABLE.replace("15", "25"))
    child = write(SERIES.replace("killed.csv", "other.csv"), header=head, name="child.toml")
    assert Scenario.load(child).selection("killed").total == 55


def test_a_file_that_changes_is_read_again_by_who_loads_it_again(write, header, tmp_path: Path) -> None:
    scenario = loaded(write, header, SERIES + OBSERVED)
    before = scenario.series["killed"].digest()
    (tmp_path / "killed.csv").write_text(TABLE.replace("15", "150"))
    after = Scenario.load(tmp_path / "small.toml")
    assert after.selection("killed").total == 180
    assert after.series["killed"].digest() != before
    assert scenario.with_levers({"intervener.force": 1}).selection("killed").total == 45, "what was loaded stays"


def test_what_a_fit_takes_has_no_zero_that_nobody_counted(write, header) -> None:
    from forbear.inference.data import gather

    scenario = loaded(write, header, SERIES + OBSERVED)
    (series,) = gather(scenario, scenario.problem()).series
    assert len(series.value) == 5 and series.value.sum() == 45
    zero = loaded(write, header, SERIES.replace('"missing"', '"zero"') + OBSERVED)
    (series,) = gather(zero, zero.problem()).series
    assert series.value.sum() == 45 and np.count_nonzero(series.value == 0) == 3  # July west, August both
