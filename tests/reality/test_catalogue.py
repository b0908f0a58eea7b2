"""The catalogue: complete, true to its files, helpful about a wrong name."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from forbear.errors import EvidenceError
from forbear.evidence import borders, catalogue, find, verify

ROOT = Path(__file__).parents[2]
NAMES = list(catalogue())
TABLES = [name for name in NAMES if not find(name).is_map]


def test_every_file_has_an_entry_and_every_entry_a_file() -> None:
    home = Path(str(resources.files("forbear.evidence")))
    folders = ("series", "cases", "estimates", "maps")
    files = {f"{folder}/{path.name}" for folder in folders for path in (home / folder).iterdir()}
    assert files == {series.file for series in catalogue().values()}


def test_every_shipped_file_has_the_hash_of_the_catalogue() -> None:
    verify()
    for series in catalogue().values():
        assert series.digest() == series.sha256


def test_a_changed_file_is_reported_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    from forbear.evidence.series import Series

    monkeypatch.setattr(Series, "digest", lambda self: "0" * 64 if self.name == "iraq-oil" else self.sha256)
    with pytest.raises(EvidenceError) as caught:
        verify()
    assert caught.value.code == "E502"
    assert "iraq-oil" in str(caught.value)
    assert "iraq-polls" not in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_series_says_what_it_is_where_it_comes_from_and_what_is_missing(name: str) -> None:
    series = find(name)
    for label in ("title", "what", "unit", "frequency", "gaps", "caveats", "licence"):
        assert getattr(series, label), label
    assert series.absent in ("zero", "unknown")
    assert series.sources
    assert all(source.publisher and source.licence for source in series.sources)
    assert re.fullmatch(r"[0-9a-f]{64}", series.sha256)


@pytest.mark.parametrize("name", TABLES)
def test_rows_and_table_agree_with_the_columns_and_the_span(name: str) -> None:
    series = find(name)
    rows, frame = series.rows(), series.table()
    assert rows
    assert len(frame) == len(rows)
    assert list(frame.columns) == list(rows[0]) == [column.name for column in series.columns]
    assert all(column.unit and column.meaning for column in series.columns)
    times = [c.name for c in series.columns if c.kind in ("month", "date", "year")]
    if times:
        seen = [str(row[c]) for row in rows for c in times if row[c]]
        assert (min(seen), max(seen)) == (series.first, series.last)


@pytest.mark.parametrize("name", TABLES)
def test_no_observation_is_listed_twice(name: str) -> None:
    keys = [tuple(row.items()) for row in find(name).rows()]
    assert len(set(keys)) == len(keys)


def test_tables_keep_empty_governorates_as_text_and_months_as_dates() -> None:
    frame = find("iraq-ged-governorate-month").table()
    assert (frame["governorate"] == "").sum() > 0
    assert frame["governorate"].isna().sum() == 0
    assert str(frame["month"].dtype).startswith("datetime64")
    assert frame["best"].sum() == sum(row["best"] for row in find("iraq-ged-governorate-month").rows())


def test_rows_can_be_narrowed_and_an_unknown_column_is_refused() -> None:
    rows = find("iraq-attacks-governorate-month").rows(governorate="Baghdad", month="2007-05")
    assert len(rows) == 1
    with pytest.raises(EvidenceError) as caught:
        find("iraq-oil").rows(governorate="Baghdad")
    assert caught.value.code == "E505"
    assert "quantity" in str(caught.value)


def test_a_caller_cannot_change_what_others_read() -> None:
    first = find("iraq-oil").rows()
    first[0]["value"] = -1
    assert find("iraq-oil").rows()[0]["value"] != -1


def test_a_broken_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(EvidenceError) as caught:
        find("iraq-sigact-months")
    assert caught.value.code == "E501"
    assert "iraq-sigacts-month" in str(caught.value)


def test_a_map_is_no_table_and_a_table_is_no_map() -> None:
    with pytest.raises(EvidenceError, match="map"):
        find("iraq-governorates-borders").rows()
    with pytest.raises(EvidenceError, match="table"):
        borders("iraq-oil")


def test_share_alike_data_say_so_in_the_catalogue_and_beside_the_tables() -> None:
    assert "CC BY-SA 4.0" in find("imposed-regime-changes").licence
    notice = resources.files("forbear.evidence").joinpath("DATA_LICENCES.md").read_text(encoding="utf-8")
    assert "CC BY-SA 4.0" in notice
    for licence in ("CC BY 4.0", "CC BY-IGO", "MIT"):
        assert licence in notice


def test_reading_rows_imports_neither_pandas_nor_matplotlib() -> None:
    code = (
        "import sys; from forbear.evidence import find; find('iraq-oil').rows();"
        "print(sorted(set(sys.modules) & {'pandas', 'numpy', 'matplotlib', 'xarray', 'numba'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif("FORBEAR_SHARED" not in os.environ, reason="needs FORBEAR_SHARED, the folder of the raw data")
def test_deriving_again_gives_the_same_bytes_and_a_wrong_total_stops_it(tmp_path: Path) -> None:
    home = ROOT / "src" / "forbear" / "evidence"
    (tmp_path / "catalogue.toml").write_bytes((home / "catalogue.toml").read_bytes())
    shared = Path(os.environ["FORBEAR_SHARED"])
    script = [sys.executable, "-B", str(ROOT / "tools" / "data" / "derive_all.py")]
    done = subprocess.run([*script, "--shared", str(shared), "--out", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for series in catalogue().values():
        assert (tmp_path / series.file).read_bytes() == (home / series.file).read_bytes()
    assert (tmp_path / "catalogue.toml").read_bytes() == (home / "catalogue.toml").read_bytes()

    broken = tmp_path / "shared"
    broken.mkdir()
    (broken / "data").symlink_to(shared / "data")
    copy = tmp_path / "broken" / "data"
    copy.mkdir(parents=True)
    for folder in (shared / "data").iterdir():
        (copy / folder.name).symlink_to(folder)
    (copy / "sigacts_iraq_foia").unlink()
    (copy / "sigacts_iraq_foia").mkdir()
    for file in (shared / "data" / "sigacts_iraq_foia").iterdir():
        kept = file.read_bytes()
        if file.name.startswith("sigacts_iraq_foia_events"):
            kept = kept[: kept.rstrip().rfind(b"\n") + 1]
        (copy / "sigacts_iraq_foia" / file.name).write_bytes(kept)
    before = {path: path.read_bytes() for path in (tmp_path / "series").iterdir()}
    done = subprocess.run(
        [*script, "--shared", str(copy.parent), "--out", str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "expected" in done.stderr
    assert "found" in done.stderr
    assert {path: path.read_bytes() for path in (tmp_path / "series").iterdir()} == before


def test_the_catalogue_listing_is_serialisable() -> None:
    json.dumps([(series.name, series.span) for series in catalogue().values()])
