"""The gate of facts: does the fitted model live through the war that happened?"""

from __future__ import annotations

from dataclasses import dataclass

from forbear.inference.facts import FactResult, judge, load_facts
from forbear.inference.fit import Fitting
from forbear.validation.context import Context

__all__ = ["Facts", "facts"]


@dataclass(frozen=True)
class Facts:
    """Every fact beside fresh histories. held, of: how many hold, of how many; passed: at least `gate` of them."""

    rows: tuple[FactResult, ...]
    held: int
    of: int
    passed: bool
    gate: float
    note: str = ""

    def lines(self) -> list[str]:
        """For a terminal: what is missed first."""
        lines = ["Does the fitted model live through the war that happened? The gate is four fifths of its facts."]
        if not self.rows:
            return [*lines, self.note or "no fact of this war lies inside the months of the scenario"]
        lines.append(f"{self.held} of {self.of} facts hold: the gate is {'passed' if self.passed else 'NOT passed'}")
        lines += [f"  {'holds ' if r.holds else 'MISSED'} {r.words}" for r in self.rows]
        return lines


def facts(context: Context) -> Facts:
    """Judge every fact of history by the rule of `inference/facts.py`, with luck that the fit has not seen."""
    known = load_facts(context.scenario)
    if not known:
        return Facts((), 0, 0, False, 0.0, "no facts.toml beside the scenario")
    work = Fitting(context.scenario, until=None, workers=context.workers, meter=context.meter)
    more = [q for f in known.values() for q in f.quantities]
    data = work.simulate(context.scores, context.seed * 100 + 78, more=more)
    held = judge(known, data, usable=not context.posterior.quick)
    return Facts(held.results, sum(r.holds for r in held.results), len(held.results), held.passed, held.gate)
