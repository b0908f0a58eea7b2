"""Every case of the atlas loads, checks and runs."""

from __future__ import annotations

import numpy as np
import pytest

import forbear as fb
from forbear.evidence.atlas import ATLAS, atlas
from forbear.scenario.scenario import Scenario

NAMES = [entry.name for entry in atlas()]


def test_scenarios_and_cases_are_the_same() -> None:
    assert sorted(path.stem for path in ATLAS.glob("*.toml")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_case_loads_without_fault_and_lacks_nothing(name: str) -> None:
    opened = Scenario.load(f"atlas/{name}")
    assert opened.needed() == ()
    people = next(entry for entry in atlas() if entry.name == name).one("population")
    placed = opened.problem().facts["population_at_start"]
    assert people is not None and people.number is not None
    assert float(np.sum(placed)) == pytest.approx(people.number, rel=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_a_case_runs_eight_members_to_its_end_with_finite_numbers(name: str) -> None:
    found = fb.simulate(f"atlas/{name}", given="prior", members=8, seed=3).data
    assert found.sizes["member"] == 8
    for quantity in ("deaths", "civilians_dead"):
        assert np.isfinite(found[quantity].values).all() and (found[quantity].values >= 0).all()
