"""The first screen: like is set beside like, every number stands once, and of a proposal ranges alone are told."""

import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from forbear.figures.years import Count, draw, narrow, years_figure
from forbear.report.comparable import SEEN, counted_total, deaths_by_year
from forbear.report.front import front_page
from forbear.report.pictures import share_image
from forbear.report.screen import Screen
from forbear.scenario.observed import observed_values


@pytest.fixture(scope="module")
def observed(iraq):
    return {name: observed_values(iraq["scenario"], name) for name in iraq["scenario"].observations}


@pytest.fixture(scope="module")
def front(iraq):
    return front_page(iraq["ensemble"], iraq["scenario"], posterior=iraq["posterior"], validation=iraq["validation"], answers=iraq["answers"])  # fmt: skip


def test_a_year_that_the_run_covers_in_part_is_hollow_and_says_why(iraq, observed):
    chart = deaths_by_year(iraq["ensemble"], iraq["scenario"], observed)
    notes = {count.year: count.note for count in chart.counts}
    assert [year for year, note in notes.items() if note] == [2003]
    assert notes[2003] == "counts all of 2003; the run begins in May"
    for drawn in (draw(chart), draw(narrow(chart))):
        assert drawn.count('class="counted hollow"') == 1 and drawn.count('class="counted"') == len(notes) - 1 == 8
        said = " ".join(re.findall(r'class="why"[^>]*>([^<]*)<', drawn))
        assert said == notes[2003]


def test_counts_stand_where_they_were_counted_and_bars_are_quantiles():
    totals = np.arange(101.0)[:, None] * np.array([[1.0, 2.0]])
    figure = years_figure("x", "X", "persons", [2004, 2005], totals, counts=[Count(2005, 120.0), Count(2009, 1.0)])
    assert figure.quantiles[1] == (10.0, 50.0, 100.0, 150.0, 190.0)
    assert [count.year for count in figure.counts] == [2005]
    assert figure.rows[0][-1] == "not counted" and figure.rows[1][-1] == "120"
    drawn = draw(figure)
    bottom, per = _scale(drawn, figure)
    mark = re.search(r'<circle cx="[\d.]+" cy="([\d.]+)"', drawn)
    assert float(mark.group(1)) == pytest.approx(bottom - 120.0 * per, abs=0.2)


def _scale(drawn, figure):
    """Where nought stands, and units of the drawing for each person, read back from the bar of the last year."""
    boxes = re.findall(r'<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)" class="ninety"', drawn)
    y, height = (float(v) for v in boxes[-1])
    low, high = figure.quantiles[-1][0], figure.quantiles[-1][-1]
    per = height / (high - low)
    return y + high * per, per


def test_without_a_middle_neither_drawing_nor_table_holds_one():
    totals = np.arange(101.0)[:, None]
    figure = years_figure("x", "X", "persons", [2004], totals, middle=False)
    drawn = draw(figure)
    assert figure.head == ("year", "5 %", "95 %") and figure.rows == [("2004", "5", "95")]
    assert 'class="middle"' not in drawn and 'class="fifty"' not in drawn and "50" not in figure.alternative


def test_a_total_is_compared_over_the_very_days_that_were_counted(iraq, observed):
    found = counted_total(iraq["ensemble"], iraq["scenario"], observed, "observed_intervener_deaths")
    spans = [v for v in observed["intervener_deaths"] if v.begin.year >= 2004]
    assert found.counted == sum(v.value for v in spans) and found.when == "2004 to 2011"
    weeks = iraq["ensemble"].data["week"].values
    inside = weeks >= np.datetime64("2004-01-01")
    whole = iraq["ensemble"].data["observed_intervener_deaths"].values[:, inside].sum(axis=1)
    week_before = iraq["ensemble"].data["observed_intervener_deaths"].values[:, ~inside][:, -1]
    assert (found.simulated >= whole - 1e-6).all() and (found.simulated <= whole + week_before + 1e-6).all()


def test_spans_that_overlap_are_not_added_up(iraq, observed):
    twice = {**observed, "intervener_deaths": observed["intervener_deaths"] * 2, "intervener_deaths_month": []}
    assert counted_total(iraq["ensemble"], iraq["scenario"], twice, "observed_intervener_deaths") is None
    assert counted_total(iraq["ensemble"], iraq["scenario"], observed, "no_such_quantity") is None


def test_four_cards_each_with_a_bar_and_what_was_observed_as_a_tick(front, iraq, observed):
    cards = {card.title: card for card in front.screen.cards}
    assert list(cards) == ["People killed", "Soldiers killed", "Money spent", "Order"]
    killed = counted_total(iraq["ensemble"], iraq["scenario"], observed, SEEN)
    gauge = cards["People killed"].gauge
    assert gauge.tick == killed.counted and gauge.low == pytest.approx(np.quantile(killed.simulated, 0.05))
    inside = gauge.low <= gauge.tick <= gauge.high
    assert ("OUTSIDE" in cards["People killed"].counted) is not inside
    money = cards["Money spent"]
    assert money.gauge.tick == 751.0 and money.gauge.hollow and "by 2010, the invasion included" in money.counted
    assert cards["Order"].gauge.tick == pytest.approx(7 / 26)


def test_trust_counts_the_facts_and_takes_its_colour_from_the_gate(front, iraq):
    held = iraq["posterior"].facts
    trust = front.screen.trust
    assert [square.holds for square in trust.facts].count(True) == sum(f.holds for f in held.results)
    assert len(trust.facts) == len(held.results) and (trust.level == "bad") is not held.passed
    facts = replace(iraq["answers"].facts, results=tuple(replace(f, holds=True) for f in iraq["answers"].facts.results))
    other = front_page(iraq["ensemble"], iraq["scenario"], answers=replace(iraq["answers"], facts=facts))
    assert other.screen.trust.level == "good" and "passed" in other.screen.trust.lead
    assert ("misses" in front.screen.headline) is not iraq["answers"].facts.passed
    assert "misses" not in other.screen.headline


def test_a_headline_from_verdicts_that_are_out_of_date_says_so(iraq):
    front = front_page(iraq["ensemble"], iraq["scenario"], posterior=iraq["posterior"], answers=iraq["answers"], stale_verdicts=["model"])  # fmt: skip
    assert "out of date" in front.screen.headline


def test_what_was_checked_against_nothing_says_so(meadow, invented):
    screen = front_page(invented, meadow).screen
    assert isinstance(screen, Screen) and screen.trust.level == "bad" and "no data" in screen.trust.lead


def test_numbers_of_seven_digits_are_rounded(front):
    words = " ".join([front.screen.headline, front.screen.record, *(s.words for s in front.screen.trust.facts), *(c.gauge.words for c in front.screen.cards)])  # fmt: skip
    long = [n for n in re.findall(r"\d[\d,]*\d", words) if len(n.replace(",", "").rstrip("0")) > 3 and len(n) > 5]
    assert not long, long


def test_the_image_to_share_holds_headline_cards_and_trust_and_needs_nothing(front, iraq):
    import xml.etree.ElementTree as ElementTree

    image = share_image(front)
    root = ElementTree.fromstring(image)
    words = " ".join(" ".join(t.itertext()) for t in root.iter("{http://www.w3.org/2000/svg}text"))
    for word in front.screen.headline.split():
        assert word in words
    assert all(card.number in words for card in front.screen.cards)
    assert ("NOT passed" in words) is not iraq["posterior"].facts.passed
    assert "var(" not in image and "href" not in image


@pytest.fixture(scope="module")
def proposal(tmp_path_factory):
    """The report of a proposed intervention, as text."""
    from forbear.ensemble.runner import simulate
    from forbear.report import write
    from forbear.report.beside import simulate_never
    from forbear.scenario import Scenario

    harbour = Scenario.load("harbour")._with({"scenario": {"end": "2032-06-27"}}, "sweep point", None)
    ensemble = simulate(harbour.problem(), members=16, seed=2)
    to = tmp_path_factory.mktemp("proposal") / "harbour.html"
    return write(ensemble, harbour, harbour.problem(), to=to, never=simulate_never(ensemble, harbour)).read_text(encoding="utf-8")  # fmt: skip


def test_a_proposal_never_shows_a_median(proposal):
    page = re.sub(r"<script.*?</script>|<style.*?</style>", " ", proposal, flags=re.DOTALL)
    shown = re.sub(r'<table id="t-(parameters|sources|series)".*?</table>', " ", page, flags=re.DOTALL)
    words = unescape(re.sub(r"<[^>]+>", " ", shown))
    assert "median" not in words.lower(), re.findall(r".{60}median.{40}", words, flags=re.IGNORECASE)
    assert 'class="middle"' not in page and 'class="band simulated narrow"' not in page
    assert "no forecast" in words and "95 %" in words


def test_a_proposal_has_its_charts_with_tables_of_both_ends(proposal):
    heads = re.findall(r'<table id="t-([^"]+)"[^>]*><caption>.*?</caption><thead><tr>(.*?)</tr>', proposal, re.DOTALL)
    monthly = [re.findall(r">([^<]+)</th>", head) for _, head in heads if ">month</th>" in head]
    assert len(monthly) >= 8 and all(head == ["month", "5 %", "95 %"] for head in monthly)
