"""Play mode, groups side by side: outcomes of finished games, each beside history in its own world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forbear.app.laboratory.panel import plain
from forbear.app.pages import page
from forbear.app.play.expect import Total, totals
from forbear.app.play.game import month_words
from forbear.app.play.outcomes import GAME_OUTCOMES, Outcome
from forbear.app.play.store import Games, public_name
from forbear.errors import ForbearError, RunError
from forbear.figures.sheet import WIDTH, Axis, Sheet, wrapped
from forbear.figures.spec import approximately
from forbear.spreadsheets import csv_text

if TYPE_CHECKING:
    from fastapi import Request, Response

    from forbear.app.country import Country
    from forbear.app.play.game import Game

__all__ = ["bars", "compare_csv", "compare_page", "first_ended", "unready"]

#: Outcomes that are drawn; the table has them all.
_DRAWN = ("deaths", "reported", "intervener_deaths", "cost", "uprooted")


@dataclass(frozen=True)
class Branch:
    """A finished branch of a game, run again on this server. number: its last turn; through: its last month in
    words; same: whether that gave the numbers which its players saw; hindsight: turns decided with knowledge of
    what came later; name: by which it is chosen; until: months that passed; beside: what the unchanged plan is
    called; outcomes: up to the month at which groups are compared; points: what its expectations cost, in words."""

    game: Game
    number: int
    scenario: str
    through: str
    until: int
    labels: tuple[str, ...]
    turns: int
    same: bool
    hindsight: int
    name: str
    beside: str
    outcomes: dict[str, Outcome]
    points: list[Total]

    @property
    def title(self) -> str:
        """The group, with the turn."""
        return f"{self.game.group} (turn {self.number})"

    @property
    def world(self) -> int:
        """The number of its world."""
        return self.game.world


def _branch(games: Games, game: Game, number: int, months: int) -> Branch:
    """Run a finished branch again, and look at its first `months`. Raises as `GameWorlds.truth`."""
    country = games.country(game)
    problem = games.worlds.problem(country, game.strategy)
    view = games.worlds.view(country, game, number)
    path = game.path(number)
    return Branch(
        game,
        number,
        country.scenario.title,
        month_words(problem.month_labels[path[-1].until - 1]),
        path[-1].until,
        tuple(problem.month_labels),
        len(path),
        not path[-1].check or path[-1].check == view.check,
        sum(turn.hindsight != "none" for turn in path),
        f"{public_name(game.key)}.{number}",
        beside(country),
        {row["name"]: row for row in games.worlds.outcomes(country, game, number, months)},
        totals(problem, view, [turn for turn in path if turn.until <= months]),
    )


def beside(country: Country) -> str:
    """What the unchanged plan is called where it stands beside a group's."""
    return "history" if country.scenario.kind == "historical" else "the scenario\u2019s own plan"


def first_ended(game: Game) -> list[int]:
    """Turns at which a game was ended, the earliest end first: what was decided without hindsight comes first."""
    return sorted(game.ended, key=lambda number: (game.ended[number], number))


def _finished(games: Games, chosen: list[str]) -> dict[str, tuple[Game, int]]:
    """Finished branches by the name that is shown of them. What is locked is not among them: a group that is done must
    not betray the world to one that plays on."""
    return {
        f"{public_name(game.key)}.{turn}": (game, turn)
        for game in games.finished({name.partition(".")[0] for name in chosen})
        for turn in first_ended(game)
    }


def _found(games: Games, by_name: dict[str, tuple[Game, int]], chosen: list[str]) -> list[Branch]:
    unknown = [name for name in chosen if name not in by_name]
    if unknown:
        raise RunError("E433", "there is no finished game of this name on this server", hint="send in its log")
    wanted = [by_name[name] for name in dict.fromkeys(chosen)]
    months = min((game.until(number) for game, number in wanted), default=0)
    return [_branch(games, game, number, months) for game, number in wanted]


_HEAD = (
    "group",
    "scenario",
    "world",
    "last_turn",
    "compared_through",
    "hindsight_turns",
    "outcome",
    "unit",
    "own_world",
    "unchanged_plan",
    "never",
    "worlds_05",
    "worlds_median",
    "worlds_95",
    "worlds",
    "less_than_unchanged",
    "same",
)


def compare_csv(games: Games, chosen: list[str]) -> str:
    """The chosen games as a table, one row a group and outcome. Raises as `compare_page`."""
    rows: list[list[object]] = []
    found = _found(games, _finished(games, chosen), chosen)
    common = min((one.until for one in found), default=0)
    for one in found:
        through = one.labels[common - 1]
        about = [one.game.group, one.game.scenario, one.world, one.number, through, one.hindsight]
        for row in one.outcomes.values():
            values = (row["plan"], row["history"], row["never"], row["low"], row["middle"], row["high"])
            numbers = [f"{value:.6g}" for value in values]
            rows.append([*about, row["title"], row["unit"], *numbers, row["worlds"], row["less"], row["same"]])
    return csv_text(_HEAD, rows)


def unready(games: Games, chosen: list[str]) -> Country | None:
    """The country of a chosen game whose rules are still being compiled, or None."""
    by_name = _finished(games, chosen)
    countries = [games.country(by_name[name][0]) for name in chosen if name in by_name]
    return next((country for country in countries if not country.preparation.soon()), None)


def compare_page(request: Request, games: Games, chosen: list[str]) -> Response:
    """The page: finished games to choose from, the chosen ones in a table and in bars.

    Raises RunError E433 for a name that no finished game has, or as the worlds.
    """
    by_name = _finished(games, chosen)
    found = _found(games, by_name, chosen)
    common = min((one.until for one in found), default=0)
    rows, charts = [], []
    for name, title, unit, better in GAME_OUTCOMES if found else ():
        cells = [one.outcomes[name] for one in found]
        rows.append({"title": title, "unit": unit, "better": better, "cells": cells})
        if name in _DRAWN:
            charts.append(bars(name, title, unit, [(one.title, one.outcomes[name]) for one in found]))
    return page(
        request,
        "play_compare.html",
        listed=[entry for entry in (_listed(games, name, *by_name[name], chosen) for name in by_name) if entry][:60],
        found=found,
        rows=rows,
        charts=charts,
        one_world=len({(one.game.scenario, one.game.draws, one.world) for one in found}) == 1,
        common=sorted({month_words(one.labels[common - 1]) for one in found}),
        one_length=len({one.until for one in found}) == 1,
        show=_show,
    )


def _listed(games: Games, name: str, game: Game, number: int, chosen: list[str]) -> dict[str, Any] | None:
    """A finished branch as the list shows it; None where its scenario is not open here, or became shorter."""
    try:
        labels = games.worlds.problem(games.country(game), game.strategy).month_labels
        through = month_words(labels[game.until(number) - 1])
        foresight = any(turn.hindsight != "none" for turn in game.path(number))
    except (ForbearError, IndexError):
        return None
    return {
        "name": name,
        "id": name.replace(".", "-"),
        "game": game,
        "number": number,
        "through": through,
        "foresight": foresight,
        "chosen": name in chosen,
    }


def _show(value: float, unit: str = "") -> str:
    return f"{value:.0f}" if unit == "%" else approximately(value)


def bars(name: str, title: str, unit: str, rows: list[tuple[str, Outcome]]) -> dict[str, str]:
    """Bars of one outcome, a group a line, its name above: the group's own world, history in it, and nine tenths of
    worlds under the same decisions. Returns title, unit and SVG; on a phone its words are nearly twice as large."""
    left, right, height = 12, 130, 66
    most = max(max(r["plan"], r["history"], r["high"]) for _, r in rows) or 1.0
    axis = Axis(0.0, most * 1.02, left, WIDTH - right, False)
    said = "; ".join(
        f"{label}: {_show(r['plan'])}, unchanged {_show(r['history'])}, "
        f"nine tenths of worlds {_show(r['low'])} to {_show(r['high'])}"
        for label, r in rows
    )
    bottom = 14 + height * len(rows)
    sheet = Sheet(f"bars-{name}", title, f"{title}, {unit}. {said}.", bottom + 56)
    for value, words in axis.labelled():
        sheet.line(axis.place(value), 10, axis.place(value), bottom)
        sheet.text(axis.place(value), bottom + 21, words, size=12, anchor="middle", kind="tick-word")
    for place, (label, row) in enumerate(rows):
        y = 18 + height * place + height / 2
        sheet.text(left, y - 27, wrapped(label, (WIDTH - left) / 1.6, 1)[0], size=14, ink="ink")
        sheet.box(
            left, y - 11, max(axis.place(row["plan"]) - left, 1.5), 14, fill="sim", opacity=0.75, kind="group-bar"
        )
        sheet.line(axis.place(row["low"]), y + 10, axis.place(row["high"]), y + 10, ink="ink", width=2.5, kind="ninety")
        sheet.line(
            axis.place(row["history"]), y - 15, axis.place(row["history"]), y + 6, ink="obs", width=3.5, kind="beside"
        )
        sheet.text(WIDTH - right + 10, y, _show(row["plan"]), size=13, ink="ink")
    sheet.line(left, bottom, WIDTH - right, bottom, ink="soft")
    sheet.text((left + WIDTH - right) / 2, bottom + 45, unit, size=12, anchor="middle", kind="unit")
    return {"title": title, "unit": unit, "svg": plain(sheet.svg())}
