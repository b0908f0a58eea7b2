"""Make again everything in the library that is learned or computed: posteriors, answers, records, drawings, pages.

    python tools/evidence.py --list              # what is made, in which order, by which command
    python tools/evidence.py                     # all of it; goes on where it was stopped
    python tools/evidence.py --only answers      # one kind (several): fits theories record validation answers pages
    python tools/evidence.py --keep FOLDER       # where finished work lies, ./evidence when absent

To be run after a change of the model, of a prior, of observations or of the verdict rule: from then on what ships is of
another model, which tests say. Every step is a command that a user could type. A step that ended well is not done again
under the same model, rule and library; fits and worlds inside a step go on from their own store. Some four hours on two
free cores.
Nothing is judged here: read what the fits say, and their records, before anything is shipped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from forbear.country.model import MODEL
from forbear.files import write_text
from forbear.inference.posterior import stamp_of
from forbear.inference.structures import structures
from forbear.scenario import Scenario
from forbear.scenario.reading.chain import LIBRARY, library_names

HERE = Path(__file__).resolve().parent.parent
KINDS = ("fits", "theories", "record", "validation", "answers", "pages")
#: Claims are tested by `run` for the first war, with attribution and search; by `claims` for dearer ones, in fewer runs.
RUN = "iraq-2003"
RULE = HERE / "src/forbear/questions/verdict_rule.toml"
CLAIMS = ("--members", "64", "--replications", "2")
#: Parts of a record that every fitted war has, and those that only the first can pay for.
PARTS = ("contraction", "facts", "course", "place", "discrepancy", "modes", "theories", "forecasts")
DEAR = ("calibration",)
#: Where parameters of another war are tried, and the file that it makes beside the record.
BORROWER, TRIED = "afghanistan-2001", "transport.json"


@dataclass(frozen=True)
class Step:
    """One command. makes: the files that it writes, from the folder of the project."""

    kind: str
    name: str
    command: tuple[str, ...]
    makes: tuple[str, ...] = ()

    def line(self) -> str:
        """As it stands in a list."""
        return f"{self.kind:<10} {self.name:<44} {shlex.join(self.command)}"


def fitted() -> list[str]:
    """Wars of the library that say how they are judged, the cheapest first."""
    return sorted((n for n in library_names() if (LIBRARY / n / "validation.toml").exists()), key=lambda n: n != RUN)


def shipped(*parts: str) -> str:
    """A file of the library, from the folder of the project."""
    return (LIBRARY.joinpath(*parts)).relative_to(HERE).as_posix()


def steps(keep: Path) -> Iterator[Step]:
    """All steps in order: what a step reads was made by one before it."""
    forbear = (sys.executable, "-m", "forbear.cli")
    for name in fitted():
        target = shipped(name, "posterior.npz")
        store = str(keep / f"{name}.fit")
        yield Step("fits", name, (*forbear, "fit", name, "--to", target, "--store", store), (target,))
    for name in fitted():
        for theory in structures(Scenario.load(name)):
            target, store = shipped(name, f"posterior-{theory}.npz"), str(keep / f"{name}-{theory}.fit")
            wanted = (
                *forbear,
                "fit",
                name,
                "--structure",
                theory,
                "--effort",
                "rival",
                "--to",
                target,
                "--store",
                store,
            )
            yield Step("theories", f"{name}, {theory}", wanted, (target,))
    yield Step("record", "priors pooled over wars", (sys.executable, "tools/pool.py"), (shipped("pooled.json"),))
    record = (*forbear, "atlas", "fit", "--to", shipped("record", "prior.npz"))
    yield Step("record", "outcomes of other wars", record, (shipped("record", "prior.npz"),))
    for name in fitted():
        parts = (*PARTS, *DEAR) if name == RUN else PARTS
        target, store = shipped(name, "validation.json"), str(keep / f"{name}.validation")
        wanted = (*forbear, "validate", name, "--parts", ",".join(parts), "--to", target, "--store", store)
        yield Step("validation", name, wanted, (target,))
    wanted = (*forbear, "validate", BORROWER, "--parts", "transport", "--to", shipped(BORROWER, "validation.json"))
    yield Step("validation", f"{BORROWER}, parameters of another war", wanted, (shipped(BORROWER, TRIED),))
    for name in fitted():
        target = shipped(name, "answers.json")
        if name == RUN:
            yield Step(
                "answers",
                name,
                (sys.executable, "tools/evidence.py", "--answers", name, "--keep", str(keep)),
                (target,),
            )
        else:
            yield Step("answers", name, (*forbear, "claims", "-s", name, *CLAIMS, "--to", target), (target,))
    odds = shipped("record", f"odds-{RUN}.json")
    weigh = (*forbear, "atlas", "weigh", RUN, "--replications", "1", "--store", str(keep / "odds"), "--to", odds)
    yield Step("answers", f"{RUN}, odds by other wars and studies", weigh, (odds,))
    drawn = tuple(shipped(n, "laboratory.json") for n in library_names() if (LIBRARY / n / "laboratory.json").exists())
    yield Step("pages", "what the laboratory opens with", (sys.executable, "tools/laboratory.py"), drawn)
    moved = tuple(shipped(n, "reach.json") for n in library_names() if (LIBRARY / n / "reach.json").exists())
    yield Step("pages", "what sliders of claims move", (sys.executable, "tools/reach.py"), moved)
    for script in ("atlas", "odds", "effects", "reproduce", "transport", "pictures", "generate"):
        yield Step("pages", f"docs/{script}.py", (sys.executable, f"docs/{script}.py"))
    yield Step("pages", "output in the documents", (sys.executable, "docs/execute.py", "--write"))
    yield Step("pages", "output in the gallery", (sys.executable, "docs/execute.py", "docs/gallery.md", "--write"))


def answers(name: str, keep: Path) -> None:
    """Answers of a whole run, moved beside the scenario."""
    folder = keep / "run"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run((sys.executable, "-m", "forbear.cli", "run", name), cwd=folder, check=True)
    write_text(LIBRARY / name / "answers.json", (folder / f"{name}-answers.json").read_text(encoding="utf-8"))


def stamp(step: Step) -> str:
    """What a finished step was finished under: model, evidence of the wars, rule of verdicts, command; and what it
    made, so that an older file in its place is made again."""
    opened = [Scenario.load(name) for name in fitted()]
    wars = [stamp_of(scenario, scenario.problem()) for scenario in opened]
    files = [HERE / name for name in step.makes]
    made = [hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "" for file in files]
    under = [MODEL.hash, RULE.read_text(encoding="utf-8"), wars, step.command, made]
    return hashlib.sha256(json.dumps(under, sort_keys=True).encode()).hexdigest()


def make(wanted: list[str], keep: Path) -> int:
    """Do the steps that are not done. Ends with the code of the first that fails."""
    keep.mkdir(parents=True, exist_ok=True)
    done_file = keep / "done.json"
    done = json.loads(done_file.read_text(encoding="utf-8")) if done_file.exists() else {}
    for step in steps(keep):
        key = f"{step.kind}: {step.name}"
        if step.kind not in wanted:
            continue
        if done.get(key) == stamp(step):
            print(f"done before  {key}", flush=True)
            continue
        print(f"now          {key}", flush=True)
        begun = time.monotonic()
        code = subprocess.run(step.command, cwd=HERE).returncode
        if code:
            print(f"ended with {code}: {shlex.join(step.command)}", file=sys.stderr)
            return code
        print(f"{time.monotonic() - begun:8.0f} s   {key}", flush=True)
        done[key] = stamp(step)
        write_text(done_file, json.dumps(done, indent=1))
    return 0


def main() -> int:
    """Make evidence again, or list how it is made."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--list", action="store_true", help="only say what would be done")
    asked.add_argument("--only", nargs="+", choices=KINDS, default=list(KINDS))
    asked.add_argument("--keep", type=Path, default=Path("evidence"))
    asked.add_argument("--answers", metavar="NAME", help=argparse.SUPPRESS)
    args = asked.parse_args()
    keep = args.keep.resolve()
    if args.answers:
        answers(args.answers, keep)
        return 0
    if args.list:
        print("\n".join(step.line() for step in steps(args.keep)))
        return 0
    return make(args.only, keep)


if __name__ == "__main__":
    sys.exit(main())
