"""Claims, verdicts and attribution in plain lines for a terminal, with the trace of every number."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from forbear.questions.answers import Answers
from forbear.questions.claim_words import effect_words, mixture_words, of_many
from forbear.questions.odds_telling import OtherWars, told_lines
from forbear.questions.outside import findings
from forbear.questions.results import AttributionResult, ClaimResult, Provenance, Split
from forbear.questions.stamps import since_made
from forbear.questions.verdict_power import Power, power_words
from forbear.questions.verdict_telling import beside_lines, stage_lines, stages_in_brief, telling_lines, varied_lines
from forbear.questions.verdict_trace import trace_lines
from forbear.scenario.outcomes import OUTCOMES
from forbear.words import approximately, columns, join, percent, within

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["attribution_lines", "claim_lines", "licence_sentence", "verdict_table"]

WIDTH = 110


def licence_sentence(answers: Answers, most: int = 3) -> str:
    """Why claims have no licence, in one sentence with the size of what is missed; "" where every claim has its
    licence.

    most: facts that are named, those that are missed by most.
    """
    without = answers.unlicensed
    if not without:
        return ""
    head = f"{len(without)} of {len(answers)} claims are not licensed, so they get no verdict: "
    held = answers.facts
    if held is None:
        return f"{head}the model was not set beside the facts of history on which they rest."
    if not held.usable:
        return f"{head}they rest on a quick fit, which carries none."
    needed = {name for result in without for name in result.claim.needs}
    missed = [fact for fact in held.missed if fact.name in needed]
    counted = f"the fitted model misses {len(held.missed)} of {len(held.results)} facts of history"
    worst = join([fact.words for fact in missed[:most]])
    return f"{head}{counted}, {len(missed)} of which they need" + (f" (by most: {worst})." if worst else ".")


def verdict_table(answers: Answers, stale: Sequence[str] = ()) -> list[str]:
    """The table of claims for a terminal. stale: what has changed since they were made."""
    made = answers.provenance
    head = f"{made.members} {made.given} draws, {made.replications} runs each; {len(made.structures)} structures; "
    head += f"{made.runs:,} runs in {made.seconds} s" + (" (QUICK FIT)" if made.quick else "")
    out = [head, *_assumed(made), *_stale(stale)]
    sentence = licence_sentence(answers)
    out += [*textwrap.wrap(sentence, _width()), ""] if sentence else []
    for result in answers:
        test = result.outcome_title if result.claim.kind == "share" else result.claim.changed
        against = f"{test} / {result.claim.base}" if result.paired else test
        told = (
            f"{against}: {effect_words(result)}",
            stages_in_brief(result),
            f"verdict: {result.verdict.phrase}. {result.verdict.reason}",
        )
        out += within([f"{result.name:<6}{result.claim.title}", *(f"      {text}" for text in told if text)], _width())
    return out


def _stale(changed: Sequence[str]) -> list[str]:
    return [f"OUT OF DATE: {since_made(changed)}; test the claims again"] if changed else []


def _assumed(made: Provenance) -> list[str]:
    """What was laid on top of the posterior by hand, if anything."""
    if not made.where:
        return []
    held = " and ".join(made.where)
    return [f"only the {made.available} draws with {held}: an assumption of whoever asked, not a finding"]


def _wrapped(words: str) -> list[str]:
    return textwrap.wrap(f"  {words}", _width(), subsequent_indent="    ")


def _para(label: str, text: str) -> list[str]:
    return textwrap.wrap(f"{label}: {text}", _width(), subsequent_indent="    ")


def _width() -> int:
    """Characters of a line: the terminal's, and no more than read well."""
    return min(WIDTH, columns())


def claim_lines(
    answers: Answers,
    name: str,
    *,
    trace: bool = False,
    stale: Sequence[str] = (),
    scenario: Scenario | None = None,
    power: Power | None = None,
    wars: OtherWars | None = None,
) -> list[str]:
    """Everything about one claim; with `trace`, where each number comes from.

    stale: what has changed since it was tested; scenario: whose series and facts a trace names; power: how often words
    are right in worlds of known truth, None where nobody has tried; wars: what other wars say of it.
    Raises ScenarioError E243 where it was not tested.
    """
    result, made = answers[name], answers.provenance
    claim = result.claim
    out = [f"{name}  {claim.title}", *_stale(stale), *_para("claim", claim.statement), *_para("rival", claim.rival)]
    if claim.added:
        out.append("added by the laboratory: the text of the argument does not make this claim")
    if claim.asserted:
        out += _para("who says so", claim.asserted)
    beside = f" against {claim.base}" if result.paired else f", threshold {claim.threshold:g}"
    out.append(f"test: {result.outcome_title}, {claim.changed}{beside}")
    if claim.provided:
        taken = OUTCOMES[claim.provided.outcome].title
        out += _para(
            "both sides take for granted", f"{taken}: {claim.provided.says} by {claim.provided.margin:g} or more"
        )
    low, _, middle, _, high = (approximately(v) for v in result.prior)
    out += _para(
        "effect of the full model" if of_many(result) else "effect",
        f"{effect_words(result)}   margin {result.margin:g}   before any data: median {middle} ({low} to {high})",
    )
    p_for, p_against, p_none = result.shares
    own = "full model, shares of draws" if of_many(result) else "shares of draws"
    if claim.rival_margin is not None:
        own += f": {percent(p_for)} as the claim asserts, {percent(p_against)} as its rival does"
        out.append(f"{own} (margin {claim.rival_margin:g}), {percent(p_none)} as neither does")
    else:
        shares = f"{own}: {percent(p_for)} beyond the margin {claim.direction}, {percent(p_against)} the other way, "
        out.append(f"{shares}{percent(p_none)} within it")
    if of_many(result) and mixture_words(result, always=True):
        out.append(f"{mixture_words(result, always=True)}: the word reads these")
    out.append(f"verdict: {result.verdict.phrase.upper()} (rival: {result.verdict.rival_word})")
    out += _para("why", result.verdict.reason)
    out += _para("what would change it", result.verdict.what_would_change)
    out += _para("how far to trust the word", power_words(power, result.verdict.word))
    out += [f"  {line}" for line in stage_lines(result)]
    known = f"{result.contraction:.2f}"
    out.append(f"neutral before data: {result.neutral or 'NO'}   contraction of the effect {known}")
    out += _structures(result, made)
    out += _depends(result)
    out += [line for words in (*varied_lines(result), *telling_lines(result)) for line in _wrapped(words)]
    out += _needs(answers, result)
    out += _assumed(made)
    out += [line for words in beside_lines(result) for line in _wrapped(words)]
    for found in findings(claim.evidence):
        told = f"{found.name}: {found.words}, N {found.number or 'not known'}; {found.source} [{found.quality}]"
        out += _para("outside evidence", told)
    if wars is not None:
        out += [line for words in told_lines(wars, table=trace) for line in _wrapped(words)]
    if claim.caution:
        out += _para("caution", claim.caution)
    return [*out, *trace_lines(result, made, scenario, answers.facts, wars)] if trace else out


def _structures(result: ClaimResult, made: Provenance) -> list[str]:
    """Shares within each structure, with its weight."""
    head = (
        f"theories weighed by {made.weighed_by}"
        if made.weighed_by
        else "nobody has weighed the theories: all weigh the same"
    )
    out = [f"{head} (for, against, within the margin):"] if len(result.structures) > 1 else []
    for name, three in result.structures.items():
        known = made.theories.get(name)
        weight = "" if known is None else f"   weight {known.weight:.2f}" + ("" if known.alike else ", forecasts worse")
        out.append(f"  structure {name:<22} {three[0]:>5.0%} {three[1]:>5.0%} {three[2]:>5.0%}{weight}")
    return out


def _depends(result: ClaimResult) -> list[str]:
    out = []
    for parameter, split in result.splits.items():
        flips = "" if split.flips_at is None else f", flips at prior quantile {split.flips_at:.2f}"
        verb = "splits at" if split.held is None else "depends on" if split.causes else "goes along with"
        out.append(
            f"  {verb} {parameter} ({split.identification}): the claim holds in {split.below[0]:.0%} below its "
            f"median, in {split.above[0]:.0%} above{flips}{_when_held(split)}"
        )
    return out


def _when_held(split: Split) -> str:
    """What holding the parameter did, in words."""
    if split.held is None:
        return ""
    low, high = split.held.low[0], split.held.high[0]
    told = f"held at its quartiles in the same draws, all else as it was: {low:.0%} and {high:.0%}"
    return f"; {told}" if split.causes else f"; {told}, so that something else moves the answer"


def _needs(answers: Answers, result: ClaimResult) -> list[str]:
    """The facts of history that the claim needs, each beside the fitted model."""
    out = []
    for name in result.claim.needs:
        fact = answers.facts.get(name) if answers.facts is not None else None
        if fact is None:
            out += _para("  needs", f"{name}: the model was not set beside it")
        else:
            out += _para("  needs", f"{fact.words}: {'holds' if fact.holds else 'MISSED'}")
    return out


def attribution_lines(games: dict[str, AttributionResult]) -> list[str]:
    """What each remedy adds, game by game, and what none reaches."""
    out = []
    for game, found in games.items():
        out += ["", f"{game.upper()}: part of the fall in the logarithm of civilian deaths"]
        out.append("(50 and 90 % of draws; error: Monte Carlo)")
        for share in found.rows["deaths"]:
            low, q1, middle, q3, high = share.part
            spans = f"({q1:.2f} to {q3:.2f}; {low:.2f} to {high:.2f})"
            out.append(f"  {share.title:<44} {middle:>6.2f}  {spans}  error {share.error:.2f}")
        rest = found.unattributed
        out.append(
            f"  with everything remedied: deaths x{rest.deaths_remaining:.2g}, chance of order "
            f"{rest.order_remedied:.0%} (history {rest.order_history:.0%}), governance "
            f"{rest.governance_remedied:.2f} (history {rest.governance_history:.2f})"
        )
    return out
