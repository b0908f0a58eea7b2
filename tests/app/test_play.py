"""Play mode: one hidden world, a tree of decisions, only what is reported, a log that gives every number again."""

import json
from dataclasses import replace

import numpy as np
import pytest

from forbear.app.countries import Countries
from forbear.app.play.charts import monthly, turn_figures
from forbear.app.play.game import LEVERS, Decision, Game, levers_along, now, offered, read_decision, world_of
from forbear.app.play.log import csv_of, log_of, log_text, read_log
from forbear.app.play.outcomes import outcome_rows
from forbear.app.play.store import Games, owner_of, public_name
from forbear.app.play.world import REPORTED, TRUE, GameWorlds
from forbear.ensemble.engine import Engine
from forbear.errors import FileError, RunError, ScenarioError

BASE = "http://localhost:8765"
FORCE = "intervener.force"


@pytest.fixture(scope="module")
def country():
    countries = Countries("meadow")
    yield countries.get("meadow")
    countries.close()


@pytest.fixture
def game(country):
    return Game("Red", "meadow", country.problem.hash, "HISTORY", "prior", 7, 3, True, now())


def decide(worlds, country, game, parent, months, note="", leave=None, **levers):
    """Play one turn; return it with its check."""
    decision = Decision(tuple(sorted((FORCE if k == "force" else k, float(v)) for k, v in levers.items())), leave)
    turn = game.add(parent, game.until(parent) + months, decision, note)
    turn = replace(turn, check=worlds.view(country, game, turn.number).check)
    game.put(turn)
    return turn.number


def test_a_game_in_which_nothing_is_decided_is_the_scenarios_own_run_to_the_bit(country, game):
    worlds = GameWorlds()
    first = decide(worlds, country, game, 0, 5)
    view = worlds.view(country, game, decide(worlds, country, game, first, 19))
    seed, member = world_of(game.world)
    members = np.array([member], dtype=np.uint32)
    engine = Engine(country.problem, weekly=("observed_attacks", "cost_budget", "poll_home_support"))
    alone = engine.run(country.parameters("prior", members, seed), members, seed)
    for name, values in alone.weekly.items():
        assert np.array_equal(view.weekly[name], values[0])
    assert view.weekly["observed_attacks"].sum() > 0


def test_playing_turn_by_turn_and_replaying_in_one_go_give_the_same_bits(country, game):
    worlds = GameWorlds()
    number = 0
    for force in (900, 200, 600):
        number = decide(worlds, country, game, number, 3, force=force)
    again = GameWorlds().view(country, game, number)
    played = worlds.view(country, game, number)
    assert again.check == played.check
    assert all(np.array_equal(again.weekly[name], played.weekly[name]) for name in REPORTED)


def test_a_branch_shares_the_past_meets_the_same_luck_and_leaves_the_older_one_alone(country, game):
    worlds = GameWorlds()
    stem = decide(worlds, country, game, 0, 6)
    older = decide(worlds, country, game, stem, 6, force=400)
    before = worlds.view(country, game, older)
    newer = decide(worlds, country, game, stem, 6, force=0)
    branch = worlds.view(country, game, newer)
    steps = worlds.view(country, game, stem).steps
    for name in REPORTED:
        assert np.array_equal(branch.weekly[name][:steps], before.weekly[name][:steps])
    assert not np.array_equal(branch.weekly["force"][steps:], before.weekly["force"][steps:])
    assert GameWorlds().view(country, game, older).check == game.turn(older).check
    assert [t.number for t in game.children(stem)] == [older, newer]
    same = decide(worlds, country, game, newer, 3)
    twin = Game(**{**game.__dict__, "turns": [], "ended": {}})
    first = decide(worlds, country, twin, 0, 6)
    other = decide(worlds, country, twin, decide(worlds, country, twin, first, 6, force=0), 3)
    assert worlds.view(country, twin, other).check == worlds.view(country, game, same).check


def test_what_players_see_holds_nothing_that_is_hidden_and_nothing_of_later_months(country, game):
    worlds = GameWorlds()
    number = decide(worlds, country, game, 0, 4)
    view = worlds.view(country, game, number)
    assert not set(view.weekly) & set(TRUE)
    assert all(len(values) == view.steps for values in view.weekly.values())
    assert all(len(values) == 4 for values in view.parts.values())
    shown = turn_figures(country.problem, view, ["a", "b"])
    assert all(len(figure.rows) == 4 for figure in shown)


def test_leaving_brings_everybody_home_and_ends_deals_and_strikes(country, game):
    worlds = GameWorlds()
    decide(worlds, country, game, 0, 3, **{"insurgency.local_offer": 0.8, "security.air_strikes": 4})
    decide(worlds, country, game, 1, 6, leave=3, force=800)
    view = worlds.view(country, game, 2)
    months = np.asarray(country.problem.months)[: view.steps]
    assert view.weekly["force"][months == 2].min() > 0
    assert view.weekly["force"][months >= 6].max() == 0
    levers = levers_along(country.problem, True, game.path(2))
    late = np.asarray(country.problem.months) == 7
    assert levers["local_offer"][late].max() == levers["air_strikes"][late].max() == 0
    assert levers["sovereignty"][late].min() >= 0.9
    back = decide(worlds, country, game, 2, 2, force=300)
    assert worlds.view(country, game, back).weekly["force"][-1] == 300


def test_a_decision_holds_in_its_own_months_and_the_plan_in_all_others(country, game):
    game.add(0, 3, Decision(((FORCE, 123.0),)), "")
    game.add(1, 6, Decision(), "")
    levers = levers_along(country.problem, True, game.path(2))
    months, plan = np.asarray(country.problem.months), country.problem.levers["force"]
    assert (levers["force"][months < 3] == 123).all()
    assert np.array_equal(levers["force"][months >= 3], plan[months >= 3])


def test_more_soldiers_than_can_be_raised_do_not_come_unless_the_game_says_whatever_it_takes(country, game):
    worlds = GameWorlds()
    view = worlds.view(country, game, decide(worlds, country, game, 0, 3, force=50_000))
    assert view.weekly["force"][-1] == view.weekly["force_ceiling"][-1] < view.asked[-1] == 50_000


def test_the_log_says_what_players_had_seen_when_they_decided(country, game):
    worlds = GameWorlds()
    decide(worlds, country, game, 0, 3)
    decide(worlds, country, game, 1, 3)
    decide(worlds, country, game, 1, 3, force=100)
    game.end(2)
    decide(worlds, country, game, 1, 3, force=200)
    assert [turn.hindsight for turn in game.turns] == ["none", "none", "later turns", "truth"]
    with pytest.raises(RunError, match="ended here"):
        game.add(2, 9, Decision(), "")


def test_the_same_form_sent_twice_is_one_turn(game):
    first = game.add(0, 3, Decision(((FORCE, 100.0),)), "why")
    assert game.add(0, 3, Decision(((FORCE, 100.0),)), "why") is first
    assert len(game.turns) == 1


def test_a_world_is_named_by_its_number_alone():
    assert world_of(7) == world_of(7) != world_of(8)
    found = [world_of(number) for number in range(300)]
    assert all(0 <= seed < 2**32 and 0 <= member < 256 for seed, member in found)
    assert len({member for _, member in found}) > 120


def test_a_lever_of_an_order_that_was_given_is_offered_no_more(country):
    early, late = ({spec.key for spec in offered(country.problem, step)} for step in (0, 20))
    assert early - late == {"forces.army_retention", "politics.purge_depth"}
    assert early == {spec.key for spec in LEVERS}


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        (FORCE, "many", "E210"),
        (FORCE, "-1", "E210"),
        (FORCE, "nan", "E210"),
        (FORCE, "inf", "E210"),
        ("security.population_security", "1.5", "E210"),
        ("intervener.forse", "5", "E205"),
        ("intervener.coordination_floor", "1", "E205"),
        ("leave", "4", "E210"),
    ],
)
def test_a_decision_that_cannot_be_meant_is_named(key, value, code):
    with pytest.raises(ScenarioError) as found:
        read_decision([(key, value), ("note", "")])
    assert found.value.faults[0].code == code


def test_every_fault_of_a_decision_is_told_at_once():
    with pytest.raises(ScenarioError) as found:
        read_decision([(FORCE, "x"), ("politics.offer", "7"), ("leave", "0")])
    assert len(found.value.faults) == 3


def test_what_a_player_leaves_empty_follows_the_plan():
    assert read_decision([(FORCE, " 120000 "), ("politics.offer", ""), ("leave", "")]) == Decision(
        ((FORCE, 120_000.0),)
    )


def test_the_truth_stands_beside_history_in_the_same_world_with_the_same_luck(country, game):
    worlds = GameWorlds()
    number = decide(worlds, country, game, 0, 12, force=0)
    truth = worlds.truth(country, game, number)
    rows = {row["name"]: row for row in outcome_rows(truth)}
    seed, member = world_of(game.world)
    members = np.array([member], dtype=np.uint32)
    alone = Engine(country.problem, weekly=("deaths",)).run(country.parameters("prior", members, seed), members, seed)
    assert rows["deaths"]["history"] == alone.weekly["deaths"][0, : truth.steps].sum()
    view = worlds.view(country, game, number)
    assert rows["reported"]["plan"] == view.weekly["observed_civilian_deaths"].sum()
    assert rows["deaths"]["plan"] >= rows["reported"]["plan"]
    assert rows["cost"]["plan"] == pytest.approx(view.weekly["cost_budget"][-1] * 1e-9)
    for row in rows.values():
        assert row["less"] + row["same"] <= row["worlds"] <= 64 and row["below"] < row["worlds"]


def test_a_game_in_which_nothing_is_decided_is_the_same_as_history_in_every_world(country, game):
    worlds = GameWorlds()
    truth = worlds.truth(country, game, decide(worlds, country, game, 0, 24))
    assert all(row["same"] == row["worlds"] for row in outcome_rows(truth))


def test_months_are_added_up_from_their_weeks(country):
    weeks = np.ones(country.problem.steps)
    owner = np.asarray(country.problem.months)
    assert np.array_equal(monthly(country.problem, weeks, "mean", 5), np.ones(5))
    flows = monthly(country.problem, weeks, "flow", 5)
    assert flows[1] == pytest.approx(30 / 7) and flows[2] == pytest.approx(31 / 7)
    at = np.arange(country.problem.steps, dtype=float)
    assert monthly(country.problem, at, "last", 3).tolist() == [np.flatnonzero(owner == m)[-1] for m in range(3)]


# -- the log ------------------------------------------------------------------------------------------------


@pytest.fixture
def played(country, game):
    worlds = GameWorlds()
    decide(worlds, country, game, 0, 3, note="=1+1, they said \u201ccalm\u201d", force=500)
    decide(worlds, country, game, 1, 3, leave=6)
    decide(worlds, country, game, 1, 6, force=0)
    game.end(3)
    return game


def test_a_log_read_again_is_the_same_game_and_replays_to_the_bit(country, played):
    again = read_log(log_text(played, country.problem).encode())
    assert (again.turns, again.ended, again.world) == (played.turns, played.ended, played.world)
    worlds = GameWorlds()
    for turn in again.turns:
        assert worlds.view(country, again, turn.number).check == turn.check


def test_a_log_that_was_changed_does_not_replay_to_what_it_says(country, played):
    data = log_of(played, country.problem)
    data["turns"][0]["levers"][FORCE] = 700.0
    forged = read_log(json.dumps(data).encode())
    assert GameWorlds().view(country, forged, 1).check != forged.turns[0].check


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "forbear game 2"}, "format"),
        ({"world": -1}, "world"),
        ({"world": True}, "world"),
        ({"group": 5}, "group"),
        ({"group": "x" * 61}, "group"),
        ({"draws": "mine"}, "draws"),
        ({"feasible": 1}, "feasible"),
        ({"scenario_hash": "../../etc"}, "scenario_hash"),
        ({"started": "yesterday"}, "started"),
        ({"turns": {}}, "turns"),
        ({"turns": [3]}, "turns[0]."),
        ({"ended": {"9": "2026-01-01T00:00:00Z"}}, "ended.9"),
    ],
)
def test_a_log_that_is_none_is_refused_with_its_field(country, played, change, field):
    data = {**log_of(played, country.problem), **change}
    with pytest.raises(FileError) as found:
        read_log(json.dumps(data).encode())
    assert field in [fault.field for fault in found.value.faults]
    assert {fault.code for fault in found.value.faults} == {"E431"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": 2}, "number"),
        ({"parent": 1}, "parent"),
        ({"until": 0}, "until"),
        ({"first": 1}, "first"),
        ({"leave": 5}, "leave"),
        ({"levers": {FORCE: "5"}}, f"levers.{FORCE}"),
        ({"levers": {FORCE: 1e9}}, f"levers.{FORCE}"),
        ({"levers": {"no.lever": 1}}, "levers.no.lever"),
        ({"note": "x" * 1001}, "note"),
        ({"seen": {"deaths": "x"}}, "seen"),
        ({"hindsight": "some"}, "hindsight"),
        ({"check": "00"}, "check"),
        ({"decided": ""}, "decided"),
    ],
)
def test_a_turn_that_is_none_is_refused_with_its_field(country, played, change, field):
    data = log_of(played, country.problem)
    data["turns"][0].update(change)
    with pytest.raises(FileError) as found:
        read_log(json.dumps(data).encode())
    assert f"turns[0].{field}" in [fault.field for fault in found.value.faults]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "E431"),
        (b"[1,2]", "E431"),
        (b'{"format": "forbear game 1", "world": NaN}', "E431"),
        (b"[" * 100_000, "E431"),
        (b"\xff\xfe{}", "E104"),
        (b" " * 300_000, "E104"),
    ],
)
def test_a_file_that_is_no_log_is_refused(text, code):
    with pytest.raises(FileError) as found:
        read_log(text)
    assert found.value.code == code


def test_the_table_of_a_log_has_a_row_for_every_turn_and_no_formula(country, played):
    lines = csv_of(played, country.problem).splitlines()
    assert len(lines) == 1 + len(played.turns)
    assert "'=1+1" in lines[1] and ",=" not in lines[1] and "as planned" in lines[2]


def test_a_kept_game_outlives_its_server_and_a_broken_file_does_not_stop_others(tmp_path, played):
    countries = Countries("meadow")
    games = Games(countries, tmp_path)
    games.begin(played, "somebody")
    (tmp_path / "brokenbrokenbroken1.json").write_text('{"log": 1', encoding="utf-8")
    later = Games(countries, tmp_path)
    assert later.get(played.key).turns == played.turns
    assert [game.key for game in later.of(owner_of("somebody"))] == [played.key]
    with pytest.raises(RunError, match="no such game"):
        later.get("../../etc/passwd")
    countries.close()


def test_a_finished_game_is_known_by_another_name_than_its_key(game):
    game.key = "secretsecretsecret"
    assert game.key not in public_name(game.key) and len(public_name(game.key)) == 16
