"""Crowd a server from some addresses, and measure how long a page takes for somebody at another.

    python tools/crowd.py                        all of it, some three minutes
    python tools/crowd.py --kinds tabs           one kind
    python tools/crowd.py --scenario iraq-2003   another scenario than the meadow

A server runs in a process of its own; whoever crowds it sits at 127.0.0.2, who is measured at 127.0.0.3 and, where that
can be, at 127.0.0.2 as well (a class behind one address). Addresses of this kind are there on Linux.

kinds:

- tabs: fourteen tabs of one person move levers without a pause, and another moves one; seconds to the first charts. The
  same without the tabs stands beside it.
- halves: 1,100 connections send half a request and wait; seconds to a page, before any password.
- deaf: 400 connections ask for hundreds of answers each and take none.
- floods: one address sends password after password; seconds to the right one of another.

Ends with 1 where somebody is not answered within --seconds, or the server has ended.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import median
from urllib.parse import urlencode

CROWD, OTHER = "127.0.0.2", "127.0.0.3"
HALF = b"GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: "
PASSWORD = "four words of mine"
PATIENCE = 120.0
DEAF = 400


class Person:
    """A browser in small, at an address."""

    def __init__(self, port: int, address: str) -> None:
        self.port, self.address = port, address
        self.cookie = self.token = ""

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, dict[str, str], str]:
        """One request: (status, headers, text)."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE, source_address=(self.address, 0))
        headers = {"cookie": self.cookie, "origin": f"http://127.0.0.1:{self.port}"}
        body = None
        if form is not None:
            body = urlencode({"token": self.token, **form}).encode()
            headers["content-type"] = "application/x-www-form-urlencoded"
        try:
            line.request("GET" if body is None else "POST", path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            line.close()
        told = {name.lower(): value for name, value in answer.getheaders()}
        self.cookie = told.get("set-cookie", self.cookie).split(";")[0]
        found = re.search(r'name="token" value="([0-9a-f]+)"', text)
        self.token = found[1] if found else self.token
        return answer.status, told, text

    def moves(self, scenario: str, tab: int, factor: float) -> float:
        """Seconds from a moved lever to the first charts of it; infinite where it is refused."""
        begun = time.monotonic()
        form = {"page": f"{tab:016x}", "scenario": scenario, "intervener.force": f"*{factor:.4f}"}
        status, told, text = self.ask("/run", form)
        while "x-forbear-again" in told and not text and time.monotonic() - begun < PATIENCE:
            status, told, text = self.ask(told["x-forbear-again"])
        return time.monotonic() - begun if status == 200 and text else float("inf")


@contextlib.contextmanager
def served(scenario: str, password: str | None = None) -> Iterator[int]:
    """A server in a process of its own; its port, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "forbear.cli", "app", scenario, "--no-browser", "--port", str(port)]
    with tempfile.TemporaryDirectory(prefix="forbear-crowd-") as folder:
        environment = {**os.environ, "FORBEAR_GAMES": folder}
        environment.pop("FORBEAR_PASSWORD", None)
        if password is not None:
            environment["FORBEAR_PASSWORD"] = password
        process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 300
            while True:
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit("the server did not start")
                with contextlib.suppress(OSError, http.client.HTTPException):
                    told = Person(port, "127.0.0.1").ask("/enter")[1]
                    if "x-forbear-starting" not in told:  # else a kept page, while the server is being loaded
                        break
                time.sleep(0.2)
            yield port
            if process.poll() is not None:
                raise SystemExit(f"the server ended with {process.returncode}")
        finally:
            process.terminate()
            process.wait(timeout=30)


def many(times: int, deed: Callable[[int], float]) -> list[float]:
    """A deed again and again: its seconds."""
    return [deed(number) for number in range(times)]


def told(what: str, times: list[float], most: float) -> bool:
    """Print what was measured; whether it holds."""
    print(f"  {what}: median {median(times):.2f} s, at most {max(times):.2f} s, {len(times)} times", flush=True)
    return max(times) <= most


def page_seconds(port: int, address: str) -> float:
    """Seconds of the page at which a password is asked."""
    begun = time.monotonic()
    try:
        status = Person(port, address).ask("/enter")[0]
    except OSError:
        return float("inf")
    return time.monotonic() - begun if status == 200 else float("inf")


def tabs(chosen: argparse.Namespace) -> bool:
    """Fourteen tabs of one person, and another who comes later."""
    random, stop, good = Random(chosen.seed), threading.Event(), True
    with served(chosen.scenario) as port:
        first = Person(port, OTHER)
        first.ask("/")
        first.moves(chosen.scenario, 99, 1.01)  # rules are compiled, what stands beside every plan is run

        def crowd(tab: int) -> None:
            person = Person(port, CROWD)
            person.cookie, person.token = crowder.cookie, crowder.token
            draws = Random(f"{chosen.seed} {tab}")
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    person.moves(chosen.scenario, tab, draws.uniform(0.2, 2.5))

        def others(what: str, address: str) -> bool:
            person = Person(port, address)
            person.ask("/")
            times = many(
                chosen.times, lambda number: person.moves(chosen.scenario, 500 + number, random.uniform(0.2, 2.5))
            )
            return told(what, times, chosen.seconds)

        good &= others("first charts with nobody else", OTHER)
        crowder = Person(port, CROWD)
        crowder.ask("/")
        threads = [threading.Thread(target=crowd, args=(tab,), daemon=True) for tab in range(14)]
        for thread in threads:
            thread.start()
        time.sleep(5.0)
        good &= others("first charts beside fourteen tabs of another address", OTHER)
        good &= others("first charts beside fourteen tabs of the same address", CROWD)
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)
    return good


def halves(chosen: argparse.Namespace) -> bool:
    """1,100 half requests of one address, before the password."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held: list[socket.socket] = []
    with served("meadow", PASSWORD) as port:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard) if hard > 0 else 4096, hard))
        try:
            for _ in range(1100):
                line = socket.socket()
                held.append(line)
                line.bind((CROWD, 0))
                line.setblocking(False)
                line.connect_ex(("127.0.0.1", port))
            time.sleep(1.0)
            for line in held:
                with contextlib.suppress(OSError):
                    line.send(HALF)
            times = many(chosen.times, lambda _: page_seconds(port, OTHER))
            good = told("a page beside 1,100 half requests of another address", times, chosen.seconds)
            time.sleep(12.0)  # they are let go after ten
            times = many(3, lambda _: page_seconds(port, CROWD))
            good &= told("a page at the same address, twelve seconds later", times, chosen.seconds)
        finally:
            for line in held:
                line.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return good


def deaf(chosen: argparse.Namespace) -> bool:
    """Connections of one address that ask and never read, more than an address may have."""
    asked = b"GET /static/htmx.min.js HTTP/1.1\r\nhost: localhost\r\n\r\n" * 400
    held: list[socket.socket] = []
    with served("meadow", PASSWORD) as port:
        try:
            for _ in range(DEAF):
                line = socket.socket()
                held.append(line)
                line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                line.bind((CROWD, 0))
                line.connect(("127.0.0.1", port))
                with contextlib.suppress(OSError):
                    line.sendall(asked)
            times = many(chosen.times, lambda _: page_seconds(port, OTHER))
            good = told(f"a page beside {DEAF} that take no answer", times, chosen.seconds)
            begun = time.monotonic()
            while page_seconds(port, CROWD) == float("inf") and time.monotonic() - begun < PATIENCE:
                time.sleep(1.0)
            waited = time.monotonic() - begun
            print(f"  the same address has a page again after {waited:.0f} s more", flush=True)
            good &= waited < PATIENCE
        finally:
            for line in held:
                line.close()
    return good


def floods(chosen: argparse.Namespace) -> bool:
    """Password after password of one address; the right one of another."""
    stop, tried = threading.Event(), [0]
    with served("meadow", PASSWORD) as port:

        def guess(number: int) -> None:
            person = Person(port, CROWD)
            person.ask("/enter")
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    if person.ask("/enter", {"password": f"wrong {number}"})[0] == 401:
                        tried[0] += 1

        def enter(_: int) -> float:
            before = time.monotonic()
            person = Person(port, OTHER)
            person.ask("/enter")
            return time.monotonic() - before if person.ask("/enter", {"password": PASSWORD})[0] == 303 else float("inf")

        threads = [threading.Thread(target=guess, args=(number,), daemon=True) for number in range(20)]
        for thread in threads:
            thread.start()
        begun = time.monotonic()
        time.sleep(3.0)

        good = told("the right password beside twenty who guess elsewhere", many(chosen.times, enter), chosen.seconds)
        time.sleep(max(10.0 - (time.monotonic() - begun), 0.0))
        print(f"  {tried[0] / (time.monotonic() - begun):.1f} guesses a second were looked at", flush=True)
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)
    return good


KINDS = {"tabs": tabs, "halves": halves, "deaf": deaf, "floods": floods}


def main() -> None:
    """Parse the words, measure, and leave with 1 where somebody waits too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=sorted(KINDS), default=list(KINDS))
    parser.add_argument("--scenario", default="meadow")
    parser.add_argument("--times", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=8.0, help="that whoever is measured may wait")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if not Path("/proc/self/status").exists():
        sys.exit("it needs addresses beside 127.0.0.1, as Linux has them")
    good = True
    for kind in chosen.kinds:
        print(f"{kind}; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
        good &= KINDS[kind](chosen)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
