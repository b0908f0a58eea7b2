"""What single observation or study would move a verdict most: expected information about which side's region holds.

The information that a quantity gives about the region is their mutual information, estimated from draws: the quantity
in quarters of its draws, the region in three. What the same table gives when the draws are shuffled is taken off, for
with few draws any quantity seems to tell something; `chance` is how often the best of all shuffled quantities tells as
much. Randomness: the stream "expected information" of the seed.

Source: Lindley (1956), Annals of Mathematical Statistics 27 (information of an experiment); correction by shuffles:
own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forbear.questions.streams import stream

__all__ = ["Informative", "entropy", "expected_information"]

QUARTERS, SHUFFLES = 4, 100
#: Fewer draws than these say nothing about quarters.
FEWEST = 40


@dataclass(frozen=True)
class Informative:
    """One quantity. kind: "observation" (of what happened) or "study" (of a parameter); bits: expected information on
    which region holds, luck taken off, of `of` bits that are not known; chance: share of shuffles in which luck alone,
    of all quantities, tells as much; low, high: the claim's share where the quantity lies in its lowest and in its
    highest quarter of draws."""

    name: str
    kind: str
    bits: float
    of: float
    chance: float
    low: float
    high: float


def entropy(region: np.ndarray) -> float:
    """Bits that are not known of a region, (draws,) of whole numbers 0 to 2."""
    share = np.bincount(region, minlength=3) / len(region)
    return float(-np.sum(share[share > 0.0] * np.log2(share[share > 0.0])))


def expected_information(
    region: np.ndarray, quantities: np.ndarray, names: Sequence[str], kinds: Sequence[str], *, seed: int, most: int = 3
) -> tuple[Informative, ...]:
    """The quantities that tell most about the region, the most telling first; of every kind at least the best.

    Parameters
    ----------
    region
        (draws,): 0 where the claim's region holds, 1 its rival's, 2 neither.
    quantities, names, kinds
        (draws, quantities), finite, any monotone scale; what each is.
    seed
        Names the shuffles.
    most
        How many of all kinds together.

    Returns
    -------
    tuple of Informative
        Empty where one region holds everywhere, or draws are fewer than forty.
    """
    known = entropy(region)
    if len(region) < FEWEST or known == 0.0 or not len(names):
        return ()
    order = np.argsort(np.argsort(quantities, axis=0, kind="stable"), axis=0)
    varies = np.ptp(quantities, axis=0) > 0.0
    quarter = order * QUARTERS // len(region)
    generator = stream(seed, "expected information")
    shuffled = np.stack([generator.permutation(region) for _ in range(SHUFFLES)], axis=1)
    tables = _tables(quarter, np.concatenate([region[:, None], shuffled], axis=1))
    bits = np.where(varies[:, None], _bits(tables, known), 0.0)
    raw, lucky = bits[:, 0], bits[:, 1:]
    net = np.maximum(raw - lucky.mean(axis=1), 0.0)
    chance = (1 + (lucky.max(axis=0)[None] >= raw[:, None]).sum(axis=1)) / (1 + SHUFFLES)
    ranked = [int(k) for k in np.argsort(-net, kind="stable") if net[k] > 0.0]
    best = [next((k for k in ranked if kinds[k] == kind), None) for kind in dict.fromkeys(kinds)]
    chosen = [k for k in ranked if k in ranked[:most] or k in best]
    return tuple(
        Informative(
            names[k], kinds[k], float(net[k]), known, float(chance[k]),
            float(np.mean(region[quarter[:, k] == 0] == 0)), float(np.mean(region[quarter[:, k] == QUARTERS - 1] == 0)),
        )
        for k in chosen
    )  # fmt: skip


def _tables(quarter: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """Shares of draws by quantity, quarter, labelling and region, (quantities, 4, labellings, 3)."""
    inside = (regions[:, :, None] == np.arange(3)).reshape(len(regions), -1).astype(np.float32)
    counts = [(quarter == q).T.astype(np.float32) @ inside for q in range(QUARTERS)]
    return np.stack(counts, axis=1).reshape(quarter.shape[1], QUARTERS, regions.shape[1], 3) / len(regions)


def _bits(tables: np.ndarray, known: float) -> np.ndarray:
    """Mutual information by quantity and labelling: what is not known, less what is not known within quarters."""
    weight = tables.sum(axis=3, keepdims=True)
    share = np.divide(tables, weight, out=np.zeros_like(tables), where=weight > 0.0)
    logs = np.log2(share, out=np.zeros_like(share), where=share > 0.0)
    return np.asarray(known + (tables * logs).sum(axis=(1, 3)))
