"""What forbear's objects look like in a notebook: a line, a table that unfolds, and where it helps a chart."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from html import escape

import numpy as np

from forbear.ensemble.results import Ensemble
from forbear.inference.posterior import Posterior
from forbear.notebook import plot
from forbear.notebook.picture import table_html
from forbear.questions.answers import Answers
from forbear.questions.attribute import Attribution
from forbear.questions.claim_words import plain_effect
from forbear.questions.compare import Comparison
from forbear.questions.odds import Odds
from forbear.questions.odds_telling import why_none_weighs
from forbear.questions.odds_words import claim_rows, moved_sentence
from forbear.questions.results import ClaimResult
from forbear.questions.verdict import Verdict
from forbear.questions.verdict_lines import licence_sentence
from forbear.scenario.casefiles.policies import Claim
from forbear.scenario.outcomes import OBJECTIVES, OUTCOMES, values_of
from forbear.words import approximately, join, middle_and_span, percent

__all__ = ["html"]

LEVELS = (0.05, 0.5, 0.95)


@singledispatch
def html(thing: object) -> str:
    """Return `thing` as HTML. Raises TypeError for what has no representation."""
    raise TypeError(f"no representation of {type(thing).__name__}")


def _head(strong: str, more: str = "") -> str:
    return f"<p><strong>{escape(strong)}</strong>{'<br>' + escape(more) if more else ''}</p>"


def _unfold(words: str, inside: str) -> str:
    return f"<details><summary>{escape(words)}</summary>{inside}</details>"


def _three(values: np.ndarray) -> str:
    return middle_and_span(np.nanquantile(values, LEVELS))


def _pairs(rows: Iterable[tuple[str, str]]) -> str:
    return table_html(("", ""), [row for row in rows if row[1]])


@html.register
def _ensemble(thing: Ensemble) -> str:
    held, data = thing.manifest, thing.healthy.data
    rows = [
        (OUTCOMES[o].title, OUTCOMES[o].unit, _three(values_of(data, o)))
        for o in OBJECTIVES
        if OUTCOMES[o].quantity in data
    ]
    failed = int(thing.data["failed"].sum())
    more = f"{len(thing):,} simulated histories ({held.get('note', '')}), seed {held.get('seed', '?')}, "
    more += f"from {held.get('start', '?')} for {held.get('steps', '?')} steps"
    more += f"; {failed} failed and are left out" if failed else ""
    out = _head(str(held.get("title") or held.get("scenario", "Ensemble")), more)
    if "deaths" in data:
        out += plot.fan(thing.healthy, "deaths")._repr_html_()
    out += table_html(("outcome", "unit", "median (5 to 95 %)"), rows) if rows else ""
    names = [
        (str(n), ", ".join(str(d) for d in v.dims), v.attrs.get("unit", ""), v.attrs.get("long_name", ""))
        for n, v in data.data_vars.items()
    ]
    return out + _unfold(f"{len(names)} variables", table_html(("variable", "dimensions", "unit", "meaning"), names))


@html.register
def _posterior(thing: Posterior) -> str:
    notes = thing.notes
    refine, checked = notes.get("refine") or {}, notes.get("validate") or {}
    rows = [
        ("draws", f"{len(thing):,}"),
        ("kind of fit", "quick: for a first look, not for results" if thing.quick else "full"),
        ("uncertainties", str(thing.space.parameters)),
        ("values learned from", str(sum((notes.get("data") or {}).values()))),
        ("R-hat, ninetieth percentile", f"{refine['rhat_90']:.2f}" if refine.get("rhat_90") else "not known"),
        ("observed totals inside nine tenths", percent(checked["inside"]) if checked.get("inside") else "not checked"),
        ("gates that failed", ", ".join(refine.get("faults") or []) or "none"),
    ]
    values, before = thing.space.values(thing.scores), thing.space.values(thing.space.draw(500, 1, "tree"))
    table = []
    for name in sorted(values):
        after, prior = values[name].reshape(len(thing), -1), before[name].reshape(500, -1)
        if after.shape[1] == 1 and np.ptp(prior) > 0:
            table.append((name, _three(prior[:, 0]), _three(after[:, 0])))
    problem = thing.space.problem
    inside = table_html(("name", "prior: median (5 to 95 %)", "posterior"), table)
    head = _head(f"Posterior of {problem.title or problem.name}") + table_html(("what", "value"), rows)
    return head + _unfold(f"{len(table)} uncertainties that are one number", inside)


@html.register
def _odds(thing: Odds) -> str:
    head, rows = claim_rows(thing)
    told = _head(f"Other wars: odds of {len(thing)} claims of {thing.scenario}", moved_sentence(thing))
    return told + f"<p>{escape(why_none_weighs(thing))}</p>" + _unfold("every claim", table_html(tuple(head), rows))


@html.register
def _claim(thing: Claim) -> str:
    paired = thing.kind in ("effect", "value")
    rows = [
        ("the argument", thing.statement),
        ("its rival", thing.rival),
        ("test", f"{thing.outcome}: {thing.changed} against {thing.base}" if paired else thing.kind),
        ("the argument says", thing.claim_says),
        ("the rival says", thing.rival_says),
        ("parameters that should decide", ", ".join(thing.deciding)),
        ("facts of history that it needs", ", ".join(thing.needs)),
        ("caution", thing.caution),
    ]
    return _head(f"{thing.name}. {thing.title}") + _pairs(rows)


@html.register
def _verdict(thing: Verdict) -> str:
    return _pairs(
        (
            ("verdict on the argument", thing.word),
            ("verdict on its rival", thing.rival_word),
            ("why", thing.reason),
            ("what would change it", thing.what_would_change),
        )
    )


@html.register
def _result(thing: ClaimResult) -> str:
    head = _claim(thing.claim) + _head(plain_effect(thing)) + _verdict(thing.verdict)
    return head + plot.claim(thing)._repr_html_()


@html.register
def _answers(thing: Answers) -> str:
    rows = [(r.name, r.claim.title, plain_effect(r), r.verdict.word, r.verdict.rival_word) for r in thing]
    made = thing.provenance
    more = f"{made.members} {made.given} draws, {made.replications} runs each, {len(made.structures)} structures"
    sentence = licence_sentence(thing)
    head = _head(f"{len(rows)} claims tested", more) + (f"<p>{escape(sentence)}</p>" if sentence else "")
    return head + table_html(("claim", "title", "effect (5 to 95 %)", "the argument", "its rival"), rows)


@html.register
def _comparison(thing: Comparison) -> str:
    rows = []
    for e in thing.effects.values():
        known = OUTCOMES[e.outcome]
        low, _, middle, _, high = (approximately(float(v)) for v in e.quantiles)
        shares = " / ".join(f"{v:.0%}" for v in (e.lower, e.none, e.higher))
        effect = (
            thing.effect_words(e) if thing.assumed else f"{'x' if e.kind == 'ratio' else ''}{middle} ({low} to {high})"
        )
        beside = (
            thing.level_words(policy, values) if policy in thing.assumed else _three(values)
            for policy, values in ((thing.base, e.base), (thing.changed, e.changed))
        )  # fmt: skip
        rows.append((known.title, known.unit, *beside, effect, shares))
    head = ("outcome", "unit", thing.base, thing.changed, "effect (5 to 95 %)", "lower / same / higher")
    words = f"{len(thing)} {thing.given}, common random numbers in both"
    if thing.assumed:
        words += f"; {join(thing.assumed)}: a band by assumption, of which ends alone are told"
    return _head(f"{thing.changed} against {thing.base}", words) + table_html(head, rows)


@html.register
def _attribution(thing: Attribution) -> str:
    rest = thing.unattributed()
    words = (
        f"With everything remedied deaths are {approximately(rest.deaths_remaining)} times history's (median); "
        f"chance of order {percent(rest.order_remedied)}, history {percent(rest.order_history)}."
    )
    return plot.attribution(thing)._repr_html_() + f"<p>{escape(words)}</p>"
