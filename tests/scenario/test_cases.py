"""Inputs that once gave a wrong answer without a word: each ends in the right numbers or in a code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from forbear.errors import ForbearError
from forbear.scenario.scenario import Scenario

CASES = Path(__file__).parent.parent / "cases"
MEADOW = Path(__file__).parents[2] / "src" / "forbear" / "library" / "meadow" / "scenario.toml"


def codes(path: Path) -> dict[str, str]:
    with pytest.raises(ForbearError) as caught:
        Scenario.load(path).problem()
    return {fault.code: fault.render() for fault in caught.value.faults}


def copied(name: str, to: Path) -> Path:
    shutil.copytree(CASES / name, to / name)
    return to / name


OWN = """
[series.deaths]
table = "deaths.csv"
date = "month"
place = "district"
column = "deaths"
unit = "deaths"
frequency = "month"
absent = "{absent}"
source = "census"
licence = "own data"

[observations.killed]
quantity = "observed_civilian_deaths"
series = "deaths"
dimension = "district"
"""


def with_own_series(folder: Path, absent: str) -> Scenario:
    file = folder / "scenario.toml"
    stated = file.read_text(encoding="utf-8").partition("\n[observations.deaths]")[0]
    file.write_text(stated + OWN.format(absent=absent), encoding="utf-8")
    return Scenario.load(folder)


def test_a_table_named_in_an_observation_is_told_where_it_is_declared() -> None:
    assert "[series.deaths]" in codes(CASES / "karst")["E224"]


def test_a_table_beside_a_scenario_is_observed_to_the_unit(tmp_path: Path) -> None:
    scenario = with_own_series(copied("karst", tmp_path), "missing")
    seen = {(f"{v.date:%Y-%m}", v.element): v.value for v in scenario.selection("killed").values}
    assert seen == {
        ("2011-02", "north"): 12,
        ("2011-02", "south"): 3,
        ("2011-03", "north"): 15,
        ("2011-05", "north"): 8,
        ("2011-05", "south"): 7,
    }


def test_what_is_carried_into_the_next_row_spans_the_months_between(tmp_path: Path) -> None:
    scenario = with_own_series(copied("karst", tmp_path), "carried")
    south = [(v.first, v.last, v.value) for v in scenario.selection("killed").values if v.element == "south"]
    assert south == [("2011-02", "2011-02", 3), ("2011-03", "2011-05", 7)]


def test_governorates_that_match_no_district_are_named_with_their_totals() -> None:
    said = codes(CASES / "gov")
    assert set(said) == {"E275"}
    with pytest.raises(ForbearError) as caught:
        Scenario.load(CASES / "gov")
    told = {fault.value: fault for fault in caught.value.faults}
    assert "total 15" in told["Anbar"].message and "15412" in told["Anbar"].message.replace(",", "")
    assert told["Baghdad"].nearest in ("baghdad-city-east", "baghdad-city-west")


def test_a_crosswalk_says_what_governorates_mean_and_no_district_is_filled_with_invented_zeros(tmp_path: Path) -> None:
    folder = copied("gov", tmp_path)
    file = folder / "scenario.toml"
    with pytest.raises(ForbearError) as caught:
        Scenario.load(folder)
    names = {fault.value for fault in caught.value.faults}
    crosswalk = {name: "none" for name in names} | {
        "Anbar": "anbar",
        "Dohuk": "dohuk-and-erbil",
        "Erbil": "dohuk-and-erbil",
    }
    rows = [f"{name},{member},\n" for name, member in crosswalk.items()]
    rows += ["Baghdad,baghdad-city-east,0.45\n", "Baghdad,baghdad-city-west,0.55\n"]
    rows = [row for row in rows if not row.startswith("Baghdad,none")]
    (folder / "names.csv").write_text("name,member,share\n" + "".join(rows), encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").rstrip() + '\ncrosswalk = "names.csv"\n', encoding="utf-8")
    chosen = Scenario.load(folder).selection("fighting")
    total = {member: sum(v.value for v in chosen.values if v.element == member) for member in chosen.covered}
    assert total["anbar"] == 15412
    assert total["baghdad-city-east"] == pytest.approx(0.45 * 7580)
    assert total["baghdad-city-west"] == pytest.approx(0.55 * 7580)
    assert chosen.uncovered == ("nineveh",)
    assert chosen.total + sum(t for _, t in chosen.aside.values()) + chosen.nowhere[1] == pytest.approx(70958)


def test_a_series_is_compared_at_its_own_frequency_and_at_no_other() -> None:
    assert len(Scenario.load(CASES / "frequency-month").selection("attacks").values) == 42
    assert "by month" in codes(CASES / "frequency-year")["E274"]
    assert "by year" in codes(CASES / "frequency-yearasmonth")["E274"]


def test_units_columns_and_kinds_that_do_not_fit_are_refused() -> None:
    assert "counts reports" in codes(CASES / "units-attacksasdeaths")["E302"]
    assert "no column 'province'" in codes(CASES / "units-nomember")["E224"]
    assert "holds text" in codes(CASES / "units-textcolumn")["E272"]
    assert "is no community" in codes(CASES / "units-percent")["E275"]


def test_a_poll_in_percent_becomes_shares(tmp_path: Path) -> None:
    folder = copied("units-percent", tmp_path)
    file = folder / "scenario.toml"
    crosswalk = 'crosswalk = { Sunni = "sunni", Shia = "shia", Kurd = "kurdish", all = "none" }\n'
    file.write_text(file.read_text(encoding="utf-8").rstrip() + "\n" + crosswalk, encoding="utf-8")
    values = [v.value for v in Scenario.load(folder).selection("polls_approve").values]
    assert values and max(values) <= 1 and sum(values) == pytest.approx(1.95)


def test_a_series_that_ends_before_the_run_moves_no_lever_unseen(tmp_path: Path) -> None:
    assert 'ends = "hold"' in codes(CASES / "gap")["E285"]
    folder = copied("gap", tmp_path)
    file = folder / "scenario.toml"
    text = file.read_text(encoding="utf-8")
    for ends, last in (("hold", 145000.0), ("zero", 0.0)):
        file.write_text(text.replace('column = "ground_in_country"', f'column = "ground_in_country", ends = "{ends}"'))
        assert Scenario.load(folder).problem().levers["force"][-1] == last


def test_a_map_of_ones_own_is_matched_through_its_attribute_and_drawn_with_holes_across_the_meridian(
    tmp_path: Path,
) -> None:
    from forbear.figures.map import map_svg

    assert 'attribute = "shapeName"' in codes(CASES / "land")["E280"]
    folder = copied("land", tmp_path)
    file = folder / "scenario.toml"
    said = '{ file = "borders.geojson", attribute = "shapeName", crosswalk = { Town = "town", Uplands = "uplands" } }'
    file.write_text(file.read_text(encoding="utf-8").replace('"borders.geojson"', said), encoding="utf-8")
    outlines = Scenario.load(folder).outlines()
    assert outlines is not None
    svg, _, _ = map_svg("m", "M", "x", outlines, ["town", "uplands"], [1.0, 2.0], 2.0)
    paths = [part.partition('"')[0] for part in svg.split('<path d="')[1:]]
    assert [path.count("M") for path in paths] == [2, 2]  # two islands; one outline with a hole
    assert svg.count('fill-rule="evenodd"') == 2
    numbers = [
        float(n)
        for path in paths
        for p in path.replace("Z", "").split("M")[1:]
        for n in p.replace("L", " ").split()[::2]
    ]
    assert 0 <= min(numbers) and max(numbers) <= 460.1 and max(numbers) > 300


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1", "cp437"])
@pytest.mark.parametrize("words", [["check", "land"], ["evidence", "show", "iraq-us-deaths-month"], ["cite"]])
def test_output_survives_any_encoding(tmp_path: Path, encoding: str, words: list[str]) -> None:
    folder = tmp_path / "land"
    shutil.copytree(MEADOW.parent, folder)
    file = folder / "scenario.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("Meadow, an", "Goražde – حلب – 日本, an"), encoding="utf-8"
    )
    surroundings = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run(
        [sys.executable, "-m", "forbear.cli", *words], cwd=tmp_path, env=surroundings, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode(encoding)


HEAD = "district,title,population.valley,population.hill"
ROWS = "town,Town,{},{}\nuplands,Uplands,{},{}\n"
PEOPLE = [[6000.0, 4000.0], [6000.0, 24000.0]]


def table(*cells: str, head: str = HEAD) -> bytes:
    return (head + "\n" + ROWS.format(*cells)).encode()


PLAIN = table("6000", "4000", "6000", "24000")
TABLES: dict[str, tuple[bytes, str | None]] = {
    "plain": (PLAIN, None),
    "bom_crlf": (b"\xef\xbb\xbf" + PLAIN.replace(b"\n", b"\r\n"), None),
    "cr_only": (PLAIN.replace(b"\n", b"\r"), None),
    "blank_rows": (PLAIN + b",,,\n,,,\n\n", None),
    "excel_sci": (table("6.00E+03", "4.00E+03", "6.00E+03", "2.40E+04"), None),
    "extra_empty_column": (PLAIN.replace(b"hill\n", b"hill,\n").replace(b"4000\n", b"4000,\n").replace(b"24000,\n", b"24000,\n"), None),
    "semicolon": (PLAIN.replace(b",", b";"), "E106"),
    "tab": (PLAIN.replace(b",", b"\t"), "E106"),
    "sep_line": (b"sep=;\n" + PLAIN.replace(b",", b";"), "E106"),
    "dot_thousands": (table("6.000", "4.000", "6.000", "24.000"), "E304"),
    "dot_thousands_millions": (table("6.000", "4.000", "1.206.000", "24.000"), "E304"),
    "comma_thousands": (table('"6,000"', '"4,000"', '"6,000"', '"24,000"'), "E304"),
    "apostrophe": (table("6'000", "4'000", "6'000", "24'000"), "E304"),
    "blank_thousands": (table("6 000", "4 000", "6 000", "24 000"), "E304"),
    "no_break_blanks": (table("6\u00a0000", "4\u202f000", "6\u00a0000", "24\u00a0000"), "E304"),
    "total_row": (PLAIN + b"Total,Total,12000,28000\n", "E276"),
    "case_twins": (PLAIN + b"Town,Town,6000,4000\n", "E276"),
    "twice": (PLAIN + b"town,Town,6000,4000\n", "E220"),
    "utf16": (PLAIN.decode().encode("utf-16"), "E104"),
    "latin1": (PLAIN.replace(b"Town", "Süd".encode("latin-1")), "E104"),
    "header_in_capitals": (PLAIN.replace(b"district,", b"District,"), "E106"),
    "nan": (table("NaN", "4000", "6000", "24000"), "E303"),
    "na": (table("NA", "4000", "6000", "24000"), "E303"),
    "negative": (table("-6000", "4000", "6000", "24000"), "E204"),
    "two_numbers": (table("6 7", "4000", "6000", "24000"), "E303"),
    "thousand": (table("6 thousand", "4 thousand", "6 thousand", "24 thousand"), "E302"),
    "percent": (table("60 %", "40 %", "20 %", "80 %"), "E302"),
    "fewer_fields": (PLAIN.replace(b"6000,4000", b"6000"), "E106"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(TABLES))
def test_a_table_of_districts_is_read_right_or_refused(name: str, tmp_path: Path) -> None:
    data, code = TABLES[name]
    (tmp_path / "scenario.toml").write_text(MEADOW.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "districts.csv").write_bytes(data)
    if code is not None:
        assert code in codes(tmp_path)
        return
    people = Scenario.load(tmp_path).problem().facts["population_at_start"]
    np.testing.assert_array_equal(people, PEOPLE)


def test_a_delimiter_that_is_declared_is_used(tmp_path: Path) -> None:
    text = MEADOW.read_text(encoding="utf-8").replace('"districts.csv",', '"districts.csv", delimiter = ";",')
    (tmp_path / "scenario.toml").write_text(text, encoding="utf-8")
    (tmp_path / "districts.csv").write_bytes(b"sep=;\n" + PLAIN.replace(b",", b";"))
    np.testing.assert_array_equal(Scenario.load(tmp_path).problem().facts["population_at_start"], PEOPLE)


@pytest.mark.parametrize("end", ["2003-05-13", "2003-06-20", "2003-09-02", "2004-02-10"])
def test_a_run_of_any_length_has_its_charts_by_year(end: str, tmp_path: Path) -> None:
    from forbear.ensemble.runner import simulate
    from forbear.report.gather import yearly_of

    folder = copied("m120", tmp_path)
    file = folder / "scenario.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("end = 2003-09-02", f"end = {end}"), encoding="utf-8")
    text = "\n".join(line for line in file.read_text(encoding="utf-8").splitlines() if "pulses = [2" not in line)
    file.write_text(text, encoding="utf-8")
    figure = yearly_of(
        simulate(Scenario.load(folder).problem(), members=4).healthy, "deaths", title="T", unit="deaths a year"
    )
    assert figure.rows and all(len(row) == 5 for row in figure.rows)


@pytest.mark.parametrize("people", ["6000.5", "0.4", "6000.0001", "1e-3", "5999.9"])
def test_a_fraction_of_a_person_is_a_fault_with_its_line(tmp_path, people):
    land = tmp_path / "land"
    land.mkdir()
    (land / "scenario.toml").write_text(
        '[scenario]\nname = "land"\nextends = "meadow"\n[country.districts]\ntable = "d.csv"\nsource = "assumption"\n', encoding="utf-8"
    )  # fmt: skip
    table = f"district,title,population.valley,population.hill\ntown,Town,{people},4000\nuplands,Uplands,6000,24000\n"
    (land / "d.csv").write_text(table, encoding="utf-8")
    with pytest.raises(ForbearError) as told:
        Scenario.load(land)
    assert any(f.code == "E277" and f.line == 2 and "fraction" in f.message for f in told.value.faults)
