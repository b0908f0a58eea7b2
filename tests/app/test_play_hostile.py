"""Play mode among strangers: logs that are stolen, damaged or made to break the page for others."""

import json
import random

import pytest
from playing import FORCE, begun, turn

from forbear.app.play.log import read_log
from forbear.app.play.store import Games
from forbear.errors import FileError

BASE = "http://localhost:8765"


def sent(log):
    return {"file": ("game.json", log if isinstance(log, bytes) else log.encode())}


@pytest.fixture
def stranger(client, meet):
    """Somebody else: another session at the same server."""

    def come():
        client.cookies.clear()
        visitor = meet(client)
        visitor.get("/play")
        return visitor

    return come


def key_of(address):
    return address.removeprefix("/play/").split("?")[0]


def test_the_log_of_another_gives_a_copy_and_never_the_key_of_the_game(player, stranger):
    address = begun(player)
    turn(player, address, 0, **{FORCE: "500"})
    log = player.get(address + "/log.json").text
    thief = stranger()
    answer = thief.post("/play/restore", files=sent(log), follow_redirects=False)
    assert answer.status_code == 303
    copy = answer.headers["location"].split("?")[0]
    assert key_of(copy) != key_of(address)
    turn(thief, copy, 1)
    assert len(json.loads(thief.get(address + "/log.json").text)["turns"]) == 1  # the original went on nowhere


def test_a_log_that_its_own_player_sends_in_is_the_game_itself(player):
    address = begun(player)
    turn(player, address, 0)
    log = player.get(address + "/log.json").text
    answer = player.post("/play/restore", files=sent(log), follow_redirects=False)
    assert key_of(answer.headers["location"]) == key_of(address)


def test_sending_a_finished_log_to_be_compared_names_no_key(player, stranger):
    address = begun(player, group="Owners")
    turn(player, address, 0)
    player.post(address + "/end", {"parent": "1"})
    log = player.get(address + "/log.json").text
    page = stranger().post("/play/compare", files=sent(log))
    assert page.status_code == 200 and key_of(address) not in page.text and key_of(address) not in str(page.url)


SURROGATE = "\\ud800"


@pytest.mark.parametrize("field", ["group", "scenario", "strategy", "note", "seen", "through"])
@pytest.mark.parametrize("bad", ["\\ud800", "\\u0000", "\\u202e", "\\u001b[31m", "\\udfff\\ud800"])
def test_a_log_with_text_that_cannot_be_shown_is_refused_and_the_comparison_goes_on_for_all(player, kept, field, bad):
    address = begun(player, group="Whole")
    turn(player, address, 0)
    player.post(address + "/end", {"parent": "1"})
    log = json.loads(player.get(address + "/log.json").text)
    mark = "MARKMARK"
    if field == "seen":
        log["turns"][0]["seen"] = {mark: 1.0}
    elif field in ("note", "through"):
        log["turns"][0][field] = mark
    else:
        log[field] = mark
    text = json.dumps(log).replace(mark, bad)
    answer = player.post("/play/compare", files=sent(text))
    assert answer.status_code in (200, 422)
    if field != "through":  # which is for readers, and is not read
        assert answer.status_code == 422
    after = player.get("/play/compare")
    assert after.status_code == 200 and "Whole" in after.text
    assert not [path for path in kept.iterdir() if path.suffix != ".json"]


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "9" * 4000, "1" + "0" * 400, "NaN", "true", "null", '"5"', "[1]"]
)
def test_a_number_in_a_log_that_no_game_can_have_is_refused(player, number):
    address = begun(player)
    turn(player, address, 0, **{FORCE: "500"})
    log = player.get(address + "/log.json").text
    for old in ('"intervener.force": 500.0', '"world": 7'):
        assert old in log
        with pytest.raises(FileError):
            read_log(log.replace(old, old.split(":")[0] + ": " + number).encode())


def test_a_game_whose_scenario_became_shorter_does_not_break_the_list(player, app, monkeypatch):
    address = begun(player, group="Longer")
    turn(player, address, 0, months="12")
    player.post(address + "/end", {"parent": "1"})
    game = app.state.games.get(key_of(address))
    game.put(game.turns[0].__class__(1, 0, 0, 4000, game.turns[0].decision))
    try:
        assert player.get("/play/compare").status_code == 200
        assert player.get("/play").status_code == 200
    finally:
        game.ended.clear()


def test_what_a_killed_write_left_is_removed_and_nothing_else(tmp_path, app):
    import os

    old = tmp_path / ".aaaaaaaaaaaaaaaa.partial-1-2.json"
    new = tmp_path / ".bbbbbbbbbbbbbbbb.partial-1-2.json"
    kept = tmp_path / "cccccccccccccccc.json"
    for path in (old, new, kept):
        path.write_text("{}", encoding="utf-8")
    os.utime(old, (1, 1))
    os.utime(kept, (1, 1))
    Games(app.state.countries, tmp_path)
    assert not old.exists() and new.exists() and kept.exists()


def test_a_refused_log_leaves_nothing_behind(player, kept):
    before = sorted(kept.iterdir())
    address = begun(player)
    log = json.loads(player.get(address + "/log.json").text)
    during = sorted(kept.iterdir())
    assert len(during) == len(before) + 1
    log["turns"] = [{"number": 1}]
    player.post("/play/restore", files=sent(json.dumps(log)))
    player.post("/play/compare", files=sent(b"\xff\xfe"))
    assert sorted(kept.iterdir()) == during


def mutated(log, chance):
    """One log with a few of its characters, values or parts changed."""
    data = bytearray(log.encode())
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data))
        kind = chance.randrange(5)
        if kind == 0:
            data[at] = chance.randrange(256)
        elif kind == 1:
            del data[at : at + chance.randint(1, 30)]
        elif kind == 2:
            data[at:at] = chance.choice([b"\\ud800", b"{", b"[[", b'"', b"1e999", b"-", b"null", b"\\u0000", b"9" * 50])
        elif kind == 3:
            data[at:at] = data[at : at + chance.randint(1, 200)]
        else:
            data[at : at + 1] = b"\\u202e"
    return bytes(data)


def test_neighbours_of_a_log_are_read_or_refused_and_never_anything_else(player):
    address = begun(player)
    for parent in range(3):
        turn(player, address, parent, note="because", **{FORCE: "500"})
    log = player.get(address + "/log.json").text
    chance, read = random.Random(1), 0
    for _ in range(4000):
        try:
            read_log(mutated(log, chance))
            read += 1
        except FileError as error:
            assert error.code in ("E104", "E431")
    assert 0 < read < 4000
