"""The laboratory page's routes: levers move, distributions follow."""

from __future__ import annotations

import secrets
from typing import Any, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from forbear.app.country import Country
from forbear.app.laboratory import panel
from forbear.app.laboratory.drawing import drawing, plan_in_force
from forbear.app.laboratory.levers import GROUPS
from forbear.app.pages import Refused, checked_form, mistakes, page
from forbear.app.runs import STAGES, Asker, Busy, Gone, Run, Runs
from forbear.app.saving import scenario_file
from forbear.app.state import State, read_state, written
from forbear.app.waiting import FIRST_ANSWER, LONG_POLL, arrived, asker_of, too_many
from forbear.errors import ForbearError

__all__ = ["router"]

router = APIRouter()


def _state(request: Request, pairs: Any) -> tuple[State, Country]:
    countries = request.app.state.countries
    state = read_state(pairs, countries.started_with)
    return state, countries.get(state.scenario)


@router.get("/")
def show(request: Request) -> Response:
    """The page: the state comes from the URL."""
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


@router.get("/plan")
def plan(request: Request, lever: str = "") -> Response:
    """The path that a lever has in the state of the URL, by month, for drawing."""
    pairs = [(k, v) for k, v in request.query_params.multi_items() if k != "lever"]
    try:
        state, country = _state(request, pairs)
        return JSONResponse(plan_in_force(country, state, lever))
    except ForbearError as error:
        return JSONResponse({"faults": mistakes(error)}, status_code=422)


@router.post("/run")
async def run(request: Request) -> Response:
    """Start a run for the sent state, cancel the page's earlier one, answer with the first stage."""
    form = await checked_form(request)
    tab = form.get("page")
    asker = asker_of(request, tab)
    try:
        made = await run_in_threadpool(_ask, request, asker, form.pairs)
    except ForbearError as error:
        return page(request, "mistakes.html", 422, faults=mistakes(error), title="These levers cannot be set")
    except Busy:
        return too_many(request)
    answer = await _results(request, made, 0, tab, FIRST_ANSWER)
    answer.headers["HX-Replace-Url"] = "/?" + made.state.query()
    return answer


def _ask(request: Request, asker: Asker, pairs: list[tuple[str, str]]) -> Run:
    runs: Runs = request.app.state.runs
    runs.admit(asker)
    state, country = _state(request, pairs)
    problem = state.apply(country.scenario, country.strategies).problem()
    return cast("Run", runs.ask(asker, lambda number: Run(number, state, country, problem=problem)))


async def _results(request: Request, made: Run, beyond: int, tab: str, seconds: float) -> Response:
    again = f"/results/{made.number}?page={tab}&seen={beyond}"
    stage = await arrived(request, made, beyond, seconds, again)
    if isinstance(stage, Response):
        return stage
    try:
        answer = await run_in_threadpool(_shown, request, made, stage, tab)
    except Gone:
        return Response(status_code=204)
    made.shown = stage
    answer.headers["HX-Replace-Url"] = "/?" + made.state.query()
    return answer


def _shown(request: Request, made: Run, stage: int, tab: str) -> Response:
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
    made = request.app.state.runs.newest(asker_of(request, tab))
    if not isinstance(made, Run) or made.number != number:
        raise Refused(410, "This run is gone: move a lever to start another.")
    return made


@router.get("/results/{number}")
async def results(request: Request, number: int, page: str = "", seen: int = 0) -> Response:
    """Wait for the next stage of a page's newest run. 204 when a newer request has taken its place."""
    try:
        made = _current(request, number, page)
    except Refused:
        return Response(status_code=204)
    return await _results(request, made, seen, page, LONG_POLL)


@router.get("/export/{number}/{what}")
def export(request: Request, number: int, what: str, page: str = "") -> Response:
    """What is on the page as a file: differences.csv, or a chart as NAME.svg."""
    made = _current(request, number, page)
    if made.stage == 0 and not made.gone:
        raise Refused(409, "The run has no results yet.")
    try:
        found = panel.compared(made, made.stage)
        figures = panel.charts_of(made, found)
    except Gone:
        words = "This run was let go, since memory was needed for others: open the page's address again."
        raise Refused(410, words) from None
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
    if not form.files:
        raise Refused(400, "No file was sent.")
    try:
        key = await run_in_threadpool(request.app.state.countries.add, form.files[0])
    except ForbearError as error:
        return page(
            request, "refused.html", 422, faults=mistakes(error), title="This file is not a scenario that can be run"
        )
    return RedirectResponse(f"/?scenario={key}", status_code=303)


def _file(text: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
