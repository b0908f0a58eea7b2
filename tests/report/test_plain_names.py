"""No page calls a strategy by its internal name in capitals: people read its title."""

import re
from html import unescape

import numpy as np
import pytest

from forbear.discovery.decision import Table, boards, choose
from forbear.report.decision import board_rows, loss_figure
from forbear.report.gather import chart_sections
from forbear.report.tables import fit_rows
from forbear.report.write import write
from forbear.scenario.casefiles.decision import Decision, Objective
from forbear.scenario.casefiles.policies import Strategy
from forbear.scenario.observed import observed_values


def seen(page):
    """What people see or are read: words of the page and of its drawings, without what is only for programs."""
    shown = re.sub(r"<script.*?</script>|<style.*?</style>|<pre.*?</pre>", " ", page, flags=re.DOTALL)
    told = re.findall(r'(?:aria-label|data-words|data-label)="([^"]*)"', shown)
    return unescape(" ".join([re.sub(r"<[^>]+>", " ", shown), *told]))


def test_the_report_calls_strategies_by_their_titles(iraq, tmp_path):
    more = {"posterior": iraq["posterior"], "validation": iraq["validation"], "answers": iraq["answers"]}
    page = write(iraq["ensemble"], iraq["scenario"], iraq["problem"], to=tmp_path / "iraq.html", **more)
    words, rows = seen(page.read_text(encoding="utf-8")), iraq["answers"].strategies.rows
    named = "|".join(sorted(map(re.escape, rows), key=len, reverse=True))
    assert len(rows) > 10 and not re.findall(rf".{{40}}(?<![\w-])(?:{named})(?![\w-]).{{20}}", words)
    assert all(row.title in words for row in rows.values())


@pytest.fixture
def decided():
    """A decision of two options with capital names and titles, one of them by assumption."""
    options = {
        name: Strategy(name, title, "restraint", {})
        for name, title in (("OUT-2005", "Out by July 2005"), ("NEVER", "Never"))
    }
    decision = Decision(options, (Objective("deaths", 1.0),), frozenset({"NEVER"}), unit="persons")
    draws = np.random.default_rng(1).normal([[10.0], [12.0]], 1.0, (2, 200))
    table = Table.of(list(options), {"deaths": draws})
    return decision, table


def test_the_loss_and_its_table_call_options_by_their_titles(decided):
    decision, table = decided
    chosen = choose(table, decision)
    for board in boards(table, decision, 1):
        figure = loss_figure(board, decision, chosen)
        labels = [row.label for row in figure.lines_drawn]
        assert labels == ["Out by July 2005", "Never (by assumption)"]
        assert [row[0] for row in board_rows(board, decision)] == labels
        assert "OUT-2005" not in figure.alternative


def test_a_yearly_score_is_set_beside_the_mean_of_its_year_and_a_flow_beside_its_total(iraq):
    scenario = iraq["scenario"]
    observed = {name: observed_values(scenario, name) for name in scenario.observations}
    rows = {row.title: row for row in fit_rows(iraq["ensemble"], scenario, observed)}
    for title in (scenario.observations[name].title for name in ("democracy", "civilian_deaths")):
        ratios = [float(r) for r in re.findall(r"\d{4}: ([\d.]+)", rows[title].ratios)]
        assert (
            len(ratios) >= 8 and 0.5 < np.median(ratios) < 2
        )  # a score added up over months was twelve times as large


def test_the_curve_of_the_country_has_no_series_of_one_district_and_says_that_none_is_observed(iraq):
    scenario = iraq["scenario"]
    observed = {name: observed_values(scenario, name) for name in scenario.observations}
    charts = [c.figure for s in chart_sections(iraq["ensemble"], scenario, observed) for c in s.charts]
    deaths = next(figure for figure in charts if figure.name == "deaths")
    assert not deaths.marks and "No observed series shows this." in deaths.caption
    by_year = {figure.name: figure for figure in charts if figure.name.endswith("-year")}
    hollow = [m for m in by_year["observed-civilian-deaths-year"].marks if m.role == "observed hollow"]
    assert [int(x) for m in hollow for x in m.x] == [2003] and "not comparable" in hollow[0].label
    middle = next(m for m in by_year["democracy-year"].marks if m.role == "simulated")
    assert max(middle.y) < 1.0  # a score of a year is its mean, and never a sum over months
