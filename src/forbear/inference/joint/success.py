"""How often the model expects success of the cases of the atlas before any data, beside the share that history had.

Two meanings of it, both of the model: *stable success*, every condition of order held for two years with hardly a
foreign soldier left; *order*, the same conditions in the last year of the run, soldiers or not. History's number is
Edelstein's: 7 of 26 occupations since 1815 were successes by the occupier's own aims, 5 mixed, 14 failures; his table
of cases was not seen, so that shares are compared and no case is.

Source: Edelstein (2004), Occupational hazards, International Security 29(1), through a review's abstract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betaincinv

from forbear.inference.joint.passes import Pass
from forbear.inference.joint.simulated import War
from forbear.scenario.outcomes import recorded, values_in

__all__ = ["HISTORY", "Success", "expected_success", "share_with_interval"]

#: Successes and cases in history (evidence: figures-from-texts, "Edelstein occupations since 1815").
HISTORY = (7, 26)
KINDS = ("success", "order")


@dataclass(frozen=True)
class Success:
    """Reads of a run whether it ended in success. step: weeks of a step."""

    step: float

    @property
    def quantities(self) -> tuple[str, ...]:
        """Recorded week by week."""
        return tuple(recorded(KINDS))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Stable success, order."""
        return KINDS

    def features(self, weekly: Mapping[str, np.ndarray]) -> np.ndarray:
        """(members, 2), 0 or 1. weekly: quantity -> (members, steps)."""
        return np.stack([values_in(weekly, name, self.step) for name in KINDS], axis=1)


def share_with_interval(came: int, cases: int) -> dict[str, float]:
    """A share and the central nine tenths of its posterior under Jeffreys's prior."""
    low, high = (float(betaincinv(came + 0.5, cases - came + 0.5, q)) for q in (0.05, 0.95))
    return {"value": came / cases, "low": low, "high": high}


def expected_success(wars: Sequence[War], done: Pass) -> dict[str, Any]:
    """The share of cases that succeed, over draws of shared scores: mean and central nine tenths, with each case's own.

    done: a pass that read `Success`. No randomness.
    """
    out: dict[str, Any] = {"history": share_with_interval(*HISTORY) | {"came": HISTORY[0], "cases": HISTORY[1]}}
    for place, kind in enumerate(KINDS):
        values = np.column_stack([case[:, place] for case in done.outcomes])
        shares = np.nanmean(values, axis=1)
        low, high = (float(np.quantile(shares, q)) for q in (0.05, 0.95))
        of_cases = {war.case.name: float(share) for war, share in zip(wars, np.nanmean(values, axis=0), strict=True)}
        out[kind] = {"value": float(shares.mean()), "low": low, "high": high, "cases": of_cases}
    return out
