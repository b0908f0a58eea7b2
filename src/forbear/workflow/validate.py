"""Validate a fitted scenario: whether its answers deserve belief."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.errors import FileError, FitError, nearest
from forbear.integers import seed_of, workers_of
from forbear.validation import transport
from forbear.validation import validate as parts_of_a_validation
from forbear.validation.parts import Result
from forbear.validation.validate import FILE, PARTS, load_validation, read_validation, save_validation
from forbear.workflow.arguments import count, meter_of, scenario_of
from forbear.workflow.given import Given, resolve
from forbear.workflow.places import is_own

if TYPE_CHECKING:
    import pandas as pd

    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["Validation", "on_record", "target_of", "validate"]


@dataclass(frozen=True, repr=False)
class Validation(Mapping[str, Result]):
    """Results by part, in the order in which they are judged: `found["facts"].found.held`.

    results: the record as a file keeps it, plain numbers by part.
    """

    scenario: str
    results: Mapping[str, Any]

    def __getitem__(self, part: str) -> Result:
        if part not in PARTS or part not in self.results:
            raise KeyError(part)
        return Result.read(part, self.results[part])

    def __iter__(self) -> Iterator[str]:
        return (part for part in PARTS if part in self.results)

    def __len__(self) -> int:
        return sum(part in self.results for part in PARTS)

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def lines(self, parts: Sequence[str] | None = None) -> list[str]:
        """For a terminal, each part with a sentence that says what its numbers mean; all parts when None.

        Raises FitError E609 for an unknown part, E610 for one that is not on record.
        """
        out: list[str] = []
        for part in self if parts is None else parts:
            if part not in PARTS:
                close = nearest(part, PARTS)
                raise FitError("E609", f"no part of a validation is called {part!r}", hint=f"did you mean {close}?")
            if part not in self.results:
                raise FitError(
                    "E610",
                    f"{part} of {self.scenario} is not on record",
                    hint=f"run: forbear validate {self.scenario} --parts {part}",
                )
            try:
                out += ["", *self[part].lines()]
            except FileError as error:
                out += [
                    "",
                    part.upper(),
                    f"written by another version of forbear ({error.code}): run it again with --parts {part}",
                ]
        return out[1:]

    def to_frame(self) -> pd.DataFrame:
        """A row for each part: whether it was a quick one, its seconds, and what it asks."""
        import pandas as pd  # heavy: only who asks for a table waits for it

        rows = [
            {"part": name, "quick": result.quick, "seconds": result.seconds, "asks": result.part.question}
            for name, result in self.items()
        ]
        return pd.DataFrame(rows, columns=["part", "quick", "seconds", "asks"]).set_index("part")

    def save(self, path: str | Path) -> Path:
        """Write the results whole or not at all, and beside them what a scenario without data may borrow.

        Raises FileError E103.
        """
        target = Path(path)
        save_validation(dict(self.results), target)
        carried = self.results.get("transport")
        if carried and carried.get("parameters"):
            name = transport.FILE if target.name == FILE else target.name.replace("validation", "transport")
            # a file of another name must not be written over by what stands beside it
            name = name if name != target.name else f"{target.stem}-transport{target.suffix}"
            save_validation(transport.shortened(carried), target.with_name(name))
        return target


def on_record(scenario: Scenario | str | Path, *, file: str | Path | None = None) -> Validation:
    """The validation on record: in `file`, else in this folder (see `target_of`), else beside the scenario.

    Raises FitError E610 where there is none, FileError E104 and E109 for a file that cannot be read or was altered.
    """
    opened = scenario_of(scenario)
    name = opened.problem().name
    path = target_of(opened) if file is None else Path(file)
    if path.exists():
        return Validation(name, read_validation(path))
    found = None if file is not None else load_validation(opened)
    if found is None:
        raise FitError("E610", f"no validation of {name} is on record", hint=f"run: forbear validate {name}")
    return Validation(name, found)


def validate(
    scenario: Scenario | str | Path,
    *,
    given: str | Path | Posterior | Given = "posterior",
    parts: Sequence[str] | None = None,
    quick: bool = False,
    seed: int = 1,
    store: str | Path | None = None,
    to: str | Path | None = None,
    worlds: int | None = None,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Validation:
    """Facts of history, course, place, discrepancies, forecasts, rival theories, calibration: part by part.

    Parameters
    ----------
    scenario
        A scenario, or its name in the library, or a path.
    given
        The posterior that is judged: the one beside the scenario, a `Posterior`, or the path of one.
    parts
        Any of neutrality, regions, contraction, facts, course, place, discrepancy, modes, forecasts, theories,
        calibration, transport, which are run whatever is on record; None: all that are not on record of these draws with this seed.
    quick
        Fewer draws and worlds; the parts are marked as quick.
    seed
        Names all randomness.
    store
        Folder for fits and worlds that parts need, so that a stopped part goes on.
    to
        A file in which the record stands after each part, and from which a stopped validation goes on; kept in memory
        alone when None.
    worlds
        Worlds of a calibration, 48 (8 of a quick one) when None. Finished ones are kept in `store`, whatever their
        number.
    workers, progress
        As for `simulate`.

    Returns
    -------
    Validation
        Results by part, typed; `.lines()`, `.to_frame()`, `.save(path)`.

    Raises
    ------
    FitError
        E609 for an unknown part, E610 where there is no posterior to validate.

    Examples
    --------
    >>> import forbear as fb
    >>> fb.validate("meadow")
    Traceback (most recent call last):
    forbear.errors.FitError: ...
    """
    opened = scenario_of(scenario)
    meter = meter_of(progress)
    found = resolve(opened, given, progress=meter if progress else None)
    if found.posterior is None:
        name = opened.problem().name
        raise FitError("E610", f"{name} has no posterior to validate", hint=f"run: forbear fit {name}")
    target = Path(to) if to is not None else None
    before = read_validation(target) if target is not None and target.exists() else load_validation(opened)
    name = opened.problem().name

    def keep(results: dict[str, Any]) -> None:
        if target is not None:
            Validation(name, results).save(target)

    results = parts_of_a_validation.validate(
        opened,
        found.posterior,
        parts=parts,
        store=Path(store) if store is not None else None,
        seed=seed_of(seed),
        quick=quick,
        before=before,
        workers=workers_of(workers),
        progress=meter,
        keep=keep,
        worlds=None if worlds is None else count(worlds, "worlds"),
    )
    return Validation(name, results)


def target_of(scenario: Scenario) -> Path:
    """Where results are written unless told: beside a scenario of the user's own, else into this folder."""
    if is_own(scenario) and scenario.file is not None:
        return Path(scenario.file).parent / FILE
    return Path(f"{scenario.problem().name}-validation.json")
