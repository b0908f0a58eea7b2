"""A real Chromium that refuses and reports every request to elsewhere, and a server of our own."""

import shutil
import socket
import threading
import time
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Served:
    """A server of this process on a free port; it can be stopped and started again at the same port."""

    def __init__(self, scenario):
        self.scenario = scenario
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        import uvicorn

        from forbear.app.server import create

        config = uvicorn.Config(
            create(self.scenario), host="127.0.0.1", port=self.port, log_level="error", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)

    def stop(self):
        self.server.config.app.state.closing = True
        self.server.should_exit = True
        self.thread.join(timeout=10)


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install the distribution's package")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served():
    found = Served("meadow")
    yield found
    found.stop()


class Eyes:
    """A page with what it tried and what went wrong. `own`: the only address that is answered."""

    def __init__(self, browser, own, **options):
        self.context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "accept_downloads": True, **options}
        )
        self.page = self.context.new_page()
        self.tried, self.errors = [], []
        self.context.route("**/*", lambda route: self._judge(route, own))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    def _judge(self, route, own):
        if route.request.url.startswith((own, "data:", "blob:")):
            route.continue_()
        else:
            self.tried.append(route.request.url)
            route.abort()

    def axe(self, weights=("serious", "critical")):
        """Findings of axe of some weights on the page as it is now, as short words."""
        self.page.evaluate(AXE)
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{v['id']}: {v['nodes'][0]['html'][:160]} {v['nodes'][0].get('failureSummary', '')[:200]}"
            for v in found["violations"]
            if v["impact"] in weights
        ]

    def clean(self):
        """Nothing was asked of elsewhere and nothing went wrong."""
        assert not self.tried and not self.errors


@pytest.fixture
def eyes(chromium, served):
    """Make pages that may only speak to our own server."""
    made = []

    def make(own=None, **options):
        made.append(Eyes(chromium, own or served.address, **options))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
