"""The page of the record holds the odds of claims that are on file, and nothing typed by hand."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from forbear.workflow.odds import read_odds

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def module() -> ModuleType:
    described = importlib.util.spec_from_file_location("docs_odds", DOCS / "odds.py")
    assert described is not None and described.loader is not None
    found = importlib.util.module_from_spec(described)
    described.loader.exec_module(found)
    return found


def test_the_page_is_what_the_numbers_on_file_give(module: ModuleType) -> None:
    text = (DOCS / "record.md").read_text(encoding="utf-8")
    assert module.document(text) == text, "python docs/odds.py"


def test_every_claim_on_file_stands_on_the_page(module: ModuleType) -> None:
    text, found = (DOCS / "record.md").read_text(encoding="utf-8"), read_odds("iraq-2003")
    if found is None:
        assert "Not computed: `forbear atlas weigh iraq-2003` does." in text
        return
    assert all(f"| {name} |" in text for name in found.claims)


def test_a_page_without_its_marks_is_refused(module: ModuleType) -> None:
    with pytest.raises(ValueError, match="no place"):
        module.document("# The record of other wars\n")
