"""Draws weighed by the record of other wars: importance weights whose largest are smoothed.

The record is a density over what all countries share, the same for every country that did not enter it. Set over the
neutral prior it weighs draws that were made without it: prior draws become draws after the record, draws of the
posterior draws after both. Weights are Pareto-smoothed (`inference/pareto.py`); the shape of their tail says whether
they can be relied on at all. No randomness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from forbear.inference.pareto import USABLE, smoothed
from forbear.questions.verdict_rule import THRESHOLDS
from forbear.words import join

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["Record", "Recorded", "record_of", "weighed_by_record"]

HOME = "forbear.inference.record"


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
        found = smoothed(ratio[counted])
        told.append(f"{found.effective:.0f} effective of {int(counted.sum())} {title}, tail {found.shape:.2f}")
        if found.effective < THRESHOLDS.effective or found.shape > USABLE:
            left_out.setdefault(stage, f"in conflict with the draws that it weighs: {told[-1]}")
            return
        weights[name] = np.zeros(len(ratio))
        weights[name][counted] = found.weights

    heard("prior", "record", "prior draws", record.log_ratio(prior, names), condition)
    for name, scores in others.items():
        stage, title = ("both", "posterior draws") if name == "posterior" else (f"theory {name}", f"draws of {name}")
        heard(name, stage, title, record.log_ratio(scores, names), np.ones(len(scores), dtype=bool))
    return Recorded(weights, left_out, f"the record of other wars: {join(told)}", cases)
