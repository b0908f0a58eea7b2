"""A class in play mode: two groups, one hidden world, a truth that is locked until the umpire releases it."""

import json
import re

import pytest
import segno
from playing import FORCE, turn
from starlette.testclient import TestClient

from forbear.app.play.classes import Classes, time_left
from forbear.app.play.store import public_name
from forbear.app.security import local_page
from forbear.app.server import create

SETTINGS = {"scenario": "meadow", "strategy": "HISTORY", "months": "1", "world": "770077", "draws": "prior"}
#: Words that stand on pages of what happened alone.
TOLD_AT_THE_END = "this world, never intervening"
MINE = {**SETTINGS, "feasible": "1", "title": "Seminar", "minutes": "4"}


def made(player, **more):
    """Make a class; return the address of the umpire's page and the code of the class."""
    answer = player.post("/play/class", {**MINE, **more}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"]
    code = re.search(r'<b class="code">([A-Z0-9]{6})</b>', player.get(address).text)[1]
    return address, code


def joined(player, code, group, **more):
    """Join a class; return the address of the group's game."""
    answer = player.post(f"/play/join/{code}", {"group": group, **more}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def release(player, umpire):
    answer = player.post(umpire + "/release", {"sure": "1"}, follow_redirects=False)
    assert answer.status_code == 303, answer.text


def ways(player, address, number):
    """Every answer that a group can ask of the server about its game and about finished ones."""
    key = address.removeprefix("/play/")
    paths = [
        address,
        f"{address}?turn={number}",
        f"{address}/end",
        f"{address}/end?turn={number}",
        f"{address}/log",
        f"{address}/log.json",
        f"{address}/log.csv",
        "/play",
        "/play/compare",
        f"/play/compare?game={key}.{number}",
    ]
    return {path: player.get(path) for path in paths}


def test_a_class_of_two_groups_plays_twelve_turns_locked_and_is_compared_after_the_release(player, app):
    umpire, code = made(player)
    north, south = (joined(player, code, group) for group in ("North", "South"))
    for month in range(12):
        for address, force in ((north, "0"), (south, "900")):
            expected = {"expect:observed_attacks:low": "0", "expect:observed_attacks:high": str(10 + month)}
            after = turn(player, address, month, months="1", note=f"month {month + 1}", **{FORCE: force}, **expected)
            assert after == f"{address}?turn={month + 1}"
    grid = player.get(umpire).text
    assert grid.count("April 2004") == 2 and len(re.findall(r"[0-9]+ of 12 held", grid)) == 2
    public = public_name(north.removeprefix("/play/"))
    for path, answer in {
        **ways(player, north, 12),
        f"/play/compare?game={public}.12": player.get(f"/play/compare?game={public}.12"),
        f"/play/compare.csv?game={public}.12": player.get(f"/play/compare.csv?game={public}.12"),
    }.items():
        assert "770077" not in answer.text and TOLD_AT_THE_END not in answer.text, path
    release(player, umpire)
    end = player.get(f"{north}/end?turn=12")
    assert (
        end.status_code == 200 and "hidden world</a> 770077" in end.text and "this world, never intervening" in end.text
    )
    compare = re.search(r'href="(/play/compare\?game=[^"]+)"', player.get(umpire).text)[1].replace("&amp;", "&")
    found = player.get(compare).text
    assert "North" in found and "South" in found and "at the end of April 2004" in found
    assert found.count("replayed here to the bit") == 2 and "different worlds" not in found
    rows = player.get(compare.replace("compare?", "compare.csv?")).text.splitlines()
    assert len(rows) == 1 + 2 * 8 and all("2004-04" in row for row in rows[1:])


def test_a_group_that_is_done_betrays_nothing_to_one_that_plays(player, app):
    umpire, code = made(player, months="6", world="880088")
    fast, slow = joined(player, code, "Fast"), joined(player, code, "Slow")
    turn(player, slow, 0, months="6")
    done = turn(player, fast, 0, months="0", **{FORCE: "900"})
    assert done == f"{fast}?turn=1"  # not to the truth
    answers = ways(player, fast, 1)
    assert answers[f"{fast}/end?turn=1"].status_code == answers[f"{fast}/log.json"].status_code == 403
    assert "You have played to the last month" in answers[fast].text
    assert answers[f"{fast}/log"].status_code == answers[f"{fast}/log.csv"].status_code == 200
    for path, answer in answers.items():
        assert "880088" not in answer.text and TOLD_AT_THE_END not in answer.text, path
    assert "Fast" not in answers["/play/compare"].text
    assert player.post(f"{slow}/end", {"parent": "1"}).status_code == 403
    assert player.get(f"{slow}/end?turn=1").status_code == 403
    release(player, umpire)
    for address in (fast, slow):
        assert TOLD_AT_THE_END in player.get(f"{address}/end?turn=1").text
        assert json.loads(player.get(f"{address}/log.json").text)["world"] == 880088
    compare = re.search(r'href="(/play/compare\?game=[^"]+)"', player.get(umpire).text)[1].replace("&amp;", "&")
    found = player.get(compare).text  # the slow one has played six months, the fast one twenty-four
    assert "compared at the end of October 2003, the last month that all of them have played" in found
    worlds, country = app.state.games.worlds, app.state.countries.get("meadow")
    whole, short = (worlds.outcomes(country, app.state.games.get(fast.removeprefix("/play/")), 1, m) for m in (None, 6))
    assert short[0]["plan"] < whole[0]["plan"]
    other = worlds.outcomes(country, app.state.games.get(slow.removeprefix("/play/")), 1)
    assert short[0]["history"] == other[0]["history"]


def test_in_a_class_what_is_decided_stands_until_the_release(player):
    umpire, code = made(player, months="3")
    address = joined(player, code, "Binding")
    turn(player, address, 0, months="3")
    turn(player, address, 1, months="3")
    again = player.post(address + "/decide", {"parent": "1", "months": "6", "note": ""}, follow_redirects=False)
    assert again.status_code == 422 and "decided already" in again.text
    assert turn(player, address, 1, months="3").endswith("turn=2")  # the same form sent twice is one turn
    assert "Decide and go on" not in player.get(f"{address}?turn=1").text
    release(player, umpire)
    assert "had seen the truth" not in player.get(f"{address}/log").text
    assert turn(player, address, 1, months="6").endswith("turn=3")
    assert "had seen the truth" in player.get(f"{address}/log").text


def test_a_group_that_had_not_begun_cannot_play_after_the_release(player):
    umpire, code = made(player)
    address = joined(player, code, "Late")
    release(player, umpire)
    assert player.post(address + "/decide", {"parent": "0", "months": "1"}).status_code == 422
    assert player.post(f"/play/join/{code}", {"group": "Later"}).status_code == 422
    assert "This class is over" in player.get(address).text


def test_names_are_taken_once_and_what_cannot_be_a_class_is_refused(player):
    _, code = made(player)
    joined(player, code, "Alpha")
    assert "plays already" in player.post(f"/play/join/{code}", {"group": "ALPHA"}).text
    assert player.post(f"/play/join/{code}", {"group": ""}).status_code == 422
    for wrong in ({"minutes": "-1"}, {"minutes": "999"}, {"months": "5"}, {"strategy": "WIN"}, {"title": "x" * 61}):
        assert player.post("/play/class", {**MINE, **wrong}).status_code == 422
    for path in ("/play/class/AAAAAAAAAAAAAAAAAAAA", "/play/board/AAAAAA", "/play/join/AAAAAA", "/play/join?code=x"):
        assert player.get(path).status_code == 404


def test_nothing_in_a_class_is_changed_without_the_token(player):
    umpire, code = made(player)
    for path, sent in (
        ("/play/class", MINE),
        (umpire + "/release", {"sure": "1"}),
        (umpire + "/timer", {"minutes": "3"}),
        (f"/play/join/{code}", {"group": "Blue"}),
    ):
        assert player.post(path, sent, token="0" * 64).status_code == 403
    assert player.post(umpire + "/release", {}).status_code == 422  # the box was not ticked
    assert "<b>Locked.</b>" in player.get(umpire).text


def test_the_boards_and_the_groups_pages_never_hold_the_umpires_key(player):
    umpire, code = made(player)
    address = joined(player, code, "Curious", aim="Fewer dead by winter")
    key = umpire.removeprefix("/play/class/")
    for path in (f"/play/board/{code}", f"/play/join/{code}", f"/play/join/{code}/brief", address, address + "/log"):
        answer = player.get(path)
        assert answer.status_code == 200 and key not in answer.text, path
    assert "Fewer dead by winter" in player.get(address).text
    board = player.get(f"/play/board/{code}").text
    assert address.removeprefix("/play/") not in board
    assert '<th scope="row">Curious</th><td class="n">0</td><td>not begun</td>' in board


def test_the_timer_runs_on_the_pages_of_the_umpire_and_of_groups_and_stops(player):
    umpire, code = made(player)
    address = joined(player, code, "Timed")
    assert "are left for this turn" not in player.get(address).text
    player.post(umpire + "/timer", {"minutes": "7"})
    for path in (umpire, f"/play/board/{code}", address):
        assert "About 7 minutes are left for this turn" in player.get(path).text
    assert player.get(umpire).headers["refresh"] and "refresh" not in player.get(umpire + "?still=1").headers
    player.post(umpire + "/timer", {"minutes": "0"})
    assert "are left for this turn" not in player.get(address).text
    assert player.post(umpire + "/timer", {"minutes": "soon"}).status_code == 422


def test_a_class_outlives_its_server_locked_as_it_was(tmp_path, app, player):
    classes = Classes(tmp_path / "classes")
    room = classes.make(
        {
            "title": "Kept", "scenario": "meadow", "hash": "0" * 64, "strategy": "HISTORY", "draws": "prior",
            "world": 5, "months": 3, "feasible": True, "minutes": 5,
        }
    )  # fmt: skip
    classes.ring(room, 5)
    (tmp_path / "classes" / "broken.json").write_text("{", encoding="utf-8")
    later = Classes(tmp_path / "classes")
    found = later.coded(room.code.lower())
    assert (found.key, found.world, found.released) == (room.key, 5, "")
    assert time_left(found, found.rings - 30) == 30 and time_left(found, found.rings + 30) == 0


def test_a_class_of_an_uploaded_scenario_is_found_again_under_its_new_name(player, app):
    text = b'[scenario]\nname = "ours"\ntitle = "Ours"\nextends = "meadow"\n[levers]\nsource = "assumption: a test"\n"intervener.force" = { scale = 0.5 }\n'
    answer = player.post("/upload", files={"file": ("ours.toml", text)}, follow_redirects=False)
    umpire, code = made(player, scenario=answer.headers["location"].split("=")[1])
    room = app.state.games.classes.coded(code)
    room.scenario = "upload-000000000000"  # what it was called before the server was started again
    assert player.get(umpire).status_code == player.get(f"/play/join/{code}").status_code == 200
    turn(player, joined(player, code, "Again"), 0, months="1")
    assert "May 2003" in player.get(f"/play/board/{code}").text


def test_the_game_of_a_class_that_is_not_here_stays_locked(player, app):
    _, code = made(player)
    address = joined(player, code, "Orphan")
    turn(player, address, 0, months="1")
    game = app.state.games.get(address.removeprefix("/play/"))
    game.room = "ZZZZZZ"
    assert player.get(f"{address}/end?turn=1").status_code == 403
    assert player.get(address).status_code == 200
    game.room = code


def test_the_umpire_has_the_log_of_a_group_at_any_time_and_it_replays_to_the_bit(player):
    umpire, code = made(player, months="3")
    address = joined(player, code, "Logged")
    turn(player, address, 0, months="3", **{FORCE: "444"})
    link = re.search(rf'href="({re.escape(umpire)}/[0-9a-f]+/log\.json)"', player.get(umpire).text)[1]
    log = player.get(link).json()
    assert log["world"] == 770077 and log["turns"][0]["levers"] == {FORCE: 444.0}
    sent = {"file": ("game.json", json.dumps(log).encode())}
    answer = player.post("/play/restore", files=sent, follow_redirects=False)
    page = player.get(answer.headers["location"]).text
    assert "other numbers were seen" not in page
    assert player.get(f"{umpire}/0000000000000000/log.json").status_code == 404


@pytest.mark.parametrize("setting", ["feasible", "months", "strategy", "world"])
def test_a_group_plays_with_the_settings_of_its_class_whatever_it_sends(player, app, setting):
    _, code = made(player)
    address = joined(player, code, f"Sly {setting}", **{setting: "0"})
    game = app.state.games.get(address.removeprefix("/play/"))
    assert (game.feasible, game.months, game.strategy, game.world) == (True, 1, "HISTORY", 770077)


def test_a_link_to_a_class_survives_the_password(meet):
    base = "http://10.0.0.9"
    with TestClient(create("meadow", password="open sesame", local_only=False), base_url=base) as client:
        visitor = meet(client)
        asked = client.get("/play?group=Red&world=7&feasible=0", follow_redirects=False)
        assert asked.headers["location"] == "/enter?to=%2Fplay%3Fgroup%3DRed%26world%3D7%26feasible%3D0"
        page = visitor.get(asked.headers["location"]).text
        wanted = re.search(r'name="to" value="([^"]+)"', page)[1].replace("&amp;", "&")
        wrong = visitor.post("/enter", {"password": "no", "to": wanted}, origin=base)
        assert wrong.status_code == 401 and "feasible=0" in wrong.text
        right = visitor.post("/enter", {"password": "open sesame", "to": wanted}, origin=base, follow_redirects=False)
        assert right.headers["location"] == "/play?group=Red&world=7&feasible=0"


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "", "play", "/\r\nx", "/é"]
)
def test_the_entrance_leads_nowhere_else(address):
    assert local_page(address) == "/"


def test_the_code_for_phones_is_that_of_the_address_and_is_not_shown_where_it_leads_nowhere(player, meet):
    umpire, code = made(player)
    for path in (umpire, f"/play/board/{code}", f"/play/join/{code}/brief"):
        assert 'class="qr"' not in player.get(path).text  # this server answers on this machine alone
    base = "http://10.0.0.9"
    with TestClient(create("meadow", password="open sesame", local_only=False), base_url=base) as client:
        visitor = meet(client)
        visitor.get("/enter")
        visitor.post("/enter", {"password": "open sesame", "to": "/play"}, origin=base)
        visitor.get("/play")
        answer = visitor.post("/play/class", MINE, origin=base, follow_redirects=False)
        umpire = answer.headers["location"]
        code = re.search(r'<b class="code">([A-Z0-9]{6})</b>', visitor.get(umpire).text)[1]
        for path in (umpire, f"/play/board/{code}", f"/play/join/{code}/brief"):
            drawn = re.search(r'<svg [^>]*class="qr">.*?</svg>', visitor.get(path).text, re.S)[0]
            assert dark_modules(drawn) == [
                list(row) for row in segno.make_qr(f"{base}/play/join/{code}", error="m").matrix
            ]


def dark_modules(svg):
    """The modules of a drawn code, row by row, without the quiet zone."""
    size = int(re.search(r'viewBox="0 0 ([0-9]+) ', svg)[1])
    assert 'fill="#fff"' in svg
    rows = [[0] * size for _ in range(size)]
    x = y = 0.0
    for step, across, down in re.findall(
        r"([Mmh])(-?[0-9.]+)(?: (-?[0-9.]+))?", re.search(r'stroke="#000" d="([^"]+)"', svg)[1]
    ):
        if step == "h":
            for place in range(int(x), int(x) + int(across)):
                rows[int(y)][place] = 1
            x += int(across)
        elif step == "M":
            x, y = float(across), float(down)
        else:
            x, y = x + float(across), y + float(down)
    quiet = 4
    assert not any(map(any, rows[:quiet])) and not any(any(row[:quiet]) for row in rows)
    return [row[quiet : size - quiet] for row in rows[quiet : size - quiet]]
