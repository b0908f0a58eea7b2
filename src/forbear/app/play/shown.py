"""Play mode, what its pages share: months and decisions in words, the tree of turns, files to take away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fastapi import Response

from forbear.app.pages import Refused
from forbear.app.play.game import LEVERS, Game, Turn, month_words
from forbear.figures.spec import approximately
from forbear.words import minus

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.play.store import Games
    from forbear.app.play.views import View
    from forbear.scenario.problem import Problem

__all__ = ["file_answer", "months_of", "number_of", "shown", "timer_words", "tree_of", "view_of", "words_of"]


def file_answer(text: str, kind: str, name: str) -> Response:
    """A text as a file to take away."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)


def number_of(text: str, game: Game) -> int:
    """The turn that an address names, the newest where it names none. Raises Refused 404."""
    if not text:
        return len(game.turns)
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise Refused(404, "There is no such turn.")
    return int(text)


def view_of(games: Games, game: Game, number: int) -> tuple[Country, Problem, View]:
    """Country and problem of a game, and what its players know after a turn. Raises as `GameWorlds.view`."""
    country = games.country(game)
    problem = games.worlds.problem(country, game.strategy)
    return country, problem, games.worlds.view(country, game, number)


def months_of(problem: Problem) -> list[str]:
    """The months of a run in words."""
    return [month_words(label) for label in problem.month_labels]


def words_of(turn: Turn) -> str:
    """A decision in words."""
    labels = {spec.key: spec.label for spec in LEVERS}
    said = [f"{labels[key]} {value:,.10g}" for key, value in turn.decision.levers]
    if turn.decision.leave is not None:
        said.insert(0, f"leave within {turn.decision.leave} months")
    return "; ".join(said) or "all as planned"


def tree_of(game: Game, labels: list[str]) -> list[dict[str, Any]]:
    """Turns in the order of a tree that is read from above: a straight run keeps its depth, a branch is set in."""
    out: list[dict[str, Any]] = []
    waiting = [(child, 0) for child in reversed(game.children(0))]
    if len(waiting) > 1:
        waiting = [(child, depth if child is waiting[-1][0] else depth + 1) for child, depth in waiting]
    while waiting:
        turn, depth = waiting.pop()
        out.append(
            {
                "turn": turn,
                "depth": min(depth, 6),
                "through": labels[turn.until - 1],
                "ended": turn.number in game.ended,
            }
        )
        children = game.children(turn.number)
        waiting += [(child, depth if child is children[0] else depth + 1) for child in reversed(children)]
    return out


def shown(value: float, unit: str = "") -> str:
    """A value in words."""
    return minus(f"{value:.0f}" if unit == "%" else approximately(value))


def timer_words(seconds: float) -> str:
    """What the umpire's timer says."""
    if seconds <= 0:
        return "The time of this turn is over."
    if seconds < 90:
        return f"{max(round(seconds / 10) * 10, 10):.0f} seconds are left for this turn."
    return f"About {seconds / 60:.0f} minutes are left for this turn."
