"""Theories: sets of switches and priors, each with its own mechanisms on and the others weak."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import forbear as fb
from forbear.country.declare import Prior
from forbear.inference.structures import known_theories, structures, with_structure
from forbear.scenario.casefiles.theories import weakened
from forbear.scenario.priors import quantile


@pytest.fixture(scope="module")
def iraq() -> fb.Scenario:
    return fb.Scenario.load("iraq-2003")


@pytest.mark.parametrize("name", list(structures()))
def test_a_theory_keeps_its_own_mechanisms_and_weakens_the_others(name: str, iraq: fb.Scenario) -> None:
    known = known_theories()
    theory, plain, changed = known.theories[name], iraq.problem().priors, with_structure(iraq, name).problem().priors
    half = np.array([0.5])
    for mechanism in known.mechanisms.values():
        for key in mechanism.strength:
            for before, after in zip(plain[key.split(".")[1]].ravel(), changed[key.split(".")[1]].ravel(), strict=True):
                if key in theory.priors:
                    continue
                factor = 1.0 if mechanism.name in theory.own else known.weak
                assert quantile(after, half)[0] == pytest.approx(factor * quantile(before, half)[0]), key
    told = {key.split(".")[1] for m in known.mechanisms.values() for key in m.strength}
    for name_of, prior in plain.items():
        if name_of not in told:
            assert (changed[name_of] == prior).all(), name_of


def test_priors_of_a_theory_hold_for_members_for_whom_the_scenario_says_otherwise(iraq: fb.Scenario) -> None:
    changed = with_structure(iraq, "occupation").problem().priors["mobilisation_by_occupation"].ravel()
    assert all(prior.arguments == {"low": 0.3, "high": 1.2} for prior in changed)


def test_one_mechanism_is_switched_off_and_nothing_else(iraq: fb.Scenario) -> None:
    changed, plain = with_structure(iraq, "without-fear").problem().priors, iraq.problem().priors
    for key in known_theories().mechanisms["fear"].strength:
        assert all(prior.arguments == {"value": 0} for prior in changed[key.split(".")[1]].ravel()), key
    assert (changed["tips"] == plain["tips"]).all() and (changed["unmixing"] == plain["unmixing"]).all()


def test_an_unknown_structure_is_told_with_the_nearest_name(iraq: fb.Scenario) -> None:
    with pytest.raises(fb.ForbearError, match="without-fear") as caught:
        with_structure(iraq, "without-fears")
    assert caught.value.code == "E205"


@pytest.mark.parametrize(
    "prior",
    [
        Prior("uniform", {"low": -0.4, "high": 1.0}),
        Prior("loguniform", {"low": 0.01, "high": 2.0}),
        Prior("normal", {"mean": 0.2, "sd": 0.3}),
        Prior("lognormal", {"median": 3.0, "sigma": 0.5}),
        Prior("spike_lognormal", {"weight_at_zero": 0.1, "median": 3.0, "sigma": 0.5}),
        Prior("exponential", {"scale": 1.0}),
        Prior("gamma", {"shape": 2.0, "scale": 1.0}),
        Prior("truncated_normal", {"mean": 0.0, "sd": 0.5, "low": 0.0, "high": 2.0}),
        Prior("fixed", {"value": 2.0}),
    ],
)
def test_a_weak_prior_is_the_same_one_of_a_part_of_the_number(prior: Prior) -> None:
    u = np.linspace(0.02, 0.98, 25)
    assert np.allclose(quantile(weakened(prior, 0.25), u), 0.25 * quantile(prior, u))


def test_a_weak_share_stays_a_share() -> None:
    weak = weakened(Prior("beta", {"a": 3.0, "b": 7.0}), 0.25)
    assert weak.arguments["a"] / (weak.arguments["a"] + weak.arguments["b"]) == pytest.approx(0.25 * 0.3)


def test_theories_beside_a_scenario_are_added_and_their_faults_are_told_at_once(tmp_path: Path) -> None:
    head = '[scenario]\nname = "small"\ntitle = "A small country"\nkind = "invented"\nextends = "meadow"\n'
    (tmp_path / "scenario.toml").write_text(head, encoding="utf-8")
    told = tmp_path / "theories.toml"
    told.write_text(
        '[mechanisms.drought]\ntitle = "no rain"\nstrength = ["people.displacement"]\n'
        '[theories.hunger]\ntitle = "Hunger"\nsays = "People fight for bread."\nown = ["drought", "livelihood"]\n',
        encoding="utf-8",
    )
    small = fb.Scenario.load(tmp_path / "scenario.toml")
    assert {"hunger", "occupation"} <= set(structures(small))
    assert with_structure(small, "hunger").problem().priors["displacement"].ravel()[0].family == "loguniform"
    told.write_text(
        '[mechanisms.drought]\ntitle = "no rain"\nstrength = ["people.displacment", "people.weight_of_fear"]\n'
        '[theories.hunger]\nsays = "Bread."\nown = ["drougt"]\n[theories.full]\ntitle = "f"\nsays = "f"\nown = ["fear"]\n',
        encoding="utf-8",
    )
    with pytest.raises(fb.ForbearError) as caught:
        structures(small)
    faults = {str(fault.field): fault for fault in caught.value.faults}
    assert set(faults) >= {
        "mechanisms.drought.strength",
        "theories.hunger.title",
        "theories.hunger.own",
        "theories.full",
    }
    assert all(fault.line is not None and str(fault.file).endswith("theories.toml") for fault in faults.values())
    assert caught.value.code == "E615"
