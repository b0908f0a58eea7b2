"""Leaders and their plans: whoever comes is drawn afresh, whichever way they came, and once."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from forbear.country.declare import DIMENSIONS
from forbear.country.model import FIXED_MEMBERS, MODEL
from forbear.country.program import program
from forbear.country.week import BEGIN, WEEK, rule_named
from forbear.country.words import drawing_with
from forbear.ensemble.runner import simulate

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


def test_leaders_come_one_after_another_and_none_is_without_a_trait(intervener) -> None:  # type: ignore[no-untyped-def]
    uptakes = [intervener().leadership_uptake]
    uptakes += [intervener(leadership_change=1.0).leadership_uptake for _ in range(6)]
    assert uptakes == [*TRAITS, *[TRAITS[-1]] * 3]
    assert intervener().leadership_team == 6
    assert intervener().implementation > 0


def test_a_pulse_in_the_first_week_changes_leaders_once() -> None:
    pulses = {lever.name for lever in MODEL.levers.values() if lever.pulse}
    rules = {f"{r.room}.{r.name}": r for r in program().rules}
    for name in BEGIN:
        assert not {s.name for s in rules[name].reads if s.space == "lever"} & pulses, name
    for name in set(BEGIN) & set(WEEK):
        # such a rule runs twice in the first week: it may neither draw nor add to what it writes
        assert not rules[name].draws and not rules[name].reads & rules[name].writes, name


def test_leaders_elected_at_home_take_office_with_their_own_use_of_plans(intervener) -> None:  # type: ignore[no-untyped-def]
    assert intervener().leadership_uptake == TRAITS[0]
    elected = intervener(home_election=1.0, endogenous_policy=1.0)
    assert (elected.leadership_uptake, elected.leadership_team) == (TRAITS[0], 0)
    assert (intervener().leadership_uptake, intervener().leadership_team) == (TRAITS[1], 1)
    before = intervener().implementation
    assert intervener().leadership_team == 1
    assert before == pytest.approx(TRAITS[1] ** (1 / 3) * 0.5 ** (2 / 3))


def test_an_election_without_endogenous_policy_changes_nothing(intervener) -> None:  # type: ignore[no-untyped-def]
    intervener(home_election=1.0)
    assert intervener().leadership_team == 0


def test_an_election_and_a_change_of_one_week_are_one_change(intervener) -> None:  # type: ignore[no-untyped-def]
    intervener(home_election=1.0, endogenous_policy=1.0)
    assert intervener(leadership_change=1.0).leadership_team == 1


def test_in_a_country_that_is_run_leaders_change_once_in_the_first_week_and_after_an_election(meadow, draw) -> None:  # type: ignore[no-untyped-def]
    start = meadow.start
    elected = start + datetime.timedelta(weeks=10)
    changes = {
        "intervener.leadership_change": {"pulses": [start]},
        "intervener.home_election": {"pulses": [elected]},
        "intervener.endogenous_policy": 1,
    }
    problem = meadow.with_levers(changes).problem()
    given = draw(problem, 64)
    given["uptake_learning"][:] = 0.0
    names = ("leadership_team", "leadership_uptake")
    data = simulate(problem, members=64, seed=3, parameters=given, weekly=names).data
    team, uptake = (data[name].values for name in names)
    index = np.arange(64), team.astype(int)[:, :12].T
    assert (team[:, 0] == 1).all() and (team[:, 9] == 1).all()
    assert 0 < (team[:, 11] == 2).sum() < 64  # an election changes leaders in some members only
    assert np.allclose(uptake[:, :12].T, given["uptake_of_team"][index], rtol=1e-6)
