"""Discrepancy by series: what the model cannot explain, in a number and in words."""

from __future__ import annotations

from dataclasses import dataclass

from forbear.inference.predictive import Discrepancy
from forbear.validation.context import Context

__all__ = ["Discrepancies", "discrepancy", "size_in_words"]

#: Largest discrepancy of a course to which each word belongs, and what is beyond: the prior's median is a tenth, and a
#: series that needs a third is one whose mechanism is lacking (docs/fit.md).
WORDS = ((0.13, "as small as was expected"), (0.2, "noticeable"), (0.33, "large"))
BEYOND = "so large that a mechanism must be missing"


def size_in_words(one: Discrepancy) -> str:
    """How large a discrepancy is. Of a place it is set beside its own prior; of a course by the bounds of `WORDS`."""
    scale = 0.1 / one.prior if one.word == "place" else 1.0
    return next((words for bound, words in WORDS if one.median * scale <= bound), BEYOND)


@dataclass(frozen=True)
class Discrepancies:
    """One row a term, in the order of the terms."""

    rows: tuple[Discrepancy, ...]

    def lines(self) -> list[str]:
        """For a terminal."""
        lines = [
            "What can it not explain? Relative; of a place the stray of a share of a tenth. Prior median, posterior:"
        ]
        lines += [
            f"  {d.term:<40} {d.prior:.2f} -> {d.median:.2f} ({d.low:.2f} to {d.high:.2f})  {size_in_words(d)}"
            for d in self.rows
        ]
        return lines


def discrepancy(context: Context) -> Discrepancies:
    """The posterior of every term's discrepancy, over fresh histories. Randomness: named by the seed."""
    return Discrepancies(context.replicated.checks.discrepancies)
