"""Validation of a fitted scenario: everything that says whether its answers deserve belief, as one table of results."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.progress import Meter, NoMeter
from forbear.errors import FileError, FitError, nearest
from forbear.files import read_json, write_json
from forbear.questions.stamps import posterior_numbers
from forbear.validation.context import Context
from forbear.validation.parts import PARTS, Result

if TYPE_CHECKING:
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["FILE", "PARTS", "load_validation", "read_validation", "results_of", "save_validation", "usable_validation",
    "validate"]  # fmt: skip

FILE = "validation.json"


def load_validation(scenario: Scenario) -> dict[str, Any] | None:
    """The results beside a scenario; None where there are none.

    Raises FileError E104 or E109 where the file cannot be read, is damaged or was changed after it was written.
    """
    path = Path(scenario.file).parent / FILE if scenario.file else None
    return None if path is None or not path.exists() else read_validation(path)


def usable_validation(scenario: Scenario) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """The results beside a scenario that can be used, and of the rest what cannot be, a sentence each.

    For what tells the validation as one part among many: a damaged record, and parts that another version wrote, are
    named and left out.
    """
    again = f"forbear validate {scenario.problem().name}"
    try:
        found = load_validation(scenario)
    except FileError as error:
        return None, (f"{FILE} beside the scenario cannot be used (error {error.code}); {again} makes it again.",)
    if found is None:
        return None, ()
    unread = [part for part in PARTS if part in found and not _readable(part, found[part])]
    if not unread:
        return found, ()
    words = f"{FILE} holds parts that another version wrote ({', '.join(unread)})"
    kept = {key: value for key, value in found.items() if key not in unread}
    return kept, (f"{words}; {again} --parts {','.join(unread)} makes them again.",)


def read_validation(path: Path) -> dict[str, Any]:
    """A record from its file. Raises FileError E104 or E109."""
    found: dict[str, Any] = _numbers(read_json(path, seal=True))
    return found


def validate(
    scenario: Scenario,
    posterior: Posterior,
    *,
    parts: Sequence[str] | None = None,
    store: Path | None = None,
    seed: int = 1,
    quick: bool = False,
    before: Mapping[str, Any] | None = None,
    workers: int | None = None,
    progress: Meter | None = None,
    keep: Callable[[dict[str, Any]], object] | None = None,
    worlds: int | None = None,
) -> dict[str, Any]:
    """Run parts of a validation and return the record.

    Parameters
    ----------
    scenario, posterior
        What is judged.
    parts
        Names; these are run whatever is on record. None: all that are not on record with this seed and no quicker.
    store
        Folder for the fits and worlds that parts need, so that a stopped part goes on.
    seed, quick
        Names all randomness; fewer draws, marked as such.
    before
        A record: what it says of other parts is kept where it speaks of the same draws; what was found of other draws is
        let go, and that is said.
    workers, progress
        Threads; who is told.
    keep
        Called with the record after each part, so that a stopped validation goes on with the next.
    worlds
        Of the calibration, see `Context`.

    Raises
    ------
    FitError
        E609 for an unknown part, and as the parts.
    """
    meter = progress or NoMeter()
    for part in parts or ():
        if part not in PARTS:
            raise FitError(
                "E609", f"no part of a validation is called {part!r}", hint=f"did you mean {nearest(part, PARTS)}?"
            )
    draws = posterior_numbers(posterior)
    out: dict[str, Any] = dict(before or {})
    if out and (out.get("stamp") != posterior.stamp or out.get("posterior", draws) != draws):
        gone = [part for part in PARTS if part in out]
        meter.say(f"another posterior was validated before: {', '.join(gone) or 'nothing'} of it no longer hold")
        out = {}
    unread = [part for part in PARTS if part in out and not _readable(part, out[part])]
    if unread:
        meter.say(f"written by another version of forbear and let go: {', '.join(unread)}")
    known = {"stamp", "posterior", "seed", *PARTS}.difference(unread)
    out = {key: value for key, value in out.items() if key in known}
    same = out.get("seed", seed) == seed
    if parts is None:
        chosen = [p for p in PARTS if not (same and p in out and (quick or not out[p].get("quick")))]
        held = [p for p in PARTS if p not in chosen]
        if held:
            meter.say(f"on record already: {', '.join(held)} (named with --parts they are run again)")
    else:
        chosen = [p for p in PARTS if p in parts]
    out["stamp"], out["posterior"], out["seed"] = posterior.stamp, draws, seed
    context = Context(scenario, posterior, seed, quick, store, workers, meter, worlds)
    for number, name in enumerate(chosen):
        meter.say(f"validate: {name} ({number + 1} of {len(chosen)}): {PARTS[name].question}")
        begun = time.time()
        answer = PARTS[name].run(context)
        found = answer if PARTS[name].kind is not None else PARTS[name].read(answer)
        out[name] = Result(PARTS[name], found, quick, round(time.time() - begun)).as_dict()
        if keep is not None:
            keep(out)
    return out


def _readable(part: str, data: Any) -> bool:
    try:
        Result.read(part, data)
    except FileError:
        return False
    return True


def results_of(record: Mapping[str, Any]) -> dict[str, Result]:
    """The parts of a record, typed, in order. Raises FileError E111 for what another version wrote."""
    return {name: Result.read(name, record[name]) for name in PARTS if name in record}


def save_validation(results: dict[str, Any], path: Path) -> None:
    """Write results, sealed, whole or not at all. Raises FileError E103.

    JSON has no word for not-a-number: it is written as null and read back as what it was.
    """
    write_json(path, _plain(results), seal=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_numbers(inner) for inner in value]
    return math.nan if value is None else value
