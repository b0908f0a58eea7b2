"""The page on what travels says of which model its tables are, and what is derived on it is what is on file."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from forbear.country.model import MODEL

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def module() -> ModuleType:
    described = importlib.util.spec_from_file_location("docs_transport", DOCS / "transport.py")
    assert described is not None and described.loader is not None
    found = importlib.util.module_from_spec(described)
    described.loader.exec_module(found)
    return found


def test_the_page_is_what_ships_now_gives(module: ModuleType) -> None:
    text = (DOCS / "transport.md").read_text(encoding="utf-8")
    assert module.document(text) == text, "python docs/transport.py"


def test_tables_of_an_older_model_are_said_to_be_before_the_first_of_them(module: ModuleType) -> None:
    text = (DOCS / "transport.md").read_text(encoding="utf-8")
    model = module.TRIAL.search(text)[1]
    before = text[: text.index("|---")]
    assert f"`{model}`" in before
    assert ("were not made again" in before) != MODEL.hash.startswith(model)


def test_tables_of_todays_model_are_not_called_old(module: ModuleType) -> None:
    day = date(2026, 12, 1)
    assert "of the model that ships" in module.head(MODEL.hash[:12], day, "coarse")
    old = module.head("0" * 12, day, "coarse")
    assert "older model and were not made again" in old and "1 December 2026" in old and MODEL.hash[:12] in old


def test_a_trial_of_todays_model_on_record_asks_to_be_written_in(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = {"stamps": {"to": {"model": MODEL.hash}}}
    monkeypatch.setattr(module, "load_transports", lambda: [record])
    assert "is to be written here in their place" in module.head("0" * 12, date(2026, 12, 1), "coarse")


@pytest.mark.parametrize("mark", ["<!-- trial", "<!-- made", "<!-- pooled", "<!-- end claims"])
def test_a_page_without_a_mark_is_refused(module: ModuleType, mark: str) -> None:
    text = (DOCS / "transport.md").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match=r"transport\.md (has no place|does not say)"):
        module.document(text.replace(mark, "<!-- gone"))
