"""Workers of a cluster give the bits of a local run, also when one of them is killed on the way."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter

import numpy as np
import pytest

from forbear.ensemble.cluster import Cluster
from forbear.ensemble.places import using
from forbear.ensemble.progress import NoMeter
from forbear.ensemble.runner import simulate
from forbear.ensemble.summaries import summarise
from forbear.errors import RunError
from forbear.kernel.draws import LANES
from forbear.questions.policy_runs import PolicyRuns

OPTIONS = {"seed": 4, "weekly": ("deaths", "cost_budget"), "monthly": ("control",)}


@pytest.fixture(scope="module")
def cluster():
    pytest.importorskip("distributed", reason="dask.distributed is not installed: pip install 'forbear[cluster]'")
    with Cluster("local:2") as opened:
        yield opened


class KillOne(NoMeter):
    """Kills a worker process once some chunks have come back."""

    def __init__(self, cluster: Cluster, after: int) -> None:
        self.cluster, self.left, self.done_before = cluster, after, None

    def advance(self, units: int) -> None:
        self.left -= 1
        if self.left == 0:
            victim = next(iter(self.cluster.client.run(os.getpid).values()))
            self.done_before = set(self.cluster.done())
            os.kill(victim, signal.SIGKILL)


def test_a_killed_worker_costs_no_bit_and_no_finished_chunk(problem, cluster, tmp_path):
    pids = set(cluster.client.run(os.getpid).values())
    meter = KillOne(cluster, after=2)
    there = simulate(problem, members=10 * LANES, cluster=cluster, store=tmp_path / "run", progress=meter, **OPTIONS)
    here = simulate(problem, members=10 * LANES, **OPTIONS)
    assert there.data.identical(here.data) and there.manifest == here.manifest
    times = Counter(cluster.done())
    assert len(meter.done_before) >= 2
    assert all(times[piece] == 1 for piece in meter.done_before)
    assert set(cluster.client.run(os.getpid).values()) != pids, "a worker was really killed"


def test_summaries_of_a_cluster_are_those_of_threads(problem, cluster):
    options = {"members": 5 * LANES + 7, "seed": 2, "weekly": ("deaths", "cost_budget"), "chunk": LANES}
    there, here = summarise(problem, cluster=cluster, **options), summarise(problem, **options)
    assert there.runs.identical(here.runs)
    assert np.array_equal(there.moments, here.moments) and np.array_equal(there.counts, here.counts)


def test_policies_are_compared_on_a_cluster_as_on_threads(meadow, cluster):
    policies = {"as it is": meadow, "more": meadow.with_levers({"intervener.force": "*1.5"})}

    def answers() -> list[np.ndarray]:
        worlds = PolicyRuns.of(meadow, None, members=64, replications=2, outcomes=("deaths", "cost"))
        worlds.run_all(policies)
        assert worlds.runs == 256
        return [worlds.values(name, outcome) for name in policies for outcome in ("deaths", "cost")]

    before = len(cluster.done())
    with using(cluster):
        there = answers()
    assert len(cluster.done()) > before
    assert all(np.array_equal(a, b) for a, b in zip(there, answers(), strict=True))


def test_a_worker_with_another_forbear_gets_no_work(problem, cluster, monkeypatch):
    other = {"forbear": "0.0.1", "model": "another", "code": "another"}
    monkeypatch.setattr("forbear.ensemble.cluster.fingerprint", lambda: other)
    with pytest.raises(RunError, match="0.0.1") as caught:
        cluster.check()
    assert caught.value.code == "E423"
    with pytest.raises(RunError, match="0.0.1") as caught:
        simulate(problem, members=4, cluster=cluster, **{**OPTIONS, "seed": 77})
    assert caught.value.code == "E423"


def test_a_store_that_workers_do_not_see_is_refused(problem, cluster):
    with pytest.raises(RunError) as caught:
        simulate(problem, members=4, cluster=cluster, store="memory://nobody-else", **OPTIONS)
    assert caught.value.code == "E426"


def test_a_fault_in_a_worker_arrives_with_its_code(problem, cluster, tmp_path):
    path = tmp_path / "run"
    simulate(problem, members=4, store=path, **OPTIONS)
    with pytest.raises(RunError, match="seed") as caught:
        simulate(problem, members=4, cluster=cluster, store=path, **{**OPTIONS, "seed": 5})
    assert caught.value.code == "E404"


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere", "local:none", "no-such-file.json"])
def test_an_address_where_nobody_answers_is_refused(address):
    pytest.importorskip("distributed", reason="dask.distributed is not installed: pip install 'forbear[cluster]'")
    with pytest.raises(RunError) as caught:
        Cluster(address, timeout=2)
    assert caught.value.code == "E422" and address in str(caught.value)


def test_without_dask_the_extra_is_named(problem, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RunError, match="cluster") as caught:
        simulate(problem, members=4, cluster="local:2", **OPTIONS)
    assert caught.value.code == "E421" and "forbear[cluster]" in str(caught.value)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"address": 5}', "[" * 5000])
def test_a_file_that_holds_no_address_is_refused(tmp_path, text):
    pytest.importorskip("distributed", reason="dask.distributed is not installed: pip install 'forbear[cluster]'")
    path = tmp_path / "scheduler.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RunError) as caught:
        Cluster(str(path), timeout=2)
    assert caught.value.code == "E422"
