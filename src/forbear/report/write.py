"""Writes the report: gathers figures, tables and words, and fills one page that needs nothing from outside."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.errors import FitError
from forbear.files import make_folder, write_text
from forbear.questions.answers import Answers
from forbear.questions.odds_on_record import odds_or_why
from forbear.questions.stamps import stale_answers
from forbear.report.answers import answer_sections
from forbear.report.atlas.section import AtlasSection, atlas_section
from forbear.report.base_rates import base_rates_section
from forbear.report.citations import bibtex, methods, references
from forbear.report.front import Front, front_page
from forbear.report.gather import chart_sections, deaths_first, district_maps
from forbear.report.leads import leads
from forbear.report.pictures import first_chart, share_image
from forbear.report.reproduce import reproduction
from forbear.report.stances import stances
from forbear.report.tables import FitRow, cost_rows, fit_rows, prior_rows, series_rows, source_rows
from forbear.report.templates import environment
from forbear.report.transport import transport_section
from forbear.report.validation import validation_sections
from forbear.report.wars import wars_section
from forbear.scenario.observed import Observed, observed_values

if TYPE_CHECKING:
    from forbear.ensemble.matching import Matching
    from forbear.ensemble.results import Ensemble
    from forbear.inference.posterior import Posterior
    from forbear.prospective.telling import Proposal
    from forbear.scenario import Problem, Scenario
    from forbear.validation.base_rates import BaseRate

__all__ = ["front_of", "with_downloads", "write"]


def write(
    ensemble: Ensemble,
    scenario: Scenario,
    problem: Problem,
    *,
    to: str | Path,
    prior: Ensemble | None = None,
    matching: Matching | None = None,
    command: str = "",
    posterior: Posterior | None = None,
    validation: dict[str, Any] | None = None,
    answers: Answers | None = None,
    never: Ensemble | None = None,
    stale: Sequence[str] = (),
    proposal: Proposal | None = None,
    rates: Sequence[BaseRate] | None = None,
    unread: Sequence[str] = (),
) -> Path:
    """Write the report of `ensemble` (the simulated histories shown) to one HTML file.

    Parameters
    ----------
    ensemble, scenario, problem
        Members that are shown, and what they are members of.
    to
        The file; it is replaced whole or not at all.
    prior, matching
        All members they were kept from; how they were kept.
    command
        What repeats the run.
    posterior, stale
        From which the members were drawn; what has changed since the fit.
    validation, answers
        Results on record or just computed; that answers are out of date is said wherever they stand.
    never
        The same draws with nobody intervening, where `answers` has no such world.
    proposal
        Ranges of a proposed intervention.
    rates
        Reference classes beside the run; worked out from `ensemble` where None.
    unread
        What of the files beside the scenario cannot be used, a sentence each.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    FileError
        E103 when it cannot be written. Odds of claims on record that are damaged are named where they would stand.
    """
    observed = {name: observed_values(scenario, name) for name in scenario.observations}
    fit = fit_rows(ensemble, scenario, observed)
    record = base_rates_section(prior if prior is not None else ensemble, scenario, proposal)
    wars, missing = _wars_of_the_atlas(scenario) if record is not None else (None, ())
    outdated = stale_answers(answers, scenario, posterior) if answers is not None else []
    front = front_of(
        ensemble,
        scenario,
        never=never,
        matching=matching,
        posterior=posterior,
        stale=stale,
        stale_verdicts=outdated,
        validation=validation,
        answers=answers,
        fit=fit,
        observed=observed,
        rates=rates,
        unread=(*unread, *missing),
    )
    told = {
        "front": front,
        "answers": answer_sections(answers, outdated, scenario) if answers is not None else None,
        "stances": stances(answers) if answers is not None and len(answers) else None,
        "leads": leads(answers, front.beside, front.remedied, front.answer[2]),
        "share": share_image(front),
        "first": first_chart(front.screen.chart),
        "proposed": scenario.kind == "prospective",
    }
    shown = _shown(ensemble, scenario, problem, observed, prior)
    held = odds_or_why(scenario, answers) if answers is not None and len(answers) else None
    page = (
        environment()
        .get_template("template.html")
        .render(
            **told,
            **shown,
            wars=wars_section(held, list(answers.claims), atlas=wars is not None) if held and answers else None,
            fit=fit,
            methods=methods(problem, posterior, answers, validation),
            command=command,
            posterior=posterior,
            validation=validation_sections(validation) if validation else None,
            reproduce=reproduction(scenario, posterior, validation),
            transport=transport_section(scenario, posterior, str(ensemble.manifest.get("note", ""))),
            base_rates=record,
            atlas=wars,
        )
    )
    path = Path(to)
    make_folder(path.parent)
    return write_text(path, with_downloads(page))


def _wars_of_the_atlas(scenario: Scenario) -> tuple[AtlasSection | None, tuple[str, ...]]:
    """The part on other interventions; None, and why in a sentence, where the record of them cannot be used."""
    try:
        return atlas_section(scenario.name.rpartition("/")[2]), ()
    except FitError as error:
        words = f"The record of other wars cannot be used (error {error.code}), so other interventions are not shown."
        return None, (words,)


def _shown(
    ensemble: Ensemble,
    scenario: Scenario,
    problem: Problem,
    observed: dict[str, list[Observed]],
    prior: Ensemble | None,
) -> dict[str, object]:
    """What the templates take of the simulated histories, the scenario and its sources, by name."""
    return {
        "scenario": scenario,
        "problem": problem,
        "members": len(ensemble),
        "drawn": len(prior) if prior is not None else len(ensemble),
        "deaths": deaths_first(ensemble, scenario, observed),
        "sections": chart_sections(ensemble, scenario, observed),
        "maps": district_maps(ensemble, scenario, problem, observed),
        "costs": cost_rows(ensemble, middle=scenario.kind != "prospective"),
        "series": series_rows(scenario),
        "priors": prior_rows(ensemble, problem),
        "sources": source_rows(scenario),
        "manifest": ensemble.manifest,
        "manifest_text": json.dumps(ensemble.manifest, indent=1, sort_keys=True),
        "references": list(references().values()),
        "bibtex": bibtex(scenario),
        "rules": [rule.words or rule.name for rule in problem.rules],
    }


def front_of(ensemble: Ensemble, scenario: Scenario, *, fit: list[FitRow] | None = None, **more: Any) -> Front:
    """The front page, with what simulated histories hold and miss of the observed series. more: as for `front_page`."""
    observed = more.pop("observed", None) or {n: observed_values(scenario, n) for n in scenario.observations}
    if fit is None:
        fit = fit_rows(ensemble, scenario, observed)
    missed = [row.title for row in fit if row.low]
    return front_page(ensemble, scenario, missed=missed, held=len(fit) - len(missed), observed=observed, **more)


def with_downloads(page: str) -> str:
    """List every table of the page where the downloads stand; `data-csv` names the file, the caption says what it
    is."""
    pattern = r'<table id="(t-[^"]+)" data-csv="[^"]+"[^>]*><caption>(.*?)</caption>'
    tables = re.findall(pattern, page, flags=re.DOTALL)
    named = [(key, re.split(r"; |\. ", words)[0].rstrip(".")) for key, words in tables]
    items = [f'<li><a href="#{key}" data-take="{key}">{words}</a></li>' for key, words in named]
    return page.replace("<!-- tables -->", "\n".join(items), 1)
