"""Play mode, the umpire's log: a game as a JSON file that a class can save, send in again and compare.

A log is data: numbers, names and notes. Reading one runs nothing; what is shown of it is run again here, and every
turn's check says whether that gave the numbers that its players saw.
"""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from forbear.app.play.expect import SERIES
from forbear.app.play.game import (
    LARGEST_WORLD,
    LEAVING,
    LONGEST_AIM,
    LONGEST_GROUP,
    LONGEST_NOTE,
    MOST_TURNS,
    PACES,
    Decision,
    Game,
    Turn,
    checked_value,
)
from forbear.app.security import LARGEST_FILE
from forbear.errors import Fault, FileError, can_be_shown
from forbear.files import whole_number
from forbear.spreadsheets import csv_text

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem

__all__ = ["FORMAT", "csv_of", "log_of", "log_text", "read_log"]

FORMAT = "forbear game 1"
_TIME = re.compile(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z\Z")
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_CHECK = re.compile(r"([0-9a-f]{24})?\Z")
_HINDSIGHT = ("none", "later turns", "truth")
_MOST_FAULTS = 12
#: No number that a game has is larger.
LARGEST = 1e18


def log_of(game: Game, problem: Problem) -> dict[str, Any]:
    """A game as data for JSON. Months are counted from 0; `through` names the last month of a turn for readers."""
    labels = problem.month_labels
    turns = [
        {
            "number": turn.number,
            "parent": turn.parent,
            "first": turn.first,
            "until": turn.until,
            "through": labels[turn.until - 1],
            "levers": dict(turn.decision.levers),
            "leave": turn.decision.leave,
            "note": turn.note,
            "decided": turn.decided,
            "hindsight": turn.hindsight,
            "seen": dict(turn.seen),
            "check": turn.check,
            "expected": {series: [low, high] for series, low, high in turn.expected},
        }
        for turn in game.turns
    ]
    return {
        "format": FORMAT,
        "forbear": version("forbear"),
        "group": game.group,
        "aim": game.aim,
        "scenario": game.scenario,
        "scenario_hash": game.hash,
        "strategy": game.strategy,
        "draws": game.draws,
        "world": game.world,
        "months_per_turn": game.months,
        "feasible": game.feasible,
        "started": game.started,
        "turns": turns,
        "ended": {str(number): when for number, when in game.ended.items()},
    }


def log_text(game: Game, problem: Problem) -> str:
    """The log as the text of a file: one line a turn."""
    data = log_of(game, problem)
    turns = data.pop("turns")
    head = json.dumps(data, ensure_ascii=False, indent=1)[:-2]
    rows = ",\n".join("  " + json.dumps(turn, ensure_ascii=False) for turn in turns)
    return head + ',\n "turns": [\n' + rows + "\n ]\n}\n"


class _Reader:
    """Takes a log apart and notes every fault with the field it is in."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, where: str, message: str, value: Any, allowed: str) -> None:
        self.faults.append(Fault("E431", message, field=where, value=str(value)[:80], allowed=allowed))

    def text(
        self, data: dict[str, Any], key: str, where: str, longest: int, pattern: re.Pattern[str] | None = None
    ) -> str:
        value = data.get(key)
        if (
            not isinstance(value, str)
            or len(value) > longest
            or not can_be_shown(value)
            or (pattern is not None and not pattern.match(value))
        ):
            shape = "a text" if pattern is None else "a text of its own form"
            self.fault(where + key, "not what a log has here", value, f"{shape}, at most {longest} characters")
            return ""
        return value

    def whole(self, data: dict[str, Any], key: str, where: str, low: int, high: int) -> int:
        value = data.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fault(where + key, "not a number that a log has here", value, f"{low} to {high}")
            return low
        return value

    def choice(self, data: dict[str, Any], key: str, where: str, allowed: tuple[Any, ...]) -> Any:
        value = data.get(key)
        if not any(value is a or (type(value) is type(a) and value == a) for a in allowed):
            self.fault(where + key, "not one of the choices", value, ", ".join(map(str, allowed)))
            return allowed[0]
        return value

    def turn(self, data: Any, number: int, earlier: list[Turn]) -> Turn | None:
        where = f"turns[{number - 1}]."
        if not isinstance(data, dict):
            self.fault(where, "not a turn", data, "a table")
            return None
        self.whole(data, "number", where, number, number)
        parent = self.whole(data, "parent", where, 0, number - 1)
        first = earlier[parent - 1].until if parent else 0
        self.whole(data, "first", where, first, first)
        until = self.whole(data, "until", where, first + 1, 5000)
        levers: dict[str, float] = {}
        given = data.get("levers")
        if not isinstance(given, dict) or len(given) > 100:
            self.fault(where + "levers", "not a table of levers", given, "lever: number")
            given = {}
        for key, value in given.items():
            if not _is_number(value):
                self.fault(f"{where}levers.{key[:60]}", "not a number", value, "a number")
                continue
            checked = checked_value(key, value, self.faults, f"{where}levers.")
            if checked is not None:
                levers[key] = checked
        leave = self.choice(data, "leave", where, (None, *LEAVING))
        seen = data.get("seen")
        if (
            not isinstance(seen, dict)
            or len(seen) > 40
            or not all(_is_number(v) and len(k) < 60 and k.isprintable() for k, v in seen.items())
        ):
            self.fault(where + "seen", "not a table of numbers", seen, "name: number")
            seen = {}
        return Turn(
            number,
            parent,
            first,
            until,
            Decision(tuple(sorted(levers.items())), leave),
            self.text(data, "note", where, LONGEST_NOTE),
            self.text(data, "decided", where, 20, _TIME),
            self.choice(data, "hindsight", where, _HINDSIGHT),
            dict(seen),
            self.text(data, "check", where, 24, _CHECK),
            self.expected(data.get("expected", {}), where + "expected"),
        )

    def expected(self, given: Any, where: str) -> tuple[tuple[str, float, float], ...]:
        """Ranges that were expected; older logs have none."""
        out = []
        if not isinstance(given, dict) or not set(given) <= set(SERIES):
            self.fault(where, "not a table of ranges", given, "series: [low, high]")
            return ()
        for series, ends in given.items():
            if not isinstance(ends, list) or len(ends) != 2 or not all(_is_number(v) for v in ends):
                self.fault(f"{where}.{series}", "not a range", ends, "[low, high]")
            elif not 0 <= ends[0] <= ends[1]:
                self.fault(f"{where}.{series}", "not a range", ends, "0 or more, low before high")
            else:
                out.append((series, float(ends[0]), float(ends[1])))
        return tuple(out)


def _is_number(value: Any) -> bool:
    # a whole number of any size is read from JSON, and not every one has a float
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < LARGEST


def _parsed(text: bytes) -> dict[str, Any]:
    def refuse(word: str) -> float:
        raise ValueError(f"{word} is no number")

    if len(text) > LARGEST_FILE:
        raise FileError("E104", f"the file is too large: at most {LARGEST_FILE // 1024} kB")
    try:
        data = json.loads(text.decode("utf-8"), parse_constant=refuse, parse_int=whole_number)
    except UnicodeDecodeError:
        raise FileError("E104", "the file is not UTF-8 text") from None
    except RecursionError:
        raise FileError("E431", "the file nests too deep") from None
    except ValueError as error:
        raise FileError("E431", f"the file is not JSON: {error}") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else data
        fault = Fault("E431", "not the log of a game", field="format", value=str(found)[:80], allowed=FORMAT)
        raise FileError("E431", "not the log of a game", faults=(fault,))
    return data


def read_log(text: bytes) -> Game:
    """Read the text of a log as a game without key. Nothing is run, and what the players saw is not believed yet.

    Raises FileError E104 (too large, not text) or E431 with a fault for every field that is not as it should be.
    """
    data, reader = _parsed(text), _Reader()
    turns: list[Turn] = []
    listed = data.get("turns")
    if not isinstance(listed, list) or len(listed) > MOST_TURNS:
        reader.fault("turns", "not a list of turns", type(listed).__name__, f"at most {MOST_TURNS} turns")
        listed = []
    for number, entry in enumerate(listed, 1):
        turn = reader.turn(entry, number, turns)
        if turn is None or len(reader.faults) >= _MOST_FAULTS:
            break
        turns.append(turn)
    ended: dict[int, str] = {}
    listed_ends = data.get("ended")
    if not isinstance(listed_ends, dict) or len(listed_ends) > MOST_TURNS:
        reader.fault("ended", "not a table of ends", listed_ends, "turn: time")
        listed_ends = {}
    for key, when in listed_ends.items():
        if (
            not re.fullmatch(r"[0-9]{1,3}", key)
            or not 1 <= int(key) <= max(len(turns), 1)
            or not isinstance(when, str)
            or not _TIME.match(when)
        ):
            reader.fault(f"ended.{key[:20]}", "not the end of a turn", when, "a turn of the log and a time in UTC")
        else:
            ended[int(key)] = when
    feasible = data.get("feasible")
    if not isinstance(feasible, bool):
        reader.fault("feasible", "not yes or no", feasible, "true, false")
    game = Game(
        reader.text(data, "group", "", LONGEST_GROUP),
        reader.text(data, "scenario", "", 200),
        reader.text(data, "scenario_hash", "", 64, _HASH),
        reader.text(data, "strategy", "", 100),
        reader.choice(data, "draws", "", ("posterior", "prior")),
        reader.whole(data, "world", "", 0, LARGEST_WORLD),
        reader.choice(data, "months_per_turn", "", PACES),
        feasible is True,
        reader.text(data, "started", "", 20, _TIME),
        turns,
        ended,
        reader.text(data, "aim", "", LONGEST_AIM) if "aim" in data else "",
    )
    if reader.faults:
        raise FileError("E431", "this log cannot be meant", faults=tuple(reader.faults[:_MOST_FAULTS]))
    return game


def csv_of(game: Game, problem: Problem) -> str:
    """The log as a table: one row a turn, one column for every lever that was ever set and every number seen."""
    levers = sorted({key for turn in game.turns for key, _ in turn.decision.levers})
    seen = list(dict.fromkeys(key for turn in game.turns for key in turn.seen))
    expected = list(dict.fromkeys(name for turn in game.turns for name, _, _ in turn.expected))
    head = [
        "turn",
        "after_turn",
        "first_month",
        "last_month",
        "decided_utc",
        "hindsight",
        "ended",
        "leave_within_months",
    ]
    rows = []
    for turn in game.turns:
        own = dict(turn.decision.levers)
        thought = {name: (f"{low:.10g}", f"{high:.10g}") for name, low, high in turn.expected}
        rows.append(
            [
                turn.number,
                turn.parent,
                problem.month_labels[turn.first],
                problem.month_labels[turn.until - 1],
                turn.decided,
                turn.hindsight,
                game.ended.get(turn.number, ""),
                turn.decision.leave or "",
                *(f"{own[key]:.10g}" if key in own else "as planned" for key in levers),
                *(f"{turn.seen[key]:.10g}" if key in turn.seen else "" for key in seen),
                *(text for name in expected for text in thought.get(name, ("", ""))),
                turn.note,
                turn.check,
            ]
        )
    ends = [f"expected {name} {end}" for name in expected for end in ("low", "high")]
    return csv_text([*head, *levers, *seen, *ends, "note", "check"], rows)
