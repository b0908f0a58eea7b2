"""What a battery's draws are worth, and what else is heard beside them: weights of theories, the record of other
wars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.errors import FileError
from forbear.inference.posterior import Posterior
from forbear.inference.space import Space
from forbear.questions.claims import Sources
from forbear.questions.record_weights import record_of, weighed_by_record
from forbear.questions.stamps import posterior_numbers
from forbear.validation.theories import Theories, weights_on_record
from forbear.validation.validate import load_validation, results_of

if TYPE_CHECKING:
    from forbear.questions.verdict_evidence import TheoryWeight
    from forbear.scenario.scenario import Scenario
    from forbear.workflow.battery_runs import Runs

__all__ = ["Heard", "fit_words", "heard", "theories_weighed", "worth_of"]


@dataclass(frozen=True)
class Heard:
    """sources: as a claim is tested with them; weighed_by: the forecasts from which weights come, in words; record:
    what was heard of other wars, in words; cases: those of the record."""

    sources: Sources
    weighed_by: str
    record: str
    cases: tuple[str, ...]


def heard(
    scenario: Scenario,
    posterior: Posterior | None,
    whole: Posterior | None,
    rivals: Mapping[str, Posterior],
    runs: Runs,
    condition: np.ndarray,
    seed: int,
) -> Heard:
    """What claims are tested with, beside the runs.

    Parameters
    ----------
    scenario, rivals, runs, condition, seed
        Of the battery: posteriors of rival structures, finished runs, prior draws with a war of plausible size.
    posterior, whole
        Draws that were run, and the posterior before conditions were laid on it; None without one.

    Raises
    ------
    FileError
        As `load_validation`, and as the reader of the record.
    """
    weights, words = theories_weighed(scenario, whole)
    used = {name: rivals[name] for name in runs.rivals}
    space = Space(scenario.problem())
    others = {} if posterior is None else {"posterior": posterior.scores[posterior.chosen(runs.fitted.members)]}
    record, absent = record_of(scenario)
    if record is not None and record.used and posterior is not None:
        others |= {name: space.scores(runs.rivals[name].parameters) for name in used}
    prior = space.draw(runs.prior.members, seed, "worlds")
    told = weighed_by_record(record, prior, condition, others, space.names, absent)
    worth = {name: worth_of(found, runs.rivals[name].members) for name, found in used.items()}
    if posterior is not None:
        worth["posterior"] = worth_of(posterior, runs.fitted.members)
    return Heard(Sources(worth, weights, told.weights, told.left_out), words, told.words, told.cases)


def theories_weighed(scenario: Scenario, posterior: Posterior | None) -> tuple[dict[str, TheoryWeight], str]:
    """Weights of theories from the validation on record, if it speaks of these draws; empty where none does, and every
    theory then weighs the same. Raises FileError E104 and E109 for a record that is damaged."""
    record = load_validation(scenario) if posterior is not None else None
    if posterior is None or record is None or record.get("posterior") != posterior_numbers(posterior):
        return {}, ""
    try:
        result = results_of({"theories": record["theories"]}).get("theories") if "theories" in record else None
    except FileError:  # written by another version: it says nothing
        return {}, ""
    return weights_on_record(scenario, result.found) if result and isinstance(result.found, Theories) else ({}, "")


def worth_of(posterior: Posterior, members: int) -> float:
    """Of how many independent draws so many draws of a posterior are worth.

    Draws of chains hang together: of N that are worth E, a random n have a mean with variance 1/n + 1/E - 1/N (the
    average correlation of two of N draws is 1/E - 1/N). E is the effective number of the median uncertainty that the
    fit noted; where it noted none, every draw counts as one.
    """
    refined = posterior.notes.get("refine") or {}
    effective = refined.get("effective_median")
    many, noted = len(posterior), refined.get("draws") or len(posterior)
    if not effective or not np.isfinite(effective):
        return float(members)
    left = max(float(effective) * many / float(noted), 1.0)  # conditions laid on a posterior keep a part of it
    return float(min(members, 1.0 / (1.0 / members + max(1.0 / left - 1.0 / many, 0.0))))


def fit_words(posterior: Posterior | None) -> str:
    """How the posterior was made, for a trace; "" without one."""
    if posterior is None:
        return ""
    refined = posterior.notes.get("refine") or {}
    runs = posterior.notes.get("runs")
    words = f"{posterior.effort} fit of {runs or 'an unknown number of'} runs, {len(posterior):,} draws"
    effective, apart = refined.get("effective_median"), refined.get("rhat_90")
    words += f", {effective:.0f} effective of the median uncertainty" if effective else ""
    return words + (f", R-hat between scouts {apart:.2f} at the 90th percentile" if apart else "")
