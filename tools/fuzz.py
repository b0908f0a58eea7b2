"""Send damaged and hostile files through everything that reads one, under a limit of memory, and count what happens.

    python tools/fuzz.py                                       1,000 inputs for each reader
    python tools/fuzz.py --total 100000                        the big run: 10^5 over all readers, each its share
    python tools/fuzz.py --total 100000 --part 3 20            the third twentieth of it: can be stopped and gone on with
    python tools/fuzz.py --inputs 100000                       10^5 for each reader, hours
    python tools/fuzz.py --readers scenario log --inputs 5000  some readers
    python tools/fuzz.py --readers log --only 4711             one input again, with its traceback; --keep writes it to a file

Every input is fixed by (seed, reader, number), so a fault can be repeated. A reader may take a file or refuse it with a
ForbearError; anything else is a fault: another exception, more memory than --memory on top of what was held at the start,
more than --seconds of processor time for one input, a death of the process, an answer of the page beyond 499. Ends with 1
where there is a fault. Resident memory is told after a tenth of the inputs and at the end: it should not have grown.

Inputs are shipped files changed (bytes, lines, tokens, values of any kind in the place of another, with the checksum made
good in half of them, as a malicious hand would), and files made to be expensive (nesting, endless keys, thousands of sections,
numbers of many digits, countries beyond measure).
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fuzzing.changes import changed_bytes, changed_json, changed_text, hostile_json, hostile_toml
from fuzzing.reader import WHOLE, Reader
from fuzzing.readers import READERS

from forbear.errors import ForbearError

#: A process that dies is started again so many times, after the input that killed it.
RESTARTS = 20
WORST_MESSAGE = 2_000_000


def content(reader: Reader, seed: int, number: int) -> bytes:
    """The input of that number."""
    random = Random(f"{seed} {reader.name} {number}")
    origin = random.choice(reader.origins)
    if reader.kind == "json":
        if random.random() < 0.05:
            return hostile_json(random)
        return changed_json(origin, random, reader.seal) if random.random() < 0.6 else changed_bytes(origin, random)
    if reader.kind == "arrays":
        return reader.remade(origin, random) if random.random() < 0.5 else changed_bytes(origin, random)
    if reader.kind == "toml" and random.random() < 0.05:
        return hostile_toml(random, origin)
    return changed_text(origin, random) if random.random() < 0.8 else changed_bytes(origin, random)


@contextlib.contextmanager
def limited(seconds: float):
    """Raise TimeoutError after so many seconds of processor time."""

    def over(number: int, frame: Any) -> None:
        raise TimeoutError(f"more than {seconds:g} s of processor time")

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def tried(reader: Reader, raw: bytes, folder: Path, seconds: float) -> tuple[str, str]:
    """What comes of an input: ("read" or a code, "") or ("fault", the place and the last lines of the traceback)."""
    try:
        with limited(seconds):
            answer = reader.read(raw, folder)
        return answer or "read", ""
    except ForbearError as error:
        text = str(error)
        if not error.code or not error.message or len(text) > WORST_MESSAGE:
            return "fault", f"an error of {len(text)} characters"
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return "fault", f"{error.code}: a message that cannot be printed"
        return error.code, ""
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        last = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in last if "forbear" in frame.filename and "fuzz" not in frame.filename] or last
        where = f"{Path(own[-1].filename).name}:{own[-1].lineno} in {own[-1].name}" if own else "nowhere"
        return "fault", f"{type(error).__name__} at {where}: {str(error)[:200]}"


def resident() -> int:
    """Resident memory now, in MB."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return int(re.search(r"VmRSS:\s+(\d+)", status.read_text())[1]) // 1024


def limit_memory(megabytes: int) -> None:
    """Allow so much on top of what is held now; where the system cannot, say so."""
    status = Path("/proc/self/status")
    if not status.exists():
        print("memory is not limited on this system", file=sys.stderr)
        return
    held = int(re.search(r"VmSize:\s+(\d+)", status.read_text())[1]) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (held + megabytes * 2**20,) * 2)


def work(chosen: argparse.Namespace, reader: Reader, first: int) -> None:
    """Inputs from `first` on; one line of JSON for each fault, one at the end. The number at work stands in `--mark`."""
    warnings.simplefilter("error", RuntimeWarning)  # a number that overflows or is cast to nonsense was not looked at
    counts: collections.Counter[str] = collections.Counter()
    with (
        tempfile.TemporaryDirectory(prefix="forbear-fuzz-") as place,
        Path(chosen.mark).open("wb", buffering=0) as mark,
    ):
        folder = Path(place)
        for origin in reader.origins[:3]:
            tried(reader, origin, folder, 600.0)  # warm: what is loaded once is no growth
        limit_memory(chosen.memory)
        early = None
        for number in range(first, chosen.inputs):
            mark.seek(0)
            mark.write(f"{number:<12d}".encode())
            outcome, why = tried(reader, content(reader, chosen.seed, number), folder, chosen.seconds)
            counts[outcome] += 1
            if why:
                print(json.dumps({"number": number, "why": why}), flush=True)
            if early is None and number - first >= (chosen.inputs - first) // 10:
                early = resident()
    print(json.dumps({"counts": counts, "early": early, "late": resident()}), flush=True)


def watched(chosen: argparse.Namespace, name: str) -> dict[str, Any]:
    """Run a reader's inputs in a process of its own, again and again where it dies."""
    found: dict[str, Any] = {"counts": collections.Counter(), "faults": [], "early": None, "late": None}
    first, last = ((chosen.inputs * (chosen.part[0] + k)) // chosen.part[1] for k in (-1, 0))
    with tempfile.TemporaryDirectory(prefix="forbear-fuzz-") as place:
        mark = Path(place) / "number"
        for _ in range(RESTARTS):
            words = [sys.executable, __file__, "--work", name, "--first", str(first), "--mark", str(mark)]
            words += [f"--{key}={getattr(chosen, key)}" for key in ("seed", "memory", "seconds")]
            words += [f"--inputs={last}"]
            done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": "0"})
            for line in done.stdout.splitlines():
                told = json.loads(line)
                if "why" in told:
                    found["faults"].append((told["number"], told["why"]))
                else:
                    found["counts"].update(told["counts"])
                    found["early"], found["late"] = told["early"], told["late"]
            if done.returncode == 0:
                break
            if not mark.exists():
                found["faults"].append((first, f"the process did not start: {done.stderr[-800:]}"))
                break
            died = int(mark.read_text(encoding="ascii"))
            found["counts"]["fault"] += 1
            found["faults"].append((died, f"the process ended with {done.returncode}: {done.stderr[-300:]}"))
            first = died + 1
    return found


def main() -> None:
    """Parse the words, run, tell, and leave with 1 where there is a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", nargs="+", choices=sorted(READERS), default=sorted(READERS))
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument(
        "--total", type=int, help="inputs over all readers at least; each gets its share, also where it runs alone"
    )
    parser.add_argument(
        "--part", type=int, nargs=2, metavar=("K", "OF"), default=(1, 1), help="only the K-th of so many parts"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", type=int, default=1024, help="MB on top of what is held at the start")
    parser.add_argument("--seconds", type=float, default=20.0, help="of processor time for one input")
    parser.add_argument("--only", type=int)
    parser.add_argument("--keep", type=Path)
    for hidden in ("--work", "--mark"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        work(chosen, READERS[chosen.work](), chosen.first)
        return
    if chosen.only is not None:
        for name in chosen.readers:
            reader = READERS[name]()
            raw = content(reader, chosen.seed, chosen.only)
            if chosen.keep:
                chosen.keep.write_bytes(raw)
            with tempfile.TemporaryDirectory(prefix="forbear-fuzz-") as place:
                try:
                    print(name, reader.read(raw, Path(place)) or "read")
                except ForbearError as error:
                    print(name, error)
        return
    if not 1 <= chosen.part[0] <= chosen.part[1]:
        parser.error("--part K OF needs 1 <= K <= OF")
    bad = 0
    for name in chosen.readers:
        begun = time.monotonic()
        if chosen.total:
            chosen.inputs = max(chosen.total * READERS[name].share // WHOLE, 1)
        found = watched(chosen, name)
        total = sum(found["counts"].values())
        refused = total - found["counts"]["read"] - found["counts"]["fault"]
        print(
            f"{name}: {total:,} inputs, {found['counts']['read']:,} read, {refused:,} refused, {len(found['faults'])} faults; "
            f"resident {found['early']} MB, then {found['late']} MB; {time.monotonic() - begun:.0f} s",
            flush=True,
        )
        kinds: dict[str, list[int]] = {}
        for number, why in found["faults"]:
            kinds.setdefault(re.sub(r"\d+", "N", why.split(": ")[0]) + why[len(why.split(": ")[0]) :][:120], []).append(
                number
            )
        for why, numbers in list(kinds.items())[:40]:
            print(f"    {len(numbers)} times, first input {numbers[0]}: {why}")
        bad += len(found["faults"])
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
