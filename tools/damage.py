"""Damage files that forbear wrote, one at a time, and count what is accepted in silence.

    python tools/damage.py                                     400 damages of a store, 200 of each other kind
    python tools/damage.py --kinds store --damages 100         one kind, fewer
    python tools/damage.py --kinds store --part 3 8            the third eighth of the 400
    python tools/damage.py --kinds store --only 17             one damage again

kinds: store (of an ensemble of the meadow), kept (outcomes in the cache folder), posterior, validation, answers.

Every damage is fixed by (seed, kind, number): a file of the kind is lost, emptied, cut, lengthened, has a bit turned, some
bytes exchanged, takes the contents of another, or becomes a folder. Then it is read as forbear reads it. Good ends: it is
refused with a code, or run again and that is said, or what is read is what was written to the bit (a blank for a blank, a
byte of the archive that no reader looks at). Accepted in silence: other numbers, or a store mended without a word.
Anything else that is raised is a fault, too. Ends with 1 where there is one of either.
"""

from __future__ import annotations

import argparse
import collections
import json
import shutil
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from forbear.ensemble.kept import Kept
from forbear.ensemble.progress import NoMeter
from forbear.ensemble.runner import simulate
from forbear.errors import ForbearError
from forbear.files import write_arrays
from forbear.inference.posterior import FILE as POSTERIOR
from forbear.inference.posterior import Posterior
from forbear.inference.space import Space
from forbear.kernel.draws import LANES
from forbear.questions.answers import FILE as ANSWERS
from forbear.questions.answers import Answers
from forbear.questions.stored import encode
from forbear.scenario.reading.chain import LIBRARY
from forbear.scenario.scenario import Scenario
from forbear.validation.validate import FILE as VALIDATION
from forbear.validation.validate import read_validation

OPTIONS: dict[str, Any] = {
    "members": LANES + 30, "seed": 4, "weekly": ("deaths", "cost_budget"), "monthly": ("control",), "workers": 1,
}  # fmt: skip
WAYS = ("lost", "empty", "cut", "longer", "bit", "bit", "bit", "bytes", "bytes", "other", "folder")


class Told(NoMeter):
    """Keeps what was said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        """Keep a line."""
        self.lines.append(text)


class Kind(ABC):
    """A kind of file. whole: the folder with undamaged ones; names: those that may be damaged."""

    def __init__(self, place: Path) -> None:
        self.whole = place / "whole"
        self.whole.mkdir(parents=True)
        self.make()
        self.names = sorted(path.relative_to(self.whole) for path in self.whole.rglob("*") if path.is_file())

    @abstractmethod
    def make(self) -> None:
        """Write the undamaged files, and remember what they say."""

    @abstractmethod
    def read(self, folder: Path) -> tuple[bool, bool]:
        """Read as forbear does: (whether the numbers are those that were written, whether damage was said)."""


class StoreKind(Kind):
    """The store of an ensemble, read by a run that goes on. Its numbers are always right: is the damage said?"""

    def make(self) -> None:
        """Run the ensemble once."""
        self.problem = Scenario.load("meadow").problem()
        self.data = simulate(self.problem, store=self.whole, **OPTIONS).data

    def read(self, folder: Path) -> tuple[bool, bool]:
        """Run it again over the store."""
        told = Told()
        again = simulate(self.problem, store=folder, progress=told, **OPTIONS)
        noted = json.loads((folder / "manifest.json").read_text())["noted"]
        return again.data.identical(self.data), bool(told.lines) and noted[-len(told.lines) :] == told.lines


class KeptKind(Kind):
    """Outcomes in the cache folder: what is damaged is as if it were not there."""

    def make(self) -> None:
        """Keep some outcomes."""
        random = np.random.Generator(np.random.Philox(3))
        self.arrays = {"failed": random.random(256) < 0.02, "whole/deaths": random.random(256) * 1e4}
        self.arrays["year/deaths"] = random.random((256, 8)).astype(np.float32)
        self.kept = Kept(damage="outcomes")
        write_arrays(self.whole / "kept.npz", self.arrays)

    def read(self, folder: Path) -> tuple[bool, bool]:
        """Ask for them."""
        self.kept.path = folder / "kept.npz"
        found = self.kept.read()
        if found is None:
            return True, True
        same = found.keys() == self.arrays.keys() and all(_same(found[n], self.arrays[n]) for n in found)
        return same, False


class PosteriorKind(Kind):
    """A posterior of the meadow: draws from its priors, saved as a fit saves them."""

    def make(self) -> None:
        """Save it."""
        self.problem = Scenario.load("meadow").problem()
        space = Space(self.problem)
        chains, level = np.repeat(np.arange(4), 128), np.linspace(-90.0, -10.0, 512)
        Posterior(space, space.draw(512, 1, "damage"), chains, level, {"model": "0"}, {"seed": 1}).save(
            self.whole / POSTERIOR
        )
        self.posterior = Posterior.load(self.whole / POSTERIOR, self.problem)

    def read(self, folder: Path) -> tuple[bool, bool]:
        """Load it."""
        found = Posterior.load(folder / POSTERIOR, self.problem)
        pairs = ((found.scores, self.posterior.scores), (found.chain, self.posterior.chain))
        pairs = (*pairs, (found.log_likelihood, self.posterior.log_likelihood))
        said = found.stamp == self.posterior.stamp and found.notes == self.posterior.notes
        return said and all(_same(a, b) for a, b in pairs), False


class ValidationKind(Kind):
    """The record of validation that ships with Iraq."""

    def make(self) -> None:
        """Copy it."""
        shutil.copy(LIBRARY / "iraq-2003" / VALIDATION, self.whole / VALIDATION)
        self.found = read_validation(self.whole / VALIDATION)

    def read(self, folder: Path) -> tuple[bool, bool]:
        """Read it."""
        return read_validation(folder / VALIDATION) == self.found, False


class AnswersKind(Kind):
    """The verdicts that ship with Iraq."""

    def make(self) -> None:
        """Copy them."""
        shutil.copy(LIBRARY / "iraq-2003" / ANSWERS, self.whole / ANSWERS)
        self.found = encode(Answers.read(self.whole / ANSWERS))

    def read(self, folder: Path) -> tuple[bool, bool]:
        """Read them."""
        return encode(Answers.read(folder / ANSWERS)) == self.found, False


KINDS: dict[str, type[Kind]] = {
    "store": StoreKind, "kept": KeptKind, "posterior": PosteriorKind, "validation": ValidationKind, "answers": AnswersKind,
}  # fmt: skip
DAMAGES = {"store": 400}


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and np.array_equal(a, b)


def damage(folder: Path, names: list[Path], random: Random) -> tuple[str, bool]:
    """Damage one file of a folder: (what was done in words, whether its contents say something else than before)."""
    name, way = random.choice(names), random.choice(WAYS)
    path, raw = folder / name, (folder / name).read_bytes()
    at, size = random.randrange(max(len(raw), 1)), random.randint(1, 16)
    changed: bytes | None = None
    if way in ("lost", "folder"):
        path.unlink()
        if way == "folder":
            path.mkdir()
    elif way == "other" and len(names) > 1:
        changed = (folder / random.choice([each for each in names if each != name])).read_bytes()
    else:
        ways: dict[str, Callable[[], bytes]] = {
            "empty": lambda: b"",
            "cut": lambda: raw[:at],
            "longer": lambda: raw + random.randbytes(size),
            "bytes": lambda: raw[:at] + random.randbytes(size) + raw[at + size :],
        }
        changed = ways.get(way, lambda: raw[:at] + bytes([raw[at] ^ 1 << random.randrange(8)]) + raw[at + 1 :])()
    if changed is not None:
        path.write_bytes(changed)
    return f"{way} in {name}", changed is None or not _says_the_same(raw, changed)


def _says_the_same(a: bytes, b: bytes) -> bool:
    """The same bytes, or two JSON documents that differ in blanks."""
    try:
        return a == b or bool(json.loads(a) == json.loads(b))
    except ValueError:
        return False


def tried(kind: Kind, name: str, place: Path, seed: int, number: int) -> tuple[str, str]:
    """What comes of a damage: (outcome, what was done). Outcomes: a code, `said`, `the same`, `silent`, `fault: ...`."""
    folder = place / str(number)
    shutil.copytree(kind.whole, folder)
    try:
        done, altered = damage(folder, kind.names, Random(f"{seed} {name} {number}"))
        same, said = kind.read(folder)
        if not same:
            return "silent", done
        if isinstance(kind, StoreKind) and altered and not said:
            return "silent", f"{done} (mended without a word)"
        return "said" if said else "the same", done
    except ForbearError as error:
        return error.code, done
    except Exception as error:
        return f"fault: {type(error).__name__}: {str(error)[:120]}", done
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Parse the words, damage, tell, and leave with 1 where something was accepted in silence or fell over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=sorted(KINDS), default=list(KINDS))
    parser.add_argument(
        "--damages", type=int, help="of each kind: 400 of a store and 200 of others where nothing is said"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int)
    parser.add_argument(
        "--part", type=int, nargs=2, metavar=("K", "OF"), default=(1, 1), help="only the K-th of so many parts"
    )
    chosen = parser.parse_args()
    if not 1 <= chosen.part[0] <= chosen.part[1]:
        parser.error("--part K OF needs 1 <= K <= OF")
    bad = 0
    for name in chosen.kinds:
        with tempfile.TemporaryDirectory(prefix="forbear-damage-") as place:
            kind = KINDS[name](Path(place))
            many, (part, of) = chosen.damages or DAMAGES.get(name, 200), chosen.part
            numbers = range(many * (part - 1) // of, many * part // of) if chosen.only is None else [chosen.only]
            found = [(number, *tried(kind, name, Path(place), chosen.seed, number)) for number in numbers]
        counts = collections.Counter(outcome for _, outcome, _ in found)
        wrong = [entry for entry in found if entry[1] == "silent" or entry[1].startswith("fault")]
        words = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
        print(f"{name}: {len(found)} damages, {counts['silent']} accepted in silence; {words}", flush=True)
        for number, outcome, done in wrong[:20]:
            print(f"    {number}: {done}: {outcome}")
        bad += len(wrong)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
