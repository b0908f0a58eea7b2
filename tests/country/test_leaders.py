"""Leaders and their plans: whoever comes is drawn afresh, whichever way they came, and once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from forbear.country.declare import DIMENSIONS
from forbear.country.model import FIXED_MEMBERS, MODEL
from forbear.country.program import program
from forbear.country.week import BEGIN, WEEK, rule_named
from forbear.country.words import drawing_with

TRAITS = [0.2, 0.5, 0.35, 0.7]
TEAMS = len(FIXED_MEMBERS["team"])


class Certain:
    """Luck in which whatever can happen happens."""

    def binomial(self, name: str, n: float, p: float) -> float:
        return n if p > 0 else 0.0

    def normal(self, name: str) -> float:
        return 0.0


@pytest.fixture
def intervener():  # type: ignore[no-untyped-def]
    """An intervener without learning, and whoever is in office runs through their rules week by week."""
    given = SimpleNamespace(
        **{p.name: (dict.fromkeys(range(TEAMS), 0.5) if p.over else 0.5) for p in MODEL.parameters.values() if p.room == "intervener"}
    )  # fmt: skip
    given.uptake_of_team, given.uptake_of_selected_team, given.uptake_learning = TRAITS, [0.9] * TEAMS, 0.0
    given.withdrawal_hazard = 0.0
    now = SimpleNamespace(**{q.name: 0.0 for q in MODEL.quantities.values() if not q.over})
    fact = SimpleNamespace(step=1.0, election_weight=1.0, **{DIMENSIONS["team"]: range(TEAMS)})
    lever = SimpleNamespace(**{v.name: 0.0 for v in MODEL.levers.values()})
    mine = [n for n in WEEK if n.split(".")[1] in ("lead", "plan", "answer_at_home") and n.startswith("intervener")]

    def run(names: list[str] = mine, **levers: float) -> Any:
        with drawing_with(Certain()):
            for name in names:
                rule_named(name)(now, given, SimpleNamespace(**{**vars(lever), **levers}), fact)
        return now

    run([name for name in BEGIN if name.startswith("intervener")])
    return run


def test_a_pulse_in_the_first_week_changes_leaders_once() -> None:
    pulses = {lever.name for lever in MODEL.levers.values() if lever.pulse}
    rules = {f"{r.room}.{r.name}": r for r in program().rules}
    for name in BEGIN:
        assert not {s.name for s in rules[name].reads if s.space == "lever"} & pulses, name
    for name in set(BEGIN) & set(WEEK):
        # such a rule runs twice in the first week: it may neither draw nor add to what it writes
        assert not rules[name].draws and not rules[name].reads & rules[name].writes, name
