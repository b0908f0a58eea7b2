"""Latency of the laboratory page: from a moved slider to the first new chart, in a real browser; weights of the pages.

    uv run --group bench python benchmarks/app.py [SCENARIO] [--moves 20]

Prints median and 95th percentile in milliseconds, of first answers (the first stage of plan, history and never) and of
complete ones: wall time in the browser, and processor time of the server, which a shared machine changes less; and the
bytes of every page and of what it loads.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))

MOVE = """(value) => new Promise((done) => {
  const slider = document.getElementById('intervener-force');
  const shown = () => document.getElementById('results').dataset;
  const old = shown().run, start = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event('input', {bubbles: true}));
  const look = () => {
    const now = shown();
    if (now.run && now.run !== old) done(performance.now() - start);
    else setTimeout(look, 4);
  };
  look();
})"""
WHOLE = "#results[data-stage='512']"


def main() -> None:
    """Measure and print."""
    import numpy as np
    from conftest import FLAGS, Served
    from playwright.sync_api import sync_playwright

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("scenario", nargs="?", default="iraq-2003")
    asked.add_argument("--moves", type=int, default=20)
    options = asked.parse_args()
    served = Served(options.scenario)
    with sync_playwright() as play:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = play.chromium.launch(executable_path=program, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(served.address)
        page.wait_for_selector(WHOLE, timeout=300_000)

        def move(factor: float) -> tuple[float, ...]:
            """Milliseconds to the first chart and to the last, wall time and the server's processor time of each."""
            began, used = time.perf_counter(), time.process_time()
            first = page.evaluate(MOVE, factor)
            drawn = 1000 * (time.process_time() - used)
            page.wait_for_selector(WHOLE, timeout=300_000)
            return first, 1000 * (time.perf_counter() - began), drawn, 1000 * (time.process_time() - used)

        times = np.array([move(round(1.05 + 0.05 * k, 2)) for k in range(options.moves)])
        titles = (
            "slider to first chart",
            "slider to 512 members",
            "server until the first chart",
            "server until 512 members",
        )
        for name, column, what in zip(titles, times.T, ("wall", "wall", "processor", "processor"), strict=True):
            middle, late = np.quantile(column, [0.5, 0.95])
            spread = f"{column.min():.0f} to {column.max():.0f}"
            figures = f"median {middle:6.0f} ms   95th percentile {late:6.0f} ms   ({spread}; {options.moves} moves)"
            print(f"{name:<30} {what:<9} {figures}")
        for path in ("/", "/claims", "/play"):
            weights: list[int] = []
            page = browser.new_page()
            page.on("response", lambda answer, weights=weights: weights.append(len(answer.body())))
            page.goto(served.address + path)
            page.wait_for_timeout(3000)
            print(f"page {path:<10} {sum(weights) / 1000:8.0f} kB in {len(weights)} requests")
            page.close()
        browser.close()
    served.stop()


if __name__ == "__main__":
    main()
