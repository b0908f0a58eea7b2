"""Case files beside a scenario, lists of events, answers to `forbear new`, and what a server keeps of games."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from forbear.app.play.classes import Classes
from forbear.app.play.game import Game
from forbear.app.play.log import log_text
from forbear.app.play.shelf import Shelf
from forbear.evidence.events import count_events
from forbear.faults import Faults
from forbear.scenario.casefiles.audit import load_audit
from forbear.scenario.casefiles.decision import load_decision
from forbear.scenario.casefiles.facts import load_facts
from forbear.scenario.casefiles.plan import load_plan_file
from forbear.scenario.casefiles.policies import load_claims, load_strategies
from forbear.scenario.casefiles.remedies import load_remedies
from forbear.scenario.casefiles.search_levers import load_search_levers
from forbear.scenario.reading.chain import LIBRARY
from forbear.scenario.reading.document import read_document
from forbear.scenario.scenario import Scenario
from forbear.scenario.wizard.answers import read_answers
from forbear.scenario.wizard.begin import begin_scenario
from fuzzing.reader import Reader

__all__ = ["BESIDE"]

STRATEGIES = b"""[MORE]
title = "More"
side = "intervener"
settings = { "intervener.force" = { scale = 1.5 } }
statement = "more of it"

[LESS]
title = "Less"
settings = { "intervener.force" = { schedule = [["2003-05-05", 100], ["2004-05-03", 900]], interpolation = "linear" } }
"""
CLAIMS = b"""[A1]
title = "More soldiers, fewer dead"
statement = "more soldiers save lives"
rival = "they do not"
kind = "effect"
base = "HISTORY"
changed = "NEVER"
outcome = "deaths"
claim_says = "lower"
rival_says = "not lower"
margin = 0.1
deciding = ["mass_elasticity"]
"""
DECISION = b"""[decision]
options = ["HISTORY"]
attitude = "mean"
horizon = "2003-12"

[losses]
unit = "US$"
deaths = 1e6
cost = 1.0
"""
EVENTS = """event_date,event_type,place,latitude,longitude,fatalities
10 March 2004,Battles,north,0.1,0.2,3
2004-04-01,Riots,uplands,1.1,0.3,0
2004-05,Riots,"a place, far away",,,9
"""
#: Answers for a country of two districts, as docs/new-country.md has them.
NEW = b"""title = "Rivers, an invented country of three districts"
kind = "prospective"              # or "invented", or "historical"
start = 2030-01-07
end = 2034-07-03                  # two years after the exit at least, or lasting success cannot show

[sources.census]
title = "Census of Rivers, 2021"

[districts]                       # people; communities are spread evenly unless a district says otherwise
delta = { people = 800_000, source = "census", shares = { river = 0.8, hill = 0.2 } }
valley = { people = 500_000, source = "census" }
highland = { people = 200_000, source = "census", shares = { river = 0.1, hill = 0.9 } }

[communities.river]
share = 0.6
governs = true                    # would govern under the new order

[communities.hill]
share = 0.4
governed = true                   # governs now
inclusion_before = { value = 0.8, range = [0.6, 0.9], source = "assumption: they hold the army and the treasury" }

[organisations.hill_front]        # exists, or would form
home = "hill"
sponsored = true

[intervention]
force = 9_000
exit = 2032-06-28                 # or "open"; a proposal says how it ends
brigades = 8

[country]
democracy = 0.2
oil = "?"                         # a guess is wanted
"""
PLAIN = "date,place,deaths,kind\n2004-03-01,north,1,raid\n2004-03,uplands,10,raid\n,north,5,=1+1\n"


class CaseFileReader(Reader):
    """Files beside a scenario: an input is the file's name, a nought, and what lies there."""

    name, share = "casefile", 60

    def __init__(self) -> None:
        iraq = LIBRARY / "iraq-2003"
        files = [("strategies.toml", STRATEGIES), ("claims.toml", CLAIMS), ("decision.toml", DECISION)]
        names = ("facts.toml", "remedies.toml", "audit.toml", "search.toml", "validation.toml")
        files += [(name, (iraq / name).read_bytes()) for name in names]
        files += [("claims.toml", (iraq / "claims" / "beyond.toml").read_bytes())]
        files += [("strategies.toml", (iraq / "strategies" / "named.toml").read_bytes())]
        self.origins = tuple(name.encode() + b"\0" + raw for name, raw in files)
        self.loaders: dict[str, Callable[[Scenario, Path], Any]] = {
            "strategies.toml": lambda s, path: [x.apply(s).problem() for x in load_strategies(s, (path,)).values()],
            "claims.toml": lambda s, path: load_claims(s, (path,)),
            "decision.toml": lambda s, path: load_decision(s, path),
            "facts.toml": lambda s, path: load_facts(s),
            "remedies.toml": lambda s, path: load_remedies(s),
            "audit.toml": lambda s, path: load_audit(s),
            "search.toml": lambda s, path: load_search_levers(s),
            "validation.toml": lambda s, path: load_plan_file(s),
        }
        self.scenarios: dict[str, Scenario] = {}

    def read(self, raw: bytes, folder: Path) -> None:
        """As the command does that uses the file."""
        head, _, content = raw.partition(b"\0")
        name = head.decode("utf-8", "replace")
        name = name if name in self.loaders else "claims.toml"
        parent = "meadow" if name in ("strategies.toml", "claims.toml", "decision.toml") else "iraq-2003"
        place = folder / parent
        if parent not in self.scenarios:
            place.mkdir(exist_ok=True)
            header = f'[scenario]\nname = "mine"\ntitle = "Mine"\nextends = "{parent}"\n'
            (place / "scenario.toml").write_text(header, encoding="utf-8")
            self.scenarios[parent] = Scenario.load(place / "scenario.toml")
        try:
            (place / name).write_bytes(content)
            self.loaders[name](self.scenarios[parent], place / name)
        finally:
            (place / name).unlink(missing_ok=True)


class EventsReader(Reader):
    """A list of events to be counted by district and month."""

    name, kind, share = "events", "csv", 30

    def __init__(self) -> None:
        self.origins = (EVENTS.encode(), PLAIN.encode())
        square = (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)),)
        self.outlines = {"north": square}

    def read(self, raw: bytes, folder: Path) -> None:
        """As `forbear evidence from-events` does."""
        (folder / "events.csv").write_bytes(raw)
        counts = count_events(folder / "events.csv", ("north", "uplands"), outlines=self.outlines)
        counts.table()
        counts.apart_table()


class AnswersOfNewReader(Reader):
    """A file of answers for `forbear new`."""

    name, share = "new", 20

    def __init__(self) -> None:
        self.origins = (NEW, NEW)

    def read(self, raw: bytes, folder: Path) -> None:
        """As `forbear new --answers` does; a scenario that was made must be one that can be read."""
        place = folder / "answers.toml"
        place.write_bytes(raw)
        found = read_answers("elsewhere", read_document(place, "answers", Faults()), guess=True)
        try:
            Scenario.load(begin_scenario(found, folder)).problem()
        finally:
            shutil.rmtree(folder / "elsewhere", ignore_errors=True)


class KeptGameReader(Reader):
    """Files of a server's games and classes."""

    name, kind, share = "game", "json", 30

    def __init__(self) -> None:
        when = "2026-01-02T03:04:05Z"
        game = Game("Red", "meadow", "0" * 64, "HISTORY", "prior", 7, 3, True, when)
        self.months = Scenario.load("meadow").problem()
        log = log_text(game, self.months)
        room = {
            "key": "a" * 20, "code": "ABCDEF", "title": "Seminar", "scenario": "meadow", "hash": "0" * 64,
            "strategy": "HISTORY", "draws": "prior",
            "world": 7, "months": 3, "feasible": True, "minutes": 4, "made": when, "aim": "",
            "groups": ["b" * 20], "released": "", "rings": 0.0,
        }  # fmt: skip
        self.origins = (json.dumps({"owner": "a", "room": "", "log": log}).encode(), json.dumps(room).encode())

    def read(self, raw: bytes, folder: Path) -> str:
        """As a server does when it starts and lists games: what cannot be read is left out."""
        (folder / "cccccccccccccccccccc.json").write_bytes(raw)
        games = Shelf(folder).entries()
        rooms = Classes(folder)
        return "read" if games or len(rooms) else "left out"


BESIDE = (CaseFileReader, EventsReader, AnswersOfNewReader, KeptGameReader)
