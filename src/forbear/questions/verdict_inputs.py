"""What a verdict rests on: shares of draws, rival structures, contraction, audit, splits; and who asserts what.

No randomness. Source: section 7 of the model document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from forbear.questions.effects import Candidate, Probabilities

__all__ = ["Assertion", "VerdictInputs", "region", "swap"]

Assertion = Literal["effect", "no effect", "no opposite effect"]


@dataclass(frozen=True)
class VerdictInputs:
    """Every number on which a verdict rests.

    p_for, p_against, p_none: shares of draws with an effect beyond the margin in the claim's direction, in the
    rival's, and within the margin; they add up to 1. structures: the same three for each structural rival. asserts,
    rival_asserts: what each side says: "effect" (its own direction), "no effect", or "no opposite effect" (none, or
    in its own direction; "it would not have helped" against "it would have"). The two must exclude one another.
    contraction: 1 - posterior / prior variance of the effect, None if unknown. candidates: splits by parameter, as
    `deciding_parameters` returns them. unlicensed: a sentence on the facts of history that the claim needs and the
    fitted model misses, "" where it has its licence."""

    p_for: float
    p_against: float
    p_none: float
    structures: Mapping[str, tuple[float, float, float]]
    contraction: float | None
    neutrality_passed: bool
    candidates: Mapping[str, Candidate] = field(default_factory=dict)
    asserts: Assertion = "effect"
    rival_asserts: Assertion = "effect"
    is_value_claim: bool = False
    unlicensed: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError for probabilities that are none, or for assertions that do not exclude one another."""
        splits = {f"candidate {k}": half for k, c in self.candidates.items() for half in (c.below, c.above)}
        named = {"the draws": self.overall, **{f"structure {k}": v for k, v in self.structures.items()}, **splits}
        for name, three in named.items():
            if not (len(three) == 3 and min(three) >= 0.0 and abs(sum(three) - 1.0) < 1e-6):
                raise ValueError(
                    f"probabilities of {name} are {tuple(three)}; they must be three shares that add up to 1"
                )
        if region(self.asserts, 0) & region(self.rival_asserts, 1):
            raise ValueError(
                f"claim ({self.asserts}) and rival ({self.rival_asserts}) can both be true: no test between them"
            )

    @property
    def overall(self) -> Probabilities:
        """The three shares over all draws."""
        return Probabilities(self.p_for, self.p_against, self.p_none)

    def swapped(self) -> VerdictInputs:
        """Return the same case with claim and rival exchanged."""
        return replace(
            self,
            p_for=self.p_against,
            p_against=self.p_for,
            asserts=self.rival_asserts,
            rival_asserts=self.asserts,
            structures={k: swap(v) for k, v in self.structures.items()},
            candidates={k: replace(c, below=swap(c.below), above=swap(c.above)) for k, c in self.candidates.items()},
        )


def region(asserts: Assertion, own: int) -> set[int]:
    """Return the indices of (p_for, p_against, p_none) that a side asserts; `own` is the index of its own direction."""
    regions = {"effect": {own}, "no effect": {2}, "no opposite effect": {own, 2}}
    if asserts not in regions:
        raise ValueError(f"a side asserts {' or '.join(map(repr, regions))}, not {asserts!r}")
    return regions[asserts]


def swap(three: tuple[float, float, float]) -> Probabilities:
    """Return the three shares as the other side would name them."""
    return Probabilities(three[1], three[0], three[2])
