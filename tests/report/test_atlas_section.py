"""The atlas in a report: every case once, with the numbers of the atlas, and what the record is worth said first."""

import re

import pytest

from forbear.evidence.atlas import atlas
from forbear.inference.record import about
from forbear.report.atlas import section
from forbear.report.atlas.section import atlas_section, short_verdict
from forbear.report.write import environment


@pytest.fixture(scope="module")
def found():
    return atlas_section("kosovo-1999")


@pytest.fixture(scope="module")
def page(found):
    return environment().get_template("parts_atlas.html").render(atlas=found)


def test_every_case_has_a_panel_a_mark_on_the_map_and_a_row(found, page):
    names = [case.name for case in atlas()]
    assert [panel.name for panel in found.panels] == names and [row[1] for row in found.rows] == [
        c.title for c in atlas()
    ]
    assert all(page.count(f'id="atlas-{name}"') == 1 and f'href="#atlas-{name}"' in found.map for name in names)
    assert [panel.name for panel in found.panels if panel.own] == ["kosovo-1999"]
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_marks_of_the_map_give_their_words_once(found):
    assert found.map.count("data-words=") == len(atlas()) and found.map.count("<title") == 1


def test_a_panel_tells_force_orders_dead_and_what_was_foreseen_in_two_digits(found):
    row = {r["case"]: r for r in about()["judged"]["cases"]}["kosovo-1999"]
    panel = next(p for p in found.panels if p.own)
    assert [head for head, _, _ in panel.orders] == ["5 years", "10 years"]
    assert f"{100 * row['calm']['record']:.0f}" in panel.foreseen[0][1] and panel.foreseen[0][2] == "came"
    for panel in found.panels:
        assert "local dead" in panel.words and "Foreseen" in panel.words
        for number in re.findall(r"\d[\d,]*", panel.dead):
            assert len(number.replace(",", "").strip("0")) <= 2, panel.dead


def test_the_picture_of_what_was_foreseen_has_a_row_of_its_table_for_every_line(found):
    places = re.search(r'data-at="([^"]+)"', found.expected).group(1).split()
    assert len(places) == len(found.foreseen) == len(about()["cases"])


def test_the_record_is_said_to_be_no_better_than_its_base_rate_exactly_where_it_is_not(monkeypatch):
    told = about()
    monkeypatch.setattr(section, "about", lambda: {**told, "used": True})
    assert "better than their base rate" in short_verdict() and "no better" not in short_verdict()
    monkeypatch.setattr(section, "about", lambda: {**told, "used": False})
    assert "no better than their base rate" in short_verdict()
    monkeypatch.setattr(section, "about", dict)
    assert short_verdict() == ""


def test_a_record_of_another_version_leaves_its_scores_out_and_says_so(monkeypatch):
    told = about()
    monkeypatch.setattr(section, "about", lambda: {**told, "judged": {"cases": told["judged"]["cases"]}})
    found = atlas_section()
    assert not found.scores and not found.verdict and "another version" in found.outdated
    assert "another version" in environment().get_template("parts_atlas.html").render(atlas=found).lower()
