"""Put a server under a mixed load for a while and say whether its memory has a plateau and whether everybody is answered.

    python tools/soak.py                              twenty minutes, thirty people, every scenario of the library
    python tools/soak.py --minutes 2 --people 8       a short one
    python tools/soak.py --json FILE                  all figures as well

The server is `forbear app` in a process of its own, with games in a temporary folder. Each person is a browser in small: a cookie, one tab,
a pause of some seconds between two acts, and pages that are asked again as the scripts of the page do. Acts: a lever is
moved and the charts are followed for some stages (6 in 10), a claim is tested (1 in 10), a page is opened (1 in 10), a
scenario is uploaded and run (1 in 20), a game is begun, played for two turns and ended (3 in 20). Who acts when on which
scenario is drawn from --seed.

The time of an answer is wall time from the act to the first chart, page or table of it. Ends with 1 where resident memory
rose above --memory, the median of some person's answers is above --seconds, or anything was answered with 500 or more.
Rules are compiled before the load begins.
"""

from __future__ import annotations

import argparse
import collections
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from random import Random
from statistics import median
from urllib.parse import urlencode

from forbear.scenario.reading.chain import library_names

UPLOAD = b'[scenario]\nname = "sent"\ntitle = "Sent"\nextends = "%s"\n\n[levers]\nsource = "assumption: a load"\n"intervener.force" = { scale = %.2f }\n'
#: An answer that takes longer than this is none.
PATIENCE = 120.0


class Person(threading.Thread):
    """Somebody who acts, waits, looks, and acts again."""

    def __init__(self, number: int, port: int, seed: int, until: float, pause: float) -> None:
        super().__init__(name=f"person-{number}", daemon=True)
        self.random = Random(f"{seed} {number}")
        self.port, self.until, self.pause = port, until, pause
        self.tab = f"{number:016x}"
        self.cookie = self.token = ""
        self.times: list[tuple[str, float]] = []
        self.statuses: collections.Counter[int] = collections.Counter()
        self.faults: list[str] = []
        self.refused: list[str] = []

    def run(self) -> None:
        """Act until the time is over; what goes wrong is kept."""
        acts = (self.lever, self.claim, self.page, self.upload, self.play)
        while time.monotonic() < self.until:
            act = self.random.choices(acts, (12, 2, 2, 1, 3))[0]
            try:
                act(self.random.choice(library_names()))
            except (OSError, http.client.HTTPException, TypeError, IndexError) as error:
                self.faults.append(f"{act.__name__}: {type(error).__name__}: {error}")
            time.sleep(self.random.uniform(0.5, 1.5) * self.pause)

    # -- a browser in small -------------------------------------------------------------------------------

    def ask(
        self, address: str, form: dict[str, str] | None = None, file: bytes | None = None
    ) -> tuple[int, dict[str, str], str]:
        """One request, answered: (status, headers, text). Redirections are followed."""
        headers = {"cookie": self.cookie, "origin": f"http://127.0.0.1:{self.port}"}
        body: bytes | None = None
        if form is not None:
            form = {"token": self.token, "page": self.tab, **form}
            body, headers["content-type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        if file is not None and form is not None:
            parts = [
                f'--part\r\ncontent-disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in form.items()
            ]
            parts.append(
                b'--part\r\ncontent-disposition: form-data; name="file"; filename="sent.toml"\r\n\r\n'
                + file
                + b"\r\n--part--\r\n"
            )
            body, headers["content-type"] = b"".join(parts), "multipart/form-data; boundary=part"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            line.request("GET" if body is None else "POST", address, body, headers)
            answer = line.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            line.close()
        self.statuses[answer.status] += 1
        if answer.status >= 400:
            self.refused.append(f"{address.split('?')[0]} answered {answer.status}")
        if answer.status >= 500:
            self.faults.append(f"{address.split('?')[0]} answered {answer.status}")
        told = {name.lower(): value for name, value in answer.getheaders()}
        if "set-cookie" in told:
            self.cookie = told["set-cookie"].split(";")[0]
        found = re.search(r'name="token" value="([0-9a-f]+)"', text)
        self.token = found[1] if found else self.token
        return self.ask(told["location"]) if answer.status == 303 else (answer.status, told, text)

    def awaited(self, answer: tuple[int, dict[str, str], str]) -> tuple[int, str]:
        """Ask again, as the page's script does, until there is more than "not yet"."""
        begun = time.monotonic()
        while "x-forbear-again" in answer[1] and time.monotonic() - begun < PATIENCE:
            answer = self.ask(answer[1]["x-forbear-again"])
        return answer[0], answer[2]

    def timed(self, kind: str, begun: float, status: int) -> None:
        """Keep how long it took; what was refused or never came took forever."""
        self.times.append((kind, time.monotonic() - begun if status == 200 else float("inf")))

    def followed(self, kind: str, address: str, form: dict[str, str]) -> None:
        """Ask for a run, and look at some of its stages."""
        begun = time.monotonic()
        status, text = self.awaited(self.ask(address, form))
        self.timed(kind, begun, status)
        for _ in range(self.random.randint(0, 5)):
            following = re.search(r'hx-get="([^"]+)"', text)
            if following is None:
                break
            status, text = self.awaited(self.ask(following[1].replace("&amp;", "&")))

    # -- acts ---------------------------------------------------------------------------------------------

    def page(self, scenario: str) -> None:
        """Open a page."""
        begun = time.monotonic()
        place = self.random.choice([f"/?scenario={scenario}", f"/claims?scenario={scenario}", "/play", "/play/compare"])
        self.timed("page", begun, self.ask(place)[0])

    def lever(self, scenario: str) -> None:
        """Move a lever."""
        if not self.token:
            self.ask(f"/?scenario={scenario}")
        self.followed(
            "lever", "/run", {"scenario": scenario, "intervener.force": f"*{self.random.uniform(0.2, 2.5):.2f}"}
        )

    def claim(self, scenario: str) -> None:
        """Test a claim of a scenario that has some; else open its page."""
        begun = time.monotonic()
        status, _, text = self.ask(f"/claims?scenario={scenario}")
        self.timed("claims page", begun, status)
        names = re.findall(r"[?&;]claim=([A-Za-z0-9_-]+)", text)
        if names:
            claim = self.random.choice(names)
            self.ask(f"/claims?scenario={scenario}&claim={claim}")  # the list has no form to be sent
            self.followed("claim", "/claims/run", {"scenario": scenario, "claim": claim})

    def upload(self, scenario: str) -> None:
        """Send a scenario and run it."""
        begun = time.monotonic()
        if not self.token:
            self.ask("/")
        text = UPLOAD % (scenario.encode(), self.random.uniform(0.5, 2.0))
        status, _, shown = self.ask("/upload", {}, text)
        self.timed("upload", begun, status)
        key = re.search(r'<option value="([^"]+)"[^>]*selected', shown)
        if key is not None:
            self.followed("uploaded", "/run", {"scenario": key[1], "intervener.force": "*1.10"})

    def play(self, scenario: str) -> None:
        """Begin a game, play two turns, end it."""
        self.ask("/play")
        begun = time.monotonic()
        asked = {
            "scenario": scenario,
            "group": self.name,
            "strategy": "HISTORY",
            "months": "3",
            "world": "7",
            "draws": "prior",
            "feasible": "1",
        }
        status, _, text = self.ask("/play/start", asked)
        self.timed("game begun", begun, status)
        found = re.search(r'action="(/play/[^"/]+)/decide"', text)
        if found is None:
            return
        for turn in range(2):
            time.sleep(self.pause / 2)
            begun = time.monotonic()
            sent = {
                "parent": str(turn),
                "months": "3",
                "note": "",
                "leave": "",
                "intervener.force": str(self.random.randint(0, 2000)),
            }
            self.timed("turn", begun, self.ask(f"{found[1]}/decide", sent)[0])
        begun = time.monotonic()
        self.timed("game ended", begun, self.ask(f"{found[1]}/end", {"parent": "2"})[0])


def resident(process: int) -> int:
    """Resident memory of a process now, in MB."""
    told = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", told)[1]) // 1024


def served(port: int, folder: str) -> subprocess.Popen[bytes]:
    """The server, once it answers."""
    words = [sys.executable, "-m", "forbear.cli", "app", "meadow", "--no-browser", "--port", str(port)]
    process = subprocess.Popen(words, env={**os.environ, "FORBEAR_GAMES": folder}, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 300
    while time.monotonic() < until and process.poll() is None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            line.request("GET", "/enter")
            answer = line.getresponse()
            if answer.getheader("x-forbear-starting") is None:  # else a kept page, while the server is being loaded
                return process
        except (OSError, http.client.HTTPException):
            pass
        finally:
            line.close()
        time.sleep(0.2)
    process.kill()
    raise SystemExit("the server did not start")


def told(people: list[Person], memory: list[int], load: list[float], chosen: argparse.Namespace) -> bool:
    """Print what was found; whether it holds."""
    kinds: dict[str, list[float]] = {}
    for person in people:
        for kind, seconds in person.times:
            kinds.setdefault(kind, []).append(seconds)
    for kind, times in sorted(kinds.items()):
        late = sorted(times)[min(int(0.95 * len(times)), len(times) - 1)]
        print(f"  {kind:<12} {len(times):>6,} answers, median {median(times):.2f} s, 95th percentile {late:.2f} s")
    medians = {person.name: median([seconds for _, seconds in person.times]) for person in people if person.times}
    statuses = sum((person.statuses for person in people), collections.Counter())
    faults = collections.Counter(fault for person in people for fault in person.faults)
    slow = sum(value > chosen.seconds for value in medians.values()) + len(people) - len(medians)
    third = len(memory) // 3
    print(f"answers by status: {', '.join(f'{count:,} {status}' for status, count in sorted(statuses.items()))}")
    print(
        f"median of a person's answers: {median(medians.values()):.2f} s, of the slowest {max(medians.values()):.2f} s; {slow} of {len(people)} above {chosen.seconds:g} s"
    )
    print(
        f"resident memory: {memory[0]} MB at first, {max(memory[third : 2 * third + 1])} MB at most in the second third, {max(memory)} MB at most"
    )
    print(f"load of the machine: {load[0]:.1f} at first, {load[-1]:.1f} at the end, {os.cpu_count()} processors")
    for words, count in collections.Counter(words for person in people for words in person.refused).most_common(20):
        print(f"  {count} times: {words}")
    for fault, count in faults.most_common(20):
        print(f"  {count} times: {fault}")
    if chosen.json:
        whole = {
            "kinds": kinds,
            "medians": medians,
            "memory": memory,
            "load": load,
            "statuses": statuses,
            "faults": faults,
        }
        chosen.json.write_text(json.dumps(whole), encoding="utf-8")
    return not faults and slow == 0 and max(memory) <= chosen.memory


def main() -> None:
    """Serve, load, tell, and leave with 1 where something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--pause", type=float, default=10.0, help="seconds between two acts of a person, on average")
    parser.add_argument("--memory", type=int, default=900, help="MB that the server may hold")
    parser.add_argument("--seconds", type=float, default=3.0, help="that the median answer of each person may take")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or the server would outlive us
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="forbear-soak-") as folder:
        process = served(port, folder)
        try:
            first = Person(0, port, chosen.seed, 0.0, 0.0)
            for scenario in library_names():  # compiled, and each country loaded once
                print(f"{scenario} is made ready", file=sys.stderr, flush=True)
                first.ask(f"/?scenario={scenario}")
                first.awaited(first.ask("/run", {"scenario": scenario, "intervener.force": "*1.01"}))
            until = time.monotonic() + 60 * chosen.minutes
            people = [Person(n, port, chosen.seed, until, chosen.pause) for n in range(1, chosen.people + 1)]
            memory, load = [resident(process.pid)], [os.getloadavg()[0]]
            for person in people:
                person.start()
            while time.monotonic() < until:
                time.sleep(1.0)
                memory.append(resident(process.pid))
                load.append(os.getloadavg()[0])
            for person in people:
                person.join(PATIENCE)
            print(f"{chosen.minutes:g} minutes, {chosen.people} people, {', '.join(library_names())}")
            good = told(people, memory, load, chosen)
        finally:
            process.terminate()
            process.wait(timeout=30)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
