"""The atlas as pages."""

import dataclasses
import re
from html import unescape

import pytest

from forbear.errors import FitError
from forbear.evidence.atlas import atlas, case
from forbear.report.atlas import narrow


def test_every_case_has_a_mark_on_the_map_and_a_panel_and_a_page(visitor):
    page = visitor.get("/atlas").text
    for entry in atlas():
        address = f"/atlas?case={entry.name}"
        # on the map, on the map in parts that a phone shows, and above its panel
        assert page.count(f'href="{address}"') == 3, entry.name
        shown = visitor.get(address)
        assert shown.status_code == 200 and entry.title in unescape(shown.text)


def test_a_cases_page_has_every_fact_with_its_grade_and_source(visitor):
    entry = case("kosovo-1999")
    page = unescape(visitor.get("/atlas?case=kosovo-1999").text)
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", page)
    assert len(rows) == len(entry.facts)
    for fact, row in zip(entry.facts, rows, strict=True):
        assert f"</b>{fact.grade}</td>" in row
        assert fact.title in row or fact.grade == "memory"


def test_cases_are_sorted_by_force_by_order_and_by_time(visitor):
    def listed(sort):
        page = visitor.get(f"/atlas?sort={sort}").text
        return re.findall(r'<li class="atlas-panel"><a href="/atlas\?case=([^"]+)"', page)

    peaks = [case(name).per_1000 for name in listed("force")]
    known = [peak[0] for peak in peaks if peak]
    assert known == sorted(known, reverse=True)
    assert listed("when") == [entry.name for entry in atlas()] == listed("nothing")
    orders = [case(name).word("order_10y") for name in listed("order")]
    assert orders.index("civil_war") > max(n for n, word in enumerate(orders) if word == "calm")


@pytest.mark.parametrize("name", ["nowhere", "../iraq-2003", "<b>"])
def test_a_case_that_is_not_there_is_said_to_be_so(visitor, name):
    answer = visitor.get("/atlas", params={"case": name})
    assert answer.status_code == 404
    assert "There is no such case" in answer.text and "<b>" not in answer.text.replace("<b>forbear", "")


def test_the_numbers_said_at_a_glance_are_those_of_the_command(visitor):
    from forbear.report.atlas.telling import answer

    lead = re.search(r'<p class="answer">(.*?)</p>', visitor.get("/atlas").text, re.S)[1]
    assert unescape(lead).split() == " ".join(answer(atlas())[:3]).split("**")[1].split()


def test_on_a_phone_every_case_stands_in_one_part_of_the_map_and_in_every_drawing():
    parts = narrow.parts_of_the_world(atlas(), lambda entry: entry.name)
    names = [name for _, svg in parts for name in re.findall(r'<a href="([^"]+)"', svg)]
    assert sorted(names) == sorted(entry.name for entry in atlas())
    drawn = narrow.forces(atlas())
    assert all(f">{entry.title}</text>" in unescape(drawn) for entry in atlas() if entry.per_1000)
    for svg in (drawn, narrow.expected(atlas()), *(svg for _, svg in parts)):
        places = [float(x) for x in re.findall(r'(?:x|cx|x1|x2)="(-?[\d.]+)"', svg.split("</g>")[-1])]
        assert places and min(places) >= 0 and max(places) <= narrow.WIDTH


def test_a_case_that_no_part_of_the_map_holds_is_told():
    away = dataclasses.replace(atlas()[0], longitude=-170.0)
    with pytest.raises(ValueError, match=away.name):
        narrow.parts_of_the_world((away,), lambda entry: entry.name)


@pytest.mark.parametrize("address", ["/atlas", "/atlas?case=kosovo-1999"])
def test_where_the_record_is_damaged_the_page_says_so_with_a_code(visitor, monkeypatch, address):
    def damaged():
        raise FitError("E617", "prior.npz is damaged")

    monkeypatch.setattr("forbear.app.atlas.pages.about", damaged)
    monkeypatch.setattr("forbear.app.atlas.pages.judged", damaged)
    answer = visitor.get(address)
    assert answer.status_code == 422 and "E617" in answer.text and "Traceback" not in answer.text
