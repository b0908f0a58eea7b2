"""Latency of the laboratory page: from a moved slider to the first new chart, in a real browser; weights of the pages.

    uv run --group bench python benchmarks/app.py [SCENARIO] [--moves 20]

Prints median and 95th percentile in milliseconds, of first answers (64 members of plan, history and never) and of complete ones, and the
bytes of every page and of what it loads.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))

MOVE = """(value) => new Promise((done) => {
  const slider = document.getElementById('intervener-force');
  const shown = () => document.getElementById('results').dataset;
  const old = shown().run, start = performance.now();
  let first = null;
  slider.value = value;
  slider.dispatchEvent(new Event('input', {bubbles: true}));
  const look = () => {
    const now = shown();
    if (now.run && now.run !== old && first === null) first = performance.now() - start;
    if (first !== null && now.stage === '512') done([first, performance.now() - start]);
    else setTimeout(look, 4);
  };
  look();
})"""


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
        page.wait_for_selector("#results[data-stage='512']", timeout=300_000)
        times = np.array([page.evaluate(MOVE, round(1.05 + 0.05 * k, 2)) for k in range(options.moves)])
        for name, column in (("slider to first chart (64 members)", 0), ("slider to 512 members", 1)):
            middle, late = np.quantile(times[:, column], [0.5, 0.95])
            print(f"{name:<36} median {middle:6.0f} ms   95th percentile {late:6.0f} ms   ({options.moves} moves)")
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
