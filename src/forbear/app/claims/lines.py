"""The lines of a claim's scale: before any data, the full model, every theory, and all of them by weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from forbear.app.claims import scale
from forbear.app.claims.runs import title_of
from forbear.questions.regions import region_shares

if TYPE_CHECKING:
    from forbear.app.claims.runs import ClaimRun, Held
    from forbear.questions.effects import Probabilities
    from forbear.questions.results import ClaimResult

__all__ = ["as_run", "as_shipped"]

#: What lines of the scale are called.
FULL, MIXED = "after the data, full model", "all theories by weight: the rule reads this"


def as_shipped(answered: ClaimResult | None) -> list[scale.Line]:
    """The scale as shipped with the scenario; empty without answers."""
    if answered is None or not answered.structures:
        return []
    claim, out = answered.claim, []
    if answered.prior_shares:
        out.append(scale.Line("before the data", "before", scale.regions(claim, answered.prior_shares)))
    for name, shares in sorted(answered.structures.items(), key=lambda entry: entry[0] != "full"):
        full = name == "full"
        label = FULL if full else f"theory: {title_of(name)}"
        out.append(scale.Line(label, "full" if full else "theory", scale.regions(claim, shares)))
    weighed = answered.stages.get("country")
    if weighed is not None and len(answered.structures) > 1:
        out.append(scale.Line(MIXED, "mixture", (weighed.claim, weighed.neither, weighed.rival)))
    return out


def as_run(made: ClaimRun, found: Held, answered: ClaimResult | None) -> list[scale.Line]:
    """The scale with the draws that were just run; a theory that is not run yet stands as shipped."""
    shipped = {line.label: line for line in as_shipped(answered)}
    posterior, pinned = made.country.draws(made.state.draws) == "posterior", bool(made.pinned)
    before = shipped.get("before the data")
    out = [before] if posterior and before is not None else []
    first, held = (_three(three) for three in (found.free, found.held))
    out.append(
        scale.Line(
            FULL if posterior else "before the data", "full" if posterior else "before", first, held if pinned else None
        )
    )
    if not posterior:
        return out
    for name, (free, with_values) in made.theories.items():
        good = np.isfinite(free) & np.isfinite(with_values)
        if good.any():
            first, held = (_three(region_shares(made.claim, values[good])) for values in (free, with_values))
            out.append(scale.Line(f"theory: {name}", "theory", first, held if pinned else None))
    known = {line.label for line in out}
    out += [line for label, line in shipped.items() if line.role == "theory" and label not in known]
    if found.mixed_free is not None and found.mixed_held is not None:
        first, held = ((s.claim, s.neither, s.rival) for s in (found.mixed_free, found.mixed_held))
        out.append(scale.Line(MIXED, "mixture", first, held if pinned else None))
    return out


def _three(found: Probabilities) -> scale.Shares:
    """Shares of regions in the order of the scale."""
    return found.p_for, found.p_none, found.p_against
