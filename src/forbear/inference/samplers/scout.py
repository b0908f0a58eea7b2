"""A scout: prior draws led to where a simulator meets its data, by resampling and smoothing at rising temperature.

Each round weighs the ensemble by the likelihood to a small power (chosen so that a share of it stays effective),
resamples it, and moves it by the Kalman gain of an ensemble smoother with the data error inflated to match (Emerick and
Reynolds 2013; Iglesias, Park and Tretyakov 2018). Weights take it out of regions where the simulator is far from linear, in
which a smoother alone diverges; the gain takes it where no draw was. Scores without a telling correlation with any
summary among the prior draws are drawn afresh from the prior each round. It is a rough ensemble, not a posterior.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["gain_move", "informed_scores", "scout"]

#: Correlations count where they exceed so many standard errors: among prior draws, and in a round.
SCREEN, TELLING = 4.0, 3.0
#: Spread that a resampled ensemble gets back each round, in its own standard deviations.
JITTER = 0.15
#: Gaps are cut off at so much before they are correlated among prior draws.
FARTHEST = 5.0

#: scores (n, p), round -> gaps (n, m), log likelihood (n,); nan and -inf where a run failed.
Simulate = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]


def scout(
    draw: Callable[[int], np.ndarray],
    simulate: Simulate,
    error: np.ndarray,
    *,
    first: int,
    members: int,
    rounds: int,
    share: float = 0.35,
    seed: int = 1,
    state: dict[str, Any] | None = None,
    keep: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """Lead prior draws to the data.

    draw(n) -> (n, p) prior scores; error: (m,) of gaps; first: prior draws; members: of every later round; rounds: at
    most so many; share: of the ensemble that stays effective in a round; state, keep: to resume, and to be told.
    Returns the state: scores (members, p), level (members,), informed (p,), t (the temperature reached), history.
    Randomness: numpy Philox keyed by (seed, round). Raises FloatingPointError where every run failed.
    """
    if state is None:
        state = {"scores": draw(first), "t": 0.0, "round": 0, "done": False, "history": [], "first": first}
    while not state["done"]:
        number = int(state["round"])
        gaps, level = simulate(np.asarray(state["scores"]), number)
        good = np.isfinite(level) & np.isfinite(gaps).all(axis=1)
        if not good.any():
            raise FloatingPointError("every run of the scout failed")
        scores, gaps, level = state["scores"][good], gaps[good], level[good]
        if "informed" not in state:
            state["informed"] = informed_scores(scores, gaps)
        misfit = float(np.median(np.mean((gaps / error) ** 2, axis=1)))
        state["history"] = [
            *state["history"],
            {"t": state["t"], "misfit": misfit, "level": float(np.median(level)), "best": float(level.max())},
        ]
        if state["t"] >= 1.0 or number + 1 >= rounds:
            state.update(scores=scores, level=level, done=True)
        else:
            state.update(_round(state, scores, gaps, level, error, members, share, seed))
        if keep is not None:
            keep(state)
    return state


def _round(
    state: dict[str, Any], scores: np.ndarray, gaps: np.ndarray, level: np.ndarray, error: np.ndarray, members: int, share: float, seed: int
) -> dict[str, Any]:  # fmt: skip
    random = np.random.Generator(np.random.Philox(key=[seed, int(state["round"])]))
    pull = level - level.max()
    step = _step(pull, 1.0 - state["t"], share * members)
    weights = np.exp(step * pull)
    points = (np.arange(members) + random.random()) / members
    chosen = np.minimum(np.searchsorted(np.cumsum(weights / weights.sum()), points), len(scores) - 1)
    x, informed = scores[chosen].copy(), state["informed"]
    moved = gain_move(x, gaps[chosen], error, max(1.0 / step, 1.0), random)
    spread = x[:, informed].std(axis=0)
    x[:, informed] = moved[:, informed] + JITTER * spread * random.normal(size=(members, int(informed.sum())))
    x[:, ~informed] = random.normal(size=(members, int((~informed).sum())))
    return {"scores": x, "t": min(state["t"] + step, 1.0), "round": int(state["round"]) + 1}


def informed_scores(scores: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Scores (p,) with a telling correlation with any summary among prior draws."""
    cut = np.clip(gaps, -FARTHEST, FARTHEST)
    a = (scores - scores.mean(axis=0)) / scores.std(axis=0)
    b = (cut - cut.mean(axis=0)) / (cut.std(axis=0) + 1e-9)
    return np.asarray((np.abs(a.T @ b / len(a)) > SCREEN / np.sqrt(len(a))).any(axis=1))


def gain_move(
    scores: np.ndarray, gaps: np.ndarray, error: np.ndarray, inflation: float, random: np.random.Generator
) -> np.ndarray:
    """Scores moved by the regression of scores on gaps, the error inflated; the data perturbed for every member."""
    n = len(scores)
    scaled = (gaps - gaps.mean(axis=0)) / error / np.sqrt(n - 1.0)
    u, s, _ = np.linalg.svd(scaled.T, full_matrices=False)
    rank = int(np.searchsorted(np.cumsum(s**2) / np.sum(s**2), 0.999)) + 1
    u, s = u[:, :rank], s[:rank]
    wanted = -gaps / error + random.normal(size=gaps.shape) * np.sqrt(inflation)
    anomalies = (scores - scores.mean(axis=0)) / np.sqrt(n - 1.0)
    cross = scaled.T @ anomalies
    size = np.sqrt(np.sum(scaled**2, axis=0))[:, None] * np.sqrt(np.sum(anomalies**2, axis=0))[None, :]
    telling = np.abs(cross) > TELLING / np.sqrt(n) * size
    return np.asarray(scores + ((wanted @ u) / (s**2 + inflation)) @ (u.T @ np.where(telling, cross, 0.0)))


def _step(pull: np.ndarray, left: float, goal: float) -> float:
    """The largest power of the likelihood, at most `left`, that keeps `goal` members effective."""

    def effective(step: float) -> float:
        weights = np.exp(step * pull)
        return float(weights.sum() ** 2 / np.sum(weights**2))

    if effective(left) >= goal:
        return left
    low, high = 0.0, left
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(middle) >= goal else (low, middle)
    return max(low, 1e-6)
