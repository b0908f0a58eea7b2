"""The meadow person by person: an outside reference for the lumping of people into cohorts.

Every resident, fighter, detainee, soldier is one entry of an array with a district, a community or organisation,
and a state. The rules of the rooms are run as plain Python (no kernel, no cohort sampler); whenever a rule asks how
many of n people something happens to, n coins are tossed one by one and that many persons are picked and moved when the
rule moves the count. At the end of every week the census of persons must equal the model's counts exactly.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from forbear.country.declare import DIMENSIONS
from forbear.country.model import FIXED_MEMBERS, MODEL
from forbear.country.week import BEGIN, WEEK, rule_named
from forbear.country.words import drawing_with
from forbear.ensemble.engine import event_size_facts

#: What was counted in from outside: persons who came from abroad, and those who were born.
ENTRIES = ("foreigners_arrived", "born")


def entered(now: Any) -> float:
    """How many persons have come into the country's books since the start."""
    return float(sum(getattr(now, name).sum() for name in ENTRIES))


class Coins:
    """Luck in which every person tosses a coin of their own."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)

    def binomial(self, name: str, n: float, p: float) -> float:
        """Toss n coins."""
        assert n == np.floor(n) and n >= 0, (name, n)
        return float((self.generator.random(int(n)) < p).sum())

    def poisson(self, name: str, mean: float) -> float:
        """Events in a unit of time at exponential intervals."""
        if mean <= 0:
            return 0.0
        count, elapsed = 0, self.generator.exponential(1 / mean)
        while elapsed < 1:
            count += 1
            elapsed += self.generator.exponential(1 / mean)
        return float(count)

    def normal(self, name: str) -> float:
        """A standard normal."""
        return float(self.generator.standard_normal())

    def uniform(self, name: str) -> float:
        """A uniform."""
        return float(self.generator.random())


class Persons:
    """Every person of the country, moved between states so as to follow the counts; the census is what is left."""

    def __init__(self, now: Any, problem: Any, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        self.stocks = [q for q in MODEL.quantities.values() if q.people and q.name not in ENTRIES]
        self.home = problem.facts["home"]
        self.state: list[tuple[str, tuple[int, ...]]] = []
        for stock in self.stocks:
            for place in np.ndindex(getattr(now, stock.name).shape):
                self.state.extend([(stock.name, place)] * int(getattr(now, stock.name)[place]))

    def follow(self, now: Any) -> int:
        """Move persons until every stock has as many as the model counts; return how many had to be born.

        Somebody who leaves one stock is whoever joins another of the same district and community; persons are
        neither made nor lost except for those who came from abroad or were born.
        """
        where: dict[tuple[str, tuple[int, ...]], list[int]] = {}
        for person, state in enumerate(self.state):
            where.setdefault(state, []).append(person)
        free: dict[tuple[int, int], list[int]] = {}
        wanted: list[tuple[tuple[str, tuple[int, ...]], tuple[int, int], int]] = []
        for stock in self.stocks:
            counts = getattr(now, stock.name)
            for place in np.ndindex(counts.shape):
                state = (stock.name, place)
                group = (place[0], int(self.home[place[1]]) if "organisation" in stock.over else place[1])
                there = where.get(state, [])
                excess = len(there) - int(counts[place])
                if excess > 0:
                    leavers = self.generator.choice(there, excess, replace=False)
                    free.setdefault(group, []).extend(int(p) for p in leavers)
                elif excess < 0:
                    wanted.append((state, group, -excess))
        born = 0
        for state, group, number in wanted:
            for _ in range(number):
                if free.get(group):
                    self.state[free[group].pop()] = state
                else:
                    self.state.append(state)
                    born += 1
        lost = sum(map(len, free.values()))
        assert lost == 0, f"{lost} persons vanished"
        return born


def simulate(
    problem: Any, parameters: dict[str, np.ndarray], member: int, seed: int, persons: bool = False
) -> dict[str, np.ndarray]:
    """Run the rules as plain Python for one member; weekly national values of all stocks and flows.

    With `persons` every person is moved along and the census compared every week.
    """
    sizes = {
        **{d: len(names) for d, names in problem.names.items()},
        **{d: len(names) for d, names in FIXED_MEMBERS.items()},
    }
    now = SimpleNamespace(
        **{q.name: np.zeros([sizes[d] for d in q.over]) if q.over else 0.0 for q in MODEL.quantities.values()}
    )
    given = SimpleNamespace(**{n: (v[member] if v[member].shape else float(v[member])) for n, v in parameters.items()})
    facts: dict[str, Any] = {**problem.facts, **event_size_facts(), "step": problem.step}
    fact = SimpleNamespace(
        **{n: (np.asarray(v) if np.asarray(v).shape else np.asarray(v).item()) for n, v in facts.items()}
    )
    for dimension, plural in DIMENSIONS.items():
        setattr(fact, plural, range(sizes[dimension]))

    def levers(index: int) -> Any:
        return SimpleNamespace(
            **{n: (v[index] if v[index].shape else float(v[index])) for n, v in problem.levers.items()}
        )

    coins = Coins(seed)
    weekly: dict[str, list[float]] = {q.name: [] for q in MODEL.quantities.values()}
    with drawing_with(coins):
        for name in BEGIN:
            rule_named(name)(now, given, levers(0), fact)
        census = Persons(now, problem, seed + 1) if persons else None
        arrived = entered(now)
        for index in range(problem.steps):
            lever = levers(index)
            for name in WEEK:
                rule_named(name)(now, given, lever, fact)
            if census is not None:
                born = census.follow(now)
                assert born == entered(now) - arrived, (index, born)
                arrived = entered(now)
                assert np.array_equal(now.hosted.sum(axis=0), now.displaced.sum(axis=0)), index
            for name, values in weekly.items():
                values.append(float(np.sum(getattr(now, name))))
    return {name: np.array(values) for name, values in weekly.items()}
