"""How large the set of divisions is that every community accepts: over offers of power and guarantees of them.

The rule of the bargain (E22 to E25, `politics.bargain`) is asked itself, as plain Python, with the state of each draw
at one date: no second copy of it stands here. With the pace of bargaining and the step at one, inclusion after the rule is
what a community would come to if the division held; it accepts where that chance is above one half, the governing
community where its consent is.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.program import program_of
from forbear.country.week import rule_named
from forbear.ensemble.session import open_session
from forbear.errors import RunError
from forbear.questions.policy_runs import PolicyRuns
from forbear.questions.results import Quantiles

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["GUARANTEES", "OFFERS", "Divisions", "acceptable_divisions"]

OFFERS = tuple(k / 10 for k in range(11))
GUARANTEES = (0.0, 0.5, 1.0)
RULE = "politics.bargain"


@dataclass(frozen=True)
class Divisions:
    """Which divisions are accepted.

    offers, guarantees: the grid; communities: by name; accepted: (communities, draws, offers, guarantees), booleans;
    date: of the state that was asked; chance: above which a community counts as accepting.
    """

    offers: tuple[float, ...]
    guarantees: tuple[float, ...]
    communities: tuple[str, ...]
    accepted: np.ndarray
    date: datetime.date
    chance: float
    given: str = ""

    @property
    def by_all(self) -> np.ndarray:
        """(draws, offers, guarantees): True where every community accepts."""
        return np.asarray(self.accepted.all(axis=0))

    @property
    def size(self) -> np.ndarray:
        """(draws,): share of the grid that every community accepts."""
        return np.asarray(self.by_all.mean(axis=(1, 2)))

    @property
    def empty(self) -> float:
        """Share of draws in which no division on the grid is accepted by all."""
        return float((self.size == 0).mean())

    def lines(self) -> list[str]:
        """For a terminal: the size of the set, and by guarantee how often an offer is accepted by all."""
        spread = Quantiles.of(self.size)
        out = [
            f"divisions that every community accepts, {self.date}, {self.accepted.shape[1]} {self.given or 'draws'}",
            f"share of {len(self.offers)} offers x {len(self.guarantees)} guarantees: "
            f"{spread.p50:.0%} ({spread.p05:.0%} to {spread.p95:.0%}); none at all in {self.empty:.0%} of draws",
            "share of draws in which all accept, by offer",
            f"{'guarantee':>10} " + " ".join(f"{offer:>6.2g}" for offer in self.offers),
        ]  # fmt: skip
        for place, guarantee in enumerate(self.guarantees):
            row = self.by_all[:, :, place].mean(axis=0)
            out.append(f"{guarantee:>10.2g} " + " ".join(f"{share:>6.0%}" for share in row))
        out.append("and of draws in which each community accepts some of them")
        out[1] = out[1].replace("%", " %")
        for name, own in zip(self.communities, self.accepted, strict=True):
            out.append(f"{name:>20} {own.any(axis=(1, 2)).mean():.0%}".replace("%", " %"))
        return out


def acceptable_divisions(
    scenario: Scenario,
    worlds: PolicyRuns,
    *,
    at: datetime.date | None = None,
    offers: Sequence[float] = OFFERS,
    guarantees: Sequence[float] = GUARANTEES,
    chance: float = 0.5,
) -> Divisions:
    """Ask every draw which divisions would be accepted.

    Parameters
    ----------
    scenario
        Its levers are in force until the date; the two of the division are then replaced.
    worlds
        Draws of the uncertainties and the seed of the luck; one run of each.
    at
        The date; a year after the start when absent.
    offers, guarantees
        Values of `politics.offer` and `politics.guarantee`, 0 to 1.
    chance
        Above which a community counts as accepting, between 0 and 1.

    Returns
    -------
    Divisions
        Draws that failed are left out.

    Raises
    ------
    RunError
        E444 for a date outside the run, E441 for values that are no shares or none at all; as `open_session`.
    """
    for name, values in (("offers", offers), ("guarantees", guarantees), ("chance", (chance,))):
        if not len(values) or not all(0.0 <= value <= 1.0 for value in values):
            raise RunError("E441", f"{name}: {list(values)!r} are no shares between 0 and 1")
    problem = scenario.problem()
    day = at or scenario.start + datetime.timedelta(days=365)
    dates = np.asarray(problem.dates, dtype="datetime64[D]")
    step = int(np.searchsorted(dates, np.datetime64(day)))
    if not 0 < step < problem.steps:
        raise RunError("E444", f"{day} is not within the run", hint=f"after {scenario.start} and before {scenario.end}")
    session = open_session(
        problem, members=worlds.members, seed=worlds.seed, parameters=worlds.parameters, workers=worlds.workers,
        weekly=(), monthly=(),
    )  # fmt: skip
    session.advance(until=step)
    week = program_of(tuple(n for n, _ in problem.extensions)).week
    source = next(rule for rule in week if f"{rule.room}.{rule.name}" == RULE)
    names = {symbol.name for symbol in (*source.reads, *source.writes) if symbol.space == "now"}
    states = {name: session.state(name).values for name in sorted(names)}
    fact = _facts(problem)
    good = np.flatnonzero(~session.failed)
    communities = tuple(problem.names["community"])
    accepted = np.zeros((len(communities), len(good), len(offers), len(guarantees)), dtype=bool)
    levers = {name: value[step] if value[step].shape else float(value[step]) for name, value in problem.levers.items()}
    bargain = rule_named(RULE)
    for row, member in enumerate(good):
        given = SimpleNamespace(
            **{k: v[member] if v[member].shape else float(v[member]) for k, v in worlds.parameters.items()}
        )
        given.bargaining_pace = 1.0
        for i, offer in enumerate(offers):
            for j, guarantee in enumerate(guarantees):
                now = SimpleNamespace(**{name: _own(value[member]) for name, value in states.items()})
                lever = SimpleNamespace(**{**levers, "offer": offer, "guarantee": guarantee})
                bargain(now, given, lever, fact)
                for g in range(len(communities)):
                    likely = now.consent if fact.governs[g] > 0 else now.inclusion[g]
                    accepted[g, row, i, j] = likely > chance
    return Divisions(tuple(offers), tuple(guarantees), communities, accepted, day, chance)


def _own(value: np.ndarray) -> Any:
    return np.array(value, dtype=float) if value.shape else float(value)


def _facts(problem: Any) -> SimpleNamespace:
    """Facts as rules read them, with a step of one and the loops that the bargain has."""
    fact = SimpleNamespace(
        **{n: np.asarray(v) if np.asarray(v).shape else np.asarray(v).item() for n, v in problem.facts.items()}
    )
    fact.step = 1.0
    fact.districts, fact.communities, fact.organisations = (
        range(len(problem.names[over])) for over in ("district", "community", "organisation")
    )
    return fact
