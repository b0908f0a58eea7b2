"""A state of the laboratory page as a scenario file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import tomli_w

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.state import State
    from forbear.scenario.scenario import Scenario

__all__ = ["scenario_file"]


def scenario_file(country: Country, state: State) -> str:
    """Return the TOML of a scenario that extends the country's and holds the state's strategy and levers.

    A strategy's levers come first and the changes over them; a factor over a path that the strategy states is written
    as the path's values week by week, since a file states each lever once.
    """
    strategy = country.strategies[state.strategy]
    levers: dict[str, Any] = {key: _plain(value) for key, value in strategy.settings.items()}
    changed = state.apply(country.scenario, country.strategies)
    for key, change in state.settings(country.scenario.start).items():
        levers[key] = _weekly(changed, key) if key in levers and "schedule" not in change else change
    title = (
        f"{country.scenario.title}: {strategy.title if state.strategy != 'HISTORY' else 'changed in the laboratory'}"
    )
    header = {
        "name": re.sub(r"[^A-Za-z0-9_-]", "-", f"{country.scenario.name}-changed")[:60],
        "title": title[:200],
        "extends": country.scenario.name,
    }
    data: dict[str, Any] = {"scenario": header}
    if levers:
        data["levers"] = {"source": "assumption: set on the laboratory page", **levers}
    if strategy.rules:
        data["rules"] = [_plain(dict(rule)) for rule in strategy.rules]
    note = f"# State of the laboratory page: /?{state.query()}\n"
    note += f"# Seed {state.seed}, {country.draws(state.draws)} draws.\n\n"
    return note + tomli_w.dumps(data)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _weekly(scenario: Scenario, key: str) -> dict[str, Any]:
    problem = scenario.problem()
    values = problem.levers[key.split(".")[1]]
    points: list[list[Any]] = []
    for date, value in zip(problem.dates.tolist(), values.tolist(), strict=True):
        if not points or points[-1][1] != value:
            points.append([date, value])
    return {"schedule": points, "interpolation": "step"}
