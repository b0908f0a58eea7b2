"""Base rates beside the run, and a proposed intervention in ranges: what the template `parts_base_rates.html` needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forbear.prospective.telling import NOT_A_FORECAST, Proposal
from forbear.scenario.outcomes import OUTCOMES
from forbear.validation.base_rates import HEADING, base_rate_rows, base_rates
from forbear.words import span

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble
    from forbear.scenario import Scenario

__all__ = ["base_rates_section"]


def base_rates_section(
    ensemble: Ensemble, scenario: Scenario, proposal: Proposal | None = None
) -> dict[str, Any] | None:
    """Rows and sentences for the page; None where nobody intervenes. ensemble: every draw, before any were left out."""
    found = base_rates(scenario, ensemble.healthy)
    if not found:
        return None
    beside = [b for b in found if b.model is not None]
    against = sum(b.disagrees for b in beside)
    number = len(found)
    return {
        "digest": f"{number} class{'es' if number > 1 else ''} of past cases, {len(beside) or 'none'} beside the "
        f"model's own chance; {against or 'none'} disagree{'s' if against == 1 else ''} with it.",
        "head": HEADING,
        "rows": base_rate_rows(found),
        "disagreements": [b.sentence for b in found if b.disagrees],
        "cautions": list(dict.fromkeys(b.reference.caveat for b in found if b.model is not None)),
        "sources": list(dict.fromkeys(b.reference.source for b in found)),
        "proposal": _proposal(proposal) if proposal is not None else None,
    }


def _proposal(found: Proposal) -> dict[str, Any]:
    names = [row.name for row in found.rows]
    head = (
        "outcome",
        *(f"{row.title}{' (by assumption)' if row.assumed else ''}" for row in found.rows),
        "of the range, assumption",
    )
    rows = []
    for place, first in enumerate(found.rows[0].ranges):
        cells = [(row.ranges[place].low, row.ranges[place].high) for row in found.rows]
        share = found.shares.get(first.outcome)
        told = (
            "not worked out" if share is None else f"{share[0]:.0%} (guessed facts {share[1]:.0%})".replace("%", " %")
        )
        rows.append((f"{OUTCOMES[first.outcome].title} ({first.unit})", *(_range(*c) for c in cells), told))
    force = [(row.title, *row.force) for row in found.rows if row.force]
    return {
        "caution": NOT_A_FORECAST,
        "conditioning": found.conditioning.words,
        "exit": found.exit,
        "head": head,
        "rows": rows,
        "force": force,
        "names": names,
        "members": found.members,
        "guessed": found.guessed,
    }


def _range(low: float, high: float) -> str:
    return span(low, high)
