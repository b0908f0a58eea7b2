"""The report: one file, nothing from outside, readable by everyone."""

import re

import numpy as np
import pytest

from forbear.ensemble.matching import match
from forbear.ensemble.runner import simulate
from forbear.figures.spec import Figure, Line, approximately
from forbear.figures.svg import draw
from forbear.report import write


@pytest.fixture(scope="module")
def page(meadow, problem, tmp_path_factory):
    """The report of a small ensemble of the meadow."""
    ensemble = simulate(problem, members=48, seed=2)
    path = write(
        ensemble, meadow, problem, to=tmp_path_factory.mktemp("report") / "meadow.html", command="forbear run meadow"
    )
    return path.read_text(encoding="utf-8")


def test_nothing_is_fetched_from_outside(page):
    assert not re.findall(r'(?:src|href)\s*=\s*"(?!#)[^"]*"', page)
    assert "@import" not in page and not re.search(r"url\((?!#)", page)
    assert "default-src 'none'" in page


def test_every_chart_has_a_title_words_and_a_table(page):
    charts = re.findall(r'<svg[^>]*class="chart.*?</svg>', page, flags=re.DOTALL)
    assert len(charts) >= 10
    assert all("<title" in c and "<desc" in c and 'role="img"' in c for c in charts)
    assert page.count("Table behind this chart") == len(re.findall(r'class="chart[ "]', page))


def test_every_table_has_a_caption_and_stands_in_the_list_of_downloads(page):
    tables = re.findall(r"<table[^>]*>", page)
    named = re.findall(r'<table id="(t-[^"]+)" data-csv="([^"]+)"', page)
    assert len(named) == len(tables) == page.count("<caption>") >= 12
    listed = re.findall(r'<a href="#(t-[^"]+)" data-take="t-', page[page.index('id="downloads"') :])
    assert listed == [key for key, _ in named]


def test_no_name_of_the_page_stands_twice(page):
    names = re.findall(r'\sid="([^"]+)"', page)
    assert len(names) == len(set(names))


def test_every_link_within_the_page_leads_somewhere(page):
    names = set(re.findall(r'\sid="([^"]+)"', page))
    assert {target for target in re.findall(r'href="#([^"]+)"', page)} <= names


def test_sections_stand_in_the_order_of_an_argument(iraq, tmp_path):
    text = write(
        iraq["ensemble"], iraq["scenario"], iraq["problem"], to=tmp_path / "iraq.html", posterior=iraq["posterior"], validation=iraq["validation"], answers=iraq["answers"]
    ).read_text(encoding="utf-8")  # fmt: skip
    wanted = ["front", "answers", "questions", "verdicts", "reproduce", "hindcast", "counterfactuals", "blame", "strategies", "evidence", "validation", "base-rates", "atlas", "limits", "methods", "sources", "downloads"]  # fmt: skip
    found = re.findall(r'<section id="([^"]+)"', text)
    assert [name for name in found if name != "transport"] == wanted
    first = text[text.index('id="front"') : text.index('id="answers"')]
    order = [first.index(f'id="{name}"') for name in ("question", "short", "never", "cannot", "lessons")]
    assert order == sorted(order) and len(text) < 3_000_000
    names = re.findall(r'\sid="([^"]+)"', text)
    assert len(names) == len(set(names))
    assert all("<caption>" in t for t in re.findall(r"<table.*?</table>", text, flags=re.DOTALL))


def test_references_and_sources_are_in_the_page_as_bibtex(page, meadow):
    from html import unescape

    from forbear.report.citations import bibtex, references

    held = unescape(re.search(r'<pre id="bibtex">(.*?)</pre>', page, flags=re.DOTALL).group(1))
    assert held == bibtex(meadow)
    entries = re.findall(r"^@\w+\{([^,]+),$", held, flags=re.MULTILINE)
    assert set(references()) < set(entries) and len(entries) == len(set(entries))
    assert held.count("{") == held.count("}")
    assert all(f"source:{key}" in entries for key in meadow.sources)


def test_every_method_cites_a_reference_that_is_listed(iraq):
    from forbear.report.citations import methods, references

    found = methods(iraq["problem"], iraq["posterior"], iraq["answers"], iraq["validation"])
    known = {r["short"] for r in references().values()}
    assert [m["title"] for m in found] == ["Simulation", "Learning from the series", "Claims and verdicts", "Strategies", "Attribution", "Validation"]  # fmt: skip
    assert all(m["cited"] and set(m["cited"]) <= known for m in found)
    told = found[-1]["words"]
    assert ("scored by proper rules" in told) is ("forecasts" in iraq["validation"])
    assert len(methods(iraq["problem"], None, None, None)) == 1


def test_it_says_on_top_what_the_parameters_are(page):
    top = page[: page.index('id="question"')]
    assert "prior draws" in top and 'role="note"' in top and "invented" in top


def test_headings_go_down_one_step_at_a_time_and_the_language_is_named(page):
    levels = [int(x) for x in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False))
    assert '<html lang="en">' in page and len(page) < 3_000_000


def test_a_hostile_title_is_only_text(meadow, problem, tmp_path):
    from dataclasses import replace

    ensemble = simulate(replace(problem, title="x"), members=4, seed=2)
    ensemble.manifest["note"] = "<script>alert(1)</script>"
    text = write(ensemble, meadow, problem, to=tmp_path / "x.html", command="<img onerror=alert(1)>").read_text(
        encoding="utf-8"
    )
    assert "<img onerror" not in text and "<script>alert" not in text


def test_numbers_are_not_more_precise_than_they_are():
    assert [approximately(v) for v in (123456.0, 0.01234, 1.96e6, 3.4e9, 0.0, 87.0)] == [
        "120,000",
        "0.012",
        "2.0 million",
        "3.4 billion",
        "0",
        "87",
    ]


def test_a_figure_without_values_is_still_a_figure():
    assert "<svg" in draw(Figure("x", "empty", "persons", "", "nothing"))
    assert "<svg" in draw(Figure("x", "one", "persons", "", "one", lines=[Line([2003.0], [np.nan], "simulated", "x")]))


def test_matching_keeps_the_nearest_members_and_is_reproducible():
    from forbear.scenario import Scenario

    iraq = Scenario.load("iraq-2003")
    problem = iraq.problem()
    ensemble = simulate(problem, members=24, seed=3)
    matching = match(ensemble, iraq, keep=6)
    assert len(matching.kept) == 6 and np.isfinite(matching.distance).all()
    assert matching.distance[matching.kept].max() <= np.delete(matching.distance, matching.kept).min()
    again = match(ensemble, iraq, keep=6)
    assert np.array_equal(matching.kept, again.kept)
