"""Theories in plain lines: what each says, and which mechanisms it calls its own."""

from __future__ import annotations

from pathlib import Path

from forbear.inference.structures import known_theories
from forbear.workflow.arguments import scenario_of

__all__ = ["theory_lines"]


def theory_lines(scenario: str | Path | None = None) -> list[str]:
    """Lines for a terminal; with the theories beside a scenario where one is named. Raises as `known_theories`."""
    known = known_theories(scenario_of(scenario) if scenario is not None else None)
    out = [f"A theory keeps its own mechanisms; the strength of every other one is multiplied by {known.weak:g}.", ""]
    for theory in known.theories.values():
        out += [f"{theory.name}: {theory.title} ({'; '.join(theory.sources) or 'no source'})", f"  {theory.says}"]
        out.append(f"  its own: {', '.join(theory.own)}")
        out += [f"  prior of its own: {key}" for key in theory.priors]
    out += ["", "Mechanisms; --structure without-NAME switches one off:"]
    for mechanism in known.mechanisms.values():
        out.append(f"  {mechanism.name:<20} {mechanism.title}: {', '.join(mechanism.strength)}")
    return out
