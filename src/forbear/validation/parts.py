"""The parts of a validation. Each takes a scenario and its posterior and returns plain numbers for tables and pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.inference.settings import Settings
    from forbear.scenario.scenario import Scenario

__all__ = ["contraction", "forecast", "neutrality", "predictive", "recovery", "structures", "transport"]

#: Lever changes whose effects are recovered in synthetic worlds and whose contraction is shown.
CHANGES: dict[str, dict[str, Any]] = {
    "half as many soldiers more": {"intervener.force": "*1.5"},
    "a quarter of the soldiers": {"intervener.force": "*0.25"},
}


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
    from forbear.scenario.casefiles.audit import load_audit
    from forbear.validation.neutrality import audit

    if load_audit(scenario) is None:
        return {"rows": [], "condition": "no audit.toml beside the scenario", "share": float("nan")}
    found = audit(scenario, draws=512 if quick else 1024, seed=seed, forms=False, workers=workers).as_dict()
    if not quick:  # rival forms with fewer draws: they are shown, the gate is on the model's own
        rivals = audit(scenario, draws=512, seed=seed, forms=True, workers=workers).as_dict()
        found["rows"] += [row for row in rivals["rows"] if row["form"]]
    return found


def contraction(
    scenario: Scenario,
    posterior: Posterior,
    *,
    seed: int,
    quick: bool,
    store: Path | None,
    workers: int | None,
    meter: Meter,
) -> dict[str, Any]:
    """What the data moved: parameters and effects."""
    from forbear.ensemble.runner import simulate
    from forbear.inference.identification import contractions, declared_against_measured
    from forbear.questions.effects import contraction as narrowed
    from forbear.scenario.casefiles.audit import load_audit

    rows = contractions(posterior)
    plausible = (load_audit(scenario) or {}).get("condition", {})
    low, high = plausible.get("low", 2e4), plausible.get("high", 1.5e6)
    count = min(len(posterior), 64 if quick else 256)
    effects = {}
    given = {
        "prior": posterior.space.values(posterior.space.draw(4 * count, seed, "effects")),
        "posterior": posterior.parameters(count),
    }
    for name, change in CHANGES.items():
        drawn = {}
        for which, values in given.items():
            totals = []
            for problem in (scenario.problem(), scenario.with_levers(change, name=name).problem()):
                size = len(next(iter(values.values())))
                data = simulate(
                    problem, members=size, seed=seed, parameters=values, workers=workers, weekly=("deaths",), monthly=()
                ).data
                totals.append(data["deaths"].values.sum(axis=1))
            kept = (totals[0] > low) & (totals[0] < high) if which == "prior" else np.ones(len(totals[0]), bool)
            drawn[which] = ((totals[1] + 1.0) / (totals[0] + 1.0))[kept]
        effects[name] = {
            "contraction": narrowed(drawn["prior"], drawn["posterior"], "ratio"),
            "prior": np.quantile(drawn["prior"], [0.05, 0.25, 0.5, 0.75, 0.95]).tolist(),
            "posterior": np.quantile(drawn["posterior"], [0.05, 0.25, 0.5, 0.75, 0.95]).tolist(),
        }
    return {
        "parameters": [{"name": r.name, "contraction": r.contraction, "error": r.error, "shift": r.shift, "declared": r.declared, "measured": r.measured} for r in rows],
        "classes": declared_against_measured(rows),
        "effects": effects,
        "draws": len(posterior),
    }  # fmt: skip


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
    from forbear.ensemble.runner import simulate
    from forbear.inference.data import gather
    from forbear.inference.predictive import national_facts, series_checks

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


def holdout(
    scenario: Scenario,
    settings: Settings,
    *,
    seed: int,
    store: Path | None,
    workers: int | None,
    meter: Meter,
    name: str = "holdout",
) -> Posterior:
    """Fit a scenario to what was known before its hold-out month; gates do not stop it, faults are noted."""
    from dataclasses import replace

    from forbear.inference.fit import fit
    from forbear.inference.settings import GATES
    from forbear.validation.validate import holdout_month

    lenient = replace(GATES, misfit=1e9, noise=1e9, accepted=0.0, agreement=1e9, coverage=0.0)
    folder = None if store is None else store / name
    return fit(
        scenario, settings=settings, gates=lenient, stages=("scout", "refine"), until=holdout_month(scenario), seed=seed, store=folder,
        workers=workers, progress=meter,
    )  # fmt: skip


def forecast(
    scenario: Scenario,
    posterior: Posterior,
    *,
    seed: int,
    quick: bool,
    store: Path | None,
    workers: int | None,
    meter: Meter,
) -> dict[str, Any]:
    """Rolling-origin forecasts by a fit that has not seen the months it forecasts."""
    from forbear.inference.settings import FULL, QUICK
    from forbear.validation.validate import holdout_month

    # a fit that stopped where the hold-out begins is the judged one itself
    seen = str(posterior.notes.get("until", "")) == holdout_month(scenario)
    fitted = (
        posterior
        if seen
        else holdout(scenario, QUICK if quick else FULL, seed=seed, store=store, workers=workers, meter=meter)
    )
    out = {
        **roll_and_judge(scenario, fitted, seed=seed, workers=workers, meter=meter),
        "fit": fitted.notes.get("refine", {}).get("faults", []),
    }
    if not out["series"]:
        from forbear.validation.ending import later_numbers

        out |= later_numbers(scenario, fitted, seed=seed, workers=workers, meter=meter)
    later = afterwards(scenario, posterior, seed=seed, workers=workers, meter=meter)
    return {**out, "afterwards": later} if later else out


def afterwards(
    scenario: Scenario, posterior: Posterior, *, seed: int, workers: int | None, meter: Meter
) -> dict[str, Any] | None:
    """Years after the scenario's end, which no fit has seen, from its last month: scores by year against the baselines.

    The file afterwards.toml beside a scenario carries it on; None where there is none.
    """
    from dataclasses import replace

    from forbear.inference.data import gather
    from forbear.inference.forecast.comparison import skill_table
    from forbear.inference.forecast.rolling import MODEL_NAME, roll
    from forbear.inference.space import Space
    from forbear.scenario import Scenario as Reader

    path = Path(scenario.file).with_name("afterwards.toml") if scenario.file else None
    if path is None or not path.exists():
        return None
    longer = Reader.load(path)
    problem = longer.problem()
    data = gather(longer, problem)
    space = Space(problem, posterior.space.dispersion_medians)
    if space.names != posterior.space.names or not district_series(data):
        return None
    first = len(scenario.problem().month_labels)
    horizon = len(problem.month_labels) - first
    series = district_series(data)
    rolled = roll(
        longer, replace(posterior, space=space), data, series=series, origins=[problem.month_labels[first]], horizon=horizon,
        seed=seed, workers=workers, progress=meter,
    )  # fmt: skip
    groups = [(a, min(a + 11, horizon)) for a in range(1, horizon + 1, 12)]
    tables = {}
    for level, models in rolled.scores.items():
        others = {name: scores for name, scores in models.items() if name != MODEL_NAME}
        tables[level] = skill_table(
            {MODEL_NAME: models[MODEL_NAME]}, others, rolled.places, rolled.horizons, seed, groups=groups
        )
    observed = np.nansum(rolled.observed[0], axis=0)
    years = {problem.month_labels[first + a - 1][:4]: slice(a - 1, b) for a, b in groups}
    return {
        "origin": problem.month_labels[first], "tables": tables,
        "observed": {y: float(observed[s].sum()) for y, s in years.items()},
        "median": {y: float(rolled.median[0].sum(axis=0)[s].sum()) for y, s in years.items()},
        "calibration": {level: {k: float(v) for k, v in models[MODEL_NAME].items()} for level, models in rolled.calibration.items()},
    }  # fmt: skip


def roll_and_judge(
    scenario: Scenario, fitted: Posterior, *, seed: int, workers: int | None, meter: Meter, baselines: bool = True
) -> dict[str, Any]:
    """Scores, calibration and the pre-registered judgement of a hold-out fit's forecasts."""
    from forbear.inference.data import gather
    from forbear.inference.forecast.comparison import skill_table
    from forbear.inference.forecast.judgement import judgement
    from forbear.inference.forecast.rolling import MODEL_NAME, roll
    from forbear.validation.validate import holdout_month

    data = gather(scenario, fitted.space.problem)
    series = district_series(data)
    if not series:
        return {"series": [], "word": "not judged", "banner": "No series by district: forecasts are not judged."}
    first = fitted.space.problem.month_labels.index(holdout_month(scenario))
    labels = fitted.space.problem.month_labels
    origins = [labels[i] for i in range(first, min(first + 13, len(labels) - 12), 3)]
    rolled = roll(
        scenario,
        fitted,
        data,
        series=series,
        origins=origins,
        seed=seed,
        baselines=baselines,
        workers=workers,
        progress=meter,
    )
    tables = {}
    for level, models in rolled.scores.items():
        model = {MODEL_NAME: models[MODEL_NAME]}
        others = {name: scores for name, scores in models.items() if name != MODEL_NAME}
        tables[level] = skill_table(model, others, rolled.places, rolled.horizons, seed)
    judged = judgement(tables["district"])
    return {
        "series": series, "origins": origins, "tables": tables, "word": judged.word, "banner": judged.banner,
        "checks": {k: [bool(held), float(ratio)] for k, (held, ratio) in judged.checks.items()},
        "calibration": {level: {m: {k: float(v) for k, v in s.items()} for m, s in models.items()} for level, models in rolled.calibration.items()},
        "pit": np.histogram(rolled.pit, bins=10, range=(0, 1))[0].tolist(),
        "mean_crps": {level: {m: np.nanmean(s["crps"], axis=(0, 1)).tolist() for m, s in models.items()} for level, models in rolled.scores.items()},
    }  # fmt: skip


def district_series(data: Any) -> list[str]:
    """Event series by district that cover the hold-out without gaps: those whose absent rows mean zero."""
    months = len(data.months)
    return [
        s.name
        for s in data.series
        if s.kind == "counts" and (s.element >= 0).all() and len(np.unique(s.last)) > 0.8 * months
    ]


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
    from forbear.inference.data import gather
    from forbear.validation.rivals import compare_structures

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
    from forbear.validation.known_worlds import recover_known_worlds

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
    from forbear.inference.plan import load_plan
    from forbear.inference.posterior import Posterior as Fitted
    from forbear.scenario import Scenario as Reader
    from forbear.scenario.reading.chain import LIBRARY, library_names
    from forbear.validation.transport import transport as carried

    own = scenario.problem().name
    fitted = (name for name in library_names() if name != own and (LIBRARY / name / "posterior.npz").exists())
    name = load_plan(scenario).home or next(fitted, own)
    home = Reader.load(name)
    found = Fitted.of(home)
    if found is None or name == own:
        return {"from": "", "parameters": [], "scores": {}}
    return carried(
        scenario, posterior, home=(home, found), seed=seed, quick=quick, store=store, workers=workers, meter=meter
    )
