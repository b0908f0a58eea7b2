"""Outcomes of a case of the atlas: what is taken from a run, and how likely what was coded is.

Six numbers of a run stand beside the record: dead inhabitants and the intervener's dead until the end of the case
(logarithm to base ten of one more), deaths in fighting in the year about five and ten years after the start and five
after the end (as event data count them, because order is coded from such data), and democracy ten years after the
start. Likelihoods are of an order of magnitude, with one in twenty from a broad law, so that no case decides alone.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from forbear.evidence.atlas import Case

if TYPE_CHECKING:
    from forbear.inference.joint.latent import LogLikelihood
    from forbear.scenario.problem import Problem

__all__ = ["QUANTITIES", "Observed", "Reading", "Stray", "chances", "likelihood_of", "observed", "reading_of"]

#: Recorded week by week.
QUANTITIES = (
    "deaths",
    "government_killed",
    "fighters_dead",
    "intervener_dead",
    "observed_state_based_deaths",
    "observed_non_state_deaths",
    "democracy",
)
#: Bounds of order in deaths of one year (UCDP/PRIO: 25 a conflict, 1,000 a war), between whole numbers.
CONFLICT, WAR = np.log10(1 + 24.5), np.log10(1 + 999.5)
ORDERS = {"calm": (-np.inf, CONFLICT), "limited_violence": (CONFLICT, WAR), "civil_war": (WAR, np.inf)}
#: What is coded from outside the model: share, and the width of its law in decades (deaths) and on the index
#: (democracy).
ODD, BREADTH, BREADTH_OF_INDEX = 0.05, 2.0, 0.4
#: Weight of the other words within the range of an order that was recalled.
RECALLED = 0.3
#: A stated range of deaths is read as the central 90 per cent of a normal law.
RANGE = 2 * 1.645
#: Error of an index of democracy beside ours, without the model's own discrepancy: V-Dem, and Polity on the same scale.
VDEM, POLITY = 0.05, 0.1
YEAR = 52


@dataclass(frozen=True)
class Observed:
    """One coded outcome. kind: deaths, theirs, order_5, order_10, order_after, democracy; centre and error for
    numbers, words
    (order -> weight) for orders."""

    kind: str
    centre: float = np.nan
    error: float = np.nan
    words: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Reading:
    """Which weeks of a run an outcome is read from: kind -> (first, last) step, last excluded."""

    weeks: Mapping[str, tuple[int, int]]

    @property
    def quantities(self) -> tuple[str, ...]:
        """Recorded week by week."""
        return QUANTITIES

    @property
    def kinds(self) -> tuple[str, ...]:
        """Outcomes in their order."""
        return tuple(self.weeks)

    def features(self, weekly: Mapping[str, np.ndarray]) -> np.ndarray:
        """Outcomes of each member, (members, kinds). weekly: quantity -> (members, steps), those of `QUANTITIES`."""
        fighting = weekly["observed_state_based_deaths"] + weekly["observed_non_state_deaths"]
        columns = []
        for kind, (first, last) in self.weeks.items():
            if kind == "deaths":
                flows = weekly["deaths"][:, :last].sum(axis=1) + weekly["government_killed"][:, :last].sum(axis=1)
                columns.append(np.log10(1.0 + flows + weekly["fighters_dead"][:, last - 1]))
            elif kind == "theirs":
                columns.append(np.log10(1.0 + weekly["intervener_dead"][:, last - 1]))
            elif kind == "democracy":
                columns.append(weekly["democracy"][:, first:last].mean(axis=1))
            else:
                columns.append(np.log10(1.0 + fighting[:, first:last].sum(axis=1)))
        return np.stack(columns, axis=1)


def observed(case: Case) -> tuple[Observed, ...]:
    """What is coded of a case that a run can be set beside: numbers and words that are known."""
    out = []
    for kind, quantity in (("deaths", "local_dead"), ("theirs", "intervener_dead")):
        fact = case.one(quantity)
        if fact is not None and fact.number is not None and fact.range is not None:
            low, high = (np.log10(1.0 + max(end, 0.0)) for end in fact.range)
            out.append(Observed(kind, float(np.log10(1.0 + fact.number)), float((high - low) / RANGE)))
    for kind, quantity in (("order_5", "order_5y"), ("order_10", "order_10y"), ("order_after", "order_5y_after_end")):
        fact = case.one(quantity)
        if fact is not None and fact.value in ORDERS:
            out.append(Observed(kind, words=_words(fact.value, fact.low, fact.high)))
    index, polity = case.one("polyarchy_10y"), case.one("polity_10y")
    if index is not None and index.number is not None:
        out.append(Observed("democracy", index.number, VDEM))
    elif polity is not None and polity.number is not None and -10 <= polity.number <= 10:
        out.append(Observed("democracy", (polity.number + 10.0) / 20.0, POLITY))
    return tuple(out)


def _words(value: str, low: str, high: str) -> tuple[tuple[str, float], ...]:
    """Weights of the words within a range: all of it on the value where none is stated."""
    order = list(ORDERS)
    ends = [order.index(word) for word in (low or value, high or value) if word in ORDERS]
    inside = [word for word in order[min(ends) : max(ends) + 1] if word != value] if ends else []
    if not inside:
        return ((value, 1.0),)
    return ((value, 1.0 - RECALLED), *((word, RECALLED / len(inside)) for word in inside))


def reading_of(case: Case, problem: Problem) -> Reading:
    """Where each coded outcome of a case lies in a run of its problem; what the run does not reach is left out."""
    start = problem.start
    end_word = case.word("end")
    end = datetime.date.fromisoformat(end_word) if re.fullmatch(r"\d{4}-\d\d-\d\d", end_word) else None
    total = problem.steps
    until = min(_step(start, end, problem.step), total) if end is not None else total
    year = max(1, round(YEAR / problem.step))
    five, ten = (round(52.1775 * years / problem.step) for years in (5, 10))
    weeks: dict[str, tuple[int, int]] = {}
    for entry in observed(case):
        if entry.kind in ("deaths", "theirs"):
            weeks[entry.kind] = (0, max(until, 1))
            continue
        middle = {"order_5": five, "order_10": ten, "democracy": ten, "order_after": until + five}[entry.kind]
        if entry.kind == "order_after" and end is None:
            continue
        last = min(middle + year // 2, total)
        if last - year >= 0 and middle - year // 2 <= total - year // 2:
            weeks[entry.kind] = (last - year, last)
    return Reading(weeks)


def _step(start: datetime.date, day: datetime.date, step: float) -> int:
    return max(1, round((day - start).days / (7.0 * step)))


@dataclass(frozen=True)
class Stray:
    """Standard deviations for what neither coding nor the model explains: of deaths and of orders in decades, of
    democracy.
    """

    deaths: float
    order: float
    index: float


def likelihood_of(entries: Sequence[Observed], stray: Stray) -> LogLikelihood:
    """Log likelihood of coded outcomes at simulated values (sites, nodes)."""
    numbers = np.array([bool(np.isfinite(entry.centre)) for entry in entries])
    index = np.array([entry.kind == "democracy" for entry in entries])
    centre = np.array([entry.centre for entry in entries])
    error = np.array([entry.error for entry in entries])
    width = np.sqrt(np.where(np.isfinite(error), error, 0.0) ** 2 + np.where(index, stray.index, stray.deaths) ** 2)
    broad = np.where(index, BREADTH_OF_INDEX, BREADTH)
    weights = np.array([[dict(entry.words).get(word, 0.0) for word in ORDERS] for entry in entries])

    def log_likelihood(at: np.ndarray) -> np.ndarray:
        out = np.empty_like(at)
        rows = numbers
        z = (at[rows] - centre[rows, None]) / width[rows, None]
        far = (at[rows] - centre[rows, None]) / broad[rows, None]
        inside = np.exp(-0.5 * z**2) / width[rows, None]
        out[rows] = np.log((1.0 - ODD) * inside + ODD * np.exp(-0.5 * far**2) / broad[rows, None])
        rows = ~numbers
        if rows.any():
            # a range says that the coder was unsure of the word, so the mixture is of likelihoods
            inside = np.einsum("sw,snw->sn", weights[rows], chances(at[rows], stray.order))
            out[rows] = np.log((1.0 - ODD) * inside + ODD / len(ORDERS))
        return out

    return log_likelihood


def chances(at: np.ndarray, stray: float) -> np.ndarray:
    """Chance of every word of order at log10(1 + deaths of the year): (..., words)."""
    upper = ndtr((CONFLICT - at) / stray), ndtr((WAR - at) / stray)
    return np.stack([upper[0], upper[1] - upper[0], 1.0 - upper[1]], axis=-1)
