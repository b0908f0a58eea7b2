"""What is said of how far other wars and studies move the odds of claims, for a terminal and a page alike.

Factors are of the odds of a claim's own region; with a rival that asserts all the rest they are those of the rival
turned over. Ranges are central nine tenths of Monte Carlo error alone. Nothing here is a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from forbear.questions.odds import BOTH, POSTERIOR, PRIOR, RECORD, STUDIES, ClaimOdds, Odds, Shift
from forbear.questions.verdict_rule import THRESHOLDS
from forbear.words import approximately, join, middle_and_span, percent

__all__ = [
    "LITTLE", "NOTED", "TITLES", "claim_rows", "detail_lines", "factor_words", "moved_sentence", "noted",
    "odds_in_a_line", "odds_summary", "source_rows", "spread_rows", "three_words",
]  # fmt: skip

#: Factors below the first hardly move odds; from the second on a claim is counted as moved. Choices of words alone: no
#: verdict hangs on them.
LITTLE, NOTED = 1.1, 1.5
TITLES = {PRIOR: "prior draws", POSTERIOR: "draws after this country"}


def factor_words(found: Shift | None, conflict: bool = False) -> str:
    """A factor with its Monte Carlo range; "in conflict" where the weights are of no use, "-" where no draw or every
    draw lies there."""
    if conflict:
        return "in conflict"
    if found is None or not math.isfinite(found.factor[0]):
        return "-"
    low, high = found.span
    return middle_and_span((low, found.factor[0], high))


def three_words(shares: tuple[float, float, float]) -> str:
    """Shares of claim, neither and rival in per cent."""
    claim, rival, neither = (round(100 * share) for share in shares)
    return f"{claim} / {neither} / {rival}"


def claim_rows(odds: Odds, sources: Iterable[str] = (RECORD, STUDIES, BOTH)) -> tuple[list[str], list[list[str]]]:
    """A table of every claim: head, and one row a claim. Columns: shares of claim, neither and rival before any data
    and after this country, and by which factor each source moves the claim's odds in either."""
    chosen, kinds = list(sources), odds.draws
    head = ["claim"]
    for draws in kinds:
        head += [f"{'before any data' if draws == PRIOR else 'after this country'}, %"]
        head += [f"x by {source}" for source in chosen]
    rows = []
    for name, claim in odds.claims.items():
        row = [name]
        for draws in kinds:
            found = claim.moved[RECORD].get(draws)
            row.append("-" if found is None else three_words(found.before))
            row += [factor_words(claim.moved[source].get(draws), odds.conflict(source, draws)) for source in chosen]
        rows.append(row)
    return head, rows


def spread_rows(odds: Odds) -> tuple[list[str], list[list[str]]]:
    """How far factors hang on tau and on single cases: by the studies together with tau halved, as stated and doubled,
    and by the record without each case in turn (least, all cases, greatest, the case that changes most)."""
    head, rows = ["claim"], []
    for draws in odds.draws:
        told = "before" if draws == PRIOR else "after"
        head += [f"{told}: tau x0.5, x1, x2", f"{told}: a case dropped", f"{told}: most by"]
    for name, claim in odds.claims.items():
        row = [name]
        for draws in odds.draws:
            taus = [claim.tau[STUDIES]["0.5"][draws], _factor(claim, STUDIES, draws), claim.tau[STUDIES]["2"][draws]]
            labels = (f"{STUDIES}, tau x0.5", STUDIES, f"{STUDIES}, tau x2")
            cells = [
                "in conflict" if odds.conflict(label, draws) else _one(value)
                for label, value in zip(labels, taus, strict=True)
            ]
            row.append(", ".join(cells))
            known = {case: value for case, value in claim.dropped[draws].items() if math.isfinite(value)}
            whole = _factor(claim, RECORD, draws)
            if not known or not math.isfinite(whole):
                row += ["-", "-"]
                continue
            most = max(known, key=lambda case: abs(math.log(known[case] / whole)))
            row += [f"{_one(min(known.values()))} to {_one(max(known.values()))} (all: {_one(whole)})", most]
        rows.append(row)
    return head, rows


def source_rows(odds: Odds) -> tuple[list[str], list[list[str]]]:
    """What every source leaves of the draws, taus among them."""
    head = ["weighed by", "draws", "effective", "shape of the tail", "in conflict", "apart"]
    rows = [
        [
            source,
            f"{at.draws} {TITLES[draws]}",
            percent(at.effective),
            f"{at.shape:.2f}",
            "yes" if at.conflict else "no",
            f"{at.apart:+.1f}" if math.isfinite(at.apart) else "-",
        ]
        for source, found in odds.weights.items()
        for draws, at in found.items()
    ]
    return head, rows


def noted(factor: float) -> bool:
    """Whether a factor counts as a move, as it is written: what is told to be moved by 1.5 is among those."""
    return float(f"{max(factor, 1.0 / factor):.2g}") >= NOTED


def moved_sentence(odds: Odds) -> str:
    """Of how many claims record and studies would move the odds by half as much again or more, over each set of
    draws."""
    out = []
    for draws in reversed(odds.draws):
        told, without = [], 0
        for source, who in ((RECORD, f"the record of {len(odds.cases)} other wars"), (STUDIES, "the studies together")):
            if odds.conflict(source, draws):
                told.append(f"{who} is in conflict with these draws")
                continue
            known = {name: _factor(claim, source, draws) for name, claim in odds.claims.items()}
            known = {name: value for name, value in known.items() if math.isfinite(value)}
            without = len(odds.claims) - len(known)
            far = [name for name, value in known.items() if noted(value)]
            of = (
                f"those of {len(far) or 'none'}"
                if told
                else f"the odds of {len(far) or 'none'} of {len(odds.claims)} claims"
            )
            by = "" if told else f" by a factor of {NOTED:g} or more"
            told.append(f"{who} would move {of}{by}" + (f" ({join(far)})" if far else ""))
        when = "Before any data" if draws == PRIOR else "After this country's data"
        out.append(f"{when} {', '.join(told)}" + (f"; {without} have no odds to move." if without else "."))
    return " ".join(out)


def odds_in_a_line(odds: Odds) -> str:
    """How far record and studies would move the odds of claims over the last of the draws, in one sentence with the
    largest factor of each, its Monte Carlo range, and where it comes from; "" where neither can be told."""
    draws, told = odds.draws[-1], []
    studies = len([name for name in odds.weights_of_studies if not odds.conflict(name, draws)])
    for source, who in ((RECORD, f"the outcomes of {len(odds.cases)} other wars"), (STUDIES, f"{studies} studies")):
        known = {name: claim.moved[source].get(draws) for name, claim in odds.claims.items()}
        finite = {name: at for name, at in known.items() if at is not None and math.isfinite(at.factor[0])}
        if odds.conflict(source, draws) or not finite or (source == STUDIES and not studies):
            continue
        far = [name for name, at in finite.items() if noted(at.factor[0])]
        most = max(finite, key=lambda name: abs(math.log(finite[name].factor[0])))
        of = f"of {len(far) or 'none'} of {len(odds.claims)} claims by a factor of {NOTED:g} or more"
        told.append(f"{who} would move the odds {of} (most {most}: x{factor_words(finite[most])})")
    if not told:
        return ""
    when = "Before any data" if draws == PRIOR else "After this country's data"
    weighs = "The record weighs in the verdicts." if odds.used else "No verdict is made of it."
    source = f"forbear atlas odds {odds.scenario}, atlas of interventions since 1898; in brackets Monte Carlo error."
    return f"{when} {'; '.join(told)}. {weighs} Source: {source}"


def odds_summary(odds: Odds) -> list[str]:
    """What the table says at a glance, counted from it: factors of three and more, the largest, words that would
    change, taus and cases."""
    out = []
    for source, title in ((RECORD, "The record of other wars"), (STUDIES, "The studies together")):
        parts = []
        for draws in odds.draws:
            if odds.conflict(source, draws):
                parts.append(f"is in conflict with {TITLES[draws]}")
                continue
            known = {name: _factor(claim, source, draws) for name, claim in odds.claims.items()}
            known = {name: value for name, value in known.items() if math.isfinite(value)}
            far = [name for name, value in known.items() if max(value, 1.0 / value) >= THRESHOLDS.moved]
            least = [name for name, value in known.items() if not noted(value)]
            most = max(known, key=lambda name: abs(math.log(known[name])), default="")
            told = f"moves the odds of {len(far)} of {len(known)} claims by a factor of "
            told += f"{approximately(THRESHOLDS.moved)} or more" + (f" ({join(far)})" if far else "")
            if most:
                found = odds.claims[most].moved[source][draws]
                told += f", of {len(least)} by less than {NOTED:g}; most {most}: x{factor_words(found)}"
            parts.append(f"over {TITLES[draws]} {told}")
        out.append(f"{title} {'; '.join(parts)}.")
    return [*out, _words_changed(odds)] if any(claim.words for claim in odds.claims.values()) else out


def _words_changed(odds: Odds) -> str:
    """Whose verdict would be another if a source weighed."""
    parts = []
    sources = list(dict.fromkeys(source for claim in odds.claims.values() for source in claim.words))
    for source in sources:
        if all(claim.words[source] == "" for claim in odds.claims.values()):
            parts.append(f"{source}: in conflict")
            continue
        changed = [
            f"{name} ({claim.word}: {claim.words[source]})"
            for name, claim in odds.claims.items()
            if claim.words[source] != claim.word
        ]
        parts.append(f"{source}: {join(changed) if changed else 'none'}")
    return f"Words of {len(odds.claims)} claims that would be others if it weighed. {'; '.join(parts)}."


def _factor(claim: ClaimOdds, source: str, draws: str) -> float:
    found = claim.moved[source].get(draws)
    return math.nan if found is None else found.factor[0]


def _one(value: float) -> str:
    return approximately(value) if math.isfinite(value) else "-"


def detail_lines(odds: Odds, name: str) -> list[str]:
    """Everything of one claim, source by source: shares, factors of both sides, what stays effective."""
    claim = odds.claims[name]
    out = [f"{name}  {claim.title}", *([f"verdict: {claim.word}"] if claim.word else [])]
    for source, found in claim.moved.items():
        for draws, at in found.items():
            label = f"  {source}, {TITLES[draws]}: "
            if odds.conflict(source, draws):
                out.append(f"{label}in conflict")
                continue
            out.append(
                f"{label}claim / neither / rival {three_words(at.before)} -> {three_words(at.after)}; the claim's odds x"
                f"{factor_words(at)}; {percent(at.effective)} of the draws effective"
            )
        if source in claim.words and claim.words[source]:
            out.append(f"  if {source} weighed, the verdict would be: {claim.words[source]}")
    return out
