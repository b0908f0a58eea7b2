"""Levers as the kernel reads them: one row of numbers a step, and rules that change them while a run goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL
from forbear.ensemble.layout import Layout, Place
from forbear.errors import RunError
from forbear.kernel.draws import LANES

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem

__all__ = ["lever_table", "reactive_plan"]

_KINDS = {"set": 0, "add": 1, "scale": 2}
_REAL = ("sign", "level", "value")
_KEYS = ("watch", "many", "window", "sign", "level", "target", "targets", "kind", "value", "hold")


def lever_table(layout: Layout, levers: Mapping[str, np.ndarray], steps: int, dtype: Any) -> np.ndarray:
    """Lay the schedules of all levers side by side.

    Parameters
    ----------
    layout
        Where each lever lies.
    levers
        Name -> (steps, *dimensions), in the unit that the model declares.
    steps
        How many steps there are.
    dtype
        Of the kernel that reads it.

    Returns
    -------
    ndarray
        (steps, rows).

    Raises
    ------
    RunError
        E408 where a switch is neither 0 nor 1.
    """
    switches = {lever.name: lever.key for lever in MODEL.levers.values() if lever.switch}
    table = np.zeros((steps, layout.lever_rows), dtype=dtype)
    for symbol, place in layout.floats.items():
        if symbol.space != "lever":
            continue
        at = place.start - layout.lever_start
        values = np.asarray(levers[symbol.name], dtype=float)
        if symbol.name in switches and not np.isin(values, (0.0, 1.0)).all():
            wrong = values[~np.isin(values, (0, 1))][0]
            raise RunError("E408", f"{switches[symbol.name]} is a switch: 0 or 1, not {wrong:g}")
        table[:, at : at + place.rows] = values.reshape(steps, -1)
    return table


def reactive_plan(problem: Problem, layout: Layout) -> tuple[dict[str, np.ndarray], int]:
    """The reactive rules as arrays by rule, named as the kernel's arguments, and the longest window in steps."""
    plan: dict[str, list[float]] = {key: [] for key in _KEYS}
    for rule in problem.rules:
        seen, many = _rows(layout.place("now", rule.quantity), rule.element)
        acts, targets = _rows(layout.place("lever", rule.lever), rule.lever_element)
        numbers: dict[str, float] = {
            "watch": seen * LANES,
            "many": many,
            "window": max(1, round(rule.window / problem.step)),
            "sign": 1.0 if rule.comparison == ">" else -1.0,
            "level": rule.threshold,
            "target": acts * LANES,
            "targets": targets,
            "kind": _KINDS[rule.operation],
            "value": rule.value,
            "hold": max(1, round(rule.hold_weeks / problem.step)),
        }
        for key, number in numbers.items():
            plan[key].append(number)
    arrays = {
        f"rule_{key}": np.array(values, dtype=float if key in _REAL else np.int64) for key, values in plan.items()
    }
    return arrays, int(max(plan["window"], default=1))


def _rows(place: Place, element: int | None) -> tuple[int, int]:
    """First row and number of rows of one element, or of the whole quantity when none is given."""
    return (place.start, place.rows) if element is None else (place.start + element, 1)
