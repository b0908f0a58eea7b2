"""From what parameters are drawn: the posterior wherever one is shipped, the prior where it is asked for by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from forbear.errors import FitError, nearest
from forbear.inference.posterior import Posterior

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["Given", "posterior_of"]

#: A posterior itself, one of two words, or None: the posterior beside the scenario, else the prior.
Given = Posterior | Literal["posterior", "prior"] | None


def posterior_of(scenario: Scenario, given: Given = None) -> Posterior | None:
    """The posterior from which to draw.

    Parameters
    ----------
    scenario
        Whose parameters are drawn.
    given
        A posterior; "prior": none; "posterior": the one beside the scenario, which must be there; None: that one where it
        is there, else the prior.

    Returns
    -------
    Posterior | None
        None where parameters are to be drawn from the prior.

    Raises
    ------
    FitError
        E606 for a posterior that does not belong to the scenario, E609 for another word, E610 where "posterior" is asked
        for and there is none.
    """
    if isinstance(given, Posterior):
        return given
    if given == "prior":
        return None
    if given not in (None, "posterior"):
        near = nearest(str(given), ("posterior", "prior"))
        raise FitError(
            "E609",
            f"nothing is called {given!r} to draw from",
            hint=f"did you mean {near}?" if near else "posterior, prior, or a posterior itself",
        )
    found = Posterior.of(scenario)
    if found is None and given == "posterior":
        raise FitError("E610", f"{scenario.name} has no posterior beside it", hint=f"forbear fit {scenario.name}")
    return found
