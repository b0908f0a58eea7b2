"""A population of chains over parameters and luck together: Metropolis-Hastings with differential evolution.

One run of the simulator under a named luck gives the likelihood of the pair; its marginal is the posterior of the
parameters, exactly, as with any unbiased estimate (Andrieu, Doucet and Holenstein 2010). Because luck is a state of the
chain, a move may keep it: neighbouring parameters under the same luck have neighbouring likelihoods, and the noise of
the estimate does not stop the chain (Deligiannidis, Doucet and Pitt 2018). Three kinds of move take turns:

- *difference*: informed scores move along the difference of two other chains of the same group, in a random subset of
  directions (ter Braak 2006; Vrugt and others 2009), luck kept;
- *fresh*: the same with new luck and a smaller step;
- *prior*: scores about which the data say little are redrawn in part from the prior (Cotter and others 2013), luck kept.

Groups start from different scouts and never mix, so that their agreement can be judged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["KINDS", "populate"]

KINDS = ("difference", "difference", "prior", "difference", "difference", "fresh")
#: Shares of informed scores that a difference moves.
SUBSETS = (0.1, 0.3, 1.0)

#: scores (n, p), luck (n,) -> log likelihood (n,)
Likelihood = Callable[[np.ndarray, np.ndarray], np.ndarray]


def populate(
    log_likelihood: Likelihood,
    start: np.ndarray,
    group: np.ndarray,
    informed: np.ndarray,
    *,
    generations: int,
    burn: int,
    thin: int = 1,
    seed: int = 1,
    state: dict[str, Any] | None = None,
    keep: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """Run len(start) chains for so many generations; the prior of scores is N(0, I).

    start: (n, p); group: (n,), chains take differences within their own; informed: (p,) scores that differences move;
    burn: generations before any is kept; thin: every so many after it is; state, keep: to resume, and to be told.
    Returns the state: scores, level, luck of the last generation, kept (k, n, p), kept_level (k, n), history.
    Randomness: numpy Philox keyed by (seed, generation); luck: whole numbers that name the streams of a run.
    """
    if state is None:
        luck = np.arange(len(start), dtype=np.uint32)
        state = {
            "scores": np.array(start, dtype=float), "luck": luck, "level": log_likelihood(start, luck), "generation": 0,
            "step": 1.0, "redraw": 0.3, "kept": np.zeros((0, *start.shape), dtype=np.float32),
            "kept_level": np.zeros((0, len(start)), dtype=np.float32), "history": [],
        }  # fmt: skip
    while int(state["generation"]) < generations:
        _generation(state, log_likelihood, group, np.flatnonzero(informed), seed)
        done = int(state["generation"])
        if done > burn and (done - burn) % thin == 0:
            state["kept"] = np.concatenate([state["kept"], state["scores"][None].astype(np.float32)])
            state["kept_level"] = np.concatenate([state["kept_level"], state["level"][None].astype(np.float32)])
        if keep is not None:
            keep(state)
    return state


def _generation(
    state: dict[str, Any], log_likelihood: Likelihood, group: np.ndarray, informed: np.ndarray, seed: int
) -> None:
    number = int(state["generation"]) + 1
    kind = KINDS[(number - 1) % len(KINDS)]
    random = np.random.Generator(np.random.Philox(key=[seed, number]))
    n = len(state["scores"])
    half = _halves(group)
    taken = 0
    # chains of one half move along differences of the other, which stands still meanwhile: only so is the posterior kept
    for rows in (np.arange(n),) if kind == "prior" else (np.flatnonzero(half == 0), np.flatnonzero(half == 1)):
        x, luck = state["scores"][rows], state["luck"][rows]
        if kind == "prior":
            proposed, gain = _redrawn(x, informed, random, float(state["redraw"])), np.zeros(len(rows))
            chance = luck
        else:
            scale = state["step"] * (0.5 if kind == "fresh" else 1.0)
            proposed = _difference(state["scores"], rows, half, group, informed, random, scale)
            gain = 0.5 * np.sum(x**2 - proposed**2, axis=1)
            chance = luck if kind == "difference" else (number * n + rows).astype(np.uint32)
        there = log_likelihood(proposed, chance)
        there = np.where(np.isfinite(there), there, -np.inf)
        take = np.log(random.random(len(rows))) < gain + there - state["level"][rows]
        moved = rows[take]
        for key, new in (("scores", proposed), ("level", there), ("luck", chance)):
            changed = state[key].copy()
            changed[moved] = new[take]
            state[key] = changed
        taken += int(take.sum())
    rate = taken / n
    key, aim = ("redraw", 0.3) if kind == "prior" else ("step", 0.2)
    if kind != "fresh":  # steps are tuned while chains settle; the tuning dies away
        state[key] = float(np.clip(state[key] * np.exp((rate - aim) * 2.0 / np.sqrt(1.0 + number / 6.0)), 0.02, 2.0))
    state["generation"] = number
    state["history"] = [*state["history"], {"kind": kind, "accepted": rate, "level": float(np.median(state["level"]))}]


def _halves(group: np.ndarray) -> np.ndarray:
    """0 or 1 for every chain, by turns within its group, (n,)."""
    out = np.zeros(len(group), dtype=int)
    for one in np.unique(group):
        rows = np.flatnonzero(group == one)
        out[rows] = np.arange(len(rows)) % 2
    return out


def _redrawn(x: np.ndarray, informed: np.ndarray, random: np.random.Generator, share: float) -> np.ndarray:
    """Scores about which the data say little, in part redrawn; the move keeps their prior."""
    mask = np.ones(x.shape[1], dtype=bool)
    mask[informed] = False
    out = x.copy()
    out[:, mask] = np.sqrt(1.0 - min(share, 1.0) ** 2) * x[:, mask] + min(share, 1.0) * random.normal(
        size=(len(x), int(mask.sum()))
    )
    return out


def _difference(
    x: np.ndarray, rows: np.ndarray, half: np.ndarray, group: np.ndarray, informed: np.ndarray, random: np.random.Generator, scale: float
) -> np.ndarray:  # fmt: skip
    """The chains `rows` moved along the difference of two chains of their group's other half, in a subset of informed scores."""
    out = x[rows].copy()
    n, k = len(rows), len(informed)
    if not k or not n:
        return out
    first, second = np.empty(n, dtype=int), np.empty(n, dtype=int)
    for one in np.unique(group[rows]):
        own = np.flatnonzero(group[rows] == one)
        other = np.flatnonzero((group == one) & (half != half[rows[0]]))
        first[own], second[own] = (
            other[random.integers(len(other), size=len(own))],
            other[random.integers(len(other), size=len(own))],
        )
    share = np.array(SUBSETS)[random.integers(len(SUBSETS), size=n)]
    chosen = random.random((n, k)) < share[:, None]
    count = np.maximum(chosen.sum(axis=1), 1)
    length = scale * 2.38 / np.sqrt(2.0 * count) * np.exp(0.2 * random.normal(size=n))
    step = length[:, None] * (x[first][:, informed] - x[second][:, informed]) + 0.01 * random.normal(size=(n, k))
    out[:, informed] += np.where(chosen, step, 0.0)
    return out
