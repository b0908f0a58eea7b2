"""The sliders of a claim's page: what they hold, what they are about, what they move, or why they move nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forbear.app.claims.reach import Reach, reach_of
from forbear.app.claims.runs import parameters_of, same_prior
from forbear.app.densities import LEAST, MOST, beliefs, density, told_by
from forbear.country.model import MODEL
from forbear.figures.spec import approximately
from forbear.words import join, minus, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forbear.app.country import Country
    from forbear.questions.results import ClaimResult
    from forbear.scenario.casefiles.policies import Claim

__all__ = ["STEPS", "Slider", "sliders_of"]

#: A slider runs over the part of a prior that is drawn above it, in these steps.
STEPS = 49
_MEANINGS = {parameter.name: parameter for parameter in MODEL.parameters.values()}


@dataclass(frozen=True)
class Slider:
    """One slider. at: the quantile at which it is held, or ""; density: the drawing above it; values: what each step
    stands for, in words; place: the step it stands at; moves: what it moves alone, in words; idle: why it cannot be
    moved, or ""."""

    name: str
    about: str
    at: float | str
    density: str
    values: list[str]
    place: int
    moves: str
    idle: str

    @property
    def title(self) -> str:
        """Its name in words."""
        return self.name.replace("_", " ")


def sliders_of(
    country: Country, claim: Claim, answered: ClaimResult | None, pinned: Mapping[str, float], draws: str
) -> list[Slider]:
    """The sliders of a claim, those that move most draws to another side first; one that moves nothing comes last and
    cannot be moved, unless the address holds it. draws: "posterior" or "prior", those that the page runs over. No
    randomness."""
    names = parameters_of(claim, answered, country.problem.priors)
    reach = reach_of(country, claim) if country.draws(draws) == "posterior" else {}

    def place(name: str) -> tuple[bool, int, int]:
        found = reach.get(name)
        return (found.idle, -found.turned, -found.moved) if found is not None else (False, 0, 0)

    names = [*sorted(names, key=place), *(name for name in pinned if name not in names)]
    return [_slider(country, name, pinned, reach.get(name)) for name in names]


def _slider(country: Country, name: str, pinned: Mapping[str, float], reach: Reach | None) -> Slider:
    found = beliefs(country, name)
    steps = (LEAST + (MOST - LEAST) * k / STEPS for k in range(STEPS + 1))
    idle = _idle(reach) if reach is not None and name not in pinned else ""
    return Slider(
        name,
        _about(country, name, found.words("after") if found else ""),
        pinned.get(name, ""),
        density(found, name.replace("_", " ")) if found else "",
        [minus(approximately(float(country.at_quantile(name, at).ravel()[0]))) for at in steps],
        round((pinned.get(name, 0.5) - LEAST) / (MOST - LEAST) * STEPS),
        _moves(reach) if reach is not None and not reach.idle else "",
        idle,
    )


def _about(country: Country, name: str, after: str) -> str:
    """Meaning, unit, posterior, what tells it, and which theories keep their own value."""
    known, many = _MEANINGS.get(name), country.problem.priors[name].size
    parts = []
    if known is not None:
        unit = known.unit if known.unit not in ("-", "index", "share", "ratio") else ""
        parts += [f"{known.meaning}, {unit}" if unit else known.meaning]
    parts += [f"after the data {after}"] if after else []
    parts += [told_by(known.identification)] if known is not None else []
    parts += [f"all {many} of them at the same quantile, the first one's value is shown"] if many > 1 else []
    keep = [title for title, theory in country.theories.items() if not same_prior(country, theory, name)]
    parts += [f"kept at its own value by the theor{'ies' if len(keep) > 1 else 'y'} {join(keep)}"] if keep else []
    return "; ".join(parts)


def _idle(reach: Reach) -> str:
    """Why a slider cannot be moved."""
    if not reach.idle:
        return ""
    return (
        f"Moves nothing here: with it at either end of its range all of {reach.histories} simulated histories come out "
        "the same, under the full model and under every theory."
    )


def _moves(reach: Reach) -> str:
    """What a slider moves alone."""
    if reach.moved == 0:
        return f"moves nothing in the full model, only the theor{_ies(reach)} {join(list(reach.elsewhere))}"
    low, high = (percent(ours) for ours, _, _ in reach.ends)
    if reach.turned == 0:
        return f"moves the size of the effect; in the full model no draw changes sides ({low} stay the argument's)"
    return f"from its low to its high end the argument holds in {low} to {high} of draws"


def _ies(reach: Reach) -> str:
    return "ies" if len(reach.elsewhere) > 1 else "y"
