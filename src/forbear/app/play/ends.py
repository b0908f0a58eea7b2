"""Play mode's routes for the end of a game and for its log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from forbear.app.pages import Refused, checked_form, page
from forbear.app.play import charts as play_charts
from forbear.app.play.begin import games_of, preparing, told
from forbear.app.play.compare import beside
from forbear.app.play.expect import SHARE, Scored, scored, totals
from forbear.app.play.log import csv_of, log_text
from forbear.app.play.shown import file_answer, months_of, number_of, shown, tree_of, view_of, words_of
from forbear.app.play.store import public_name

if TYPE_CHECKING:
    from forbear.app.play.game import Game
    from forbear.app.play.store import Games
    from forbear.scenario.problem import Problem

__all__ = ["locked_page", "log_file", "router"]

router = APIRouter()


@router.post("/play/{key}/end")
@told("The game cannot be ended here")
async def stop(request: Request, key: str) -> Response:
    """End the game at a turn: the truth is shown."""
    form = await checked_form(request)
    games = games_of(request)
    game = await run_in_threadpool(games.get, key)
    if games.locked(game):
        return locked_page(request, game)
    number = number_of(form.get("parent"), game)
    game.end(number)
    await run_in_threadpool(games.save, game)
    return RedirectResponse(f"/play/{key}/end?turn={number}", status_code=303)


def locked_page(request: Request, game: Game) -> Response:
    """A page that says who will release what is asked for."""
    return page(request, "play_locked.html", 403, game=game)


@router.get("/play/{key}/end")
@told("The end cannot be shown")
def happened(request: Request, key: str, turn: str = "") -> Response:
    """What happened, for a turn at which the game was ended."""
    games = games_of(request)
    game = games.get(key)
    number = number_of(turn, game)
    if games.locked(game):
        return locked_page(request, game)
    if number not in game.ended:
        return RedirectResponse(f"/play/{key}?turn={number}", status_code=303)
    if not games.country(game).preparation.soon():
        return preparing(request, games.country(game))
    country, problem, view = view_of(games, game, number)
    truth = games.worlds.truth(country, game, number)
    path = game.path(number)
    figures = play_charts.end_figures(problem, view, truth, beside(country))
    return page(
        request,
        "play_end.html",
        game=game,
        country=country,
        number=number,
        path=path,
        labels=months_of(problem),
        words=words_of,
        beside=beside(country),
        months=path[-1].until,
        charts=[play_charts.drawn(f) for f in figures],
        rows=games.worlds.outcomes(country, game, number),
        show=shown,
        differs=bool(path[-1].check) and path[-1].check != view.check,
        held=game.feasible and not (problem.levers["feasible"] == 1).all(),
        tree=tree_of(game, months_of(problem)),
        foresight=[t for t in path if t.hindsight != "none"],
        public=f"{public_name(game.key)}.{number}",
        totals=totals(problem, view, path),
        room=games.room_of(game),
        share=SHARE,
        aim=game.aim,
    )


@router.get("/play/{key}/log")
@told("This log cannot be shown")
def log(request: Request, key: str) -> Response:
    """The umpire's log as a page."""
    games = games_of(request)
    game = games.get(key)
    country = games.country(game)
    problem = games.worlds.problem(country, game.strategy)
    last = len(game.turns)
    if last and not country.preparation.soon():
        return preparing(request, country)
    results = _scores(games, game)
    return page(
        request,
        "play_log.html",
        game=game,
        country=country,
        labels=months_of(problem),
        words=words_of,
        titles=_TITLES,
        results=results,
        locked=games.locked(game),
        whole=_whole,
    )


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _scores(games: Games, game: Game) -> dict[int, list[Scored]]:
    """What every turn's ranges cost, by its number, run again: one view for each end of the tree has all its turns."""
    out: dict[int, list[Scored]] = {}
    if not any(turn.expected for turn in game.turns):
        return out
    for last in (turn.number for turn in game.turns if not game.children(turn.number)):
        fresh = [turn for turn in game.path(last) if turn.expected and turn.number not in out]
        if fresh:
            _, problem, view = view_of(games, game, last)
            out |= {turn.number: scored(problem, view, turn) for turn in fresh}
    return out


_TITLES = {name: (title, unit) for name, title, unit, _ in play_charts.ROWS} | {
    "cost_budget": ("budgetary cost since the start", "US$"),
    "asked_force": ("own soldiers that were asked for", "persons"),
}


@router.get("/play/{key}/{name}")
@told("This log cannot be saved")
def saved(request: Request, key: str, name: str) -> Response:
    """The log as a file: log.json or log.csv."""
    games = games_of(request)
    game = games.get(key)
    if name == "log.json" and games.locked(game):
        return locked_page(request, game)  # it holds the number of the world
    return log_file(game, games.worlds.problem(games.country(game), game.strategy), name)


def log_file(game: Game, problem: Problem, name: str) -> Response:
    """A log as a file to take away: log.json or log.csv. Raises Refused 404 for any other name."""
    if name not in ("log.json", "log.csv"):
        raise Refused(404, "There is no such file: log.json, log.csv")
    stem = re.sub(r"[^A-Za-z0-9]+", "-", game.group).strip("-")[:40] or "group"
    if name == "log.csv":
        return file_answer(csv_of(game, problem), "text/csv", f"game-{stem}.csv")
    return file_answer(log_text(game, problem), "application/json", f"game-{stem}.json")
