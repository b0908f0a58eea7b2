"""The causal graph's page: every arrow, room and quantity opens, with equations, numbers and siblings."""

import re

import pytest

from forbear.app.country import Country
from forbear.app.graph.causes import arrows, equations_of_arrow, equations_of_quantity, parameters_of
from forbear.country.model import CORE
from forbear.country.week import ROOMS
from forbear.scenario import Scenario


def test_every_arrow_is_one_that_a_rule_of_the_week_makes():
    assert len(arrows()) > 30
    for arrow in arrows():
        assert arrow.source != arrow.target and arrow.rules
        assert all(CORE.quantities[name].room == arrow.source for name in arrow.names)
        assert all(rule.split(".")[0] == arrow.target for rule in arrow.rules)


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_and_what_it_reads_opens(visitor, room):
    page = visitor.get(f"/graph?scenario=meadow&room={room}")
    assert page.status_code == 200 and f"The room {room}" in page.text
    for arrow in arrows():
        if arrow.target == room:
            found = visitor.get(f"/graph?scenario=meadow&from={arrow.source}&to={arrow.target}")
            assert found.status_code == 200
            assert all(
                equation.title in found.text for equation in equations_of_arrow(arrow) if "'" not in equation.title
            )


def test_an_arrow_shows_the_equation_with_prior_posterior_and_sibling(visitor):
    page = visitor.get("/graph?scenario=iraq-2003&from=security&to=insurgency").text
    assert "E9 Effort of an organisation" in page and "att[d,a]" in page
    assert "Before the data" in page and "Its sibling" in page
    assert ('class="posterior"' in page) == (Country(Scenario.load("iraq-2003"), "iraq-2003").posterior is not None)
    without = visitor.get("/graph?scenario=meadow&from=security&to=insurgency").text
    assert "no posterior ships with this scenario" in without and 'class="posterior"' not in without


def test_a_quantity_names_the_equations_that_hold_it():
    found = equations_of_quantity("fighters")
    assert found and found[0].room == CORE.quantities["fighters"].room
    assert any(p.sibling for p in parameters_of(found))


@pytest.mark.parametrize(
    ("query", "near"),
    [("room=securty", "security"), ("quantity=fighter", "fighters"), ("from=observation&to=people", "")],
)
def test_what_the_graph_does_not_hold_is_named(visitor, query, near):
    page = visitor.get(f"/graph?{query}")
    assert page.status_code == 422 and "E241" in page.text and near in page.text


def test_every_drawn_link_leads_somewhere(visitor):
    page = visitor.get("/graph?scenario=meadow").text
    drawing = page[page.index('<svg class="causal"') : page.index("</svg>")]
    addresses = re.findall(r'<a href="([^"#]+)', drawing)
    assert len(addresses) == len(arrows()) + len(ROOMS)
