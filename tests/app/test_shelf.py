"""The files of games and classes: damaged ones are left out and said, too many are let go in a fair order."""

import json
import logging
import os

import pytest

from forbear.app.play import shelf as shelves
from forbear.app.play import store
from forbear.app.play.classes import Classes
from forbear.app.play.game import Decision, Game, Turn
from forbear.app.play.log import log_text
from forbear.app.play.shelf import Shelf
from forbear.app.play.store import Games, owner_of, public_name

WHEN = "2026-01-02T03:04:05Z"
HASH = "0" * 64
SETTINGS = {
    "title": "Seminar",
    "scenario": "meadow",
    "hash": HASH,
    "strategy": "HISTORY",
    "draws": "prior",
    "world": 7,
    "months": 3,
    "feasible": True,
    "minutes": 0,
}


class Problem:
    month_labels = ("2003-05", "2003-06", "2003-07")


def a_game(number, *, turns=0, room="", owner="me", ended=False):
    made = [Turn(k + 1, k, k, k + 1, Decision(), "", WHEN) for k in range(turns)]
    when = f"2026-01-02T03:{number // 60:02d}:{number % 60:02d}Z"
    ends = {turns: WHEN} if ended else {}
    return Game(f"Group {number}", "meadow", HASH, "HISTORY", "prior", 7, 3, True, when, made, ends,
                key=f"key-{number:012d}", owner=owner_of(owner), room=room)  # fmt: skip


def put(shelf, game):
    shelf.save(game, log_text(game, Problem()))
    age = int(game.key[-6:])
    os.utime(shelf.folder / f"{game.key}.json", ns=(age, age))


@pytest.fixture
def games(tmp_path, monkeypatch):
    """Games of a folder, whose scenarios are not looked at."""
    return Games(None, tmp_path)


def test_a_file_is_read_once_for_lists_and_again_where_it_was_written_again(tmp_path, monkeypatch):
    shelf = Shelf(tmp_path)
    for number in range(5):
        put(shelf, a_game(number))
    later, read = Shelf(tmp_path), []
    load = later.load
    monkeypatch.setattr(later, "load", lambda key: read.append(key) or load(key))
    first = later.entries()
    assert len(first) == 5 and len(read) == 5 and later.entries() == first and len(read) == 5
    put(shelf, a_game(3, turns=1, ended=True))
    assert later.entries()["key-000000000003"].ended and read[5:] == ["key-000000000003"]


def test_a_flood_of_games_takes_away_neither_a_class_nor_games_in_which_something_was_decided(tmp_path, monkeypatch):
    monkeypatch.setattr(shelves, "MOST", 6)
    shelf = Shelf(tmp_path)
    put(shelf, a_game(1, room="ABCDEF"))
    put(shelf, a_game(2, turns=2))
    put(shelf, a_game(3))
    for number in range(10, 60):
        put(shelf, a_game(number))
    left = sorted(int(key[-12:]) for key in shelf.entries())
    assert left[:2] == [1, 2] and left[2:] == [56, 57, 58, 59]
    for number in range(60, 80):
        put(shelf, a_game(number, turns=1))
    left = sorted(int(key[-12:]) for key in shelf.entries())
    assert left[0] == 1 and len(left) == 6 and left[-1] == 79


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"owner": 5, "log": "x"}',
        '{"owner": "a", "log": 5}',
        '{"owner": "a", "log": "\\ud800"}',
        '{"owner": "a", "room": [], "log": "{}"}',
        '{"log": "{}"}',
        '{"log": ' + "[" * 5000,
        '{"log": 1e999}',
        '{"owner": "a", "log": "{}", "rings": ' + "9" * 400 + "}",
    ],
    ids=range(11),
)
def test_a_damaged_file_of_a_game_is_named_left_out_and_stops_nobody_else(tmp_path, caplog, games, text):
    put(Shelf(tmp_path), a_game(1, turns=1, ended=True))
    (tmp_path / "brokenbrokenbroken1.json").write_text(text, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert [game.key for game in games.finished()] == ["key-000000000001"]
        assert games.of(owner_of("me")) == games.finished()
    assert caplog.text.count("brokenbrokenbroken1") >= 1 and caplog.text.count("WARNING") == 1


def test_a_list_holds_the_newest_and_an_older_game_is_found_by_its_public_name(tmp_path, monkeypatch, games):
    monkeypatch.setattr(store, "MOST_LISTED", 3)
    shelf = Shelf(tmp_path)
    for number in range(8):
        put(shelf, a_game(number, turns=1, ended=True))
    assert [int(game.key[-2:]) for game in games.finished()] == [7, 6, 5]
    found = games.finished({public_name("key-000000000002"), "0123456789abcdef"})
    assert [int(game.key[-2:]) for game in found] == [7, 6, 5, 2]


def test_games_in_memory_are_bounded_by_their_turns_and_read_again(tmp_path, monkeypatch, games):
    monkeypatch.setattr(store, "_TURNS_HELD", 6)
    shelf = Shelf(tmp_path)
    for number in range(6):
        put(shelf, a_game(number, turns=3))
    found = games.of(owner_of("me"))
    assert len(found) == 6 and len(games._held) == 2
    assert games.get("key-000000000005").turns == a_game(5, turns=3).turns


# -- classes ----------------------------------------------------------------------------------------------


def test_a_flood_of_classes_lets_the_oldest_empty_one_go_and_never_one_that_is_played(tmp_path, monkeypatch):
    monkeypatch.setattr("forbear.app.play.classes._MOST", 4)
    classes = Classes(tmp_path)
    played = classes.make(SETTINGS)
    played.groups.append("a" * 20)
    classes.save(played)
    for _ in range(20):
        newest = classes.make(SETTINGS)
    assert classes.get(played.key) is played and classes.get(newest.key) is newest
    assert len(list(tmp_path.glob("*.json"))) == 4
    assert len(Classes(tmp_path)._held) == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("groups", [5]),
        ("groups", [["a"]]),
        ("groups", ["a" * 20] * 17),
        ("groups", ["../../etc/passwd"]),
        ("minutes", "five"),
        ("world", None),
        ("rings", "soon"),
        ("feasible", 1),
        ("title", 7),
        ("released", {}),
        ("lock", None),
        ("key", "short"),
        ("code", "lower1"),
        ("made", []),
        ("rings", 10**400),
        ("surprise", 1),
    ],
)
def test_a_damaged_file_of_a_class_is_named_left_out_and_stops_no_other(tmp_path, caplog, name, value):
    classes = Classes(tmp_path)
    good, bad = classes.make(SETTINGS), classes.make(SETTINGS)
    path = tmp_path / f"{bad.key}.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {name: value}), encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        again = Classes(tmp_path)
    assert list(again._held) == [good.key] and bad.key in caplog.text


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 5000, "{}", '"x"'])
def test_a_file_that_is_no_class_is_left_out(tmp_path, caplog, text):
    (tmp_path / "brokenbrokenbroken1.json").write_text(text, encoding="utf-8")
    assert not Classes(tmp_path)._held and "brokenbrokenbroken1" in caplog.text
