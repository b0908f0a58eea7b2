"""Sequential Monte Carlo over parameters, tempered from a reference to the posterior, with pseudo-marginal moves.

Particles start from a Gaussian reference q found by a scout and pass through densities q^(1-t) (prior L)^t, t from 0 to
1, chosen so that the effective size halves at each step (Del Moral, Doucet and Jasra 2006; Jasra and others 2011).
Moves are Metropolis-Hastings with the likelihood estimate carried along (Andrieu, Doucet and Holenstein 2010: exact
for any number of particles in the filter) and proposals that preserve the Gaussian of the current particles, so that
directions about which the data say nothing cost nothing (Cotter and others 2013).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forbear.inference.samplers.draws import Draws, effective_size, gaussian_log_density, normalised

__all__ = ["temper"]

Likelihood = Callable[[np.ndarray, int], np.ndarray]


def temper(
    log_likelihood: Likelihood,
    log_prior: Callable[[np.ndarray], np.ndarray],
    mean: np.ndarray,
    covariance: np.ndarray,
    *,
    count: int,
    moves: int = 3,
    share: float = 0.5,
    seed: int = 1,
    state: dict[str, object] | None = None,
    keep: Callable[[dict[str, object]], None] | None = None,
    longest: int = 40,
    final: int = 0,
) -> Draws:
    """Draw from prior x likelihood.

    log_likelihood(scores (n, p), seed) -> (n,), may be an unbiased estimate's logarithm with its own luck;
    log_prior(scores) -> (n,); mean (p,), covariance (p, p): the reference; count: particles; moves: a step's moves;
    share: effective share to which a step may fall; state, keep: to resume, and to be told of each step; final: further
    moves once the temperature is one, which part particles that still share an ancestor.
    Randomness: numpy Philox keyed by (seed, step, move). Raises FloatingPointError when no particle has a likelihood.
    """
    root = np.linalg.cholesky(covariance)
    if state is None:
        random = np.random.Generator(np.random.Philox(key=[seed, 0]))
        x = mean + random.normal(size=(count, len(mean))) @ root.T
        state = {
            "x": x, "level": log_likelihood(x, _seed(seed, 0, 0)), "t": 0.0, "step": 0, "evidence": 0.0, "scale": 0.4,
            "log_weights": np.full(count, -np.log(count)), "history": [], "evaluations": count,
        }  # fmt: skip
    while float(state["t"]) < 1.0 and int(state["step"]) < longest:  # type: ignore[arg-type,call-overload]
        _step(state, log_likelihood, log_prior, mean, root, moves, share, seed)
        if keep is not None:
            keep(state)
    while float(state["t"]) >= 1.0 and int(state.get("final", 0)) < final:  # type: ignore[arg-type,call-overload]
        _settle(state, log_likelihood, log_prior, mean, root, seed)
        if keep is not None:
            keep(state)
    return Draws(
        np.asarray(state["x"]), np.asarray(state["log_weights"]), np.asarray(state["level"]), float(state["evidence"]),  # type: ignore[arg-type]
        {"history": state["history"], "evaluations": state["evaluations"], "finished": float(state["t"]) >= 1.0},  # type: ignore[arg-type]
    )  # fmt: skip


def _step(
    state: dict, log_likelihood: Likelihood, log_prior: Callable, mean: np.ndarray, root: np.ndarray, moves: int, share: float, seed: int
) -> None:  # fmt: skip
    x, level, t = state["x"], state["level"], state["t"]
    number = state["step"] + 1
    if not np.isfinite(level).any():
        raise FloatingPointError("no particle has a likelihood")
    pull = log_prior(x) + level - gaussian_log_density(x, mean, root)
    pull = np.where(np.isfinite(pull), pull, -1e12)
    new = _next(t, pull, state["log_weights"], share)
    grown = state["log_weights"] + (new - t) * pull
    state["evidence"] += float(np.max(grown) + np.log(np.sum(np.exp(grown - np.max(grown)))))
    weights = normalised(grown)
    random = np.random.Generator(np.random.Philox(key=[seed, 1000 * number]))
    points = (np.arange(len(x)) + random.random()) / len(x)
    ancestors = np.minimum(np.searchsorted(np.cumsum(np.exp(weights)), points), len(x) - 1)
    distinct = len(np.unique(ancestors))
    centre, local = _local(x, np.exp(weights), mean, root)
    x, level = x[ancestors].copy(), level[ancestors].copy()
    accepted = []
    for move in range(1, moves + 1):
        x, level, rate = _move(
            state, x, level, new, centre, local, log_likelihood, log_prior, mean, root, seed, number, move
        )
        accepted.append(rate)
    state.update(x=x, level=level, t=new, step=number, log_weights=np.full(len(x), -np.log(len(x))))
    state["history"] = [
        *state["history"],
        {"t": new, "effective": effective_size(grown) / len(x), "distinct": distinct, "accepted": accepted, "scale": state["scale"]},
    ]  # fmt: skip


def _move(
    state: dict, x: np.ndarray, level: np.ndarray, t: float, centre: np.ndarray, local: np.ndarray, log_likelihood: Likelihood,
    log_prior: Callable, mean: np.ndarray, root: np.ndarray, seed: int, number: int, move: int,
) -> tuple[np.ndarray, np.ndarray, float]:  # fmt: skip
    """One Metropolis-Hastings move of every particle at temperature t: scores, levels, share accepted. Adapts the scale."""
    random = np.random.Generator(np.random.Philox(key=[seed, 1000 * number + move]))
    beta = np.clip(state["scale"] * np.exp(random.normal(size=(len(x), 1)) * 0.5), 0.01, 1.0)
    step = random.normal(size=x.shape) @ local.T
    proposed = centre + np.sqrt(1.0 - beta**2) * (x - centre) + beta * step
    there = log_likelihood(proposed, _seed(seed, number, move))
    gain = _target(proposed, there, t, log_prior, mean, root) - gaussian_log_density(proposed, centre, local)
    gain -= _target(x, level, t, log_prior, mean, root) - gaussian_log_density(x, centre, local)
    take = np.log(random.random(len(x))) < gain
    x[take], level[take] = proposed[take], there[take]
    rate = float(take.mean())
    state["scale"] = float(np.clip(state["scale"] * np.exp(1.0 * (rate - 0.25)), 0.02, 1.0))
    state["evaluations"] += len(x)
    return x, level, rate


def _settle(
    state: dict, log_likelihood: Likelihood, log_prior: Callable, mean: np.ndarray, root: np.ndarray, seed: int
) -> None:
    """One further move at temperature one, with the proposal of the particles as they are at the first of them."""
    done = int(state.get("final", 0))
    if done == 0:
        state["local"] = _local(state["x"], np.full(len(state["x"]), 1.0 / len(state["x"])), mean, root)
        state["history"] = [*state["history"], {"t": 1.0, "effective": 1.0, "distinct": len(state["x"]), "accepted": [], "scale": state["scale"]}]  # fmt: skip
    centre, local = state["local"]
    x, level, rate = _move(
        state, state["x"].copy(), state["level"].copy(), 1.0, centre, local, log_likelihood, log_prior, mean, root, seed, int(state["step"]) + 1, done + 1
    )  # fmt: skip
    last = {**state["history"][-1], "accepted": [*state["history"][-1]["accepted"], rate], "scale": state["scale"]}
    state.update(x=x, level=level, final=done + 1, history=[*state["history"][:-1], last])


def _target(
    x: np.ndarray, level: np.ndarray, t: float, log_prior: Callable, mean: np.ndarray, root: np.ndarray
) -> np.ndarray:
    """Log of q^(1-t) (prior L)^t."""
    level = np.where(np.isfinite(level), level, -1e12)
    return (1.0 - t) * gaussian_log_density(x, mean, root) + t * (log_prior(x) + level)


def _next(t: float, pull: np.ndarray, log_weights: np.ndarray, share: float) -> float:
    """The largest next temperature whose weights keep the effective share."""
    if effective_size(log_weights + (1.0 - t) * pull) >= share * len(pull):
        return 1.0
    low, high = t, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if effective_size(log_weights + (middle - t) * pull) >= share * len(pull):
            low = middle
        else:
            high = middle
    return max(low, t + 1e-7)


def _local(x: np.ndarray, weights: np.ndarray, mean: np.ndarray, root: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and root covariance of weighted particles, for scores that the reference moved away from N(0, 1).

    All others keep the prior, so that proposals redraw them and chance cannot narrow them: with more scores than
    particles a sample covariance of everything feeds on its own noise. The rest is shrunk towards the reference.
    """
    reference = root @ root.T
    moved = np.flatnonzero((mean != 0.0) | (np.abs(reference - np.eye(len(mean))) > 1e-12).any(axis=0))
    centre, covariance = mean.copy(), reference.copy()
    if len(moved):
        effective = 1.0 / np.sum(weights**2)
        part = x[:, moved]
        middle = weights @ part
        gaps = (part - middle) * np.sqrt(weights)[:, None]
        found = gaps.T @ gaps * effective / max(effective - 1.0, 1.0)
        trust = effective / (effective + len(moved))
        centre[moved] = middle
        covariance[np.ix_(moved, moved)] = trust * found + (1.0 - trust) * reference[np.ix_(moved, moved)]
    return centre, np.linalg.cholesky(covariance)


def _seed(seed: int, step: int, move: int) -> int:
    return (seed * 1_000_003 + step * 1_009 + move) % 2**63
