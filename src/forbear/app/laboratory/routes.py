"""The laboratory page's routes: levers move, distributions follow."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from forbear.app.laboratory import sweep_chart
from forbear.app.laboratory.charts import csv_of, standalone
from forbear.app.laboratory.comparison import Summary, compared, summarised
from forbear.app.laboratory.drawing import plan_in_force
from forbear.app.laboratory.opening import opened, stored_words
from forbear.app.laboratory.shown import figures_of, shown_of
from forbear.app.laboratory.stored import held_for
from forbear.app.laboratory.sweep import MEMBERS, POINTS, Sweep
from forbear.app.laboratory.sweep import charts_of as swept_charts
from forbear.app.pages import Refused, checked_form, mistakes, page
from forbear.app.runs import STAGES, Gone, Run
from forbear.app.saving import scenario_file
from forbear.app.security import network_of
from forbear.app.state import State, read_state
from forbear.app.waiting import Waiting, state_of
from forbear.errors import Fault, ForbearError, ScenarioError, nearest

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.scenario.problem import Problem

__all__ = ["router"]

router = APIRouter()


#: The pinned plan, as a query inside the query.
AGAINST = "against"
LONGEST_PIN = 4000


def _state(request: Request, pairs: list[tuple[str, str]]) -> tuple[State, Country]:
    return state_of(request, [(k, v) for k, v in pairs if k != AGAINST])


def _pinned(pairs: list[tuple[str, str]], state: State, country: Country) -> State | None:
    """The plan that is pinned as A: of the same scenario, draws and seed, or it would not be the same comparison.

    Raises ScenarioError as `read_state` and `State.apply`.
    """
    text = next((v for k, v in pairs if k == AGAINST and v), "")
    if not text:
        return None
    fixed = {"scenario": state.scenario, "seed": str(state.seed), "draws": state.draws}
    asked = [(k, v) for k, v in parse_qsl(text[:LONGEST_PIN]) if k not in fixed and k not in ("token", "page", AGAINST)]
    pinned = read_state([*asked, *fixed.items()], state.scenario)
    pinned.apply(country.scenario, country.strategies)
    return pinned


def _address(state: State, pinned: State | None) -> str:
    return "/?" + state.query() + (f"&{urlencode({AGAINST: pinned.query()})}" if pinned is not None else "")


@router.get("/")
def show(request: Request) -> Response:
    """The page: the state comes from the URL. It is drawn with what is stored, where anything is."""
    countries = request.app.state.countries
    faults: list[dict[str, str]] = []
    pinned = None
    try:
        pairs = request.query_params.multi_items()
        state, country = _state(request, pairs)
        state.apply(country.scenario, country.strategies)
        pinned = _pinned(pairs, state, country)
    except ForbearError as error:
        faults = mistakes(error)
        state = State(countries.started_with)
        country = countries.get(state.scenario)
    return page(
        request,
        "laboratory.html",
        422 if faults else 200,
        tab=secrets.token_hex(8),
        **opened(country, state, countries.names(), pinned=pinned, faults=faults),
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


def _reference(request: Request, pairs: list[tuple[str, str]]) -> tuple[State, Country, State | None, Problem]:
    """State, country, the plan that is pinned and what the state is compared with. Raises as `_pinned`."""
    state, country = _state(request, pairs)
    pinned = _pinned(pairs, state, country)
    changed = pinned.apply(country.scenario, country.strategies) if pinned is not None else None
    country.prepare()  # here, in a thread: to look whether rules are compiled takes its time
    return state, country, pinned, changed.problem() if changed is not None else country.problem


def _plan(request: Request, pairs: list[tuple[str, str]]) -> Callable[[int], Run]:
    state, country, pinned, reference = _reference(request, pairs)
    problem = state.apply(country.scenario, country.strategies).problem()
    return lambda number: Run(number, state, country, problem=problem, reference=reference, pinned=pinned)


def _meanwhile(request: Request, made: Run, tab: str) -> Response | None:
    """What is stored of the asked state, at once; the page then asks for the run's own, where it has more behind it.

    None where nothing is stored.
    """
    found = held_for(made.country, made.state) if made.pinned is None else None
    if found is None:
        return None
    words, current = stored_words(made.country, found)
    shown = shown_of(made.country, made.state, found)
    answer = page(request, "results.html", shown=shown, country=made.country, stage=0, run=None, tab=tab, words=words)
    beyond = max((stage for stage in STAGES if stage < found.members), default=0) if current else 0
    answer.headers["X-Forbear-Again"] = _PLANS.again(made, tab, beyond)
    answer.headers["X-Forbear-Waits"] = words
    return answer


def _summary(made: Run, stage: int) -> Summary:
    return summarised(made.country, made.problem, compared(made, stage))


def _shown(request: Request, made: Run, stage: int, tab: str) -> Response:
    shown = shown_of(made.country, made.state, _summary(made, stage), made.pinned)
    words = f"{shown.members} simulated histories"
    words += f", refining to {STAGES[-1]}" if stage < STAGES[-1] else ""
    words += f"; {made.country.draws(made.state.draws)} draws"
    words += f"; {shown.failed} failed and are left out" if shown.failed else ""
    return page(
        request,
        "results.html",
        shown=shown,
        country=made.country,
        stage=stage,
        last=STAGES[-1],
        run=made,
        tab=tab,
        words=words,
    )


_PLANS = Waiting(
    "",
    Run,
    "/results",
    "These levers cannot be set",
    _plan,
    _shown,
    lambda made: _address(made.state, made.pinned),
    _meanwhile,
)


@router.post("/run")
async def run(request: Request) -> Response:
    """Start a run for the sent state, cancel the page's earlier one, answer with the first stage."""
    return await _PLANS.begun(request)


@router.get("/results/{number}")
async def results(request: Request, number: int, page: str = "", seen: int = 0) -> Response:
    """Wait for the next stage of a page's newest run. 204 when a newer request has taken its place."""
    return await _PLANS.followed(request, number, page, seen)


def _sweep(request: Request, pairs: list[tuple[str, str]]) -> Callable[[int], Sweep]:
    key = next((v for k, v in pairs if k == "sweep"), "")
    state, country, pinned, reference = _reference(request, [(k, v) for k, v in pairs if k != "sweep"])
    known = {s.key: s for s in country.sliders if s.spec.how != "switch"}
    if key not in known:
        close = nearest(key, known)
        fault = Fault("E205", "no lever that can be swept", field="sweep", value=key[:80], nearest=close)
        raise ScenarioError("E205", "no lever that can be swept", faults=(fault,))
    state.apply(country.scenario, country.strategies)
    return lambda number: Sweep(
        number, state, country, slider=known[key], reference=reference, pinned=pinned is not None
    )


def _values(request: Request, made: Sweep, stage: int, tab: str) -> Response:
    country, spec = made.country, made.slider.spec
    second = "plan A" if made.pinned else country.unchanged
    drawn = [
        {
            "title": figure.title,
            "unit": figure.unit,
            "svg": sweep_chart.drawn(figure, spec.low, spec.high, dots=not country.proposal),
            "rows": rows,
        }
        for figure, rows in swept_charts(country, made, stage, second)
    ]
    return page(
        request,
        "sweep.html",
        run=made,
        country=country,
        stage=stage,
        last=POINTS,
        tab=tab,
        charts=drawn,
        second=second,
        members=MEMBERS,
    )


_SWEEPS = Waiting("sweep ", Sweep, "/sweep", "This lever cannot be swept", _sweep, _values)


@router.post("/sweep")
async def sweep(request: Request) -> Response:
    """Run the sent state with one lever over its range; answer with the first value."""
    return await _SWEEPS.begun(request)


@router.get("/sweep/{number}")
async def swept(request: Request, number: int, page: str = "", seen: int = 0) -> Response:
    """Wait for the next value of a page's newest sweep. 204 when a newer request has taken its place."""
    return await _SWEEPS.followed(request, number, page, seen)


@router.get("/export/{number}/{what}")
def export(request: Request, number: int, what: str, page: str = "") -> Response:
    """What is on the page as a file: differences.csv, or a chart as NAME.svg."""
    made = _PLANS.newest(request, number, page)
    if made is None:
        raise Refused(410, "This run is gone: move a lever to start another.")
    if made.stage == 0 and not made.gone:
        raise Refused(409, "The run has no results yet.")
    try:
        found = _summary(made, made.stage)
    except Gone:
        words = "This run was let go, since memory was needed for others: open the page's address again."
        raise Refused(410, words) from None
    country = made.country
    figures = figures_of(country, made.state, found, made.pinned)
    if what == "differences.csv":
        second = "plan A" if made.pinned is not None else "history"
        text = csv_of(found, figures, second, proposal=country.proposal)
        return _file(text, "text/csv", f"{made.country.scenario.name}-differences.csv")
    drawn = {f"{figure.name}.svg": figure for figure in figures}
    if what not in drawn:
        raise Refused(404, "There is no such export: " + ", ".join(["differences.csv", *drawn]))
    return _file(standalone(drawn[what]), "image/svg+xml", f"{made.country.scenario.name}-{what}")


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
        network = network_of(request.client.host if request.client else "")
        key = await run_in_threadpool(request.app.state.countries.add, form.files[0], network)
    except ForbearError as error:
        return page(
            request, "refused.html", 422, faults=mistakes(error), title="This file is not a scenario that can be run"
        )
    return RedirectResponse(f"/?scenario={key}", status_code=303)


def _file(text: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
