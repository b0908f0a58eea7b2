"""Play mode's routes. Every page is whole without scripts: forms, links, tables behind charts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from forbear.app.pages import checked_form, mistakes, page
from forbear.app.play import begin as play_begin
from forbear.app.play import charts as play_charts
from forbear.app.play import ends as play_ends
from forbear.app.play import umpire as play_umpire
from forbear.app.play.begin import games_of, preparing, told
from forbear.app.play.brief import AIM
from forbear.app.play.cards import EXACT, cards_of, decided
from forbear.app.play.classes import time_left
from forbear.app.play.digest import ahead_of, digest_of, goals_of, reckoned, sent_of
from forbear.app.play.expect import PENALTY, SERIES, SHARE, read_expected, scored, totals
from forbear.app.play.game import GROUPS, LEAVING, LEVERS, LONGEST_NOTE, PACES, Game, Turn, read_decision
from forbear.app.play.log import log_text
from forbear.app.play.maps import turn_map
from forbear.app.play.shown import months_of, number_of, timer_words, tree_of, view_of, words_of
from forbear.app.play.views import View
from forbear.app.security import LARGEST_FILE
from forbear.errors import Fault, RunError, ScenarioError, can_be_shown

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.scenario.problem import Problem

__all__ = ["router"]

router = APIRouter()
# its addresses are words where a game's key could stand: they come first
router.include_router(play_begin.router)
router.include_router(play_umpire.router)
#: A log that is longer could not be sent in again.
_LIMIT = LARGEST_FILE - 8192


# -- playing ------------------------------------------------------------------------------------------------


@router.get("/play/{key}")
@told("This turn cannot be shown")
def turn(request: Request, key: str, turn: str = "") -> Response:
    """A turn: what was reported up to it, and the decision for the months that follow."""
    games = games_of(request)
    game = games.get(key)
    number = number_of(turn, game)
    country = games.country(game)
    if number and not country.preparation.soon():
        return preparing(request, country)
    return _turn_page(request, game, number, None, [])


def _turn_page(
    request: Request, game: Game, number: int, sent: dict[str, str] | None, faults: list[dict[str, str]]
) -> Response:
    games = games_of(request)
    country, problem, view = view_of(games, game, number)
    labels, months, path = months_of(problem), game.until(number), game.path(number)
    here = path[-1] if path else None
    if here is not None:
        _note(problem, game, here, view)
    before = (path[-2].first, path[-2].until) if len(path) > 1 else None
    left = len(labels) - months
    locked = games.locked(game)
    room = games.room_of(game)
    towns = _districts(country, problem)
    seconds = time_left(room) if room is not None else None
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
        over=bool(game.room) and not locked and not game.ended,
        locked=locked,
        room=room,
        newest=len(game.turns),
        timer=timer_words(seconds) if seconds is not None else "",
        faults=faults,
        wrong=[fault["field"] for fault in faults],
        differs=here is not None and bool(here.check) and here.check != view.check,
        other=game.hash != country.problem.hash,
        charts=[play_charts.drawn(f) for f in play_charts.turn_figures(problem, view, _communities(country))]
        if months
        else [],
        rows=play_charts.situation(problem, view, path[-1].first, before, _communities(country)) if path else [],
        places=play_charts.where(problem, view, here.first, towns) if here is not None else [],
        map=turn_map(country, problem, view, path, towns) if here is not None else None,
        digest=digest_of(problem, view, game, path, towns, _communities(country)) if path else None,
        ahead=ahead_of(problem, 0, game.months) if not path else [],
        goals=goals_of(problem, view, months),
        aim=game.aim or AIM,
        children=game.children(number),
        cards=cards_of(problem, path, game.months, sent) if left else [],
        exact=EXACT,
        limits=sent_of(problem, view, months),
        reckoned=reckoned,
        leave=_preset(sent, "leave", str(here.decision.leave or "") if here else ""),
        note=_preset(sent, "note", ""),
        pace=_preset(sent, "months", str(game.months)),
        series=[(name, title, _ends(sent, name)) for name, title in SERIES.items()],
        share=SHARE,
        penalty=PENALTY,
        results=scored(problem, view, here) if here is not None else [],
        totals=totals(problem, view, path) if path else [],
        paces=PACES,
        leaving=LEAVING,
        longest=LONGEST_NOTE,
        hindsight=game.hindsight(number),
        rules=problem.rules,
        tree=tree_of(game, labels),
        words=words_of,
        groups=GROUPS,
    )


def _districts(country: Country, problem: Problem) -> dict[str, str]:
    return {name: country.scenario.title_of("district", name) for name in problem.names["district"]}


def _ends(sent: dict[str, str] | None, series: str) -> tuple[str, str]:
    low, high = (_preset(sent, f"expect:{series}:{end}", "") for end in ("low", "high"))
    return low, high


def _communities(country: Country) -> list[str]:
    return [country.scenario.title_of("community", name) for name in country.problem.names["community"]]


def _note(problem: Problem, game: Game, turn: Turn, view: View) -> None:
    """Write into a turn what was seen after it, once."""
    if not turn.check:
        seen = play_charts.seen_numbers(problem, view, turn.first)
        sent = sent_of(problem, view, turn.until)
        if sent is not None:
            seen["asked_force"] = round(sent.asked, 4)
        game.put(replace(turn, seen=seen, check=view.check))


def _preset(sent: dict[str, str] | None, key: str, otherwise: str) -> str:
    return otherwise if sent is None else sent.get(key, "")


@router.get("/play/{key}/decide")
def decided_before(key: str) -> Response:
    """Somebody came back to the address of a form: show the game."""
    return RedirectResponse(f"/play/{key}", status_code=303)


@router.post("/play/{key}/decide")
@told("This turn cannot be played")
async def decide(request: Request, key: str) -> Response:
    """Take a decision, let the months pass, show what is reported then."""
    form = await checked_form(request)
    return await run_in_threadpool(_decide, request, key, dict(form.pairs))


def _decide(request: Request, key: str, sent: dict[str, str]) -> Response:
    games = games_of(request)
    game = games.get(key)
    parent = number_of(sent.get("parent", ""), game)
    game.turn(parent)
    country = games.country(game)
    problem = games.worlds.problem(country, game.strategy)
    locked = games.locked(game)
    if game.room and not locked and not game.ended:
        raise RunError("E433", "this class is over: its truth was released", hint="begin a game of your own")
    faults: list[Fault] = []
    decision = None
    pairs = decided(cards_of(problem, game.path(parent), game.months), sent, faults)
    try:
        decision = read_decision((k, v) for k, v in pairs if k in ("leave",) or "." in k)
    except ScenarioError as error:
        labels = {spec.key: spec.label for spec in LEVERS}
        faults += [replace(fault, field=labels.get(fault.field or "", fault.field)) for fault in error.faults]
    expected = read_expected(sent, faults)
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
    made = game.add(parent, until, decision, note, expected=expected, binding=locked)
    if country.preparation.soon():  # else the turn's page notes it
        _note(problem, game, made, games.worlds.view(country, game, made.number))
    if until == last:
        game.end(made.number)
    games.save(game)
    where = "/end" if until == last and not locked else ""
    return RedirectResponse(f"/play/{key}{where}?turn={made.number}", status_code=303)


router.include_router(play_ends.router)
