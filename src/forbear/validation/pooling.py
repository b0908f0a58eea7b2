"""Pooling over countries: what several fitted cases say together of a parameter, and what a new country may borrow.

*Model.* The parameter k of country c has score z_kc, and every prior is N(0, 1) on that scale. A country's score is a
common part and a part of its own,

    z_kc = mu_k + delta_kc,    mu_k ~ N(0, rho),    delta_kc ~ N(0, 1 - rho),

so that each country taken alone keeps the prior N(0, 1) for every rho from 0 (nothing travels) to 1 (countries
share the number); rho is the correlation of the same parameter between two countries. It is common to all
parameters, because two cases say next to nothing of it for one parameter alone.

*What a case says.* A posterior of one case, taken as N(m, v), is its prior times a likelihood; dividing N(0, 1) out
leaves a likelihood N(y | z, s2) with 1 / s2 = 1 / v - 1 and y = m s2 / v. A score that the data did not narrow
(v >= 1) has no likelihood and drops out.

*Posterior of rho.* With z integrated out, the y of the C cases of one parameter are normal with mean 0 and covariance
V(rho) = rho 11' + (1 - rho) I + diag(s2). Parameters are multiplied (their posterior correlations are ignored), rho
is uniform a priori and is summed over a grid.

*A new country.* Given rho its score is normal with mean rho 1' V^-1 y and variance 1 - rho^2 1' V^-1 1; over the
grid this is a mixture, of which mean and variance are kept. With rho = 0 it is the prior again, exactly.

Source: the normal random effects model (DerSimonian and Laird 1986, Controlled Clinical Trials 7; Gelman and others,
Bayesian Data Analysis, chapter 5), with the variance between cases tied to the prior. Two cases: rho is wide, and
says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL
from forbear.errors import FileError, FitError
from forbear.files import read_json
from forbear.inference.identification import contractions
from forbear.inference.space import Space
from forbear.scenario.reading.chain import LIBRARY

if TYPE_CHECKING:
    from forbear.country.declare import Prior
    from forbear.inference.identification import Contraction
    from forbear.inference.posterior import Posterior
    from forbear.scenario.problem import Problem

__all__ = [
    "FILE",
    "Pooled",
    "Said",
    "draw",
    "element_priors",
    "form",
    "informs",
    "load",
    "pool",
    "pool_posteriors",
    "pooled_parameters",
    "sampling_noise",
    "said_by",
    "same_number",
]

FILE = "pooled.json"
GRID = np.linspace(0.0, 1.0, 201)
#: A case takes part for a parameter whose score it narrowed by at least this much (see `inference/identification.py`)
#: and by more than two standard errors of its draws: few draws narrow by chance.
LEAST = 0.1


@dataclass(frozen=True)
class Said:
    """What one case's data say of a score: a normal likelihood with this centre and variance (infinite: nothing)."""

    centre: float
    variance: float


@dataclass(frozen=True)
class Pooled:
    """scores: parameter -> (mean, standard deviation) for a country without data; cases: parameter -> the cases that
    inform it; rho: mean, 5th, 50th and 95th percentile; weights: (grid,), posterior of rho; stamps: of the posteriors."""

    scores: dict[str, tuple[float, float]]
    cases: dict[str, tuple[str, ...]]
    rho: dict[str, float]
    weights: tuple[float, ...]
    stamps: dict[str, dict[str, str]]

    def save(self, path: Path) -> None:
        """Write the file at once."""
        work = path.with_suffix(".tmp")
        work.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        work.replace(path)


def said_by(scores: np.ndarray) -> Said:
    """The likelihood of one score from posterior draws (draws,); infinite variance where they are as wide as the prior."""
    mean, variance = float(np.mean(scores)), float(np.var(scores, ddof=1))
    if variance >= 1.0:
        return Said(0.0, float("inf"))
    error = 1.0 / (1.0 / variance - 1.0)
    return Said(mean * error / variance, error)


def pool(said: Mapping[str, Sequence[Said]]) -> tuple[dict[str, tuple[float, float]], np.ndarray]:
    """Pool parameters: parameter -> what each case says of it. No randomness.

    Returns parameter -> (mean, standard deviation) of a new country's score, and the posterior of rho on `GRID`. A
    parameter of one case is not used to learn rho, but borrows by it; without any of two cases rho keeps its prior.
    """
    logged = np.zeros(len(GRID))
    for cases in said.values():
        if sum(np.isfinite(s.variance) for s in cases) > 1:
            logged += _log_density(cases, GRID)
    weights = np.exp(logged - logged.max())
    weights /= weights.sum()
    out = {}
    for name, cases in said.items():
        centre, spread = _new(cases, GRID)
        mean = float(weights @ centre)
        variance = float(weights @ (spread + centre**2) - mean**2)
        out[name] = (mean, float(np.sqrt(variance)))
    return out, weights


def same_number(one: Said, other: Said) -> float:
    """Logarithm of how much better two cases agree with one common number (rho = 1) than with two unrelated ones (rho = 0).

    Near 0 where either says little; above: they found the same; below: they did not.
    """
    if not (np.isfinite(one.variance) and np.isfinite(other.variance)):
        return 0.0
    odds = _log_density((one, other), np.array([1.0, 0.0]))
    return float(odds[0] - odds[1])


def sampling_noise(posterior: Posterior) -> float:
    """Standard deviation of a score's sample variance where the data say nothing, from the draws themselves.

    No data make a score wider than its prior by much, so scores whose variance exceeds one show the noise of few and
    dependent draws: the root mean square of their excess. Not below that of as many independent draws.
    """
    variance = np.var(posterior.scores[:, : posterior.space.parameters], axis=0, ddof=1)
    wide = variance[variance > 1.0] - 1.0
    least = float(np.sqrt(2.0 / max(len(posterior) - 1, 1)))
    return max(float(np.sqrt(np.mean(wide**2))) if len(wide) > 9 else 0.0, least)


def informs(found: Contraction, noise: float) -> bool:
    """Whether a case's data say something of a parameter: contraction of a tenth or more, and twice the sampling noise."""
    return found.contraction >= LEAST and found.contraction > 2.0 * noise


def pool_posteriors(posteriors: Mapping[str, Posterior]) -> Pooled:
    """Pool the parameters that two or more posteriors share, with the same prior, and that at least one informs."""

    priors = {case: element_priors(p.space.problem) for case, p in posteriors.items()}
    noise = {case: sampling_noise(p) for case, p in posteriors.items()}
    narrowed = {case: {c.name: informs(c, noise[case]) for c in contractions(p)} for case, p in posteriors.items()}
    said: dict[str, list[Said]] = {}
    cases: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys(n for p in priors.values() for n in p):
        having = [c for c in posteriors if name in priors[c]]
        if len(having) < 2 or len({priors[c][name] for c in having}) > 1:
            continue
        informing = [c for c in having if narrowed[c][name]]
        if informing:
            cases[name] = tuple(informing)
            said[name] = [said_by(posteriors[c].scores[:, posteriors[c].space.names.index(name)]) for c in informing]
    scores, weights = pool(said)
    cumulative = np.cumsum(weights)
    rho = {"mean": float(weights @ GRID)} | {
        f"q{int(100 * q):02d}": float(GRID[np.searchsorted(cumulative, q)]) for q in (0.05, 0.5, 0.95)
    }
    return Pooled(
        scores, cases, rho, tuple(weights.round(6).tolist()), {c: dict(p.stamp) for c, p in posteriors.items()}
    )


def element_priors(problem: Problem) -> dict[str, tuple[Any, ...]]:
    """Every uncertain number of a problem and its prior, in a form that can be compared: name -> (family, arguments)."""

    space = Space(problem)
    return {
        name: form(prior)
        for name, prior in zip(space.names, space._priors, strict=False)  # dispersions have no prior
    }


def form(prior: Prior) -> tuple[Any, ...]:
    """A prior in a form that can be compared."""
    return (prior.family, *sorted(prior.arguments.items()))


def load(path: Path | None = None) -> Pooled | None:
    """The pooled scores that the package ships, or those of a file; None where there are none.

    Raises FileError E104, E109 for a file that cannot be read or is damaged, E111 where it holds other fields."""
    if path is None:
        path = LIBRARY / FILE
    if not path.exists():
        return None
    data = read_json(path)
    try:
        return Pooled(
            {k: (float(v[0]), float(v[1])) for k, v in data["scores"].items()},
            {k: tuple(v) for k, v in data["cases"].items()},
            {k: float(data["rho"][k]) for k in data["rho"]}, tuple(data["weights"]), data["stamps"],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise FileError("E111", f"{path} holds no pooled scores of this version", hint="take a whole copy") from error


def draw(pooled: Pooled, space: Space, count: int, seed: int) -> np.ndarray:
    """Scores for a country without data, (count, len(space)): pooled where the priors are the package's own, the prior
    elsewhere. Randomness: the uniforms of `Space.draw`, so pooled and prior members differ by shift and width only."""

    own = {p.name: p.prior for p in MODEL.parameters.values()}
    out = space.draw(count, seed, "pooled")
    here = element_priors(space.problem)
    for place, name in enumerate(space.names[: space.parameters]):
        prior = own.get(name)
        if name in pooled.scores and prior is not None and here[name] == form(prior):
            mean, deviation = pooled.scores[name]
            out[:, place] = mean + deviation * out[:, place]
    return out


def pooled_parameters(problem: Problem, count: int, seed: int) -> dict[str, np.ndarray]:
    """Parameters of members for a country without data, name -> (members, *dimensions): see `draw`.

    Raises FitError E612 where the package ships no pooled scores.
    """

    pooled = load()
    if pooled is None:
        raise FitError(
            "E612", "no pooled scores are on record", hint="they are made from the posteriors of the library"
        )
    space = Space(problem)
    return space.values(draw(pooled, space, count, seed))


def _log_density(cases: Sequence[Said], rho: np.ndarray) -> np.ndarray:
    """Log density of what cases say, for each rho (any shape): V = rho 11' + D is inverted in closed form."""
    y, inverse, total = _parts(cases, rho)
    square = (y**2 * inverse).sum(axis=0) - rho * (y * inverse).sum(axis=0) ** 2 / (1.0 + rho * total)
    determinant = np.log1p(rho * total) - np.log(inverse).sum(axis=0)
    return np.asarray(-0.5 * (square + determinant + len(y) * np.log(2.0 * np.pi)))


def _new(cases: Sequence[Said], rho: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of a new country's score for each rho."""
    y, inverse, total = _parts(cases, rho)
    pull = 1.0 / (1.0 + rho * total)
    return rho * pull * (y * inverse).sum(axis=0), 1.0 - rho**2 * pull * total


def _parts(cases: Sequence[Said], rho: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centres (cases, 1...), inverse own variances 1 / (1 - rho + s2) (cases, rho...), and their sum over cases."""
    used = [s for s in cases if np.isfinite(s.variance)]
    shape = (len(used), *(1,) * np.ndim(rho))
    error = np.array([s.variance for s in used]).reshape(shape)
    inverse = 1.0 / (1.0 - rho + error)
    return np.array([s.centre for s in used]).reshape(shape), inverse, np.asarray(inverse.sum(axis=0))
