"""What people meet when a page opens, in a real browser that is refused the network.

    uv run python benchmarks/look.py                         # every page
    uv run python benchmarks/look.py report --file iraq.html # a report that is there already
    uv run python benchmarks/look.py --json look.json

For each page and width: height in screens as it opens (first level: what is folded stays folded), where the first
picture stands and how much of it is on the first screen, words on the first screen, seconds until the first picture is
there, requests to elsewhere, weight. A page is added by a function under `@page("name")` that yields its address while
it can be opened. Needs a Chromium of the distribution.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

#: Width and height of the windows in pixels: a desk, a tablet, a phone.
WINDOWS = ((1400, 900), (800, 1000), (390, 844))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
#: A picture is as large as this, in square pixels; smaller ones are marks.
SMALLEST = 20_000
PICTURE = """least => [...document.querySelectorAll("svg, canvas, img")].find(e => {
  const f = e.getBoundingClientRect();
  return f.width * f.height >= least && e.checkVisibility();
})"""
WORDS = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
  let words = 0;
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (!node.textContent.trim() || !node.parentElement.checkVisibility() || node.parentElement.closest("script,style,.unseen")) continue;
    range.selectNodeContents(node);
    const frame = range.getBoundingClientRect();
    if (frame.height && frame.top < innerHeight && frame.bottom > 0 && frame.left < innerWidth) words += node.textContent.trim().split(/\\s+/).length;
  }
  return words;
}"""


@dataclass(frozen=True)
class Look:
    """One page in one window. screens: height over the window's; picture: top of the first picture in pixels, None
    where there is none; shown: part of it on the first screen; words: on the first screen; drawn: seconds until the
    picture was there; requests: to elsewhere; kilobytes: of everything that was loaded; wider: pixels beyond the window."""

    page: str
    width: int
    height: int
    screens: float
    picture: float | None
    shown: float
    words: int
    drawn: float
    requests: int
    kilobytes: float
    wider: int


Opened = Callable[[argparse.Namespace], AbstractContextManager[str]]
PAGES: dict[str, Opened] = {}


def page(name: str) -> Callable[[Callable[[argparse.Namespace], Iterator[str]]], Opened]:
    """Add a page: the function yields its address while it can be opened."""

    def add(function: Callable[[argparse.Namespace], Iterator[str]]) -> Opened:
        PAGES[name] = contextmanager(function)
        return PAGES[name]

    return add


@page("report")
def report(asked: argparse.Namespace) -> Iterator[str]:
    """The report of `--scenario` from `--members` draws with its answers and validation on record, or `--file`."""
    if asked.file:
        yield Path(asked.file).resolve().as_uri()
        return
    from forbear.ensemble.runner import simulate
    from forbear.inference.posterior import Posterior
    from forbear.questions.answers import Answers
    from forbear.report import write
    from forbear.scenario import Scenario
    from forbear.validation.validate import load_validation

    scenario = Scenario.load(asked.scenario)
    problem, posterior = scenario.problem(), Posterior.of(scenario)
    drawn = posterior.parameters(asked.members)
    found = simulate(problem, members=asked.members, seed=1, parameters=drawn, note="posterior draws").healthy
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder) / f"{asked.scenario}.html"
        kept: dict[str, Any] = {"answers": Answers.beside(scenario), "validation": load_validation(scenario)}
        yield write(found, scenario, problem, to=to, posterior=posterior, **kept).as_uri()


def look(browser: Any, name: str, address: str, width: int, height: int, scheme: str = "light") -> Look:
    """Open a page in a fresh window and measure it. Whatever is not its own address is refused and counted."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    seen = context.new_page()
    elsewhere: list[str] = []
    weight = [0]
    own = address.rsplit("/", 1)[0] if address.startswith("file:") else "/".join(address.split("/")[:3])

    def judge(route: Any) -> None:
        if route.request.url.startswith((own, "data:", "blob:")):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    def weigh(response: Any) -> None:
        weight[0] += len(response.body()) if response.ok and not response.url.startswith("file:") else 0

    context.route("**/*", judge)
    if address.startswith("file:"):
        weight[0] = Path(address.removeprefix("file://")).stat().st_size
    else:
        seen.on("response", weigh)
    started = time.perf_counter()
    seen.goto(address)
    try:
        picture = seen.wait_for_function(PICTURE, arg=SMALLEST, timeout=60_000).as_element()
    except Exception:  # no picture at all is what is to be told
        picture = None
    drawn = time.perf_counter() - started
    box = picture.bounding_box() if picture is not None else None
    shown = max(0.0, min(height, box["y"] + box["height"]) - box["y"]) / box["height"] if box else 0.0
    measured = seen.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
    found = Look(
        name, width, height, round(measured[0] / height, 1), round(box["y"]) if box else None, round(shown, 2),
        seen.evaluate(WORDS), round(drawn, 2), len(elsewhere), round(weight[0] / 1000), max(0, measured[1] - width),
    )  # fmt: skip
    context.close()
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each page and window; exit 1 where something was asked of elsewhere."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", help=f"of {', '.join(PAGES)}; all where none is named")
    parser.add_argument("--file", help="a report that is there already")
    parser.add_argument("--scenario", default="iraq-2003")
    parser.add_argument("--members", type=int, default=64, help="draws of a report that is made")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    asked = parser.parse_args(arguments)
    unknown = set(asked.pages) - set(PAGES)
    if unknown:
        parser.error(f"no page {', '.join(sorted(unknown))}: of {', '.join(PAGES)}")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        parser.error("no Chromium on this machine: install the distribution's package")
    from playwright.sync_api import sync_playwright

    found = []
    head = f"{'page':<12}{'window':>10}{'screens':>9}{'picture at':>12}{'shown':>7}{'words':>7}{'drawn s':>9}"
    print(head + f"{'requests':>10}{'kB':>8}{'wider':>7}")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        for name in asked.pages or PAGES:
            with PAGES[name](asked) as address:
                for width, height in WINDOWS:
                    one = look(browser, name, address, width, height)
                    found.append(one)
                    at = "none" if one.picture is None else f"{one.picture:.0f} px"
                    line = f"{name:<12}{f'{width}x{height}':>10}{one.screens:>9}{at:>12}{one.shown:>7.0%}{one.words:>7}{one.drawn:>9}"
                    print(line + f"{one.requests:>10}{one.kilobytes:>8.0f}{one.wider:>7}", flush=True)
        browser.close()
    if asked.json:
        asked.json.write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n", encoding="utf-8")
    return 1 if any(one.requests for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
