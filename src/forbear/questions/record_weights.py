"""Draws weighed by the record of other wars: importance weights whose largest are smoothed.

The record is a density over what all countries share, the same for every country that did not enter it. Set over the
neutral prior it weighs draws that were made without it: prior draws become draws after the record, draws of the
posterior draws after both. Their largest weights are replaced by quantiles of a generalised Pareto distribution fitted
to them; its shape says whether the weights can be relied on at all. No randomness.

Sources: Vehtari, Simpson, Gelman, Yao and Gabry (2024), Journal of Machine Learning Research 25(72); Zhang and Stephens
(2009), Technometrics 51 (the fit of the tail).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from forbear.questions.verdict_rule import THRESHOLDS
from forbear.words import join

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["Record", "Recorded", "Smoothed", "pareto_smoothed", "record_of", "weighed_by_record"]

HOME = "forbear.inference.record"
#: Shape of the tail from which on the weights cannot be relied on (Vehtari and others 2024, for many draws).
UNRELIABLE = 0.7
#: Fewest weights in a tail to which a distribution is fitted.
TAIL = 5


class Record(Protocol):
    """The prior from the record of other wars, as far as a verdict looks at it."""

    @property
    def used(self) -> bool:
        """Whether the record beat the base rate where cases were left out, so that its weights are used."""
        ...

    @property
    def cases(self) -> tuple[str, ...]:
        """Wars whose outcomes are in it."""
        ...

    def log_ratio(self, z: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Log density over the neutral prior of draws in normal scores, (draws,): z (draws, names)."""
        ...


@dataclass(frozen=True)
class Smoothed:
    """weights: (draws,), they add up to 1; shape: of the tail, nan where there is none; effective: draws that they are
    worth (Kish)."""

    weights: np.ndarray
    shape: float
    effective: float


@dataclass(frozen=True)
class Recorded:
    """weights: name of the runs -> weights of their draws; left_out: stage -> why it cannot be made; words: what was
    heard; cases: of the record, by name."""

    weights: Mapping[str, np.ndarray] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    cases: tuple[str, ...] = ()


def record_of(scenario: Scenario) -> tuple[Record | None, str]:
    """The record for a scenario, None and why where there is none that holds. Raises as its reader."""
    if find_spec(HOME) is None:
        return None, "no record of other wars is on file"
    home = import_module(HOME)
    found = cast("Record | None", home.RecordPrior.load(scenario))
    return found, "" if found is not None else str(home.absence())


def weighed_by_record(
    record: Record | None,
    prior: np.ndarray,
    condition: np.ndarray,
    others: Mapping[str, np.ndarray],
    names: Sequence[str],
    absent: str = "there is no record of other wars for this country",
) -> Recorded:
    """Weights of prior draws, and of the draws of posteriors, by the record.

    Parameters
    ----------
    record
        None where there is none for the country: the two stages are left out, and that is said.
    prior
        Normal scores of prior draws, (draws, uncertainties), in the order of the scenario's `Space`.
    condition
        (prior draws,), true for those that count.
    others
        "posterior" and rival structures -> normal scores of their draws on the same scale.
    names
        Of the uncertainties, in order.
    absent
        Why there is no record, where there is none.
    """
    if record is None:
        return Recorded(left_out={"record": absent, "both": absent}, words=absent)
    cases = tuple(record.cases)
    if not record.used:
        why = "the record of other wars does not beat the base rate where cases are left out, so it is not used"
        return Recorded(left_out={"record": why, "both": why}, words=why, cases=cases)
    weights: dict[str, np.ndarray] = {}
    left_out: dict[str, str] = {}
    told: list[str] = []

    def heard(name: str, stage: str, title: str, ratio: np.ndarray, counted: np.ndarray) -> None:
        found = pareto_smoothed(ratio[counted])
        told.append(f"{found.effective:.0f} effective of {int(counted.sum())} {title}, tail {found.shape:.2f}")
        if found.effective < THRESHOLDS.effective or found.shape > UNRELIABLE:
            left_out.setdefault(stage, f"in conflict with the draws that it weighs: {told[-1]}")
            return
        weights[name] = np.zeros(len(ratio))
        weights[name][counted] = found.weights

    heard("prior", "record", "prior draws", record.log_ratio(prior, names), condition)
    for name, scores in others.items():
        stage, title = ("both", "posterior draws") if name == "posterior" else (f"theory {name}", f"draws of {name}")
        heard(name, stage, title, record.log_ratio(scores, names), np.ones(len(scores), dtype=bool))
    return Recorded(weights, left_out, f"the record of other wars: {join(told)}", cases)


def pareto_smoothed(log_ratio: np.ndarray) -> Smoothed:
    """Importance weights with a smoothed tail.

    Parameters
    ----------
    log_ratio
        (draws,), finite or minus infinity, at least one finite.

    Returns
    -------
    Smoothed
        Weights in the order of the draws.
    """
    level = np.asarray(log_ratio, dtype=float)
    raw = np.exp(level - level.max())
    many = len(raw)
    tail = int(min(0.2 * many, 3.0 * np.sqrt(many)))
    shape = float("nan")
    order = np.argsort(raw, kind="stable")
    if tail >= TAIL and raw[order[-tail]] < raw[order[-1]]:
        limit = raw[order[-tail - 1]]
        shape, scale = _tail_of(raw[order[-tail:]] - limit)
        share = (np.arange(tail) + 0.5) / tail
        fitted = -np.log1p(-share) if abs(shape) < 1e-9 else np.expm1(-shape * np.log1p(-share)) / shape
        smoothed = raw.copy()
        smoothed[order[-tail:]] = np.minimum(limit + scale * fitted, raw.max())
        raw = smoothed
    weights = raw / raw.sum()
    return Smoothed(weights, shape, float(1.0 / np.sum(weights**2)))


def _tail_of(excess: np.ndarray) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto distribution of excesses in rising order, the shape drawn to a half by a
    weight of ten (as Vehtari and others do)."""
    many = len(excess)
    excess = np.maximum(excess, 1e-300)
    quarter = excess[max(int(many / 4.0 + 0.5) - 1, 0)]
    points = 30 + int(np.sqrt(many))
    rate = 1.0 / excess[-1] + (1.0 - np.sqrt(points / (np.arange(1, points + 1) - 0.5))) / (3.0 * quarter)
    shapes = np.log1p(-rate[:, None] * excess).mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        levels = many * (np.log(-rate / shapes) - shapes - 1.0)
    levels = np.where(np.isfinite(levels), levels, -np.inf)
    weights = np.exp(levels - levels.max())
    mean = float(np.sum(rate * weights) / weights.sum())
    shape = float(np.log1p(-mean * excess).mean())
    scale = -shape / mean
    return (many * shape + 5.0) / (many + 10.0), scale
