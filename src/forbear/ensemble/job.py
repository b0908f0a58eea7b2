"""An ensemble as a job of independent chunks: all that a worker must know to do any one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.design import SharedDraws, draw_priors
from forbear.ensemble.device import PROCESSOR, Device
from forbear.ensemble.device_engine import DeviceEngine
from forbear.ensemble.digest import digest
from forbear.ensemble.engine import Engine
from forbear.ensemble.executors import BUILDING
from forbear.ensemble.manifest import manifest_of, run_hash
from forbear.ensemble.packing import decoded
from forbear.ensemble.recording import Block
from forbear.ensemble.results import dataset_of, joined
from forbear.ensemble.stamps import Stamp, stamp_of
from forbear.ensemble.store import Store, open_store
from forbear.ensemble.warming import warm
from forbear.errors import RunError
from forbear.files import checksum
from forbear.integers import integer, members_of, seed_of
from forbear.kernel import woven
from forbear.kernel.draws import LANES

if TYPE_CHECKING:
    import xarray as xr

    from forbear.ensemble.executors import Executor
    from forbear.ensemble.progress import Meter
    from forbear.scenario.problem import Problem

__all__ = ["Done", "EnsembleJob"]


@dataclass
class Done:
    """A chunk that is done.

    Attributes
    ----------
    data
        Its dataset; None where it lies in the store and need not travel.
    kept
        True where it was in the store and nothing was run.
    again
        Why a chunk of the store had to be run again; empty where it had not.
    """

    data: xr.Dataset | None
    kept: bool = False
    again: str = ""


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
        store: str | Path | None = None,
        device: Device = PROCESSOR,
        chunk: int = LANES,
        summarised: bool = False,
    ) -> None:
        """Check and prepare.

        Parameters
        ----------
        problem, members, seed, parameters, weekly, monthly, kernel, note, store
            As for `simulate`.
        device
            Where members run.
        chunk
            Members of a piece, a multiple of a block.
        summarised
            Chunks give digests, not series.

        Raises
        ------
        RunError
            E401, E402, E404, E405, E407, E408, E441 and E445.
        FileError
            E103 and E104 for the store.
        """
        self.problem, self.kernel, self.summarised = problem, kernel, summarised
        self.seed, self.chunk = seed_of(seed), integer(chunk, "chunk", least=1)
        self.weekly, self.monthly, self.device = list(weekly), list(monthly), device
        self.identities = members_of(members, distinct=parameters is None)
        self.given = _checked(problem, parameters, len(self.identities))
        self._engine = self._new_engine()
        self._ready = False
        self.manifest = manifest_of(
            problem,
            seed=self.seed,
            members=self.identities,
            chunk=self.chunk,
            recorded=[*(["summaries"] if summarised else []), *weekly, *monthly],
            kernel=kernel,
            parameters=self.given,
            note=note,
            device=device,
        )
        self.name = checksum("/".join(str(self.manifest[key]) for key in ("members", "parameters")).encode())[:10]
        self.name = f"{run_hash(self.manifest)[:20]}{self.name}"
        self.store: Store | None = None
        if store is not None:
            stamps = [self.stamp(number) for number in range(len(self))]
            self.store = open_store(store, self.manifest, stamps, self.stamp)
        self.away = False

    def __len__(self) -> int:
        return -(-len(self.identities) // self.chunk)

    def size(self, number: int) -> int:
        """How many members a chunk has."""
        return min(self.chunk, len(self.identities) - number * self.chunk)

    def stamp(self, number: int, count: int | None = None) -> Stamp:
        """The stamp of a chunk, or of its first `count` members."""
        identities, given = self._given(number, count)
        return stamp_of(identities, given)

    def _given(self, number: int, count: int | None = None) -> tuple[np.ndarray, dict[str, np.ndarray] | None]:
        at = slice(number * self.chunk, number * self.chunk + (self.size(number) if count is None else count))
        if isinstance(self.given, SharedDraws):
            return self.identities[at], self.given.of(at)
        given = None if self.given is None else {name: value[at] for name, value in self.given.items()}
        return self.identities[at], given

    def pieces(self) -> Iterator[tuple[int, Any]]:
        """Every chunk: its number, and what a worker must be given for it."""
        for number in range(len(self)):
            yield number, self._given(number)

    def prepare(self, executor: Executor, meter: Meter) -> None:
        """Compile once, in this thread, where the pieces will find it."""
        self.away = executor.away
        for line in self.store.said if self.store is not None else []:
            meter.say(line)
        if not executor.shares_cache:
            return
        if self.device.kind == "cuda":
            self._engine.prepare(meter)
            self._ready = True
            return
        if not woven.is_compiled(self._engine.module()):
            meter.say("compiling the country: once, a few seconds; kept on disk for next time")
        self.engine()

    def engine(self) -> Any:
        """The engine, compiled: built once in a process, whoever asks first."""
        with BUILDING:
            if not self._ready:
                self._engine = self._engine or self._new_engine()
                warm(self._engine)
                self._ready = True
        return self._engine

    def piece(self, number: int, given: Any) -> Done:
        """One chunk: from the store where it is whole there, else run."""
        identities, parameters = given
        done = self.kept(number, identities, parameters)
        if done.kept:
            return done
        values = self.values_of(identities, parameters)
        blocks = (self.engine().run(part, members, self.seed) for part, members in self.blocks_of(identities, values))
        return self.finish(number, given, values, blocks, done.again)

    def read(self, number: int) -> xr.Dataset:
        """A chunk that lies whole in the store. Raises FileError E104, E109."""
        assert self.store is not None
        return self.store.read(number, self.stamp(number))

    def kept(self, number: int, identities: np.ndarray, parameters: Mapping[str, np.ndarray] | None) -> Done:
        """What the store has of a chunk; `kept` is False where it must be run."""
        if self.store is None:
            return Done(None)
        stamp = stamp_of(identities, parameters)
        found = self.store.look(number, stamp)
        if found.files is not None:
            return Done(None if self.away else decoded(found.files, f"chunk {number} of {self.store}"), kept=True)
        again = ""
        if found.state == "damaged":
            again = f"chunk {number} of {self.store} is damaged ({found.why}): run again"
        return Done(None, again=again)

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
        self, number: int, given: Any, values: Mapping[str, np.ndarray], blocks: Iterable[Block], again: str = ""
    ) -> Done:
        """A chunk's dataset from its blocks; written into the store if there is one.

        Parameters
        ----------
        number, given
            Of the piece.
        values
            Parameters of its members, given or drawn.
        blocks
            What was run, in order.
        again
            Why it was run again, if it was.
        """
        identities, parameters = given
        pairs = zip(blocks, self.blocks_of(identities, values), strict=True)
        if self.summarised:
            data = digest(self.problem, ((block, members) for block, (_, members) in pairs))
        else:
            parts = [dataset_of(self.problem, block, members, part) for block, (part, members) in pairs]
            data = joined(parts)
        stored = self.store is not None and self.store.write(number, stamp_of(identities, parameters), data)
        return Done(None if stored and self.away else data, again=again)

    def _new_engine(self) -> Any:
        if self.device.kind == "cuda":
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


def _checked(
    problem: Problem, parameters: Mapping[str, np.ndarray] | None, members: int
) -> SharedDraws | dict[str, np.ndarray] | None:
    """Parameters as arrays, a row for each member. Raises RunError E445 where one is missing or of another shape."""
    if parameters is None:
        return None
    if isinstance(parameters, SharedDraws):
        _checked(problem, parameters.values_of_draws, parameters.draws)
        if len(parameters.which) != members:
            raise RunError("E445", f"draws are shared out to {len(parameters.which)} members, not to {members}")
        return parameters
    given = {name: np.asarray(value) for name, value in parameters.items()}
    for name, priors in problem.priors.items():
        shape = (members, *priors.shape)
        if name not in given:
            raise RunError("E445", f"parameter {name} is missing among those given")
        if given[name].shape != shape:
            raise RunError("E445", f"parameter {name} has shape {given[name].shape}; {members} members need {shape}")
    return given
