"""What was counted beside the same days of the simulated histories: yearly totals and one total, like with like."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.ensemble.monthly import yearly_totals
from forbear.figures.years import Count, Years, years_figure
from forbear.scenario.casefiles.facts import month_label, month_number
from forbear.scenario.casefiles.published import published_totals

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble
    from forbear.scenario import Scenario
    from forbear.scenario.observed import Observed

__all__ = ["CountedTotal", "counted_total", "deaths_by_year", "published_total", "unlike"]

#: Quantities that a count of deaths may speak of, the one that counts see first.
SEEN, TRUE = "observed_civilian_deaths", "deaths"
#: Days of a year that the run may lack and the year still be comparable.
SPARE = 31


@dataclass(frozen=True)
class CountedTotal:
    """A count over all days that both it and the run cover. simulated: (simulated histories,) over the same days;
    first, last: years; title: of the observation; note: why it is not wholly comparable, "" where it is."""

    counted: float
    simulated: np.ndarray
    first: int
    last: int
    title: str
    note: str = ""

    @property
    def when(self) -> str:
        """The years in words."""
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


def deaths_by_year(ensemble: Ensemble, scenario: Scenario, observed: Mapping[str, Sequence[Observed]]) -> Years:
    """The first picture of a report: people killed by year, as counts see them where there is a count, with the counts.

    A count of a year of which the run lacks more than a month is hollow and says so. Of a proposal ranges alone are
    drawn. No randomness.
    """
    name, found = _by_year(scenario, observed, SEEN) if SEEN in ensemble.data else ("", {})
    quantity = SEEN if found else TRUE
    if not found:
        name, found = _by_year(scenario, observed, TRUE)
    years, totals = yearly_totals(ensemble, quantity)
    counts = [
        Count(year, float(np.mean([v.value for v in values])), unlike(year, scenario))
        for year, values in sorted(found.items())
    ]
    seen = [c for c in counts if c.year in years]
    if quantity == SEEN:
        caption = (
            "Civilians killed as press counts would have seen them, beside what they counted: a part of all deaths."
        )
        title = "People killed by year, as counts see them"
    else:
        caption = "All simulated civilian deaths by violence" + ("." if seen else "; no count stands beside them.")
        title = "People killed by year"
    caption += f" Counts: {_publishers(scenario, name)}." if seen else ""
    return years_figure(
        "killed-by-year",
        title,
        "civilians killed a year",
        years,
        totals,
        counts=seen,
        middle=scenario.kind != "prospective",
        caption=caption,
    )


def _publishers(scenario: Scenario, name: str) -> str:
    """Who published what an observation takes its numbers from."""
    series = scenario.find_series(scenario.observations[name].series)
    return "; ".join(dict.fromkeys(source.publisher for source in series.sources))


def _by_year(
    scenario: Scenario, observed: Mapping[str, Sequence[Observed]], quantity: str
) -> tuple[str, dict[int, list[Observed]]]:
    """The first observation with any national totals, those of the fit first, and year -> its totals of that year."""
    for name, _ in _national(scenario, observed, quantity, ("year",)):
        out: dict[int, list[Observed]] = {}
        for value in observed[name]:
            out.setdefault(value.date.year, []).append(value)
        return name, out
    return "", {}


def _national(
    scenario: Scenario, observed: Mapping[str, Sequence[Observed]], quantity: str, frequencies: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Observations of a quantity with values for the whole country: name and title, those that the fit uses first."""
    out = [
        (name, one.title or name, one.weight == 0)
        for name, one in scenario.observations.items()
        if one.quantity == quantity
        and one.frequency in frequencies
        and observed.get(name)
        and not any(v.element for v in observed[name])
    ]
    return [(name, title) for name, title, _ in sorted(out, key=lambda entry: entry[2])]


def unlike(year: int, scenario: Scenario) -> str:
    """Why a count of a whole year is not comparable with the run, in a few words; "" where it is."""
    first, after = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
    if (scenario.start - first).days > SPARE:
        return f"counts all of {year}; the run begins in {scenario.start:%B}"
    if (after - scenario.end).days > SPARE:
        return f"counts all of {year}; the run ends in {scenario.end:%B}"
    return ""


def counted_total(
    ensemble: Ensemble, scenario: Scenario, observed: Mapping[str, Sequence[Observed]], quantity: str
) -> CountedTotal | None:
    """The count of a weekly flow over every span that the run covers whole, beside the flow over the same days.

    None where nothing of the kind was counted, or where spans overlap so that a death would count twice.
    """
    if quantity not in ensemble.data:
        return None
    weeks = ensemble.data["week"].values.astype("datetime64[D]")
    if len(weeks) < 2:
        return None
    length = float(np.median(np.diff(weeks).astype(int)))
    end = weeks[-1] + np.timedelta64(round(length), "D")
    for name, title in _national(scenario, observed, quantity, ("year", "span", "month")):
        spans = sorted(
            (np.datetime64(v.begin), np.datetime64(v.until), v.value)
            for v in observed[name]
            if v.begin > datetime.date.min and np.datetime64(v.begin) >= weeks[0]
            and (np.datetime64(v.until) - end).astype(int) <= SPARE
        )  # fmt: skip
        if not spans or any(b[0] < a[1] for a, b in zip(spans, spans[1:], strict=False)):
            continue
        share = np.zeros(len(weeks))
        for begin, until, _ in spans:
            last = np.minimum(weeks + np.timedelta64(round(length), "D"), until)
            share += np.clip((last - np.maximum(weeks, begin)).astype(float) / length, 0.0, 1.0)
        simulated = ensemble.data[quantity].values.astype(float) @ share
        first_year, last_year = spans[0][0].astype(object).year, (spans[-1][1] - 1).astype(object).year
        return CountedTotal(float(sum(s[2] for s in spans)), simulated, first_year, last_year, title)
    return None


def published_total(ensemble: Ensemble, scenario: Scenario, quantity: str, scale: float = 1.0) -> CountedTotal | None:
    """A published total since the start, beside the stock of the simulated histories at the end of its last month.

    None where none is published or the run does not reach so far. scale multiplies both.
    """
    found = published_totals(scenario).get(quantity)
    if found is None or quantity not in ensemble.data:
        return None
    weeks = ensemble.data["week"].values.astype("datetime64[D]")
    after = np.datetime64(month_label(month_number(found.until) + 1), "D")
    if not weeks[0] < after <= weeks[-1] + np.timedelta64(SPARE, "D"):
        return None
    simulated = ensemble.data[quantity].values[:, np.searchsorted(weeks, after) - 1].astype(float) * scale
    year = int(found.until[:4])
    return CountedTotal(found.value * scale, simulated, scenario.start.year, year, found.title, found.note)
