"""The parts of a validation, in the order in which they are run: a name, what it asks, and what answers it.

Each takes a scenario and its posterior and returns plain numbers for tables and pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.ensemble.runner import simulate
from forbear.inference.data import gather
from forbear.inference.plan import load_plan
from forbear.inference.posterior import Posterior
from forbear.inference.predictive import national_facts, series_checks
from forbear.scenario.casefiles.audit import load_audit
from forbear.scenario.reading.chain import LIBRARY, library_names
from forbear.scenario.scenario import Scenario
from forbear.validation.contraction import CHANGES, contraction
from forbear.validation.forecasts import forecast
from forbear.validation.holdout import district_series
from forbear.validation.known_worlds import recover_known_worlds
from forbear.validation.neutrality import audit
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


def predictive(
    scenario: Scenario,
    posterior: Posterior,
    *,
    seed: int,
    quick: bool,
    store: Path | None,
    workers: int | None,
    meter: Meter,
) -> dict[str, Any]:
    """Does the fitted model reproduce what it was fitted to, and facts it was not asked for one by one?"""

    problem = scenario.problem()
    data = gather(scenario, problem).until(posterior.notes.get("until") or None)  # only what the fit has seen
    count = 128 if quick else 512
    ensemble = simulate(
        problem, members=count, seed=seed + 5, parameters=posterior.parameters(count), workers=workers, weekly=("deaths", "observed_displaced"),
        monthly=[*data.quantities, "observed_displaced"],
    )  # fmt: skip
    checks = [c.as_dict() for c in series_checks(ensemble, data, seed)]
    facts = [c.as_dict() for c in national_facts(ensemble, data)]
    by_series = {
        name: [sum(c["inside"] for c in checks if c["series"] == name), sum(c["series"] == name for c in checks)]
        for name in dict.fromkeys(c["series"] for c in checks)
    }  # fmt: skip
    return {"checks": checks, "facts": facts, "by_series": by_series, "members": count}


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
        Part("contraction", "What did the data move?", contraction),
        Part("predictive", "Does the fitted model reproduce what it was fitted to?", predictive),
        Part("forecast", "Does it foresee months that it has not seen?", forecast),
        Part("structures", "Do rival structures foresee as well?", structures),
        Part("recovery", "Does the fit find a truth that is known?", recovery),
        Part("transport", "Does what was learned elsewhere travel here?", transport),
    )
}
