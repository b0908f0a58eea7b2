"""The atlas in a report: other interventions as small multiples, a map, and what the model would have expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forbear.errors import FitError
from forbear.evidence.atlas import Case, atlas
from forbear.inference.record import about, absence
from forbear.report.atlas import narrow
from forbear.report.atlas.drawings import ORDER, expected, mark, order_of, panel, shortened, world
from forbear.report.atlas.telling import answer, chances_of, density, foreseen_sentence, interval_of, judged, spaced
from forbear.validation.record_words import score_rows, verdict_on_record
from forbear.words import approximately, percent, span

__all__ = ["AtlasSection", "CasePanel", "atlas_section", "short_verdict"]

#: Orders that a panel shows: heading and quantity.
ORDERS = (("5 years", "order_5y"), ("10 years", "order_10y"))
TABLE = (
    "no.",
    "case",
    "intervener",
    "years",
    "soldiers per 1,000",
    "at 5 years",
    "at 10 years",
    "local dead",
    "their dead",
)
FORESEEN = (
    "case", "calm at 5: record", "prior", "base rate", "came", "war: record", "prior", "base rate", "came",
    "local dead, nine tenths", "coded", "their dead, nine tenths", "coded",
)  # fmt: skip
SCORES = ("question", "score", "record", "prior alone", "base rate", "record less base rate")


@dataclass(frozen=True)
class CasePanel:
    """One case. orders: heading, mark as markup, and the word; dead: in words; foreseen: question, chance and base rate
    in words, and whether it came; words: all of it for hover, focus and reading aloud; own: the report is of it."""

    name: str
    number: int
    title: str
    svg: str
    orders: tuple[tuple[str, str, str], ...]
    dead: str
    foreseen: tuple[tuple[str, str, str], ...]
    words: str
    own: bool = False


@dataclass(frozen=True)
class AtlasSection:
    """lead, rest, caution: what is counted and how little it says; verdict: whether the record beats the base rate;
    scores, foreseen: tables of it; map, legend, expected: drawings; map_parts, expected_narrow: the same for a narrow
    page, the map in parts with their titles; rows: of the table of cases; outdated: why the record is not used, where
    another model made it."""

    lead: str
    rest: str
    caution: tuple[str, ...]
    verdict: tuple[str, ...]
    scores: tuple[tuple[str, ...], ...]
    map: str
    legend: str
    expected: str
    panels: tuple[CasePanel, ...]
    rows: tuple[tuple[str, ...], ...]
    foreseen: tuple[tuple[str, ...], ...]
    outdated: str
    map_parts: tuple[tuple[str, str], ...]
    expected_narrow: str
    head: tuple[str, ...] = TABLE
    scores_head: tuple[str, ...] = SCORES
    foreseen_head: tuple[str, ...] = FORESEEN


def short_verdict() -> str:
    """How well the model foresees the cases of the atlas from one another, in one sentence; "" without a record; where it
    is damaged, that it cannot be used."""
    try:
        told = about()
    except FitError as error:
        return f"The record of other wars cannot be used (error {error.code})."
    if not told:
        return ""
    beats = "better than" if told["used"] else "no better than"
    return f"The model foresees {len(told['cases'])} other interventions {beats} their base rate."


def atlas_section(own: str = "") -> AtlasSection:
    """What the template `parts_atlas.html` needs. own: name of the scenario of the report. Deterministic.

    Raises EvidenceError E502 for a damaged atlas, FitError E617 for a damaged record.
    """
    cases, told, foreseen = atlas(), about(), judged()

    def link(case: Case) -> str:
        return f"#atlas-{case.name}"

    said = answer(cases)
    lead, rest = " ".join(said[:3]).replace("**", "", 1).split("**")
    lines, scores, outdated = _judgement(told)
    return AtlasSection(
        lead.strip(),
        rest.strip(),
        (said[3], said[5]),
        lines,
        scores,
        _linked(world(cases, link=link)),
        _row_of_marks(),
        expected(cases) if foreseen else "",
        tuple(_panel(number, case, foreseen.get(case.name), own) for number, case in enumerate(cases, 1)),
        tuple(_row(number, case) for number, case in enumerate(cases, 1)),
        tuple(
            (
                case.title,
                *chances_of(row["calm"]),
                *chances_of(row["war"]),
                *interval_of(row.get("deaths")),
                *interval_of(row.get("theirs")),
            )
            for case in cases
            if (row := foreseen.get(case.name)) is not None
        ),  # fmt: skip
        outdated,
        tuple((title, _linked(svg)) for title, svg in narrow.parts_of_the_world(cases, link)),
        narrow.expected(cases) if foreseen else "",
    )


def _judgement(told: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], str]:
    """The verdict on the record with its coverage, its scores, and why neither holds where another version made it."""
    if not told:
        return (), (), ""
    try:
        lines = verdict_on_record(told)
        scores = tuple((*row, "") if len(row) < len(SCORES) else row for row in score_rows(told["judged"]))
    except (KeyError, TypeError, ValueError):  # a record that is written otherwise than this version reads
        return (
            (),
            (),
            "the scores on file were made with another version, so they are left out: "
            "forbear atlas fit makes them again",
        )
    return (*lines[:1], *(line.strip() for line in lines if line.strip().startswith("coded"))), scores, absence()


def _linked(svg: str) -> str:
    """A map whose marks give their words where the page shows them, rather than in the browser's own tip."""
    before, *links = svg.split("<a ")
    # the legend is a group of its own: a narrow page hides it, for its end would be out of sight, and shows the row
    before = re.sub(
        r"(<rect [^>]*/>\n)(.+?)(<clipPath)", r'\1<g class="own-key">\2</g>\3', before, count=1, flags=re.DOTALL
    )
    out = [before]
    for link in links:
        opening, rest = link.split("<title>", 1)
        words, rest = rest.split("</title>", 1)
        out.append(f'<a data-words="{words}" {opening}{rest}')
    return "".join(out)


def _row_of_marks() -> str:
    """What the shapes mean, as the page's legend."""
    return "".join(f"<li>{_small(word)} {label}</li>" for word, (_, label) in ORDER.items())


def _small(word: str) -> str:
    return f'<svg class="order" viewBox="-8 -8 16 16" aria-hidden="true">{mark(word, 0, 0, 6)}</svg>'


def _dead(case: Case, quantity: str, digits: int = 2) -> str:
    """A number of dead to what can be known of it, "?" where none is coded."""
    fact = case.one(quantity)
    return "?" if fact is None or fact.number is None else approximately(fact.number, digits)


def _dead_and_range(case: Case, quantity: str) -> str:
    fact = case.one(quantity)
    if fact is None or fact.number is None or fact.range is None:
        return "?"
    ends = span(*fact.range)
    told = approximately(fact.number)
    return told if ends == told else f"{told} ({ends})"


def _panel(number: int, case: Case, row: Mapping[str, Any] | None, own: str) -> CasePanel:
    orders = tuple((head, _small(order_of(case, name)), ORDER[order_of(case, name)][1]) for head, name in ORDERS)
    peak, ends = density(case)
    words = (
        f"{number} {case.title}: {case.intervener} in {case.place}, {case.years:.1f} years; "
        f"at most {peak} soldiers for every thousand inhabitants{f' ({ends})' if ends else ''}; "
        + "; ".join(f"after {head} {word}" for head, _, word in orders)
        + f"; local dead {_dead_and_range(case, 'local_dead')}, "
        + f"the intervener's {_dead_and_range(case, 'intervener_dead')}"
        + (f". Foreseen from the other cases: {foreseen_sentence(row)}" if row is not None else "")
        + "."
    )
    return CasePanel(
        case.name,
        number,
        shortened(case.title),
        panel(case),
        orders,
        f"{_dead(case, 'local_dead')} local, {_dead(case, 'intervener_dead')} theirs",
        tuple(_chance(question, row[key]) for question, key in (("calm", "calm"), ("war", "war"))) if row else (),
        words,
        own == case.name,
    )


def _chance(question: str, row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Question; the chance beside the share among the other cases; what came."""
    chances = [percent(row[name]) if name in row else "?" for name in ("record", "base rate")]
    came = {True: "came", False: "did not", None: "not known"}[row["came"]]
    return question, f"{chances[0]} (others {chances[1]})", came


def _row(number: int, case: Case) -> tuple[str, ...]:
    peak, ends = density(case)
    return (
        str(number),
        case.title,
        case.intervener,
        f"{case.years:.1f}" + ("+" if case.ongoing else ""),
        peak + (f" ({ends})" if ends else ""),
        *(spaced(case.word(name)) for _, name in ORDERS),
        _dead_and_range(case, "local_dead"),
        _dead_and_range(case, "intervener_dead"),
    )
