"""The answering part of the report: the argument and its rival, licences, effects, what drew people to arms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.kinds import Drawn, drawn
from forbear.inference.facts import FactResult
from forbear.questions.answers import Answers
from forbear.questions.claim_words import effect_words
from forbear.questions.outside import Finding, findings
from forbear.questions.results import ClaimResult, LedgerResult, Provenance
from forbear.questions.verdict_lines import licence_sentence
from forbear.questions.verdict_telling import beside_lines, stage_lines, telling_lines, varied_lines
from forbear.report.games import GameSection, game_sections
from forbear.report.strategies import StrategySection, strategy_section, worlds_figure
from forbear.words import approximately, join, middle_and_span, percent

__all__ = ["AnswerSections", "answer_sections"]

#: Pictures of effects: title, unit, which claims.
FORESTS = (
    ("Effects on civilian deaths", "ratio of deaths, changed over base", "deaths", "ratio"),
    ("Effects on attacks abroad", "ratio of attacks, changed over base", "attacks_abroad", "ratio"),
    ("Effects on governance, inclusion, democracy, alignment", "difference of an index", None, "difference"),
)


@dataclass(frozen=True)
class ClaimRow:
    """A tested claim as the page shows it. found: published findings beside it, table: the same as rows; told: stages,
    other choices, what would tell, the model beside studies, a sentence each; test: what was set against what, by
    their titles."""

    result: ClaimResult
    effect: str
    shares: str
    before: str
    structures: str
    needs: tuple[tuple[str, ...], ...]
    found: tuple[Finding, ...]
    told: tuple[str, ...] = ()
    test: str = ""

    @property
    def table(self) -> list[tuple[str, ...]]:
        """Rows of the findings."""
        return [(f.name, f.words, f.number, f.reference, f"{f.source} [{f.quality}]") for f in self.found]


@dataclass(frozen=True)
class LedgerSection:
    """What drew people to arms: rows by community, and by community and year."""

    sources: tuple[str, ...]
    rows: list[tuple[str, ...]]
    years: list[tuple[str, ...]]


@dataclass(frozen=True)
class AnswerSections:
    """What the templates need. licence: why claims have none, "" where all have; facts: rows of facts of history
    beside the fitted model; stale: what has changed since, in words; findings: every outside finding with the claims
    it bears on."""

    made: Provenance
    claims: list[ClaimRow]
    licence: str
    facts: list[tuple[str, ...]]
    facts_words: str
    stale: str
    findings: list[tuple[str, ...]]
    worlds: Drawn | None
    counts: str
    forests: list[Drawn]
    attribution: list[GameSection]
    ledger: LedgerSection
    strategies: StrategySection

    @property
    def by_name(self) -> dict[str, ClaimRow]:
        """The claims by name."""
        return {row.result.name: row for row in self.claims}


def answer_sections(answers: Answers, stale: Sequence[str] = ()) -> AnswerSections:
    """Everything that the page says of the answers. stale: what has changed since they were made. Deterministic."""
    rows = answers.strategies.rows
    return AnswerSections(
        answers.provenance,
        [_row(answers, result) for result in answers],
        licence_sentence(answers),
        _facts(answers),
        _facts_words(answers),
        join(list(stale)),
        _findings(list(answers)),
        worlds_figure(answers.strategies) if rows else None,
        ", ".join(f"{number} {word}" for word, number in answers.counts().items()),
        _forests(list(answers), {name: row.title for name, row in rows.items()}),
        game_sections(answers.attribution),
        _ledger(answers.ledger),
        strategy_section(answers.strategies),
    )


def _row(answers: Answers, result: ClaimResult) -> ClaimRow:
    p_for, p_against, p_none = result.shares
    shares = (
        f"{percent(p_for)} the claim's way, {percent(p_none)} no material effect, {percent(p_against)} the other way"
    )
    before = " / ".join(percent(result.prior_shares[k]) for k in (0, 2, 1))
    structures = "; ".join(
        f"{name}: {percent(v[0])} / {percent(v[2])} / {percent(v[1])}" for name, v in result.structures.items()
    )
    needs = tuple(_need(answers, name) for name in result.claim.needs)
    lines = (*stage_lines(result), *varied_lines(result), *telling_lines(result), *beside_lines(result))
    told = tuple(_by_title(answers, line) for line in lines)
    return ClaimRow(
        result, effect_words(result), shares, before, structures, needs, tuple(findings(result.claim.evidence)), told,
        _test(answers, result),
    )  # fmt: skip


def _test(answers: Answers, result: ClaimResult) -> str:
    """What was set against what, by the titles of the strategies."""
    if result.claim.kind == "share":
        return result.test
    rows, names = answers.strategies.rows, (result.claim.changed, result.claim.base)
    first, base = (rows[name].title if name in rows else name for name in names)
    return f"{first}, against: {base[:1].lower()}{base[1:]}" if result.paired else first


def _by_title(answers: Answers, words: str) -> str:
    """Words with every strategy that they name called by its title."""
    rows = answers.strategies.rows
    named = "|".join(re.escape(name) for name in sorted(rows, key=len, reverse=True))
    return re.sub(rf"(?<![\w-])(?:{named})(?![\w-])", lambda m: f"“{rows[m[0]].title}”", words) if rows else words


def _need(answers: Answers, name: str) -> tuple[str, ...]:
    fact = answers.facts.get(name) if answers.facts is not None else None
    if fact is None:
        return (name, "", "", "not set beside the model")
    return (fact.title, *_numbers(fact), "holds" if fact.holds else "MISSED")


def _numbers(fact: FactResult) -> tuple[str, str]:
    """Observed, and the fitted model with its range of nine tenths."""
    if fact.measure == "order":
        return "in this order", f"{percent(fact.share_right)} of draws"
    if fact.measure != "peak":
        told = middle_and_span((fact.low_90, fact.median, fact.high_90))
        return approximately(fact.observed, 3), told
    low, middle, high = (fact.shown(v) for v in (fact.low_90, fact.median, fact.high_90))
    return fact.shown(fact.observed, 3), f"{middle} ({low} to {high})"


def _facts(answers: Answers) -> list[tuple[str, ...]]:
    """Facts of history beside the fitted model, in the order of their file."""
    if answers.facts is None:
        return []
    return [
        (fact.title, *_numbers(fact), "holds" if fact.holds else "MISSED", fact.source)
        for fact in answers.facts.results
    ]


def _facts_words(answers: Answers) -> str:
    """What the gate of facts says, in a sentence."""
    held = answers.facts
    if held is None:
        return ""
    number = sum(fact.holds for fact in held.results)
    words = f"The fitted model lives through {number} of {len(held.results)} facts of history set down before the fit"
    gate = f"the gate asks for {percent(held.gate)}"
    return f"{words}; {gate}, so it {'is passed' if held.passed else 'is NOT passed'}."


def _findings(results: Sequence[ClaimResult]) -> list[tuple[str, ...]]:
    """Every outside finding once, with the claims that it bears on."""
    bearing: dict[str, list[str]] = {}
    for result in results:
        for name in result.claim.evidence:
            bearing.setdefault(name, []).append(result.name)
    return [
        (", ".join(bearing[f.name]), f.name, f.words, f.number, f.reference, f"{f.source} [{f.quality}]")
        for f in findings(list(bearing))
    ]


def _forests(results: Sequence[ClaimResult], titles: dict[str, str]) -> list[Drawn]:
    """Effects of claims on one picture for each kind of outcome."""
    out: list[Drawn] = []
    for title, unit, outcome, kind in FORESTS:
        chosen = [
            r
            for r in results
            if r.claim.kind == "effect" and r.effect_kind == kind and outcome in (None, r.claim.outcome)
        ]
        if not chosen:
            continue
        ratio = kind == "ratio"
        rows = [
            IntervalRow.of(
                f"{r.name} {titles.get(r.claim.changed, r.claim.changed)}{_against(r, titles)}",
                list(r.effect),
                r.verdict.word,
            )
            for r in chosen
        ]
        figure = intervals(
            f"forest-{len(out)}",
            title,
            unit,
            rows,
            reference=1.0 if ratio else 0.0,
            margin=(0.91, 1.1) if ratio else (-0.05, 0.05),
            logarithmic=ratio,
            caption="Point: median of posterior draws; thick bar: half of them; thin bar: nine tenths. "
            "The band holds effects too small to matter.",
        )
        out.append(drawn(figure))
    return out


def _against(result: ClaimResult, titles: dict[str, str]) -> str:
    """The base of a comparison, where it is not what was done."""
    base = result.claim.base
    title = titles.get(base, base)
    return "" if base == "HISTORY" else f", against: {title[:1].lower()}{title[1:]}"


def _ledger(ledger: LedgerResult) -> LedgerSection:
    rows: list[tuple[str, ...]] = []
    for place, community in enumerate(ledger.communities):
        low, middle, high = (ledger.whole[k][place] for k in range(3))
        spans = zip(low, middle, high, strict=True)
        rows.append((community, *(f"{percent(m)} ({100 * a:.0f} to {100 * b:.0f})" for a, m, b in spans)))
    years = [
        (community, str(year), *(percent(v) for v in ledger.shares[place][k]))
        for place, community in enumerate(ledger.communities)
        for k, year in enumerate(ledger.years)
    ]
    return LedgerSection(ledger.sources, rows, years)
