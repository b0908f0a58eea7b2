"""The few places in which turns are run, and the queues of pages that need one."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from forbear.app.play import places as module
from forbear.app.play.places import Crowded, Places
from forbear.app.security import ASKING, _Queues, _TooMany


def alone(play):
    """What a coroutine gives in a loop of its own: a browser of another test may keep one in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, play()).result(60)


class Line:
    """Somebody of a network who enters a place, notes it, and stays until told."""

    def __init__(self, places, network, order):
        self.entered, self.go, self.refused = threading.Event(), threading.Event(), False
        self._what = (places, network, order)
        self.thread = threading.Thread(target=self._stay, daemon=True)
        self.thread.start()

    def _stay(self):
        places, network, order = self._what
        ASKING.set(network)
        try:
            with places:
                order.append(network)
                self.entered.set()
                assert self.go.wait(60)
        except Crowded:
            self.refused = True


def waiting(places, many):
    while len(places._waiting) != many:
        threading.Event().wait(0.005)


def test_a_network_with_many_turns_lets_one_of_another_in_next():
    places, order = Places(1, 60.0), []
    lines = [Line(places, "a", order)]
    assert lines[0].entered.wait(60)
    for number in range(8):
        lines.append(Line(places, "a", order))
        waiting(places, number + 1)
    lines.append(Line(places, "b", order))
    waiting(places, 9)
    for line in lines:
        line.go.set()
    for line in lines:
        line.thread.join(60)
    assert order[:2] == ["a", "b"] and order[2:] == ["a"] * 8


def test_waiting_turns_are_bounded_for_one_network_and_altogether(monkeypatch):
    monkeypatch.setattr(module, "MOST", 5)
    monkeypatch.setattr(module, "MOST_OF_NETWORK", 3)
    places, order = Places(1, 60.0), []
    lines = [Line(places, "a", order)]
    assert lines[0].entered.wait(60)
    for number in range(3):
        lines.append(Line(places, "a", order))
        waiting(places, number + 1)
    for network in ("a", "b", "c", "d"):
        more = Line(places, network, order)
        if network in ("a", "d"):
            more.thread.join(60)
        else:
            waiting(places, 4 if network == "b" else 5)
        lines.append(more)
    assert [line.refused for line in lines] == [False] * 4 + [True, False, False, True]
    for line in lines:
        line.go.set()
    for line in lines:
        line.thread.join(60)
    assert not places._waiting and len(order) == 6


def test_whoever_waits_too_long_is_told_and_takes_no_place_afterwards():
    places, order = Places(1, 0.05), []
    first = Line(places, "a", order)
    assert first.entered.wait(60)
    late = Line(places, "b", order)
    late.thread.join(60)
    assert late.refused and not places._waiting
    first.go.set()
    first.thread.join(60)
    with places:
        assert order == ["a"]


def test_a_fault_inside_gives_the_place_back():
    places = Places(1, 0.05)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), places:
            raise ZeroDivisionError


def test_slow_pages_of_one_network_wait_without_a_thread_and_hold_up_no_other():
    async def play():
        queues, go, running = _Queues(most=2, waiting=3), asyncio.Event(), []

        async def ask(network):
            async with queues.turn(network):
                running.append(network)
                await go.wait()

        tasks = [asyncio.create_task(ask("a")) for _ in range(5)]
        await asyncio.sleep(0.01)
        assert running == ["a", "a"]
        with pytest.raises(_TooMany):
            await ask("a")
        tasks.append(asyncio.create_task(ask("b")))
        await asyncio.sleep(0.01)
        assert running == ["a", "a", "b"]
        tasks[4].cancel()
        go.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert running == ["a", "a", "b", "a", "a"] and not queues._held

    alone(play)
