"""The parts of a validation, in the order in which they are run: a name, what it asks, and what answers it.

Each takes a scenario and its posterior and returns plain numbers for tables and pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.inference.data import gather
from forbear.inference.plan import load_plan
from forbear.inference.posterior import Posterior
from forbear.scenario.casefiles.audit import load_audit
from forbear.scenario.reading.chain import LIBRARY, library_names
from forbear.scenario.scenario import Scenario
from forbear.validation.contraction import CHANGES, contraction
from forbear.validation.forecasts import forecast
from forbear.validation.history import facts, modes, predictive
from forbear.validation.holdout import district_series
from forbear.validation.known_worlds import recover_known_worlds
from forbear.validation.neutrality import audit
from forbear.validation.regions import regions_of
from forbear.validation.rivals import compare_structures
from forbear.validation.transport import transport as carried

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter

__all__ = ["PARTS", "Part"]


@dataclass(frozen=True)
class Part:
    """One part of a validation: its name, the question that it asks, and the function that answers it."""

    name: str
    question: str
    run: Callable[..., dict[str, Any]]


def neutrality(
    scenario: Scenario,
    posterior: Posterior,
    *,
    seed: int,
    quick: bool,
    store: Path | None,
    workers: int | None,
    meter: Meter,
) -> dict[str, Any]:
    """Gate G0 under the model's forms and rival ones."""

    if load_audit(scenario) is None:
        return {"rows": [], "condition": "no audit.toml beside the scenario", "share": float("nan")}
    found = audit(scenario, draws=512 if quick else 1024, seed=seed, forms=False, workers=workers).as_dict()
    if not quick:  # rival forms with fewer draws: they are shown, the gate is on the model's own
        rivals = audit(scenario, draws=512, seed=seed, forms=True, workers=workers).as_dict()
        found["rows"] += [row for row in rivals["rows"] if row["form"]]
    return found


def regions(
    scenario: Scenario,
    posterior: Posterior,
    *,
    seed: int,
    quick: bool,
    store: Path | None,
    workers: int | None,
    meter: Meter,
) -> dict[str, Any]:
    """Gate G0 on what each side of a claim asserts: under the model, rival forms and theories."""

    if scenario.beside("claims") is None:
        return {"rows": [], "condition": "no claims beside the scenario", "met": {}, "drawn": 0}
    return regions_of(
        scenario, draws=256 if quick else 2048, seed=seed, forms=not quick, theories=not quick,
        store=None if store is None else store / "regions", workers=workers, progress=meter,
    ).as_dict()  # fmt: skip


def structures(
    scenario: Scenario,
    posterior: Posterior,
    *,
    seed: int,
    quick: bool,
    store: Path | None,
    workers: int | None,
    meter: Meter,
) -> dict[str, Any]:
    """Rival structures: hold-out forecasts of each, stacked."""

    if not district_series(gather(scenario, posterior.space.problem)):
        return {
            "rows": {},
            "points": 0,
            "note": "no series by district and month: structures are not weighed by forecasts",
        }
    return compare_structures(scenario, seed=seed, quick=quick, store=store, workers=workers, meter=meter)


def recovery(
    scenario: Scenario,
    posterior: Posterior,
    *,
    seed: int,
    quick: bool,
    store: Path | None,
    workers: int | None,
    meter: Meter,
) -> dict[str, Any]:
    """Known worlds: ranks of parameters and effects, and verdicts against the truth."""

    return recover_known_worlds(
        scenario, posterior, CHANGES, seed=seed, count=8 if quick else 24, workers=workers, meter=meter
    )


def transport(
    scenario: Scenario,
    posterior: Posterior,
    *,
    seed: int,
    quick: bool,
    store: Path | None,
    workers: int | None,
    meter: Meter,
) -> dict[str, Any]:
    """Parameters of another fitted country, carried here and scored. Nothing where no other country is fitted."""

    own = scenario.problem().name
    fitted = (name for name in library_names() if name != own and (LIBRARY / name / "posterior.npz").exists())
    name = load_plan(scenario).home or next(fitted, own)
    home = Scenario.load(name)
    found = Posterior.of(home)
    if found is None or name == own:
        return {"from": "", "parameters": [], "scores": {}}
    return carried(
        scenario, posterior, home=(home, found), seed=seed, quick=quick, store=store, workers=workers, meter=meter
    )


#: Every part by name, in the order in which they are run.
PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        Part("neutrality", "Before any data, does the model leave every contested lever open?", neutrality),
        Part("regions", "Before any data, is there room for what each side of a claim asserts?", regions),
        Part("contraction", "What did the data move?", contraction),
        Part("facts", "Does the fitted model live through the war that happened?", facts),
        Part(
            "predictive",
            "Does the fitted model reproduce what it was fitted to, and what can it not explain?",
            predictive,
        ),
        Part("modes", "Did independent scouts find the same place?", modes),
        Part("forecast", "Does it foresee months that it has not seen?", forecast),
        Part("structures", "Do rival structures foresee as well?", structures),
        Part("recovery", "Does the fit find a truth that is known?", recovery),
        Part("transport", "Does what was learned elsewhere travel here?", transport),
    )
}
