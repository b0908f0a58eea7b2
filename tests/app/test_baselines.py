"""What stands beside every plan is there before anybody asks; the first chart needs few members, later ones twice as many."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from forbear.app.country import KEPT, MONTHLY, Country
from forbear.app.runs import MOST_AT_A_TIME, STAGES, Run, begin_baselines
from forbear.app.state import State
from forbear.ensemble.opened import Opened
from forbear.ensemble.recording import joined_blocks
from forbear.kernel.draws import GROUP
from forbear.scenario import Scenario


@pytest.fixture
def blocks(monkeypatch):
    """Members of every block that is begun."""
    found = []
    whole = Opened.advance

    def noted(self, until):
        if self.step == 0:
            found.append(self.count)
        whole(self, until)

    monkeypatch.setattr(Opened, "advance", noted)
    return found


@pytest.fixture
def country():
    ready = Country(Scenario.load("meadow"), "meadow")
    ready.preparation.wait()
    return ready


def test_stages_begin_with_a_group_of_lanes_and_double():
    assert STAGES[0] == max(16, GROUP) and STAGES[-1] == 512
    assert all(after == 2 * before for before, after in zip(STAGES, STAGES[1:], strict=False))


def test_a_run_comes_to_every_stage_and_never_has_many_members_under_way(country, blocks):
    state = State("meadow", changes=(("intervener.force", ("scale", 1.5)),), draws="prior")
    run = Run(
        1,
        state,
        country,
        problem=state.apply(country.scenario, country.strategies).problem(),
        reference=country.problem,
    )
    seen = []
    while not run.complete:
        before = run.members
        run.one_block()
        assert run.members - before <= MOST_AT_A_TIME
        if run.stage != (seen[-1] if seen else 0):
            seen.append(run.stage)
            held = run.first(run.stage)
            assert {sum(len(block.failed) for block in parts) for parts in held.values()} == {run.stage}
    assert tuple(seen) == STAGES


def test_members_that_are_run_in_parts_are_those_that_are_run_at_once(country):
    plan = country.scenario.with_levers({"intervener.force": "*1.5"}).problem()
    whole = country.block(plan, "prior", 0, 1, many=64, monthly=MONTHLY)
    parts = joined_blocks(
        [country.block(plan, "prior", start, 1, many=16, monthly=MONTHLY) for start in range(0, 64, 16)]
    )
    for name, values in whole.weekly.items():
        assert (values == parts.weekly[name]).all()
    assert (whole.monthly["deaths"] == parts.monthly["deaths"]).all() and whole.monthly["deaths"].sum() > 0


def test_baselines_are_run_before_anybody_asks_and_found_at_the_next_start(tmp_path, monkeypatch, country, blocks):
    monkeypatch.setattr("forbear.ensemble.kept._folder", lambda: tmp_path)
    begin_baselines(country, threading.Event()).join(60)
    assert sum(blocks) == 2 * KEPT
    again = Country(country.scenario, "meadow")
    blocks.clear()
    begin_baselines(again, threading.Event()).join(60)
    assert not blocks
    for problem in (country.problem, country.never):
        first, second = (
            c.block(problem, c.draws("posterior"), 0, 1, many=STAGES[0], monthly=MONTHLY) for c in (country, again)
        )
        assert np.array_equal(first.weekly["deaths"], second.weekly["deaths"]) and first.weekly["deaths"].size
        assert first.weekly["cost_budget"].dtype == second.weekly["cost_budget"].dtype == np.float64
        assert np.array_equal(first.monthly["deaths"], second.monthly["deaths"])
    assert not blocks


def test_another_seed_is_no_baseline_that_was_kept(tmp_path, monkeypatch, country, blocks):
    monkeypatch.setattr("forbear.ensemble.kept._folder", lambda: tmp_path)
    country.block(country.problem, "prior", 0, 1, many=16, monthly=MONTHLY)
    blocks.clear()
    Country(country.scenario, "meadow").block(country.problem, "prior", 0, 2, many=16, monthly=MONTHLY)
    assert blocks


def test_what_is_run_ahead_of_time_ends_with_the_server(country, monkeypatch) -> None:
    begun, closing = [], threading.Event()

    def block(*asked, **more):
        begun.append(asked)
        closing.set()  # the server is closed during the first block

    monkeypatch.setattr(country, "condensed", block)
    thread = begin_baselines(country, closing)
    thread.join(60)
    assert not thread.is_alive() and len(begun) == 1
