"""Every number that is given out says what it is: unit, meaning, kind; and how long a step is."""

from __future__ import annotations

import pytest

from forbear.country.model import MODEL
from forbear.ensemble.runner import simulate
from forbear.ensemble.session import open_session
from forbear.ensemble.summaries import summarise

SMALL = {"members": 3, "seed": 1}
KINDS = {"stock", "flow", "measure", "parameter", "mark"}


def test_every_variable_of_an_ensemble_says_unit_meaning_and_kind(problem):
    data = simulate(problem, **SMALL).data
    assert len(data.data_vars) > 100
    for name, variable in data.data_vars.items():
        assert variable.attrs["unit"] and variable.attrs["long_name"], name
        assert variable.attrs["kind"] in KINDS, name
    for name, quantity in MODEL.quantities.items():
        for variable in (name, f"monthly_{name}"):
            if variable in data:
                assert data[variable].attrs["unit"] == quantity.unit and data[variable].attrs["kind"] == quantity.kind


@pytest.mark.parametrize("step", [1.0, 0.5])
def test_whoever_makes_a_dataset_says_how_long_a_step_is(meadow, step, tmp_path):
    problem = meadow.problem(step=step)
    makers = {
        "memory": simulate(problem, **SMALL).data, "new store": simulate(problem, store=tmp_path / "a", **SMALL).data,
        "read store": simulate(problem, store=tmp_path / "a", **SMALL).data,
        "chunks": simulate(problem, **{**SMALL, "members": 130}).data, "some": simulate(problem, **SMALL).keep([0]).data,
        "paths": open_session(problem, **SMALL).advance(months=1).paths(), "summaries": summarise(problem, **SMALL).runs,
    }  # fmt: skip
    assert {name: data.attrs["step_weeks"] for name, data in makers.items()} == dict.fromkeys(makers, step)


def test_summaries_say_unit_meaning_and_kind(problem):
    found = summarise(problem, weekly=("deaths", "governance", "cost_budget"), **SMALL)
    for name, variable in found.runs.data_vars.items():
        assert variable.attrs["unit"] and variable.attrs["long_name"] and variable.attrs["kind"], name
    for band in (found.mean("deaths"), found.quantiles("governance")):
        assert band.attrs["unit"] and band.attrs["long_name"] and band.attrs["kind"]
