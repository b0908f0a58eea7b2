"""Parts of a validation that set a posterior beside the war it was fitted to: facts, course, place, discrepancies, modes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.inference.facts import judge, load_facts
from forbear.inference.fit import Fitting
from forbear.inference.posterior import plain
from forbear.inference.predictive import Check, course_checks

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["facts", "modes", "predictive"]


def facts(
    scenario: Scenario, posterior: Posterior, *, seed: int, quick: bool, store: Path | None, workers: int | None, meter: Meter
) -> dict[str, Any]:  # fmt: skip
    """The gate: every fact of history beside the posterior predictive. rows: as `FactResult`; held, of, passed, gate."""
    known = load_facts(scenario)
    if not known:
        return {
            "rows": [],
            "held": 0,
            "of": 0,
            "passed": False,
            "gate": 0.0,
            "note": "no facts.toml beside the scenario",
        }
    work = Fitting(scenario, until=None, workers=workers, meter=meter)
    scores = posterior.scores[posterior.chosen(128 if quick else 512)]
    data = work.simulate(scores, seed * 100 + 78, more=[q for f in known.values() for q in f.quantities])
    found = plain(judge(known, data, usable=not posterior.quick).as_dict())
    return {"rows": found["results"], **{k: found[k] for k in ("held", "of", "passed", "gate")}}


def predictive(
    scenario: Scenario, posterior: Posterior, *, seed: int, quick: bool, store: Path | None, workers: int | None, meter: Meter
) -> dict[str, Any]:  # fmt: skip
    """Course, place and kind number by number, and discrepancies by series.

    checks: course and kind, with `low` and `high` the central nine tenths; places: shares of members by period; facts: those
    of history in the same form; discrepancies; by_series: numbers inside nine tenths of replicated data, and of how many.
    """
    until = str(posterior.notes.get("until") or "") or None  # only what the fit has seen
    work = Fitting(scenario, until=until, workers=workers, meter=meter)
    count = 128 if quick else 512
    data = work.simulate(posterior.scores[posterior.chosen(count)], seed + 5)
    found = course_checks(work.terms, work.said(data), seed)
    held = posterior.facts
    rows = [] if held is None else [
        {"series": r.measure, "label": r.title, "observed": r.observed, "median": r.median, "low": r.low_90, "high": r.high_90, "inside": r.holds,
         "replicated": False}
        for r in held.results
    ]  # fmt: skip
    return dict(plain({
        "checks": [_row(c) for c in found.checks if c.word != "place"], "places": [_row(c) for c in found.checks if c.word == "place"],
        "facts": rows, "discrepancies": [d.as_dict() for d in found.discrepancies], "by_series": found.by_series, "inside_90": found.share,
        "inside_50": found.half, "members": count,
    }))  # fmt: skip


def _row(check: Check) -> dict[str, Any]:
    return {**check.as_dict(), "low": check.low_90, "high": check.high_90, "replicated": True}


def modes(
    scenario: Scenario, posterior: Posterior, *, seed: int, quick: bool, store: Path | None, workers: int | None, meter: Meter
) -> dict[str, Any]:  # fmt: skip
    """Whether the scouts found one place or several, agreement, effective and distinct draws; all from the fit's notes."""
    refine = posterior.notes.get("refine") or {}
    names = (
        "rhat_90",
        "rhat_largest",
        "rhat_level",
        "effective",
        "effective_median",
        "distinct",
        "draws",
        "noise",
        "runs",
        "faults",
    )
    return {
        **{n: refine.get(n) for n in names},
        "modes": refine.get("modes", {"count": 0, "places": []}),
        "scout": posterior.notes.get("scout", {}),
    }
