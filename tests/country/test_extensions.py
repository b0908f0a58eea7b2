"""Rooms from outside: loaded only where asked for, checked, stamped, woven where they say; the house stays as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from rooms_from_outside import EXAMPLE, offer, on_the_path

from forbear.country.extensions import installed, load, model_of, order_of
from forbear.country.model import CORE, MODEL
from forbear.country.program import program, program_of, using
from forbear.country.week import WEEK
from forbear.ensemble.engine import Engine
from forbear.errors import ScenarioError
from forbear.kernel import woven
from forbear.scenario import Scenario

SOURCE = Path(__file__).resolve().parents[2] / "src" / "forbear"


@pytest.fixture
def drought(tmp_path):
    """The example's package, where it can be changed."""
    shutil.copytree(EXAMPLE / "src", tmp_path / "site", ignore=shutil.ignore_patterns("__pycache__"))
    offer(tmp_path / "site", {"drought": "forbear_drought"})
    with on_the_path(tmp_path / "site"):
        yield tmp_path / "site" / "forbear_drought"


def dry() -> Scenario:
    return Scenario.load(EXAMPLE / "dry-meadow")


def test_the_hash_of_the_house_is_of_its_rooms_alone(drought) -> None:
    alone = MODEL.hash
    del MODEL.__dict__["hash"]  # worked out again with the names of the room known
    load("drought")
    assert "drought.relief" in MODEL.levers
    assert MODEL.hash == CORE.hash == model_of(()).hash == alone
    assert model_of(("drought",)).hash != alone


def test_what_is_installed_and_not_asked_for_changes_nothing(drought, meadow) -> None:
    before = {kernel: woven.source(program(), kernel) for kernel in woven.KERNELS}
    plain = meadow.problem().hash
    assert installed()["drought"] == "forbear_drought"
    assert dry().problem().hash != plain  # and now it has been loaded
    again = Scenario.load("meadow").problem()
    assert again.hash == plain and again.extensions == ()
    assert not any(name in again.priors for name in ("mobilised_by_want", "dryness_pace"))
    assert {kernel: woven.source(program(), kernel) for kernel in woven.KERNELS} == before
    assert MODEL.hash == CORE.hash


def test_a_scenario_that_asks_has_the_rooms_levers_facts_and_priors(drought) -> None:
    scenario = dry()
    assert scenario.levers["drought.relief"].value.at(scenario.start.toordinal()) == 0.5
    assert scenario.facts["drought.rain_fed"].at("uplands") == 0.8
    problem = scenario.with_settings(["drought.relief=1"]).problem()
    assert problem.levers["relief"].max() == 1
    assert "bound_by_want" in problem.priors
    assert problem.extensions == (("drought", load("drought").hash),)


def test_a_changed_number_changes_the_stamp_and_a_changed_readme_does_not(drought) -> None:
    first = dry().problem()
    text = (drought / "constants.toml").read_text(encoding="utf-8")
    root = drought.parent
    with on_the_path(root):
        (drought / "README.md").write_text("# Another\n", encoding="utf-8")
        assert dry().problem().hash == first.hash
    with on_the_path(root):
        (drought / "constants.toml").write_text(text.replace("value = 0.8", "value = 0.7"), encoding="utf-8")
        assert dry().problem().hash != first.hash


def test_rules_stand_right_after_those_they_follow_and_keep_the_order_of_the_house(drought) -> None:
    begin, week = order_of(("drought",))
    assert begin[-1] == "drought.settle"
    assert week[week.index("people.count") + 1] == "drought.rain"
    assert week[week.index("insurgency.mobilise") + 1] == "drought.want"
    assert tuple(rule for rule in week if not rule.startswith("drought.")) == WEEK


def test_the_kernel_is_woven_with_the_room_and_the_draws_of_the_house_keep_their_addresses(drought) -> None:
    with using(("drought",)):
        whole = program()
    assert whole is program_of(("drought",)) and program() is program_of(())
    sites = {(r.function, *draw) for r in program().rules for draw in r.draws}
    assert sites < {(r.function, *draw) for r in whole.rules for draw in r.draws}
    for kernel in woven.KERNELS:
        text = woven.source(whole, kernel)
        if kernel != "reference":
            assert "void @drought_want(" in text
            continue
        assert "def drought_want(" in text
        compile(text, "woven", "exec")


def test_a_room_that_is_not_installed_is_named_with_the_nearest(drought, tmp_path) -> None:
    (tmp_path / "s.toml").write_text(
        '[scenario]\nextends = "meadow"\nname = "s"\nextensions = ["drougth"]\n', encoding="utf-8"
    )
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(tmp_path / "s.toml")
    assert caught.value.code == "E267"
    assert caught.value.faults[0].nearest == "drought"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("parameters.toml", 'sibling = "bound_by_want"', 'sibling = "bound_by_wont"', "no sibling 'bound_by_wont'"),
        ("parameters.toml", 'sibling = "bound_by_want"', "", "does not name it in turn"),
        ("parameters.toml", "[bound_by_want]", "[bound_by_want", "TOMLDecodeError"),
        ("state.py", '"dryness", "district"', '"fighters", "district"', "fighters is a name of the house"),
        ("state.py", 'lever(\n        "relief"', 'lever(\n        "relieff"', "unknown name"),
        ("dynamics.py", "now.services[d] = clip", "lever.relief = clip", "outside the language"),
        ("dynamics.py", '@rule("D3")', "@rule()", "cites no equation"),
        ("dynamics.py", "def want(", "def wants(", "no rule 'want'"),
        ("dynamics.py", "constant.local_weather", "0.6", "line 9: 0.6: a number that nobody declared"),
        ("dynamics.py", "constant.local_weather", "constant.locale", "unknown name constant.locale"),
        ("constants.toml", "[local_weather]", "[order_violence]", "order_violence is a name of the house"),
        ("constants.toml", "value = 0.6", 'value = "much"', "is no finite number"),
        (
            "constants.toml",
            "[local_weather]",
            "[wind]\nvalue = 1\nunit = ''\nmeaning = ''\nsource = ''\nvaried = false\n\n[local_weather]",
            "wind is declared and used by no rule",
        ),
        ("dynamics.py", "from forbear", "import os.nothing\nfrom forbear", "ModuleNotFoundError"),
        ("__init__.py", '"services.build"', '"services.bild"', "did you mean services.build?"),
    ],
)
def test_a_room_with_a_fault_is_refused_and_told_why(drought, file: str, old: str, new: str, said: str) -> None:
    path = drought / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        dry()
    assert caught.value.code == "E268"
    assert any(said in fault.message for fault in caught.value.faults), caught.value.faults


def test_a_room_without_a_file_is_refused_with_every_file_that_is_missing(drought) -> None:
    (drought / "README.md").unlink()
    (drought / "dynamics.py").unlink()
    with pytest.raises(ScenarioError) as caught:
        dry()
    assert len(caught.value.faults) == 2


def test_after_a_test_nothing_of_a_room_is_known() -> None:
    assert "drought" not in installed()
    assert set(MODEL.levers) == set(CORE.levers)


def test_an_engine_runs_the_rules_of_the_rooms_that_its_problem_asks_for(drought) -> None:
    problem = dry().problem()
    assert Engine(problem).program is program_of(("drought",))
    assert Engine(Scenario.load("meadow").problem()).program is program_of(())


@pytest.mark.slow
def test_a_room_of_no_effect_leaves_the_country_as_it_was_and_one_of_effect_does_not(drought, draw) -> None:
    from forbear.ensemble.runner import simulate

    scenario = dry()
    problem = scenario.problem()
    given = draw(problem, 64)
    still = {**given, **{name: np.zeros(64) for name in ("services_lost_to_drought", "services_kept_by_relief", "mobilised_by_want", "bound_by_want")}}  # fmt: skip
    plain = {name: value for name, value in given.items() if name in Scenario.load("meadow").problem().priors}
    house = simulate(Scenario.load("meadow").problem(), members=64, seed=4, parameters=plain).data
    idle = simulate(problem, members=64, seed=4, parameters=still)
    moved = simulate(
        problem, members=64, seed=4, parameters={**given, "services_lost_to_drought": np.full(64, 0.6)}
    ).data
    for name in ("deaths", "fighters", "mean_services", "governance"):
        assert np.array_equal(idle.data[name].values, house[name].values), name
    assert moved["mean_services"].values[:, -1].mean() < house["mean_services"].values[:, -1].mean()
    assert idle.manifest["extensions"] == dict(problem.extensions)
