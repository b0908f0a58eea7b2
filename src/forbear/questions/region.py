"""Where one strategy fails and another does not: a comparison at every point of a grid of levers.

A claim about *when* (counterterrorism alone fails where a sanctuary is whole, hosts refuse and no partner is to be
had) is a region of levers, not one number. At each point both strategies are run over the same draws with the same
luck, the levers of the point laid over both.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forbear.errors import ScenarioError
from forbear.questions.compare import Effect, effect_of, known_outcomes
from forbear.questions.policy_runs import PolicyRuns
from forbear.scenario.outcomes import OUTCOMES
from forbear.scenario.scenario import Scenario
from forbear.words import approximately

__all__ = ["MOST_POINTS", "Region", "region_of"]

#: Points of a grid, each two policies over all draws.
MOST_POINTS = 200


@dataclass(frozen=True)
class Region:
    """A comparison at every point. points: values of the axes, in order; effects: of the outcome at each, changed
    against base."""

    base: str
    changed: str
    outcome: str
    axes: tuple[str, ...]
    points: tuple[tuple[float, ...], ...]
    effects: tuple[Effect, ...]
    given: str = ""

    @property
    def worse(self) -> np.ndarray:
        """Share of draws in which the changed policy is worse, (points,)."""
        higher = OUTCOMES[self.outcome].better != "higher"
        return np.array([effect.higher if higher else effect.lower for effect in self.effects])

    @property
    def better(self) -> np.ndarray:
        """Share of draws in which the changed policy is better, (points,)."""
        higher = OUTCOMES[self.outcome].better != "higher"
        return np.array([effect.lower if higher else effect.higher for effect in self.effects])

    def fails(self, share: float = 0.5) -> tuple[tuple[float, ...], ...]:
        """The points at which the changed policy is worse in more than this share of draws."""
        return tuple(point for point, worse in zip(self.points, self.worse, strict=True) if worse > share)

    def lines(self) -> list[str]:
        """For a terminal: a line a point, then where the changed policy fails."""
        out = [f"{self.changed} against {self.base}: {OUTCOMES[self.outcome].title}, {self.given or 'draws'}"]
        width = [max(len(axis), 8) for axis in self.axes]
        head = "  ".join(f"{axis:>{w}}" for axis, w in zip(self.axes, width, strict=True))
        out.append(f"{head}  {'effect (5 to 95 %)':<34} {'better':>7} {'worse':>7}")
        for point, effect, worse, better in zip(self.points, self.effects, self.worse, self.better, strict=True):
            low, _, middle, _, high = effect.quantiles
            sign = "x" if effect.kind == "ratio" else ""
            words = f"{sign}{approximately(middle)} ({approximately(low)} to {approximately(high)})"
            place = "  ".join(f"{value:>{w}.3g}" for value, w in zip(point, width, strict=True))
            out.append(f"{place}  {words:<34} {better:>7.0%} {worse:>7.0%}")
        failing = self.fails()
        out.append(f"{self.changed} is worse in more than half of draws at {len(failing)} of {len(self.points)} points")
        return out


def region_of(
    worlds: PolicyRuns,
    base: tuple[str, Scenario],
    changed: tuple[str, Scenario],
    axes: Mapping[str, Sequence[float]],
    *,
    outcome: str = "attacks_abroad",
    margin: float | None = None,
) -> Region:
    """Compare two policies at every point of a grid of levers.

    Parameters
    ----------
    worlds
        Draws and luck; `outcome` must be among its outcomes.
    base, changed
        Name and scenario of each.
    axes
        Lever ("abroad.access") -> values; laid over both policies for the whole run.
    outcome, margin
        What is compared, and within what an effect is none; the outcome's own margin when None.

    Returns
    -------
    Region
        Effects at every point.

    Raises
    ------
    ScenarioError
        E240 without an axis, for an axis without values, or more than `MOST_POINTS` points; E241 for an unknown
        outcome; as `Scenario.with_levers`.
    """
    known_outcomes([outcome])
    points = tuple(itertools.product(*(tuple(float(v) for v in values) for values in axes.values())))
    if not axes or not points:
        raise ScenarioError("E240", "a region needs axes with values", hint="abroad.access=0,0.5,1")
    if len(points) > MOST_POINTS:
        raise ScenarioError("E240", f"{len(points)} points are more than {MOST_POINTS}", hint="fewer values on an axis")
    effects = []
    worlds.meter.start(2 * len(points), f"region: {len(points)} points")
    for point in points:
        settings = dict(zip(axes, point, strict=True))
        where = ", ".join(f"{axis} {value:g}" for axis, value in settings.items())
        names = []
        for name, policy in (base, changed):
            names.append(f"{name} where {where}")
            worlds.run(names[-1], policy.with_levers(settings, name=names[-1]))
            worlds.meter.advance(1)
        effects.append(effect_of(worlds, names[0], names[1], outcome, margin))
    worlds.meter.finish()
    return Region(base[0], changed[0], outcome, tuple(axes), points, tuple(effects))
