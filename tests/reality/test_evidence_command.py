"""`forbear evidence`: what it prints, what it draws, what it refuses."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from forbear.cli.evidence import app
from forbear.errors import EvidenceError, FileError
from forbear.evidence import catalogue, find
from forbear.evidence.picture import curves, plot, sparkline

runner = CliRunner()


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_listing_names_every_series_with_span_unit_source_licence_and_gaps() -> None:
    result = runner.invoke(app, [])
    assert result.exit_code == 0, result.output
    output = words(result.output)
    for series in catalogue().values():
        assert series.name in output
        for part in (series.span, series.unit, series.licence, series.gaps, series.sources[0].publisher):
            assert words(part) in output, (series.name, part)


def test_the_listing_as_json_can_be_read_back() -> None:
    result = runner.invoke(app, ["--json"])
    entries = {entry["name"]: entry for entry in json.loads(result.output)}
    assert entries.keys() == catalogue().keys()
    assert entries["imposed-regime-changes"]["licence"].startswith("CC BY-SA 4.0")


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_series_is_shown_with_licence_gaps_and_caveats(name: str) -> None:
    result = runner.invoke(app, ["show", name, "--rows", "3"])
    assert result.exit_code == 0, (result.output, result.exception)
    output = words(result.output)
    series = find(name)
    for part in (series.licence, series.gaps, series.caveats):
        assert words(part) in output


def test_the_table_is_printed_whole_as_csv() -> None:
    result = runner.invoke(app, ["show", "iraq-force-levels-month", "--csv"])
    read = list(csv.DictReader(io.StringIO(result.output)))
    rows = find("iraq-force-levels-month").rows()
    assert len(read) == len(rows)
    assert [int(row["troops"]) for row in read] == [row["troops"] for row in rows]


@pytest.mark.parametrize("name", [series.name for series in catalogue().values() if not series.is_map])
def test_csv_gives_every_cell_of_the_shipped_table(name: str) -> None:
    result = runner.invoke(app, ["show", name, "--csv"])
    shipped = find(name).path.read_text(encoding="utf-8")
    assert list(csv.reader(io.StringIO(result.output)))[0] == list(csv.reader(io.StringIO(shipped)))[0]
    for ours, theirs in zip(result.output.splitlines(), shipped.splitlines(), strict=True):
        for a, b in zip(next(csv.reader([ours])), next(csv.reader([theirs])), strict=True):
            assert a == b or float(a) == float(b)


def test_without_a_plot_a_small_chart_is_shown_in_the_terminal() -> None:
    result = runner.invoke(app, ["show", "iraq-sigacts-month"])
    assert "█" in result.output
    assert "drawn into" not in result.output


@pytest.mark.parametrize(
    "name",
    [
        "iraq-force-levels-month",
        "iraq-attacks-governorate-month",
        "iraq-events",
        "iraq-governorates-borders",
        "iraq-governorates-communities",
        "empirical-estimates",
        "iraq-us-deaths-year",
    ],
)
def test_the_plot_file_is_written_with_title_and_licence(name: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    result = runner.invoke(app, ["show", name, "--plot", str(path)])
    assert result.exit_code == 0, result.exception
    text = path.read_text(encoding="utf-8")
    assert "<svg" in text
    assert f"<!-- {find(name).title} -->" in text
    assert "Licence:" in text
    assert [entry.name for entry in tmp_path.iterdir()] == ["picture.svg"]


def test_a_png_is_written_and_the_same_svg_twice(tmp_path: Path) -> None:
    plot(find("iraq-oil"), tmp_path / "oil.png")
    assert (tmp_path / "oil.png").read_bytes().startswith(b"\x89PNG")
    plot(find("iraq-oil"), tmp_path / "one.svg")
    plot(find("iraq-oil"), tmp_path / "two.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_picture_of_another_kind_or_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        plot(find("iraq-oil"), tmp_path / "oil.gif")
    assert caught.value.code == "E506"
    with pytest.raises(EvidenceError):
        plot(find("iraq-governorates-adjacency"), tmp_path / "a.svg")
    with pytest.raises(FileError) as unwritable:
        plot(find("iraq-oil"), tmp_path / "nowhere" / "oil.svg")
    assert unwritable.value.code == "E103"
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_name_on_the_command_line_is_answered_with_the_nearest_one() -> None:
    result = runner.invoke(app, ["show", "iraq-poll"])
    assert isinstance(result.exception, EvidenceError)
    assert "iraq-polls" in str(result.exception)


def test_a_line_by_month_has_a_gap_where_nothing_is_known_and_zero_where_nothing_happened() -> None:
    attacks = {line.label: line for line in curves(find("iraq-attacks-governorate-month"))}["Baghdad"]
    known = dict(zip(attacks.x, attacks.y, strict=True))
    assert known["2006-12"] is None
    assert known["2007-05"] is not None
    deaths = {line.label: line for line in curves(find("iraq-ged-governorate-month"))}["Muthanna"]
    assert None not in deaths.y
    assert 0 in deaths.y
    assert len(deaths.x) == len(set(deaths.x))


def test_a_sparkline_runs_from_zero_to_the_highest_value() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7, 8]) == "▁▁▂▃▄▅▆▇█"
    assert sparkline([None, 8.0]) == "·█"
    assert sparkline([]) == ""
    assert len(sparkline([float(value) for value in range(1000)], width=40)) == 40
    assert sparkline([0.0, 0.0]) == "▁▁"
