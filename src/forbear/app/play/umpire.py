"""Play mode's routes of a class: the umpire's page, the board on the wall, the door for groups, the opening brief."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from forbear.app.pages import Refused, checked_form, mistakes, page
from forbear.app.play.begin import answered, games_of, preparing, told
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
@told("This class cannot be made")
async def make(request: Request) -> Response:
    """Make a class of the settings of the form, and go to its page."""
    form = await checked_form(request)
    room = await run_in_threadpool(_make, request, answered(form.pairs))
    return RedirectResponse(f"/play/class/{room.key}", status_code=303)


def _make(request: Request, asked: dict[str, str]) -> Room:
    country = request.app.state.countries.get(asked.get("scenario", ""))
    faults: list[Fault] = []
    title = checked_group(asked.get("title", "") or "Class", faults)
    aim = checked_aim(asked.get("aim", ""), faults)
    minutes = _minutes(asked.get("minutes", ""))
    if minutes is None:
        allowed, sent = f"0 (no timer) to {LONGEST_TIMER} minutes", asked.get("minutes", "")
        faults.append(Fault("E210", "not a timer", field="minutes", value=sent[:80], allowed=allowed))
    settings = checked_settings(country, asked, faults)
    if faults:
        raise ScenarioError(faults[0].code, "this class cannot be made", faults=tuple(faults))
    games = games_of(request)
    return games.classes.make({**settings, "title": title, "aim": aim, "minutes": minutes})


@router.get("/play/class/{key}")
@told("This class cannot be shown")
def umpire(request: Request, key: str, still: str = "") -> Response:
    """The umpire's page: address and code, timer, a grid of groups, the release of the truth."""
    games = games_of(request)
    room = games.classes.get(key)
    country = games.country(room)
    if not country.preparation.soon():
        return preparing(request, country)
    rows = _grid(games, country, room)
    return _of_class(request, "play_class.html", room, still, rows=rows, longest=LONGEST_TIMER)


def _of_class(request: Request, template: str, room: Room, still: str, **more: Any) -> Response:
    """A page of a class, which looks again by itself unless it is held still."""
    games, seconds = games_of(request), time_left(room)
    address, alone = _door_of(request, room)
    return page(
        request,
        template,
        headers={} if still else {"Refresh": str(_AGAIN)},
        room=room,
        country=games.country(room),
        still=bool(still),
        again=_AGAIN,
        address=address,
        alone=alone,
        qr="" if alone else code_of(address),
        timer=timer_words(seconds) if seconds is not None else "",
        seconds=round(seconds) if seconds is not None else None,
        compare=_compare(games, room),
        **more,
    )


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
                "name": public_name(game.key),
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
        (public_name(game.key), min(game.ended, key=lambda n: (game.ended[n], n)))
        for game in groups_of(games, room)
        if game.ended
    ]
    return "/play/compare?" + urlencode([("game", f"{name}.{turn}") for name, turn in ends]) if ends else ""


def _minutes(text: str) -> int | None:
    """Minutes of a timer, nought for none; None for what is no such number."""
    text = text.strip() or "0"
    plain = text.isascii() and text.isdigit() and len(text) <= 3
    return int(text) if plain and int(text) <= LONGEST_TIMER else None


@router.post("/play/class/{key}/timer")
@told("This timer cannot run")
async def timer(request: Request, key: str) -> Response:
    """Start the timer, or stop it (nought minutes)."""
    form = await checked_form(request)
    minutes = _minutes(form.get("minutes"))
    if minutes is None:
        raise Refused(422, f"A timer runs for 1 to {LONGEST_TIMER} minutes.")
    return await _changed(request, key, lambda games, room: games.classes.ring(room, minutes))


@router.post("/play/class/{key}/release")
@told("The truth cannot be released")
async def release(request: Request, key: str) -> Response:
    """Release the truth to all groups. It cannot be locked again."""
    form = await checked_form(request)
    if form.get("sure") != "1":
        raise Refused(422, "The truth stays locked: tick the box that says that no group is to decide any more.")
    return await _changed(request, key, lambda games, room: games.classes.release(room, games))


async def _changed(request: Request, key: str, change: Callable[[Games, Room], object]) -> Response:
    """Change a class and go back to its page. Raises as `Classes.get` and the change."""
    games = games_of(request)
    await run_in_threadpool(lambda: change(games, games.classes.get(key)))
    return RedirectResponse(f"/play/class/{key}", status_code=303)


@router.get("/play/class/{key}/{name}/{file}")
@told("This log cannot be saved")
def saved(request: Request, key: str, name: str, file: str) -> Response:
    """The log of a group for its umpire, who has it at any time."""
    games = games_of(request)
    room = games.classes.get(key)
    game = next((game for game in groups_of(games, room) if public_name(game.key) == name), None)
    if game is None:
        raise Refused(404, "There is no such group in this class.")
    return log_file(game, games.worlds.problem(games.country(game), game.strategy), file)


# -- the wall and the door -----------------------------------------------------------------------------------------


@router.get("/play/board/{code}")
@told("This class cannot be shown")
def board(request: Request, code: str, still: str = "") -> Response:
    """The page for the wall: address, code, timer, how far each group has come; nothing that a group must not see."""
    games = games_of(request)
    room = games.classes.coded(code)
    labels = games.worlds.problem(games.country(room), room.strategy).month_labels
    rows = [(game.group, len(game.turns), _through(labels, game)) for game in groups_of(games, room)]
    return _of_class(request, "play_board.html", room, still, rows=rows)


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
@told("There is no such class")
def find(request: Request, code: str = "") -> Response:
    """Go to the class of a code that was typed."""
    room = games_of(request).classes.coded(code)
    return RedirectResponse(f"/play/join/{room.code}", status_code=303)


@router.get("/play/join/{code}")
@told("There is no such class")
def door(request: Request, code: str) -> Response:
    """The page on which a group joins."""
    room = games_of(request).classes.coded(code)
    return _door(request, room, filled(dict(request.query_params.multi_items())), [])


@router.post("/play/join/{code}")
@told("There is no such class")
async def join(request: Request, code: str) -> Response:
    """Begin the game of a group, with the settings of its class."""
    form = await checked_form(request)
    asked = filled(answered(form.pairs))
    room = games_of(request).classes.coded(code)
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
@told("This brief cannot be written")
def brief(request: Request) -> Response:
    """The opening brief of a scenario, for the printer."""
    asked = filled(dict(request.query_params.multi_items()))
    countries = request.app.state.countries
    country = countries.get(asked.get("scenario") or countries.started_with)
    faults: list[Fault] = []
    checked_settings(country, asked, faults)
    aim = checked_aim(asked["aim"], faults)
    if faults:
        raise ScenarioError(faults[0].code, "this brief cannot be written", faults=tuple(faults))
    link = address_of({**asked, "scenario": country.key})
    return _brief(request, country, asked, aim, room=None, link=link, address="", qr="")


@router.get("/play/join/{code}/brief")
@told("There is no such class")
def brief_of_class(request: Request, code: str) -> Response:
    """The opening brief of a class, for the printer."""
    games = games_of(request)
    room = games.classes.coded(code)
    asked = {"strategy": room.strategy, "months": str(room.months), "feasible": "1" if room.feasible else "0"}
    address, alone = _door_of(request, room)
    more = {"link": f"/play/join/{room.code}", "address": address, "qr": "" if alone else code_of(address)}
    return _brief(request, games.country(room), asked, room.aim, room=room, **more)


def _brief(request: Request, country: Country, asked: dict[str, str], aim: str, **more: Any) -> Response:
    return page(request, "play_brief.html", **brief_of(country, _plan(country, asked), aim), **more)


def _plan(country: Country, asked: dict[str, str]) -> dict[str, Any]:
    """The settings that a brief tells."""
    title = playable(country)[asked["strategy"]].title
    return {
        "problem": country.strategies[asked["strategy"]].apply(country.scenario).problem(),
        "title": title,
        "months": int(asked["months"]),
        "feasible": asked["feasible"] == "1",
    }
