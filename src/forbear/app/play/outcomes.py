"""Play mode, how a game came out: outcomes of its own world beside those of all worlds of the block."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import numpy as np

from forbear.scenario.outcomes import values_of

if TYPE_CHECKING:
    from forbear.app.play.views import Truth
    from forbear.ensemble.results import Ensemble

__all__ = ["GAME_OUTCOMES", "Outcome", "outcome_rows", "series_of"]

#: name, words, unit, better, scale
GAME_OUTCOMES = (
    ("deaths", "civilians killed", "persons", "lower"),
    ("reported", "civilians reported killed", "persons", "lower"),
    ("intervener_deaths", "own soldiers killed", "persons", "lower"),
    ("cost", "budgetary cost", "billion US$", "lower"),
    ("uprooted", "displaced people, most at one time", "persons", "lower"),
    ("governance", "governance at the end", "index, 0 to 1", "higher"),
    ("democracy", "democracy at the end", "index, 0 to 1", "higher"),
    ("home_support", "support at home at the end", "%", "higher"),
)


class Outcome(TypedDict):
    """One outcome up to the end. plan, history, never: in the game's own world; low, middle, high: of the same
    decisions in all worlds; less, same: worlds in which the decisions gave less than history, or as much; below:
    worlds with less than this one under the same decisions; worlds: how many."""

    name: str
    title: str
    unit: str
    better: str
    worlds: int
    plan: float
    history: float
    never: float
    low: float
    middle: float
    high: float
    less: int
    same: int
    below: int


def series_of(ensemble: Ensemble, name: str) -> np.ndarray:
    """Weekly values of a quantity, (members, steps); displaced people and attacks are added up from their parts."""
    data = ensemble.data
    sums = {
        "uprooted": ("displaced", "refugees"),
        "attacks": ("attacks_on_intervener", "attacks_on_government", "attacks_on_civilians", "coercion"),
    }
    if name in sums:
        return np.asarray(sum(data[part].values.astype(float) for part in sums[name]))
    return np.asarray(data[name].values, dtype=float)


def _outcome(ensemble: Ensemble, name: str, steps: int) -> np.ndarray:
    """One outcome of every world over the first `steps` weeks, (BLOCK,)."""
    if name == "uprooted":
        return np.asarray(series_of(ensemble, name)[:, :steps].max(axis=1))
    if name == "reported":
        return np.asarray(series_of(ensemble, "observed_civilian_deaths")[:, :steps].sum(axis=1))
    found = values_of(ensemble.data, name, weeks=slice(0, steps))
    return np.asarray(100 * found if name == "home_support" else found)


def outcome_rows(truth: Truth) -> list[Outcome]:
    """Outcomes up to the end. No randomness."""
    out: list[Outcome] = []
    kept, own = truth.healthy, truth.place
    for name, title, unit, better in GAME_OUTCOMES:
        plan, history, never = (_outcome(e, name, truth.steps) for e in (truth.plan, truth.history, truth.never))
        low, middle, high = np.quantile(plan[kept], [0.05, 0.5, 0.95])
        out.append(
            Outcome(
                name=name,
                title=title,
                unit=unit,
                better=better,
                worlds=int(kept.sum()),
                plan=float(plan[own]),
                history=float(history[own]),
                never=float(never[own]),
                low=float(low),
                middle=float(middle),
                high=float(high),
                less=int((plan < history)[kept].sum()),
                same=int((plan == history)[kept].sum()),
                below=int((plan < plan[own])[kept].sum()),
            )
        )
    return out
