"""What the record is worth before it is used: each case foreseen from the others, beside the base rate.

Three forecasters of each case: *record*, the model under what the other cases say; *prior*, the model before any
data; *base rate*, the share among the other cases, of the dead the quantiles of the numbers coded of them. Brier and
logarithmic score of calm after five years and of a war, area under the curve, coverage and width of central intervals
of the dead. Intervals are of a bootstrap over cases. The rule is fixed here: the record is used if both scores of both questions are below those of the base rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from forbear.inference.joint.fit import Fitted
from forbear.inference.joint.outcomes import ODD, ORDERS, chances
from forbear.inference.joint.simulated import War
from forbear.randomness import uniforms

__all__ = ["FORECASTERS", "QUESTIONS", "auc", "judged", "use"]

FORECASTERS = ("record", "prior", "base rate")
QUESTIONS = {"calm": "calm five years after the start", "war": "a war at one of the coded years"}
RESAMPLES, LEVELS = 2000, (0.5, 0.9)
#: Quantiles of the dead that are told of a forecast.
ENDS = (0.05, 0.25, 0.5, 0.75, 0.95)


def auc(chance: np.ndarray, came: np.ndarray) -> float:
    """Chance that a case in which it came had the higher forecast, ties by half; NaN where all or none came."""
    yes, no = chance[came], chance[~came]
    if not len(yes) or not len(no):
        return float("nan")
    return float(np.mean((yes[:, None] > no) + 0.5 * (yes[:, None] == no)))


def judged(wars: Sequence[War], fitted: Fitted, seed: int) -> dict[str, Any]:
    """Scores of all forecasters, and one row a case. Randomness: bootstrap by `seed`."""
    rows = [_row(war, fitted, place) for place, war in enumerate(wars)]
    out: dict[str, Any] = {"cases": rows, "scores": {}, "coverage": {}}
    for question in QUESTIONS:
        kept = [row for row in rows if row[question]["came"] is not None]
        came = np.array([row[question]["came"] for row in kept], dtype=bool)
        for row in kept:
            others = len(came) - 1, int(came.sum()) - int(row[question]["came"])
            row[question]["base rate"] = (others[1] + 0.5) / (others[0] + 1.0)
        told = {name: np.array([row[question][name] for row in kept]) for name in FORECASTERS}
        out["scores"][question] = {"cases": len(came), "came": int(came.sum())} | {
            name: _scores(chance, told["base rate"], came, seed) for name, chance in told.items()
        }
    for kind in ("deaths", "theirs"):
        kept = [row[kind] for row in rows if kind in row]
        for place, row in enumerate(kept):
            rest = np.array([np.log10(1.0 + other["came"]) for at, other in enumerate(kept) if at != place])
            ends = np.quantile(rest, ENDS) if len(rest) else np.full(len(ENDS), np.nan)
            row["base rate"] = [float(10**end - 1) for end in ends]
        out["coverage"][kind] = {name: _coverage(kept, name, seed) | {"cases": len(kept)} for name in FORECASTERS}
    return out


def use(found: dict[str, Any]) -> bool:
    """Whether the record beats the base rate: both scores of both questions below it."""
    return all(
        found["scores"][question]["record"][score]["value"] < found["scores"][question]["base rate"][score]["value"]
        for question in QUESTIONS
        for score in ("brier", "log")
    )


def _row(war: War, fitted: Fitted, place: int) -> dict[str, Any]:
    """Forecasts of one case, and what came."""
    rest = fitted.without[place]
    row: dict[str, Any] = {"case": war.case.name}
    coded = {entry.kind: entry for entry in war.entries}
    orders = [kind for kind in war.reading.kinds if kind.startswith("order")]
    at = {kind: column for column, kind in enumerate(war.reading.kinds)}
    words = {kind: coded[kind].words[0][0] for kind in orders}
    row["calm"] = {"came": words["order_5"] == "calm" if "order_5" in words else None}
    row["war"] = {"came": any(word == "civil_war" for word in words.values()) if words else None}
    row["effective"] = round(fitted.forecasts[place].effective)
    neutral = np.full(len(fitted.done.scores), 1.0 / len(fitted.done.scores))
    for name, values, weights in (
        ("record", fitted.forecasts[place].outcomes, fitted.forecasts[place].weights),
        ("prior", fitted.done.outcomes[place], neutral),
    ):
        whole = np.isfinite(values).all(axis=1)
        values, weights = values[whole], weights[whole] / weights[whole].sum()
        told = {
            kind: (1.0 - ODD) * chances(values[:, at[kind]], rest.stray.order) + ODD / len(ORDERS) for kind in orders
        }
        if "order_5" in told:
            row["calm"][name] = float(weights @ told["order_5"][:, 0])
        if told:
            row["war"][name] = float(1.0 - weights @ np.prod([1.0 - chance[:, 2] for chance in told.values()], axis=0))
        for kind in ("deaths", "theirs"):
            if kind in at:
                spread = values[:, at[kind]] + rest.stray.deaths * _normal(len(values))
                ends = _quantiles(spread, weights, ENDS)
                came = float(10 ** coded[kind].centre - 1)
                row.setdefault(kind, {"came": came})[name] = [float(max(10**end - 1, 0.0)) for end in ends]
        if "democracy" in at:
            ends = _quantiles(values[:, at["democracy"]], weights, (0.05, 0.5, 0.95))
            row.setdefault("democracy", {"came": coded["democracy"].centre})[name] = [float(end) for end in ends]
    return row


def _quantiles(values: np.ndarray, weights: np.ndarray, at: Sequence[float]) -> np.ndarray:
    """Quantiles of weighted draws: the least value at which so much weight is reached."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    places = np.minimum(np.searchsorted(reached, np.asarray(at) * reached[-1]), len(values) - 1)
    return np.asarray(values[order][places])


def _normal(count: int) -> np.ndarray:
    """Normal quantiles in a fixed shuffled order: the spread that the discrepancy adds."""
    from scipy.special import ndtri

    order = np.random.Generator(np.random.Philox(1898)).permutation(count)
    return np.asarray(ndtri((order + 0.5) / count))


def _scores(chance: np.ndarray, base: np.ndarray, came: np.ndarray, seed: int) -> dict[str, Any]:
    """Brier and log score with intervals, their difference from the base rate with intervals, and the area under the
    curve.
    """
    y = came.astype(float)
    losses = {
        "brier": ((chance - y) ** 2, (base - y) ** 2),
        "log": tuple(-np.where(came, np.log(p), np.log1p(-p)) for p in (chance, base)),
    }
    picks = _picks(len(y), seed)
    out: dict[str, Any] = {}
    for name, (own, other) in losses.items():
        drawn, less = own[picks].mean(axis=1), (own - other)[picks].mean(axis=1)
        out[name] = {
            "value": float(own.mean()),
            "low": float(np.quantile(drawn, 0.05)),
            "high": float(np.quantile(drawn, 0.95)),
            "less": float((own - other).mean()),
            "less_low": float(np.quantile(less, 0.05)),
            "less_high": float(np.quantile(less, 0.95)),
        }
    areas = np.array([auc(chance[pick], came[pick]) for pick in picks])
    known = areas[np.isfinite(areas)]
    # without a case of either kind there is no pair to rank
    ends = [float(np.quantile(known, q)) for q in (0.05, 0.95)] if len(known) else [None, None]
    out["auc"] = {"value": auc(chance, came) if len(known) else None, "low": ends[0], "high": ends[1]}
    return out


def _coverage(rows: Sequence[dict[str, Any]], name: str, seed: int) -> dict[str, Any]:
    """Share of cases whose coded number lies in the central intervals, with intervals, and how many decades the median
    interval of nine tenths spans. Randomness: bootstrap over cases by `seed`."""
    out: dict[str, Any] = {}
    for level in LEVELS:
        first, last = (0, 4) if level == 0.9 else (1, 3)
        inside = np.array([row[name][first] - 0.5 <= row["came"] <= row[name][last] + 0.5 for row in rows])
        drawn = inside[_picks(len(inside), seed)].mean(axis=1)
        low, high = (float(np.quantile(drawn, q)) for q in (0.05, 0.95))
        out[f"{level:.0%}"] = {"value": float(inside.mean()), "low": low, "high": high}
    spans = [np.log10(1.0 + row[name][4]) - np.log10(1.0 + row[name][0]) for row in rows]
    return out | {"decades": float(np.median(spans))}


def _picks(count: int, seed: int) -> np.ndarray:
    """Cases of each resample, (resamples, count). Randomness: by `seed`."""
    return (uniforms(seed, np.arange(RESAMPLES, dtype=np.uint32), "record/bootstrap", count) * count).astype(int)
