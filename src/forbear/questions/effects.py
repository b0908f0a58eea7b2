"""Effects of a change on an outcome, paired by draw: size, chance of each direction, what the data taught, on what it
hangs.

Effects are ratios for counts and money (changed over base) and differences for indices. Ratios are judged on the
log scale, so that doubling and halving lie equally far from no effect and exchanging the two sides of a comparison
exchanges the answer. `margin` is a share for ratios (0.1: ten per cent) and index points for differences.
Rules and margins: the verdict rule of the model document, restated in `forbear.questions.verdict`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from forbear.questions.streams import stream

__all__ = [
    "Candidate",
    "Held",
    "Kind",
    "Probabilities",
    "contraction",
    "deciding_parameters",
    "paired_effect",
    "probabilities",
]

Kind = Literal["ratio", "difference"]
Sense = Literal["higher", "lower"]
PERMUTATIONS = 200


class Probabilities(NamedTuple):
    """Shares of draws beyond the margin in the claim's direction, beyond it the other way, and within it."""

    p_for: float
    p_against: float
    p_none: float


class Held(NamedTuple):
    """Shares of the claim's region, its rival's and neither with a parameter held at its lower and its upper quartile
    in the same draws, all else as it was; error: Monte Carlo error of the difference of that share which moves most."""

    low: Probabilities
    high: Probabilities
    error: float

    @property
    def moved(self) -> float:
        """How far holding moves the largest mover of the three shares."""
        return max(abs(high - low) for low, high in zip(self.low, self.high, strict=True))


@dataclass(frozen=True)
class Candidate:
    """What happens to an answer when draws are split at the median of one parameter.

    below, above: probabilities among draws with the parameter at or below its median, and above it.
    flips_at: value of the parameter (in the units given) at which the effect changes sign; None where it does not
    within the draws. chance: probability that the best of all parameters would split the draws as far by luck.
    identification: class of the parameter (I-data, I-weak, I-lit, N-none) where known. held: what
    holding it did, None where that was not tried.
    """

    below: Probabilities
    above: Probabilities
    flips_at: float | None = None
    chance: float = 0.0
    identification: str | None = None
    held: Held | None = None

    @property
    def shift(self) -> float:
        """How far the split moves the largest mover of the three shares: the same whoever is called the claim."""
        return round(max(abs(high - low) for low, high in zip(self.below, self.above, strict=True)), 9)


def paired_effect(base: np.ndarray, changed: np.ndarray, kind: Kind) -> np.ndarray:
    """Return the effect of each draw, shape of the inputs; base and changed share parameters and luck by position.

    "ratio": (changed + 1) / (base + 1), the one (person, dollar) keeping zeros finite; "difference": changed - base.
    Raises ValueError where shapes differ, a value is not finite, or a ratio is asked of negative numbers.
    """
    one, other = np.asarray(base, dtype=float), np.asarray(changed, dtype=float)
    if one.shape != other.shape:
        raise ValueError(f"base {one.shape} and changed {other.shape} are not paired")
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise ValueError("outcomes must be finite")
    if kind == "difference":
        return other - one
    if _checked_kind(kind) and ((one < 0).any() or (other < 0).any()):
        raise ValueError("a ratio needs outcomes of zero or more; take a difference instead")
    return (other + 1.0) / (one + 1.0)


def probabilities(effect: np.ndarray, margin: float, direction: Sense, kind: Kind) -> Probabilities:
    """Return the shares of draws beyond the margin for the claim, against it, and within.

    effect: (draws,); direction: whether the claim says "higher" or "lower". A ratio r is beyond a margin m when
    r > 1 + m or r < 1 / (1 + m). An effect exactly at the margin is within it.
    """
    score = _score(effect, direction, kind)
    limit = _limit(margin, kind)
    return Probabilities(
        float((score > limit).mean()), float((score < -limit).mean()), float((abs(score) <= limit).mean())
    )


def contraction(prior_effect: np.ndarray, posterior_effect: np.ndarray, kind: Kind) -> float:
    """Return 1 - posterior variance / prior variance of the effect (of its logarithm for ratios).

    1: the data settled it; 0: they taught nothing; below 0: they widened it. NaN where the prior has no variance.
    """
    before = float(np.var(_score(prior_effect, "higher", kind), ddof=1))
    after = float(np.var(_score(posterior_effect, "higher", kind), ddof=1))
    return 1.0 - after / before if before > 0.0 else float("nan")


def deciding_parameters(
    effects: np.ndarray,
    parameters: np.ndarray,
    names: Sequence[str],
    margin: float,
    direction: Sense,
    kind: Kind,
    *,
    minimum_shift: float = 0.3,
    seed: int = 0,
    regions: tuple[np.ndarray, np.ndarray] | None = None,
) -> dict[str, Candidate]:
    """Return the parameters with which the direction of an effect goes, the most telling first.

    An association: a parameter may only go along with another that moves the effect, for a fit ties them together.
    `forbear.questions.held` holds each to see.

    effects: (draws,); parameters: (draws, parameters), e.g. in prior quantiles; names: one per parameter.
    A parameter is returned when splitting the draws at its median moves the share for, against or within by
    `minimum_shift` or more and fewer than one in twenty shuffles of the draws (stream "deciding parameters" of
    `seed`, 200 shuffles) let any parameter do as well: with few draws and many parameters, luck reaches .3.
    `flips_at` comes from a logistic fit of the effect's sign on the parameter. regions: where the claim's region and
    its rival's hold, booleans (draws,) each, in place of what lies beyond the margin either way.
    Raises ValueError where shapes disagree or a value is not finite.
    """
    score = _score(effects, direction, kind)
    points = np.asarray(parameters, dtype=float)
    if points.shape != (len(score), len(names)):
        raise ValueError(f"parameters {points.shape} do not fit {len(score)} draws and {len(names)} names")
    if not np.isfinite(points).all():
        raise ValueError("parameters must be finite")
    limit = _limit(margin, kind)
    upper = points > np.median(points, axis=0)
    halves = np.stack([~upper, upper]).astype(float)
    sizes = halves.sum(axis=1)
    told = (sizes > 0).all(axis=0)  # a parameter that does not vary splits nothing
    shares = halves / np.maximum(sizes, 1.0)[:, None]
    contrast = np.where(told, shares[1] - shares[0], 0.0)
    one, other = (score > limit, score < -limit) if regions is None else regions
    where = np.stack([one, other, ~one & ~other], axis=1).astype(float)
    generator = stream(seed, "deciding parameters")
    lucky = np.array([abs(generator.permutation(where).T @ contrast).max(initial=0.0) for _ in range(PERMUTATIONS)])
    found: dict[str, Candidate] = {}
    for j, name in enumerate(names):
        below, above = shares[:, :, j] @ where
        candidate = Candidate(
            below=Probabilities(*below.tolist()),
            above=Probabilities(*above.tolist()),
            flips_at=_sign_change(points[:, j], score),
            chance=float((1 + (lucky >= abs(where.T @ contrast[:, j]).max() - 1e-12).sum()) / (1 + PERMUTATIONS)),
        )
        if told[j] and candidate.shift >= minimum_shift and candidate.chance < 0.05:
            found[name] = candidate
    return dict(sorted(found.items(), key=lambda item: -item[1].shift))


def _sign_change(parameter: np.ndarray, score: np.ndarray) -> float | None:
    """Return where a logistic regression of the effect's sign on the parameter crosses one half, if within the
    draws."""
    spread = parameter.std()
    if spread == 0.0 or not ((score > 0).any() and (score < 0).any()):
        return None
    design = np.stack([np.ones(len(parameter)), (parameter - parameter.mean()) / spread], axis=1)
    target = 0.5 * (1.0 + np.sign(score))
    beta = np.zeros(2)
    for _ in range(50):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -30.0, 30.0)))
        # A little shrinkage (a prior of one draw's weight) keeps the fit finite where the parameter parts signs cleanly.
        weight = design * (chance * (1.0 - chance))[:, None]
        step = np.linalg.solve(design.T @ weight + 0.1 * np.eye(2), design.T @ (target - chance) - 0.1 * beta)
        beta += step
        if abs(step).max() < 1e-10:
            break
    if beta[1] == 0.0:
        return None
    value = float(parameter.mean() - spread * beta[0] / beta[1])
    return value if parameter.min() <= value <= parameter.max() else None


def _score(effect: np.ndarray, direction: Sense, kind: Kind) -> np.ndarray:
    effect = np.asarray(effect, dtype=float)
    if effect.ndim != 1 or not len(effect) or not np.isfinite(effect).all():
        raise ValueError(f"effects of shape {effect.shape}: need a finite one per draw, (draws,)")
    if direction not in ("higher", "lower"):
        raise ValueError(f"direction {direction!r} is neither 'higher' nor 'lower'")
    if _checked_kind(kind) == "ratio":
        if (effect <= 0).any():
            raise ValueError("a ratio must be above zero")
        effect = np.log(effect)
    return effect if direction == "higher" else -effect


def _limit(margin: float, kind: Kind) -> float:
    if not margin >= 0.0:
        raise ValueError(f"margin is {margin}; it must be zero or more")
    return float(np.log1p(margin)) if kind == "ratio" else float(margin)


def _checked_kind(kind: str) -> str:
    if kind not in ("ratio", "difference"):
        raise ValueError(f"kind {kind!r} is neither 'ratio' nor 'difference'")
    return kind
