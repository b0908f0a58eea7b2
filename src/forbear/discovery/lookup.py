"""What to look up first: which guessed facts of a country move the answer most, and how much of its range they make.

Design. `draws` sets of guessed facts from a Latin hypercube over their ranges (`guessed.py`); under each, the same
members (parameters from the prior or a posterior, and luck) run once under the plan and once with nobody intervening.
Facts, parameters and luck are thus crossed, and the two policies paired.

Index of a fact: first-order Sobol index, the share of an outcome's variance that knowing the fact alone would be
expected to take away, estimated from the given draws (`given_draws.first_order_from_draws`) on the means over members,
and scaled from the variance of those means to that of single members. Amounts are on a logarithmic scale (log of one
plus), differences are plan less never intervening on that scale. Its standard error comes from resampled draws. An index within
three standard errors of zero is reported as nothing shown.

All guessed facts together: `first` is Var[E(outcome | facts)] / Var, `total` is E[Var(outcome | parameters, luck)] / Var,
which counts interactions with parameters and luck in. What is left is parameters (assumption or data) and luck.

Sources: Sobol (2001), Math. Comput. Simulation 55; Plischke, Borgonovo and Smith (2013), European J. Operational
Research 226. An index says what knowing a fact would tell, under the stated ranges: a range too narrow hides its fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.discovery.given_draws import first_order_from_draws
from forbear.discovery.guessed import GuessedFact, draw_facts, guessed_facts, unvaried_facts
from forbear.ensemble.design import draw_priors
from forbear.ensemble.engine import Engine
from forbear.ensemble.progress import Meter, NoMeter
from forbear.ensemble.results import dataset_of
from forbear.questions.streams import stream
from forbear.scenario.casefiles.policies import without_intervention
from forbear.scenario.outcomes import OUTCOMES, recorded, values_of

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem
    from forbear.scenario.scenario import Scenario

__all__ = ["DIFFERENCES", "MAIN", "Lookup", "hypercube", "look_up_first", "lookup_lines", "never_of", "run_facts"]

MAIN = ("deaths", "displaced", "intervener_deaths", "cost", "governance", "democracy")
DIFFERENCES = ("deaths", "displaced", "governance", "democracy")
#: Standard errors above zero from which an index counts as shown.
SHOWN = 3.0


@dataclass(frozen=True)
class Lookup:
    """facts in order of rank; columns: "deaths", ..., "deaths, plan less never", ...; share and error: (facts, columns).

    together: column to (first, total) of all guessed facts; unvaried: (name, why); draws, members, seed of the design.
    """

    facts: tuple[GuessedFact, ...]
    columns: tuple[str, ...]
    share: np.ndarray
    error: np.ndarray
    together: Mapping[str, tuple[float, float]]
    unvaried: tuple[tuple[str, str], ...]
    draws: int
    members: int
    seed: int

    def most(self, row: int) -> tuple[float, str] | None:
        """The largest index of a fact that is shown, with its column; None where nothing is."""
        shown = np.where(self.share[row] > SHOWN * self.error[row], self.share[row], 0.0)
        place = int(np.argmax(shown))
        return (float(shown[place]), self.columns[place]) if shown[place] > 0.005 else None

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers for JSON."""
        return {
            "design": {"draws": self.draws, "members": self.members, "seed": self.seed, "shown_beyond_errors": SHOWN},
            "columns": list(self.columns),
            "together": {k: {"first": v[0], "total": v[1]} for k, v in self.together.items()},
            "facts": [
                {
                    "name": f.name, "state": f.state, "range": f.span, "range_stated": f.stated_range, "unit": f.unit, "meaning": f.meaning,
                    "shown": self.most(row) is not None,
                    "share": {c: float(self.share[row, k]) for k, c in enumerate(self.columns)},
                    "error": {c: float(self.error[row, k]) for k, c in enumerate(self.columns)},
                }
                for row, f in enumerate(self.facts)
            ],
            "unvaried": [{"name": name, "why": why} for name, why in self.unvaried],
        }  # fmt: skip


def look_up_first(
    scenario: Scenario,
    *,
    parameters: Callable[[int], Mapping[str, np.ndarray]] | None = None,
    draws: int = 192,
    members: int = 32,
    seed: int = 1,
    workers: int | None = None,
    meter: Meter | None = None,
) -> Lookup | None:
    """Rank the guessed facts of a scenario by what knowing each would tell; None where none can be varied.

    parameters: members to name -> (members, *dimensions), prior draws when None. Randomness: the streams "guessed facts"
    and "first order" of `seed`, and the members' own. Raises as `Scenario.problem` and `Engine`; ValueError below 40 draws.
    """

    facts = guessed_facts(scenario)
    if not facts:
        return None
    problem, never = scenario.problem(), never_of(scenario).problem()
    given = parameters(members) if parameters else draw_priors(problem, np.arange(members, dtype=np.uint32), seed)
    u = hypercube(draws, len(facts), stream(seed, "guessed facts"))
    names = tuple(dict.fromkeys((*MAIN, *DIFFERENCES)))
    shown = meter or NoMeter()
    shown.start(2 * draws, "varying what is guessed")
    sets = [draw_facts(problem, facts, row) for row in u]
    plan = run_facts(problem, sets, given, names, seed, workers, shown)
    without = run_facts(never, sets, given, tuple(DIFFERENCES), seed, workers, shown)
    shown.finish()
    scaled = {name: _scaled(name, plan[name]) for name in MAIN}
    scaled |= {f"{name}, plan less never": _scaled(name, plan[name]) - _scaled(name, without[name]) for name in DIFFERENCES}  # fmt: skip
    columns = tuple(scaled)
    value, error = np.zeros((2, len(facts), len(columns)))
    together: dict[str, tuple[float, float]] = {}
    for place, (name, table) in enumerate(scaled.items()):
        good = table[:, np.isfinite(table).all(axis=0)]
        whole, middle = float(good.var()), good.mean(axis=1)
        if whole <= 1e-12 or good.shape[1] < 2:
            together[name] = (0.0, 0.0)
            continue
        part = float(middle.var()) / whole
        index = first_order_from_draws(u, middle, seed)
        value[:, place], error[:, place] = np.maximum(index.value, 0.0) * part, index.standard_error * part
        total = float(good.var(axis=0, ddof=1).mean()) / whole
        # means over so many members still hold their share of the interactions
        first = max(0.0, part - (total - part) / max(1, good.shape[1] - 1))
        together[name] = (first, min(1.0, max(total, first)))
    order = np.argsort(
        -np.where(value > SHOWN * error, value, 0.0).max(axis=1) - 1e-6 * value.max(axis=1), kind="stable"
    )
    return Lookup(
        tuple(facts[k] for k in order), columns, value[order], error[order], together, tuple(unvaried_facts(scenario)), draws, members, seed
    )  # fmt: skip


def never_of(scenario: Scenario) -> Scenario:
    """The scenario with nobody intervening: its own strategy of that kind, else the lever alone. Raises as `Strategy.apply`."""
    return without_intervention(scenario).apply(scenario)


def hypercube(rows: int, columns: int, generator: np.random.Generator) -> np.ndarray:
    """A Latin hypercube, (rows, columns), in (0, 1): each column has one point in each of `rows` equal slices."""
    if columns == 0:
        return np.zeros((rows, 0))
    places = np.stack([generator.permutation(rows) for _ in range(columns)], axis=1)
    return (places + generator.random((rows, columns))) / rows


def run_facts(
    problem: Problem,
    sets: Sequence[Mapping[str, np.ndarray]],
    given: Mapping[str, np.ndarray],
    names: tuple[str, ...],
    seed: int,
    workers: int | None,
    meter: Meter,
) -> dict[str, np.ndarray]:
    """Run the same members under each set of facts: outcome -> (sets, members).

    A member whose numbers became infinite is NaN. Randomness: the members' own, the same under every set.
    """

    weekly = recorded(list(names))
    count = len(next(iter(given.values())))
    identities = np.arange(count, dtype=np.uint32)
    out = {name: np.full((len(sets), count), np.nan) for name in names}

    def one(place: int) -> None:
        engine = Engine(problem.with_facts(sets[place]), weekly=weekly)
        block = engine.run(given, identities, seed)
        data = dataset_of(problem, block, identities, {})
        for name in names:
            out[name][place] = np.where(block.failed, np.nan, values_of(data, name))
        meter.advance(1)

    if sets:
        one(0)  # compiles, where that is still to be done
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(one, range(1, len(sets))):
            pass
    return out


def _scaled(name: str, values: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(values, 0.0) + 1.0) if OUTCOMES[name].kind == "ratio" else values


def lookup_lines(found: Lookup, rows: int = 12) -> list[str]:
    """The table in plain lines: what to look up first, in which range it was varied, and what knowing it would tell."""
    out = [
        f"look this up first: share of the range of an outcome that knowing the fact would take away "
        f"({found.draws} sets of facts x {found.members} simulated histories)",
        f"    {'fact':<44}{'state':<10}{'varied over':<20}{'share':>7}  of",
    ]
    told = [(row, most) for row in range(len(found.facts)) if (most := found.most(row)) is not None]
    for row, (value, column) in told[:rows]:
        fact = found.facts[row]
        out.append(f"    {fact.name:<44}{fact.state:<10}{fact.span:<20}{_percent(value):>7}  {_title(column)}")
    silent = len(found.facts) - len(told)
    if len(told) > rows:
        out.append(f"    ... and {len(told) - rows} more")
    if silent:
        out.append(f"    nothing shown for {silent} other guessed or unstated facts")
    for name in ("deaths", "governance", "deaths, plan less never", "governance, plan less never"):
        first, total = found.together[name]
        out.append(f"all of them together: {_percent(first)} of the range of {_title(name)} alone, {_percent(total)} with what they work together with")  # fmt: skip
    if found.unvaried:
        out.append(f"not varied: {'; '.join(f'{name} ({why})' for name, why in found.unvaried[:8])}" + ("; ..." if len(found.unvaried) > 8 else ""))  # fmt: skip
    return out


def _percent(value: float) -> str:
    return "<1 %" if value < 0.01 else f"{value:.0%}".replace("%", " %")


def _title(column: str) -> str:
    name, _, rest = column.partition(", ")
    return OUTCOMES[name].title + (f", {rest}" if rest else "")
