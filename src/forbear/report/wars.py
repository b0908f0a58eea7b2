"""What other wars say of a claim as markup: the same block in the report and on the page of the laboratory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forbear.inference.studies import designs, estimates
from forbear.questions.odds_telling import OtherWars, estimate_words, why_none_weighs
from forbear.questions.odds_words import claim_rows, moved_sentence
from forbear.report.templates import environment
from forbear.words import percent

if TYPE_CHECKING:
    from forbear.questions.odds import Odds
    from forbear.questions.odds_on_record import OddsOnRecord

__all__ = ["WarsSection", "wars_markup", "wars_section"]

STUDIES_HEAD = ("study", "estimate", "cases", "design, bias (tau)", "draws it leaves", "apart", "source")


@dataclass(frozen=True)
class WarsSection:
    """For the report. blocks: claim -> markup; sentence: how many claims would be moved, or why that is not known;
    why: why none weighs; head, rows: every claim; studies: those that were made again in simulated cases."""

    blocks: Mapping[str, str]
    sentence: str
    command: str = ""
    why: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    studies_head: tuple[str, ...] = STUDIES_HEAD
    studies: tuple[tuple[str, ...], ...] = ()


def wars_markup(told: OtherWars, *, case: Callable[[str], str], study: Callable[[str], str] | None, table: str) -> str:
    """The block of one claim as HTML; every text of it is escaped.

    case, study: where a war or a study is shown, by its name; None: studies stand in the table below alone. table: name
    of the small table, for the page and for a file of its own.
    """
    template = environment().get_template("parts_wars.html")
    return str(template.module.other_wars(told, case, study, table))  # type: ignore[attr-defined]


def wars_section(held: OddsOnRecord, names: list[str], *, atlas: bool) -> WarsSection:
    """What the report tells of other wars, claim by claim and at a glance.

    held: odds on record beside its answers; names: of its claims; atlas: whether the page shows the cases. Raises
    EvidenceError E502 for a damaged atlas.
    """
    blocks = {
        name: wars_markup(
            held.of(name),
            case=(lambda case: f"#atlas-{case}") if atlas else (lambda case: ""),
            study=lambda study: f"#study-{study}",
            table=f"wars-{name}",
        )
        for name in names
    }
    shown = held.shown
    if shown is None or not len(shown):
        return WarsSection(blocks, held.absence, held.command)
    head, rows = claim_rows(shown)
    left = (
        f" Left out, because they were computed for another claim: {', '.join(held.changed)}." if held.changed else ""
    )
    return WarsSection(
        blocks,
        moved_sentence(shown) + left,
        held.command if held.changed else "",
        why_none_weighs(shown),
        tuple(head),
        tuple(tuple(row) for row in rows),
        studies=_studies(shown),
    )


def _studies(odds: Odds) -> tuple[tuple[str, ...], ...]:
    """A row for each study, its name first."""
    known, tau, last = estimates(), designs(), odds.draws[-1]
    out = []
    for name in odds.weights_of_studies:
        about, at = known.get(name), odds.weights[name][last]
        if about is None:
            out.append((name, name, "", "", "", "", "", "no longer among the estimates that ship"))
            continue
        left = "in conflict" if at.conflict else percent(at.effective)
        bias = f"{about.design}, {tau[about.design]:g}"
        out.append(
            (name, about.title, estimate_words(about), f"{about.cases:,}", bias, left, f"{at.apart:+.1f}", about.source)
        )
    return tuple(out)
