"""Where every number of a claim comes from: runs, draws, parameters, series, facts, studies, cases."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from forbear.country.model import MODEL
from forbear.evidence.catalogue import catalogue
from forbear.questions.outside import findings

if TYPE_CHECKING:
    from forbear.inference.facts import FactsHeld
    from forbear.questions.odds_telling import OtherWars
    from forbear.questions.results import ClaimResult, Provenance
    from forbear.scenario.scenario import Scenario

__all__ = ["trace_lines"]

WIDTH = 110


def trace_lines(
    result: ClaimResult,
    made: Provenance,
    scenario: Scenario | None = None,
    facts: FactsHeld | None = None,
    wars: OtherWars | None = None,
) -> list[str]:
    """The trace of one claim, for a terminal.

    facts: those of history beside the fitted model; scenario: whose series are named with their sources; None: their
    names alone; wars: what other wars say of it.
    """
    return [
        "",
        "TRACE",
        *_runs(result, made),
        *_draws(made),
        *_parameters(result),
        *_series(made, scenario),
        *_facts(result, facts),
        *_studies(result),
        *_cases(made),
        *(_wars(wars) if wars is not None else []),
        f"  repeat: {made.asked}",
    ]


def _para(label: str, text: str) -> list[str]:
    return textwrap.wrap(f"{label}: {text}", WIDTH, subsequent_indent="    ")


def _runs(result: ClaimResult, made: Provenance) -> list[str]:
    each = made.members * made.replications
    out = _para(
        f"runs, seed {made.seed}",
        f"{each:,} of each strategy over the {made.given}, {made.prior_members:,} over the prior, "
        f"{made.structure_members} draws of each rival structure; {made.runs:,} of the whole battery in "
        f"{made.seconds} s",
    )
    for strategy in dict.fromkeys((result.claim.base, result.claim.changed)):
        out.append(f"  strategy {strategy}: problem {made.problems.get(strategy, '')}")
    return out


def _draws(made: Provenance) -> list[str]:
    out = _para(
        "draws",
        f"{made.members} draws x {made.replications} runs of the {made.given}; {made.prior_members} prior draws, "
        f"{made.prior_conditioned} with a war of plausible size" + (f"; {made.fit}" if made.fit else ""),
    )
    return [*out, *(f"  {key} {value}" for key, value in made.stamp.items())]


def _parameters(result: ClaimResult) -> list[str]:
    """Those that the claim names, those on which it splits, those whose study would tell."""
    studied = [found.name for found in result.information if found.kind == "study"]
    named = dict.fromkeys([*result.claim.deciding, *(name.partition("[")[0] for name in (*result.splits, *studied))])
    known = {parameter.name: parameter for parameter in MODEL.parameters.values()}
    out = []
    for name in named:
        if name in known:
            declared = known[name]
            told = f"{declared.meaning} [{declared.unit}]; class {declared.identification}; "
            told += f"equations {', '.join(declared.equations)}; {declared.source}"
            out += _para(f"  parameter {declared.key}", told)
    return out


def _series(made: Provenance, scenario: Scenario | None) -> list[str]:
    if not made.series:
        return ["  series: none, for nothing was fitted" if made.given == "prior" else "  series: not noted"]
    known = scenario.observations if scenario is not None else {}
    out = []
    for name in made.series:
        series = catalogue().get(known[name].series) if name in known else None
        if series is None:
            out.append(f"  series {name}")
            continue
        cited = "; ".join(f"{source.title} ({source.publisher})" for source in series.sources)
        out += _para(f"  series {name}", f"{known[name].quantity}, from {series.name}: {series.title}; {cited}")
    return out


def _facts(result: ClaimResult, facts: FactsHeld | None) -> list[str]:
    out = []
    for name in result.claim.needs:
        known = facts.get(name) if facts is not None else None
        out += _para(
            f"  fact {name}", "not set beside the model" if known is None else f"{known.title}; {known.source}"
        )
    return out


def _studies(result: ClaimResult) -> list[str]:
    if not result.claim.evidence:
        return ["  studies: the claim names none"]
    return [
        line
        for found in findings(result.claim.evidence)
        for line in _para(
            f"  study {found.name}", f"{found.words}; {found.reference}; {found.source} [{found.quality}]"
        )
    ]


def _cases(made: Provenance) -> list[str]:
    words = made.record or "no record of other wars was heard"
    return _para("  cases", f"{words}{': ' + ', '.join(made.cases) if made.cases else ''}")


def _wars(wars: OtherWars) -> list[str]:
    """Every study and every war that would move the odds, each with what it does to them."""
    if not wars.rows:
        return _para("  other wars", f"not known: {wars.command}")
    out = _para("  other wars", wars.note)
    for study in wars.studies:
        out += _para(f"    study {study.name}", f"{study.words}; {study.title}; {study.more}")
    out += [f"    case {case.name}: the record {case.words}" for case in wars.cases]
    return [*out, *(["    a case, number by number: forbear atlas show CASE"] if wars.cases else [])]
