"""How the laboratory looks and answers, in a real browser: from an empty cache to a drawn page, questions, sliders, heights.

    uv run --group bench python benchmarks/look_laboratory.py [SCENARIO] [--moves 20] [--only cold,moves,look]

cold: a server in a process of its own with an empty cache folder: seconds from the start of the process until the address
answers, from there to a drawn page, until levers can be moved, and to the first numbers run on this machine; and how often the page said nothing new for
more than two seconds meanwhile. moves: milliseconds from a slider to the first new chart, and from a question to its answer,
median and 95th percentile. look: at three widths the height of the page, where the first picture stands, words above it,
requests and bytes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from app import MOVE  # the other benchmark of this page, beside this file

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))

ASK = """(key) => new Promise((done) => {
  const start = performance.now();
  const old = document.getElementById('results');
  document.querySelector(`.chip[data-question="${key}"]`).click();
  const look = () => {
    const now = document.getElementById('results');
    if (now !== old && now.dataset.question === key) done(performance.now() - start);
    else setTimeout(look, 4);
  };
  look();
})"""
LOOK = """() => {
  const first = [...document.querySelectorAll('.whisker-box, svg.chart')].filter((s) => s.getClientRects().length);
  const top = Math.min(...first.map((s) => s.getBoundingClientRect().top + scrollY));
  return [document.documentElement.scrollHeight, top, document.getElementById('sentence').textContent.split(/\\s+/).length];
}"""
WHOLE = "#results[data-stage='512']"


def cold(browser: Any, scenario: str) -> None:
    """Measure from an empty cache."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        call = [
            sys.executable,
            "-c",
            "from forbear.cli import main; main()",
            "app",
            scenario,
            "--port",
            str(port),
            "--no-browser",
        ]
        server = subprocess.Popen(call, env={**os.environ, "FORBEAR_CACHE": folder}, stdout=subprocess.DEVNULL)
        try:
            address = f"http://localhost:{port}/"
            while True:
                try:
                    with urllib.request.urlopen(f"{address}static/app.css", timeout=5):
                        break
                except OSError:
                    time.sleep(0.05)
            up = time.perf_counter()
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            page.goto(address)
            page.wait_for_selector("#stand .whisker-box")
            drawn = time.perf_counter()
            page.wait_for_selector("#levers:not([inert])")
            live = time.perf_counter()
            words, still, changed = "", 0, time.perf_counter()
            while page.locator("#results[data-run]").count() == 0:
                now = page.inner_text("#progress") + str(page.evaluate("document.getElementById('bar').value"))
                if now != words:
                    words, changed = now, time.perf_counter()
                elif time.perf_counter() - changed > 2:
                    still, changed = still + 1, time.perf_counter()
                page.wait_for_timeout(100)
            run = time.perf_counter()
            print(
                f"empty cache: the address answers after {up - began:.2f} s, the page is drawn {drawn - up:.2f} s after that,"
            )
            print(f"             levers can be moved {live - began:.1f} s after the start,")
            print(
                f"             first numbers of this machine {run - drawn:.0f} s later; said nothing new for 2 s {still} times"
            )
            page.close()
        finally:
            server.terminate()
            server.wait(timeout=20)


def moves(page: Any, many: int) -> None:
    """Measure sliders and questions on a warm server."""
    import numpy as np

    def told(name: str, values: list[float]) -> None:
        middle, late = np.quantile(values, [0.5, 0.95])
        print(f"{name:<26} median {middle:6.0f} ms   95th percentile {late:6.0f} ms   ({len(values)} times)")

    found = []
    for k in range(many):
        found.append(page.evaluate(MOVE, round(1.05 + 0.05 * k, 2)))
        page.wait_for_selector(WHOLE, timeout=300_000)
    told("slider to first chart", found)
    keys = page.evaluate("[...document.querySelectorAll('.chip')].map((c) => c.dataset.question)")
    asked = []
    for k in range(many):
        asked.append(page.evaluate(ASK, keys[k % len(keys)]))
    told("question to answer", asked)


def look(browser: Any, address: str) -> None:
    """Measure what is on the page at three widths."""
    for width, height in ((1400, 900), (800, 900), (390, 844)):
        page = browser.new_page(viewport={"width": width, "height": height})
        weights: list[int] = []
        page.on("response", lambda answer, weights=weights: weights.append(len(answer.body())))
        page.goto(address)
        page.wait_for_selector(WHOLE, timeout=300_000)
        tall, top, words = page.evaluate(LOOK)
        print(
            f"{width:5} px: {tall:6} px tall ({tall / height:.1f} screens), first picture at {top:.0f} px, {words} words in the sentence"
        )
        if width == 1400:
            print(f"          {len(weights)} requests, {sum(weights) / 1000:.0f} kB until 512 simulated histories")
        page.close()


def main() -> None:
    """Measure and print."""
    from conftest import FLAGS, Served
    from playwright.sync_api import sync_playwright

    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("scenario", nargs="?", default="iraq-2003")
    asked.add_argument("--moves", type=int, default=20)
    asked.add_argument("--only", default="cold,moves,look")
    options = asked.parse_args()
    parts = options.only.split(",")
    with sync_playwright() as play:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = play.chromium.launch(executable_path=program, args=FLAGS)
        if "cold" in parts:
            cold(browser, options.scenario)
        if "moves" in parts or "look" in parts:
            served = Served(options.scenario)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(served.address)
            page.wait_for_selector(WHOLE, timeout=300_000)
            if "moves" in parts:
                moves(page, options.moves)
            page.close()
            if "look" in parts:
                look(browser, served.address)
            served.stop()
        browser.close()


if __name__ == "__main__":
    main()
