"""Play mode's routes of a class: the umpire's page, the board on the wall, the door for groups, the opening brief."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from forbear.app.pages import Refused, checked_form, mistakes, page
from forbear.app.play.begin import answered, crowded, games_of, preparing, refusal
from forbear.app.play.brief import brief_of
from forbear.app.play.classes import LONGEST_TIMER, MOST_GROUPS, Room, groups_of, time_left
from forbear.app.play.code import code_of
from forbear.app.play.digest import sent_of
from forbear.app.play.ends import log_file
from forbear.app.play.expect import totals
from forbear.app.play.game import LONGEST_AIM, LONGEST_GROUP, Game, month_words
from forbear.app.play.settings import address_of, checked_aim, checked_group, checked_settings, filled, playable
from forbear.app.play.shown import timer_words
from forbear.app.play.store import Games, public_name
from forbear.app.play.world import Crowded
from forbear.app.security import is_loopback
from forbear.errors import Fault, ForbearError, ScenarioError

if TYPE_CHECKING:
    from forbear.app.country import Country

__all__ = ["router"]

router = APIRouter()
#: Seconds after which the umpire's page and the board look again by themselves.
_AGAIN = 15


def _base(request: Request) -> str:
    """The address of this server, as the visitor wrote it."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def _door_of(request: Request, room: Room) -> tuple[str, bool]:
    """The address at which groups join, and whether it works on this machine alone."""
    return f"{_base(request)}/play/join/{room.code}", is_loopback(request.url.hostname or "")


# -- the class --------------------------------------------------------------------------------------------------


@router.post("/play/class")
async def make(request: Request) -> Response:
    """Make a class of the settings of the form, and go to its page."""
    form = await checked_form(request)
    try:
        room = await run_in_threadpool(_make, request, answered(form.pairs))
    except ForbearError as error:
        return refusal(request, error, "This class cannot be made")
    return RedirectResponse(f"/play/class/{room.key}", status_code=303)


def _make(request: Request, asked: dict[str, str]) -> Room:
    country = request.app.state.countries.get(asked.get("scenario", ""))
    faults: list[Fault] = []
    title = checked_group(asked.get("title", "") or "Class", faults)
    aim = checked_aim(asked.get("aim", ""), faults)
    minutes = asked.get("minutes", "") or "0"
    if not minutes.isascii() or not minutes.isdigit() or len(minutes) > 3 or int(minutes) > LONGEST_TIMER:
        allowed = f"0 (no timer) to {LONGEST_TIMER} minutes"
        faults.append(Fault("E210", "not a timer", field="minutes", value=minutes[:80], allowed=allowed))
    settings = checked_settings(country, asked, faults)
    if faults:
        raise ScenarioError(faults[0].code, "this class cannot be made", faults=tuple(faults))
    games = games_of(request)
    return games.classes.make({**settings, "title": title, "aim": aim, "minutes": int(minutes)})


@router.get("/play/class/{key}")
def umpire(request: Request, key: str, still: str = "") -> Response:
    """The umpire's page: address and code, timer, a grid of groups, the release of the truth."""
    games = games_of(request)
    try:
        room = games.classes.get(key)
        country = games.country(room)
        if not country.preparation.soon():
            return preparing(request, country)
        rows = _grid(games, country, room)
    except ForbearError as error:
        return refusal(request, error, "This class cannot be shown")
    except Crowded:
        return crowded(request)
    return page(
        request,
        "play_class.html",
        headers={} if still else {"Refresh": str(_AGAIN)},
        room=room,
        country=country,
        rows=rows,
        still=bool(still),
        again=_AGAIN,
        longest=LONGEST_TIMER,
        **_shown(request, room),
        compare=_compare(games, room),
    )


def _shown(request: Request, room: Room) -> dict[str, Any]:
    """What the umpire's page and the board have in common."""
    seconds = time_left(room)
    address, alone = _door_of(request, room)
    return {
        "address": address,
        "alone": alone,
        "qr": "" if alone else code_of(address),
        "timer": timer_words(seconds) if seconds is not None else "",
        "seconds": round(seconds) if seconds is not None else None,
    }


def _grid(games: Games, country: Country, room: Room) -> list[dict[str, Any]]:
    """One row a group, of what its players know themselves."""
    out = []
    problem = games.worlds.problem(country, room.strategy)
    for game in groups_of(games, room):
        last = len(game.turns)
        view = games.worlds.view(country, game, last)
        path = game.path(last)
        sent = sent_of(problem, view, view.months)
        out.append(
            {
                "game": game,
                "name": public_name(game),
                "through": month_words(problem.month_labels[view.months - 1]) if view.months else "not begun",
                "turns": last,
                "done": bool(path) and view.months == len(problem.month_labels),
                "decided": path[-1].decided[11:16] if path else "",
                "sent": sent,
                "reported": f"{view.weekly['observed_civilian_deaths'].sum():,.0f}" if path else "",
                "own": f"{view.weekly['observed_intervener_deaths'].sum():,.0f}" if path else "",
                "totals": totals(problem, view, path),
                "end": next(iter(game.ended), 0),
            }
        )
    return out


def _compare(games: Games, room: Room) -> str:
    """The address at which the class is compared; empty while its truth is locked or nobody has played."""
    if not room.released:
        return ""
    ends = [
        (public_name(game), min(game.ended, key=lambda n: (game.ended[n], n)))
        for game in groups_of(games, room)
        if game.ended
    ]
    return "/play/compare?" + urlencode([("game", f"{name}.{turn}") for name, turn in ends]) if ends else ""


@router.post("/play/class/{key}/timer")
async def timer(request: Request, key: str) -> Response:
    """Start the timer, or stop it (nought minutes)."""
    form = await checked_form(request)
    minutes = form.get("minutes").strip() or "0"
    if not minutes.isascii() or not minutes.isdigit() or len(minutes) > 3 or int(minutes) > LONGEST_TIMER:
        raise Refused(422, f"A timer runs for 1 to {LONGEST_TIMER} minutes.")
    classes = games_of(request).classes
    try:
        await run_in_threadpool(lambda: classes.ring(classes.get(key), int(minutes)))
    except ForbearError as error:
        return refusal(request, error, "This timer cannot run")
    return RedirectResponse(f"/play/class/{key}", status_code=303)


@router.post("/play/class/{key}/release")
async def release(request: Request, key: str) -> Response:
    """Release the truth to all groups. It cannot be locked again."""
    form = await checked_form(request)
    if form.get("sure") != "1":
        raise Refused(422, "The truth stays locked: tick the box that says that no group is to decide any more.")
    games = games_of(request)
    try:
        await run_in_threadpool(lambda: games.classes.release(games.classes.get(key), games))
    except ForbearError as error:
        return refusal(request, error, "The truth cannot be released")
    return RedirectResponse(f"/play/class/{key}", status_code=303)


@router.get("/play/class/{key}/{name}/{file}")
def saved(request: Request, key: str, name: str, file: str) -> Response:
    """The log of a group for its umpire, who has it at any time."""
    if file not in ("log.json", "log.csv"):
        raise Refused(404, "There is no such file: log.json, log.csv")
    games = games_of(request)
    try:
        room = games.classes.get(key)
        game = next((game for game in groups_of(games, room) if public_name(game) == name), None)
        if game is None:
            raise Refused(404, "There is no such group in this class.")
        problem = games.worlds.problem(games.country(game), game.strategy)
    except ForbearError as error:
        return refusal(request, error, "This log cannot be saved")
    return log_file(game, problem, file)


# -- the wall and the door -----------------------------------------------------------------------------------------


@router.get("/play/board/{code}")
def board(request: Request, code: str, still: str = "") -> Response:
    """The page for the wall: address, code, timer, how far each group has come; nothing that a group must not see."""
    games = games_of(request)
    try:
        room = games.classes.coded(code)
        country = games.country(room)
        labels = games.worlds.problem(country, room.strategy).month_labels
    except ForbearError as error:
        return refusal(request, error, "This class cannot be shown")
    rows = [(game.group, len(game.turns), _through(labels, game)) for game in groups_of(games, room)]
    return page(
        request,
        "play_board.html",
        headers={} if still else {"Refresh": str(_AGAIN)},
        room=room,
        country=country,
        rows=rows,
        still=bool(still),
        again=_AGAIN,
        **_shown(request, room),
        compare=_compare(games, room),
    )


def _through(labels: tuple[str, ...], game: Game) -> str:
    return month_words(labels[game.turns[-1].until - 1]) if game.turns else "not begun"


def _door(request: Request, room: Room, asked: dict[str, str], faults: list[dict[str, str]]) -> Response:
    country = games_of(request).country(room)
    country.prepare()
    return page(
        request,
        "play_join.html",
        422 if faults else 200,
        room=room,
        country=country,
        asked=asked,
        faults=faults,
        longest=LONGEST_GROUP,
        longest_aim=LONGEST_AIM,
        most=MOST_GROUPS,
    )


@router.get("/play/join")
def find(request: Request, code: str = "") -> Response:
    """Go to the class of a code that was typed."""
    try:
        room = games_of(request).classes.coded(code)
    except ForbearError as error:
        return refusal(request, error, "There is no such class")
    return RedirectResponse(f"/play/join/{room.code}", status_code=303)


@router.get("/play/join/{code}")
def door(request: Request, code: str) -> Response:
    """The page on which a group joins."""
    try:
        room = games_of(request).classes.coded(code)
        return _door(request, room, filled(dict(request.query_params.multi_items())), [])
    except ForbearError as error:
        return refusal(request, error, "There is no such class")


@router.post("/play/join/{code}")
async def join(request: Request, code: str) -> Response:
    """Begin the game of a group, with the settings of its class."""
    form = await checked_form(request)
    asked = filled(answered(form.pairs))
    games = games_of(request)
    try:
        room = games.classes.coded(code)
    except ForbearError as error:
        return refusal(request, error, "There is no such class")
    try:
        game = await run_in_threadpool(_join, request, room, asked)
    except ForbearError as error:
        return await run_in_threadpool(_door, request, room, asked, mistakes(error))
    return RedirectResponse(f"/play/{game.key}", status_code=303)


def _join(request: Request, room: Room, asked: dict[str, str]) -> Game:
    faults: list[Fault] = []
    group, aim = checked_group(asked["group"], faults), checked_aim(asked["aim"], faults)
    if faults:
        raise ScenarioError(faults[0].code, "this group cannot join", faults=tuple(faults))
    games = games_of(request)
    game = games.classes.join(room, games, group, aim, request.state.session)
    games.worlds.prepare(games.country(game), game)
    return game


@router.get("/play/brief")
def brief(request: Request) -> Response:
    """The opening brief of a scenario, for the printer."""
    asked = filled(dict(request.query_params.multi_items()))
    countries = request.app.state.countries
    try:
        country = countries.get(asked.get("scenario") or countries.started_with)
        faults: list[Fault] = []
        checked_settings(country, asked, faults)
        aim = checked_aim(asked["aim"], faults)
        if faults:
            raise ScenarioError(faults[0].code, "this brief cannot be written", faults=tuple(faults))
    except ForbearError as error:
        return refusal(request, error, "This brief cannot be written")
    link = address_of({**asked, "scenario": country.key})
    return page(
        request,
        "play_brief.html",
        **brief_of(country, _plan(country, asked), aim),
        room=None,
        link=link,
        address="",
        qr="",
    )


@router.get("/play/join/{code}/brief")
def brief_of_class(request: Request, code: str) -> Response:
    """The opening brief of a class, for the printer."""
    games = games_of(request)
    try:
        room = games.classes.coded(code)
        country = games.country(room)
    except ForbearError as error:
        return refusal(request, error, "There is no such class")
    asked = {"strategy": room.strategy, "months": str(room.months), "feasible": "1" if room.feasible else "0"}
    link = f"/play/join/{room.code}"
    shown = brief_of(country, _plan(country, asked), room.aim)
    address, alone = _door_of(request, room)
    qr = "" if alone else code_of(address)
    return page(request, "play_brief.html", **shown, room=room, link=link, address=address, qr=qr)


def _plan(country: Country, asked: dict[str, str]) -> dict[str, Any]:
    """The settings that a brief tells."""
    title = playable(country)[asked["strategy"]].title
    return {
        "problem": country.strategies[asked["strategy"]].apply(country.scenario).problem(),
        "title": title,
        "months": int(asked["months"]),
        "feasible": asked["feasible"] == "1",
    }
