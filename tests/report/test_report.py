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
    assert "@import" not in page and "url(" not in page
    assert "default-src 'none'" in page


def test_every_chart_has_a_title_words_and_a_table(page):
    charts = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert len(charts) >= 10
    assert all("<title" in c and "<desc" in c and 'role="img"' in c for c in charts)
    assert page.count("Table behind this chart") == page.count('class="chart"')


def test_it_says_on_top_what_the_parameters_are(page):
    top = page[: page.index('id="short"')]
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
