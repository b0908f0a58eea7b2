"""The four questions that lead: could it be done better, when to leave, terrorism without occupying, never.

Each has a sentence with a range and a picture of paired effects, from the claims that were tested: by the side of the
strategy that is changed (intervening otherwise, or restraint), by outcome, and by whether nobody intervenes under it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.kinds import Drawn, drawn
from forbear.figures.sheet import legend_list
from forbear.questions.answers import Answers
from forbear.questions.claim_words import FULL, mixture_words, of_many, plain_effect
from forbear.questions.results import ClaimResult
from forbear.report.beside import Beside
from forbear.words import percent, span, times

__all__ = ["Lead", "leads", "named", "word_beside"]

#: Rows that a picture of a question holds.
MOST = 8
MARGIN = (0.91, 1.1)
#: Questions with the titles of their pictures.
QUESTIONS = {
    "better": ("Could it have been done better?", "Doing it otherwise: effects on civilian deaths"),
    "leave": ("Leave earlier, or do less?", "Leaving, or doing less: effects on civilian deaths"),
    "terrorism": ("Fight terrorism without occupying?", "Without occupying: effects on attacks abroad"),
    "nobody": ("Never intervene?", "Never intervening: civilians killed"),
}


@dataclass(frozen=True)
class Lead:
    """One question. answer: a sentence with a range; chart: None where nothing is drawn; claims: that bear on it."""

    key: str
    question: str
    answer: str
    chart: Drawn | None
    claims: tuple[ClaimResult, ...]

    @property
    def verdicts(self) -> dict[str, list[str]]:
        """Verdict -> names of its claims, decided ones first."""
        out: dict[str, list[str]] = {}
        for result in sorted(self.claims, key=lambda r: r.verdict.word not in ("supported", "refuted")):
            out.setdefault(result.verdict.word, []).append(result.name)
        return out


def leads(answers: Answers | None, beside: Beside | None, better: str, never: str) -> list[Lead]:
    """The questions on which a run has something. better, never: the front page's sentences. Deterministic."""
    known = beside is not None and beside.never_deaths is not None
    if answers is None:
        return (
            [Lead("nobody", QUESTIONS["nobody"][0], never, _never(beside), ())] if beside is not None and known else []
        )
    rows = answers.strategies.rows
    paired = [r for r in answers if r.paired and r.claim.changed in rows]
    deaths = [r for r in paired if r.claim.outcome == "deaths" and r.claim.base == "HISTORY"]
    assumed = [
        r for r in paired if rows[r.claim.changed].assumed or (r.claim.base in rows and rows[r.claim.base].assumed)
    ]
    abroad = [r for r in paired if r.claim.outcome == "attacks_abroad" and r not in assumed]
    better_ = [r for r in deaths if rows[r.claim.changed].side == "intervention" and r not in assumed]
    less = [r for r in deaths if rows[r.claim.changed].side == "restraint" and r not in assumed]
    less.sort(key=lambda r: _middle(answers, r.claim.changed, "intervener_deaths"))
    out = []
    if better_:
        out.append(_lead("better", _better(better, better_), better_, answers))
    if less:
        out.append(_lead("leave", _less(less, answers), less, answers))
    if abroad:
        out.append(_lead("terrorism", _each(abroad, answers), abroad, answers))
    if beside is not None and known:
        out.append(Lead("nobody", QUESTIONS["nobody"][0], never, _never(beside), tuple(assumed)))
    return _said_once(out)


def _said_once(found: Sequence[Lead]) -> list[Lead]:
    """The questions with every mark explained, and every sentence below a picture said, by the first that has it."""
    explained: set[str] = set()
    said: set[str] = set()
    out = []
    for lead in found:
        chart = lead.chart
        if chart is not None:
            items = re.findall(r"<li>.*?</li>", chart.legend)
            caption = re.split(r"(?<=\.) ", chart.figure.caption)
            chart = replace(
                chart,
                figure=replace(chart.figure, caption=" ".join(s for s in caption if s not in said)),
                legend=legend_list([item for item in items if item not in explained]),
            )
            explained.update(items)
            said.update(caption)
        out.append(replace(lead, chart=chart))
    return out


def _middle(answers: Answers, strategy: str, outcome: str) -> float:
    found = answers.strategies.rows[strategy].outcomes.get(outcome)
    return found.p50 if found is not None else float("inf")


def _lead(key: str, answer: str, found: Sequence[ClaimResult], answers: Answers) -> Lead:
    question, title = QUESTIONS[key]
    what = "attacks abroad" if key == "terrorism" else "deaths"
    rows = [
        IntervalRow.of(f"{r.name} {named(r, answers)}", list(r.effect), word_beside(r))
        for r in found[:MOST]
        if r.effect_kind == "ratio"
    ]
    more = len(found) - len(rows)
    figure = intervals(
        f"lead-{key}",
        title,
        f"{what}, as a multiple",
        rows,
        margin=MARGIN,
        logarithmic=True,
        sides=("fewer", "more"),
        caption=(FULL if any(of_many(r) for r in found) else "The word is the verdict on the claim.")
        + (f" {more} more in the picture of all claims." if more else ""),
    )
    return Lead(key, question, answer, drawn(figure) if rows else None, tuple(found))


def word_beside(result: ClaimResult) -> str:
    """The word of a verdict, with the share that it reads where the bar beside it tells another."""
    far = mixture_words(result)
    return result.verdict.word + (f"; {far}" if far else "")


def named(result: ClaimResult, answers: Answers, joint: str = ", against: ") -> str:
    """What is changed, against what where that is not what was done, and until when."""
    rows, claim = answers.strategies.rows, result.claim
    words = rows[claim.changed].title if claim.changed in rows else claim.changed
    if claim.base != "HISTORY" and claim.base in rows:
        base = rows[claim.base].title
        words += f"{joint}{base[:1].lower()}{base[1:]}"
    return words + (f" ({claim.months})" if claim.months else "")


def _clear(found: Sequence[ClaimResult]) -> tuple[int, int]:
    """How many effects lie with nine tenths of draws below, and above, the band that is too small to matter."""
    return sum(r.effect.p95 < MARGIN[0] for r in found), sum(r.effect.p05 > MARGIN[1] for r in found)


def _better(sentence: str, found: Sequence[ClaimResult]) -> str:
    fewer, more = _clear(found)
    low, high = min(r.effect.p50 for r in found), max(r.effect.p50 for r in found)
    of = "in the full model alone, " if any(of_many(r) for r in found) else ""
    words = (
        f"{of}{len(found)} single changes leave between {percent(low)} and {percent(high)} of the deaths (medians); "
    )
    words += f"{fewer or 'none'} clearly lowers and {more or 'none'} clearly raises them"
    return f"{sentence}{'. ' if sentence else ''}{words[0].upper()}{words[1:]}."


def _less(found: Sequence[ClaimResult], answers: Answers) -> str:
    rows = answers.strategies.rows
    own = rows["HISTORY"].outcomes.get("intervener_deaths") if "HISTORY" in rows else None
    told = []
    for result in [r for r in found if not r.claim.months][:2]:
        soldiers = rows[result.claim.changed].outcomes.get("intervener_deaths")
        low, _, middle, _, high = result.effect
        words = f"{rows[result.claim.changed].title}: civilians killed {times(middle)} ({times(low)} to {times(high)})"
        if soldiers is not None and own is not None:
            fewer, were = (span(round(v.p05), round(v.p95)) for v in (soldiers, own))
            words += f", soldiers killed {fewer} rather than {were}"
        told.append(words)
    return _alone(_in_a_row(told), found) if told else _each(found, answers)


def _each(found: Sequence[ClaimResult], answers: Answers) -> str:
    """The first effects in plain words: what was changed rather than what, and by how much."""
    told, outcome = [], ""
    for result in found[:2]:
        what, _, size = plain_effect(result).partition(": ")
        told.append(f"{named(result, answers, ' rather than ')}: {size if what == outcome else f'{what} {size}'}")
        outcome = what
    return _alone(_in_a_row(told), found)


def _in_a_row(told: Sequence[str]) -> str:
    """Several findings as one sentence."""
    return "; ".join(words if k == 0 else f"{words[:1].lower()}{words[1:]}" for k, words in enumerate(told)) + "."


def _alone(words: str, found: Sequence[ClaimResult]) -> str:
    """Words with the model that their numbers are of, where others stand beside it."""
    return f"In the full model alone, {words[:1].lower()}{words[1:]}" if any(of_many(r) for r in found) else words


def _never(beside: Beside) -> Drawn:
    """Deaths under what was done and under worlds without the intervention, side by side and ranked with nothing."""
    assumed = set(beside.head[2:]) if not beside.proposed else set()
    rows = [IntervalRow.of(title, list(five), assumed=title in assumed) for title, five in beside.deaths.items()]
    figure = intervals(
        "lead-nobody",
        QUESTIONS["nobody"][1],
        "civilians killed, logarithmic",
        rows,
        reference=None,
        logarithmic=True,
        middle=not beside.proposed,
        caption="Worlds without the intervention are bands by assumption, "
        + ("" if beside.proposed else "with rounded ends and no middle, ")
        + "ranked with nothing.",
    )
    return drawn(figure)
