"""Who is answered when: turns, bounds, memory."""

import asyncio
import gc
import threading
import weakref

import numpy as np
import pytest

from forbear.app.condensed import Condensed
from forbear.app.country import BLOCK
from forbear.app.memory import Memory, array_bytes
from forbear.app.runs import LONGEST_OF_PERSON, Asker, Busy, Gone, Run, Runs, Work
from forbear.errors import RunError


class Noted(Work):
    """Work that notes when its blocks are done; it waits for `go`."""

    done: list
    go: threading.Event
    members = 0

    def one_block(self):
        self.go.wait(30)
        self.done.append(self.asker)
        self.members += BLOCK


@pytest.fixture
def queue():
    """A queue with one worker that waits until `queue.go` is set; `queue.order` notes who was served."""
    runs = Runs(workers=1)
    runs.go, runs.order = threading.Event(), []

    def ask(address, person, page="page"):
        def make(number):
            made = Noted(number, None, None)
            made.done, made.go = runs.order, runs.go
            return made

        return runs.ask(Asker(address, person, page), make)

    runs.put = ask
    yield runs
    runs.go.set()
    runs.close()


def filled(size):
    """A block of members that hold so many bytes."""
    nothing = np.zeros((BLOCK, 0, 0))
    return Condensed(
        np.array([], dtype="datetime64[M]"), {"deaths": np.zeros(size // 8)}, {}, nothing, np.zeros(BLOCK, bool)
    )


def finished(works):
    while not all(work.complete for work in works):
        threading.Event().wait(0.01)


def awaited(work, beyond, seconds):
    """Wait as a page does, in a thread of its own: another test's browser may have a loop in this one."""
    thread = threading.Thread(target=lambda: asyncio.run(work.coming(beyond, seconds)))
    thread.start()
    thread.join()


def test_addresses_take_turns_and_so_do_people_of_an_address(queue):
    queue.put("z", "first")  # is being served when the others come
    works = [queue.put("a", "anne", f"tab {k}") for k in range(4)]
    works += [queue.put("a", "adam"), queue.put("b", "bert")]
    queue.go.set()
    finished(works)
    firsts = []
    for asker in queue.order[1:]:
        if asker not in firsts:
            firsts.append(asker)
    assert [asker.person for asker in firsts[:4]] == ["anne", "bert", "adam", "anne"]


def test_first_answers_go_before_refinements_and_a_begun_refinement_is_finished_first(queue):
    queue.put("z", "first")
    works = [queue.put("a", "anne"), queue.put("b", "bert")]
    queue.go.set()
    finished(works)
    order = [asker.person for asker in queue.order if asker.person != "first"]
    assert set(order[:2]) == {"anne", "bert"}
    rest = order[2:]
    assert rest == sorted(rest, key=rest.index)  # one whole, then the other
    assert len(rest) == 2 * (512 // BLOCK - 1)


def test_of_one_person_one_refinement_runs_at_a_time(queue):
    two = Runs(workers=2)
    running, most = set(), []

    class Refined(Noted):
        def one_block(self):
            if self.members:
                running.add(self)
                most.append(len(running))
                threading.Event().wait(0.005)
                running.discard(self)
            self.members += BLOCK

    works = [two.ask(Asker("a", "anne", f"tab {k}"), lambda n: Refined(n, None, None)) for k in range(4)]
    finished(works)
    two.close()
    assert max(most) == 1


def test_a_person_with_too_many_waiting_pages_is_refused_before_anything_is_built_and_others_are_not(queue):
    queue.put("z", "first")
    for k in range(LONGEST_OF_PERSON):
        queue.put("a", "anne", f"tab {k}")
    with pytest.raises(Busy):
        queue.admit(Asker("a", "anne", "one more"))
    with pytest.raises(Busy):
        queue.ask(Asker("a", "anne", "one more"), lambda number: pytest.fail("it was built"))
    queue.admit(Asker("a", "adam", "page"))
    queue.admit(Asker("a", "anne", "tab 0"))  # takes the place of its own earlier one


@pytest.mark.parametrize("address", ["a", "b"])
def test_fourteen_tabs_of_one_person_keep_a_later_one_waiting_for_one_block_at_most(queue, address):
    """Whether the later one sits in the same class or elsewhere: of the fourteen one is served before her."""
    queue.put("z", "first")
    works, refused = [], 0
    for tab in range(14):
        try:
            works.append(queue.put("a", "anne", f"tab {tab}"))
        except Busy:
            refused += 1
    assert refused == 14 - LONGEST_OF_PERSON
    works.append(queue.put(address, "bert"))
    queue.go.set()
    finished(works)
    before = [asker.person for asker in queue.order][1:].index("bert")
    assert before <= 1


def test_a_newer_request_of_a_page_cancels_the_earlier_one(queue):
    first = queue.put("a", "anne")
    second = queue.put("a", "anne")
    assert first.cancelled and not second.cancelled and queue.newest(Asker("a", "anne", "page")) is second


def test_finished_runs_are_let_go_when_their_memory_is_needed_and_the_newest_stays():
    size = 1 << 20

    class Filled(Run):
        def one_block(self):
            for parts in self.parts.values():
                parts.append(filled(size))

    runs = Runs(workers=1, kept=40 * size)  # one run holds 24
    works = []
    for k in range(4):
        works.append(
            runs.ask(Asker("a", f"person {k}", "p"), lambda n: Filled(n, None, None, problem=None, reference=None))
        )
        finished(works)
        works[-1].shown = 512
    runs.close()
    assert [work.gone for work in works] == [True, True, True, False]
    assert sum(array_bytes(work.holds()) for work in works) <= 40 * size
    with pytest.raises(Gone):
        works[0].first(BLOCK)
    assert len(works[3].first(BLOCK)["plan"]) == 1


def test_runs_of_countries_that_nobody_asked_for_lately_are_forgotten_so_that_the_countries_go(monkeypatch):
    monkeypatch.setattr("forbear.app.runs.COUNTRIES_KEPT", 2)

    class Country:
        pass

    class Short(Work):
        members = 0

        def one_block(self):
            self.members = self.stages[-1]

    runs, alive = Runs(workers=1), []
    for k in range(5):
        country = Country()
        alive.append(weakref.ref(country))
        made = runs.ask(Asker("a", f"person {k}", "p"), lambda n, c=country: Short(n, None, c))
        finished([made])
        made.shown = made.stages[-1]
        del country, made
    while runs._busy:
        threading.Event().wait(0.01)
    gc.collect()
    runs.close()
    assert [ref() is None for ref in alive] == [True, True, True, False, False]
    assert runs.newest(Asker("a", "person 0", "p")) is None and runs.newest(Asker("a", "person 4", "p")) is not None


def test_nothing_is_refined_for_a_page_that_asks_no_more_until_it_asks_again(queue, monkeypatch):
    monkeypatch.setattr("forbear.app.runs._PATIENCE", 0.3)
    queue.go.set()

    class Slow(Noted):
        def one_block(self):
            threading.Event().wait(0.05)
            super().one_block()

    def slow(number):
        made = Slow(number, None, None)
        made.done, made.go = queue.order, queue.go
        return made

    page = queue.ask(Asker("b", "bert", "page"), slow)
    threading.Event().wait(1.0)
    half = page.members
    assert 0 < half < page.stages[-1] and not page.complete
    threading.Event().wait(0.5)
    assert page.members == half
    awaited(page, page.stages[-1] - 1, 20.0)
    assert page.members == page.stages[-1] and page.complete


def test_a_half_finished_run_that_nobody_asks_for_is_let_go_when_its_memory_is_needed(monkeypatch):
    monkeypatch.setattr("forbear.app.runs._PATIENCE", 0.2)
    size = 1 << 20

    class Filled(Run):
        def one_block(self):
            threading.Event().wait(0.15)
            for parts in self.parts.values():
                parts.append(filled(size))

    runs = Runs(workers=1, kept=2 * size)
    left, stays = (
        runs.ask(Asker("a", f"person {k}", "p"), lambda n: Filled(n, None, None, problem=None, reference=None))
        for k in range(2)
    )
    awaited(stays, BLOCK, 2.0)
    awaited(stays, 4 * BLOCK, 3.0)
    assert left.gone and not stays.gone
    runs.close()


def test_a_run_that_failed_is_remembered_until_its_page_can_have_heard_why(monkeypatch):
    monkeypatch.setattr("forbear.app.runs.COUNTRIES_KEPT", 1)

    class Fails(Work):
        members = 0

        def one_block(self):
            raise RunError("E406", "it broke down")

    class Short(Work):
        members = 0

        def one_block(self):
            self.members = self.stages[-1]

    runs = Runs(workers=1)
    failed = runs.ask(Asker("a", "anne", "p"), lambda n: Fails(n, None, object()))
    finished([failed])
    other = runs.ask(Asker("a", "bert", "p"), lambda n: Short(n, None, object()))
    finished([other])
    while runs._busy:
        threading.Event().wait(0.01)
    runs.close()
    assert "broke down" in failed.error and runs.newest(Asker("a", "anne", "p")) is failed


def test_what_is_remembered_stays_within_its_bytes_and_the_oldest_goes_first():
    memory = Memory(10_000_000)
    for k in range(50):
        memory.put(k, np.zeros(100_000))  # 800 kB
        memory.get(40)
        assert memory.bytes <= 10_000_000
    assert memory.get(0) is None and memory.get(49) is not None and memory.get(40) is not None
    memory.put("large", np.zeros(10_000_000))
    assert memory.get("large") is None and memory.get(49) is not None


def test_one_thread_makes_a_value_and_others_wait_for_it():
    memory, made = Memory(10_000_000), []

    def make():
        made.append(threading.get_ident())
        threading.Event().wait(0.05)
        return np.zeros(10)

    threads = [threading.Thread(target=lambda: memory.made("key", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
