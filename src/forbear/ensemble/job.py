"""An ensemble as a job of independent chunks: all that a worker must know to do any one of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.design import draw_priors
from forbear.ensemble.device import PROCESSOR, Device
from forbear.ensemble.engine import Engine
from forbear.ensemble.executors import BUILDING
from forbear.ensemble.manifest import manifest_of
from forbear.ensemble.results import dataset_of
from forbear.ensemble.store import IDENTITY, Store, open_store
from forbear.errors import RunError
from forbear.kernel import woven
from forbear.kernel.draws import LANES

if TYPE_CHECKING:
    import xarray as xr

    from forbear.ensemble.executors import Executor
    from forbear.ensemble.progress import Meter
    from forbear.ensemble.recording import Block
    from forbear.scenario.problem import Problem

__all__ = ["EnsembleJob"]


class EnsembleJob:
    """Members of a problem in chunks; a piece is a chunk, given as (identities, parameters or None)."""

    def __init__(
        self,
        problem: Problem,
        *,
        members: int | Sequence[int] | np.ndarray,
        seed: int,
        parameters: Mapping[str, np.ndarray] | None,
        weekly: Sequence[str],
        monthly: Sequence[str],
        kernel: str,
        note: str,
        store: Any = None,
        device: Device = PROCESSOR,
        chunk: int = LANES,
        summarised: bool = False,
    ) -> None:
        """Check and prepare. device: where members run; chunk: members of a piece, a multiple of a block; summarised: chunks give digests, not series.

        Raises RunError E401, E402, E404, E405, E408 and FileError E103.
        """
        self.problem, self.seed, self.kernel, self.chunk, self.summarised = problem, seed, kernel, chunk, summarised
        self.weekly, self.monthly, self.device = list(weekly), list(monthly), device
        self.identities = (
            np.arange(members, dtype=np.uint32) if isinstance(members, int) else np.asarray(members, dtype=np.uint32)
        )
        if len(self.identities) == 0:
            raise RunError("E405", "an ensemble needs at least one member")
        self.given = {k: np.asarray(v) for k, v in parameters.items()} if parameters is not None else None
        self._engine = self._new_engine()
        self._ready = False
        self.manifest = manifest_of(
            problem,
            seed=seed,
            members=self.identities,
            chunk=chunk,
            recorded=[*(["summaries"] if summarised else []), *weekly, *monthly],
            kernel=kernel,
            parameters=self.given,
            note=note,
            device=device,
        )
        self.store: Store | None = open_store(store, self.manifest) if store is not None else None
        said = json.dumps([self.manifest[key] for key in IDENTITY], sort_keys=True)
        self.name = hashlib.sha256(said.encode()).hexdigest()[:20]
        self.away = False

    def __len__(self) -> int:
        return -(-len(self.identities) // self.chunk)

    def size(self, number: int) -> int:
        """How many members a chunk has."""
        return min(self.chunk, len(self.identities) - number * self.chunk)

    def pieces(self) -> Iterator[tuple[int, Any]]:
        """Every chunk: its number, and what a worker must be given for it."""
        for number in range(len(self)):
            at = slice(number * self.chunk, number * self.chunk + self.size(number))
            given = None if self.given is None else {name: value[at] for name, value in self.given.items()}
            yield number, (self.identities[at], given)

    def prepare(self, executor: Executor, meter: Meter) -> None:
        """Compile once, in this thread, where the pieces will find it."""
        self.away = executor.away
        if not executor.shares_cache:
            return
        if self.device.kind == "cuda":
            self._engine.prepare(meter)
            self._ready = True
            return
        if not woven.is_compiled(self._engine.module()):
            meter.say("compiling the country: once, a few minutes; kept on disk for next time")
        self.engine()

    def engine(self) -> Any:
        """The engine, compiled: built once in a process, whoever asks first."""
        with BUILDING:
            if not self._ready:
                self._engine = self._engine or self._new_engine()
                _warm(self._engine)
                self._ready = True
        return self._engine

    def piece(self, number: int, given: Any) -> xr.Dataset | None:
        """One chunk as a dataset; None when it lies in the store and need not travel."""
        if self.store is not None and self.store.has(number):
            return None if self.away else self.store.read(number)
        identities, parameters = given
        values = self.values_of(identities, parameters)
        blocks = (self.engine().run(part, members, self.seed) for part, members in self.blocks_of(identities, values))
        data = self.finish(number, identities, values, blocks)
        return None if self.store is not None and self.away else data

    def values_of(
        self, identities: np.ndarray, parameters: Mapping[str, np.ndarray] | None
    ) -> Mapping[str, np.ndarray]:
        """Parameters of members: those given, or draws from the priors."""
        return draw_priors(self.problem, identities, self.seed) if parameters is None else parameters

    @property
    def blocks_in_a_chunk(self) -> int:
        """How many blocks of the engine a full chunk is."""
        return -(-self.chunk // LANES)

    def blocks_of(
        self, identities: np.ndarray, values: Mapping[str, np.ndarray]
    ) -> list[tuple[dict[str, np.ndarray], np.ndarray]]:
        """A chunk as what the engine takes at a time: (parameters, members)."""
        return [
            ({name: value[at] for name, value in values.items()}, identities[at]) for at in _blocks(len(identities))
        ]

    def finish(
        self, number: int, identities: np.ndarray, values: Mapping[str, np.ndarray], blocks: Iterable[Block]
    ) -> xr.Dataset:
        """A chunk's dataset from its blocks; written into the store if there is one."""
        import xarray as xr

        pairs = zip(blocks, self.blocks_of(identities, values), strict=True)
        if self.summarised:
            from forbear.ensemble.summaries import digest

            data = digest(self.problem, ((block, members) for block, (_, members) in pairs))
        else:
            parts = [dataset_of(self.problem, block, members, part) for block, (part, members) in pairs]
            data = parts[0] if len(parts) == 1 else xr.concat(parts, dim="member", data_vars="minimal")
        if self.store is not None:
            self.store.write(number, data)
        return data

    def _new_engine(self) -> Any:
        if self.device.kind == "cuda":
            from forbear.ensemble.device_engine import DeviceEngine

            if self.problem.extensions:
                raise RunError("E409", "rooms of other packages run on the processor alone", hint="--device cpu")
            return DeviceEngine(self.problem, weekly=self.weekly, monthly=self.monthly)
        with BUILDING:
            return Engine(self.problem, weekly=self.weekly, monthly=self.monthly, kernel=self.kernel)

    def __getstate__(self) -> dict[str, Any]:
        """What travels to a worker: neither compiled code nor the members of other chunks."""
        left = {"_engine": None, "_ready": False, "given": None, "identities": None}
        return {**self.__dict__, **left}


def _blocks(count: int) -> Iterator[slice]:
    for start in range(0, count, LANES):
        yield slice(start, min(start + LANES, count))


def _warm(engine: Engine) -> None:
    """Compile in one thread before many ask for it."""
    from copy import copy

    from forbear.scenario.priors import quantile

    short = copy(engine)
    values = {}
    for name, priors in engine.problem.priors.items():
        flat = [float(quantile(prior, np.array([0.5]))[0]) for prior in priors.ravel()]
        values[name] = np.array(flat).reshape(1, *priors.shape)
    short.steps_to_run = 1
    short.run(values, np.array([0], dtype=np.uint32), 0)
