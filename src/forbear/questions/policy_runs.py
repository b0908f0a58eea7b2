"""Many policies run over the same draws with common random numbers: the one place from which answers take their
numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.places import in_force
from forbear.ensemble.progress import Meter, NoMeter
from forbear.ensemble.runner import simulate
from forbear.files import checksum
from forbear.inference.space import Space
from forbear.scenario.outcomes import OUTCOMES, recorded, values_of

if TYPE_CHECKING:
    import xarray as xr

    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["PolicyRuns"]

_COUNTING = Lock()


@dataclass
class PolicyRuns:
    """Draws of parameters, `replications` runs of each, and the outcomes of whatever policy is asked for.

    Run i has draw i // replications; the same runs and seed serve every policy, so two policies share parameters and
    random numbers. Outcomes are averaged over replications: values(policy, outcome) is (members,), one for each draw.
    store: a folder that keeps finished runs, so that a stopped battery goes on.
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
        from scipy.special import ndtr  # heavy: it would slow `forbear --help`

        if posterior is not None:
            space, scores = posterior.space, posterior.scores[posterior.chosen(members)]
        else:
            space = Space(scenario.problem())
            scores = space.draw(members, seed, "worlds")
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
        if name in self._runs:
            return
        problem = changed.problem()
        given = {**self.parameters, **{k: np.full_like(self.parameters[k], v) for k, v in (parameters or {}).items()}}
        repeated = {key: np.repeat(value, self.replications, axis=0) for key, value in given.items()}
        ensemble = simulate(
            problem,
            members=self.members * self.replications,
            seed=self.seed,
            parameters=repeated,
            workers=self.workers,
            weekly=recorded(list(self.outcomes)),
            monthly=(),
            note=name,
            store=self._folder(name),
        )
        data = ensemble.data
        self._runs[name] = {o: self._averaged(values_of(data, o)) for o in self.outcomes}
        years = data["week"].values.astype("datetime64[Y]").astype(int) + 1970
        by_year = {}
        for outcome in ("deaths", "intervener_deaths", "governance"):
            if outcome in self.outcomes:
                by_year[outcome] = np.stack(
                    [
                        self._averaged(values_of(data, outcome, weeks=slice(*_span(years == y))))
                        for y in np.unique(years)
                    ]
                )
        by_year["years"] = np.unique(years)
        self._by_year[name] = by_year
        self._keep_failed(name, data)
        with _COUNTING:
            self.runs += self.members * self.replications

    def run_all(self, policies: Mapping[str, Scenario], meter: Meter | None = None) -> None:
        """Run policies, several at a time where a cluster is in force (see `ensemble.places.using`).

        Results do not depend on it. meter: advanced by one for each policy. Raises as `run`.
        """
        shown, place = meter or NoMeter(), in_force()
        if place is None:
            for name, changed in policies.items():
                self.run(name, changed)
                shown.advance(1)
            return
        with ThreadPoolExecutor(max_workers=place.at_once()) as pool:
            started = [pool.submit(copy_context().run, self.run, name, changed) for name, changed in policies.items()]
            try:
                for future in as_completed(started):
                    future.result()
                    shown.advance(1)
            finally:
                pool.shutdown(cancel_futures=True)

    def _averaged(self, members: np.ndarray) -> np.ndarray:
        return members.reshape(self.members, self.replications).mean(axis=1)

    def _folder(self, name: str) -> Path | None:
        """Where the finished runs of a policy are kept; named by what it is called, since names may be long."""
        return None if self.store is None else self.store / checksum(name.encode())[:16]

    def _keep_failed(self, name: str, data: xr.Dataset) -> None:
        failed = data["failed"].values.reshape(self.members, self.replications).any(axis=1)
        if failed.any():
            for values in self._runs[name].values():
                values[failed] = np.nan

    def values(self, name: str, outcome: str) -> np.ndarray:
        """An outcome of a policy that has been run, (members,)."""
        return self._runs[name][outcome]

    def by_year(self, name: str, outcome: str) -> tuple[np.ndarray, np.ndarray]:
        """Years, and the outcome within each, (years, members)."""
        return self._by_year[name]["years"], self._by_year[name][outcome]

    def table(self, names: Sequence[str], outcomes: Sequence[str]) -> Mapping[str, np.ndarray]:
        """Outcome -> (policies, members)."""
        return {o: np.stack([self.values(n, o) for n in names]) for o in outcomes}


def _span(mask: np.ndarray) -> tuple[int, int]:
    at = np.flatnonzero(mask)
    return int(at[0]), int(at[-1]) + 1
