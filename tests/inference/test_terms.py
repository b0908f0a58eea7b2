"""Course, place and kind: what each hears, and what it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import forbear as fb
from forbear.inference.summaries import Summaries
from forbear.inference.terms import DISCREPANCY, Course, Place, Terms, _course, terms_of
from forbear.scenario.alignment import align


@pytest.fixture(scope="module")
def terms() -> Terms:
    iraq = fb.Scenario.load("iraq-2003")
    return terms_of(iraq, iraq.problem())


def of(terms: Terms, name: str) -> Course | Place:
    return next(t for t in terms.all if t.name == name)  # type: ignore[return-value]


def test_every_fitted_series_is_heard_in_the_terms_that_it_names(terms: Terms) -> None:
    names = [t.name for t in terms.all]
    assert len(set(names)) == len(names)
    assert "one_sided (place)" in names and "one_sided (course)" not in names
    assert "by_intervener (kind)" in names and not any(n.startswith("intervener_deaths_month") for n in names)


def test_zeros_of_quiet_districts_say_nothing_about_the_course(terms: Terms) -> None:
    place = of(terms, "state_based (place)")
    told = place.data.value[None].repeat(3, axis=0)
    # a war ten times as large, or a tenth, in the same places is as likely
    levels = place.log_density(told * np.array([[1.0], [10.0], [0.1]]))
    assert np.ptp(levels) < 1e-6


def test_a_place_prefers_the_observed_shares_to_others(terms: Terms) -> None:
    place = of(terms, "attacks_by_governorate (place)")
    told = np.stack([place.data.value, np.roll(place.data.value.reshape(place.periods, -1), 3, axis=1).ravel()])
    levels = place.log_density(told)
    assert levels[0] > levels[1] + 10.0


def test_a_district_that_the_model_leaves_quiet_does_not_end_a_history(terms: Terms) -> None:
    place = of(terms, "attacks_by_governorate (place)")
    told = place.data.value[None].copy()
    told[0, np.argsort(place.data.value)[-1]] = 0.0
    assert np.isfinite(place.log_density(told)).all()


def test_a_course_that_is_off_by_a_half_cannot_be_bought(terms: Terms) -> None:
    course = of(terms, "civilian_deaths (course)")
    shape = np.where(np.arange(len(course.data)) % 2, 1.65, 1.0 / 1.65)  # an error of half on the logarithm, to and fro
    levels = course.log_density(np.stack([course.data.value, course.data.value * shape]))
    assert levels[0] > levels[1] + 8.0


def test_errors_come_from_publishers_or_are_stated(terms: Terms) -> None:
    deaths = of(terms, "civilian_deaths (course)")
    assert isinstance(deaths, Course)
    assert deaths.error == pytest.approx(0.1, abs=0.01)  # stated in the scenario
    defence = of(terms, "local_defence (course)")
    assert isinstance(defence, Course)
    assert defence.error[0] == pytest.approx(0.5 * np.log(4000 / 1600), abs=0.01)  # the spread, beyond what is stated
    attacks = of(terms, "attacks (course)")
    assert isinstance(attacks, Course)
    assert attacks.error[0] == pytest.approx(0.25, abs=0.01)  # one release, a month
    assert attacks.error[24] == pytest.approx(0.1, abs=0.01)  # two that agree count for no less than a tenth


def test_the_discrepancy_of_a_course_is_reported_near_its_prior_or_as_large_as_it_is(terms: Terms) -> None:
    course = of(terms, "attacks (course)")
    near = course.discrepancies(course.data.value[None].repeat(400, axis=0), 1)
    far = course.discrepancies(
        (course.data.value * np.linspace(0.3, 3.0, len(course.data)))[None].repeat(400, axis=0), 1
    )
    assert np.median(near) < 1.5 * DISCREPANCY < 0.2 < np.median(far)


@pytest.mark.parametrize(
    "name",
    ["civilian_deaths (course)", "attacks_by_governorate (place)", "by_intervener (kind)", "polls_acceptable (course)"],
)
def test_replicated_data_lie_about_what_was_simulated(terms: Terms, name: str) -> None:
    term = of(terms, name)
    said = (
        term.observed_numbers[None].repeat(600, axis=0)
        if term.word == "kind"
        else term.data.value[None].repeat(600, axis=0)
    )
    drawn = term.shares(term.replicate(said, 3))
    wanted = term.shares(said)[0]
    large = wanted > 0.05 * wanted.max()
    assert np.allclose(np.median(drawn, axis=0)[large], wanted[large], rtol=0.12, atol=0.02)
    assert (term.replicate(said, 3) == term.replicate(said, 3)).all()


def test_terms_until_a_month_hold_nothing_of_it_or_later() -> None:
    iraq = fb.Scenario.load("iraq-2003")
    cut = terms_of(iraq, iraq.problem(), "2007-01")
    at = cut.months.index("2007-01")
    assert all((t.data.last < at).all() for t in cut.all)
    assert not any(t.series == "local_defence" for t in cut.all)


def test_summaries_of_the_data_themselves_have_no_gap(terms: Terms) -> None:
    summaries = Summaries.of(terms)
    said = [(t.observed_numbers if t.word == "kind" else t.data.value)[None] for t in terms.all]
    gaps = summaries.gaps(said)
    assert gaps.shape == (1, len(summaries.names)) and np.abs(gaps).max() < 1e-6


def test_weights_scale_a_term(terms: Terms) -> None:
    course = of(terms, "attacks (course)")
    told = course.data.value[None] * 1.2
    assert replace(course, weight=0.5).log_density(told) == pytest.approx(0.5 * course.log_density(told))


def test_shares_of_local_defence_are_those_of_districts_and_not_of_pairs(terms: Terms) -> None:
    place = of(terms, "local_defence_by_governorate (place)")
    members = np.zeros((1, len(place.data.months), 18, 3))
    members[0, place.data.last[0]] = place.data.value[:, None] / 3.0  # a third in each community
    said = place.data.simulated(members)
    assert np.allclose(said[0], place.data.value)


def test_a_course_of_one_member_is_not_set_beside_the_whole_country(terms: Terms) -> None:
    place = of(terms, "attacks_by_governorate (place)").data
    one = place.keep(place.element == 2)
    heard = _course(one, fb.Scenario.load("iraq-2003").observations["attacks_by_governorate"], "course")
    assert set(heard.data.element.tolist()) == {2}


def test_an_index_of_many_districts_is_averaged_over_them_and_persons_are_summed() -> None:
    vietnam = fb.Scenario.load("vietnam-1965")
    problem = vietnam.problem()
    control = of(terms_of(vietnam, problem, "1972-01"), "control (course)")
    assert not control.data.adds and 0.0 < control.data.value.max() <= 1.0
    monthly = np.full((2, len(problem.month_labels), 13), 0.5)
    assert np.allclose(control.data.simulated(monthly), 0.5)
    displaced = align(vietnam, "displaced", problem)
    people = np.ones((1, len(problem.month_labels), 13, 2))
    assert displaced.adds and np.allclose(displaced.simulated(people), 26.0)
