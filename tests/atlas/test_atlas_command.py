"""`forbear atlas` on one page, one case in full, and everything as CSV; the page of the documentation."""

from __future__ import annotations

import csv
import importlib.util
import io
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from forbear.cli.main import main
from forbear.evidence.atlas import atlas, case

DOCS = Path(__file__).parents[2] / "docs"


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    main(["atlas", *words])
    return capsys.readouterr().out


@pytest.fixture(autouse=True)
def _ends_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.exit", lambda status=0: None)


def test_one_line_a_case_within_eighty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys).splitlines()
    assert all(len(line) <= 80 for line in lines)
    for entry in atlas():
        found = [line for line in lines if line.startswith(entry.name + " ")]
        assert len(found) == 1 and f"{entry.seen:.0%}" in found[0]


def test_show_prints_every_number_with_grade_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, "show", "sierra-leone-1999")
    for fact in case("sierra-leone-1999").facts:
        assert fact.quantity in text
        assert not fact.address or fact.address in text
    assert "second coding of old_regime_end: negotiated (first: invitation)" in text


def test_csv_holds_every_fact_of_every_case(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(told(capsys, "--csv"))))
    assert len(rows) == sum(len(entry.facts) for entry in atlas())
    assert {row["case"] for row in rows} == {entry.name for entry in atlas()}


def test_page_and_drawings_are_those_that_the_facts_give() -> None:
    described = importlib.util.spec_from_file_location("docs_atlas", DOCS / "atlas.py")
    assert described is not None and described.loader is not None
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    for name, content in module.documents().items():
        assert (DOCS / name).read_text(encoding="utf-8") == content, f"{name}: python docs/atlas.py"


@pytest.mark.parametrize("name", ["map", "forces", "courses"])
def test_a_drawing_can_be_read_aloud_and_tells_order_by_shape_too(name: str) -> None:
    text = (DOCS / "images" / f"atlas-{name}.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert (
        root.find("{http://www.w3.org/2000/svg}title") is not None
        and root.find("{http://www.w3.org/2000/svg}desc") is not None
    )
    assert "<polygon" in text and "<circle" in text and re.search(r"<rect[^>]+#d55e00", text)
