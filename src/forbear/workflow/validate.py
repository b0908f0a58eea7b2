"""Validate a fitted scenario: whether its answers deserve belief."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.errors import FitError
from forbear.integers import seed_of, workers_of
from forbear.validation import transport
from forbear.validation import validate as parts_of_a_validation
from forbear.validation.lines import validation_lines
from forbear.validation.validate import FILE, PARTS, load_validation, save_validation
from forbear.workflow.arguments import meter_of, scenario_of
from forbear.workflow.given import Given, resolve
from forbear.workflow.places import is_own

if TYPE_CHECKING:
    import pandas as pd

    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["Validation", "on_record", "target_of", "validate"]


@dataclass(frozen=True, repr=False)
class Validation(Mapping[str, Mapping[str, Any]]):
    """Results by part, as plain numbers: `found["recovery"]`. In the order in which they were judged."""

    scenario: str
    results: Mapping[str, Any]

    def __getitem__(self, part: str) -> Mapping[str, Any]:
        return dict(self.results[part]) if part in PARTS else self.results[part]

    def __iter__(self) -> Iterator[str]:
        return (part for part in PARTS if part in self.results)

    def __len__(self) -> int:
        return sum(part in self.results for part in PARTS)

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """For a terminal, each part with a sentence that says what its numbers mean."""
        return validation_lines(dict(self.results))

    def to_frame(self) -> pd.DataFrame:
        """A row for each part: whether it was a quick one, its seconds, and the sentence that says what it asks."""
        import pandas as pd  # heavy: only who asks for a table waits for it

        rows = [
            {"part": part, "quick": bool(self[part].get("quick")), "seconds": self[part].get("seconds"),
             "asks": validation_lines({part: dict(self[part])})[1]}
            for part in self
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["part", "quick", "seconds", "asks"]).set_index("part")

    def save(self, path: str | Path) -> Path:
        """Write the results whole or not at all, and beside them what a scenario without data may borrow.

        Raises FileError E103.
        """
        target = Path(path)
        save_validation(dict(self.results), target)
        carried = self.results.get("transport")
        if carried and carried["parameters"]:
            name = transport.FILE if target.name == FILE else target.name.replace("validation", "transport")
            save_validation(transport.shortened(carried), target.with_name(name))
        return target


def on_record(scenario: Scenario | str | Path) -> Validation:
    """The validation beside a scenario. Raises FitError E610 where there is none."""
    opened = scenario_of(scenario)
    found, name = load_validation(opened), opened.problem().name
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
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Validation:
    """Hold-out forecasts against baselines, recovered truth, neutrality, structural rivals, contraction, transport.

    Parameters
    ----------
    scenario
        A scenario, or its name in the library, or a path.
    given
        The posterior that is judged: the one beside the scenario, a `Posterior`, or the path of one.
    parts
        Any of neutrality, regions, contraction, predictive, forecast, structures, recovery, transport; all when None.
        Parts that are not run keep what is on record of them.
    quick
        Fewer draws and worlds; the parts are marked as quick.
    seed
        Names all randomness.
    store
        Folder for the fits that hold-out and structures need, so that a stopped validation goes on.
    workers, progress
        As for `simulate`.

    Returns
    -------
    Validation
        Results by part; `.lines()`, `.to_frame()`, `.save(path)`.

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
    results = parts_of_a_validation.validate(
        opened,
        found.posterior,
        parts=parts,
        store=Path(store) if store is not None else None,
        seed=seed_of(seed),
        quick=quick,
        before=load_validation(opened),
        workers=workers_of(workers),
        progress=meter,
    )
    return Validation(opened.problem().name, results)


def target_of(scenario: Scenario) -> Path:
    """Where results are written unless told: beside a scenario of the user's own, else into this folder."""
    if is_own(scenario) and scenario.file is not None:
        return Path(scenario.file).parent / FILE
    return Path(f"{scenario.problem().name}-validation.json")
