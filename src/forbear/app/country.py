"""A scenario made ready for quick answers: its draws, its strategies, and blocks that have been run."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.app.condensed import Condensed, condensed, together
from forbear.app.guesses import Guesses
from forbear.app.laboratory.levers import Slider, sliders_of
from forbear.app.memory import MEGABYTE, Memory
from forbear.app.preparing import Cancelled, Preparation, preparation_of
from forbear.ensemble.design import draw_priors
from forbear.ensemble.engine import Engine
from forbear.ensemble.kept import Kept
from forbear.ensemble.pieces import cut, threads_of
from forbear.ensemble.recording import Block, joined_blocks
from forbear.ensemble.results import Ensemble, dataset_of
from forbear.errors import FitError
from forbear.inference.posterior import Posterior
from forbear.inference.structures import structures, with_structure
from forbear.questions.stamps import posterior_numbers
from forbear.scenario.casefiles.policies import load_strategies, without_intervention
from forbear.scenario.observed import observed_values
from forbear.scenario.priors import quantile

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem
    from forbear.scenario.scenario import Scenario

__all__ = ["BLOCK", "MONTHLY", "WEEKLY", "Cancelled", "Country", "merged"]

#: Members that are run at a time where nothing else is asked for.
BLOCK = 64
#: Members of what stands beside every plan that are kept on disk, for the first charts of the next start.
KEPT = 64
#: Recorded for the page: what charts, table and map need, and no more.
WEEKLY = (
    "deaths",
    "observed_attacks",
    "intervener_dead",
    "cost_budget",
    "cost_full",
    "force",
    "sustainable_force",
    "force_ceiling",
    "observed_displaced",
    "governance",
    "democracy",
)
MONTHLY = ("deaths",)
#: Blocks that have been run, of all countries of a server together.
BLOCKS_KEPT = 40 * MEGABYTE
_PIECE = 26


class Country:
    """One scenario on the page. Thread-safe; two problems run over the same draws with the same luck."""

    def __init__(self, scenario: Scenario, key: str, blocks: Memory[Any] | None = None) -> None:
        """Load strategies and the posterior beside the scenario; `blocks` is where countries of one server keep what
        was run. Raises as `Scenario.problem` and `load_strategies`."""
        self.scenario, self.key, self.structure = scenario, key, "full"
        self.problem = scenario.problem()
        self.strategies = load_strategies(scenario)
        unchanged = self.strategies["HISTORY"]
        if scenario.kind != "historical" and unchanged.title == "what was done":  # nothing was done there
            self.strategies["HISTORY"] = replace(unchanged, title="The plan as it is")
        never = without_intervention(scenario, self.strategies)
        self.strategies.setdefault(never.name, never)
        self.never, self.never_name = never.apply(scenario).problem(), never.name
        self.sliders: list[Slider] = sliders_of(scenario)
        self.guesses = Guesses.of(scenario)
        self.notice = ""
        self.posterior: Posterior | None = None
        try:
            self.posterior = Posterior.of(scenario, self.problem)
        except FitError as error:
            self.notice = f"The posterior beside the scenario cannot be used: {error.message}"
        if self.posterior is not None:
            changed = self.posterior.stale(scenario, self.problem)
            if changed:
                self.notice = f"The posterior was fitted before a change of: {', '.join(changed)}."
        self._blocks: Memory[Any] = blocks if blocks is not None else Memory(BLOCKS_KEPT)
        self._borders: dict[str, Any] | None = None
        self._observed: dict[str, dict[str, list[Any]]] = {}
        self._darkest: float | None = None

    @property
    def preparation(self) -> Preparation:
        """The compilation of its rules for this machine; asking for it begins it."""
        return preparation_of(self.problem)

    @cached_property
    def theories(self) -> dict[str, Country]:
        """The same country under each theory whose posterior ships beside the scenario, by the theory's title."""
        out = {}
        for name in structures(self.scenario):
            changed = with_structure(self.scenario, name)
            with contextlib.suppress(FitError):  # one of other uncertainties: the page then has the shipped shares only
                found = Posterior.nearest(changed, f"posterior-{name}.npz")
                if found is not None:
                    out[name.replace("-", " ")] = self._under(name, changed, found)
        return out

    def _under(self, structure: str, scenario: Scenario, posterior: Posterior) -> Country:
        other = copy(self)
        for name in ("theories", "posterior_draws"):
            other.__dict__.pop(name, None)
        other.structure, other.scenario, other.problem = structure, scenario, scenario.problem()
        other.posterior = posterior
        return other

    def prepare(self) -> None:
        """Begin the compilation where it was not begun."""
        preparation_of(self.problem)

    def words(self, which: str) -> str:
        """What the unchanged levers are called: history where there was one."""
        return (
            ("as in history" if self.scenario.kind == "historical" else "as in the file")
            if which == "history"
            else which
        )

    @property
    def unchanged(self) -> str:
        """What a difference to the unchanged levers is a difference to."""
        return "history" if self.scenario.kind == "historical" else "the plan as it is"

    @property
    def proposal(self) -> bool:
        """True for a proposed intervention, of which ranges are shown and no middle."""
        return self.scenario.kind == "prospective"

    @cached_property
    def residents(self) -> np.ndarray:
        """Residents by district at the start, at least one."""
        return np.maximum(np.asarray(self.problem.facts["population_at_start"], dtype=float).sum(axis=1), 1.0)

    def monthly_path(self, lever: str, problem: Problem | None = None) -> list[float]:
        """A lever's value in the first step of every month of the run, in its unit, to four digits; of the scenario as
        it is, or of another problem over the same months."""
        problem = problem if problem is not None else self.problem
        values = np.asarray(problem.levers[lever.split(".")[1]], dtype=float)
        # a month owns the steps whose middles lie in it: its first may begin in the month before
        _, first = np.unique(np.asarray(problem.months), return_index=True)
        return [float(f"{values[place]:.4g}") for place in first]

    def borders(self) -> dict[str, Any] | None:
        """Outlines of the districts, or None where the scenario names no map."""
        if self._borders is None:
            self._borders = self.scenario.outlines()
        return self._borders

    def observed(self, quantity: str) -> dict[str, list[Any]]:
        """Monthly and dated series that stand beside a quantity: label -> values."""
        if quantity not in self._observed:
            self._observed[quantity] = {
                f"counted: {o.title or name}": observed_values(self.scenario, name)
                for name, o in self.scenario.observations.items()
                if o.quantity == quantity and o.frequency in ("month", "point") and o.dimension is None
            }
        return self._observed[quantity]

    def darkest(self, districts: dict[int, list[float]]) -> float:
        """The value of the darkest shade: set by the first map drawn, so that maps can be compared. districts: year ->
        values by district."""
        if self._darkest is None:
            self._darkest = max(float(np.max(list(districts.values()))), 1.0)
        return self._darkest

    def draws(self, asked: str) -> str:
        """Which draws are used when `asked` ("posterior" or "prior") are wanted."""
        return "posterior" if asked == "posterior" and self.posterior is not None else "prior"

    @cached_property
    def posterior_draws(self) -> dict[str, np.ndarray]:
        """All draws of the posterior, name -> (draws, *dimensions); empty without one."""
        if self.posterior is None:
            return {}
        return self.posterior.parameters(np.arange(len(self.posterior), dtype=np.uint32))

    def parameters(
        self, draws: str, members: np.ndarray, seed: int, pinned: tuple[tuple[str, float], ...] = ()
    ) -> dict[str, np.ndarray]:
        """Parameters of members, name -> (members, *dimensions); a pinned one has the given quantile of its prior in
        every member and element. Randomness: named by the seed and the member."""
        if draws == "posterior" and self.posterior is not None:
            out = self.posterior.parameters(members)
        else:
            out = draw_priors(self.problem, members, seed)
        for name, at in pinned:
            out[name] = np.broadcast_to(self.at_quantile(name, at), out[name].shape).astype(out[name].dtype)
        return out

    def at_quantile(self, name: str, at: float) -> np.ndarray:
        """A quantile of a parameter's prior, (*dimensions), in its unit."""
        priors = self.problem.priors[name]
        flat = [float(quantile(prior, np.array([at]))[0]) for prior in priors.ravel()]
        return np.array(flat).reshape(priors.shape)

    def block(
        self,
        problem: Problem,
        draws: str,
        start: int,
        seed: int,
        cancelled: Callable[[], bool] = lambda: False,
        *,
        many: int = BLOCK,
        weekly: tuple[str, ...] = WEEKLY,
        monthly: tuple[str, ...] = (),
        pinned: tuple[tuple[str, float], ...] = (),
    ) -> Block:
        """Run members start to start + many of a problem on all threads, or take them from memory.

        weekly, monthly: national quantities, and those by district, to record; pinned: as in `parameters`. Weekly
        values are 32-bit but for money; monthly ones are summed over all but districts. Raises Cancelled as soon as
        `cancelled` says so between two half-years, RunError as the engine.
        """
        made_of = (problem.hash, draws, start, many, seed, weekly, monthly, pinned, self.structure)
        block: Block = self._blocks.made(made_of, lambda: self._made(problem, made_of, cancelled))
        return block

    def condensed(
        self,
        problem: Problem,
        draws: str,
        start: int,
        seed: int,
        cancelled: Callable[[], bool] = lambda: False,
        *,
        many: int = BLOCK,
    ) -> Condensed:
        """The same members as `block` runs, brought to what the laboratory shows. Raises as `block`."""
        made_of = (problem.hash, draws, start, many, seed, WEEKLY, MONTHLY, (), self.structure)

        def make() -> Condensed:
            block = self._made(problem, made_of, cancelled)
            return condensed(problem, block, merged(problem, [block]))

        found: Condensed = self._blocks.made(("condensed", *made_of), make)
        return found

    def _made(self, problem: Problem, made_of: tuple[Any, ...], cancelled: Callable[[], bool]) -> Block:
        """A block, run or, where it stands beside every plan, from disk. made_of: as `block` keys it. Raises as
        `block`."""
        _, draws, start, many, seed, weekly, monthly, pinned, _ = made_of

        def run() -> Block:
            self.preparation.wait(cancelled)
            members = np.arange(start, start + many, dtype=np.uint32)
            given = self.parameters(draws, members, seed, pinned)
            parts = self.guesses.parts(problem, members, seed)
            if len(parts) == 1:
                engine = Engine(parts[0][1], weekly=weekly, monthly=monthly)
                work = [(at, engine) for at in cut(many, threads_of(None))]
            else:
                work = [(at, Engine(changed, weekly=weekly, monthly=monthly)) for at, changed in parts]

            def piece(one: tuple[slice, Engine]) -> Block:
                at, engine = one
                return _part(engine, {name: v[at] for name, v in given.items()}, members[at], seed, cancelled)

            if len(work) == 1:
                return packed(piece(work[0]))
            return packed(joined_blocks(list(_threads().map(piece, work))))

        baseline = start + many <= KEPT and not pinned and problem.hash in (self.problem.hash, self.never.hash)
        return self._from_disk(made_of, run) if baseline else run()

    def _from_disk(self, made_of: tuple[Any, ...], run: Callable[[], Block]) -> Block:
        """A block of what is shown beside every plan, as it was run on this machine before, else as it is run now."""
        drawn = (
            posterior_numbers(self.posterior) if made_of[1] == "posterior" and self.posterior is not None else "prior"
        )
        guessed = [fact.key for fact in self.guesses.facts]
        place = Kept(page=[*made_of[:5], list(made_of[5])], monthly=list(made_of[6]), drawn=drawn, guessed=guessed)
        found = place.read()
        if found is not None:
            groups: dict[str, dict[str, np.ndarray]] = {"weekly": {}, "monthly": {}}
            for name, values in found.items():
                group, _, quantity = name.partition("/")
                groups.get(group, {})[quantity] = values
            return packed(Block(groups["weekly"], groups["monthly"], {}, found["failed"]))
        block = run()
        weekly = {f"weekly/{name}": values for name, values in block.weekly.items()}
        monthly = {f"monthly/{name}": values for name, values in block.monthly.items()}
        place.write({"failed": block.failed, **weekly, **monthly})
        return block


@cache
def _threads() -> ThreadPoolExecutor:
    """Threads on which blocks of all countries and requests are run."""
    return ThreadPoolExecutor(threads_of(None), thread_name_prefix="forbear-block")


def _part(
    engine: Engine, given: dict[str, np.ndarray], members: np.ndarray, seed: int, cancelled: Callable[[], bool]
) -> Block:
    """Run some members, and keep of them what the page shows. Raises Cancelled, RunError."""
    opened, steps = engine.open(given, members, seed), engine.problem.steps
    for until in range(_PIECE, steps + _PIECE, _PIECE):
        if cancelled():
            raise Cancelled
        opened.advance(min(until, steps))
    block = opened.block()
    money = ("cost_budget", "cost_full")
    block.weekly = {k: v if k in money else v.astype(np.float32) for k, v in block.weekly.items()}
    block.monthly = {k: v.sum(axis=tuple(range(3, v.ndim))).astype(np.float32) for k, v in block.monthly.items()}
    return block


def packed(block: Block) -> Block:
    """The same block with the weekly values of one kind and shape in one array."""
    return replace(block, weekly=together(block.weekly))


def merged(problem: Problem, blocks: list[Block]) -> Ensemble:
    """Return blocks of one problem as an ensemble of its weekly national values; monthly arrays are left out."""
    whole = joined_blocks([replace(block, monthly={}) for block in blocks])
    data: Any = dataset_of(problem, whole, np.arange(len(whole.failed)), {})
    return Ensemble(data, {"scenario": problem.name})
