"""What a country without a fit of its own borrows, from where, and how well that travelled: printed before any answer.

The equations and most priors come with the package; nothing that was *learned* elsewhere is used unless it is asked for
(`--given pooled`, `--given record`). Either way a user should know what became of it where it could be tried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from forbear.country.model import MODEL
from forbear.errors import ForbearError
from forbear.inference.record import RECORD, RecordPrior
from forbear.validation.pooling import element_priors, form, load
from forbear.validation.transport import FILE, load_transports

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["borrowed_rows", "heading", "transports_or_why", "travel_lines", "travel_rows"]

Found = TypeVar("Found")

HEADING = ("what", "from where", "how well it travelled")
#: Said where no trial of the fits that ship is on record.
UNTRIED = "no trial with the fits that ship is on record"
TO_TRY = f"{UNTRIED}; forbear validate afghanistan-2001 --parts transport makes one"


def heading(scenario: Scenario, kind: str = "prior") -> str:
    """One sentence that says what the numbers of an unfitted country are. kind: what members are drawn from."""
    start = f"{scenario.title or scenario.name} has no fit of its own: "
    if kind == "record":
        return start + "its uncertainties are drawn from priors, moved by what the outcomes of other wars say."
    if kind == "pooled":
        return start + "its uncertainties are drawn from priors, narrowed by what other countries' data say together."
    return start + "its uncertainties are drawn from priors, and nothing learned elsewhere is used but the equations."


def borrowed_rows(scenario: Scenario, kind: str = "prior") -> list[tuple[str, str, str]]:
    """Rows (what, from where, how well it travelled) for a scenario that is not fitted itself. No randomness."""

    problem = scenario.problem()
    own = {p.name: p for p in MODEL.parameters.values()}
    here = element_priors(problem)
    of_package = {name: prior == form(own[name.split("[")[0]].prior) for name, prior in here.items()}
    kept = sum(of_package.values())
    records, unread = transports_or_why()
    rows = [
        ("equations and their forms", "the package", _equations(records)),
        (
            f"priors of {kept} of {len(here)} uncertainties",
            "the package (literature and assumptions)",
            _priors(records),
        ),
        (
            f"priors of {len(here) - kept} of {len(here)} uncertainties",
            "this scenario's own file",
            "not tried: they are this country's",
        ),
    ]
    rows += [("trials of what travelled", "the package", unread)] if unread else []
    found, unread = _or_why(load, "pooled.json")
    rows += [("parameters narrowed by data", "the package", unread)] if unread else []
    if found is not None:
        usable = [n for n in found.scores if of_package.get(n)]
        cases = sorted({c for n in usable for c in found.cases[n]})
        rho = found.rho
        rows.append(
            (
                f"{len(usable)} parameters narrowed by data"
                + ("" if kind == "pooled" else " (only with --given pooled)"),
                " and ".join(cases),
                f"correlation of a parameter between two countries {rho['q50']:.2f} ({rho['q05']:.2f} to {rho['q95']:.2f})",
            )
        )
    record, unread = _or_why(lambda: RecordPrior.load(problem), RECORD.name)
    rows += [("parameters moved by outcomes", "wars of the atlas", unread)] if unread else []
    if record is not None:
        aside = "" if kind == "record" else " (only with --given record)"
        tried = "beat the base rate" if record.used else "did not beat the base rate"
        told = f"each foreseen from the others: {tried} (forbear atlas foreseen)"
        rows.append(
            (f"{len(record.names)} parameters moved by outcomes{aside}", f"{len(record.cases)} wars of the atlas", told)
        )
    return rows


def transports_or_why() -> tuple[list[dict[str, Any]], str]:
    """Every transport on record, or none and why the files cannot be used, in words."""
    found, unread = _or_why(load_transports, FILE)
    return found or [], unread


def _or_why(read: Callable[[], Found | None], name: str) -> tuple[Found | None, str]:
    """What a file of the package holds, or None and why it cannot be used, in words: it is one part among many."""
    try:
        return read(), ""
    except ForbearError as error:
        return None, f"not known: {name} of the package cannot be used (error {error.code}; forbear doctor names it)"


def _equations(records: Sequence[Mapping[str, Any]]) -> str:
    if not records:
        return TO_TRY
    return "; ".join(
        f"fitted to {r['to']}, they foresaw its later years {_than(r, 'fit', 'last number')} the last number known"
        for r in records
    )


def _priors(records: Sequence[Mapping[str, Any]]) -> str:
    return (
        "; ".join(
            f"in {r['to']} they alone foresaw later years {_than(r, 'prior', 'last number')} the last number known"
            for r in records
        )
        or UNTRIED
    )


def _than(record: Mapping[str, Any], one: str, other: str) -> str:
    scores = record["scores"]
    if one not in scores or other not in scores:
        return "(not scored)"
    ratio = scores[one]["holdout"]["crps"] / scores[other]["holdout"]["crps"]
    return f"with {ratio:.2g} times the error of"


def travel_rows(record: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The transport table: parameter, borrowed or not, both countries' scores, overlap, odds, word."""
    return [
        (
            r["name"], "yes" if r["borrowed"] else "no", *(f"{r[k]['mean']:+.1f} ± {r[k]['sd']:.1f}" for k in ("first", "second")),
            f"{r['overlap']:.2f}", f"{r['odds']:.2g}", r["word"],
        )
        for r in record["parameters"]
    ]  # fmt: skip


def travel_lines(scenario: Scenario, kind: str = "prior") -> list[str]:
    """Plain lines for a terminal: see `borrowed_rows`, and one line for each transport on record."""
    out = [heading(scenario, kind), "What it borrows, from where, and how well that travelled:"]
    out += [f"  {what}: from {where}; {well}" for what, where, well in borrowed_rows(scenario, kind)]
    for record in transports_or_why()[0]:
        out.append("  " + record_line(record))
    return out


def record_line(record: Mapping[str, Any]) -> str:
    """One sentence about a transport on record."""
    counts = dict(record["travelled"])
    shown = counts.pop("travelled", 0)
    words = ", ".join(f"{count} {word}" for word, count in counts.items()).replace("the second", record["to"]).replace("the first", record["from"])  # fmt: skip
    pair = next((r for r in record["ratios"]["holdout"] if (r["one"], r["other"]) == ("borrowed, rest learned", "all learned")), None)  # fmt: skip
    said = (
        ""
        if pair is None
        else f". Borrowing them made the error of later years {pair['ratio']:.2f} times ({pair['low']:.2f} to {pair['high']:.2f}) that of learning everything there"
    )
    return f"{record['from']} to {record['to']}: of {len(record['borrowed'])} parameters of class I-data {shown or 'none'} can be shown to have travelled ({words}){said}."
