"""What a block is to record, where the kernel puts it, and how it comes back as arrays by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from forbear.country.model import MODEL
from forbear.ensemble.layout import Layout
from forbear.errors import RunError, nearest
from forbear.kernel.draws import LANES

__all__ = ["MONTHLY", "WEEKLY", "Block", "Recording", "joined_blocks"]

#: Recorded week by week as national values when nothing else is asked for.
WEEKLY = (
    "deaths", "deaths_by_rivals", "deaths_by_own_side", "deaths_by_intervener", "deaths_by_regime", "civilians_dead",
    "observed_attacks", "observed_attacks_on_intervener", "observed_civilian_deaths", "observed_one_sided_deaths",
    "observed_state_based_deaths", "observed_intervener_deaths", "observed_displaced", "observed_electricity", "observed_detainees",
    "observed_local_defence", "observed_government_forces", "poll_home_support", "fighters", "intervener_dead", "government_killed",
    "presence", "force", "sustainable_force", "force_ceiling", "strain", "home_support", "national_violence", "legitimacy", "capacity",
    "institutions", "democracy", "governance", "success", "militants", "attacks_abroad_total", "ally_support", "adversary_alignment",
    "cost_operations", "cost_reconstruction", "cost_local_forces", "cost_expansion", "cost_containment", "cost_veterans",
    "cost_budget", "cost_full", "force_quality", "mean_control", "mean_services", "civil_war", "transition",
    "least_included",
)  # fmt: skip
#: Recorded month by month with their dimensions.
MONTHLY = (
    "observed_attacks", "observed_civilian_deaths", "observed_one_sided_deaths", "observed_state_based_deaths", "deaths",
    "control", "fighters", "inclusion", "mean_fear", "mean_resentment", "poll_support_for_attacks", "local_defence", "mixing",
)  # fmt: skip


@dataclass
class Block:
    """What one block gave back.

    Attributes
    ----------
    weekly
        Quantity -> (members, steps), national sums; 64-bit for money.
    monthly
        Quantity -> (members, months, *dimensions): flows summed over the month, all else at its end.
    last
        Quantity -> (members, *dimensions) after the last step that was run.
    failed
        (members,), True where a number was not finite.
    """

    weekly: dict[str, np.ndarray]
    monthly: dict[str, np.ndarray]
    last: dict[str, np.ndarray] = field(default_factory=dict)
    failed: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))


def joined_blocks(parts: Sequence[Block]) -> Block:
    """Members of several blocks of one problem, one after another."""
    if len(parts) == 1:
        return parts[0]

    def whole(group: str) -> dict[str, np.ndarray]:
        held = [getattr(part, group) for part in parts]
        return {name: np.concatenate([one[name] for one in held]) for name in held[0]}

    return Block(whole("weekly"), whole("monthly"), whole("last"), np.concatenate([part.failed for part in parts]))


@dataclass(frozen=True)
class Recording:
    """Rows of the bank that are recorded. Offsets count numbers, not rows: a row is LANES of them.

    Attributes
    ----------
    weekly, money
        Names in the order of `week_at` and `money_at`.
    monthly
        (name, first row of the monthly output, shape over its dimensions).
    last
        Names whose end is kept, with their first row and shape.
    week_at, week_many
        int64, where a quantity begins and how many rows are summed.
    money_at
        int64, the same in the bank of money.
    month_at, month_sums
        int64 and bool by row of the monthly output: what is recorded, and whether it is summed over the month.
    """

    weekly: tuple[str, ...]
    money: tuple[str, ...]
    monthly: tuple[tuple[str, int, tuple[int, ...]], ...]
    last: tuple[tuple[str, int, tuple[int, ...]], ...]
    week_at: np.ndarray
    week_many: np.ndarray
    money_at: np.ndarray
    month_at: np.ndarray
    month_sums: np.ndarray

    @classmethod
    def of(cls, layout: Layout, weekly: Sequence[str], monthly: Sequence[str], last: Sequence[str]) -> Recording:
        """Find the rows of what is asked for: names that the layout has."""
        money_places = {symbol.name: place for symbol, place in layout.money.items()}
        week = [layout.place("now", name) for name in weekly if name not in money_places]
        month: list[int] = []
        sums: list[bool] = []
        rows: list[tuple[str, int, tuple[int, ...]]] = []
        for name in monthly:
            place = layout.place("now", name)
            rows.append((name, len(month), place.shape))
            month += [(place.start + row) * LANES for row in range(place.rows)]
            sums += [MODEL.quantities[name].kind == "flow"] * place.rows
        ends = [(name, layout.place("now", name)) for name in last]
        money = tuple(name for name in weekly if name in money_places)
        return cls(
            weekly=tuple(name for name in weekly if name not in money_places),
            money=money,
            monthly=tuple(rows),
            last=tuple((name, place.start, place.shape) for name, place in ends),
            week_at=np.array([place.start * LANES for place in week], dtype=np.int64),
            week_many=np.array([place.rows for place in week], dtype=np.int64),
            money_at=np.array([money_places[name].start * LANES for name in money], dtype=np.int64),
            month_at=np.array(month, dtype=np.int64),
            month_sums=np.array(sums, dtype=np.bool_),
        )

    def outputs(self, steps: int, months: int) -> dict[str, np.ndarray]:
        """Empty arrays for what is recorded, the lane innermost, as the kernel fills them."""
        return {
            "week_out": np.zeros((steps, len(self.week_at), LANES)),
            "week_money_out": np.zeros((steps, len(self.money_at), LANES)),
            "month_out": np.zeros((months, len(self.month_at), LANES), dtype=np.float32),
        }

    def weekly_of(self, space: Mapping[str, Any], name: str, count: int, steps: int | None = None) -> np.ndarray:
        """One weekly quantity, (count, steps). Raises RunError E401 where it was not recorded."""
        for names, array in ((self.weekly, "week_out"), (self.money, "week_money_out")):
            if name in names:
                return np.ascontiguousarray(space[array][:steps, names.index(name), :count].T)
        raise _not_recorded(name, (*self.weekly, *self.money), "week by week")

    def monthly_of(self, space: Mapping[str, Any], name: str, count: int, months: int | None = None) -> np.ndarray:
        """One monthly quantity, (count, months, *dimensions). Raises RunError E401 where it was not recorded."""
        for known, first, shape in self.monthly:
            if known == name:
                rows = int(np.prod(shape, dtype=int))
                block = np.moveaxis(space["month_out"][:months, first : first + rows, :count], 2, 0)
                return np.ascontiguousarray(block).reshape(count, block.shape[1], *shape)
        raise _not_recorded(name, [known for known, _, _ in self.monthly], "month by month")

    def collect(self, space: Mapping[str, Any], count: int) -> Block:
        """Everything that was recorded of the first `count` lanes."""
        bank = space["bank"].reshape(-1, LANES)
        last = {}
        for name, start, shape in self.last:
            rows = bank[start : start + int(np.prod(shape, dtype=int)), :count]
            last[name] = np.ascontiguousarray(rows.T).reshape(count, *shape)
        return Block(
            {name: self.weekly_of(space, name, count) for name in (*self.weekly, *self.money)},
            {name: self.monthly_of(space, name, count) for name, _, _ in self.monthly},
            last,
            ~np.isfinite(bank[:, :count]).all(axis=0),
        )


def _not_recorded(name: str, recorded: Iterable[str], how: str) -> RunError:
    return RunError("E401", f"{name!r} is not recorded {how}", hint=_meant(name, recorded))


def _meant(name: str, allowed: Iterable[str]) -> str:
    allowed = list(allowed)
    close = nearest(name, allowed)
    return f"did you mean {close}?" if close else f"allowed: {', '.join(allowed) or 'nothing'}"
