"""The causal graph's page: an arrow, a room or a quantity, with its equations and what is thought of their numbers."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request, Response

from forbear.app.country import Country
from forbear.app.densities import beliefs, density, told_by
from forbear.app.graph.causes import (
    arrows,
    equations_of_arrow,
    equations_of_quantity,
    parameters_of,
    quantities_of,
    summary_of,
)
from forbear.app.graph.drawing import drawn
from forbear.app.pages import mistakes, page
from forbear.app.state import State, read_state
from forbear.country.declare import Parameter
from forbear.country.equations import Equation, declared_as
from forbear.country.model import CORE
from forbear.country.week import ROOMS
from forbear.errors import Fault, ForbearError, ScenarioError, nearest
from forbear.scenario.casefiles.policies import load_claims

__all__ = ["router"]

router = APIRouter()


@router.get("/graph")
def show(request: Request) -> Response:
    """The graph, and beside it what the address names: `from` and `to`, `room` or `quantity`."""
    countries = request.app.state.countries
    asked = dict(request.query_params.multi_items())
    faults: list[dict[str, str]] = []
    try:
        state = read_state([("scenario", asked.get("scenario", ""))], countries.started_with)
        country = countries.get(state.scenario)
        chosen = _chosen(asked)
    except ForbearError as error:
        faults = mistakes(error)
        state, chosen = State(countries.started_with), {}
        country = countries.get(state.scenario)
    found: list[Equation] = []
    room, arrow, quantity = chosen.get("room", ""), None, chosen.get("quantity", "")
    if "from" in chosen:
        arrow = next(a for a in arrows() if (a.source, a.target) == (chosen["from"], chosen["to"]))
        found = equations_of_arrow(arrow)
    elif quantity:
        found = equations_of_quantity(quantity)
        room = CORE.quantities[quantity].room
    claims = load_claims(country.scenario, (), country.strategies)
    return page(
        request,
        "graph.html",
        422 if faults else 200,
        state=state,
        country=country,
        faults=faults,
        scenarios=countries.names(),
        drawing=drawn(arrows(), state.scenario, room, (arrow.source, arrow.target) if arrow else None),
        rooms=ROOMS,
        arrow=arrow,
        room=room if not quantity else "",
        quantity=CORE.quantities[quantity] if quantity else None,
        quantities=quantities_of(room) if room else [CORE.quantities[n] for n in (arrow.names if arrow else ())],
        about=summary_of(room) if room and not quantity else "",
        into=[a for a in arrows() if a.target == room],
        out=[a for a in arrows() if a.source == room],
        equations=_told_in_order(country, found, claims),
    )


def _chosen(asked: dict[str, str]) -> dict[str, str]:
    """What the address names. Raises ScenarioError E241 with the nearest name."""
    known = {"room": list(ROOMS), "quantity": list(CORE.quantities), "from": list(ROOMS), "to": list(ROOMS)}
    chosen = {key: asked[key] for key in known if asked.get(key)}
    faults = []
    for key, value in chosen.items():
        if value not in known[key]:
            what = f"no such {'quantity' if key == 'quantity' else 'room'}"
            faults.append(Fault("E241", what, field=key, value=value[:80], nearest=nearest(value, known[key])))
    pair = (chosen.get("from", ""), chosen.get("to", ""))
    if any(pair) and not faults and pair not in {(a.source, a.target) for a in arrows()}:
        faults.append(Fault("E241", "no such arrow", field="from, to", value=" to ".join(pair)))
    if faults:
        raise ScenarioError(faults[0].code, "the graph holds no such thing", faults=tuple(faults))
    return chosen


def _told_in_order(country: Country, found: list[Equation], claims: dict[str, Any]) -> list[dict[str, Any]]:
    """Equations, each with what is uncertain in it; an uncertainty is told where it comes first, and named later."""
    out, known = [], set[str]()
    for equation in found:
        held = parameters_of([equation])
        fresh = [_believed(country, p, claims) for p in held if p.name not in known]
        out.append({**_told(equation), "fresh": fresh, "known": [p.name for p in held if p.name in known]})
        known.update(p.name for p in held)
    return out


def _told(equation: Equation) -> dict[str, Any]:
    symbols = []
    for symbol, name in {**equation.symbols, **equation.shared}.items():
        _, kind, unit, meaning = declared_as(name)
        symbols.append((symbol, name.split(".")[1], kind, unit, meaning, name.startswith("now.")))
    notes = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", equation.notes).replace("`", "")
    return {"equation": equation, "symbols": symbols, "notes": notes}


def _believed(country: Country, p: Parameter, claims: dict[str, Any]) -> dict[str, Any]:
    """An uncertainty with prior, posterior and density, its sibling, and the claims that turn on it."""
    found, other = beliefs(country, p.name), None
    sibling = next((s for s in CORE.parameters.values() if s.name == p.sibling), None)
    if sibling is not None:
        other = beliefs(country, sibling.name)
    return {
        "p": p,
        "class": told_by(p.identification),
        "before": found.words("before") if found else "",
        "after": found.words("after") if found else "",
        "svg": density(found, p.name.replace("_", " ")) if found else "",
        "sibling": sibling,
        "sibling_before": other.words("before") if other else "",
        "sibling_after": other.words("after") if other else "",
        "sibling_svg": density(other, sibling.name.replace("_", " ")) if other and sibling else "",
        "claims": [(name, c.title) for name, c in claims.items() if p.name in c.deciding],
    }
