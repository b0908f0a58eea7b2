"""What an outcome is over the whole run, to the end of a month, and counted from a month on."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.scenario.outcomes import OUTCOMES, counted, until, values_in

DATES = np.arange("2003-05-05", "2005-05-02", 7, dtype="datetime64[D]")
RISING = np.cumsum(np.ones((2, len(DATES))), axis=1)


def of(name: str, series: np.ndarray) -> np.ndarray:
    plain = name.partition("@")[0]
    return values_in({OUTCOMES[plain].quantity: series}, name, 1.0, dates=DATES) / OUTCOMES[plain].scale


def test_a_count_from_a_month_on_is_what_happens_in_its_weeks_and_later_and_no_more() -> None:
    late = np.asarray(DATES.astype("datetime64[M]") >= np.datetime64("2004-07"))
    assert np.allclose(of(until("deaths", "", "2004-07"), RISING), RISING[:, late].sum(axis=1))
    some = late & np.asarray(DATES.astype("datetime64[M]") <= np.datetime64("2004-12"))
    assert np.allclose(of(until("deaths", "2004-12", "2004-07"), RISING), RISING[:, some].sum(axis=1))
    whole, before = of("deaths", RISING), of(until("deaths", "2004-06"), RISING)
    assert np.allclose(of(until("deaths", "", "2004-07"), RISING) + before, whole)


def test_what_only_grows_is_counted_as_a_difference_and_a_mean_is_that_of_the_weeks() -> None:
    late = np.asarray(DATES.astype("datetime64[M]") >= np.datetime64("2004-07"))
    assert np.allclose(of(until("cost_full", "", "2004-07"), RISING), late.sum())
    assert np.allclose(of(until("services", "", "2004-07"), RISING), RISING[:, late].mean(axis=1))


@pytest.mark.parametrize("name", sorted(name for name in OUTCOMES if counted(name)))
def test_counted_from_its_first_month_on_an_outcome_is_that_of_the_whole_run(name: str) -> None:
    assert np.allclose(of(until(name, "", "2003-05"), RISING), of(name, RISING))


def test_what_stands_at_the_end_or_is_a_peak_cannot_be_counted_from_a_month_on() -> None:
    for name in ("deaths", "cost_full", "attacks_abroad", "intervener_deaths", "services", "unsustainable"):
        assert counted(name), name
    for name in ("governance", "inclusion", "order", "peak_violence", "displaced", "violence_at_end", "allies"):
        assert not counted(name), name
