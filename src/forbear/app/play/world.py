"""Play mode, what happens: a game's world is run along a branch, and what was reported is cut out of it."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.app.country import BLOCK, Country, merged
from forbear.app.memory import MEGABYTE, Memory, array_bytes
from forbear.app.play.game import Game, Turn, levers_along, world_of
from forbear.app.play.outcomes import Outcome, outcome_rows
from forbear.app.play.places import Places
from forbear.app.play.views import Truth, View
from forbear.ensemble.engine import Engine
from forbear.ensemble.opened import Opened
from forbear.ensemble.recording import Block
from forbear.errors import Fault, RunError, ScenarioError, nearest

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem

__all__ = ["REPORTED", "TRUE", "GameWorlds"]

#: What players see: the observation room's series, and what an intervener knows of itself.
REPORTED = (
    "observed_civilian_deaths",
    "observed_attacks",
    "observed_intervener_deaths",
    "observed_government_deaths",
    "observed_displaced",
    "observed_electricity",
    "observed_government_forces",
    "observed_local_defence",
    "poll_home_support",
    "cost_budget",
    "force",
    "sustainable_force",
    "force_ceiling",
)
#: By district or community, month by month.
REPORTED_BY_PART = ("observed_civilian_deaths", "observed_attacks", "poll_support_for_attacks")
#: What happened, shown when a game is over.
TRUE = (
    "deaths",
    "attacks_on_intervener",
    "attacks_on_government",
    "attacks_on_civilians",
    "coercion",
    "displaced",
    "refugees",
    "fighters",
    "intervener_dead",
    "home_support",
    "governance",
    "democracy",
    "mean_control",
)
#: Recorded of history and of never intervening, to stand beside.
BESIDE = (
    "deaths",
    "observed_civilian_deaths",
    "observed_attacks",
    "intervener_dead",
    "cost_budget",
    "observed_displaced",
    "displaced",
    "refugees",
    "governance",
    "democracy",
    "home_support",
    "force",
    "fighters",
    "attacks_on_intervener",
    "attacks_on_government",
    "attacks_on_civilians",
    "coercion",
)
#: Turns that are run at once, games that are prepared ahead, and how long a turn waits for its place, in seconds.
_AT_ONCE, _AHEAD, _PATIENCE = 2, 8, 40.0


def _decisions(path: list[Turn]) -> tuple[Any, ...]:
    return tuple((turn.until, turn.decision) for turn in path)


class GameWorlds:
    """Runs games, and remembers the newest of what it ran. Thread-safe.

    All BLOCK members that the game's world is one of are run side by side: they cost little more than one.
    """

    def __init__(self) -> None:
        self._running = Places(_AT_ONCE, _PATIENCE)
        self._ahead, self._aheads = threading.Lock(), threading.BoundedSemaphore(_AHEAD)
        self._open: Memory[Opened] = Memory(40 * MEGABYTE, lambda opened: array_bytes(opened.space))
        self._views: Memory[View] = Memory(8 * MEGABYTE)
        self._truths: Memory[Truth] = Memory(24 * MEGABYTE)
        self._outcomes: Memory[list[Outcome]] = Memory(4 * MEGABYTE)
        self._problems: Memory[Problem] = Memory(8 * MEGABYTE)

    def problem(self, country: Country, strategy: str) -> Problem:
        """The problem of a strategy. Raises ScenarioError E241 for an unknown one."""
        if strategy not in country.strategies:
            known = list(country.strategies)
            message = "no such strategy"
            fault = Fault("E241", message, field="strategy", value=strategy[:80], nearest=nearest(strategy, known))
            raise ScenarioError("E241", message, faults=(fault,))
        make = country.strategies[strategy].apply(country.scenario).problem
        return self._problems.made((country.problem.hash, strategy), make)

    def view(self, country: Country, game: Game, number: int) -> View:
        """What players of a game know after a turn (0: at the start).

        Randomness: that of the game's world. Raises RunError E433 for no such turn or a world that broke down, Crowded
        when too many wait.
        """
        path = game.path(number)
        problem = self.problem(country, game.strategy)
        if not path:
            return View({}, {}, np.zeros(0), 0, 0, "")
        key = (*_place(problem, game), _decisions(path))
        return self._views.made(key, lambda: self._seen(country, problem, game, path))

    def _seen(self, country: Country, problem: Problem, game: Game, path: list[Turn]) -> View:
        opened = self._reach(country, problem, game, path)
        try:
            return _view(problem, opened, path[-1].until, world_of(game.world)[1] % BLOCK)
        finally:
            self._open.put((*_place(problem, game), _decisions(path)), opened)

    def truth(self, country: Country, game: Game, number: int) -> Truth:
        """What happened up to a turn, beside history and never intervening. Raises as `view`."""
        path = game.path(number)
        problem = self.problem(country, game.strategy)
        key = (*_place(problem, game), _decisions(path))
        return self._truths.made(key, lambda: self._happened(country, problem, game, path))

    def _happened(self, country: Country, problem: Problem, game: Game, path: list[Turn]) -> Truth:
        opened = self._reach(country, problem, game, path)
        try:
            block = opened.block()
        finally:
            self._open.put((*_place(problem, game), _decisions(path)), opened)
        blocks = {"plan": Block(block.weekly, {}, {}, block.failed)}
        with self._running:
            blocks |= self._beside(country, game)
        healthy = ~np.any([b.failed for b in blocks.values()], axis=0)
        problems = {"plan": problem, "history": country.problem, "never": country.never}
        ensembles = {name: merged(problems[name], [b]) for name, b in blocks.items()}
        until = path[-1].until
        steps = int(np.searchsorted(np.asarray(problem.months), until))
        return Truth(**ensembles, place=world_of(game.world)[1] % BLOCK, months=until, steps=steps, healthy=healthy)

    def outcomes(self, country: Country, game: Game, number: int, months: int | None = None) -> list[Outcome]:
        """`outcome_rows` of what happened up to a turn, or in its first `months`. Raises as `view`."""
        problem, path = self.problem(country, game.strategy), game.path(number)
        last = path[-1].until if path else 0
        until = last if months is None else min(months, last)
        steps = int(np.searchsorted(np.asarray(problem.months), until))
        key = (*_place(problem, game), _decisions(path), until)
        return self._outcomes.made(
            key, lambda: outcome_rows(replace(self.truth(country, game, number), months=until, steps=steps))
        )

    def prepare(self, country: Country, game: Game) -> None:
        """Run history and never intervening in the game's block of worlds ahead of time, in a thread of its own: the
        end page will want them. Nothing waits for it, and what goes wrong is met again there."""
        if not self._aheads.acquire(blocking=False):
            return

        def work() -> None:
            try:
                with self._ahead, contextlib.suppress(Exception):
                    blocks = self._beside(country, game)
                    merged(country.problem, [blocks["history"]])  # loads what labels arrays
            finally:
                self._aheads.release()

        threading.Thread(target=work, name="forbear-play-ahead", daemon=True).start()

    def _beside(self, country: Country, game: Game) -> dict[str, Block]:
        seed, member = world_of(game.world)
        draws, start = country.draws(game.draws), member // BLOCK * BLOCK
        problems = {"history": country.problem, "never": country.never}
        return {name: country.block(other, draws, start, seed, weekly=BESIDE) for name, other in problems.items()}

    def _reach(self, country: Country, problem: Problem, game: Game, path: list[Turn]) -> Opened:
        """A block that stands at the end of a path: gone on with where one is held, else run from the start."""
        place = _place(problem, game)
        opened: Opened | None = None
        done = 0
        for many in range(len(path), 0, -1):
            opened = self._open.take((*place, _decisions(path[:many])))
            if opened is not None:
                done = many
                break
        country.preparation.wait()
        with self._running:
            levers = levers_along(problem, game.feasible, path)
            seed, member = world_of(game.world)
            if opened is None:
                engine = Engine(problem, weekly=(*REPORTED, *TRUE), monthly=REPORTED_BY_PART)
                members = np.arange(member // BLOCK * BLOCK, member // BLOCK * BLOCK + BLOCK, dtype=np.uint32)
                given = country.parameters(country.draws(game.draws), members, seed)
                opened = engine.open(given, members, seed)
            opened.set_levers(levers)  # weeks already run keep theirs: the same decisions led there
            months = np.asarray(problem.months)
            for turn in path[done:]:
                opened.advance(int(np.searchsorted(months, turn.until)))
        if opened.failed[member % BLOCK]:
            raise RunError("E433", "this world broke down: a number in it is not finite", hint="begin another world")
        return opened


def _place(problem: Problem, game: Game) -> tuple[Any, ...]:
    return (problem.hash, game.draws, game.world, game.feasible)


def _view(problem: Problem, opened: Opened, until: int, lane: int) -> View:
    """Cut what was reported to one world out of a block that stands at the end of month `until` (exclusive)."""
    steps = opened.step
    digest = hashlib.sha256()
    weekly = {name: np.ascontiguousarray(opened.weekly(name)[lane]) for name in REPORTED}
    parts: dict[str, np.ndarray] = {}
    months = [opened.month(number) for number in range(until)]
    for name in REPORTED_BY_PART:
        parts[name] = np.array([month[name][:, lane] for month in months], dtype=np.float64)
    for values in (*(weekly[name] for name in REPORTED), *parts.values()):
        digest.update(np.ascontiguousarray(values).astype("<f8").tobytes())
    asked = opened.levers["force"][:steps] * opened.levers["intervene"][:steps]
    return View(weekly, parts, asked, until, steps, digest.hexdigest()[:24])
