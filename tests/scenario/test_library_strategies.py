"""Strategies of the library are levers that their own side would propose: what is compared differs in one thing."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.scenario import Scenario
from forbear.scenario.casefiles.policies import load_strategies

EFFORT = ("police_effort", "special_operations", "access")


@pytest.fixture(scope="module", params=["iraq-2003", "afghanistan-2001"])
def levers(request):  # type: ignore[no-untyped-def]
    """Levers week by week of every strategy of a scenario: levers[strategy][lever]."""
    scenario = Scenario.load(request.param)
    return {name: s.apply(scenario).problem().levers for name, s in load_strategies(scenario).items()}


def differing(one, other) -> set[str]:  # type: ignore[no-untyped-def]
    return {name for name in one if not np.array_equal(one[name], other[name])}


def test_strategies_of_counterterrorism_make_the_same_effort_whenever_the_occupation_ends(levers) -> None:  # type: ignore[no-untyped-def]
    # those where hosts refuse or consent differ in access by design and are equal within their pair: see below
    named = [name for name in levers if name.startswith("COUNTERTERRORISM-") or name == "EVERYTHING"]
    names = [name for name in named if not name.endswith(("-REFUSED", "-CONSENT"))]
    assert len(names) >= 4
    for lever in EFFORT:
        assert all(np.array_equal(levers[name][lever], levers[names[0]][lever]) for name in names), lever
    assert differing(levers["COUNTERTERRORISM-AND-OCCUPATION"], levers["HISTORY"]) <= set(EFFORT)


def test_hosts_that_refuse_or_consent_do_so_to_counterterrorism_and_to_soldiers_alike(levers) -> None:  # type: ignore[no-untyped-def]
    pairs = [
        name for name in levers if name.startswith("COUNTERTERRORISM-") and name.endswith(("-REFUSED", "-CONSENT"))
    ]
    for name in pairs:
        other = name.replace("COUNTERTERRORISM-", "SOLDIERS-")
        assert not differing(levers[name], levers[other]) & {*EFFORT, "local_partners"}
        assert not differing(levers[name], levers["COUNTERTERRORISM-ONLY"]) - {"access", "local_partners"}


def test_residual_forces_differ_from_leaving_in_nothing_but_the_soldiers_who_stay(levers) -> None:  # type: ignore[no-untyped-def]
    kept = [name for name in levers if "-KEEP-" in name]
    assert len(kept) == 2
    for name in kept:
        left, number = name.split("-KEEP-")
        assert differing(levers[name], levers[left]) == {"force"}
        assert levers[name]["force"][-1] == float(number) and levers[left]["force"][-1] == 0


def test_whoever_leaves_does_what_history_did_until_leaving_is_announced(levers) -> None:  # type: ignore[no-untyped-def]
    history = levers["HISTORY"]
    leaving = [name for name in levers if name.startswith("OUT-") and "-KEEP-" not in name]
    assert len(leaving) == 2
    for name in leaving:
        path = levers[name]
        announced = int(np.argmax(path["commitment"] != history["commitment"]))
        for lever in ("force", "partners"):
            parted = int(np.argmax(path[lever] != history[lever]))
            assert parted > 20, (name, lever)
            assert np.array_equal(path[lever][:parted], history[lever][:parted])
            assert abs(parted - announced) < 40, (name, lever)


def test_a_dose_of_soldiers_is_nothing_but_soldiers(levers) -> None:  # type: ignore[no-untyped-def]
    history = levers["HISTORY"]
    for name, scale in (("HALF", 0.5), ("DOUBLE", 2.0), ("TRIPLE", 3.0)):
        dose = levers[f"SOLDIERS-{name}"]
        assert differing(dose, history) == {"force", "partners"}
        assert np.allclose(dose["force"], scale * history["force"])


def test_a_plan_moves_no_decision_of_history_by_itself(levers) -> None:  # type: ignore[no-untyped-def]
    mended = {"plan_floor", "coordination_floor", "uptake_floor"}
    for name in ("GOOD-PLAN", "COORDINATION"):
        assert differing(levers[name], levers["HISTORY"]) <= mended
    assert levers["HISTORY"]["planned_force"].max() > 0  # what planners had asked for is there, and was not done
