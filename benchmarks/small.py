"""The small model that every tool of `peers.py` runs: districts x communities, three living states, five draws a week.

Every week, in district d and community g, with rates a week and P(rate) = 1 - exp(-rate):

    violence[d]    = lethality * sum over g of fighters[d, g] / people[d]
    turning[d]     = recruit + resent * violence[d]
    leaving        ~ Binomial(neutral, P(turning + violence));     killed ~ Binomial(leaving, violence / (turning + violence))
    moving         ~ Binomial(supporters, P(calm + arm));          armed  ~ Binomial(moving, arm / (calm + arm))
    lost           ~ Binomial(fighters, P(loss))
    neutral       += (moving - armed) - leaving
    supporters    += (leaving - killed) - moving
    fighters      += armed - lost
    dead          += killed + lost

It is invented and says nothing about any country. An agent who draws one uniform number a week against the same
probabilities has the same distribution; a system-dynamics model has the draws' expectations as flows.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from forbear.country.words import binomial, probability, total
from forbear.ensemble.engine import Engine
from forbear.ensemble.layout import Layout
from forbear.ensemble.levers import lever_table, reactive_plan
from forbear.ensemble.recording import Recording
from forbear.kernel import woven
from forbear.kernel.language import Program, Symbol, Vocabulary, read_rule

RATES = {"lethality": 0.02, "recruit": 0.002, "resent": 4.0, "calm": 0.01, "arm": 0.004, "loss": 0.02}
STATES = ("neutral", "supporters", "fighters", "dead")


@dataclass(frozen=True)
class Small:
    """How large: districts, communities, weeks, and people in each community of a district."""

    districts: int = 6
    communities: int = 3
    weeks: int = 104
    people: int = 500

    @property
    def population(self) -> int:
        """All people."""
        return self.districts * self.communities * self.people

    def start(self) -> dict[str, np.ndarray]:
        """State at the start, (districts, communities): a tenth support, a fiftieth fight."""
        shape = (self.districts, self.communities)
        supporters, fighters = np.full(shape, self.people // 10), np.full(shape, self.people // 50)
        return {
            "neutral": self.people - supporters - fighters, "supporters": supporters, "fighters": fighters,
            "dead": np.zeros(shape, dtype=int),
        }  # fmt: skip


def begin(now, given, lever, fact):  # type: ignore[no-untyped-def]
    """Rule of the kernel: the state at the start."""
    for d in fact.districts:
        for g in fact.communities:
            now.neutral[d, g] = fact.neutral_at_start[d, g]
            now.supporters[d, g] = fact.supporters_at_start[d, g]
            now.fighters[d, g] = fact.fighters_at_start[d, g]


def week(now, given, lever, fact):  # type: ignore[no-untyped-def]
    """Rule of the kernel: one week."""
    for d in fact.districts:
        violence = given.lethality * total(now.fighters[d, g] for g in fact.communities) / fact.people_of[d]
        turning = given.recruit + given.resent * violence
        for g in fact.communities:
            leaving = binomial("leaving", now.neutral[d, g], probability(turning + violence))
            killed = binomial("killed", leaving, violence / (turning + violence))
            moving = binomial("moving", now.supporters[d, g], probability(given.calm + given.arm))
            armed = binomial("armed", moving, given.arm / (given.calm + given.arm))
            lost = binomial("lost", now.fighters[d, g], probability(given.loss))
            now.neutral[d, g] += moving - armed - leaving
            now.supporters[d, g] += leaving - killed - moving
            now.fighters[d, g] += armed - lost
            now.dead[d, g] += killed + lost


class SmallEngine(Engine):
    """The engine of the real country with these two rules in place of the country's."""

    def __init__(self, size: Small, weekly: tuple[str, ...] = STATES) -> None:
        over = ("district", "community")
        symbols = {f"now.{name}": Symbol("now", name, over) for name in STATES}
        symbols |= {f"given.{name}": Symbol("given", name, ()) for name in RATES}
        facts = {f"{name}_at_start": over for name in STATES[:3]} | {"people_of": ("district",)}
        symbols |= {f"fact.{name}": Symbol("fact", name, dims) for name, dims in facts.items()}
        names = {
            "district": tuple(map(str, range(size.districts))),
            "community": tuple(map(str, range(size.communities))),
        }
        start = size.start()
        values = {f"{name}_at_start": start[name] for name in STATES[:3]}
        values["people_of"] = np.full(size.districts, size.communities * size.people)
        self.problem = SimpleNamespace(  # type: ignore[assignment]
            steps=size.weeks, months=np.zeros(size.weeks, int), month_labels=("only",), rules=(), step=1.0, levers={}
        )
        self.steps_to_run = size.weeks
        words = Vocabulary(symbols, {"district": "districts", "community": "communities"})
        rules = ((read_rule(rule, "small", words),) for rule in (begin, week))
        self.program = Program(symbols, *rules, tuple(words.loops))
        self.layout, self.kernel, self.dtype = Layout(self.program, names), "lanes", np.float32
        self.weekly, self.monthly, self.last = list(weekly), [], []
        self._real = self._facts(self.layout.real, values, np.float32)
        self._whole = self._facts(self.layout.whole, values, np.int64)
        self.recording = Recording.of(self.layout, weekly, (), ())
        self.lever_table = lever_table(self.layout, {}, size.weeks, np.float32)
        self.rules, self.longest_window = reactive_plan(self.problem, self.layout)
        self._woven = woven.load(self.program, "lanes")

    def module(self):  # type: ignore[no-untyped-def]
        """See Engine."""
        return self._woven


def with_kernel(engine: SmallEngine, members: int, seed: int) -> np.ndarray:
    """Totals of the four states at the end, (members, 4), by forbear's lanes."""
    out = []
    for first in range(0, members, 128):
        identities = np.arange(first, min(first + 128, members), dtype=np.uint32)
        given = {name: np.full(len(identities), rate) for name, rate in RATES.items()}
        block = engine.run(given, identities, seed)
        out.append(np.stack([block.weekly[name][:, -1] for name in STATES], axis=1))
    return np.concatenate(out)


def with_numpy(size: Small, members: int, seed: int) -> np.ndarray:
    """The same with NumPy: whole runs, vectorised over members, districts and communities."""
    draw = np.random.default_rng(seed).binomial
    n, s, f, x = (np.broadcast_to(v, (members, *v.shape)).astype(np.int64) for v in size.start().values())
    r, people = RATES, size.communities * size.people
    for _ in range(size.weeks):
        violence = (r["lethality"] * f.sum(axis=2, keepdims=True) / people) * np.ones_like(f)
        turning = r["recruit"] + r["resent"] * violence
        leaving = draw(n, -np.expm1(-(turning + violence)))
        killed = draw(leaving, violence / (turning + violence))
        moving = draw(s, -np.expm1(-(r["calm"] + r["arm"])))
        armed = draw(moving, r["arm"] / (r["calm"] + r["arm"]))
        lost = draw(f, -np.expm1(-r["loss"]))
        n, s = n + moving - armed - leaving, s + leaving - killed - moving
        f, x = f + armed - lost, x + killed + lost
    return np.stack([v.sum(axis=(1, 2)) for v in (n, s, f, x)], axis=1)


def expected(size: Small) -> np.ndarray:
    """Totals at the end, (4,), when every draw is replaced by its expectation: what a system-dynamics tool computes."""
    n, s, f, x = (v.astype(float) for v in size.start().values())
    r, people = RATES, size.communities * size.people
    for _ in range(size.weeks):
        violence = r["lethality"] * f.sum(axis=1, keepdims=True) / people
        turning = r["recruit"] + r["resent"] * violence
        leaving = n * -np.expm1(-(turning + violence))
        killed = leaving * violence / (turning + violence)
        moving = s * -np.expm1(-(r["calm"] + r["arm"]))
        armed = moving * r["arm"] / (r["calm"] + r["arm"])
        lost = f * -np.expm1(-r["loss"])
        n, s = n + moving - armed - leaving, s + leaving - killed - moving
        f, x = f + armed - lost, x + killed + lost
    return np.array([v.sum() for v in (n, s, f, x)])
