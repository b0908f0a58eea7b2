"""Published estimates as data: the same comparison is made in simulated cases, and draws are weighed by it.

For study j the estimand is computed over the simulated cases of every draw, g_j(z); its mean given the shared scores
is linear, g_j(z) = level + slopes @ z (ridge regression: single runs of thirty cases are mostly luck). A draw then
has the likelihood N(estimate_j; g_j(z) + b_j, s_j^2) with bias b_j ~ N(0, tau^2 of its design class), that is a
normal law of variance s_j^2 + tau^2: a comparison of countries may be more biased than a roll-out. tau is a stated
prior and is varied. Weights are Pareto-smoothed; where fewer than a twentieth of the draws remain effective, or the
tail is past use, the study is *in conflict with the model* and is not averaged in.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from forbear.errors import FileError, FitError
from forbear.files import read_bytes
from forbear.inference.joint.linear import ridge
from forbear.inference.joint.outcomes import CONFLICT, WAR
from forbear.inference.joint.simulated import War
from forbear.inference.pareto import USABLE, Weights, smoothed
from forbear.scenario.reading.chain import LIBRARY

__all__ = ["ESTIMANDS", "Estimate", "Studies", "Study", "absent", "designs", "estimates", "in_conflict", "measured"]

TABLE, DESIGNS = LIBRARY / "record" / "estimates.csv", LIBRARY / "record" / "designs.toml"
#: Below this share of effective draws a study is in conflict with the model.
FEWEST = 0.05


@dataclass(frozen=True)
class Estimate:
    """One row of `library/record/estimates.csv`: an estimate with its standard error, on which cases, from whose
    data.
    """

    name: str
    title: str
    estimate: float
    error: float
    unit: str
    cases: int
    design: str
    sample: str
    source: str


@dataclass(frozen=True)
class Study:
    """An estimate and what the model says of it. level, slopes: g(z) = level + slopes @ z; tau: standard deviation of
    its bias.
    """

    estimate: Estimate
    level: float
    slopes: np.ndarray
    tau: float

    def law(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean (p,) and covariance (p, p) of scores under the prior N(0, I) and this study alone, g being linear."""
        pull = self.slopes / (self.estimate.error**2 + self.tau**2 + float(self.slopes @ self.slopes))
        away = self.estimate.estimate - self.level
        return pull * away, np.eye(len(self.slopes)) - np.outer(pull, self.slopes)

    def log_likelihood(self, z: np.ndarray, times: float = 1.0) -> np.ndarray:
        """(draws,), for scores (draws, p). times: of tau."""
        variance = self.estimate.error**2 + (times * self.tau) ** 2
        return np.asarray(-0.5 * (self.estimate.estimate - self.level - z @ self.slopes) ** 2 / variance)


@dataclass(frozen=True)
class Studies:
    """Studies whose estimand the simulation computes. names: of the shared parameters, in the order of the slopes."""

    names: tuple[str, ...]
    studies: tuple[Study, ...]

    def of(self, names: Sequence[str]) -> Studies:
        """For scores of some of the parameters: slopes of unknown names are zero, parameters that are missing stand
        at their median.
        """
        at = {name: place for place, name in enumerate(self.names)}
        chosen = [at.get(name) for name in names]
        return Studies(
            tuple(names),
            tuple(
                replace(s, slopes=np.array([0.0 if k is None else s.slopes[k] for k in chosen])) for s in self.studies
            ),
        )

    def weighed(
        self, z: np.ndarray, names: Sequence[str] | None = None, times: float = 1.0
    ) -> tuple[Weights | None, dict[str, Weights]]:
        """Weights of draws z (draws, k) by all studies that are not in conflict with the model, and by each alone.

        names: of the columns of z. times: of every tau. The first is None where no study is left.
        """
        here = self.of(names) if names is not None else self
        alone = {study.estimate.name: smoothed(study.log_likelihood(z, times)) for study in here.studies}
        kept = [s for s in here.studies if not in_conflict(alone[s.estimate.name])]
        if not kept:
            return None, alone
        return smoothed(np.sum([study.log_likelihood(z, times) for study in kept], axis=0)), alone


def in_conflict(weights: Weights) -> bool:
    """Whether too few draws remain for a study to be averaged in."""
    return weights.effective < FEWEST * len(weights.weights) or weights.shape > USABLE


def estimates(path: Path = TABLE) -> dict[str, Estimate]:
    """Every shipped estimate by name. Raises FitError E617 for a damaged table."""
    try:
        found = csv.DictReader(read_bytes(path).decode("utf-8").splitlines())
        return {
            row["name"]: Estimate(
                row["name"],
                row["title"],
                float(row["estimate"]),
                float(row["error"]),
                row["unit"],
                int(row["cases"]),
                row["design"],
                row["sample"],
                row["source"],
            )
            for row in found
        }
    except (FileError, KeyError, TypeError, ValueError) as error:
        raise FitError("E617", f"{path.name} is no table of estimates: {error}") from None


@cache
def designs() -> dict[str, float]:
    """Design class -> standard deviation of its bias, in the unit of a share or an index: a stated prior
    (designs.toml).
    """
    told = tomllib.loads(DESIGNS.read_text(encoding="utf-8"))
    return {entry["name"]: float(entry["tau"]) for entry in told["design"]}


def absent() -> dict[str, str]:
    """Estimate -> why the same comparison cannot be made in simulated cases (designs.toml); all that are in no
    `ESTIMANDS`."""
    told = tomllib.loads(DESIGNS.read_text(encoding="utf-8"))
    return {name: str(why) for name, why in told["absent"].items()}


def measured(
    wars: Sequence[War],
    scores: np.ndarray,
    as_was: Sequence[np.ndarray],
    without: Sequence[np.ndarray] | None,
    names: Sequence[str],
) -> Studies:
    """Compute every estimand in simulated cases and regress it on shared scores.

    scores: (draws, p); as_was: outcomes of each case (draws, k); without: of the first draws with no soldiers
    staying, None where that was not run. No randomness.
    """
    out = []
    for name, estimand in ESTIMANDS.items():
        values = estimand(wars, as_was, without)
        if values is None:
            continue
        whole = np.isfinite(values)
        x = scores[: len(values)][whole]
        slopes, level, _ = ridge(x, values[whole][:, None])
        found = estimates()[name]
        at_zero = float(level[0] - slopes[0] @ x.mean(axis=0))
        out.append(Study(found, at_zero, slopes[0], designs()[found.design]))
    return Studies(tuple(names), tuple(out))


def _column(war: War, values: np.ndarray, kind: str) -> np.ndarray | None:
    return values[:, war.reading.kinds.index(kind)] if kind in war.reading.kinds else None


def _with_less_without(
    bound: float, among: Callable[[War], bool] = lambda war: True
) -> Callable[..., np.ndarray | None]:
    """Mean over cases of more deaths than `bound` in the fifth year, as it was less with nobody staying."""

    def estimand(
        wars: Sequence[War], as_was: Sequence[np.ndarray], without: Sequence[np.ndarray] | None
    ) -> np.ndarray | None:
        if without is None:
            return None
        parts = []
        for war, one, other in zip(wars, as_was, without, strict=True):
            if not among(war):
                continue
            first, second = _column(war, one, "order_5"), _column(war, other, "order_5")
            if first is not None and second is not None:
                parts.append((first[: len(second)] > bound).astype(float) - (second > bound))
        return np.mean(parts, axis=0) if parts else None

    return estimand


def _slope(
    kind: str, bound: float | None, of: Callable[[War], float], control: Callable[[War], float] | None
) -> Callable[..., np.ndarray | None]:
    """Slope over cases of an outcome (or of its being above a bound) on a number of the case, one control, for each
    draw.
    """

    def estimand(wars: Sequence[War], as_was: Sequence[np.ndarray], without: Sequence[np.ndarray] | None) -> np.ndarray:
        kept = [
            (war, column)
            for war, one in zip(wars, as_was, strict=True)
            if (column := _column(war, one, kind)) is not None
        ]
        y = np.stack([column if bound is None else (column > bound).astype(float) for _, column in kept])
        design = np.column_stack(
            [
                np.ones(len(kept)),
                [of(war) for war, _ in kept],
                *([[control(war) for war, _ in kept]] if control else []),
            ]
        )
        return np.asarray((np.linalg.pinv(design) @ y)[1])

    return estimand


def _excluded(war: War) -> float:
    """Share of people whose community is excluded at the start, as the case is coded."""
    facts = war.problems[0].facts
    people = np.asarray(facts["population_at_start"]).sum(axis=0)
    inclusion = np.mean(
        [np.asarray(problem.facts["inclusion_at_start"], dtype=float) for problem in war.problems], axis=0
    )
    return float(people[inclusion < EXCLUSION].sum() / people.sum())


def _after_a_war(war: War) -> bool:
    """Whether soldiers came on terms that had ended a war, as peacekeepers do."""
    return war.case.word("old_regime_end") == "negotiated"


def _soldiers(war: War) -> float:
    """Logarithm to base ten of the most soldiers."""
    return float(np.log10(max(float(np.max(war.problems[0].levers["force"])), 1.0)))


def _democracy(war: War) -> float:
    return float(war.problems[0].facts["democracy_at_start"])


#: A community below this inclusion is excluded (the atlas codes excluded as 0.1, subject as 0.25).
EXCLUSION = 0.3
#: Study -> its estimand in simulated cases: (draws,), or None where it needs runs that were not made.
ESTIMANDS: Mapping[str, Callable[..., np.ndarray | None]] = {
    "troops-and-fighting": _with_less_without(CONFLICT),
    "peacekeepers-and-renewed-war": _with_less_without(WAR, _after_a_war),
    "exclusion-and-fighting": _slope("order_5", CONFLICT, _excluded, None),
    "force-and-democracy": _slope("democracy", None, _soldiers, _democracy),
}
