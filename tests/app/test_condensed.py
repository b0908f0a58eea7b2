"""What the laboratory keeps of members: the same numbers as their weeks come to, in a fraction of the room."""

import numpy as np
import pytest

from forbear.app.condensed import FANS, FORCES, OUTCOMES_SHOWN, joined, together, whole_years
from forbear.app.country import MONTHLY, Country, merged
from forbear.app.laboratory.comparison import paired, summarised
from forbear.app.memory import array_bytes
from forbear.ensemble.monthly import monthly_values
from forbear.scenario import Scenario
from forbear.scenario.outcomes import values_of

MANY = 32


@pytest.fixture(scope="module")
def country():
    return Country(Scenario.load("meadow"), "meadow")


@pytest.fixture(scope="module")
def both(country):
    """The same members as weeks, labelled, and condensed."""
    block = country.block(country.problem, "prior", 0, 1, many=MANY, monthly=MONTHLY)
    return block, merged(country.problem, [block]), country.condensed(country.problem, "prior", 0, 1, many=MANY)


def test_months_are_those_that_weeks_come_to(both):
    _, weekly, kept = both
    for name in (*FANS, *FORCES):
        months, values = monthly_values(weekly, name)
        assert np.array_equal(months, kept.months)
        np.testing.assert_allclose(kept.monthly[name], values, rtol=1e-6)


def test_outcomes_are_those_of_the_analysis(both):
    _, weekly, kept = both
    for name in OUTCOMES_SHOWN:
        asked = weekly.data["observed_attacks"].values.astype(float).sum(axis=1) if name == "attacks" else None
        assert np.array_equal(kept.outcomes[name], asked if asked is not None else values_of(weekly.data, name))


def test_deaths_by_year_and_district_are_those_of_its_months(country, both):
    block, _, kept = both
    years = whole_years(country.problem)
    assert years and kept.yearly.shape == (MANY, len(years), len(country.residents))
    labels = np.array([int(label[:4]) for label in country.problem.month_labels])
    for place, year in enumerate(years):
        np.testing.assert_allclose(kept.yearly[:, place], block.monthly["deaths"][:, labels == year].sum(axis=1))
    assert kept.yearly.sum() > 0


def test_parts_that_are_joined_are_the_members_run_at_once(country, both):
    parts = [country.condensed(country.problem, "prior", start, 1, many=MANY // 2) for start in (0, MANY // 2)]
    whole = joined(parts)
    assert len(whole) == MANY
    for name, values in both[2].monthly.items():
        assert np.array_equal(whole.monthly[name], values)


def test_a_member_that_failed_in_one_of_the_three_is_left_out_of_all(country, both):
    kept = both[2]
    broken = kept.keep(np.ones(MANY, dtype=bool))
    broken.failed[3] = True
    broken.yearly[3] = np.nan
    broken.monthly["deaths"][3] = np.inf
    found = paired({"plan": [broken], "reference": [kept], "never": [kept]})
    assert (found.members, found.failed) == (MANY - 1, 1)
    shown = summarised(country, country.problem, found)
    assert np.isfinite(shown.monthly["plan"]["deaths"]).all()
    assert np.isfinite([values for year in shown.districts.values() for values in year]).all()


def test_what_is_kept_is_a_fraction_of_the_weeks(both):
    block, _, kept = both
    assert array_bytes(kept) < array_bytes(block) / 3


def test_arrays_of_one_kind_lie_in_one_and_keep_their_values():
    arrays = {"a": np.arange(3.0), "b": np.arange(3.0) + 1, "c": np.arange(4)}
    found = together(arrays)
    assert list(found) == list(arrays) and found["a"].base is found["b"].base is not None
    assert all(np.array_equal(found[name], values) for name, values in arrays.items())
