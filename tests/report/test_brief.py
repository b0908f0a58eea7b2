"""The brief: two pages, the same words as the front page, the same bytes every time, fonts inside."""

import datetime
import io
import math

import pypdf
import pytest

from forbear.ensemble.runner import simulate
from forbear.errors import FileError
from forbear.figures.standalone import standalone
from forbear.questions import odds_on_record as module
from forbear.questions.odds_on_record import odds_on_record
from forbear.questions.odds_words import factor_words, noted, odds_in_a_line
from forbear.report.beside import simulate_never
from forbear.report.brief import brief_figures, typeset, write_brief
from forbear.report.front import front_page
from forbear.scenario import Scenario


@pytest.fixture(scope="module")
def pdf(iraq, tmp_path_factory):
    path = tmp_path_factory.mktemp("brief") / "iraq.pdf"
    more = {"posterior": iraq["posterior"], "validation": iraq["validation"], "answers": iraq["answers"]}
    write_brief(iraq["ensemble"], iraq["scenario"], to=path, command="forbear brief iraq-2003", **more)
    return path.read_bytes()


def words_of(data):
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    return " ".join(text.replace("\u00ad", "").replace("-\n", "").split())


def test_iraq_fills_exactly_two_a4_pages(pdf):
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) == 2
    assert [round(float(v) / 72 * 25.4) for v in pages[0].mediabox[2:]] == [210, 297]


def test_it_says_what_the_front_page_says(iraq, pdf):
    front = front_page(iraq["ensemble"], iraq["scenario"], posterior=iraq["posterior"], answers=iraq["answers"])
    said = words_of(pdf).replace(" ", "")
    for sentence in (front.question, *front.answer, *front.cannot):
        # words may be hyphenated at the end of a line
        assert sentence.replace("\u00a0", "").replace(" ", "").replace("-", "")[:60] in said.replace("-", ""), sentence
    for lesson in front.lessons:
        assert lesson.name in said
    assert said.count("supported") >= sum(x.verdict == "supported" for x in front.lessons)


def test_it_tells_in_one_line_what_other_wars_would_change_with_error_and_source_and_nothing_where_nobody_knows(
    iraq, pdf, monkeypatch, tmp_path
):
    held = odds_on_record(iraq["scenario"], iraq["answers"])
    if held.shown is None:
        pytest.skip("no odds of this model ship with the scenario")
    line, said = odds_in_a_line(held.shown), words_of(pdf)
    draws = held.shown.draws[-1]
    factors = {name: claim.moved["record"][draws] for name, claim in held.shown.claims.items()}
    known = {name: at for name, at in factors.items() if at.factor[0] == at.factor[0]}
    far = [name for name, at in known.items() if noted(at.factor[0])]
    most = max(known, key=lambda name: abs(math.log(known[name].factor[0])))
    assert f"{len(held.shown.cases)} other wars would move the odds of {len(far) or 'none'} of" in line
    assert f"most {most}: x{factor_words(known[most])}" in line and "forbear atlas odds iraq-2003" in line

    def bare(text):
        return "".join(text.split()).replace("-", "")

    assert bare(line) in bare(said) and said.count("What other wars would change") == 1
    monkeypatch.setattr(module, "odds_file", lambda scenario: tmp_path / "none.json")
    path = tmp_path / "iraq.pdf"
    write_brief(iraq["ensemble"], iraq["scenario"], to=path, answers=iraq["answers"], posterior=iraq["posterior"])
    assert "other wars would" not in words_of(path.read_bytes())


def test_its_first_page_has_the_numbers_of_the_reports_first_screen_with_sources_versions_and_the_day(iraq, tmp_path):
    more = {"posterior": iraq["posterior"], "validation": iraq["validation"], "answers": iraq["answers"]}
    front = front_page(iraq["ensemble"], iraq["scenario"], **more)
    path = tmp_path / "dated.pdf"
    write_brief(iraq["ensemble"], iraq["scenario"], to=path, made=datetime.date(2026, 2, 3), **more)
    page = pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages[0].extract_text()
    said = "".join(page.replace("\u00ad", "").replace("-\n", "").split()).replace("-", "")

    def has(words):
        return "".join(words.split()).replace("-", "") in said

    screen = front.screen
    assert has(screen.headline) and has(screen.record) and has(f"{screen.trust.lead} {screen.trust.more}".strip())
    assert all(has(card.title) and has(card.number) and has(card.counted) for card in screen.cards)
    assert has(screen.chart.title) and has("Counts: Iraq Body Count")
    assert all(has(lead) and has(words) for lead, words in front.banners) and front.banners
    held = iraq["ensemble"].manifest
    assert has("made on 2026-02-03") and has(held["forbear"])
    assert all(has(held[f"{what}_hash"][:12]) for what in ("scenario", "model", "evidence"))


def test_the_brief_of_a_proposal_never_shows_a_median(tmp_path):
    harbour = Scenario.load("harbour")._with({"scenario": {"end": "2032-06-27"}}, "sweep point", None)
    ensemble = simulate(harbour.problem(), members=16, seed=2)
    path = tmp_path / "harbour.pdf"
    write_brief(ensemble, harbour, to=path, never=simulate_never(ensemble, harbour))
    said = words_of(path.read_bytes())
    assert "median" not in said.lower() and "no forecast" in said and "nine in ten" in said
    for figure in brief_figures(ensemble, harbour, None):
        drawing = standalone(figure)
        assert 'class="middle"' not in drawing and "median" not in drawing.lower()


def test_the_picture_of_remedies_is_of_the_same_remedies_as_the_headline(iraq):
    front = front_page(iraq["ensemble"], iraq["scenario"], answers=iraq["answers"])
    figure = brief_figures(iraq["ensemble"], iraq["scenario"], iraq["answers"])[1]
    assert "that could have been had" in front.screen.headline and "could have been had" in figure.title
    rows = iraq["answers"].attribution["feasible"].rows["deaths"]
    assert [row.label for row in figure.lines_drawn] == [share.title for share in rows][:10]


def test_it_is_tagged_titled_and_in_a_named_language_with_its_fonts_inside(pdf):
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root and str(root["/Lang"]).startswith("en")
    assert reader.metadata.title == "Iraq, May 2003 to December 2011: brief"
    fonts = [f.get_object() for page in reader.pages for f in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        held = font.get("/DescendantFonts", [font])[0].get_object()["/FontDescriptor"]
        assert any(key in held for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def test_the_same_run_gives_the_same_bytes(meadow, invented):
    front = front_page(invented, meadow)
    figures = brief_figures(invented, meadow, None)
    first = typeset(front, figures, "x")
    assert first == typeset(front, figures, "x") != typeset(front, figures, "y")


def test_a_country_without_claims_has_a_brief_with_two_or_three_figures(meadow, invented):
    figures = brief_figures(invented, meadow, None)
    assert 2 <= len(figures) <= 3 and len({f.name for f in figures}) == len(figures)
    data = typeset(front_page(invented, meadow), figures, "")
    assert 1 <= len(pypdf.PdfReader(io.BytesIO(data)).pages) <= 2
    assert "This country is invented." in words_of(data)


def test_words_of_a_scenario_are_never_read_as_markup(meadow, invented):
    from dataclasses import replace

    hostile = '#panic("x") $x^2$ *bold* `raw` @label <script> \\ "'
    front = replace(front_page(invented, meadow), title=hostile, question=hostile)
    data = typeset(front, [], "")
    assert '#panic("x")' in words_of(data) and "<script>" in words_of(data)


def test_a_place_that_cannot_be_written_is_said_and_leaves_nothing(meadow, invented, tmp_path):
    (tmp_path / "taken").write_text("x", encoding="utf-8")
    with pytest.raises(FileError, match="E103"):
        write_brief(invented, meadow, to=tmp_path / "taken" / "brief.pdf")
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]
