"""Everything that reads a file from elsewhere, with shipped or made files to begin from."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np

from forbear.app.countries import Countries
from forbear.app.play.game import Decision, Game, Turn
from forbear.app.play.log import csv_of, log_text, read_log
from forbear.errors import FileError
from forbear.files import read_arrays, write_arrays
from forbear.inference.posterior import Posterior
from forbear.inference.space import Space
from forbear.questions.answers import Answers
from forbear.scenario.reading.chain import LIBRARY
from forbear.scenario.scenario import Scenario
from forbear.validation.validate import FILE as VALIDATION
from forbear.validation.validate import load_validation
from fuzzing.changes import VALUES

__all__ = ["READERS", "Reader"]

BASE = "http://localhost:8765"


class Reader:
    """One way in. kind: toml, csv, json or arrays, which says how its files are changed; seal: whether they have a checksum."""

    name = ""
    kind = "toml"
    seal = False
    origins: tuple[bytes, ...] = ()

    def read(self, raw: bytes, folder: Path) -> str | None:
        """Read a file; a word for the outcome where it is more than that. Raises what the reader raises."""
        raise NotImplementedError

    def remade(self, origin: bytes, random: Random) -> bytes:
        """A file of arrays with other arrays in it."""
        raise NotImplementedError


class ScenarioReader(Reader):
    """A scenario's file, with the meadow's table beside it."""

    name = "scenario"

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

    name, kind = "table", "csv"

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

    name = "upload"

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

    name, kind = "log", "json"

    def __init__(self) -> None:
        self.origins = (a_log(),)
        self.problem = Scenario.load("meadow").problem()

    def read(self, raw: bytes, folder: Path) -> None:
        """Read, and write again as JSON and CSV, where it fits the scenario."""
        game = read_log(raw)
        if all(turn.until <= len(self.problem.month_labels) for turn in game.turns):
            log_text(game, self.problem).encode("utf-8")
            csv_of(game, self.problem).encode("utf-8")


class AnswersReader(Reader):
    """Verdicts on record."""

    name, kind, seal = "answers", "json", True

    def __init__(self) -> None:
        self.origins = tuple(path.read_bytes() for path in sorted(LIBRARY.glob("*/answers.json")))

    def read(self, raw: bytes, folder: Path) -> None:
        """As the report does."""
        (folder / "answers.json").write_bytes(raw)
        Answers.read(folder / "answers.json")


class ValidationReader(Reader):
    """Results of validation on record."""

    name, kind, seal = "validation", "json", True

    def __init__(self) -> None:
        self.origins = tuple(path.read_bytes() for path in sorted(LIBRARY.glob(f"*/{VALIDATION}")))

    def read(self, raw: bytes, folder: Path) -> None:
        """As the report does."""
        (folder / "scenario.toml").write_bytes(b'[scenario]\nname = "mine"\ntitle = "Mine"\nextends = "meadow"\n')
        (folder / VALIDATION).write_bytes(raw)
        load_validation(Scenario.load(folder / "scenario.toml"))


class PosteriorReader(Reader):
    """A posterior."""

    name, kind = "posterior", "arrays"

    def __init__(self) -> None:
        self.problem = Scenario.load("meadow").problem()
        space = Space(self.problem)
        scores = space.draw(64, 1, "fuzz")
        made = Posterior(space, scores, np.repeat(np.arange(4), 16), np.zeros(64), {"model": "0"}, {"seed": 1})
        with tempfile.TemporaryDirectory() as folder:
            made.save(Path(folder) / "posterior.npz")
            self.origins = ((Path(folder) / "posterior.npz").read_bytes(),)

    def read(self, raw: bytes, folder: Path) -> None:
        """Load, and take parameters from it."""
        (folder / "posterior.npz").write_bytes(raw)
        Posterior.load(folder / "posterior.npz", self.problem).parameters(8)

    def remade(self, origin: bytes, random: Random) -> bytes:
        """An array lost, or of another shape or kind, or with numbers that are none; the checksum is made good."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "posterior.npz"
            path.write_bytes(origin)
            try:
                arrays, about = read_arrays(path)
            except FileError:  # without a seal: as it is
                with np.load(path, allow_pickle=False) as file:
                    arrays, about = {name: file[name] for name in file.files}, {}
            name = random.choice(sorted(arrays))
            one = arrays[name]
            changes: list[Callable[[], object]] = [
                lambda: arrays.pop(name),
                lambda: about.pop(random.choice(sorted(about)), None) if about else None,
                lambda: about.update({random.choice(sorted(about)): random.choice(VALUES[:8])}) if about else None,
                lambda: arrays.__setitem__(name, one.ravel()[:3]),
                lambda: arrays.__setitem__(name, one[..., None]),
                lambda: arrays.__setitem__(name, one[:0]),
                lambda: arrays.__setitem__(name, np.array("x")),
                lambda: arrays.__setitem__(name, np.zeros(0)),
                lambda: arrays.__setitem__(name, np.full(one.shape, np.nan)),
                lambda: arrays.__setitem__(name, np.full(one.shape, 1e300)),
                lambda: arrays.__setitem__(name, np.zeros(one.shape, dtype="M8[s]")),
                lambda: arrays.__setitem__(name, np.zeros((10**7,), dtype="i1")),
            ]
            random.choice(changes)()
            if about:
                write_arrays(path, arrays, about)
            else:
                np.savez_compressed(path, allow_pickle=False, **arrays)
            return path.read_bytes()


class PageReader(Reader):
    """Files sent to a server in this process: scenarios and logs."""

    name = "page"

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
        UploadReader,
        LogReader,
        AnswersReader,
        ValidationReader,
        PosteriorReader,
        PageReader,
    )
}
