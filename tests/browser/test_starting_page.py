"""The page that is shown while the server is being loaded, in a real browser."""

import threading

import pytest

from forbear.app.server import Stopped, configured, create
from forbear.app.starting import Doorman, listening


@pytest.fixture
def starts():
    """A socket with a doorman, and what makes the server take it over."""
    listens = listening("127.0.0.1", 0)
    door, running = Doorman(listens, "meadow"), []

    def take_over():
        door.__exit__()
        server = Stopped(configured(create("meadow")))
        thread = threading.Thread(target=server.run, args=([listens],), daemon=True)
        thread.start()
        running.append((server, thread))

    with door:
        yield f"http://127.0.0.1:{listens.getsockname()[1]}", take_over
    for server, thread in running:
        server.config.app.state.closing = server.should_exit = True
        thread.join(timeout=10)
    listens.close()


@pytest.mark.parametrize("path", ["/", "/?scenario=meadow&intervener.force=*1.2"])
def test_a_page_stands_before_the_server_does_and_goes_on_by_itself(starts, eyes, path):
    address, take_over = starts
    seen = eyes(own=address)
    page = seen.page
    page.goto(address + path)
    page.wait_for_selector("#progress:has-text('being loaded')")
    if path == "/":
        assert page.locator(".whisker-box").count() > 5
        assert page.locator("#levers").evaluate("form => form.inert")
    share = page.evaluate("document.getElementById('bar').value")
    while page.evaluate("document.getElementById('bar').value") <= share:
        page.wait_for_timeout(100)
    assert seen.axe() == []
    take_over()
    page.wait_for_selector("#results[data-run]", timeout=60_000)
    assert ("force=*1.2" in page.url) == ("force" in path)
    seen.clean()
