"""An ensemble under way: set levers, advance by weeks or months, look, go back to work, finish.

    session = open_session(problem, members=64, seed=1)
    while not session.ended:
        session.advance(months=1)
        if float(session.state("home_support").mean()) < 0.3:
            session.set_levers({"intervener.force": 0})
    ensemble = session.finish()

What is run in pieces is to the bit what is run at once, and a lever that is set on the way gives the bits of a
schedule that had it from the start.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.declare import Lever
from forbear.country.model import FIXED_MEMBERS, MODEL
from forbear.ensemble.design import draw_priors
from forbear.ensemble.device import choose
from forbear.ensemble.engine import Engine
from forbear.ensemble.estimate import check_memory
from forbear.ensemble.manifest import manifest_of
from forbear.ensemble.opened import Opened, resample
from forbear.ensemble.recording import MONTHLY, WEEKLY, Block, joined_blocks
from forbear.ensemble.results import Ensemble, attributes_of, dataset_of
from forbear.errors import Fault, RunError, nearest
from forbear.integers import integer, members_of, seed_of, workers_of
from forbear.kernel.draws import LANES

if TYPE_CHECKING:
    import xarray as xr

    from forbear.scenario.problem import Problem

__all__ = ["Session", "open_session"]


def open_session(
    problem: Problem,
    *,
    members: int | Sequence[int] | np.ndarray = 64,
    seed: int = 1,
    parameters: Mapping[str, np.ndarray] | None = None,
    workers: int | None = None,
    weekly: Sequence[str] = WEEKLY,
    monthly: Sequence[str] = MONTHLY,
    kernel: str = "lanes",
    note: str = "prior draws",
) -> Session:
    """Open an ensemble that stands before its first step.

    Parameters
    ----------
    problem
        What is run, with the schedules that are in force until others are set.
    members
        How many, or their identities.
    seed
        0 to 2**64 - 1. Randomness is named by (seed, member, ...), as in `simulate`.
    parameters
        Name -> (members, *dimensions); draws from the priors when absent.
    workers
        Threads; all cores when absent. Results do not depend on it.
    weekly, monthly
        What is recorded, as in `simulate`.
    kernel
        `lanes` or `exact`.
    note
        Where the parameters come from, for the manifest.

    Returns
    -------
    Session
        Not thread-safe: one caller at a time.

    Raises
    ------
    RunError
        E401, E402, E405, E408 and E441, as `simulate`.
    """
    check_memory(problem, members, weekly=weekly, monthly=monthly, workers=workers)
    identities = members_of(members, distinct=parameters is None)
    seed = seed_of(seed)
    given = parameters if parameters is not None else draw_priors(problem, identities, seed)
    engine = Engine(problem, weekly=weekly, monthly=monthly, kernel=kernel)
    return Session(engine, identities, seed, given, workers_of(workers), None if parameters is None else given, note)


class Session:
    """Members of a problem that stand at the same step; made by `open_session`.

    Attributes
    ----------
    problem
        As it was opened; `finish` gives the manifest of the schedules as they were run.
    identities
        uint32 (members,).
    seed
        Of the luck.
    """

    def __init__(
        self,
        engine: Engine,
        identities: np.ndarray,
        seed: int,
        parameters: Mapping[str, np.ndarray],
        workers: int | None,
        asked: Mapping[str, np.ndarray] | None,
        note: str,
    ) -> None:
        """See `open_session`. asked: the parameters that a caller gave, None for draws from the priors."""
        self.problem, self.identities, self.seed = engine.problem, identities, seed
        self._engine, self._asked, self._note = engine, asked, note
        self._workers = workers or os.cpu_count() or 1
        self._parameters = {name: np.asarray(value) for name, value in parameters.items()}
        self._resampled: list[int] = []
        self._blocks: list[Opened] = []
        for start in range(0, len(identities), LANES):
            at = slice(start, start + LANES)
            part = {name: value[at] for name, value in self._parameters.items()}
            self._blocks.append(engine.open(part, identities[at], seed))

    def __len__(self) -> int:
        return len(self.identities)

    def __repr__(self) -> str:
        where = "at the end" if self.ended else f"before the week of {self.problem.dates[self.step]}"
        return f"<Session {self.problem.name}: {len(self):,} members, seed {self.seed}, {where}>"

    @property
    def step(self) -> int:
        """Steps that have been run: the index of the next one."""
        return self._blocks[0].step

    @property
    def ended(self) -> bool:
        """True when no step is left."""
        return self.step >= self.problem.steps

    @property
    def month(self) -> int:
        """Whole months that have been run: the index of the month under way."""
        return int(self.problem.months[self.step]) if not self.ended else len(self.problem.month_labels)

    @property
    def failed(self) -> np.ndarray:
        """Booleans (members,): True where a number of the state is not finite by now."""
        return np.concatenate([block.failed for block in self._blocks])

    def advance(self, *, weeks: float | None = None, months: int | None = None, until: int | None = None) -> Session:
        """Run on, at most to the end of the problem.

        Parameters
        ----------
        weeks
            For so many weeks, a multiple of `problem.step`.
        months
            To the end of so many calendar months, the one under way being the first.
        until
            Up to this step (exclusive). Just one of the three is given.

        Returns
        -------
        Session
            This one.

        Raises
        ------
        RunError
            E441 for months or steps that are no whole numbers; E444 for parts of a step, for going back, or where no
            step is left.
        """
        end = min(self._end_of(weeks, months, until), self.problem.steps)
        if self.ended:
            raise RunError("E444", f"all {self.problem.steps} steps of {self.problem.name} have been run")
        if len(self._blocks) == 1:
            self._blocks[0].advance(end)
            return self
        with ThreadPoolExecutor(self._workers) as pool:
            list(pool.map(lambda block: block.advance(end), self._blocks))
        return self

    def _end_of(self, weeks: float | None, months: int | None, until: int | None) -> int:
        if sum(asked is not None for asked in (weeks, months, until)) != 1:
            raise RunError("E444", "advance by weeks, by months or until a step: one of the three")
        if until is not None:
            return integer(until, "until", least=self.step)
        if months is not None:
            last = self.month + integer(months, "months", least=1) - 1
            return int(np.searchsorted(self.problem.months, last, side="right"))
        steps = float(weeks or 0.0) / self.problem.step
        if isinstance(weeks, bool) or not np.isfinite(steps) or steps <= 0 or abs(steps - round(steps)) > 1e-9:
            raise RunError("E444", f"{weeks} weeks are no whole number of steps of {self.problem.step:g} weeks")
        return self.step + round(steps)

    # -- steering -----------------------------------------------------------------------------------------

    def levers(self, name: str) -> np.ndarray:
        """The schedule of a lever, float64 (steps, *dimensions) in its unit: as run up to now, as planned from here on.

        Parameters
        ----------
        name
            `room.name`, as in a scenario.

        Raises
        ------
        RunError
            E443 for an unknown lever.
        """
        return np.array(self._blocks[0].levers[_lever(name).name])

    def set_levers(self, levers: Mapping[str, Any], *, weeks: float | None = None) -> Session:
        """Set levers from the next step on.

        Parameters
        ----------
        levers
            `room.name` -> a number, an array over the lever's dimensions, or one over (steps left, *dimensions), in the
            lever's unit. A lever that acts at one step only (an order, an election) gets a number at the next step and
            keeps its plan for later ones.
        weeks
            For so many weeks, after which the plan from before is in force again; to the end when absent.

        Returns
        -------
        Session
            This one.

        Raises
        ------
        RunError
            E443 with every lever that is unknown, out of bounds, not finite or of another shape; E408 for half a
            switch; E444 where no step is left. Then nothing is changed.
        """
        left = self.problem.steps - self.step
        if not left:
            raise RunError("E444", f"all {self.problem.steps} steps of {self.problem.name} have been run")
        many = left if weeks is None else min(self._end_of(weeks, None, None) - self.step, left)
        faults: list[Fault] = []
        changed = {}
        for key, value in levers.items():
            try:
                lever = _lever(key)
                values = _values(lever, value, left, self._shape(lever))
            except RunError as error:
                faults += error.faults
                continue
            schedule = self.levers(key)
            short = lever.pulse and np.ndim(value) <= len(lever.over)
            schedule[self.step : self.step + (1 if short else many)] = values[: 1 if short else many]
            changed[lever.name] = schedule
        if faults:
            raise RunError(
                "E443", faults[0].message if len(faults) == 1 else f"{len(faults)} levers", faults=tuple(faults)
            )
        for block in self._blocks:
            block.set_levers(changed)
        return self

    def _shape(self, declared: Any) -> tuple[int, ...]:
        names = {**self.problem.names, **FIXED_MEMBERS}
        return tuple(len(names[dimension]) for dimension in declared.over)

    def resample(self, ancestors: np.ndarray, *, past: bool = True) -> Session:
        """Let members go on from where others stand, each with its own luck to come.

        Parameters
        ----------
        ancestors
            Whole numbers (members,): member i goes on as ancestors[i], with its state and its parameters. To replace
            some members only, leave i at the places of the others.
        past
            Take the ancestor's recorded past over, too, so that each path is one that could have happened; False
            leaves to every member what was recorded of it.

        Returns
        -------
        Session
            This one.

        Raises
        ------
        RunError
            E441 where an ancestor is no member, or their number is another.
        """
        chosen = np.asarray(ancestors)
        if chosen.shape != (len(self),) or chosen.dtype.kind not in "iu":
            raise RunError(
                "E441", f"ancestors are {len(self)} whole numbers, not {chosen.dtype} of shape {chosen.shape}"
            )
        for number in (int(chosen.min()), int(chosen.max())):
            integer(number, "an ancestor", least=0, most=len(self) - 1)
        resample(self._blocks, chosen, past=past)
        self._parameters = {name: value[chosen] for name, value in self._parameters.items()}
        self._resampled.append(self.step)
        return self

    # -- looking ------------------------------------------------------------------------------------------

    def state(self, name: str) -> xr.DataArray:
        """A quantity of the model as it stands now, recorded or not.

        Parameters
        ----------
        name
            Of any quantity of the model.

        Returns
        -------
        DataArray
            float64 (member, *dimensions), with unit, long_name and kind.

        Raises
        ------
        RunError
            E401 for an unknown quantity.
        """
        import xarray as xr

        values = np.concatenate([block.state(name) for block in self._blocks])
        over = MODEL.quantities[name].over
        names = {**self.problem.names, **FIXED_MEMBERS}
        coordinates: dict[str, Any] = {"member": self.identities.astype(np.int64)}
        coordinates |= {dimension: list(names[dimension]) for dimension in over}
        return xr.DataArray(values, dims=("member", *over), coords=coordinates, name=name, attrs=attributes_of(name))

    def weekly(self, name: str) -> np.ndarray:
        """A recorded national quantity up to now, float64 (members, step). Raises RunError E401."""
        return np.concatenate([block.weekly(name) for block in self._blocks])

    def monthly(self, name: str) -> np.ndarray:
        """A recorded monthly quantity over whole months, float32 (members, month, *dimensions). Raises E401."""
        return np.concatenate([block.monthly(name, self.month) for block in self._blocks])

    def paths(self) -> xr.Dataset:
        """Everything recorded up to now, labelled as an Ensemble is: weeks that were run, months that are whole."""
        data = self._dataset(lambda block: block.block())
        return data.isel(week=slice(0, self.step), month=slice(0, self.month))

    def finish(self) -> Ensemble:
        """Run on to the end.

        Returns
        -------
        Ensemble
            As `simulate` gives it. Its manifest has the hash of the problem with the schedules as they were run, and
            says at which steps members were resampled.
        """
        if not self.ended:
            self.advance(until=self.problem.steps)
        run = self.problem.with_levers(self._blocks[0].levers)
        recorded = [*self._engine.weekly, *self._engine.monthly]
        device = choose("cpu", kernel=self._engine.kernel, members=len(self))
        manifest = manifest_of(
            run if run.hash != self.problem.hash else self.problem, seed=self.seed, members=self.identities, chunk=LANES,
            recorded=recorded, kernel=self._engine.kernel, parameters=self._asked, note=self._note, device=device,
        )  # fmt: skip
        if self._resampled:
            manifest["resampled_before_step"] = list(self._resampled)
        data = self._dataset(lambda block: block.block())
        return Ensemble(data, {**manifest, "failed": int(data["failed"].sum())})

    def _dataset(self, cut: Callable[[Opened], Block]) -> xr.Dataset:
        whole = joined_blocks([cut(block) for block in self._blocks])
        return dataset_of(self.problem, whole, self.identities, self._parameters)


def _lever(key: str) -> Lever:
    if key not in MODEL.levers:
        close = nearest(str(key), MODEL.levers)
        fault = Fault("E443", f"no lever {key!r}", field="levers", value=str(key), nearest=close)
        raise RunError("E443", fault.message, faults=(fault,))
    return MODEL.levers[key]


def _values(lever: Lever, value: Any, left: int, shape: tuple[int, ...]) -> np.ndarray:
    """Values of a lever over the steps that are left, checked as a scenario's are."""
    allowed = f"{lever.low:g} to {lever.high:g} {lever.unit}".strip()

    def refused(message: str, shown: object) -> RunError:
        fault = Fault("E443", f"{lever.key}: {message}", field=lever.key, value=str(shown)[:80], allowed=allowed)
        return RunError("E443", fault.message, faults=(fault,))

    try:
        numbers = np.asarray(value, dtype=np.float64)
        values = np.array(np.broadcast_to(numbers, (left, *shape)))
    except (ValueError, TypeError):
        raise refused(f"a number, or an array of shape {shape} or {(left, *shape)}", value) from None
    if isinstance(value, bool | np.bool_) or np.asarray(value).dtype.kind not in "iuf":
        raise refused("numbers are expected", value)
    if not np.isfinite(values).all():
        raise refused("a value is not finite", value)
    wrong = values[(values < lever.low) | (values > lever.high)]
    if wrong.size:
        raise refused("out of bounds", f"{wrong[0]:g}")
    if lever.switch and not np.isin(values, (0.0, 1.0)).all():
        raise RunError("E408", f"{lever.key} is a switch: 0 or 1, not {values[~np.isin(values, (0, 1))][0]:g}")
    return values
