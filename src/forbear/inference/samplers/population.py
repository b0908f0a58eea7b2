"""A population of chains over parameters and luck together: Metropolis-Hastings with differential evolution.

One run of the simulator under a named luck gives the likelihood of the pair; its marginal is the posterior of the
parameters, exactly, as with any unbiased estimate (Andrieu, Doucet and Holenstein 2010). Because luck is a state of the
chain, a move may keep it: neighbouring parameters under the same luck have neighbouring likelihoods, and the noise of
the estimate does not stop the chain (Deligiannidis, Doucet and Pitt 2018). Three kinds of move take turns:

- *difference*: informed scores move along a difference of earlier states, in a random subset of directions (ter Braak
  2006; Vrugt and others 2009), luck kept;
- *fresh*: the same with new luck and a smaller step;
- *prior*: scores about which the data say little are redrawn in part from the prior (Cotter and others 2013), luck kept.

Differences are taken between states of an *archive*: where every scout ended, and what all chains have been at since
(ter Braak and Vrugt 2008). It is as wide as the scouts lie apart, so that chains widen and meet within some hundred
generations, which chains that knew only one another's narrow places did not do in thousands. Groups start from
different scouts, so that their agreement can be judged; they share the shape of proposals and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["KINDS", "populate"]

KINDS = ("difference", "difference", "prior", "difference", "difference", "fresh")
#: Shares of informed scores that a difference moves.
SUBSETS = (0.05, 0.2, 0.5, 1.0)
#: Generations between states that enter the archive.
ARCHIVED = 4

#: scores (n, p), luck (n,) -> log likelihood (n,)
Likelihood = Callable[[np.ndarray, np.ndarray], np.ndarray]


def populate(
    log_likelihood: Likelihood,
    start: np.ndarray,
    archive: np.ndarray,
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

    start: (n, p); archive: (a, p), states whose differences are the first proposals; informed: (p,) scores that
    differences move; burn: generations before any is kept; thin: every so many after it is; state, keep: to resume, and
    to be told. Returns the state: scores, level, luck of the last generation, archive (informed scores), kept (k, n, p),
    kept_level (k, n), history.
    Randomness: numpy Philox keyed by (seed, generation); luck: whole numbers that name the streams of a run.
    """
    moved = np.flatnonzero(informed)
    if state is None:
        luck = np.arange(len(start), dtype=np.uint32)
        state = {
            "scores": np.array(start, dtype=float), "luck": luck, "level": log_likelihood(start, luck), "generation": 0,
            "step": 1.0, "redraw": 0.3, "archive": np.asarray(archive[:, moved], dtype=np.float32),
            "kept": np.zeros((0, *start.shape), dtype=np.float32),
            "kept_level": np.zeros((0, len(start)), dtype=np.float32), "history": [],
        }  # fmt: skip
    while int(state["generation"]) < generations:
        _generation(state, log_likelihood, moved, seed)
        done = int(state["generation"])
        if done % ARCHIVED == 0:
            state["archive"] = np.concatenate([state["archive"], state["scores"][:, moved].astype(np.float32)])
        if done > burn and (done - burn) % thin == 0:
            state["kept"] = np.concatenate([state["kept"], state["scores"][None].astype(np.float32)])
            state["kept_level"] = np.concatenate([state["kept_level"], state["level"][None].astype(np.float32)])
        if keep is not None:
            keep(state)
    return state


def _generation(state: dict[str, Any], log_likelihood: Likelihood, informed: np.ndarray, seed: int) -> None:
    number = int(state["generation"]) + 1
    kind = KINDS[(number - 1) % len(KINDS)]
    random = np.random.Generator(np.random.Philox(key=[seed, number]))
    x, luck, level = state["scores"], state["luck"], state["level"]
    n = len(x)
    if kind == "prior":
        proposed, gain = _redrawn(x, informed, random, float(state["redraw"])), np.zeros(n)
    else:
        scale = float(state["step"]) * (0.5 if kind == "fresh" else 1.0)
        proposed = _difference(x, state["archive"], informed, random, scale)
        gain = 0.5 * np.sum(x**2 - proposed**2, axis=1)
    chance = (number * n + np.arange(n)).astype(np.uint32) if kind == "fresh" else luck
    there = log_likelihood(proposed, chance)
    there = np.where(np.isfinite(there), there, -np.inf)
    take = np.log(random.random(n)) < gain + there - level
    state["scores"] = np.where(take[:, None], proposed, x)
    state["level"], state["luck"] = np.where(take, there, level), np.where(take, chance, luck)
    rate = float(take.mean())
    key, aim = ("redraw", 0.3) if kind == "prior" else ("step", 0.2)
    if kind != "fresh":  # steps are tuned while chains settle; the tuning dies away
        state[key] = float(np.clip(state[key] * np.exp((rate - aim) * 2.0 / np.sqrt(1.0 + number / 6.0)), 0.02, 2.0))
    state["generation"] = number
    state["history"] = [*state["history"], {"kind": kind, "accepted": rate, "level": float(np.median(state["level"]))}]


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
    x: np.ndarray, archive: np.ndarray, informed: np.ndarray, random: np.random.Generator, scale: float
) -> np.ndarray:
    """Every chain moved along the difference of two states of the archive (a, k), in a subset of the k informed scores."""
    out = x.copy()
    n, k = len(x), len(informed)
    if not k or not n:
        return out
    first, second = random.integers(len(archive), size=(2, n))
    share = np.array(SUBSETS)[random.integers(len(SUBSETS), size=n)]
    chosen = random.random((n, k)) < share[:, None]
    count = np.maximum(chosen.sum(axis=1), 1)
    length = scale * 2.38 / np.sqrt(2.0 * count) * np.exp(0.2 * random.normal(size=n))
    step = length[:, None] * (archive[first].astype(float) - archive[second]) + 0.01 * random.normal(size=(n, k))
    out[:, informed] += np.where(chosen, step, 0.0)
    return out
