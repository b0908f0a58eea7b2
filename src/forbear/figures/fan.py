"""Fan charts: what the members did, beside what was observed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.figures.spec import Band, Figure, Line, Marks, approximately

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble
    from forbear.scenario.observed import Observed

__all__ = ["fan", "monthly_values", "national", "yearly"]


def monthly_values(ensemble: Ensemble, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Months (datetime64[M]) and values (members, months): flows as monthly totals, stocks and measures averaged over weeks."""
    weeks = ensemble.data["week"].values.astype("datetime64[D]") + np.timedelta64(3, "D")
    months, where = np.unique(weeks.astype("datetime64[M]"), return_inverse=True)
    values = ensemble.data[name].values.astype(float)
    out = np.zeros((values.shape[0], len(months)))
    np.add.at(out.T, where, values.T)
    weeks_in = np.bincount(where)
    if ensemble.data[name].attrs.get("kind") != "flow":
        return months, out / weeks_in
    # months hold four or five weeks: bring each to its length in days, so that the calendar draws no zigzag
    days = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int)
    step = (
        float(np.median(np.diff(ensemble.data["week"].values.astype("datetime64[h]")).astype(int))) / 24
        if len(weeks) > 1
        else 7.0
    )
    return months, out * np.where(weeks_in * step > 20, days / (weeks_in * step), 1.0)


def _middle(months: np.ndarray) -> list[float]:
    numbers = months.astype("datetime64[M]").astype(int)
    return [1970 + (n + 0.5) / 12 for n in numbers.tolist()]


def _year_fraction(date: Any) -> float:
    return date.year + (date.month - 0.5) / 12


def national(series: list[Observed]) -> dict[float, float]:
    """Time in years -> value: districts of one date are added up, several reports of one date are averaged."""
    found: dict[float, dict[str, list[float]]] = {}
    for value in series:
        found.setdefault(_year_fraction(value.date), {}).setdefault(value.element, []).append(value.value)
    return {at: float(sum(np.mean(reports) for reports in elements.values())) for at, elements in found.items()}


def fan(
    ensemble: Ensemble, name: str, *, title: str, unit: str, caption: str = "", observed: dict[str, list[Observed]] | None = None, scale: float = 1.0,
    others: dict[str, str] | None = None, logarithmic: bool = False,
) -> Figure:  # fmt: skip
    """Median, half and nine tenths of members by month; observed values as separate marks, gaps left open.

    observed: label -> monthly or dated values; others: further variables whose medians are drawn as lines, name ->
    label; scale multiplies simulated and other values (US dollars to billions, say).
    """
    months, values = monthly_values(ensemble, name)
    values = values * scale
    x = _middle(months)
    q05, q25, q50, q75, q95 = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    lines = [Line(x, q50.tolist(), "simulated", "median of members")]
    for role, (other, label) in zip(("second", "third"), (others or {}).items(), strict=False):
        _, further = monthly_values(ensemble, other)
        lines.append(Line(x, np.median(further * scale, axis=0).tolist(), role, label))
    marks: list[Marks] = []
    first, last = x[0] - 0.1, x[-1] + 0.1
    for label, series in (observed or {}).items():
        inside = {at: v for at, v in national(series).items() if first <= at <= last}
        if inside:
            marks.append(
                Marks(list(inside), list(inside.values()), "observed" if not marks else "observed again", label)
            )
    rows = [
        (str(m), *(approximately(v) for v in (a, b, c)))
        for m, a, b, c in zip(months.astype(str), q05, q50, q95, strict=True)
    ]
    peak = int(np.argmax(q50))
    words = f"Median highest in {months[peak]} at about {approximately(float(q50[peak]))} {unit}; nine tenths of members then between {approximately(float(q05[peak]))} and {approximately(float(q95[peak]))}."
    return Figure(
        name.replace("_", "-"), title, unit, caption, words, [Band(x, q05.tolist(), q95.tolist(), 0.9), Band(x, q25.tolist(), q75.tolist(), 0.5)], lines, marks,
        ("month", "5 %", "median", "95 %"), rows, logarithmic,
    )  # fmt: skip


def yearly(
    ensemble: Ensemble,
    name: str,
    *,
    title: str,
    unit: str,
    caption: str = "",
    observed: dict[str, list[Observed]] | None = None,
) -> Figure:
    """Totals by calendar year with intervals, beside published yearly totals."""
    months, values = monthly_values(ensemble, name)
    years = months.astype("datetime64[Y]").astype(int) + 1970
    kept = [int(y) for y in np.unique(years) if (years == y).sum() >= 8]
    if not kept:  # a run shorter than a year: the months that it holds, beside no yearly total
        kept, observed = [int(y) for y in np.unique(years)], None
        title, unit = f"{title}, in the months that the run holds", unit.replace(" a year", "")
    by_year = np.stack([values[:, years == y].sum(axis=1) for y in kept], axis=1)
    q05, q50, q95 = np.quantile(by_year, [0.05, 0.5, 0.95], axis=0)
    x = [y + 0.5 for y in kept]
    marks = [
        Marks(
            [v - 0.12 for v in x],
            q50.tolist(),
            "simulated",
            "median and nine tenths of members",
            q05.tolist(),
            q95.tolist(),
        )
    ]
    found: dict[int, list[float]] = {}
    for label, series in (observed or {}).items():
        for value in series:
            found.setdefault(value.date.year, []).append(value.value)
        at = [y for y in kept if y in found]
        marks.append(Marks([y + 0.62 for y in at], [float(np.mean(found[y])) for y in at], "observed", label))
    rows = [
        (
            str(y),
            approximately(a),
            approximately(b),
            approximately(c),
            approximately(float(np.mean(found[y]))) if y in found else "not observed",
        )
        for y, a, b, c in zip(kept, q05, q50, q95, strict=True)
    ]
    alternative = "; ".join(
        f"{r[0]}: {r[2]} ({r[1]} to {r[3]}), {r[4] if r[4].startswith('not') else 'observed ' + r[4]}" for r in rows
    )
    return Figure(
        f"{name}-year".replace("_", "-"),
        title,
        unit,
        caption,
        alternative,
        [],
        [],
        marks,
        ("year", "5 %", "median", "95 %", "observed"),
        rows,
    )
