"""Play mode's routes. Every page is whole without scripts: forms, links, tables behind charts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from forbear.app.pages import Refused, checked_form, mistakes, page
from forbear.app.play import begin as play_begin
from forbear.app.play import charts as play_charts
from forbear.app.play.begin import crowded, games_of, refusal
from forbear.app.play.compare import beside
from forbear.app.play.game import (
    GROUPS,
    LEAVING,
    LEVERS,
    LONGEST_NOTE,
    PACES,
    Game,
    Turn,
    month_words,
    offered,
    read_decision,
)
from forbear.app.play.log import csv_of, log_text
from forbear.app.play.store import Games, public_name
from forbear.app.play.world import Crowded, View
from forbear.app.security import LARGEST_FILE
from forbear.errors import Fault, ForbearError, ScenarioError

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.scenario.problem import Problem

__all__ = ["router"]

router = APIRouter()
# its addresses are words where a game's key could stand: they come first
router.include_router(play_begin.router)
#: A log that is longer could not be sent in again.
_LIMIT = LARGEST_FILE - 8192


def _file(text: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)


# -- playing ------------------------------------------------------------------------------------------------


@router.get("/play/{key}")
def turn(request: Request, key: str, turn: str = "") -> Response:
    """A turn: what was reported up to it, and the decision for the months that follow."""
    try:
        game = games_of(request).get(key)
        return _turn_page(request, game, _number(turn, game), None, [])
    except ForbearError as error:
        return refusal(request, error, "This turn cannot be shown")
    except Crowded:
        return crowded(request)


def _number(text: str, game: Game) -> int:
    if not text:
        return len(game.turns)
    if not re.fullmatch(r"\d{1,4}", text):
        raise Refused(404, "There is no such turn.")
    return int(text)


def _view(games: Games, game: Game, number: int) -> tuple[Country, Problem, View]:
    country = games.country(game)
    problem = games.worlds.problem(country, game.strategy)
    return country, problem, games.worlds.view(country, game, number)


def _turn_page(request: Request, game: Game, number: int, sent: dict[str, str] | None, faults: list[dict[str, str]]) -> Response:  # fmt: skip
    games = games_of(request)
    country, problem, view = _view(games, game, number)
    labels, months, path = _months(problem), game.until(number), game.path(number)
    step = view.steps
    here = path[-1] if path else None
    if here is not None:
        _note(problem, game, here, view)
    before = (path[-2].first, path[-2].until) if len(path) > 1 else None
    left = len(labels) - months
    return page(
        request, "play_turn.html", 422 if faults else 200, game=game, country=country, number=number, turn=here, labels=labels, months=months,
        left=left, ended=number in game.ended, faults=faults, differs=here is not None and bool(here.check) and here.check != view.check,
        other=game.hash != country.problem.hash, charts=[play_charts.drawn(f) for f in play_charts.turn_figures(problem, view, _communities(country))] if months else [],
        rows=play_charts.situation(problem, view, path[-1].first, before, _communities(country)) if path else [],
        places=play_charts.where(problem, view, path[-1].first) if path else [], short=_shortfall(view, here), children=game.children(number),
        fields=_fields(problem, game, path, step, sent) if left else [], leave=_preset(sent, "leave", str(here.decision.leave or "") if here else ""),
        note=_preset(sent, "note", ""), pace=_preset(sent, "months", str(game.months)), paces=PACES, leaving=LEAVING, longest=LONGEST_NOTE,
        hindsight=game.hindsight(number), rules=problem.rules, tree=_tree(game, labels), words=_words, groups=GROUPS,
    )  # fmt: skip


def _months(problem: Problem) -> list[str]:
    return [month_words(label) for label in problem.month_labels]


def _communities(country: Country) -> list[str]:
    return [country.scenario.title_of("community", name) for name in country.problem.names["community"]]


def _note(problem: Problem, game: Game, turn: Turn, view: View) -> None:
    """Write into a turn what was seen after it, once."""
    if not turn.check:
        seen = play_charts.seen_numbers(problem, view, turn.first)
        game.put(replace(turn, seen=seen, check=view.check))


def _preset(sent: dict[str, str] | None, key: str, otherwise: str) -> str:
    return otherwise if sent is None else sent.get(key, "")


def _shortfall(view: View, here: Turn | None) -> str:
    """A sentence where fewer soldiers came than were asked for."""
    if here is None or not view.steps:
        return ""
    asked, came = float(view.asked[-1]), float(view.weekly["force"][-1])
    if came >= asked * 0.995:
        return ""
    return f"{asked:,.0f} own soldiers were asked for; {came:,.0f} are there: more cannot be deployed now."


def _fields(problem: Problem, game: Game, path: list[Turn], step: int, sent: dict[str, str] | None) -> list[dict[str, Any]]:  # fmt: skip
    """What the form shows of every lever: its last own value, and what the plan has for the months to come."""
    import numpy as np

    from forbear.country.model import MODEL
    from forbear.figures.spec import approximately

    own = dict(path[-1].decision.levers) if path else {}
    months = np.asarray(problem.months)
    ahead = (months >= game.until(path[-1].number if path else 0)) & (
        months < game.until(path[-1].number if path else 0) + game.months
    )
    out = []
    for spec in offered(problem, step):
        lever = MODEL.levers[spec.key]
        values = np.asarray(problem.levers[lever.name], dtype=float)[ahead]
        first, last = (float(values[0]), float(values[-1])) if len(values) else (0.0, 0.0)
        ends = [approximately(value, 3) for value in (first, last)]
        plan = ends[0] if ends[0] == ends[1] else " to ".join(ends)
        unit = "" if lever.unit in ("-", "index", "share", "ratio", "1/week") else lever.unit
        value = sent.get(spec.key, "") if sent is not None else _plain(own[spec.key]) if spec.key in own else ""
        out.append({"spec": spec, "id": spec.key.replace(".", "-"), "unit": unit, "meaning": lever.meaning, "value": value, "plan": plan, "low": f"{lever.low:.10g}", "high": f"{lever.high:.10g}", "span": f"{lever.low:,.10g} to {lever.high:,.10g}"})  # fmt: skip
    return out


def _plain(value: float) -> str:
    """A lever's value for a field: whole persons, three digits below a hundred."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _words(turn: Turn) -> str:
    """A decision in words."""
    labels = {spec.key: spec.label for spec in LEVERS}
    said = [f"{labels[key]} {value:,.10g}" for key, value in turn.decision.levers]
    if turn.decision.leave is not None:
        said.insert(0, f"leave within {turn.decision.leave} months")
    return "; ".join(said) or "all as planned"


def _tree(game: Game, labels: list[str]) -> list[dict[str, Any]]:
    """Turns in the order of a tree that is read from above: a straight run keeps its depth, a branch is set in."""
    out: list[dict[str, Any]] = []
    waiting = [(child, 0) for child in reversed(game.children(0))]
    if len(waiting) > 1:
        waiting = [(child, depth if child is waiting[-1][0] else depth + 1) for child, depth in waiting]
    while waiting:
        turn, depth = waiting.pop()
        out.append({"turn": turn, "depth": min(depth, 6), "through": labels[turn.until - 1], "ended": turn.number in game.ended})  # fmt: skip
        children = game.children(turn.number)
        waiting += [(child, depth if child is children[0] else depth + 1) for child in reversed(children)]
    return out


@router.get("/play/{key}/decide")
def decided_before(key: str) -> Response:
    """Somebody came back to the address of a form: show the game."""
    return RedirectResponse(f"/play/{key}", status_code=303)


@router.post("/play/{key}/decide")
async def decide(request: Request, key: str) -> Response:
    """Take a decision, let the months pass, show what is reported then."""
    form = await checked_form(request)
    sent = {k: str(v) for k, v in form.multi_items()}
    try:
        return await run_in_threadpool(_decide, request, key, sent)
    except ForbearError as error:
        return refusal(request, error, "This turn cannot be played")
    except Crowded:
        return crowded(request)


def _decide(request: Request, key: str, sent: dict[str, str]) -> Response:
    games = games_of(request)
    game = games.get(key)
    parent = _number(sent.get("parent", ""), game)
    game.turn(parent)
    country = games.country(game)
    problem = games.worlds.problem(country, game.strategy)
    faults: list[Fault] = []
    decision = None
    try:
        decision = read_decision((k, v) for k, v in sent.items() if k not in ("token", "parent", "months", "note"))
    except ScenarioError as error:
        faults += error.faults
    note = sent.get("note", "").strip().replace("\r\n", "\n")
    if len(note) > LONGEST_NOTE:
        faults.append(Fault("E210", "the note is too long", field="note", value=f"{len(note)} characters", allowed=f"at most {LONGEST_NOTE}"))  # fmt: skip
    months = sent.get("months", "")
    if months not in map(str, PACES):
        faults.append(Fault("E210", "not a length of a turn", field="months", value=months[:80], allowed="1, 3, 6, 12, 0 (to the end)"))  # fmt: skip
    if len(log_text(game, problem).encode()) > _LIMIT:
        faults.append(Fault("E433", "the log of this game is full", allowed=f"{LARGEST_FILE // 1024} kB"))
    if faults or decision is None:
        mistaken = ScenarioError(faults[0].code, "this decision cannot be meant", faults=tuple(faults))
        return _turn_page(request, game, parent, sent, mistakes(mistaken))
    last = len(problem.month_labels)
    until = min(game.until(parent) + int(months), last) if int(months) else last
    made = game.add(parent, until, decision, note)
    _note(problem, game, made, games.worlds.view(country, game, made.number))
    if until == last:
        game.end(made.number)
    games.save(game)
    where = "/end" if until == last else ""
    return RedirectResponse(f"/play/{key}{where}?turn={made.number}", status_code=303)


# -- the end, and the log -----------------------------------------------------------------------------------


@router.post("/play/{key}/end")
async def stop(request: Request, key: str) -> Response:
    """End the game at a turn: the truth is shown."""
    form = await checked_form(request)
    try:
        games = games_of(request)
        game = await run_in_threadpool(games.get, key)
        number = _number(str(form.get("parent", "")), game)
        game.end(number)
        await run_in_threadpool(games.save, game)
    except ForbearError as error:
        return refusal(request, error, "The game cannot be ended here")
    return RedirectResponse(f"/play/{key}/end?turn={number}", status_code=303)


@router.get("/play/{key}/end")
def happened(request: Request, key: str, turn: str = "") -> Response:
    """What happened, for a turn at which the game was ended."""
    try:
        games = games_of(request)
        game = games.get(key)
        number = _number(turn, game)
        if number not in game.ended:
            return RedirectResponse(f"/play/{key}?turn={number}", status_code=303)
        country, problem, view = _view(games, game, number)
        truth = games.worlds.truth(country, game, number)
        path = game.path(number)
        figures = play_charts.end_figures(problem, view, truth, beside(country))
        return page(
            request, "play_end.html", game=game, country=country, number=number, path=path, labels=_months(problem), words=_words, beside=beside(country),
            months=path[-1].until, charts=[play_charts.drawn(f) for f in figures], rows=games.worlds.outcomes(country, game, number), show=_show,
            differs=bool(path[-1].check) and path[-1].check != view.check,
            held=game.feasible and not (problem.levers["feasible"] == 1).all(),
            tree=_tree(game, _months(problem)), foresight=[t for t in path if t.hindsight != "none"], public=f"{public_name(game)}.{number}",
        )  # fmt: skip
    except ForbearError as error:
        return refusal(request, error, "The end cannot be shown")
    except Crowded:
        return crowded(request)


def _show(value: float, unit: str = "") -> str:
    from forbear.figures.spec import approximately

    return f"{value:.0f}" if unit == "%" else approximately(value)


@router.get("/play/{key}/log")
def log(request: Request, key: str) -> Response:
    """The umpire's log as a page."""
    try:
        games = games_of(request)
        game = games.get(key)
        country = games.country(game)
        problem = games.worlds.problem(country, game.strategy)
    except ForbearError as error:
        return refusal(request, error, "This log cannot be shown")
    return page(request, "play_log.html", game=game, country=country, labels=_months(problem), words=_words, titles=_TITLES)  # fmt: skip


_TITLES = {name: (title, unit) for name, title, unit, _ in play_charts.ROWS} | {
    "cost_budget": ("budgetary cost since the start", "US$")
}


@router.get("/play/{key}/{name}")
def saved(request: Request, key: str, name: str) -> Response:
    """The log as a file: log.json or log.csv."""
    if name not in ("log.json", "log.csv"):
        raise Refused(404, "There is no such file: log.json, log.csv")
    try:
        games = games_of(request)
        game = games.get(key)
        problem = games.worlds.problem(games.country(game), game.strategy)
    except ForbearError as error:
        return refusal(request, error, "This log cannot be saved")
    stem = re.sub(r"[^A-Za-z0-9]+", "-", game.group).strip("-")[:40] or "group"
    if name == "log.csv":
        return _file(csv_of(game, problem), "text/csv", f"game-{stem}.csv")
    return _file(log_text(game, problem), "application/json", f"game-{stem}.json")
