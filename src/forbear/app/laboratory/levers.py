"""The levers that the laboratory page shows as sliders: a choice of the declared ones, grouped by room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.country.model import MODEL
from forbear.figures.spec import approximately

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["GROUPS", "SLIDERS", "Slider", "Spec", "planned", "sliders_of"]


@dataclass(frozen=True)
class Spec:
    """How a lever is moved. scale: its whole path times a factor; level: one value from then on; switch: 0 or 1."""

    key: str
    group: str
    label: str
    how: str
    high: float
    low: float = 0.0
    step: float = 0.05


GROUPS = ("The intervener", "Security", "Local forces", "Services", "Politics")
SLIDERS = (
    Spec("intervener.force", "The intervener", "Own soldiers", "scale", 3.0),
    Spec("intervener.partners", "The intervener", "Partners' soldiers", "scale", 3.0),
    Spec("intervener.coordination_floor", "The intervener", "Coordination of agencies, at least", "level", 1.0),
    Spec("intervener.feasible", "The intervener", "Hold the force to what can be raised", "switch", 1.0, step=1.0),
    Spec("security.population_security", "Security", "Effort spent on protecting residents", "level", 1.0),
    Spec("security.rules_of_engagement", "Security", "Latitude to use force", "level", 2.0, 0.2),
    Spec("insurgency.local_offer", "Security", "Local deals offered to armed organisations", "level", 1.0),
    Spec("forces.force_target", "Local forces", "Planned army and police", "scale", 3.0),
    Spec("forces.army_retention", "Local forces", "Share of the old army kept", "level", 1.0),
    Spec("services.electricity_budget", "Services", "Spending on electricity", "scale", 5.0),
    Spec("services.works_budget", "Services", "Spending on other services", "scale", 5.0),
    Spec("politics.offer", "Politics", "Share of a proportional division of power offered", "level", 1.0),
    Spec("politics.guarantee", "Politics", "Outside guarantee of the division", "level", 1.0),
    Spec("politics.purge_depth", "Politics", "Depth of the purge of officials", "level", 1.0),
)


@dataclass(frozen=True)
class Slider:
    """A lever as the page shows it. rest: where the slider stands while nothing is changed; planned: its path in
    words."""

    spec: Spec
    unit: str
    meaning: str
    rest: float
    planned: str
    least: float
    most: float

    @property
    def reach(self) -> float:
        """The largest value that can be drawn: of a scaled lever, so many times its planned most; of others, the
        slider's."""
        most = self.most * self.spec.high if self.spec.how == "scale" else self.spec.high
        return min(most, float(MODEL.levers[self.spec.key].high))

    @property
    def key(self) -> str:
        """The lever's declared name."""
        return self.spec.key


def planned(scenario: Scenario, key: str) -> tuple[float, float, float]:
    """Least, mean and largest value of a lever's path over the run, in its unit. No randomness."""
    values = np.asarray(scenario.problem().levers[key.split(".")[1]], dtype=float)
    return float(values.min()), float(values.mean()), float(values.max())


def sliders_of(scenario: Scenario) -> list[Slider]:
    """The sliders of a scenario. A lever whose path is zero throughout has nothing to multiply and is left out."""
    problem = scenario.problem()
    out = []
    for spec in SLIDERS:
        lever = MODEL.levers[spec.key]
        values = problem.levers[lever.name]
        least, mean, most = float(values.min()), float(values.mean()), float(values.max())
        if spec.how == "scale" and most == 0:
            continue
        rest = 1.0 if spec.how == "scale" else round(mean / spec.step) * spec.step
        span = approximately(least) if least == most else f"{approximately(least)} to {approximately(most)}"
        unit = "" if lever.unit in ("-", "index", "share", "ratio") else f" {lever.unit}"
        out.append(Slider(spec, lever.unit, lever.meaning, rest, span + unit, least, most))
    return out
