"""A decision under the losses of whoever has to take it: loss and regret of every option, and which one is chosen.

Objectives are added up only by weights that somebody stated, in a unit that somebody named; where only their order is
known, the first decides and the next is asked where it cannot tell options apart (a lexicographic semiorder). Draws are
paired: column k of every option is the same world with the same luck. Regret of an option in a draw is its loss less
the least loss of any option in that draw.

Errors come from resampling draws (stream "decision" of the seed), the same resamples for every option.

Sources: Savage (1951), J. American Statistical Association 46 (regret); Rockafellar and Uryasev (2000), J. Risk 2 (mean
of the worst share of draws); Tversky (1969), Psychological Review 76 (lexicographic semiorder); Efron (1979), Annals of
Statistics 7 (resampling).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from forbear.questions.results import Quantiles
from forbear.questions.streams import stream
from forbear.scenario.casefiles.decision import Decision, Objective
from forbear.scenario.outcomes import OUTCOMES

__all__ = ["LOSS", "Board", "Chosen", "OptionScore", "Table", "boards", "choose", "resamples"]

#: Name of the board on which objectives are added up by the user's weights.
LOSS = "loss"
RESAMPLES = 200


@dataclass(frozen=True)
class Table:
    """Losses by draw. names: of the options; objectives: each in its own unit with the sign of a loss, (options,
    draws) by outcome."""

    names: tuple[str, ...]
    objectives: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, names: Sequence[str], values: Mapping[str, np.ndarray]) -> Table:
        """From outcomes, (options, draws) each: less of a loss is better, so that what should be high changes its
        sign. Draws in which an option has no finite outcome are left out. Raises ValueError where none is left."""
        tables = {name: np.asarray(table, dtype=float) for name, table in values.items()}
        good = np.all([np.isfinite(table).all(axis=0) for table in tables.values()], axis=0)
        if not good.any():
            raise ValueError("no draw has a finite outcome for every option")
        sign = {name: 1.0 if OUTCOMES[name].better == "lower" else -1.0 for name in tables}
        return cls(tuple(names), {name: sign[name] * table[:, good] for name, table in tables.items()})

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return int(next(iter(self.objectives.values())).shape[1])

    def loss(self, objectives: Sequence[Objective]) -> np.ndarray:
        """Objectives added up by their weights, (options, draws). Raises ValueError where one has none."""
        total = np.zeros((len(self.names), self.draws))
        for objective in objectives:
            if objective.weight is None:
                raise ValueError(f"{objective.outcome} has no weight: it is never added to another")
            total += objective.weight * self.objectives[objective.outcome]
        return total

    def at(self, draws: np.ndarray) -> Table:
        """At some draws, by place."""
        return Table(self.names, {name: table[:, draws] for name, table in self.objectives.items()})

    def only(self, names: Sequence[str]) -> Table:
        """Some options alone."""
        rows = [self.names.index(name) for name in names]
        return Table(tuple(names), {name: table[rows] for name, table in self.objectives.items()})


@dataclass(frozen=True)
class OptionScore:
    """One option on one board, in the board's unit, each number with its Monte Carlo error. loss: quantiles over
    draws; expected: mean; tail: mean of the worst share; regret, regret_p90: mean and ninetieth percentile; best: share
    of draws in which no option does better (ties shared)."""

    loss: Quantiles
    expected: float
    expected_error: float
    tail: float
    tail_error: float
    regret: float
    regret_error: float
    regret_p90: float
    regret_p90_error: float
    best: float


@dataclass(frozen=True)
class Board:
    """Every option by one loss. name: "loss", or an outcome in its own unit with the sign of a loss."""

    name: str
    title: str
    unit: str
    rows: dict[str, OptionScore]


@dataclass(frozen=True)
class Chosen:
    """What is chosen. by: the board on which the choice fell; left: options that were still in question there;
    runner_up: the next best on it, "" where there is none; gap, gap_error: by how much its score is worse, with Monte
    Carlo error; held: share of resamples of the draws in which the whole rule chooses the same."""

    option: str
    by: str
    left: tuple[str, ...]
    runner_up: str
    gap: float
    gap_error: float
    held: float

    @property
    def told_apart(self) -> bool:
        """True where the gap is at least two Monte Carlo errors."""
        return bool(self.runner_up) and self.gap >= 2.0 * self.gap_error and self.gap > 0.0


def resamples(draws: int, seed: int) -> np.ndarray:
    """Places of draws, (resamples, draws). Randomness: the stream "decision" of the seed."""
    return stream(seed, "decision").integers(0, draws, size=(RESAMPLES, draws))


def scores(loss: np.ndarray, attitude: str, tail: float) -> np.ndarray:
    """What an attitude makes least, (options,). loss: (options, draws)."""
    if attitude == "expected":
        return np.asarray(loss.mean(axis=1))
    if attitude == "tail":
        worst = max(1, ceil(tail * loss.shape[1] - 1e-9))
        return np.asarray(np.partition(loss, -worst, axis=1)[:, -worst:].mean(axis=1))
    if attitude == "regret":
        return np.asarray(np.quantile(loss - loss.min(axis=0), 0.9, axis=1))
    raise ValueError(f"attitude {attitude!r} is none of expected, tail, regret")


def boards(table: Table, decision: Decision, seed: int) -> tuple[Board, ...]:
    """Every option by the stated loss, where there are weights, and by each objective in its own unit."""
    places = resamples(table.draws, seed)
    out = []
    if not decision.ordered:
        out.append(_board(table, table.loss(decision.objectives), decision, places, LOSS, "loss", decision.unit))
    for objective in decision.objectives:
        loss = table.objectives[objective.outcome]
        sign = "" if OUTCOMES[objective.outcome].better == "lower" else ", with the sign of a loss"
        title = f"{objective.title}{sign}"
        out.append(_board(table, loss, decision, places, objective.outcome, title, objective.unit))
    return tuple(out)


def _board(
    table: Table, loss: np.ndarray, decision: Decision, places: np.ndarray, name: str, title: str, unit: str
) -> Board:
    missed = loss - loss.min(axis=0)
    kinds = ("expected", "tail", "regret")
    value = {kind: scores(loss, kind, decision.tail) for kind in kinds}
    again = {kind: np.array([scores(loss[:, at], kind, decision.tail) for at in places]) for kind in kinds}
    error = {kind: again[kind].std(axis=0, ddof=1) for kind in kinds}
    mean_error = np.array([missed[:, at].mean(axis=1) for at in places]).std(axis=0, ddof=1)
    ties = missed == 0.0
    best = (ties / ties.sum(axis=0)).mean(axis=1)
    rows = {
        option: OptionScore(
            Quantiles.of(loss[k]), float(value["expected"][k]), float(error["expected"][k]),
            float(value["tail"][k]), float(error["tail"][k]), float(missed[k].mean()), float(mean_error[k]),
            float(value["regret"][k]), float(error["regret"][k]), float(best[k]),
        )
        for k, option in enumerate(table.names)
    }  # fmt: skip
    return Board(name, title, unit, rows)


def choose(table: Table, decision: Decision, places: np.ndarray | None = None) -> Chosen:
    """Choose an option.

    Parameters
    ----------
    table
        Losses by draw.
    decision
        Objectives with weights or in their order, and the attitude to risk.
    places
        Resamples of draws, `resamples`; without them the choice comes without errors (zero, `held` 1).

    Returns
    -------
    Chosen
        With weights: the option of the least score. In an order: of the options that are within its margin of the best
        on each objective in turn, the first objective that leaves one alone decides, else the last one. Of equal
        scores the option that was named first.
    """
    name, by, left = _chosen(table, decision)
    loss = _by(table.only(left), decision, by)
    value = scores(loss, decision.attitude, decision.tail)
    first = left.index(name)
    rest = [k for k in np.argsort(value, kind="stable").tolist() if k != first]
    second = rest[0] if rest else None
    gap = float(value[second] - value[first]) if second is not None else 0.0
    error, held = 0.0, 1.0
    if places is not None:
        apart, same = [], 0
        for at in places:
            same += _chosen(table.at(at), decision)[0] == name
            if second is not None:
                again = scores(loss[:, at], decision.attitude, decision.tail)
                apart.append(again[second] - again[first])
        held = same / len(places)
        error = float(np.std(apart, ddof=1)) if apart else 0.0
    return Chosen(name, by, left, left[second] if second is not None else "", gap, error, held)


def _by(table: Table, decision: Decision, board: str) -> np.ndarray:
    return table.loss(decision.objectives) if board == LOSS else table.objectives[board]


def _chosen(table: Table, decision: Decision) -> tuple[str, str, tuple[str, ...]]:
    """Option, board on which the choice fell, options in question there."""
    if not decision.ordered:
        value = scores(table.loss(decision.objectives), decision.attitude, decision.tail)
        return table.names[int(np.argmin(value))], LOSS, table.names
    left = table
    for place, objective in enumerate(decision.objectives):
        value = scores(left.objectives[objective.outcome], decision.attitude, decision.tail)
        near = value <= _limit(float(value.min()), objective)
        if near.sum() == 1 or place == len(decision.objectives) - 1:
            return left.names[int(np.argmin(value))], objective.outcome, left.names
        left = left.only([name for name, stays in zip(left.names, near, strict=True) if stays])
    raise AssertionError("an order names at least one objective")


def _limit(best: float, objective: Objective) -> float:
    """The worst score that a margin still counts as the best one."""
    if OUTCOMES[objective.outcome].kind == "ratio":
        return best * (1.0 + objective.margin)
    return best + objective.margin
