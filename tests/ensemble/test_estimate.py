"""What will not fit is refused before it is begun; what is said to be needed is near what is."""

from __future__ import annotations

import pytest

from forbear.ensemble import estimate as estimates
from forbear.ensemble.estimate import available_memory, estimate
from forbear.ensemble.runner import simulate
from forbear.ensemble.session import open_session
from forbear.ensemble.summaries import summarise
from forbear.errors import RunError

RECORDED = {"weekly": ("deaths", "cost_budget", "fighters"), "monthly": ("control", "deaths")}


def test_the_size_of_results_is_known_beforehand(problem):
    data = simulate(problem, members=300, seed=1, **RECORDED).data
    assert estimate(problem, 300, **RECORDED).result == pytest.approx(data.nbytes, rel=0.05)
    runs = summarise(problem, members=300, seed=1, weekly=RECORDED["weekly"])
    held = runs.runs.nbytes + runs.counts.nbytes
    assert estimate(problem, 300, weekly=RECORDED["weekly"], summarised=True).result == pytest.approx(held, rel=0.05)


def test_more_of_anything_needs_more(problem):
    few = estimate(problem, 1_000, **RECORDED)
    assert estimate(problem, 100_000, **RECORDED).bytes > 20 * few.bytes
    assert estimate(problem, 1_000).bytes > few.bytes
    assert estimate(problem, 10**6, summarised=True).bytes < estimate(problem, 10**6).bytes / 20


def test_time_is_measured_where_it_is_asked_for(problem):
    assert estimate(problem, 1_000).seconds is None
    found = estimate(problem, 1_000, measured=True, workers=1)
    assert found.seconds is not None and 0 < found.seconds < 600 and "s" in str(found)


@pytest.mark.parametrize("run", [simulate, summarise, open_session])
@pytest.mark.parametrize("members", [10**6, 2**32])
def test_what_does_not_fit_is_refused_before_it_is_begun(problem, monkeypatch, run, members):
    monkeypatch.setattr(estimates, "available_memory", lambda: 10**8)
    with pytest.raises(RunError, match=r"simulated histories of meadow need about .* 100\.0 MB are free") as caught:
        run(problem, members=members)
    assert caught.value.code == "E442"


def test_where_the_system_does_not_say_nothing_is_refused(problem, monkeypatch):
    monkeypatch.setattr(estimates, "available_memory", lambda: None)
    assert len(simulate(problem, members=2, **RECORDED)) == 2


def test_this_machine_says_what_is_free():
    found = available_memory()
    assert found is None or 2**20 < found < 2**50


def test_the_least_of_all_limits_counts(monkeypatch):
    monkeypatch.setattr(estimates, "_machine", lambda: 500)
    monkeypatch.setattr(estimates, "_group", lambda: 300)
    monkeypatch.setattr(estimates, "_own", lambda: None)
    assert available_memory() == 300
