"""Many policies run over the same draws with common random numbers: the one place from which answers take their
numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.design import SharedDraws
from forbear.ensemble.kept import Kept
from forbear.ensemble.pieces import BlockRun, run_blocks, threads_of
from forbear.ensemble.progress import Meter, NoMeter
from forbear.ensemble.results import weekly_type
from forbear.ensemble.stamps import hash_of
from forbear.files import checksum
from forbear.inference.space import Space
from forbear.scenario.outcomes import OUTCOMES, recorded, values_in

if TYPE_CHECKING:
    from forbear.ensemble.recording import Block
    from forbear.inference.posterior import Posterior
    from forbear.scenario.problem import Problem
    from forbear.scenario.scenario import Scenario

__all__ = ["PolicyRuns", "run_side_by_side"]

#: Outcomes that are also kept by calendar year.
BY_YEAR = ("deaths", "intervener_deaths", "governance")
#: This file: what is kept of a run depends on it, too.
_OWN = checksum(Path(__file__).read_bytes())


@dataclass
class PolicyRuns:
    """Draws of parameters, `replications` runs of each, and the outcomes of whatever policy is asked for.

    Run i has draw i // replications; the same runs and seed serve every policy, so two policies share parameters and
    random numbers. Outcomes are averaged over replications: values(policy, outcome) is (members,), one for each draw.
    store: a folder that keeps finished runs, so that a stopped battery goes on. keep: outcomes that were computed on
    this machine before, from the same bits, are read from the cache folder, and new ones are kept there; a store does
    so by itself.
    """

    scenario: Scenario
    parameters: dict[str, np.ndarray]
    quantiles: np.ndarray
    names: tuple[str, ...]
    replications: int = 4
    seed: int = 1
    workers: int | None = None
    meter: Meter = field(default_factory=NoMeter)
    outcomes: Sequence[str] = tuple(OUTCOMES)
    store: Path | None = None
    keep: bool = False
    _runs: dict[str, dict[str, np.ndarray]] = field(default_factory=dict, repr=False)
    _by_year: dict[str, dict[str, np.ndarray]] = field(default_factory=dict, repr=False)
    runs: int = 0

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        posterior: Posterior | None,
        *,
        members: int = 128,
        replications: int = 4,
        seed: int = 1,
        **more: Any,
    ) -> PolicyRuns:
        """From a posterior, or from the prior where there is none.

        members: draws of parameters; more: further fields of the class. Randomness: named by the seed.
        """
        if posterior is not None:
            space, scores = posterior.space, posterior.scores[posterior.chosen(members)]
        else:
            space = Space(scenario.problem())
            scores = space.draw(members, seed, "worlds")
        return cls.over(scenario, space, scores, replications=replications, seed=seed, **more)

    @classmethod
    def over(
        cls, scenario: Scenario, space: Space, scores: np.ndarray, *, replications: int = 4, seed: int = 1, **more: Any
    ) -> PolicyRuns:
        """Over normal scores of parameters, (members, len(space)); more: further fields of the class. No randomness."""
        from scipy.special import ndtr  # heavy: it would slow `forbear --help`

        part = scores[:, : space.parameters]
        return cls(
            scenario,
            space.values(scores),
            ndtr(part),
            tuple(space.names[: space.parameters]),
            replications,
            seed,
            **more,
        )

    @property
    def members(self) -> int:
        """How many draws of parameters."""
        return len(self.quantiles)

    def run(self, name: str, changed: Scenario, parameters: Mapping[str, float] | None = None) -> None:
        """Run a policy once and keep its outcomes; a name that was run before is not run again.

        parameters: values that replace a parameter in every draw (a counterfactual structure). Raises as `simulate`
        and `Scenario.problem`."""
        run_side_by_side([self.planned(name, changed, parameters)], self.workers)

    def planned(
        self,
        name: str,
        changed: Scenario,
        parameters: Mapping[str, float] | None = None,
        *,
        alone: bool = True,
        judged: np.ndarray | None = None,
    ) -> BlockRun | None:
        """A policy as a run that waits for its turn in a list; None where the name was run before.

        parameters: as for `run`; alone: nothing else shares the threads; judged: (members,), true for the draws that
        somebody looks at, all of them when None: the others are not run, and their outcomes are NaN. After it has
        ended, its outcomes are kept.
        """
        if name in self._runs:
            return None
        given = {**self.parameters, **{k: np.full_like(self.parameters[k], v) for k, v in (parameters or {}).items()}}
        which = np.repeat(np.arange(self.members), self.replications)
        identities = np.arange(len(which)) if judged is None else np.flatnonzero(judged[which])
        which = which[identities]
        shared, taken = SharedDraws(given, which), _Taken(changed, tuple(self.outcomes), len(which))

        def known() -> bool:
            return self.keep and self.store is None and taken.read(shared, self.seed)

        def ended() -> None:
            self._runs[name], self._by_year[name] = taken.averaged(self.members, judged)
            self.runs += len(which)
            taken.write()

        return BlockRun(
            taken.problem, members=identities, seed=self.seed, parameters=shared, take=taken.take, ended=ended,
            known=known, weekly=recorded(list(self.outcomes)), note=name, store=self._folder(name, judged),
            workers=threads_of(self.workers) if alone else 1,
        )  # fmt: skip

    def run_all(self, policies: Mapping[str, Scenario], meter: Meter | None = None) -> None:
        """Run policies side by side (see `run_side_by_side`). meter: advanced by one for each. Raises as `run`."""
        alone = len(policies) == 1
        planned = [self.planned(name, changed, alone=alone) for name, changed in policies.items()]
        run_side_by_side(planned, self.workers, meter)

    def _folder(self, name: str, judged: np.ndarray | None) -> Path | None:
        """Where the finished runs of a policy are kept; named by what it is called, since names may be long, and by the
        draws that are run where not all are."""
        some = b"" if judged is None else b"\0" + np.packbits(judged).tobytes()
        return None if self.store is None else self.store / checksum(name.encode() + some)[:16]

    def seen(self, name: str) -> dict[str, np.ndarray]:
        """Everything that was kept of a policy, each (members,): outcomes over the whole run and within each year, by
        what they are in words; empty where it was not run."""
        whole = {k: v for k, v in self._runs.get(name, {}).items() if "@" not in k}
        yearly = dict(self._by_year.get(name, {}))
        years = yearly.pop("years", ())
        return {OUTCOMES[k].title: v for k, v in whole.items()} | {
            f"{OUTCOMES[k].title}, {year}": row
            for k, rows in yearly.items()
            for year, row in zip(years, rows, strict=True)
        }

    def values(self, name: str, outcome: str) -> np.ndarray:
        """An outcome of a policy that has been run, (members,)."""
        return self._runs[name][outcome]

    def by_year(self, name: str, outcome: str) -> tuple[np.ndarray, np.ndarray]:
        """Years, and the outcome within each, (years, members)."""
        return self._by_year[name]["years"], self._by_year[name][outcome]

    def table(self, names: Sequence[str], outcomes: Sequence[str]) -> Mapping[str, np.ndarray]:
        """Outcome -> (policies, members)."""
        return {o: np.stack([self.values(n, o) for n in names]) for o in outcomes}


class _Taken:
    """Outcomes of the members of one policy, taken from its blocks as they end; several threads take at a time."""

    def __init__(self, changed: Scenario, outcomes: tuple[str, ...], count: int) -> None:
        self._changed, self._lock = changed, Lock()
        self._made: Problem | None = None
        self.kept: Kept | None = None
        self.outcomes = outcomes
        self.whole = {name: np.empty(count) for name in outcomes}
        self.failed = np.empty(count, dtype=bool)
        self.by_year = {name: np.empty((len(self.years), count)) for name in BY_YEAR if name in outcomes}

    def problem(self) -> Problem:
        """What is run, built once."""
        with self._lock:
            self._made = self._made or self._changed.problem()
            return self._made

    @cached_property
    def year(self) -> np.ndarray:
        """Calendar year of every step."""
        return self.problem().dates.astype("datetime64[Y]").astype(int) + 1970

    @cached_property
    def years(self) -> np.ndarray:
        """Calendar years, in order."""
        return np.unique(self.year)

    def take(self, at: slice, block: Block) -> None:
        """Put the outcomes of a block's members at their places."""
        step = self.problem().step
        # as exactly as an ensemble keeps them, so that the numbers are those of its file
        weekly = {name: values.astype(weekly_type(name)).astype(float) for name, values in block.weekly.items()}
        for name in self.outcomes:
            self.whole[name][at] = values_in(weekly, name, step, dates=self.problem().dates)
        for name, kept in self.by_year.items():
            for row, number in enumerate(self.years):
                kept[row, at] = values_in(weekly, name, step, weeks=_span(self.year == number))
        self.failed[at] = block.failed

    def read(self, parameters: SharedDraws, seed: int) -> bool:
        """Take everything from the cache folder, where what was made of the same is kept there."""
        asked = [*self.outcomes, *sorted(self.by_year)]
        made_of = {"problem": self.problem().hash, "parameters": hash_of(parameters), "seed": seed, "outcomes": asked}
        self.kept = Kept(**made_of, members=len(self.failed), made_by=_OWN)
        found = self.kept.read()
        if found is None:
            return False
        self.failed = found["failed"]
        self.whole = {name: found[f"whole/{name}"] for name in self.whole}
        self.by_year = {name: found[f"year/{name}"] for name in self.by_year}
        self.kept = None
        return True

    def write(self) -> None:
        """Keep everything there, unless it came from there."""
        if self.kept is not None:
            whole = {f"whole/{name}": values for name, values in self.whole.items()}
            years = {f"year/{name}": values for name, values in self.by_year.items()}
            self.kept.write({"failed": self.failed, **whole, **years})

    def averaged(
        self, members: int, judged: np.ndarray | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Outcome -> (members,), and by year -> (years, members), over replications; NaN where one of them failed.

        judged: (members,), true for the draws that were run, NaN for the others; all of them when None."""
        ran = np.ones(members, dtype=bool) if judged is None else judged
        many = int(ran.sum())

        def spread(values: np.ndarray) -> np.ndarray:
            out = np.full(members, np.nan)
            out[ran] = values.reshape(many, -1).mean(axis=1)
            return out

        whole = {name: spread(values) for name, values in self.whole.items()}
        failed = np.zeros(members, dtype=bool)
        failed[ran] = self.failed.reshape(many, -1).any(axis=1)
        for values in whole.values() if failed.any() else ():
            values[failed] = np.nan
        years = {name: np.stack([spread(row) for row in rows]) for name, rows in self.by_year.items()}
        return whole, {**years, "years": self.years}


def run_side_by_side(
    planned: Iterable[BlockRun | None], workers: int | None = None, meter: Meter | None = None
) -> None:
    """Run what is planned as one flat list of pieces over all threads, or on the cluster in force.

    Results do not depend on it. planned: None where nothing is left to run; meter: advanced by one for each.
    Raises as `run_blocks`.
    """
    shown, runs = meter or NoMeter(), list(planned)
    known = [run for run in runs if run is not None]
    shown.advance(len(runs) - len(known))
    run_blocks(known, workers, lambda _: shown.advance(1))


def _span(mask: np.ndarray) -> slice:
    at = np.flatnonzero(mask)
    return slice(int(at[0]), int(at[-1]) + 1)
