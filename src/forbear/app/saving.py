"""A state as a scenario file, and a scenario file from elsewhere as data: nothing in it is run, nothing on this machine is read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.app.security import LARGEST_FILE
from forbear.errors import FileError, ScenarioError

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.state import State
    from forbear.scenario.scenario import Scenario

__all__ = ["load_upload", "scenario_file"]

#: A country from elsewhere may have this many districts and weeks: the server has other things to do.
MOST_DISTRICTS, MOST_WEEKS = 200, 1600


def scenario_file(country: Country, state: State) -> str:
    """Return the TOML of a scenario that extends the country's and holds the state's strategy and levers.

    A strategy's levers come first and the changes over them; a factor over a path that the strategy states is written
    as the path's values week by week, since a file states each lever once.
    """
    import tomli_w

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
    note = f"# State of the laboratory page: /?{state.query()}\n# Seed {state.seed}, {country.draws(state.draws)} draws.\n\n"
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


def load_upload(text: bytes, folder: Path, name: str) -> Scenario:
    """Load a scenario from elsewhere; `folder` keeps the file. Only scenarios of the library can be extended, and no table
    on this machine is read.

    Raises FileError E102, E104, E101 and ScenarioError as `Scenario.load`; E210 for a country too large for this page.
    """
    from forbear.scenario.reading.chain import library_names
    from forbear.scenario.scenario import Scenario

    if len(text) > LARGEST_FILE:
        raise FileError("E104", f"the file is too large: at most {LARGEST_FILE // 1024} kB")
    try:
        data = tomllib.loads(text.decode("utf-8"))
    except UnicodeDecodeError:
        raise FileError("E104", "the file is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise FileError("E102", f"the file is not TOML: {error}") from None
    except RecursionError:
        raise FileError("E102", "the file nests too deep") from None
    header, country = data.get("scenario"), data.get("country")
    parent = header.get("extends") if isinstance(header, dict) else None
    if parent is not None and parent not in library_names():
        raise FileError(
            "E101",
            f"an uploaded scenario can extend one of the library, not {str(parent)[:60]!r}",
            hint=", ".join(library_names()),
        )
    if isinstance(country, dict) and isinstance(country.get("districts"), dict):
        raise FileError("E101", "an uploaded scenario cannot name a table of districts: list them, or extend")
    path = folder / f"{name}.toml"
    path.write_bytes(text)
    try:
        scenario = Scenario.load(path)
        weeks = (scenario.end - scenario.start).days // 7
        if len(scenario.members["district"]) > MOST_DISTRICTS or weeks > MOST_WEEKS:
            raise ScenarioError(
                "E210", f"too large for this page: at most {MOST_DISTRICTS} districts, {MOST_WEEKS} weeks"
            )
        scenario.problem()
    except Exception:
        path.unlink(missing_ok=True)
        raise
    return scenario
