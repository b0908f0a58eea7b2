"""The answering part of the report: the argument and its rival, licences, effects, what drew people to arms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.kinds import Drawn, drawn
from forbear.inference.facts import FactResult
from forbear.questions.answers import Answers
from forbear.questions.claim_words import FULL, effect_words, mixture_words, of_many, short_title
from forbear.questions.outside import Finding, findings
from forbear.questions.results import ClaimResult, LedgerResult, Provenance
from forbear.questions.stamps import since_made
from forbear.questions.verdict_lines import licence_sentence
from forbear.questions.verdict_telling import beside_lines, stage_lines, telling_lines, varied_lines
from forbear.report.games import GameSection, game_sections
from forbear.report.leads import word_beside
from forbear.report.names import Names, source_words, theory_words
from forbear.report.strategies import StrategySection, strategy_section, worlds_figure
from forbear.words import approximately, join, middle_and_span, percent

if TYPE_CHECKING:
    from forbear.scenario import Scenario

__all__ = ["AnswerSections", "answer_sections"]

#: Pictures of effects that are ratios: title, unit, which claims. Differences have a picture for each unit.
RATIOS = (
    ("Effects on civilian deaths", "ratio of deaths, changed over base", "deaths"),
    ("Effects on attacks abroad", "ratio of attacks, changed over base", "attacks_abroad"),
)


@dataclass(frozen=True)
class ClaimRow:
    """A tested claim as the page shows it. found: published findings beside it, table: the same as rows; told: stages,
    other choices, what would tell, the model beside studies, a sentence each; test: what was set against what, by
    their titles; mixture: shares of all theories by their weights, "" where there is one; deciding: parameters by their
    meanings; reason, change: of the verdict, in titles and meanings; outcome: what is measured."""

    result: ClaimResult
    effect: str
    shares: str
    before: str
    structures: str
    needs: tuple[tuple[str, ...], ...]
    found: tuple[Finding, ...]
    told: tuple[str, ...] = ()
    test: str = ""
    mixture: str = ""
    deciding: tuple[str, ...] = ()
    reason: str = ""
    change: str = ""
    outcome: str = ""

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


def answer_sections(answers: Answers, stale: Sequence[str] = (), scenario: Scenario | None = None) -> AnswerSections:
    """Everything that the page says of the answers. stale: what has changed since they were made; scenario: whose
    communities have titles. Deterministic."""
    rows = answers.strategies.rows
    names = Names(rows, scenario)
    return AnswerSections(
        answers.provenance,
        [_row(answers, result, names) for result in answers],
        licence_sentence(answers),
        _facts(answers),
        _facts_words(answers),
        since_made(stale),
        _findings(list(answers)),
        worlds_figure(answers.strategies) if rows else None,
        ", ".join(f"{number} {word}" for word, number in answers.counts().items()),
        _forests(list(answers), {name: row.title for name, row in rows.items()}),
        game_sections(answers.attribution),
        _ledger(answers.ledger, names),
        strategy_section(answers.strategies),
    )


def _row(answers: Answers, result: ClaimResult, names: Names) -> ClaimRow:
    p_for, p_against, p_none = result.shares
    shares = (
        f"{percent(p_for)} the claim's way, {percent(p_none)} no material effect, {percent(p_against)} the other way"
    )
    before = " / ".join(percent(result.prior_shares[k]) for k in (0, 2, 1))
    structures = "; ".join(
        f"{theory_words(name)}: {percent(v[0])} / {percent(v[2])} / {percent(v[1])}"
        for name, v in result.structures.items()
    )
    needs = tuple(_need(answers, name) for name in result.claim.needs)
    lines = (*stage_lines(result), *varied_lines(result), *telling_lines(result), *beside_lines(result))
    told = tuple(names.told(line) for line in lines)
    ruled, claim = result.verdict, result.claim
    return ClaimRow(
        result, effect_words(result), shares, before, structures, needs, tuple(findings(result.claim.evidence)), told,
        _test(answers, result), mixture_words(result, always=True),
        tuple(names.parameter(name) for name in result.claim.deciding), names.told(ruled.reason),
        names.told(ruled.what_would_change),
        result.outcome_title.replace(f"among {claim.community} ", f"among {names.member(claim.community or '')} "),
    )  # fmt: skip


def _test(answers: Answers, result: ClaimResult) -> str:
    """What was set against what, by the titles of the strategies."""
    if result.claim.kind == "share":
        return result.test
    rows, names = answers.strategies.rows, (result.claim.changed, result.claim.base)
    first, base = (rows[name].title if name in rows else name for name in names)
    return f"{first}, against: {base[:1].lower()}{base[1:]}" if result.paired else first


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
    """Effects of claims, on one picture for each kind of outcome and unit."""
    effects = [r for r in results if r.claim.kind == "effect"]
    out: list[Drawn] = []
    for title, unit, outcome in RATIOS:
        chosen = [r for r in effects if r.effect_kind == "ratio" and r.claim.outcome == outcome]
        out += [_forest(f"forest-{len(out)}", title, unit, chosen, titles)] if chosen else []
    by_unit: dict[str, list[ClaimResult]] = {}
    for result in effects:
        if result.effect_kind == "difference":
            by_unit.setdefault(result.unit, []).append(result)
    for unit, chosen in by_unit.items():
        of = join(
            list(
                dict.fromkeys(
                    short_title(r.claim.outcome).removesuffix(", 0 to 1").removesuffix(" at the end") for r in chosen
                )
            )
        )
        told = "an index from 0 to 1" if unit == "index" else unit
        out.append(_forest(f"forest-{len(out)}", f"Effects on {of} ({told})", f"difference, {told}", chosen, titles))
    return out


def _forest(name: str, title: str, unit: str, chosen: Sequence[ClaimResult], titles: dict[str, str]) -> Drawn:
    """One picture of effects in one unit."""
    ratio = chosen[0].effect_kind == "ratio"
    rows = [
        IntervalRow.of(
            f"{r.name} {titles.get(r.claim.changed, r.claim.changed)}{_against(r, titles)}",
            list(r.effect),
            word_beside(r),
        )
        for r in chosen
    ]
    own = min(r.margin for r in chosen)
    figure = intervals(
        name,
        title,
        unit,
        rows,
        reference=1.0 if ratio else 0.0,
        margin=(0.91, 1.1) if ratio else (-own, own),
        logarithmic=ratio,
        caption="Point: median of posterior draws; thick bar: half of them; thin bar: nine tenths. "
        "The band holds effects too small to matter." + (f" {FULL}" if any(of_many(r) for r in chosen) else ""),
    )
    return drawn(figure)


def _against(result: ClaimResult, titles: dict[str, str]) -> str:
    """The base of a comparison, where it is not what was done."""
    base = result.claim.base
    title = titles.get(base, base)
    return "" if base == "HISTORY" else f", against: {title[:1].lower()}{title[1:]}"


def _ledger(ledger: LedgerResult, names: Names) -> LedgerSection:
    rows: list[tuple[str, ...]] = []
    for place, community in enumerate(ledger.communities):
        low, middle, high = (ledger.whole[k][place] for k in range(3))
        spans = zip(low, middle, high, strict=True)
        rows.append((names.member(community), *(f"{percent(m)} ({100 * a:.0f} to {100 * b:.0f})" for a, m, b in spans)))
    years = [
        (names.member(community), str(year), *(percent(v) for v in ledger.shares[place][k]))
        for place, community in enumerate(ledger.communities)
        for k, year in enumerate(ledger.years)
    ]
    return LedgerSection(tuple(map(source_words, ledger.sources)), rows, years)
