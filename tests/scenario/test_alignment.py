"""One alignment of observed series: frequencies, flows and stocks, gaps and zeros."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import numpy as np
import pytest

import forbear as fb
from forbear.scenario import alignment
from forbear.scenario.alignment import align
from forbear.scenario.observations import Observation
from forbear.scenario.observed import Observed

LABELS = tuple(f"2003-{m:02d}" for m in range(1, 13))


def aligned(
    monkeypatch: pytest.MonkeyPatch,
    rows: list[Observed],
    frequency: str,
    quantity: str = "observed_attacks",
    absent: str = "unknown",
    names: dict[str, tuple[str, ...]] | None = None,
    **more,
):  # type: ignore[no-untyped-def]
    observation = Observation("counted", quantity, "series", "n", frequency, **more)
    scenario = SimpleNamespace(
        observations={"counted": observation},
        find_series=lambda name: SimpleNamespace(absent=absent),
        selection=lambda name: SimpleNamespace(covered=("north", "south")),
    )
    problem = SimpleNamespace(
        month_labels=LABELS,
        months=np.repeat(np.arange(12), 4),
        step=1.0,
        names=names or {"district": ("north", "south")},
    )
    monkeypatch.setattr(alignment, "observed_rows", lambda s, n: rows)
    return align(scenario, "counted", problem)  # type: ignore[arg-type]


def row(date: str, value: float, **more) -> Observed:  # type: ignore[no-untyped-def]
    return Observed(datetime.date.fromisoformat(date), value, low=value, high=value, **more)


def test_a_quarter_is_summed_over_its_three_months(monkeypatch: pytest.MonkeyPatch) -> None:
    found = aligned(monkeypatch, [row("2003-04-01", 30.0)], "quarter")
    assert (found.first[0], found.last[0]) == (3, 5)
    monthly = np.arange(24.0).reshape(1, 12, 2)
    assert found.simulated(monthly)[0, 0] == monthly[0, 3:6].sum()


def test_weeks_of_a_flow_fill_the_months_that_they_cover_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    weeks = [row(str(datetime.date(2003, 1, 27) + datetime.timedelta(days=7 * k)), 7.0) for k in range(6)]
    found = aligned(monkeypatch, weeks, "week")  # 27 January to 9 March
    assert [found.months[m] for m in found.last] == ["2003-02"]
    assert found.value[0] == pytest.approx(28.0)


def test_a_year_of_a_flow_that_the_scenario_cuts_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(aligned(monkeypatch, [row("2003-01-01", 5.0)], "year")) == 1
    assert len(aligned(monkeypatch, [row("2004-01-01", 5.0)], "year")) == 0


def test_a_level_stands_for_the_end_of_its_window_or_for_the_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    monthly = np.arange(12.0).reshape(1, 12, 1)
    rows = [row("2003-01-01", 5.0)]
    assert aligned(monkeypatch, rows, "year", "observed_displaced").simulated(monthly)[0, 0] == 11.0
    mean = aligned(monkeypatch, rows, "year", "observed_displaced", window="mean")
    assert mean.simulated(monthly)[0, 0] == pytest.approx(5.5)


def test_months_without_a_row_are_zero_only_where_absence_means_nothing_happened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [row("2003-01-01", 3.0, element="north"), row("2003-04-01", 1.0, element="north")]
    zero = aligned(monkeypatch, rows, "month", absent="zero", dimension="district")
    gaps = aligned(monkeypatch, rows, "month", dimension="district")
    assert len(zero) == 8 and zero.value.sum() == 4.0 and len(gaps) == 2


def test_events_of_a_month_add_up_and_reports_of_a_level_are_averaged(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row("2003-02-01", 3.0), row("2003-02-01", 5.0)]
    assert aligned(monkeypatch, rows, "month").value[0] == 8.0
    assert aligned(monkeypatch, rows, "point", "observed_displaced").value[0] == 4.0


def test_numbers_of_the_library_are_labelled_by_window_and_member() -> None:
    iraq = fb.Scenario.load("iraq-2003")
    assert align(iraq, "civilian_deaths").labels[:2] == ["2004", "2005"]
    assert align(iraq, "by_intervener").labels == ["2003-05 to 2008-03"]
    assert align(iraq, "polls_acceptable").labels[0] == "2007-08 sunni"


def test_a_part_is_divided_by_its_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    found = aligned(monkeypatch, [row("2003-03-01", 2.0, whole=8.0)], "month", whole="observed_civilian_deaths")
    monthly = np.ones((1, 12, 2))
    assert found.simulated(monthly, 4.0 * monthly)[0, 0] == pytest.approx(0.25)


def test_a_member_of_a_quantity_over_two_dimensions_is_summed_over_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row("2003-06-01", 30.0, element="north"), row("2003-06-01", 70.0, element="south")]
    found = aligned(monkeypatch, rows, "point", "local_defence", dimension="district")
    monthly = np.zeros((1, 12, 2, 3))  # districts by communities
    monthly[0, 5] = [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]
    assert found.simulated(monthly)[0].tolist() == [6.0, 60.0]


def test_a_member_of_the_second_dimension_is_summed_over_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row("2003-06-01", 30.0, element="red"), row("2003-06-01", 70.0, element="blue")]
    names = {"organisation": ("red", "blue")}
    found = aligned(monkeypatch, rows, "month", "removed", names=names, dimension="organisation")
    monthly = np.zeros((1, 12, 3, 2))  # districts by organisations
    monthly[0, 5] = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]
    assert found.simulated(monthly)[0].tolist() == [6.0, 60.0]
