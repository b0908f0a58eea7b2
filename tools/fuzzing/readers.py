"""Everything that reads a file from elsewhere, with shipped or made files to begin from: scenarios and what stands beside
them, games, the page. Files with a checksum: `stored`."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

from forbear.app.countries import Countries
from forbear.app.play.game import Decision, Game, Turn
from forbear.app.play.log import csv_of, log_text, read_log
from forbear.evidence.outlines import read_outlines
from forbear.evidence.own import Declaration, read_own
from forbear.evidence.tables import read_table
from forbear.scenario.casefiles.theories import load_theories
from forbear.scenario.reading.chain import LIBRARY
from forbear.scenario.scenario import Scenario
from fuzzing.beside import BESIDE
from fuzzing.reader import Reader
from fuzzing.stored import STORED

__all__ = ["READERS"]

BASE = "http://localhost:8765"
OWN_THEORIES = b"""weak = 0.25

[mechanisms.fear]
title = "communities fear one another"
strength = ["people.fear_per_death", "people.fear_shock"]
off = { "people.fear_shock" = 0.0 }

[theories.dilemma]
title = "Security dilemma"
says = "who is afraid strikes first"
sources = ["Posen 1993"]
own = ["fear"]
priors."people.fear_shock" = { family = "uniform", low = 0.1, high = 0.9 }
"""


class ScenarioReader(Reader):
    """A scenario's file, with the meadow's table beside it."""

    name, share = "scenario", 230

    def __init__(self) -> None:
        self.origins = tuple((LIBRARY / n / "scenario.toml").read_bytes() for n in ("meadow", "meadow", "harbour"))
        self.table = (LIBRARY / "meadow" / "districts.csv").read_bytes()

    def read(self, raw: bytes, folder: Path) -> None:
        """As `forbear check` does."""
        (folder / "scenario.toml").write_bytes(raw)
        (folder / "districts.csv").write_bytes(self.table)
        Scenario.load(folder / "scenario.toml").problem()


class TableReader(Reader):
    """The table of districts of a scenario."""

    name, kind, share = "table", "csv", 70

    def __init__(self) -> None:
        self.origins = ((LIBRARY / "meadow" / "districts.csv").read_bytes(),)
        self.scenario = (LIBRARY / "meadow" / "scenario.toml").read_bytes()

    def read(self, raw: bytes, folder: Path) -> None:
        """As `forbear check` does."""
        (folder / "scenario.toml").write_bytes(self.scenario)
        (folder / "districts.csv").write_bytes(raw)
        Scenario.load(folder / "scenario.toml").problem()


class UploadReader(Reader):
    """A scenario that somebody sends to the page."""

    name, share = "upload", 220

    def __init__(self) -> None:
        own = b'[scenario]\nname = "sent"\ntitle = "Sent"\nextends = "meadow"\n\n[levers]\nsource = "invented"\nintervener.force = 1200\n'
        self.origins = (own, own, *ScenarioReader().origins[-1:])
        self.countries = Countries("meadow")

    def read(self, raw: bytes, folder: Path) -> None:
        """As `POST /upload` does."""
        self.countries.add(raw)


def a_log() -> bytes:
    """The log of a game of three turns."""
    problem = Scenario.load("meadow").problem()
    when = "2026-01-02T03:04:05Z"
    turns = [
        Turn(1, 0, 0, 3, Decision((("intervener.force", 1000.0),)), "a note", when, "none", {"deaths": 12.0}, "0" * 24),
        Turn(2, 1, 3, 6, Decision((), 6), "", when, "later turns", {}, ""),
        Turn(3, 1, 3, 9, Decision((("intervener.force", 0.0),)), "=1+1", when, "truth", {"deaths": 1.5}, "f" * 24),
    ]
    game = Game("Group 1", "meadow", "0" * 64, "HISTORY", "prior", 7, 3, True, when, turns, {3: when})
    return log_text(game, problem).encode()


class LogReader(Reader):
    """The log of a game, and its table."""

    name, kind, share = "log", "json", 230

    def __init__(self) -> None:
        self.origins = (a_log(),)
        self.problem = Scenario.load("meadow").problem()

    def read(self, raw: bytes, folder: Path) -> None:
        """Read, and write again as JSON and CSV, where it fits the scenario."""
        game = read_log(raw)
        if all(turn.until <= len(self.problem.month_labels) for turn in game.turns):
            log_text(game, self.problem).encode("utf-8")
            csv_of(game, self.problem).encode("utf-8")


class TheoriesReader(Reader):
    """Theories of one's own beside a scenario."""

    name, share = "theories", 70

    def __init__(self) -> None:
        self.origins = (OWN_THEORIES, OWN_THEORIES, (files("forbear.inference") / "theories.toml").read_bytes())

    def read(self, raw: bytes, folder: Path) -> None:
        """As `forbear model theories` and a fit under a theory do."""
        (folder / "theories.toml").write_bytes(raw)
        load_theories([folder / "theories.toml"])


class SeriesReader(Reader):
    """A series of one's own beside a scenario: a table of counts by month and place."""

    name, kind, share = "series", "csv", 70

    def __init__(self) -> None:
        months = [f"{year}-{month:02d}" for year in (2003, 2004) for month in range(1, 13)]
        rows = [
            f"{month},{place},{3 * k % 41},{1200 + k}"
            for k, month in enumerate(months)
            for place in ("north", "uplands")
        ]
        self.origins = (("month,where,deaths,attacks\n" + "\n".join(rows) + "\n").encode(),)
        columns = (("deaths", "persons"), ("attacks", "events"))
        self.said = Declaration("counted", columns, ("month",), "month", place="where", absent="zero")

    def read(self, raw: bytes, folder: Path) -> str:
        """As a scenario that compares with it does."""
        (folder / "counted.csv").write_bytes(raw)
        series, faults = read_own(self.said, read_table(folder / "counted.csv"), ("north", "uplands"))
        return "read" if series is not None and not faults else "refused with faults"


class BordersReader(Reader):
    """A map of districts beside a scenario."""

    name, kind, share = "borders", "json", 30

    def __init__(self) -> None:
        square = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
        shapes = [
            {
                "type": "Feature",
                "properties": {"name": name, "code": k},
                "geometry": {"type": kind, "coordinates": rings},
            }
            for k, (name, kind, rings) in enumerate(
                (("north", "Polygon", [square]), ("uplands", "MultiPolygon", [[square]]))
            )
        ]
        self.origins = (json.dumps({"type": "FeatureCollection", "features": shapes}).encode(),)

    def read(self, raw: bytes, folder: Path) -> None:
        """As the map of a report does."""
        (folder / "borders.geojson").write_bytes(raw)
        read_outlines(folder / "borders.geojson")


class PageReader(Reader):
    """Files sent to a server in this process: scenarios and logs."""

    name, share = "page", 40

    def __init__(self) -> None:
        from starlette.testclient import TestClient

        from forbear.app.server import create

        self.client = TestClient(create("meadow"), base_url=BASE, raise_server_exceptions=True)
        self.token = re.search(r'name="token" value="([0-9a-f]+)"', self.client.get("/").text)[1]
        self.origins = (*UploadReader().origins, a_log())

    def read(self, raw: bytes, folder: Path) -> str:
        """Send a file to a route that takes it. An answer beyond 499 is a fault."""
        places = ("/play/restore", "/play/compare") if raw.lstrip()[:1] in (b"{", b"[") else ("/upload",)
        for place in places:
            answer = self.client.post(
                place, data={"token": self.token, "page": "0123456789abcdef"}, files={"file": ("sent", raw)},
                headers={"origin": BASE}, follow_redirects=False,
            )  # fmt: skip
            if answer.status_code >= 500:
                raise RuntimeError(f"{place} answered {answer.status_code}")
        return "read" if answer.status_code < 400 else f"refused with {answer.status_code}"


READERS: dict[str, type[Reader]] = {
    reader.name: reader
    for reader in (
        ScenarioReader,
        TableReader,
        TheoriesReader,
        SeriesReader,
        BordersReader,
        UploadReader,
        LogReader,
        *STORED,
        PageReader,
        *BESIDE,
    )
}
