"""The small model in other tools. Each function returns totals of the four states at the end, (runs, 4).

Agents draw one uniform number a week each against the probabilities of their district, as `small.py` says.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from small import RATES, STATES, Small

NEUTRAL, SUPPORTER, FIGHTER, DEAD = range(4)


def chances(fighters: int, people: int) -> tuple[float, float, float, float, float, float]:
    """Of one district: turning away from neutral, killed, calming down, arming, being lost; the first two exclude each other."""
    r = RATES
    violence = r["lethality"] * fighters / people
    turning = r["recruit"] + r["resent"] * violence
    out = -np.expm1(-(turning + violence))
    moving = -np.expm1(-(r["calm"] + r["arm"]))
    share = r["arm"] / (r["calm"] + r["arm"])
    killed = out * violence / (turning + violence)
    return out - killed, killed, moving * (1 - share), moving * share, -np.expm1(-r["loss"]), violence


def _places(size: Small) -> list[tuple[int, int]]:
    start = size.start()
    return [
        (district, state)
        for district in range(size.districts)
        for community in range(size.communities)
        for state, name in enumerate(STATES[:3])
        for _ in range(int(start[name][district, community]))
    ]


def _move(agent, u: float, now: tuple[float, ...]) -> None:  # type: ignore[no-untyped-def]
    turning, killed, calming, arming, lost, _ = now
    state = agent.state
    if state == NEUTRAL:
        if u < turning:
            agent.state = SUPPORTER
        elif u < turning + killed:
            agent.state = DEAD
    elif state == SUPPORTER:
        if u < calming:
            agent.state = NEUTRAL
        elif u < calming + arming:
            agent.state = FIGHTER
    elif state == FIGHTER and u < lost:
        agent.state = DEAD


def with_mesa(size: Small, runs: int, seed: int) -> np.ndarray:
    """Mesa: an agent for each person, activated with AgentSet.do."""
    import mesa

    class Person(mesa.Agent):
        def __init__(self, model, district: int, state: int) -> None:  # type: ignore[no-untyped-def]
            super().__init__(model)
            self.district, self.state = district, state

        def step(self) -> None:
            _move(self, self.random.random(), self.model.chances[self.district])

    class Country(mesa.Model):
        def __init__(self, seed: int) -> None:
            super().__init__(seed=seed)
            for district, state in _places(size):
                Person(self, district, state)
            self.chances: list[tuple[float, ...]] = []

        def step(self) -> None:
            fighters = [0] * size.districts
            for agent in self.agents:
                fighters[agent.district] += agent.state == FIGHTER
            self.chances = [chances(n, size.communities * size.people) for n in fighters]
            self.agents.do("step")

    out = []
    for run in range(runs):
        country = Country(seed * 1000 + run)
        for _ in range(size.weeks):
            country.step()
        out.append(np.bincount([agent.state for agent in country.agents], minlength=4))
    return np.array(out)


def with_agentpy(size: Small, runs: int, seed: int) -> np.ndarray:
    """AgentPy: an agent for each person, AgentList.step."""
    import agentpy

    class Person(agentpy.Agent):
        def setup(self) -> None:
            self.district = self.state = 0

        def step(self) -> None:
            _move(self, self.model.random.random(), self.model.chances[self.district])

    class Country(agentpy.Model):
        def setup(self) -> None:
            self.people = agentpy.AgentList(self, size.population, Person)
            for agent, (district, state) in zip(self.people, _places(size), strict=True):
                agent.district, agent.state = district, state

        def step(self) -> None:
            fighters = [0] * size.districts
            for agent in self.people:
                fighters[agent.district] += agent.state == FIGHTER
            self.chances = [chances(n, size.communities * size.people) for n in fighters]
            self.people.step()

    out = []
    for run in range(runs):
        country = Country({"steps": size.weeks, "seed": seed * 1000 + run})
        country.run(display=False)
        out.append(np.bincount([agent.state for agent in country.people], minlength=4))
    return np.array(out)


@cache
def _jax_run(size: Small, runs: int):  # type: ignore[no-untyped-def]
    import jax
    import jax.numpy as jnp

    r, people = RATES, size.communities * size.people
    start = [jnp.asarray(np.broadcast_to(v, (runs, *v.shape)), dtype=jnp.float32) for v in size.start().values()]

    def step(state, key):  # type: ignore[no-untyped-def]
        n, s, f, x = state
        keys = jax.random.split(key, 5)
        violence = r["lethality"] * f.sum(axis=2, keepdims=True) / people * jnp.ones_like(f)
        turning = r["recruit"] + r["resent"] * violence
        leaving = jax.random.binomial(keys[0], n, -jnp.expm1(-(turning + violence)))
        killed = jax.random.binomial(keys[1], leaving, violence / (turning + violence))
        moving = jax.random.binomial(keys[2], s, -np.expm1(-(r["calm"] + r["arm"])))
        armed = jax.random.binomial(keys[3], moving, r["arm"] / (r["calm"] + r["arm"]))
        lost = jax.random.binomial(keys[4], f, -np.expm1(-r["loss"]))
        new = (n + moving - armed - leaving, s + leaving - killed - moving, f + armed - lost, x + killed + lost)
        return new, None

    @jax.jit
    def run(key):  # type: ignore[no-untyped-def]
        state, _ = jax.lax.scan(step, tuple(start), jax.random.split(key, size.weeks))
        return jnp.stack([v.sum(axis=(1, 2)) for v in state], axis=1)

    return run


def with_jax(size: Small, runs: int, seed: int) -> np.ndarray:
    """JAX on the CPU: members in one array, weeks in lax.scan, jax.random.binomial; compiled before it is timed."""
    import jax

    return np.asarray(_jax_run(size, runs)(jax.random.key(seed)))


def _vensim(size: Small) -> str:
    districts, communities = (
        ", ".join(f"{p}{i + 1}" for i in range(n)) for p, n in (("d", size.districts), ("g", size.communities))
    )
    both = "[district,community]"
    start = {name: float(values[0, 0]) for name, values in size.start().items()}
    equations = [
        f"district: {districts}", f"community: {communities}",
        *(f"{name} = {value}" for name, value in RATES.items()),
        f"people of = {size.communities * size.people}",
        "violence[district] = lethality * SUM(fighters[district,community!]) / people of",
        "turning[district] = recruit + resent * violence[district]",
        f"leaving{both} = neutral{both} * (1 - EXP(-(turning[district] + violence[district])))",
        f"killed{both} = leaving{both} * violence[district] / (turning[district] + violence[district])",
        f"moving{both} = supporters{both} * (1 - EXP(-(calm + arm)))",
        f"armed{both} = moving{both} * arm / (calm + arm)",
        f"lost{both} = fighters{both} * (1 - EXP(-loss))",
        f"neutral{both} = INTEG(moving{both} - armed{both} - leaving{both}, {start['neutral']})",
        f"supporters{both} = INTEG(leaving{both} - killed{both} - moving{both}, {start['supporters']})",
        f"fighters{both} = INTEG(armed{both} - lost{both}, {start['fighters']})",
        f"dead{both} = INTEG(killed{both} + lost{both}, 0.0)",
        "elapsed = INTEG(1.0, 0.0)",  # PySD 3.14 mixes stocks up when all have one shape
        "INITIAL TIME = 0", f"FINAL TIME = {size.weeks}", "TIME STEP = 1", "SAVEPER = TIME STEP",
    ]  # fmt: skip
    return "{UTF-8}\n" + "".join(f"{line}\n\t~\t\n\t~\t\n\t|\n\n" for line in equations)


@cache
def _pysd_model(size: Small):  # type: ignore[no-untyped-def]
    import pysd

    folder = Path(tempfile.mkdtemp(prefix="forbear-pysd-"))
    (folder / "small.mdl").write_text(_vensim(size), encoding="utf-8")
    return pysd.read_vensim(str(folder / "small.mdl"))


def with_pysd(size: Small, runs: int, seed: int) -> np.ndarray:
    """PySD: a Vensim file of the same equations without luck (the tool has no binomial draws); translated before it is timed."""
    model = _pysd_model(size)
    out = []
    for _ in range(runs):
        table = model.run(return_columns=list(STATES), return_timestamps=[size.weeks])
        out.append([float(np.sum([table[c].iloc[-1] for c in table.columns if c.startswith(name)])) for name in STATES])
    return np.array(out)
