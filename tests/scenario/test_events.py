"""Lists of events become the known counts by district and month, to the unit, and nothing is lost on the way."""

from __future__ import annotations

import datetime
import gzip
import os
from pathlib import Path

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.cli.main import main
from forbear.errors import ForbearError
from forbear.evidence.events import count_events
from forbear.evidence.inside import NOWHERE, SEVERAL, locate
from forbear.scenario.event_counts import write_counts
from forbear.scenario.scenario import Scenario


def square(x: float, y: float, size: float = 1.0) -> tuple[tuple[float, float], ...]:
    return ((x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y))


#: Two squares side by side, the second with a hole in its middle.
OUTLINES = {"west": (square(0, 0),), "east": (square(1, 0), square(1.4, 0.4, 0.2)[::-1])}
DISTRICTS = ("west", "east")


def ged(*rows: tuple) -> pandas.DataFrame:
    names = [
        "date_start",
        "date_end",
        "type_of_violence",
        "where_prec",
        "latitude",
        "longitude",
        "adm_1",
        "best",
        "low",
        "high",
    ]
    return pandas.DataFrame(rows, columns=names).assign(conflict_name="C", side_a="A", side_b="B", date_prec=1)


def written(frame: pandas.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    frame.to_csv(path, index=False)
    return path


def test_an_export_like_that_of_ucdp_becomes_the_known_counts(tmp_path: Path) -> None:
    day = "2004-03-10 00:00:00.000"
    frame = ged(
        (day, day, 1, 1, 0.5, 0.5, "W", 4, 3, 6),
        (day, day, 1, 2, 0.5, 1.2, "E", 2, 2, 2),
        (day, "2004-03-28 00:00:00.000", 3, 1, 0.9, 1.9, "E", 5, 1, 9),
        (day, "2004-04-02 00:00:00.000", 3, 1, 0.5, 0.5, "W", 7, 7, 7),  # over the end of a month
        (day, day, 2, 6, 0.5, 0.5, "", 11, 11, 11),  # somewhere in the country
        (day, day, 2, 1, 5.0, 5.0, "", 13, 13, 13),  # abroad
        (day, day, 1, 1, 0.5, 1.5, "E", 17, 17, 17),  # in the hole
    )
    counts = count_events(written(frame, tmp_path), DISTRICTS, outlines=OUTLINES)
    assert counts.layout == "ged" and counts.balance
    assert counts.counted == {
        ("2004-03", "west", "state_based", "1"): (1, 4, 3, 6, 0),
        ("2004-03", "east", "state_based", "2"): (1, 2, 2, 2, 0),
        ("2004-03", "east", "one_sided", "1"): (1, 5, 1, 9, 0),
    }
    assert counts.apart["outside every district", "non_state"][:2] == (1, 13)
    assert counts.apart["outside every district", "state_based"][:2] == (1, 17)
    assert counts.apart["a date of more than one month", "one_sided"][:2] == (1, 7)
    assert counts.apart["a place too coarse for a district", "non_state"][:2] == (1, 11)
    assert counts.read[:2] == (7, 59)


def test_an_export_like_that_of_acled_becomes_the_known_counts(tmp_path: Path) -> None:
    frame = pandas.DataFrame(
        {
            "event_id_cnty": ["A1", "A2", "A3", "A4"],
            "event_date": ["10 March 2004", "11 March 2004", "2004-04-01", "12-Apr-2004"],
            "time_precision": [1, 2, 3, 1],
            "event_type": ["Battles", "Battles", "Riots", "Riots"],
            "sub_event_type": "x",
            "admin1": ["West", "West", "East", ""],
            "latitude": ["0.1", "0.2", "0.3", ""],
            "longitude": ["0.1", "0.2", "1.1", ""],
            "geo_precision": [1, 2, 3, 1],
            "fatalities": [3, 4, 0, 9],
            "notes": 'a text, with a comma and "quotation marks"',
        }
    )
    counts = count_events(written(frame, tmp_path), DISTRICTS, outlines=OUTLINES)
    assert counts.layout == "acled"
    assert counts.counted == {
        ("2004-03", "west", "Battles", "1"): (1, 3, 3, 3, 0),
        ("2004-03", "west", "Battles", "2"): (1, 4, 4, 4, 0),
        ("2004-04", "east", "Riots", "3"): (1, 0, 0, 0, 0),
    }
    assert counts.apart == {("no place", "Riots"): (1, 9, 9, 9, 0)}


def test_an_export_like_that_of_gtd_keeps_unknown_months_and_unknown_deaths_apart(tmp_path: Path) -> None:
    frame = pandas.DataFrame(
        {
            "eventid": [1, 2, 3, 4],
            "iyear": 2004,
            "imonth": [3, 0, 3, 3],
            "iday": [0, 0, 5, 6],
            "provstate": "West",
            "latitude": 0.5,
            "longitude": 0.5,
            "specificity": [1, 1, 5, 1],
            "attacktype1_txt": "Bombing",
            "nkill": ["2", "3", "4", ""],
        }
    )
    counts = count_events(written(frame, tmp_path), DISTRICTS, outlines=OUTLINES)
    assert counts.layout == "gtd"
    assert counts.counted == {("2004-03", "west", "Bombing", "1"): (2, 2, 2, 2, 1)}
    assert {why for why, _ in counts.apart} == {"a date of more than one month", "a place too coarse for a district"}


def test_a_plain_list_is_counted_by_the_names_of_places_and_splits_conserve_totals(tmp_path: Path) -> None:
    frame = pandas.DataFrame(
        {"date": ["2004-03-01", "2004-03", "2004-03-09", "2004-03-10", ""], "place": ["west", "Border", "North", "", "west"],
         "deaths": [1, 10, 3, 4, 5], "kind": "raid"}
    )  # fmt: skip
    walk = {"Border": (("west", 0.3), ("east", 0.7))}
    counts = count_events(written(frame, tmp_path), DISTRICTS, crosswalk=walk)
    assert counts.counted["2004-03", "west", "raid", "not stated"][:2] == pytest.approx((1.3, 4))
    assert counts.counted["2004-03", "east", "raid", "not stated"][:2] == pytest.approx((0.7, 7))
    assert {why for why, _ in counts.apart} == {"no district is named North", "no place", "no date"}
    assert counts.balance


def test_of_a_real_country_young_events_are_kept_apart(tmp_path: Path) -> None:
    frame = pandas.DataFrame({"date": ["2004-03-01", "2004-04-01"], "place": "west", "deaths": [1, 2]})
    counts = count_events(written(frame, tmp_path), DISTRICTS, before=datetime.date(2004, 4, 15))
    assert [key[0] for key in counts.counted] == ["2004-03"]
    assert counts.apart["younger than the limits of use allow", "all"][:2] == (1, 2)


@pytest.mark.parametrize(
    "deaths, code", [("1.200", "E304"), ("three", "E272"), ("-1", "E277"), ("1 200", "E304"), ("12%", "E272")]
)
def test_deaths_that_are_no_numbers_or_two_are_told_with_their_line(tmp_path: Path, deaths: str, code: str) -> None:
    frame = pandas.DataFrame({"date": "2004-03-01", "place": "west", "deaths": ["1", deaths, "2"]})
    with pytest.raises(ForbearError) as caught:
        count_events(written(frame, tmp_path), DISTRICTS)
    assert [(fault.code, fault.line, fault.field) for fault in caught.value.faults] == [(code, 3, "deaths")]


def test_dates_and_coordinates_that_cannot_be_are_told_with_their_line(tmp_path: Path) -> None:
    frame = pandas.DataFrame(
        {"date": ["2004-03-01", "03/04/2004"], "latitude": ["95", "1"], "longitude": "1", "deaths": 1}
    )
    with pytest.raises(ForbearError) as caught:
        count_events(written(frame, tmp_path), DISTRICTS, outlines=OUTLINES)
    assert {(fault.code, fault.line) for fault in caught.value.faults} == {("E273", 3), ("E272", 2)}


points = st.lists(st.tuples(st.floats(-0.5, 2.5), st.floats(-0.5, 1.5)), min_size=1, max_size=60)


@settings(max_examples=300, deadline=None)
@given(points, st.sampled_from([-360.0, 0.0, 360.0]))
def test_a_point_is_in_the_district_whose_outline_holds_it(drawn: list[tuple[float, float]], turn: float) -> None:
    x, y = (np.array([p[k] for p in drawn]) for k in range(2))
    found = locate(x + turn, y, OUTLINES)
    for px, py, place in zip(x, y, found, strict=True):
        edges = min(abs(px - e) for e in (0, 1, 2, 1.4, 1.6)), min(abs(py - e) for e in (0, 1, 0.4, 0.6))
        if min(edges) < 1e-9:
            continue  # on a line: one of its neighbours, see below
        hole = 1.4 < px < 1.6 and 0.4 < py < 0.6
        expected = NOWHERE if hole or not 0 < py < 1 else 0 if 0 < px < 1 else 1 if 1 < px < 2 else NOWHERE
        assert place == expected


def test_a_point_on_a_line_between_neighbours_is_in_one_and_in_an_overlap_in_several() -> None:
    y = np.linspace(0.05, 0.95, 19)
    found = locate(np.ones(19), y, OUTLINES)
    assert set(found.tolist()) == {1}
    both = {"a": (square(0, 0),), "b": (square(0.5, 0),)}
    assert locate(np.array([0.75, 0.25]), np.array([0.5, 0.5]), both).tolist() == [SEVERAL, 0]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 400))
def test_events_and_deaths_are_conserved_to_the_unit(tmp_path_factory, seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    days = np.datetime64("2004-01-01") + random.integers(0, 700, size)
    frame = pandas.DataFrame(
        {
            "date_start": np.datetime_as_string(days),
            "date_end": np.datetime_as_string(days + random.integers(0, 20, size)),
            "type_of_violence": random.integers(1, 4, size),
            "where_prec": random.integers(1, 8, size),
            "latitude": random.uniform(-0.5, 1.5, size),
            "longitude": random.uniform(-0.5, 2.5, size),
            "best": random.integers(0, 50, size),
        }
    )
    counts = count_events(written(frame, tmp_path_factory.mktemp("events")), DISTRICTS, outlines=OUTLINES)
    parts = [*counts.counted.values(), *counts.apart.values()]
    assert sum(value[0] for value in parts) == size
    assert sum(value[1] for value in parts) == frame["best"].sum()


def test_the_command_writes_counts_that_a_scenario_observes(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["new", "mine", "--from", "meadow"])
    assert stopped.value.code == 0
    frame = pandas.DataFrame(
        {"date": ["2003-06-03", "2003-06-20", "2003-08-02", "2003-08-03"], "place": ["town", "town", "uplands", "Uplnads"],
         "deaths": [2, 3, 4, 5]}
    )  # fmt: skip
    words = ["evidence", "from-events", str(written(frame, tmp_path)), "--in", "mine", "--to", "mine/raids.csv"]
    with pytest.raises(SystemExit) as stopped:
        main(words)
    said = capsys.readouterr().out
    assert stopped.value.code == 0
    assert "kept apart, no district is named Uplnads: 1 events, 5 deaths (did you mean uplands?" in said
    declared = said[said.index("[series.raids]") :].replace('"NAME" ', '"invented" ').replace("\n[obs", "\n\n[obs")
    scenario = tmp_path / "mine" / "scenario.toml"
    scenario.write_text(scenario.read_text(encoding="utf-8") + "\n" + declared, encoding="utf-8")
    chosen = Scenario.load(tmp_path / "mine").selection("raids")
    assert {(f"{v.date:%Y-%m}", v.element): v.value for v in chosen.values} == {
        ("2003-06", "town"): 5,
        ("2003-08", "uplands"): 4,
    }
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2 and "E103" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["pipe", "device", "packed"])
def test_a_list_that_is_no_plain_file_is_refused_and_never_waited_for(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "events.csv.gz"
    if kind == "packed":  # kilobytes that unpack to more than a memory
        place.write_bytes(gzip.compress(b"date,place,deaths,kind\n" + b"x" * 10_000_000))
    elif not hasattr(os, "mkfifo"):
        pytest.skip("this system has no pipes")
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to("/dev/zero")
    with pytest.raises(ForbearError, match=r"E10[46]"):
        count_events(place, DISTRICTS)
    with pytest.raises(SystemExit, match="2"):
        main(["evidence", "from-events", str(place), "--in", "meadow", "--to", str(tmp_path / "out.csv")])


def test_what_a_list_of_others_names_begins_no_formula_in_the_tables_of_counts(tmp_path: Path) -> None:
    frame = pandas.DataFrame(
        {"date": "2004-03-01", "place": ["west", "Elsewhere"], "deaths": 1, "kind": ["=1+1", "@x"]}
    )
    counts = count_events(written(frame, tmp_path), DISTRICTS)
    for table in write_counts(counts, tmp_path / "out.csv"):
        assert not any(cell[:1] in ("=", "@") for line in table.read_text().splitlines() for cell in line.split(","))
    assert "'@x" in (tmp_path / "out-apart.csv").read_text() and "'=1+1" in (tmp_path / "out.csv").read_text()
