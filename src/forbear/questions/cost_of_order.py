"""Success at a reasonable cost: what a chance of order costs by strategy, and the least over all that are feasible.

The cost of a strategy over its chance of order, both means over draws, is what is spent for each country in order that
it leaves: a ratio of means, so that a strategy that never brings order costs without bound. Its interval comes from
drawing the draws again, all strategies together, for they share parameters and luck.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forbear.questions.streams import stream

__all__ = ["CostOfOrder", "StrategyCost", "cost_of_order"]

RESAMPLES = 2000


@dataclass(frozen=True)
class StrategyCost:
    """One strategy: mean cost in the unit given, chance of order, cost per chance at 5, 50 and 95 % (infinite where no
    draw brings order), share of resamples in which it is the cheapest of all."""

    cost: float
    order: float
    per_order: tuple[float, float, float]
    cheapest: float


@dataclass(frozen=True)
class CostOfOrder:
    """Every feasible strategy, and the least cost per chance of order over them.

    rows: by name, cheapest first; least: 5, 50, 95 % of the least over strategies; worth: what order is worth to who
    asks, None where nothing was said; within: share of resamples in which the least is not above it, None without a
    worth; draws: how many; unordered: share of draws in which no strategy ever brings order.
    """

    rows: dict[str, StrategyCost]
    least: tuple[float, float, float]
    worth: float | None
    within: float | None
    draws: int
    unordered: float

    def lines(self, most: int = 12) -> list[str]:
        """For a terminal: the least, who reaches it, and the cheapest strategies."""
        low, middle, high = (_words(value) for value in self.least)
        out = [f"least cost per chance of order: {middle} billion US$ ({low} to {high}), {self.draws} draws"]
        if self.within is not None:
            out.append(f"within {self.worth:g} billion US$ in {self.within:.0%} of resamples".replace("%", " %"))
        out.append(f"draws in which no strategy brings order: {self.unordered:.0%}".replace("%", " %"))
        out.append(f"{'cost':>10} {'order':>7} {'per order (5 to 95 %)':>34} {'cheapest':>9}")
        for name, row in list(self.rows.items())[:most]:
            low, middle, high = (_words(value) for value in row.per_order)
            band = f"{middle} ({low} to {high})"
            out.append(f"{row.cost:>10,.4g} {row.order:>7.1%} {band:>34} {row.cheapest:>9.0%}   {name}")
        return out


def cost_of_order(
    costs: Mapping[str, np.ndarray], orders: Mapping[str, np.ndarray], *, worth: float | None = None, seed: int = 1
) -> CostOfOrder:
    """Work out what a chance of order costs under each strategy.

    Parameters
    ----------
    costs
        Strategy -> (draws,), in billion US$. Only feasible ones; never intervening is no price of order.
    orders
        Strategy -> (draws,), chance of order in each draw, 0 to 1.
    worth
        What order is worth to who asks, in the unit of the costs.
    seed
        Names the stream "cost of order" from which draws are drawn again.

    Returns
    -------
    CostOfOrder
        Draws that failed under any strategy (not finite) are left out of all.

    Raises
    ------
    ValueError
        Without a strategy, where names or shapes differ, where no draw is left, for a cost below zero or a chance
        outside 0 to 1.
    """
    names = list(costs)
    if not names or set(names) != set(orders):
        raise ValueError("costs and orders need the same strategies, at least one")
    cost, order = np.stack([costs[n] for n in names]), np.stack([orders[n] for n in names])
    if cost.shape != order.shape:
        raise ValueError(f"costs {cost.shape} and orders {order.shape} differ in shape")
    good = np.isfinite(cost).all(axis=0) & np.isfinite(order).all(axis=0)
    cost, order = cost[:, good], order[:, good]
    if not good.any():
        raise ValueError("no draw is finite under every strategy")
    if (cost < 0).any() or (order < 0).any() or (order > 1).any():
        raise ValueError("costs are at least zero, chances of order between zero and one")
    count = cost.shape[1]
    weights = stream(seed, "cost of order").multinomial(count, np.full(count, 1 / count), size=RESAMPLES) / count
    ratio = _ratio(weights @ cost.T, weights @ order.T)
    least = ratio.min(axis=1)
    first = ratio == least[:, None]
    cheapest = np.where(np.isfinite(least)[:, None], first / first.sum(axis=1, keepdims=True), 0.0).mean(axis=0)
    point = _ratio(cost.mean(axis=1), order.mean(axis=1))
    rows = {
        names[k]: StrategyCost(float(cost[k].mean()), float(order[k].mean()), _band(ratio[:, k]), float(cheapest[k]))
        for k in np.lexsort((cost.mean(axis=1), point))
    }
    within = float((least <= worth).mean()) if worth is not None else None
    return CostOfOrder(rows, _band(least), worth, within, count, float((order.max(axis=0) == 0).mean()))


def _ratio(cost: np.ndarray, order: np.ndarray) -> np.ndarray:
    return np.divide(cost, order, out=np.full(cost.shape, np.inf), where=order > 0)


def _band(values: np.ndarray) -> tuple[float, float, float]:
    """5, 50 and 95 %, each a value that occurs: infinities are kept, never averaged."""
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95], method="inverted_cdf")
    return float(low), float(middle), float(high)


def _words(value: float) -> str:
    return f"{value:,.4g}" if np.isfinite(value) else "without bound"
