"""What the data moved: parameters, and effects of two changes of a lever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.runner import simulate
from forbear.inference.identification import contractions, declared_against_measured
from forbear.questions.effects import contraction as narrowed
from forbear.scenario.casefiles.audit import load_audit

if TYPE_CHECKING:
    from forbear.validation.context import Context

__all__ = ["CHANGES", "contraction"]

#: Lever changes whose effects are shown where nothing beside the scenario names others.
CHANGES: dict[str, dict[str, Any]] = {
    "half as many soldiers more": {"intervener.force": "*1.5"},
    "a quarter of the soldiers": {"intervener.force": "*0.25"},
}


def contraction(context: Context) -> dict[str, Any]:
    """What the data moved: parameters and effects. Randomness: named by the seed."""
    scenario, posterior, seed, workers = context.scenario, context.posterior, context.seed, context.workers
    rows = contractions(posterior)
    audited = load_audit(scenario)
    plausible = audited.condition if audited is not None else None
    low, high = (plausible.low, plausible.high) if plausible is not None else (2e4, 1.5e6)
    count = min(len(posterior), 64 if context.quick else 256)
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
