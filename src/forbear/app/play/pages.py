"""Play mode's routes. Every page is whole without scripts: forms, links, tables behind charts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from forbear.app.pages import checked_form, mistakes, page
from forbear.app.play import begin as play_begin
from forbear.app.play import charts as play_charts
from forbear.app.play import ends as play_ends
from forbear.app.play.begin import crowded, games_of, preparing, refusal
from forbear.app.play.game import (
    GROUPS,
    LEAVING,
    LONGEST_NOTE,
    PACES,
    Game,
    Turn,
    offered,
    read_decision,
)
from forbear.app.play.log import can_be_shown, log_text
from forbear.app.play.shown import months_of, number_of, tree_of, view_of, words_of
from forbear.app.play.views import View
from forbear.app.play.world import Crowded
from forbear.app.security import LARGEST_FILE
from forbear.country.model import MODEL
from forbear.errors import Fault, ForbearError, ScenarioError
from forbear.figures.spec import approximately

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.scenario.problem import Problem

__all__ = ["router"]

router = APIRouter()
# its addresses are words where a game's key could stand: they come first
router.include_router(play_begin.router)
#: A log that is longer could not be sent in again.
_LIMIT = LARGEST_FILE - 8192


# -- playing ------------------------------------------------------------------------------------------------


@router.get("/play/{key}")
def turn(request: Request, key: str, turn: str = "") -> Response:
    """A turn: what was reported up to it, and the decision for the months that follow."""
    try:
        games = games_of(request)
        game = games.get(key)
        number = number_of(turn, game)
        country = games.country(game)
        if number and not country.preparation.soon():
            return preparing(request, country)
        return _turn_page(request, game, number, None, [])
    except ForbearError as error:
        return refusal(request, error, "This turn cannot be shown")
    except Crowded:
        return crowded(request)


def _turn_page(
    request: Request, game: Game, number: int, sent: dict[str, str] | None, faults: list[dict[str, str]]
) -> Response:
    games = games_of(request)
    country, problem, view = view_of(games, game, number)
    labels, months, path = months_of(problem), game.until(number), game.path(number)
    step = view.steps
    here = path[-1] if path else None
    if here is not None:
        _note(problem, game, here, view)
    before = (path[-2].first, path[-2].until) if len(path) > 1 else None
    left = len(labels) - months
    return page(
        request,
        "play_turn.html",
        422 if faults else 200,
        game=game,
        country=country,
        number=number,
        turn=here,
        labels=labels,
        months=months,
        left=left,
        ended=number in game.ended,
        faults=faults,
        differs=here is not None and bool(here.check) and here.check != view.check,
        other=game.hash != country.problem.hash,
        charts=[play_charts.drawn(f) for f in play_charts.turn_figures(problem, view, _communities(country))]
        if months
        else [],
        rows=play_charts.situation(problem, view, path[-1].first, before, _communities(country)) if path else [],
        places=play_charts.where(problem, view, path[-1].first) if path else [],
        short=_shortfall(view, here),
        children=game.children(number),
        fields=_fields(problem, game, path, step, sent) if left else [],
        leave=_preset(sent, "leave", str(here.decision.leave or "") if here else ""),
        note=_preset(sent, "note", ""),
        pace=_preset(sent, "months", str(game.months)),
        paces=PACES,
        leaving=LEAVING,
        longest=LONGEST_NOTE,
        hindsight=game.hindsight(number),
        rules=problem.rules,
        tree=tree_of(game, labels),
        words=words_of,
        groups=GROUPS,
    )


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


def _fields(
    problem: Problem, game: Game, path: list[Turn], step: int, sent: dict[str, str] | None
) -> list[dict[str, Any]]:
    """What the form shows of every lever: its last own value, and what the plan has for the months to come."""
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
        out.append(
            {
                "spec": spec,
                "id": spec.key.replace(".", "-"),
                "unit": unit,
                "meaning": lever.meaning,
                "value": value,
                "plan": plan,
                "low": f"{lever.low:.10g}",
                "high": f"{lever.high:.10g}",
                "span": f"{lever.low:,.10g} to {lever.high:,.10g}",
            }
        )
    return out


def _plain(value: float) -> str:
    """A lever's value for a field: whole persons, three digits below a hundred."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


@router.get("/play/{key}/decide")
def decided_before(key: str) -> Response:
    """Somebody came back to the address of a form: show the game."""
    return RedirectResponse(f"/play/{key}", status_code=303)


@router.post("/play/{key}/decide")
async def decide(request: Request, key: str) -> Response:
    """Take a decision, let the months pass, show what is reported then."""
    form = await checked_form(request)
    sent = dict(form.pairs)
    try:
        return await run_in_threadpool(_decide, request, key, sent)
    except ForbearError as error:
        return refusal(request, error, "This turn cannot be played")
    except Crowded:
        return crowded(request)


def _decide(request: Request, key: str, sent: dict[str, str]) -> Response:
    games = games_of(request)
    game = games.get(key)
    parent = number_of(sent.get("parent", ""), game)
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
        faults.append(
            Fault(
                "E210",
                "the note is too long",
                field="note",
                value=f"{len(note)} characters",
                allowed=f"at most {LONGEST_NOTE}",
            )
        )
    months = sent.get("months", "")
    if months not in map(str, PACES):
        faults.append(
            Fault(
                "E210",
                "not a length of a turn",
                field="months",
                value=months[:80],
                allowed="1, 3, 6, 12, 0 (to the end)",
            )
        )
    if len(log_text(game, problem).encode()) > _LIMIT:
        faults.append(Fault("E433", "the log of this game is full", allowed=f"{LARGEST_FILE // 1024} kB"))
    if not can_be_shown(note):
        faults.append(Fault("E210", "the note holds characters that cannot be shown", field="note", allowed="text"))
    if faults or decision is None:
        mistaken = ScenarioError(faults[0].code, "this decision cannot be meant", faults=tuple(faults))
        return _turn_page(request, game, parent, sent, mistakes(mistaken))
    last = len(problem.month_labels)
    until = min(game.until(parent) + int(months), last) if int(months) else last
    made = game.add(parent, until, decision, note)
    if country.preparation.soon():  # else the turn's page notes it
        _note(problem, game, made, games.worlds.view(country, game, made.number))
    if until == last:
        game.end(made.number)
    games.save(game)
    where = "/end" if until == last else ""
    return RedirectResponse(f"/play/{key}{where}?turn={made.number}", status_code=303)


router.include_router(play_ends.router)
