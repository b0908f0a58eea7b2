"""What other wars say of one claim, for report, laboratory and terminal: a sentence, what it hangs on, a small table.

Factors are of the odds of the argument's own region, as in `odds_words`. A factor is told as a move only where its
Monte Carlo error leaves out one; near one it "hardly moves". Nothing here is a verdict. No randomness.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forbear.evidence.atlas import atlas
from forbear.inference.studies import Estimate, designs, estimates
from forbear.questions.odds import BOTH, POSTERIOR, PRIOR, RECORD, STUDIES, TIMES, ClaimOdds, Odds, Shift, label_of
from forbear.questions.odds_words import LITTLE, NOTED, factor_words, three_words
from forbear.words import approximately, join, percent, span

if TYPE_CHECKING:
    from forbear.questions.results import ClaimResult, Provenance

__all__ = [
    "STAGES",
    "Mover",
    "OtherWars",
    "absent_wars",
    "estimate_words",
    "other_wars",
    "told_lines",
    "why_none_weighs",
]

#: The draws that are weighed, as a sentence begins with them.
STAGES = {PRIOR: "Before any data", POSTERIOR: "After this country's data"}
#: So many wars are named of those on which a factor hangs most, and from which change of it on.
NAMED, FELT = 2, 1.1
HARDLY = "hardly"


@dataclass(frozen=True)
class Mover:
    """A war or a study. kind: "case" or "study"; words: what it does to the odds; more: estimate, design and source of
    a study."""

    kind: str
    name: str
    title: str
    words: str
    more: str = ""


@dataclass(frozen=True)
class OtherWars:
    """What is told of one claim. Where there are no numbers, `sentence` and `command` alone are not empty.

    sentence: the plain line; command: what computes the numbers; name: of the claim; why: why none weighs in the word;
    movers: wars and studies that move the odds most; note: whose draws they are; head, rows: the small table; cases,
    studies: every one of them for a trace, those that change most first; felt: how many wars change the record's factor
    by a tenth or more."""

    sentence: str
    command: str = ""
    name: str = ""
    why: str = ""
    movers: tuple[Mover, ...] = ()
    note: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    cases: tuple[Mover, ...] = ()
    studies: tuple[Mover, ...] = ()
    felt: int = 0

    @property
    def line(self) -> tuple[str, str]:
        """The plain line in its two parts: what it is about, and the rest."""
        before, _, after = self.sentence.partition(": ")
        return before, after

    @property
    def hangs(self) -> tuple[tuple[str, tuple[Mover, ...]], ...]:
        """What the odds hang on most: words before, and the movers that follow them."""
        kinds = (("case", "The record hangs most on"), ("study", "Of the studies it is moved most by"))
        found = ((words, tuple(m for m in self.movers if m.kind == kind)) for kind, words in kinds)
        return tuple((words, some) for words, some in found if some)


def absent_wars(why: str, command: str) -> OtherWars:
    """What is told where there are no numbers. why: half a sentence; command: what makes them."""
    return OtherWars(f"Other wars: {why}.", command)


def told_lines(told: OtherWars, *, table: bool = False) -> list[str]:
    """The block for a terminal, a line a paragraph. table: with the small table."""
    out = [told.sentence + (f" {told.command} computes it." if told.command else "")]
    for words, movers in told.hangs:
        out.append(f"{words} {join([f'{mover.title} ({mover.words})' for mover in movers])}.")
    out += [told.why] if told.why else []
    if table and told.rows:
        for row in told.rows:
            cells = [f"{name} {cell}" for name, cell in zip(told.head[1:], row[1:], strict=True) if cell != "-"]
            out.append(f"{told.head[0]} {row[0]}: {'; '.join(cells)}")
    return out


def why_none_weighs(odds: Odds) -> str:
    """Why no verdict is made of the factors, in a sentence."""
    studies = "no study both makes the same comparison and says something through the bias that its design allows"
    if odds.used:
        return f"The record weighs in the word; studies do not, because {studies}."
    return f"None weighs in the word: the record does not foresee its wars better than their base rate, and {studies}."


def other_wars(odds: Odds, name: str, answered: ClaimResult | None = None, made: Provenance | None = None) -> OtherWars:
    """What is told of one claim.

    Parameters
    ----------
    odds
        Those of its scenario, which hold.
    name
        Of the claim.
    answered, made
        The answer beside which it stands, and where that comes from; None where there is none.

    Raises
    ------
    ScenarioError
        E241 where no odds of the claim are among them.
    EvidenceError
        E502 for a damaged atlas.
    """
    claim = odds[name]
    last = odds.draws[-1]
    cases, studies = _cases(odds, claim, last), _studies(odds, claim, last)
    told = [f"{STAGES[last]}, {_moved(odds, claim, last)}."]
    if last != PRIOR and _nothing(claim, PRIOR) != (_nothing(claim, last) or None):
        told.append(f"{STAGES[PRIOR]}: {_briefly(odds, claim)}.")
    told += _other_words(claim)
    return OtherWars(
        f"Other wars: {told[0][0].lower()}{' '.join(told)[1:]}",
        "",
        name,
        why_none_weighs(odds),
        (
            *[case for case, far in cases if far >= FELT][:NAMED],
            *[study for study, far in studies if far >= FELT][:1],
        ),
        _note(odds, claim, last, answered, made),
        _head(odds),
        _rows(odds, claim),
        tuple(case for case, _ in cases),
        tuple(study for study, _ in studies),
        sum(far >= FELT for _, far in cases),
    )


def _moved(odds: Odds, claim: ClaimOdds, draws: str) -> str:
    """What record and studies would do over one set of draws, each with what it is varied by."""
    nothing = _nothing(claim, draws)
    if nothing:
        return f"there are no odds to move: {nothing}"
    parts = []
    for source, who in ((RECORD, f"the record of {len(odds.cases)} wars"), (STUDIES, _all_studies(odds))):
        if source == STUDIES and not odds.studies:
            parts.append("no study is left to weigh, all are in conflict with the model")
            continue
        if odds.conflict(source, draws):
            parts.append(f"{who} would leave too few draws to tell (in conflict with the model)")
            continue
        found = claim.moved[source][draws]
        words, toward = _verb(found)
        whose = "them" if parts and "odds" in parts[0] else "the argument's odds"
        moves = (
            f"would {'hardly ' if words == HARDLY else ''}move {whose}{f' {words}' if words != HARDLY else ''}{toward}"
        )
        varied = _left_out(claim, draws) if source == RECORD else _taus(odds, claim, STUDIES, draws)
        varied += " with one war left out" if source == RECORD else " with the bias of designs halved, doubled"
        factor = f"x{approximately(found.factor[0])}, Monte Carlo {span(*found.span)}; {varied}"
        parts.append(f"{who} {moves} ({factor})")
    return "; ".join(parts)


def _briefly(odds: Odds, claim: ClaimOdds) -> str:
    """The same before any data, without what it is varied by."""
    nothing = _nothing(claim, PRIOR)
    if nothing:
        return nothing
    parts = []
    for source, who in ((RECORD, "the record"), (STUDIES, "the studies")):
        if odds.conflict(source, PRIOR):
            parts.append(f"{who} in conflict")
            continue
        found = claim.moved[source][PRIOR]
        words, toward = _verb(found)
        parts.append(f"{who} {words}{toward} (x{approximately(found.factor[0])}, {span(*found.span)})")
    return ", ".join(parts)


def _nothing(claim: ClaimOdds, draws: str) -> str:
    """Why there are no odds, in half a sentence; "" where there are."""
    found = claim.moved[RECORD].get(draws)
    if found is None:
        return "in no draw holds what both sides take for granted"
    if math.isfinite(found.factor[0]):
        return ""
    return f"{'every draw' if found.before[0] > 0.5 else 'no draw'} lies where the argument is right"


def _verb(found: Shift) -> tuple[str, str]:
    """How far a source would move the argument's odds in words, and which way where that can be told."""
    factor, (low, high) = found.factor[0], found.span
    fold = max(factor, 1.0 / factor)
    if fold < LITTLE and 1.0 / NOTED < low and high < NOTED:
        return HARDLY, ""
    if float(f"{low:.2g}") <= 1.0 <= float(f"{high:.2g}"):  # as the range is written
        return "no further than Monte Carlo error reaches", ""
    return (
        f"by a factor of {approximately(fold)}",
        " towards the argument" if factor > 1.0 else " away from the argument",
    )


def _all_studies(odds: Odds) -> str:
    return f"the {len(odds.studies)} studies together" if len(odds.studies) != 1 else "the one study"


def _left_out(claim: ClaimOdds, draws: str) -> str:
    """Range of the record's factor with each war left out in turn."""
    known = [value for value in claim.dropped[draws].values() if math.isfinite(value)]
    return span(min(known), max(known)) if known else "-"


def _taus(odds: Odds, claim: ClaimOdds, source: str, draws: str) -> str:
    """A study's factor with its bias halved and doubled."""
    told = []
    for times in TIMES:
        value = claim.tau[source][f"{times:g}"][draws]
        clash = odds.conflict(label_of(source, times), draws)
        told.append("in conflict" if clash else approximately(value) if math.isfinite(value) else "-")
    return ", ".join(told)


def _other_words(claim: ClaimOdds) -> list[str]:
    """Under which source the rule would say another word."""
    out = []
    for source, who in ((RECORD, "the record"), (STUDIES, "the studies")):
        word = claim.words.get(source, "")
        if word and word != claim.word:
            out.append(f"If {who} weighed, the word would be {_quoted(word)}.")
    return out


def _cases(odds: Odds, claim: ClaimOdds, draws: str) -> list[tuple[Mover, float]]:
    """Every war with the record's factor without it, the one that changes it most first, and by which factor."""
    found = claim.moved[RECORD].get(draws)
    if found is None or not math.isfinite(found.factor[0]) or odds.conflict(RECORD, draws):
        return []
    titles, whole = {case.name: case.title for case in atlas()}, found.factor[0]
    known = {case: value for case, value in claim.dropped[draws].items() if math.isfinite(value)}
    told = [
        (Mover("case", case, titles.get(case, case), f"x{approximately(value)} without it"), _fold(value / whole))
        for case, value in known.items()
    ]
    return sorted(told, key=lambda entry: -entry[1])


def _studies(odds: Odds, claim: ClaimOdds, draws: str) -> list[tuple[Mover, float]]:
    """Every study with its factor, the one that moves most first, and by which factor."""
    known, tau = estimates(), designs()
    out = []
    for name in odds.weights_of_studies:
        found, about = claim.moved[name].get(draws), known.get(name)
        words, far = "in conflict with the model" if odds.conflict(name, draws) else "no odds to move", 1.0
        if found is not None and math.isfinite(found.factor[0]) and not odds.conflict(name, draws):
            words = f"x{approximately(found.factor[0])}, {span(*found.span)}"
            far = _fold(found.factor[0])
        more = ""
        if about is not None:
            more = f"estimate {estimate_words(about)} of {about.cases:,} cases; {about.design}, "
            more += f"tau {tau[about.design]:g}; {about.source}"
        out.append((Mover("study", name, about.title if about is not None else name, words, more), far))
    return sorted(out, key=lambda entry: -entry[1])


def estimate_words(study: Estimate) -> str:
    """An estimate with its error, to the digits that its error leaves, and its unit."""
    if not study.error > 0.0:
        return f"{approximately(study.estimate)}, {study.unit}"
    digits = max(0, 1 - math.floor(math.log10(study.error)))
    return f"{round(study.estimate, digits) + 0.0:.{digits}f} (error {approximately(study.error)}), {study.unit}"


def _fold(factor: float) -> float:
    return max(factor, 1.0 / factor)


def _head(odds: Odds) -> tuple[str, ...]:
    factors = (f"factor {STAGES[draws][0].lower()}{STAGES[draws][1:]}" for draws in odds.draws)
    return ("weighed by", *factors, "with one war left out, or tau halved, doubled", "the word if it weighed")


def _rows(odds: Odds, claim: ClaimOdds) -> tuple[tuple[str, ...], ...]:
    """The small table: record, each study, all studies, both."""
    last, known = odds.draws[-1], estimates()
    named = {RECORD: f"record of {len(odds.cases)} wars", STUDIES: "all studies", BOTH: BOTH}
    rows = []
    for source in (RECORD, *odds.weights_of_studies, STUDIES, BOTH):
        factors = (factor_words(claim.moved[source].get(draws), odds.conflict(source, draws)) for draws in odds.draws)
        varied = ""
        if source == RECORD:
            varied = _left_out(claim, last)
        elif source != BOTH:
            varied = _taus(odds, claim, source, last)
        label = named.get(source) or (known[source].title if source in known else source)
        word = claim.words.get(source)
        if word == "":
            word = "in conflict"
        rows.append((label, *factors, varied or "-", word or "-"))
    return tuple(rows)


def _note(odds: Odds, claim: ClaimOdds, draws: str, answered: ClaimResult | None, made: Provenance | None) -> str:
    """Whose draws they are, and how they differ from those of the answer beside which they stand."""
    many = odds.members if draws == POSTERIOR else odds.weights[RECORD][PRIOR].draws
    runs = odds.replications if draws == POSTERIOR else 1
    words = f"The same {many} draws, {_runs(runs)} each, weighed and not run again"
    found = claim.moved[RECORD].get(draws)
    shares = f"; argument / neither / rival before weighing {three_words(found.before)} %" if found is not None else ""
    words += shares
    if made is not None and draws == POSTERIOR and made.replications != odds.replications:
        words += f"; the verdict rests on {_runs(made.replications)} each"
        stage = answered.stages.get("country") if answered is not None else None
        if stage is not None:
            words += f" ({three_words((stage.claim, stage.rival, stage.neither))} %)"
        if answered is not None and claim.word and claim.word != answered.verdict.phrase:
            words += f", and over these the word without other wars is {_quoted(claim.word)}"
    effective = percent(odds.weights[RECORD][draws].effective)
    left = f"The record leaves {effective} of the draws effective"
    return f"{words}. {left}; ranges behind a factor hold nine tenths of its Monte Carlo error."


def _quoted(word: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{word}\N{RIGHT DOUBLE QUOTATION MARK}"


def _runs(number: int) -> str:
    return f"{number} run{'s' if number != 1 else ''}"
