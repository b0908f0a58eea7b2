"""The laboratory page's routes: levers move, distributions follow."""

from __future__ import annotations

import re
from typing import Any, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from forbear.app.country import Country
from forbear.app.laboratory import panel
from forbear.app.laboratory.levers import GROUPS
from forbear.app.pages import Refused, checked_form, mistakes, page
from forbear.app.runs import STAGES, Busy, Run, Work
from forbear.app.saving import scenario_file
from forbear.app.security import LARGEST_FILE
from forbear.app.state import State, read_state, written
from forbear.errors import ForbearError

__all__ = ["arrived", "router"]

router = APIRouter()
FIRST_ANSWER, LONG_POLL = 60.0, 8.0
_PAGE = re.compile(r"[0-9a-z]{8,32}\Z")


def _state(request: Request, pairs: Any) -> tuple[State, Country]:
    countries = request.app.state.countries
    state = read_state(pairs, countries.started_with)
    return state, countries.get(state.scenario)


@router.get("/")
def show(request: Request) -> Response:
    """The page: the state comes from the URL."""
    import secrets

    countries = request.app.state.countries
    faults: list[dict[str, str]] = []
    try:
        state, country = _state(request, request.query_params.multi_items())
        country.strategies[state.strategy] if state.strategy in country.strategies else state.apply(
            country.scenario, country.strategies
        )
    except ForbearError as error:
        faults = mistakes(error)
        state = State(countries.started_with)
        country = countries.get(state.scenario)
    changes = dict(state.changes)
    sliders: list[dict[str, Any]] = [
        {
            "slider": s,
            "value": changes[s.key][1] if s.key in changes and changes[s.key][0] != "path" else s.rest,
            "sent": written(*changes[s.key]) if s.key in changes else "",
        }
        for s in country.sliders
    ]
    shown = {s.key for s in country.sliders}
    others = [(key, written(*change)) for key, change in state.changes if key not in shown]
    return page(
        request,
        "laboratory.html",
        422 if faults else 200,
        state=state,
        country=country,
        groups=[(g, [entry for entry in sliders if entry["slider"].spec.group == g]) for g in GROUPS],
        others=others,
        scenarios=countries.names(),
        months=list(country.problem.month_labels)[1:],
        drawing=drawing(country),
        faults=faults,
        tab=secrets.token_hex(8),
    )


def drawing(country: Country) -> dict[str, Any]:
    """What the drawing of schedules needs: months, and by lever its path now (monthly), its largest value, its unit."""
    months = list(country.problem.month_labels)
    return {
        "months": months,
        "levers": {
            s.key: {"label": s.spec.label, "unit": s.unit, "path": country.monthly_path(s.key), "most": s.reach}
            for s in country.sliders
            if s.spec.how != "switch"
        },
    }


@router.post("/run")
async def run(request: Request) -> Response:
    """Start a run for the sent state, cancel the page's earlier one, answer with the first stage."""
    form = await checked_form(request)
    tab = str(form.get("page", ""))
    if not _PAGE.match(tab):
        raise Refused(400, "The page has no name.")
    key = f"{request.state.session} {tab}"
    try:
        made = await run_in_threadpool(_ask, request, key, [(k, str(v)) for k, v in form.multi_items()])
    except ForbearError as error:
        return page(request, "mistakes.html", 422, faults=mistakes(error), title="These levers cannot be set")
    except Busy:
        return page(
            request, "mistakes.html", 429, faults=[], title="Too many runs are waiting: try again in a few seconds"
        )
    answer: Response = await run_in_threadpool(_results, request, made, 0, tab, FIRST_ANSWER)
    answer.headers["HX-Replace-Url"] = "/?" + made.state.query()
    return answer


def _ask(request: Request, key: str, pairs: list[tuple[str, str]]) -> Run:
    state, country = _state(request, pairs)
    problem = state.apply(country.scenario, country.strategies).problem()
    make = lambda number: Run(number, state, country, problem=problem)
    return cast("Run", request.app.state.runs.ask(key, make))


def arrived(request: Request, made: Work, beyond: int, seconds: float) -> int | Response:
    """Wait for a stage beyond `beyond`; return it, or the answer where none comes: a mistake, a newer request, not yet."""
    stage = made.wait(beyond, seconds)
    if made.error:
        return page(request, "mistakes.html", 422, faults=[], title=made.error)
    if made.cancelled:
        return Response(status_code=204)
    if stage <= beyond:
        return Response(status_code=204, headers={"X-Forbear-Again": "1"})
    return stage


def _results(request: Request, made: Run, beyond: int, tab: str, seconds: float) -> Response:
    stage = arrived(request, made, beyond, seconds)
    if isinstance(stage, Response):
        return stage
    found = panel.compared(made, stage)
    return page(
        request,
        "results.html",
        charts=[panel.picture(figure) for figure in panel.charts_of(made, found)],
        rows=panel.table_rows(found),
        map=panel.drawn_map(made, stage),
        found=found,
        stage=stage,
        last=STAGES[-1],
        run=made,
        tab=tab,
        query=made.state.query(),
        draws=made.country.draws(made.state.draws),
        unchanged=made.problem.hash == made.country.problem.hash,
    )


def _current(request: Request, number: int, tab: str) -> Run:
    made = request.app.state.runs.newest(f"{request.state.session} {tab}")
    if not isinstance(made, Run) or made.number != number:
        raise Refused(410, "This run is gone: move a lever to start another.")
    return made


@router.get("/results/{number}")
def results(request: Request, number: int, page: str = "", seen: int = 0) -> Response:
    """Wait for the next stage of a page's newest run. 204 when a newer request has taken its place."""
    try:
        made = _current(request, number, page)
    except Refused:
        return Response(status_code=204)
    return _results(request, made, seen, page, LONG_POLL)


@router.get("/export/{number}/{what}")
def export(request: Request, number: int, what: str, page: str = "") -> Response:
    """What is on the page as a file: differences.csv, or a chart as NAME.svg."""
    made = _current(request, number, page)
    if made.stage == 0:
        raise Refused(409, "The run has no results yet.")
    found = panel.compared(made, made.stage)
    figures = panel.charts_of(made, found)
    if what == "differences.csv":
        return _file(panel.csv_of(found, figures), "text/csv", f"{made.country.scenario.name}-differences.csv")
    drawn = {f"{figure.name}.svg": figure for figure in figures}
    if what not in drawn:
        raise Refused(404, "There is no such export: " + ", ".join(["differences.csv", *drawn]))
    return _file(panel.standalone(drawn[what]), "image/svg+xml", f"{made.country.scenario.name}-{what}")


@router.get("/scenario.toml")
def save(request: Request) -> Response:
    """The state of the URL as a scenario file."""
    try:
        state, country = _state(request, request.query_params.multi_items())
        text = scenario_file(country, state)
    except ForbearError as error:
        return PlainTextResponse(str(error), status_code=422)
    return _file(text, "application/toml", f"{country.scenario.name}-changed.toml")


@router.post("/upload")
async def upload(request: Request) -> Response:
    """Take a scenario file, as data, and show it."""
    form = await checked_form(request, files=1)
    sent = form.get("file")
    if sent is None or isinstance(sent, str):
        raise Refused(400, "No file was sent.")
    text = await sent.read(LARGEST_FILE + 1)
    if len(text) > LARGEST_FILE:
        raise Refused(413, f"Too large: a file may have {LARGEST_FILE // 1024} kB.")
    try:
        key = await run_in_threadpool(request.app.state.countries.add, text)
    except ForbearError as error:
        return page(
            request, "refused.html", 422, faults=mistakes(error), title="This file is not a scenario that can be run"
        )
    return RedirectResponse(f"/?scenario={key}", status_code=303)


def _file(text: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
