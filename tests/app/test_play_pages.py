"""Play mode's pages: forms, links, logs that come and go."""

import json
import re

import pytest
from playing import FORCE, START, begun, turn

from forbear.app.server import create

BASE = "http://localhost:8765"


def test_a_game_is_played_to_its_end_and_the_truth_is_shown_only_then(player):
    address = begun(player)
    first = player.get(turn(player, address, 0, **{FORCE: "500"}))
    assert "end of July 2003" in first.text and "civilians reported killed" in first.text
    assert "What happened" not in first.text and "Own soldiers 500" in first.text
    assert 'value="500"' in first.text  # what was decided is preset
    early = player.get(address + "/end?turn=1", follow_redirects=False)
    assert early.status_code == 303 and early.headers["location"].endswith("?turn=1")
    last = turn(player, address, 1, months="0")
    assert last.endswith("/end?turn=2")
    end = player.get(last).text
    assert "what happened" in end and "this world, never intervening" in end
    for text in (first.text, end):
        assert "style=" not in text and "<script" not in text


def test_going_back_opens_a_branch_and_two_tabs_do_not_disturb_each_other(player):
    address = begun(player)
    assert turn(player, address, 0).endswith("turn=1")
    assert turn(player, address, 1, **{FORCE: "900"}).endswith("turn=2")
    assert turn(player, address, 1, **{FORCE: "0"}).endswith("turn=3")
    assert turn(player, address, 2, **{FORCE: "900"}).endswith("turn=4")
    assert turn(player, address, 1, **{FORCE: "0"}).endswith("turn=3")  # sent twice: one turn
    one, other = (player.get(f"{address}?turn={k}").text for k in (4, 3))
    assert "branch, after turn 1" in one and "end of January 2004" in one and "end of October 2003" in other
    again = player.get(f"{address}?turn=1").text
    assert "You have decided from here before (turn 2, 3)" in again


def test_a_decision_that_cannot_be_meant_is_said_and_what_was_typed_stays(player):
    address = begun(player)
    sent = {"parent": "0", "months": "3", "note": "my reasons", "leave": "", FORCE: "lots"}
    answer = player.post(address + "/decide", sent)
    assert answer.status_code == 422 and "E210" in answer.text
    assert "my reasons" in answer.text and 'value="lots"' in answer.text and "Traceback" not in answer.text
    assert "Nothing is reported yet" in player.get(address).text
    for wrong in ({"months": "2"}, {"note": "x" * 1001}, {"leave": "99"}):
        assert player.post(address + "/decide", {**sent, FORCE: "", **wrong}).status_code == 422


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("group", "", "E210"),
        ("group", "x" * 61, "E210"),
        ("months", "5", "E210"),
        ("world", "-1", "E210"),
        ("world", "99999999999", "E210"),
        ("draws", "mine", "E210"),
        ("strategy", "NEVER", "E241"),
        ("strategy", "WIN", "E241"),
        ("scenario", "../secret", "E101"),
    ],
)
def test_a_game_that_cannot_begin_says_why(player, key, value, code):
    answer = player.post("/play/start", {**START, key: value})
    assert answer.status_code == 422 and code in answer.text and "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["?turn=9", "?turn=x", "/end?turn=-1", "/log.exe", "/decide/more"])
def test_an_address_that_leads_nowhere_is_refused_in_words(player, path):
    answer = player.get(begun(player) + path)
    assert answer.status_code in (404, 422) and "Traceback" not in answer.text


def test_a_game_that_is_not_there_is_said_to_be_missing(player):
    answer = player.get("/play/AAAAAAAAAAAAAAAAAAAA")
    assert answer.status_code == 404 and "E433" in answer.text


def test_nothing_is_decided_without_the_token_or_from_another_page(player):
    address = begun(player)
    sent = {"parent": "0", "months": "3"}
    for path in ("/play/start", address + "/decide", address + "/end", "/play/restore", "/play/compare"):
        assert player.post(path, sent, token="0" * 64).status_code == 403
        assert player.post(path, sent, origin="http://elsewhere.example").status_code == 403


def test_names_and_notes_stay_text(player):
    address = begun(player, group="<script>alert(1)</script>")
    turn(player, address, 0, note="<img src=x onerror=alert(1)>")
    for page in ("", "/log"):
        text = player.get(address + page).text
        assert "<script>alert" not in text and "<img src=x" not in text
    assert "&lt;img src=x" in player.get(address + "/log").text


def test_the_address_of_a_game_works_after_the_server_was_started_again(player, meet, app):
    from starlette.testclient import TestClient

    address = begun(player)
    turn(player, address, 0, **{FORCE: "444"})
    before = player.get(address + "?turn=1").text
    with TestClient(create("meadow"), base_url=BASE) as client:
        other = meet(client)
        after = other.get(address + "?turn=1").text
        cut = lambda text: re.sub(r'value="[0-9a-f]{64}"', "", text)
        assert cut(after) == cut(before)
        assert turn(other, address, 1).endswith("turn=2")


def test_a_log_sent_to_another_server_goes_on_from_the_same_turn(player, meet, tmp_path, monkeypatch):
    from starlette.testclient import TestClient

    address = begun(player)
    turn(player, address, 0, **{FORCE: "444"})
    log = player.get(address + "/log.json").text
    monkeypatch.setenv("FORBEAR_GAMES", "")
    with TestClient(create("meadow"), base_url=BASE) as client:
        other = meet(client)
        assert other.get(address).status_code == 404
        other.get("/play")
        sent = {"file": ("game.json", log.encode())}
        answer = other.post("/play/restore", files=sent, follow_redirects=False)
        assert answer.status_code == 303 and answer.headers["location"].endswith("turn=1")
        assert "other numbers were seen" not in other.get(answer.headers["location"]).text
        again = other.post("/play/restore", files=sent, follow_redirects=False)
        assert again.headers["location"] == answer.headers["location"]
        forged = {"file": ("game.json", log.replace("444", "445").encode())}
        answer = other.post("/play/restore", files=forged, follow_redirects=False)
        assert "other numbers were seen" in other.get(answer.headers["location"]).text
        data = json.loads(log)
        data["turns"][0]["until"] = 900
        answer = other.post("/play/restore", files={"file": ("game.json", json.dumps(data).encode())})
        assert answer.status_code == 422 and "turns[0].until" in answer.text
        data["scenario"] = "atlantis"
        answer = other.post("/play/restore", files={"file": ("game.json", json.dumps(data).encode())})
        assert answer.status_code == 422 and "E101" in answer.text
        assert other.post("/play/restore", files={"file": ("big.json", b" " * 300_000)}).status_code == 413
        assert other.post("/play/restore").status_code == 400


def test_a_game_of_an_uploaded_scenario_is_found_again_under_its_new_name(player, app):
    text = b'[scenario]\nname = "mine"\ntitle = "Mine"\nextends = "meadow"\n[levers]\nsource = "assumption: a test"\n"intervener.force" = { scale = 0.5 }\n'
    answer = player.post("/upload", files={"file": ("mine.toml", text)}, follow_redirects=False)
    key = answer.headers["location"].split("=")[1]
    address = begun(player, scenario=key)
    turn(player, address, 0)
    log = json.loads(player.get(address + "/log.json").text)
    log["scenario"], log["group"] = "upload-000000000000", "Later"
    sent = {"file": ("game.json", json.dumps(log).encode())}
    answer = player.post("/play/restore", files=sent, follow_redirects=False)
    assert answer.status_code == 303
    page = player.get(answer.headers["location"]).text
    assert "Later: end of July 2003" in page and "other numbers were seen" not in page


def test_rules_that_act_over_a_decision_are_told(player):
    assert "offer deals when the town is attacked often" in player.get(begun(player)).text


def test_groups_are_compared_and_their_keys_stay_their_own(player, app):
    addresses = [begun(player, group=group) for group in ("North", "South")]
    for address, force in zip(addresses, ("0", "900"), strict=True):
        turn(player, address, 0, months="12", **{FORCE: force})
        assert player.post(address + "/end", {"parent": "1"}).status_code == 200
    page = player.get("/play/compare").text
    names = re.findall(r'name="game" value="([0-9a-f.]+)"><label[^>]*>(?:North|South):', page)
    assert len(names) == 2
    found = player.get("/play/compare?" + "&".join(f"game={name}" for name in names)).text
    assert "One world is luck" in found and "different worlds" not in found
    assert found.count("<svg") >= 5 and "replayed here to the bit" in found and "style=" not in found
    for address in addresses:
        assert address.removeprefix("/play/") not in found
    games, country = app.state.games, app.state.countries.get("meadow")
    rows = [games.worlds.outcomes(country, games.get(address.removeprefix("/play/")), 1) for address in addresses]
    assert rows[0][0]["history"] == rows[1][0]["history"]  # one world
    table = player.get("/play/compare.csv?" + "&".join(f"game={name}" for name in names)).text.splitlines()
    assert len(table) == 1 + 2 * 8 and {line.split(",")[0] for line in table[1:]} == {"North", "South"}
    for path in ("compare", "compare.csv"):
        assert player.get(f"/play/{path}?game=0123456789abcdef.1").status_code == 422


def test_a_log_of_a_game_that_goes_on_is_not_compared(player):
    address = begun(player)
    turn(player, address, 0)
    log = player.get(address + "/log.json").text
    answer = player.post("/play/compare", files={"file": ("game.json", log.encode())})
    assert answer.status_code == 422 and "E433" in answer.text
    player.post(address + "/end", {"parent": "1"})
    log = player.get(address + "/log.json").text
    answer = player.post("/play/compare", files={"file": ("game.json", log.encode())})
    assert answer.status_code == 200 and "One world is luck" in answer.text


def test_the_log_can_be_read_and_taken_away(player):
    address = begun(player)
    turn(player, address, 0, note="we hope", leave="6")
    page = player.get(address + "/log").text
    assert "we hope" in page and "leave within 6 months" in page and "What was seen" in page
    saved = player.get(address + "/log.json")
    assert saved.headers["content-disposition"] == 'attachment; filename="game-Red.json"'
    assert saved.json()["turns"][0]["note"] == "we hope"
    table = player.get(address + "/log.csv").text
    assert table.startswith("turn,after_turn") and "we hope" in table


def test_nothing_can_be_ended_before_it_began(player):
    address = begun(player)
    assert player.post(address + "/end", {"parent": "0"}).status_code == 422


@pytest.mark.parametrize("wrong", ["months=77", "world=lots", "strategy=NOWHERE", "draws=tea"])
def test_a_link_that_holds_what_cannot_be_meant_says_so_and_offers_what_can(player, wrong):
    answer = player.get(f"/play?scenario=meadow&{wrong}")
    assert answer.status_code == 422 and f"<code>{wrong.split('=')[1]}</code>" in answer.text
    assert 'name="months"' in answer.text


def test_another_scenario_is_taken_without_a_plan_that_it_does_not_have(player):
    chosen = {"scenario": "meadow", "strategy": "MORE-200", "months": "3", "world": "5", "feasible": "1"}
    answer = player.post("/play/choose", chosen, follow_redirects=False)
    where = answer.headers["location"]
    assert "MORE-200" not in where and "world=5" in where
    assert player.get(where).status_code == 200
