"""The report in a real browser with the network refused."""

import shutil

import pytest

from forbear.ensemble.runner import simulate
from forbear.report import write

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: install the distribution's package"
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """The Iraq report opened offline: page, requests tried, errors."""
    from playwright.sync_api import sync_playwright

    from forbear.scenario import Scenario

    iraq = Scenario.load("iraq-2003")
    problem = iraq.problem()
    path = write(simulate(problem, members=32, seed=2), iraq, problem, to=tmp_path_factory.mktemp("page") / "iraq.html")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        page = browser.new_page()
        tried, errors = [], []
        page.route(
            "**/*",
            lambda route: (
                route.continue_()
                if route.request.url.startswith("file:")
                else (tried.append(route.request.url), route.abort())
            ),
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(path.as_uri())
        yield page, tried, errors
        browser.close()


def test_it_opens_without_a_request_or_an_error(opened):
    page, tried, errors = opened
    assert page.locator("h1").inner_text().startswith("Iraq")
    assert page.locator("svg.chart").count() >= 12
    assert not tried and not errors


def test_the_map_follows_the_slider_by_keyboard(opened):
    page, tried, errors = opened
    slider = page.locator("figure.map input").first
    before = (
        page.locator("figure.map")
        .first.locator("path")
        .evaluate_all("shapes => shapes.map(s => s.getAttribute('fill'))")
    )
    slider.focus()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    assert page.locator("figure.map output").first.inner_text() == slider.get_attribute("min")
    after = (
        page.locator("figure.map")
        .first.locator("path")
        .evaluate_all("shapes => shapes.map(s => s.getAttribute('fill'))")
    )
    assert before != after and len(after) == 18
    assert not errors


def test_it_is_not_wider_than_a_small_screen(opened):
    page, _, _ = opened
    page.set_viewport_size({"width": 420, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 425
