"""What would change a choice, and what it would be worth to know before choosing.

Every part of a decision is moved by itself: the attitude to risk, each weight (by what factor it must be multiplied
until another option is chosen), the order of the objectives and their margins, the options by assumption, and each
parameter that bears on the choice. Worth is the expected value of partial perfect information by regression on the
draws, in expected loss, whatever the attitude. No randomness but that of `information`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forbear.discovery.decision import LOSS, Chosen, Table, choose
from forbear.discovery.information import (
    choices_along,
    value_of_partial_information,
    value_of_perfect_information,
)
from forbear.scenario.casefiles.decision import ATTITUDES, Decision

__all__ = ["Change", "Stretch", "Worth", "Worths", "changes", "worths"]

#: A weight is moved this far either way, on a grid of so many steps a tenfold, before a crossing is bisected.
FARTHEST, STEPS, HALVINGS = 1e4, 30, 40
#: A parameter is listed where luck makes any parameter look as good in fewer shuffles than this share.
LEVEL = 0.05
#: Draws below which a regression on parameters says nothing.
FEWEST = 80
MOST_PARAMETERS = 12


@dataclass(frozen=True)
class Change:
    """The choice under one other setting. what: attitude, weight, objective, order, margin or options; setting: in
    words; factor: of a weight, at which the choice changes, None for all others; option: what is chosen then."""

    what: str
    setting: str
    option: str
    same: bool
    factor: float | None = None


@dataclass(frozen=True)
class Stretch:
    """A stretch of a parameter on which one option is best. until: the prior quantile with which it ends."""

    until: float
    option: str


@dataclass(frozen=True)
class Worth:
    """What knowing one parameter before choosing is worth, in the board's unit. chance: share of shuffles in which some
    parameter of no worth looks as good; stretches: which option is best as the parameter grows."""

    parameter: str
    value: float
    chance: float
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class Worths:
    """What is worth knowing. by, unit, options: the loss and the options that it is a matter of; perfect: the worth of
    knowing everything, luck included; looked_at: how many parameters were; rows: those that luck does not explain;
    why_not: why nothing was estimated, "" where it was."""

    by: str
    unit: str
    options: tuple[str, ...]
    perfect: float
    looked_at: int
    rows: tuple[Worth, ...]
    why_not: str = ""


def changes(table: Table, decision: Decision, chosen: Chosen) -> tuple[Change, ...]:
    """The choice under other attitudes, weights, orders, margins and options, one moved at a time."""
    out = []

    def add(what: str, setting: str, other: Decision, options: Sequence[str] | None = None) -> None:
        found = choose(table if options is None else table.only(options), other).option
        out.append(Change(what, setting, found, found == chosen.option))

    for attitude, words in ATTITUDES.items():
        if attitude != decision.attitude:
            add("attitude", f"{attitude}: the least {words}", replace(decision, attitude=attitude))
    ranked = [name for name in table.names if name not in decision.assumed]
    if ranked and len(ranked) < len(table.names):
        add("options", "without worlds in which nobody intervenes (bands by assumption)", decision, ranked)
    others = [name for name in table.names if name != chosen.option]
    if others and others != ranked:  # else it is the row above
        add("options", f"without {decision.options[chosen.option].title or chosen.option}", decision, others)
    if decision.ordered:
        out += _reordered(table, decision, chosen)
    else:
        for place, objective in enumerate(decision.objectives):
            if len(decision.objectives) > 1:
                add("objective", f"{objective.outcome} alone", replace(decision, objectives=(objective,)))
                out += _reweighed(table, decision, chosen, place)
    return tuple(out)


def _reordered(table: Table, decision: Decision, chosen: Chosen) -> list[Change]:
    """The choice with two neighbours exchanged in the order, and with other margins."""
    out = []
    cases: list[tuple[str, str, Decision]] = []
    first = decision.objectives
    for place in range(len(first) - 1):
        order = [*first]
        order[place], order[place + 1] = order[place + 1], order[place]
        words = f"{first[place + 1].outcome} before {first[place].outcome}"
        cases.append(("order", words, replace(decision, objectives=tuple(order))))
    for words, factor in (("no margins", 0.0), ("margins halved", 0.5), ("margins doubled", 2.0)):
        other = tuple(replace(objective, margin=factor * objective.margin) for objective in first)
        cases.append(("margin", words, replace(decision, objectives=other)))
    for what, words, other_decision in cases:
        found = choose(table, other_decision).option
        out.append(Change(what, words, found, found == chosen.option))
    return out


def _reweighed(table: Table, decision: Decision, chosen: Chosen, place: int) -> list[Change]:
    """The factors nearest to one, up and down, by which a weight must be multiplied until another option is chosen."""
    objective = decision.objectives[place]
    assert objective.weight is not None

    def option(factor: float) -> str:
        other = [*decision.objectives]
        other[place] = replace(objective, weight=objective.weight * factor)  # type: ignore[operator]
        return choose(table, replace(decision, objectives=tuple(other))).option

    out = []
    for way in (1.0, -1.0):
        crossing = _crossing(option, chosen.option, way)
        if crossing is not None:
            factor, other = crossing
            words = f"a unit of {objective.outcome} {'more' if way > 0 else 'less'} costly"
            out.append(Change("weight", words, other, False, factor))
    return out


def _crossing(option: Callable[[float], str], own: str, way: float) -> tuple[float, str] | None:
    count = round(STEPS * np.log10(FARTHEST))
    grid = [10.0 ** (way * k / STEPS) for k in range(count + 1)]
    beyond = next((k for k in range(1, len(grid)) if option(grid[k]) != own), None)
    if beyond is None:
        return None
    near, far = grid[beyond - 1], grid[beyond]
    for _ in range(HALVINGS):
        middle = float(np.sqrt(near * far))
        near, far = (near, middle) if option(middle) != own else (middle, far)
    return far, option(far)


def worths(
    table: Table, decision: Decision, chosen: Chosen, quantiles: np.ndarray, names: Sequence[str], unit: str, seed: int
) -> Worths:
    """What knowing each parameter is worth to the choice, on the board on which it fell, among the options in question.

    Parameters
    ----------
    table, decision, chosen
        Losses by draw, and what is chosen.
    quantiles, names
        Of the parameters in the same draws, (draws, parameters) and one name each.
    unit
        Of the board.
    seed
        Names the shuffles (stream "value of information").
    """
    left = table.only(chosen.left)
    loss = left.loss(decision.objectives) if chosen.by == LOSS else left.objectives[chosen.by]
    benefit = -loss.T
    perfect = value_of_perfect_information(benefit)
    found = Worths(chosen.by, unit, chosen.left, perfect, len(names), ())
    if len(chosen.left) < 2:
        return replace(found, why_not="one option alone was in question")
    if len(benefit) < FEWEST:
        return replace(found, why_not=f"{len(benefit)} draws are too few for a regression: {FEWEST} are needed")
    if perfect == 0.0:
        return replace(found, why_not=f"of the options in question {chosen.option} is best in every draw")
    partial = value_of_partial_information(benefit, quantiles, seed=seed)
    order = np.argsort(-partial.value, kind="stable")
    rows: list[Worth] = []
    for j in order:
        if partial.value[j] > 0.0 and partial.any_chance[j] < LEVEL and len(rows) < MOST_PARAMETERS:
            along = choices_along(benefit, quantiles[:, j])
            stretches = tuple(Stretch(until, chosen.left[option]) for until, option in along)
            rows.append(Worth(names[j], float(partial.value[j]), float(partial.any_chance[j]), stretches))
    return replace(found, rows=tuple(rows))
