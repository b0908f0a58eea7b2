"""The page of what the shipped models can and cannot reproduce is that of the shipped fits."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import forbear as fb
from forbear.inference.posterior import Posterior
from forbear.report.reproduce import miss_in_words, reproduction
from forbear.validation.validate import load_validation

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    sys.path.insert(0, str(DOCS))
    try:
        import reproduce
    finally:
        sys.path.remove(str(DOCS))
    return reproduce


@pytest.fixture(scope="module")
def made(script: ModuleType) -> dict[str, str]:
    return script.pages()


def test_page_and_pictures_are_those_of_the_shipped_fits(made: dict[str, str]) -> None:
    for name, text in made.items():
        path = DOCS / name
        assert path.exists() and path.read_text(encoding="utf-8") == text, f"{name}: run python docs/reproduce.py"
    tracked = {f"images/reproduce/{p.name}" for p in (DOCS / "images/reproduce").glob("*.svg")}
    assert tracked == set(made) - {"reproduce.md"}


def test_every_picture_is_shown_with_words_for_those_who_cannot_see_it(made: dict[str, str]) -> None:
    shown = dict(re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", made["reproduce.md"]))
    assert set(shown.values()) == set(made) - {"reproduce.md"}
    assert all(len(words) > 60 for words in shown)


def test_every_fitted_scenario_says_what_it_misses(script: ModuleType, made: dict[str, str]) -> None:
    page = made["reproduce.md"]
    for name in script.fitted():
        scenario = fb.load(name)
        posterior = Posterior.of(scenario)
        assert posterior is not None and posterior.facts is not None
        found = reproduction(scenario, posterior, load_validation(scenario))
        assert found is not None and len(found.facts) == len(found.holds) + len(found.misses)
        assert all(f"- {words}" in page for words in found.misses)


def test_without_a_record_the_notes_of_the_fit_still_say_what_holds() -> None:
    scenario = fb.load("iraq-2003")
    posterior = Posterior.of(scenario)
    found = reproduction(scenario, posterior, None)
    assert posterior is not None and posterior.facts is not None and found is not None
    assert len(found.misses) == len(posterior.facts.missed) and found.sizes and not found.pictures
    assert {"course", "place", "calibration"} <= set(found.absent)
    assert reproduction(scenario, None, None) is None


def test_a_miss_is_said_in_words_that_need_no_statistics() -> None:
    from dataclasses import replace

    posterior = Posterior.of(fb.load("iraq-2003"))
    assert posterior is not None and posterior.facts is not None
    total = next(r for r in posterior.facts.results if r.measure == "total")
    for median, words in ((1.4, "40\N{NO-BREAK SPACE}% too much"), (0.7, "30\N{NO-BREAK SPACE}% too little"), (3.0, "3 times as much"), (0.2, "20\N{NO-BREAK SPACE}% of it")):  # fmt: skip
        assert words in miss_in_words(replace(total, observed=1000.0, median=1000.0 * median))
    peak = next(r for r in posterior.facts.results if r.measure == "peak")
    assert "8 months too early" in miss_in_words(replace(peak, miss=-8.0, median=peak.observed - 8))
