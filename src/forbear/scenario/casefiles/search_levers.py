"""The file `search.toml` beside a scenario: levers, with ranges, among which a search looks for robust strategies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forbear.country.model import MODEL
from forbear.errors import ScenarioError
from forbear.scenario.casefiles.checker import CaseFile

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["HOW", "SearchLever", "load_search_levers"]

HOW = ("scale", "value", "end")


@dataclass(frozen=True)
class SearchLever:
    """A lever with a range. how: scale (times history), value (set from a day on) or end (last day of the path, in
    years after the start); always: settings that stand whatever the value."""

    name: str
    title: str
    lever: str
    how: str
    low: float
    high: float
    start: Any = None
    always: Mapping[str, Any] | None = None


def load_search_levers(scenario: Scenario) -> tuple[SearchLever, ...]:
    """The levers of search.toml beside a scenario.

    Raises ScenarioError E250 where there is none, E240 or E241 with every fault of the file, FileError E102, E104.
    """
    path = scenario.beside("search.toml")
    if path is None or not path.exists():
        raise ScenarioError(
            "E250", f"{scenario.name} has no search.toml beside it", hint="copy one of the library and edit it"
        )
    file = CaseFile(path, "search")
    file.root.only(("levers",))
    out = []
    for name, table in file.root.table("levers").tables():
        table.only(("title", "lever", "how", "low", "high", "from", "always"))
        low, high = table.number("low"), table.number("high")
        if low >= high and table.sound:
            table.fault("high", f"high is a number above low, {low:g}", high)
        always = table.settings("always") or None
        lever = table.choice("lever", MODEL.levers, code="E241")
        out.append(
            SearchLever(
                name, table.text("title"), lever, table.choice("how", HOW), low, high, table.data.get("from"), always
            )
        )
    file.check()
    return tuple(out)
