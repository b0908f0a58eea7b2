"""An empty cache: the rules are compiled for a minute and more, and nobody takes the server for dead."""

import threading

import pytest

from forbear.app import preparing
from forbear.app.preparing import Cancelled, Preparation, Progress
from forbear.scenario import Scenario


@pytest.fixture
def slow(monkeypatch):
    """A compilation that ends when it is told to; `slow.begun` is set when it begins."""

    class Slow:
        begun, end, error = threading.Event(), threading.Event(), None

        def compile(self, problem):
            self.begun.set()
            self.end.wait(60)
            if self.error:
                raise self.error

    found = Slow()
    monkeypatch.setattr(preparing, "compile_rules", found.compile)
    monkeypatch.setattr(preparing, "is_compiled", lambda problem: False)
    monkeypatch.setattr(preparing, "_FOUND", {})
    yield found
    found.end.set()


def test_a_page_on_an_empty_cache_is_told_how_long_is_left_and_then_shown_its_results(visitor, slow):
    answer = visitor.post("/run", {"scenario": "meadow", "intervener.force": "*1.37"})
    assert answer.status_code == 204 and "about" in answer.headers["x-forbear-waits"]
    shares = [float(answer.headers["x-forbear-share"])]
    for _ in range(2):
        answer = visitor.get(answer.headers["x-forbear-again"])
        assert answer.status_code == 204 and "s left" in answer.headers["x-forbear-waits"]
        shares.append(float(answer.headers["x-forbear-share"]))
    assert 0 <= shares[0] < shares[1] < shares[2] < 1
    slow.end.set()
    assert "Table of differences" in visitor.awaited(answer).text


def test_the_compilation_begins_with_the_server_and_not_with_the_first_request(app, slow, meet):
    from starlette.testclient import TestClient

    from forbear.app.server import create

    with TestClient(create("meadow"), base_url="http://localhost:8765"):
        assert slow.begun.wait(5)


def test_a_game_waits_for_the_rules_on_a_page_that_asks_again_by_itself(visitor, slow, tmp_path, monkeypatch):
    page = visitor.get("/play")
    assert page.status_code == 200
    begun = visitor.post(
        "/play/start", {"scenario": "meadow", "group": "Early", "months": "3", "world": "7", "draws": "prior"}
    )
    assert begun.status_code == 200
    address = str(begun.url)
    waits = visitor.post(f"{address}/decide", {"parent": "0", "months": "3"})
    assert waits.status_code == 503 and "s left" in waits.text
    assert waits.headers["refresh"] and waits.headers["retry-after"]
    slow.end.set()
    while (shown := visitor.get(str(waits.url))).status_code == 503:
        pass
    assert shown.status_code == 200 and "What is reported" in shown.text


def test_a_compilation_that_fails_is_said_and_begun_anew_when_asked_again(slow):
    problem = Scenario.load("meadow").problem()
    slow.error = RuntimeError("no compiler")
    slow.end.set()
    first = preparing.preparation_of(problem)
    with pytest.raises(RuntimeError):
        first.wait()
    slow.error = None
    second = preparing.preparation_of(problem)
    second.wait()
    assert second is not first and preparing.preparation_of(problem) is second


def test_whoever_waits_for_the_rules_can_be_cancelled(slow):
    with pytest.raises(Cancelled):
        Preparation(Scenario.load("meadow").problem()).wait(lambda: True)


@pytest.mark.parametrize(("left", "said"), [(79.2, "80 s"), (42.0, "45 s"), (3.0, "5 s"), (0.0, "5 s")])
def test_the_time_left_is_said_in_round_numbers(left, said):
    assert said in Progress(0.5, left, True).words()
