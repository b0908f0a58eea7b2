"""What is known of a district is known of those who fight there."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from forbear.country.week import rule_named


def district(
    fighters: list[float],
    abuse: tuple[float, float] = (0.0, 0.0),
    silenced: tuple[float, float] = (0.0, 0.0),
    living: tuple[float, float] = (1000.0, 1000.0),
) -> SimpleNamespace:
    """One district, two communities with an organisation each: people talk about the first, nobody about the second."""
    now = SimpleNamespace(
        supporters=np.array([[600.0, 0.0]]), residents=np.array([living]), fighters=np.array([fighters]),
        control=np.array([0.8]), density=np.array([10.0]), local_defence=np.zeros((1, 2)), army_kept=np.zeros((1, 2)),
        government_forces=np.zeros(1), information=np.zeros((1, 2)), mean_information=np.zeros(1), tips=np.zeros(1), raids=np.zeros(1),
        abuse=np.array([abuse]), silenced=np.array([silenced]), protecting=0.2,
    )  # fmt: skip
    given = SimpleNamespace(
        tips=1.0, information_from_local_defence=0.0, information_from_phones=0.0, other_intelligence=0.1,
        leak_from_kept_army=0.0, care_of_population_security=0.0, resentment_of_raids=0.01,
        tips_on_radicals=0.5, silence_from_reprisals=1.0,
    )  # fmt: skip
    fact = SimpleNamespace(
        districts=range(1),
        organisations=range(2),
        communities=range(2),
        home=np.array([0, 1]),
        radical=np.array([1, 0]),
    )
    rule_named("security.inform")(now, given, SimpleNamespace(local_pay=0.0, phones=0.0, population_security=0.2), fact)
    return now


@pytest.mark.parametrize("present", [1.0, 40.0, 5000.0])
def test_an_organisation_that_is_not_there_does_not_count(present: float) -> None:
    known = district([present, 0.0])
    assert known.information[0, 0] > 3 * known.information[0, 1] > 0
    assert known.mean_information[0] == known.information[0, 0]


def test_those_who_are_there_count_by_their_number() -> None:
    known = district([30.0, 10.0])
    assert known.mean_information[0] == pytest.approx(known.information[0] @ [0.75, 0.25])
    assert known.raids[0] == pytest.approx(0.01 * (1 - known.mean_information[0]))


def test_where_nobody_fights_every_organisation_counts_alike() -> None:
    known = district([0.0, 0.0])
    assert known.mean_information[0] == pytest.approx(known.information[0].mean())


def test_an_organisation_without_people_to_live_among_does_not_count_where_nobody_fights() -> None:
    known = district([0.0, 0.0], living=(1000.0, 0.0))
    assert known.mean_information[0] == pytest.approx(known.information[0, 0])


def test_people_tell_of_radicals_who_abuse_them_and_of_nobody_else() -> None:
    calm, abused = district([30.0, 10.0]), district([30.0, 10.0], abuse=(1.0, 1.0))
    assert abused.information[0, 0] > calm.information[0, 0]
    assert abused.information[0, 1] == calm.information[0, 1]


def test_fear_of_reprisals_silences_them() -> None:
    told, silent = district([30.0, 10.0], abuse=(1.0, 1.0)), district([30.0, 10.0], (1.0, 1.0), (0.9, 0.0))
    assert silent.information[0, 0] < told.information[0, 0]
