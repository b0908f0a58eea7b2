"""Play mode's routes on which a game begins, is taken from its log, or is set beside others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from forbear.app.pages import Refused, checked_form, mistakes, page
from forbear.app.play.classes import LONGEST_TIMER
from forbear.app.play.compare import beside, compare_csv, compare_page, first_ended, unready
from forbear.app.play.game import LONGEST_AIM, LONGEST_GROUP, Game, month_words, now
from forbear.app.play.places import Crowded
from forbear.app.play.settings import (
    TURNS,
    address_of,
    checked_aim,
    checked_group,
    checked_settings,
    filled,
    playable,
)
from forbear.app.play.shown import file_answer
from forbear.app.play.store import Games, folder_of_games, owner_of, public_name
from forbear.errors import Fault, ForbearError, ScenarioError

if TYPE_CHECKING:
    from forbear.app.country import Country

__all__ = ["MOST_COMPARED", "answered", "crowded", "games_of", "preparing", "refusal", "router", "told"]

R = TypeVar("R", bound=Callable[..., Any])
router = APIRouter()
_BEGIN = threading.Lock()
#: Games that are set side by side at most.
MOST_COMPARED = 16


def games_of(request: Request) -> Games:
    """The games of this server."""
    state = request.app.state
    with _BEGIN:
        if not hasattr(state, "games"):
            state.games = Games(state.countries, folder_of_games())
        return cast("Games", state.games)


def refusal(request: Request, error: ForbearError, title: str) -> Response:
    """A page that says what cannot be done and why."""
    status = 404 if error.message.startswith("there is no such game") else 422
    return page(request, "play_refused.html", status, faults=mistakes(error), title=title)


def preparing(request: Request, country: Country) -> Response:
    """A page that says how long the preparation still takes, and asks again by itself."""
    progress = country.preparation.progress()
    headers = {"Refresh": "3", "Retry-After": "3"}
    return page(request, "play_waits.html", 503, headers=headers, words=progress.words(), share=progress.share)


def crowded(request: Request) -> Response:
    """A page for too many turns at once."""
    return page(
        request,
        "play_refused.html",
        429,
        faults=[],
        title="Too many turns are being played at this moment: try again in a few seconds.",
    )


def told(title: str) -> Callable[[R], R]:
    """Let a route say under a title what cannot be done and why, and where too many turns are played at once."""

    def around(route: R) -> R:
        @wraps(route)
        async def answer(request: Request, *arguments: Any, **named: Any) -> Response:
            try:
                if iscoroutinefunction(route):
                    return cast("Response", await route(request, *arguments, **named))
                return await run_in_threadpool(route, request, *arguments, **named)
            except ForbearError as error:
                return refusal(request, error, title)
            except Crowded:
                return crowded(request)

        return cast("R", answer)

    return around


# -- beginning ----------------------------------------------------------------------------------------------


@router.get("/play")
def show(request: Request) -> Response:
    """The page on which a game begins, with the games of this browser."""
    return _start_page(request, dict(request.query_params.multi_items()), [])


def _start_page(request: Request, asked: dict[str, str], faults: list[dict[str, str]]) -> Response:
    countries, games = request.app.state.countries, games_of(request)
    status = 422 if faults else 200
    asked = filled(asked)
    try:
        country = countries.get(asked.get("scenario") or countries.started_with)
    except ForbearError as error:
        faults, status = faults + mistakes(error), 422
        country = countries.get(countries.started_with)
    if not faults:  # an address that holds what cannot be meant must not begin another game in silence
        wrong: list[Fault] = []
        checked_settings(country, asked, wrong)
        if wrong:
            faults = mistakes(ScenarioError(wrong[0].code, "this game cannot begin", faults=tuple(wrong)))
            status = 422
    country.prepare()  # the first turn will want it
    mine = games.of(owner_of(request.state.session))
    return page(
        request,
        "play.html",
        status,
        beside=beside(country),
        country=country,
        scenarios=countries.names(),
        strategies=playable(country),
        asked=asked,
        faults=faults,
        mine=[_listed(games, game) for game in mine],
        paces=TURNS,
        longest=LONGEST_GROUP,
        longest_aim=LONGEST_AIM,
        longest_timer=LONGEST_TIMER,
        brief=address_of({**asked, "scenario": country.key}, "/play/brief"),
        link=address_of({**asked, "scenario": country.key}),
    )


def _listed(games: Games, game: Game) -> dict[str, Any]:
    try:
        labels = games.worlds.problem(games.country(game), game.strategy).month_labels
        months = month_words(labels[game.turns[-1].until - 1]) if game.turns else "not begun"
    except (ForbearError, IndexError):
        months = "its scenario is not open on this server"
    return {"game": game, "months": months, "last": len(game.turns), "locked": games.locked(game)}


@router.post("/play/choose")
async def choose(request: Request) -> Response:
    """Take another scenario: every setting of the form stays, in the address, but a plan that it does not have."""
    form = await checked_form(request)
    asked = answered(form.pairs)
    with suppress(ForbearError):  # the page says that there is no such scenario
        country = await run_in_threadpool(request.app.state.countries.get, asked.get("scenario", ""))
        if asked.get("strategy") not in playable(country):
            asked.pop("strategy", None)
    return RedirectResponse(address_of(asked), status_code=303)


def answered(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """What a form of settings says. A box that is not ticked sends nothing: that is a no."""
    return {"feasible": "0", **{key: value.strip() for key, value in pairs}}


@router.post("/play/start")
async def start(request: Request) -> Response:
    """Begin a game and go to its page."""
    form = await checked_form(request)
    asked = answered(form.pairs)
    try:
        game = await run_in_threadpool(_begin, request, asked)
    except ForbearError as error:
        return await run_in_threadpool(_start_page, request, asked, mistakes(error))
    return RedirectResponse(f"/play/{game.key}", status_code=303)


def _begin(request: Request, asked: dict[str, str]) -> Game:
    country = request.app.state.countries.get(asked.get("scenario", ""))
    faults: list[Fault] = []
    group, aim = checked_group(asked.get("group", ""), faults), checked_aim(asked.get("aim", ""), faults)
    settings = checked_settings(country, asked, faults)
    if faults:
        raise ScenarioError(faults[0].code, "this game cannot begin", faults=tuple(faults))
    games = games_of(request)
    begun = games.begin(Game(group, **settings, started=now(), aim=aim), request.state.session)
    games.worlds.prepare(country, begun)
    return begun


async def _uploaded(request: Request, most: int) -> list[bytes]:
    form = await checked_form(request, files=most)
    found = [text for text in form.files if text]
    if not found:
        raise Refused(400, "No file was sent.")
    return found


@router.post("/play/restore")
@told("This file is not a log of a game that can be played here")
async def restore(request: Request) -> Response:
    """Go on with a game from its log."""
    text = (await _uploaded(request, 1))[0]
    game = await run_in_threadpool(games_of(request).take, text, request.state.session)
    return RedirectResponse(f"/play/{game.key}?turn={len(game.turns)}", status_code=303)


# -- comparing ----------------------------------------------------------------------------------------------


@router.get("/play/compare")
@told("These games cannot be compared")
def compare(request: Request) -> Response:
    """Finished games of this server, and those chosen side by side."""
    chosen = request.query_params.getlist("game")[:MOST_COMPARED]
    waits = unready(games_of(request), chosen)
    return compare_page(request, games_of(request), chosen) if waits is None else preparing(request, waits)


@router.get("/play/compare.csv")
@told("These games cannot be compared")
def compare_table(request: Request) -> Response:
    """The chosen games as a table."""
    text = compare_csv(games_of(request), request.query_params.getlist("game")[:MOST_COMPARED])
    return file_answer(text, "text/csv", "groups.csv")


@router.post("/play/compare")
async def compare_uploaded(request: Request) -> Response:
    """Take logs and show them side by side."""
    texts = await _uploaded(request, 8)
    games, names = games_of(request), []
    for number, text in enumerate(texts, 1):
        try:
            game = await run_in_threadpool(games.take, text, "uploaded for comparison")
        except ForbearError as error:
            return refusal(request, error, f"File {number} of {len(texts)} is not a log that can be compared")
        if not game.ended:
            fault = Fault("E433", "the game of this log was not ended: its truth stays hidden", field=game.group)
            hidden = ScenarioError("E433", "not ended", faults=(fault,))
            return refusal(request, hidden, f"File {number} of {len(texts)} cannot be compared yet")
        names.append(("game", f"{public_name(game.key)}.{first_ended(game)[0]}"))
    return RedirectResponse("/play/compare?" + urlencode(names), status_code=303)
