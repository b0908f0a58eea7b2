"""Play mode, what a game is: one hidden world, a tree of turns, decisions, and the levers that they make.

A game holds no state of the country. The scenario, the world's number and the decisions along a branch give every
number of it again, to the bit: that is how a game is kept, branched from, moved to another server and checked.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.app.laboratory.levers import SLIDERS, Spec
from forbear.app.numbers import Doubt, is_counted, read_number
from forbear.country.model import MODEL
from forbear.errors import Fault, RunError, ScenarioError, nearest
from forbear.randomness import uniforms

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem

__all__ = [
    "GROUPS",
    "LARGEST_WORLD",
    "LEAVING",
    "LEVERS",
    "PACES",
    "Decision",
    "Game",
    "Turn",
    "levers_along",
    "month_words",
    "offered",
    "read_decision",
    "world_of",
]

#: What a player decides: the laboratory's levers that somebody could order, and two that go with them.
LEVERS = (
    *(s for s in SLIDERS if s.key not in ("intervener.coordination_floor", "intervener.feasible")),
    Spec("security.air_strikes", "Security", "Air strikes a week", "level", 2000.0, step=1.0),
    Spec("insurgency.local_pay", "Security", "Pay of those who took local deals", "level", 1.0),
)
GROUPS = ("The intervener", "Security", "Local forces", "Services", "Politics")
#: Months that a turn may last; 0: all that are left.
PACES = (1, 3, 6, 12, 0)
#: Months over which everybody is brought home.
LEAVING = (3, 6, 12, 18)
LARGEST_WORLD = 2**31 - 1
LONGEST_NOTE, LONGEST_GROUP, LONGEST_AIM, MOST_TURNS = 1000, 60, 200, 400
#: A lever that is read only on the day of an order: it is offered while that day is still to come.
_ON_ORDER = {"forces.army_retention": "army_order", "politics.purge_depth": "purge_order"}
#: Of a leaving intervener: what falls to nought by and by, and what ends with the last soldier.
_FALLING = ("force", "partners", "commitment")
_ENDING = ("air_strikes", "local_offer", "local_pay")
_HANDED_OVER = 0.9
_MONTHS = "January February March April May June July August September October November December".split()


def _name(key: str) -> str:
    return key.split(".")[1]


@dataclass(frozen=True)
class Decision:
    """What was decided for the months of one turn. levers: own values in the lever's unit, a lever that is not named
    follows the plan; leave: None, or the months over which everybody is brought home."""

    levers: tuple[tuple[str, float], ...] = ()
    leave: int | None = None


@dataclass(frozen=True)
class Turn:
    """One turn of a game. parent: the number of the turn before it, 0 for the start; first, until: months, `until`
    not among them; decided: when, in UTC; hindsight: none, later turns, truth (what the players had seen of the
    world's future when they decided); seen: a few reported numbers for readers; check: of everything that was
    reported so far; expected: (series, low, high), what the players expected to be reported, a month."""

    number: int
    parent: int
    first: int
    until: int
    decision: Decision
    note: str = ""
    decided: str = ""
    hindsight: str = "none"
    seen: Mapping[str, float] = field(default_factory=dict)
    check: str = ""
    expected: tuple[tuple[str, float, float], ...] = ()


@dataclass
class Game:
    """A game: scenario (key and hash), the strategy that holds where nothing is decided, the world, and the turns.

    draws: posterior or prior; months: the usual length of a turn; feasible: whether the force is held to what can be
    raised; ended: turn -> when the game was ended there; aim: what the group is after, in its own words; room: the
    code of the class that it is played in, empty for none. Turns are only ever added.
    """

    group: str
    scenario: str
    hash: str
    strategy: str
    draws: str
    world: int
    months: int
    feasible: bool
    started: str
    turns: list[Turn] = field(default_factory=list)
    ended: dict[int, str] = field(default_factory=dict)
    aim: str = ""
    key: str = ""
    owner: str = ""
    room: str = ""
    lock: Any = field(default_factory=threading.RLock, repr=False, compare=False)

    def turn(self, number: int) -> Turn | None:
        """The turn of that number; None for 0, the start. Raises RunError E433 where there is none."""
        if number == 0:
            return None
        if not 1 <= number <= len(self.turns):
            raise RunError("E433", f"this game has no turn {number}", hint=f"turns 1 to {len(self.turns)}")
        return self.turns[number - 1]

    def path(self, number: int) -> list[Turn]:
        """The turns that lead to a turn, the first one first; empty for the start. Raises as `turn`."""
        out: list[Turn] = []
        while number:
            found = self.turn(number)
            assert found is not None
            out.append(found)
            number = found.parent
        return out[::-1]

    def until(self, number: int) -> int:
        """Months that have passed after a turn."""
        found = self.turn(number)
        return found.until if found is not None else 0

    def children(self, number: int) -> list[Turn]:
        """Turns that were decided from there, in the order of their numbers."""
        return [turn for turn in self.turns if turn.parent == number]

    def hindsight(self, parent: int) -> str:
        """What players who now decide from `parent` have seen of what was still to come then."""
        if self.ended:
            return "truth"
        return "later turns" if any(turn.until > self.until(parent) for turn in self.turns) else "none"

    def add(
        self,
        parent: int,
        until: int,
        decision: Decision,
        note: str,
        *,
        expected: tuple[tuple[str, float, float], ...] = (),
        binding: bool = False,
    ) -> Turn:
        """Add a turn, or return the one that was decided alike from there: a form sent twice is one turn. binding: what
        was decided stands, nothing branches from an earlier turn.

        Raises RunError E433 where nothing can follow.
        """
        with self.lock:
            first = self.until(parent)
            for turn in self.children(parent):
                if (turn.until, turn.decision) == (until, decision):
                    return turn
            if binding and parent != len(self.turns):
                said = f"your group has decided already: its newest turn is {len(self.turns)}"
                raise RunError("E433", said, hint="what is decided stands until the umpire releases the truth")
            if parent in self.ended:
                raise RunError("E433", "the game was ended here", hint="branch from an earlier turn")
            if until <= first:
                raise RunError("E433", "no month is left", hint="branch from an earlier turn")
            if len(self.turns) >= MOST_TURNS:
                raise RunError("E433", f"a game has at most {MOST_TURNS} turns", hint="begin another")
            seen = self.hindsight(parent)
            made = Turn(len(self.turns) + 1, parent, first, until, decision, note, now(), seen, expected=expected)
            self.turns.append(made)
            return made

    def put(self, turn: Turn) -> None:
        """Replace a turn by itself with what was seen."""
        with self.lock:
            self.turns[turn.number - 1] = turn

    def end(self, number: int) -> None:
        """End the game at a turn. Raises RunError E433 at the start, where nothing has happened yet."""
        with self.lock:
            if self.turn(number) is None:
                raise RunError("E433", "nothing has happened yet", hint="decide once at least")
            self.ended.setdefault(number, now())


def month_words(label: str) -> str:
    """A month as people write it: "2003-05" is May 2003."""
    return f"{_MONTHS[int(label[5:]) - 1]} {label[:4]}"


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def world_of(number: int) -> tuple[int, int]:
    """Seed of the luck and member (0 to 255: which draw is the hidden truth) of a world. Randomness: named by the
    number."""
    luck, truth = uniforms(number, np.array([0], dtype=np.uint32), "play.world", 2)[0]
    return int(luck * 2**32), int(truth * 256)


def offered(problem: Problem, step: int) -> list[Spec]:
    """The levers that can still matter from a step on: planned at all, and not read on a day that is over."""
    out = []
    for spec in LEVERS:
        order = _ON_ORDER.get(spec.key)
        if order is not None and not np.any(np.asarray(problem.levers[order])[step:] > 0):
            continue
        out.append(spec)
    return out


def read_decision(pairs: Iterable[tuple[str, str]]) -> Decision:
    """Read a decision from a form's pairs: empty means "as planned". Pairs of other names are left alone.

    Raises ScenarioError with a fault for every value that cannot be meant: E205 unknown lever, E210 not a number or out
    of bounds.
    """
    faults: list[Fault] = []
    levers: dict[str, float] = {}
    leave: int | None = None
    for key, text in pairs:
        text = text.strip()
        if key == "leave":
            if text and text not in map(str, LEAVING):
                faults.append(
                    Fault(
                        "E210",
                        "not a pace of leaving",
                        field="leave",
                        value=text[:80],
                        allowed=", ".join(map(str, LEAVING)),
                    )
                )
            elif text:
                leave = int(text)
        elif "." in key and text:
            value = checked_value(key, text, faults)
            if value is not None:
                levers[key] = value
    if faults:
        raise ScenarioError(faults[0].code, "this decision cannot be meant", faults=tuple(faults))
    return Decision(tuple(sorted(levers.items())), leave)


def checked_value(key: str, value: Any, faults: list[Fault], where: str = "") -> float | None:
    """A lever's value as a number within its bounds; else None and a fault more."""
    keys = [spec.key for spec in LEVERS]
    place = f"{where}{key}"[:120]
    if key not in keys:
        faults.append(
            Fault("E205", "no such lever in play", field=place, value=str(value)[:80], nearest=nearest(key, keys))
        )
        return None
    lever = MODEL.levers[key]
    read = read_number(value, counted=is_counted(lever)) if isinstance(value, str) else float(value)
    if isinstance(read, Doubt):
        faults.append(Fault("E210", read.message, field=place, value=value[:80], allowed=read.instead))
        return None
    if isinstance(value, bool) or not lever.low <= read <= lever.high:
        unit = "" if lever.unit in ("-", "index", "share", "ratio") else f" {lever.unit}"
        allowed = f"{lever.low:.10g} to {lever.high:.10g}{unit}"
        faults.append(
            Fault("E210", "not a value this lever can have", field=place, value=str(value)[:80], allowed=allowed)
        )
        return None
    return read


def levers_along(problem: Problem, feasible: bool, path: list[Turn]) -> dict[str, np.ndarray]:
    """Levers that differ from a problem's after the decisions of a path: name -> (steps,), the plan beyond its end.

    A decision holds in the months of its turn alone; a value that is kept is decided again. Leaving runs on a straight
    line from what held before it was ordered; with the last soldier, strikes and local deals end and sovereignty is
    handed over.
    """
    plan = problem.levers
    out: dict[str, np.ndarray] = {}

    def column(name: str) -> np.ndarray:
        return out.setdefault(name, np.array(plan[name], dtype=float))

    if feasible and not np.all(plan["feasible"] == 1):
        column("feasible")[:] = 1.0
    months = np.asarray(problem.months)
    leaving: tuple[int, int, dict[str, float]] | None = None  # first step, months, values before it
    for turn in path:
        steps = np.flatnonzero((months >= turn.first) & (months < turn.until))
        for key, value in turn.decision.levers:
            column(_name(key))[steps] = value
        pace = turn.decision.leave
        if pace is None:
            leaving = None
            continue
        if leaving is None or leaving[1] != pace:
            first = int(steps[0])
            before = {name: float(column(name)[max(first - 1, 0)]) for name in _FALLING}
            leaving = (first, pace, before)
        first, pace, before = leaving
        # weeks of a month: four and a third
        gone = np.minimum((steps - first + 1) * problem.step / (pace * 52.1775 / 12.0), 1.0)
        for name in _FALLING:
            column(name)[steps] = before[name] * (1.0 - gone)
        away = steps[gone >= 1.0]
        for name in _ENDING:
            column(name)[away] = 0.0
        column("sovereignty")[away] = np.maximum(column("sovereignty")[away], _HANDED_OVER)
    return out
