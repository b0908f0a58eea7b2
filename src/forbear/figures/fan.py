"""Fan charts: what simulated histories did, beside what was observed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forbear.figures.spec import Figure, Line, Marks, Ribbon
from forbear.words import approximately, span

__all__ = ["fan", "yearly"]


def fan(
    name: str,
    months: np.ndarray,
    values: np.ndarray,
    *,
    title: str,
    unit: str,
    caption: str = "",
    observed: Mapping[str, Mapping[float, float]] | None = None,
    others: Mapping[str, np.ndarray] | None = None,
    logarithmic: bool = False,
    middle: bool = True,
) -> Figure:
    """Median, half and nine tenths of members by month; observed values as separate marks, gaps left open.

    Parameters
    ----------
    name, title, unit, caption
        Of the figure; the name is its place in a page.
    months, values
        datetime64[M] and (members, months), in `unit`.
    observed
        Label -> time in years -> value.
    others
        Label -> (members, months) of a further quantity, whose median is drawn as a line; at most two.
    logarithmic
        Of the upright axis.
    middle
        False draws and says the range of nine tenths alone, without `others`: of a proposal no middle is told.
    """
    x = _middle(months)
    q05, q25, q50, q75, q95 = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    if not middle:
        return _range(name, months, q05, q95, title, unit, caption, logarithmic)
    lines = [Line(x, q50.tolist(), "simulated", "median of simulated histories")]
    for role, (label, further) in zip(("second", "third"), (others or {}).items(), strict=False):
        lines.append(Line(x, np.median(further, axis=0).tolist(), role, label))
    marks: list[Marks] = []
    first, last = x[0] - 0.1, x[-1] + 0.1
    for label, series in (observed or {}).items():
        inside = {at: v for at, v in series.items() if first <= at <= last}
        if inside:
            role = "observed" if not marks else "observed again"
            marks.append(Marks(list(inside), list(inside.values()), role, label))
    rows = [
        (str(m), *(approximately(v) for v in (a, b, c)))
        for m, a, b, c in zip(months.astype(str), q05, q50, q95, strict=True)
    ]
    peak = int(np.argmax(q50))
    words = (
        f"Median highest in {months[peak]} at about {approximately(float(q50[peak]))} {unit}; nine in ten simulated "
    )
    words += f"histories then between {approximately(float(q05[peak]))} and {approximately(float(q95[peak]))}."
    ribbons = [Ribbon(x, q05.tolist(), q95.tolist(), 0.9), Ribbon(x, q25.tolist(), q75.tolist(), 0.5)]
    head = ("month", "5 %", "median", "95 %")
    return Figure(name, title, unit, caption, words, ribbons, lines, marks, head, rows, logarithmic)


def _range(
    name: str,
    months: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    title: str,
    unit: str,
    caption: str,
    logarithmic: bool,
) -> Figure:
    """The range of nine tenths alone; its ends are lines, so that it shows where it has no width."""
    x = _middle(months)
    lines = [Line(x, low.tolist(), "simulated", "ends of nine in ten simulated histories")]
    lines.append(Line(x, high.tolist(), "simulated", ""))
    peak = int(np.argmax(high))
    words = f"Upper end highest in {months[peak]}; nine in ten simulated histories then between "
    words += f"{approximately(float(low[peak]))} and {approximately(float(high[peak]))} {unit}."
    rows = [(str(m), approximately(a), approximately(b)) for m, a, b in zip(months.astype(str), low, high, strict=True)]
    bands = [Ribbon(x, low.tolist(), high.tolist(), 0.9)]
    return Figure(name, title, unit, caption, words, bands, lines, [], ("month", "5 %", "95 %"), rows, logarithmic)


def yearly(
    name: str,
    years: list[int],
    totals: np.ndarray,
    *,
    title: str,
    unit: str,
    caption: str = "",
    observed: Mapping[str, Mapping[int, float]] | None = None,
    unlike: Mapping[int, str] | None = None,
) -> Figure:
    """Totals by calendar year with intervals, beside published yearly totals.

    years, totals: calendar years and (members, years) in `unit`; observed: label -> year -> value; unlike: year -> why
    its total is not comparable: the mark is hollow, and the table says so.
    """
    apart = unlike or {}
    q05, q50, q95 = np.quantile(totals, [0.05, 0.5, 0.95], axis=0)
    x, label = [y + 0.5 - 0.12 for y in years], "median and nine in ten simulated histories"
    marks = [Marks(x, q50.tolist(), "simulated", label, q05.tolist(), q95.tolist())]
    found: dict[int, list[float]] = {}
    for label, series in (observed or {}).items():
        at = [y for y in years if y in series]
        for year in at:
            found.setdefault(year, []).append(series[year])
        for role, hollow in (("observed", False), ("observed hollow", True)):
            of = [y for y in at if (y in apart) == hollow]
            told = label + (", not comparable" if hollow else "")
            if of or not (hollow or at):
                marks.append(Marks([y + 0.62 for y in of], [series[y] for y in of], role, told))
    seen = {y: approximately(float(np.mean(v))) + (f" ({apart[y]})" if y in apart else "") for y, v in found.items()}
    rows = [
        (str(y), *(approximately(float(v)) for v in (a, b, c)), seen.get(y, "not observed"))
        for y, a, b, c in zip(years, q05, q50, q95, strict=True)
    ]
    words = "; ".join(
        f"{y}: {approximately(float(b))} ({span(float(a), float(c))}), "
        + (f"observed {seen[y]}" if y in seen else "not observed")
        for y, a, b, c in zip(years, q05, q50, q95, strict=True)
    )
    head = ("year", "5 %", "median", "95 %", "observed")
    return Figure(name, title, unit, caption, words, [], [], marks, head, rows)


def _middle(months: np.ndarray) -> list[float]:
    numbers = months.astype("datetime64[M]").astype(int)
    return [1970 + (n + 0.5) / 12 for n in numbers.tolist()]
