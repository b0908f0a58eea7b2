"""Numbers of the full model alone, and those of all theories by their weights, never stand side by side without a word."""

import re
from dataclasses import replace

import pytest

from forbear.questions.claim_words import FULL, full_regions, mixture_words
from forbear.questions.effects import Probabilities
from forbear.questions.verdict import StageShares
from forbear.questions.verdict_lines import claim_lines
from forbear.report.answers import answer_sections
from forbear.report.beside import beside_never
from forbear.report.leads import leads, word_beside


@pytest.fixture(scope="module")
def answers(iraq):
    """The shipped answers, with one claim on which the full model and the mixture disagree."""
    shipped = iraq["answers"]
    one = replace(
        shipped["H5a"],
        shares=Probabilities(0.0, 0.97, 0.03),
        structures={"full": Probabilities(0.0, 0.97, 0.03), "imported-jihad": Probabilities(0.09, 0.14, 0.77)},
        stages={"country": StageShares(0.9, 0.0, 0.1, 0.05, 60.0)},
    )
    return replace(shipped, claims={**shipped.claims, "H5a": one})


def test_the_regions_of_the_full_model_are_those_that_each_side_asserts(answers):
    claim, rival = full_regions(answers["H5a"])
    assert (claim, rival) == (pytest.approx(0.03), pytest.approx(0.97))


def test_where_the_models_disagree_the_share_of_all_theories_stands_beside_the_bar(answers):
    assert word_beside(answers["H5a"]).endswith("; all: argument 90\N{NO-BREAK SPACE}%")
    near = replace(answers["H5a"], stages={"country": StageShares(0.1, 0.0, 0.9, 0.05, 60.0)})
    assert word_beside(near) == near.verdict.word
    alone = replace(answers["H5a"], structures={"full": Probabilities(0.0, 0.97, 0.03)})
    assert mixture_words(alone, always=True) == "" and word_beside(alone) == alone.verdict.word


def test_pictures_sentences_and_lines_of_the_terminal_say_of_which_model_they_are(iraq, answers):
    never = beside_never(iraq["ensemble"], iraq["scenario"], answers, None)
    found = {lead.key: lead for lead in leads(answers, never, "", "")}
    assert FULL in found["better"].chart.figure.caption
    assert all(found[key].answer.startswith("In the full model alone, ") for key in ("better", "leave", "terrorism"))
    told = answer_sections(answers, scenario=iraq["scenario"])
    assert all(FULL in forest.figure.caption for forest in told.forests)
    row = told.by_name["H5a"]
    assert row.mixture == "all theories by their weights: argument 90\N{NO-BREAK SPACE}%, rival 10\N{NO-BREAK SPACE}%"
    text = "\n".join(claim_lines(answers, "H5a"))
    assert "effect of the full model:" in text and "full model, shares of draws:" in text and row.mixture in text


def test_an_effect_is_told_of_what_was_changed_and_never_under_the_title_of_its_opposite(iraq, answers):
    abroad = {lead.key: lead for lead in leads(answers, None, "", "")}["terrorism"]
    for result in abroad.claims:
        assert result.claim.title not in abroad.answer
    assert " rather than " in abroad.answer


def test_each_chart_of_differences_has_one_unit_and_its_title_says_it(iraq, answers):
    told = answer_sections(answers, scenario=iraq["scenario"])
    charts = [f.figure for f in told.forests if f.figure.unit.startswith("difference")]
    units = [figure.unit.removeprefix("difference, ") for figure in charts]
    assert len(set(units)) == len(units) > 2
    assert all(unit in figure.title for unit, figure in zip(units, charts, strict=True))
    index = next(f for f in charts if "index" in f.unit)
    assert not [r.label for r in index.lines_drawn if r.label.startswith(("N1 ", "P1 "))]


def test_parameters_theories_and_communities_go_by_meanings_and_titles(iraq, answers):
    told = answer_sections(answers, scenario=iraq["scenario"])
    for row in told.claims:
        words = " ".join((*row.told, *row.deciding, row.reason, row.change, row.structures, row.outcome))
        assert not re.findall(r"\b[a-z]+_[a-z_]+\b", words), row.result.name
        assert "imported-jihad" not in words
    assert "Sunni Arabs" in told.by_name["H4a"].outcome
    assert [row[0] for row in told.ledger.rows] == ["Sunni Arabs", "Shia Arabs", "Kurds and others"]
    pairs = [pair for game in told.attribution for pair in game.pairs]
    assert pairs and all("“" in pair and "exclusion and" not in pair for pair in pairs)


def test_worlds_by_assumption_are_ranges_of_one_digit_without_a_middle(iraq):
    answers = iraq["answers"]
    beside = beside_never(iraq["ensemble"], iraq["scenario"], answers, None)
    deaths = next(row for row in beside.rows if row[0].startswith("civilians killed"))
    assert "(" in deaths[1] and not any("(" in cell for cell in deaths[2:])
    told = answer_sections(answers).strategies
    for line in (line for line in told.rows if line.assumed):
        numbers = re.findall(r"\d[\d,.]*", " ".join(line.cells))
        assert all(len(n.replace(",", "").replace(".", "").strip("0")) <= 1 for n in numbers), line.cells
    chart = answer_sections(answers).worlds.figure
    assumed = [row for row in chart.lines_drawn if row.assumed]
    assert assumed and not any("(" in row.words() for row in assumed)
