"""Observed numbers, one by one, against what members say of them: for series too short for rolling forecasts.

Scores are taken on the logarithm, log(1 + number), so that the largest series does not decide; a forecast is a set of
samples, and so is a baseline, so that both go through the same estimators (`inference/forecast/scores.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.inference.data import members_say
from forbear.inference.density import replicate
from forbear.inference.forecast.scores import crps, log_score

if TYPE_CHECKING:
    from forbear.inference.data import Data, Series

__all__ = ["BASELINES", "Scored", "baseline", "members_say", "parted", "score", "summed"]

#: Levels and shares are counted in thousandths, so that the same logarithm serves them.
FINE = 1000.0
SAMPLES = 1000


@dataclass(frozen=True)
class Scored:
    """One number: what was observed, the forecast's median and central nine tenths, CRPS and log score (both on the
    logarithm, lower is better)."""

    series: str
    label: str
    observed: float
    median: float
    low: float
    high: float
    crps: float
    log_score: float

    @property
    def inside(self) -> bool:
        """True where the observed number lies in the central nine tenths."""
        return bool(self.low <= self.observed <= self.high)


def parted(data: Data, month: int) -> tuple[Data, Data]:
    """The numbers that end before a month, and all others; series without a number on a side are left out of it."""

    def keep(series: Series, chosen: np.ndarray) -> Series:
        return replace(
            series, first=series.first[chosen], last=series.last[chosen], element=series.element[chosen], value=series.value[chosen]
        )  # fmt: skip

    sides = [[keep(s, s.last < month) for s in data.series], [keep(s, s.last >= month) for s in data.series]]
    before, after = (replace(data, series=tuple(s for s in side if len(s.value))) for side in sides)
    return before, after


def score(
    data: Data, past: Data, monthly: Mapping[str, np.ndarray], dispersions: Mapping[str, np.ndarray], seed: int
) -> list[Scored]:
    """Score members against every number of `data`, with the error of observation drawn.

    past: what was known when the forecast was made (its usual size is the broad law's, see `inference/density.py`);
    monthly: quantity -> (members, months, ...); dispersions: series -> (members,). Randomness: the replicates', named by
    the seed and the series.
    """
    import zlib

    known = {s.name: s for s in past.series}
    out = []
    for series in data.series:
        said = members_say(series, monthly[series.quantity])
        before = known.get(series.name, series)
        usual = float(np.mean(before.value / (before.last - before.first + 1)))
        law = replace(series, value=usual * (series.last - series.first + 1))  # the broad law knows the past only
        drawn = replicate(
            law, np.arange(len(series.value)), said, dispersions[series.name], seed * 1000 + zlib.crc32(series.name.encode()) % 997
        )  # fmt: skip
        out += _scored(series, data.months, drawn)
    return out


def baseline(name: str, data: Data, past: Data, seed: int) -> list[Scored]:
    """Score a rule that knows only the past of each series: see `BASELINES`.

    Numbers of `data` that `past` holds, too, are forecast from all others. Randomness: numpy Philox keyed by the seed.
    """
    random = np.random.Generator(np.random.Philox(key=[seed, list(BASELINES).index(name)]))
    known = {s.name: s for s in past.series}
    out = []
    for series in data.series:
        if series.name not in known:
            continue
        before = known[series.name]
        unit = FINE if series.kind != "counts" else 1.0
        drawn = np.stack(
            [
                np.expm1(BASELINES[name](before, int(last), int(element), unit, random)) / unit
                for last, element in zip(series.last, series.element, strict=True)
            ]
        )
        out += _scored(series, data.months, np.maximum(drawn, 0.0))
    return out


def _own(before: Series, last: int, element: int, unit: float) -> tuple[np.ndarray, np.ndarray]:
    """Months and logarithms of the same element's past, the number itself left out."""
    keep = (before.element == element) & (before.last != last)
    order = np.argsort(before.last[keep])
    return before.last[keep][order], np.log1p(before.value[keep][order] * unit)


def _usual(before: Series, last: int, element: int, unit: float, random: np.random.Generator) -> np.ndarray:
    _, logs = _own(before, last, element, unit)
    spread = np.std(logs, ddof=1) if len(logs) > 2 else 1.0
    return logs.mean() + spread * np.sqrt(1.0 + 1.0 / len(logs)) * _student(len(logs) - 1, random)


def _last(before: Series, last: int, element: int, unit: float, random: np.random.Generator) -> np.ndarray:
    months, logs = _own(before, last, element, unit)
    earlier = months < last
    at = int(np.flatnonzero(earlier)[-1]) if earlier.any() else 0
    steps = np.diff(months) / 12.0
    pace = np.sqrt(np.mean(np.diff(logs) ** 2 / steps)) if len(logs) > 2 else 0.7
    ahead = np.sqrt(max(abs(last - months[at]) / 12.0, 1.0 / 12.0))
    return logs[at] + pace * ahead * _student(len(logs) - 1, random)


def _student(freedom: int, random: np.random.Generator) -> np.ndarray:
    """Errors of a forecast whose spread was itself learned from few numbers; normal where it was not learned."""
    return random.standard_t(freedom, size=SAMPLES) if freedom > 1 else random.normal(size=SAMPLES)


#: "last number": a random walk on the logarithm from the last number known; "usual number": mean and spread of the past.
BASELINES = {"last number": _last, "usual number": _usual}


def _scored(series: Series, months: Sequence[str], drawn: np.ndarray) -> list[Scored]:
    unit = FINE if series.kind != "counts" else 1.0
    logs, seen = np.log1p(drawn.T * unit), np.log1p(series.value * unit)
    ranked, logged = crps(logs, seen), log_score(np.minimum(drawn.T * unit, 1e12), series.value * unit)
    low, middle, high = np.quantile(drawn, [0.05, 0.5, 0.95], axis=1)
    years = [
        months[m][:4] if series.last[0] - series.first[0] >= 11 or series.kind != "counts" else months[m]
        for m in series.last
    ]
    return [
        Scored(series.name, years[k], float(series.value[k]), float(middle[k]), float(low[k]), float(high[k]), float(ranked[k]), float(logged[k]))
        for k in range(len(series.value))
    ]  # fmt: skip


def summed(scores: Sequence[Scored]) -> dict[str, Any]:
    """Means over numbers: count, crps, log_score, inside (share in the central nine tenths), by_series (mean CRPS)."""
    if not scores:
        return {"numbers": 0}
    names = dict.fromkeys(s.series for s in scores)
    return {
        "numbers": len(scores),
        "crps": float(np.mean([s.crps for s in scores])),
        "log_score": float(np.mean([s.log_score for s in scores])),
        "inside": float(np.mean([s.inside for s in scores])),
        "by_series": {n: float(np.mean([s.crps for s in scores if s.series == n])) for n in names},
    }
