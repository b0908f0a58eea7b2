"""The parts of a validation, in the order in which they are run: a name, what each asks, what answers it, and how it
is read back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from forbear.errors import FileError
from forbear.inference.plan import load_plan
from forbear.inference.posterior import Posterior
from forbear.questions.stored import decode, encode
from forbear.scenario.casefiles.audit import load_audit
from forbear.scenario.reading.chain import LIBRARY, library_names
from forbear.scenario.scenario import Scenario
from forbear.validation import lines as told
from forbear.validation.calibration import Calibration, calibration
from forbear.validation.context import Context
from forbear.validation.contraction import contraction
from forbear.validation.course import Course, course
from forbear.validation.discrepancy import Discrepancies, discrepancy
from forbear.validation.facts import Facts, facts
from forbear.validation.forecasts import Forecasts, forecasts
from forbear.validation.modes import Modes, modes
from forbear.validation.neutrality import audit
from forbear.validation.place import Place, place
from forbear.validation.regions import regions_of
from forbear.validation.theories import Theories, theories
from forbear.validation.transport import transport as carried

__all__ = ["PARTS", "Found", "Part", "Result"]


class Found(Protocol):
    """What a part found: a dataclass of plain fields, which a file keeps."""

    def lines(self) -> list[str]:
        """For a terminal; the first says what the numbers mean."""
        ...


@dataclass(frozen=True)
class Numbers:
    """What the older parts found: numbers by name, and how they are told."""

    values: Mapping[str, Any]
    tell: Callable[[dict[str, Any]], list[str]]

    def lines(self) -> list[str]:
        """For a terminal."""
        return self.tell(dict(self.values))


@dataclass(frozen=True)
class Part:
    """One part of a validation. question: that it asks; run: what answers it; kind: of what it finds; tell: the lines
    of those parts whose numbers have no kind of their own."""

    name: str
    question: str
    run: Callable[[Context], Any]
    kind: type | None = None
    tell: Callable[[dict[str, Any]], list[str]] | None = None

    def read(self, data: Mapping[str, Any]) -> Found:
        """What was found, from a file. Raises FileError E111 for what another version wrote."""
        kept = {key: value for key, value in data.items() if key not in ("quick", "seconds")}
        if self.kind is None:
            assert self.tell is not None
            numbers = Numbers(kept, self.tell)
            try:
                numbers.lines()
            except Exception as error:  # these numbers have no types of their own: what cannot be told is no record
                words = (
                    f"the part {self.name} of a validation lacks or has otherwise what is told of it ({error!r:.120})"
                )
                raise FileError("E111", words, hint=f"make it again: --parts {self.name}") from error
            return numbers
        found: Found = decode(self.kind, _null(kept), file=f"the part {self.name} of a validation")
        return found


@dataclass(frozen=True)
class Result:
    """One part's answer. found: see the part's `kind`; quick: fewer draws and worlds; seconds: that it took."""

    part: Part
    found: Found
    quick: bool = False
    seconds: int = 0

    @classmethod
    def read(cls, name: str, data: Mapping[str, Any]) -> Result:
        """A result on record. Raises FileError E111 for what another version wrote."""
        part, seconds = PARTS[name], data.get("seconds") or 0 if isinstance(data, Mapping) else None
        if not isinstance(seconds, (int, float)) or not math.isfinite(seconds):
            raise FileError(
                "E111", f"the part {name} of a validation is no record of one", hint=f"make it again: --parts {name}"
            )
        return cls(part, part.read(data), bool(data.get("quick")), int(seconds))

    def as_dict(self) -> dict[str, Any]:
        """For a file."""
        values = self.found.values if isinstance(self.found, Numbers) else encode(self.found)
        return {**values, "quick": self.quick, "seconds": self.seconds}

    def lines(self) -> list[str]:
        """Heading and lines, for a terminal."""
        return [self.part.name.upper() + (" (QUICK)" if self.quick else ""), *self.found.lines()]


def _null(value: Any) -> Any:
    """Not-a-number as `decode` expects it: null."""
    if isinstance(value, dict):
        return {key: _null(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_null(inner) for inner in value]
    return None if isinstance(value, float) and value != value else value


def neutrality(context: Context) -> dict[str, Any]:
    """Gate G0 under the model's forms and rival ones."""
    scenario, seed, workers = context.scenario, context.seed, context.workers
    if load_audit(scenario) is None:
        return {"rows": [], "condition": "no audit.toml beside the scenario", "share": float("nan")}
    found = audit(scenario, draws=512 if context.quick else 1024, seed=seed, forms=False, workers=workers).as_dict()
    if not context.quick:  # rival forms with fewer draws: they are shown, the gate is on the model's own
        rivals = audit(scenario, draws=512, seed=seed, forms=True, workers=workers).as_dict()
        found["rows"] += [row for row in rivals["rows"] if row["form"]]
    return found


def regions(context: Context) -> dict[str, Any]:
    """Gate G0 on what each side of a claim asserts: under the model, rival forms and theories."""
    if context.scenario.beside("claims") is None:
        return {"rows": [], "condition": "no claims beside the scenario", "met": {}, "drawn": 0}
    return regions_of(
        context.scenario,
        draws=256 if context.quick else 2048,
        seed=context.seed,
        forms=not context.quick,
        theories=not context.quick,
        store=None if context.store is None else context.store / "regions",
        workers=context.workers,
        progress=context.meter,
    ).as_dict()


def transport(context: Context) -> dict[str, Any]:
    """Parameters of another fitted country, carried here and scored. Nothing where no other country is fitted."""
    own = context.scenario.problem().name
    fitted = (name for name in library_names() if name != own and (LIBRARY / name / "posterior.npz").exists())
    name = load_plan(context.scenario).home or next(fitted, own)
    home = Scenario.load(name)
    found = Posterior.of(home)
    if found is None or name == own:
        return {"from": "", "parameters": [], "scores": {}}
    return carried(
        context.scenario,
        context.posterior,
        home=(home, found),
        seed=context.seed,
        quick=context.quick,
        store=context.store,
        workers=context.workers,
        meter=context.meter,
    )


#: Every part by name, in the order in which they are run.
PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        Part(
            "neutrality",
            "Before any data, does the model leave every contested lever open?",
            neutrality,
            tell=told.neutrality,
        ),
        Part(
            "regions",
            "Before any data, is there room for what each side of a claim asserts?",
            regions,
            tell=told.regions,
        ),
        Part("contraction", "What did the data move?", contraction, tell=told.contraction),
        Part("facts", "Does the fitted model live through the war that happened?", facts, Facts),
        Part("course", "Does it go the way that the war went, series by series?", course, Course),
        Part("place", "Does it happen where it happened?", place, Place),
        Part("discrepancy", "What can it not explain?", discrepancy, Discrepancies),
        Part("modes", "Did independent scouts find the same place, and do they answer alike?", modes, Modes),
        Part("forecasts", "Does it foresee months that it has not seen?", forecasts, Forecasts),
        Part("theories", "Do rival theories foresee as well?", theories, Theories),
        Part(
            "calibration",
            "Does the fit find a truth that is known, and how often does it say so?",
            calibration,
            Calibration,
        ),
        Part("transport", "Does what was learned elsewhere travel here?", transport, tell=told.transport),
    )
}
