"""The first seconds: what answers while the server is being loaded."""

import contextlib
import http.client
import re
import socket
import subprocess
import sys

import pytest

from forbear.app.country import Country
from forbear.app.laboratory.opening import first_page
from forbear.app.laboratory.stored import place_of
from forbear.app.security import HEADERS
from forbear.app.starting import PAGE, STARTING, Doorman, listening
from forbear.errors import RunError
from forbear.scenario.reading.chain import library_names
from forbear.scenario.scenario import Scenario


@pytest.fixture
def door():
    """Ask a doorman of the meadow: path -> answer and its text."""
    listens = listening("127.0.0.1", 0)
    port = listens.getsockname()[1]

    def ask(path, host="localhost", method="GET"):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        line.request(method, path, headers={"host": host})
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        return answer, text

    ask.port = port
    with Doorman(listens, "meadow"):
        yield ask
    listens.close()


@pytest.mark.parametrize("name", library_names())
def test_the_page_that_is_kept_is_the_page_that_the_server_draws(name):
    country = Country(Scenario.load(name), name)
    kept = place_of(country).with_name(PAGE).read_text(encoding="utf-8")
    assert kept == first_page(country), "python tools/laboratory.py draws it anew"


@pytest.mark.parametrize("name", library_names())
def test_the_page_that_is_kept_asks_nothing_of_a_server_but_its_own_files(name):
    country = Country(Scenario.load(name), name)
    kept = place_of(country).with_name(PAGE).read_text(encoding="utf-8")
    assert re.findall(r'<script[^>]* src="([^"]+)"', kept) == ["/static/starting.js"]
    assert "hx-" not in kept and 'name="token" value=""' in kept
    assert kept.count("whisker-box") > 5 and "inert" in kept


def test_what_is_no_address_is_refused_without_a_traceback(door, capsys):
    answer, text = door("http://[/")
    assert answer.status == 400 and "Traceback" not in text
    with socket.create_connection(("127.0.0.1", door.port), timeout=30) as line:
        line.sendall(b"\x16nonsense\r\n\r\n")
        with contextlib.suppress(OSError):
            line.recv(4096)
    assert "Traceback" not in capsys.readouterr().err


def test_an_unchanged_scenario_is_drawn_at_once_and_any_other_address_says_that_it_waits(door):
    for path, drawn in (
        ("/", "meadow"),
        ("/?scenario=harbour", "harbour"),
        ("/?scenario=harbour&intervener.force=*2", None),
        ("/?scenario=../pyproject", None),
        ("/claims", None),
        ("/play/class/abc", None),
    ):
        answer, text = door(path)
        assert answer.status == 200 and answer.headers[STARTING]
        assert ("whisker-box" in text) == (drawn is not None), path
        assert (f'value="{drawn}" selected' in text) if drawn else ("forbear is starting" in text)
        assert all(answer.headers[header] == value for header, value in HEADERS)


def test_before_the_server_is_there_only_the_pages_own_files_are_given_and_only_to_this_machine(door):
    answer, text = door("/static/app.css")
    assert answer.headers["content-type"].startswith("text/css") and "--ink" in text
    for path in ("/static/../app.css", "/static/..%2fpages.py", "/static/", "/static/nothing.js"):
        assert door(path)[0].status == 404
    assert door("/", host="forbear.example")[0].status == 421
    assert door("/run", method="POST")[0].status == 501


def test_whoever_asks_while_the_server_takes_over_is_not_turned_away():
    listens = listening("127.0.0.1", 0)
    with Doorman(listens, "meadow"):
        pass
    line = http.client.HTTPConnection("127.0.0.1", listens.getsockname()[1], timeout=30)
    line.connect()  # it waits in the line of the socket
    taken, _ = listens.accept()
    taken.close()
    line.close()
    with pytest.raises(RunError, match="E412"):
        listening("127.0.0.1", listens.getsockname()[1])
    listens.close()


def test_the_first_page_waits_for_no_library():
    code = "import sys, forbear.app.starting; print([m for m in ('numpy', 'pandas', 'numba', 'fastapi', 'uvicorn') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
