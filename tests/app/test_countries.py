"""Countries that a server holds: one that is loaded holds up nobody, and nobody's uploads push out all others'."""

import gc
import threading

import pytest

from forbear.app import countries as module
from forbear.app.countries import Countries
from forbear.errors import FileError

SENT = b"""[scenario]
name = "sent"
title = "Sent"
extends = "meadow"
[levers]
source = "invented"
"intervener.force" = %d
"""


class Loaded:
    """Stands for a country."""


@pytest.fixture
def countries():
    made = Countries("meadow")
    yield made
    made.close()


def test_a_country_that_is_loaded_holds_up_nobody_who_asks_for_another(countries, monkeypatch):
    meadow = countries.get("meadow")
    begun, go = threading.Event(), threading.Event()

    def slow(scenario, key, blocks):
        begun.set()
        assert go.wait(60)
        return meadow

    monkeypatch.setattr(module, "Country", slow)
    waiting = threading.Thread(target=countries.get, args=("harbour",))
    waiting.start()
    assert begun.wait(60)
    assert countries.get("meadow") is meadow and len(countries.names()) >= 2
    go.set()
    waiting.join(60)
    assert not waiting.is_alive()


def test_a_country_is_loaded_once_for_all_who_ask_at_the_same_time(countries, monkeypatch):
    made, gate = [], threading.Barrier(5, timeout=60)

    def noted(scenario, key, blocks):
        made.append(key)
        threading.Event().wait(0.05)
        return Loaded()

    monkeypatch.setattr(module, "Country", noted)

    def ask(found):
        gate.wait()
        found.append(countries.get("meadow"))

    found = []
    threads = [threading.Thread(target=ask, args=(found,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert made == ["meadow"] and len(set(map(id, found))) == 1


def test_a_country_that_cannot_be_loaded_is_tried_again(countries, monkeypatch):
    monkeypatch.setattr(module, "Country", lambda *_: 1 / 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            countries.get("meadow")
    assert not countries._loading


def test_names_can_be_listed_while_scenarios_are_sent(countries):
    """Each listing is of one moment: what is sent meanwhile does not break it."""
    faults, done = [], threading.Event()

    def send():
        for number in range(12):
            countries.add(SENT % number)
        done.set()

    thread = threading.Thread(target=send)
    thread.start()
    while not done.is_set():
        try:
            countries.names()
        except RuntimeError as error:
            faults.append(error)
    thread.join()
    assert not faults and sum("uploaded" in title for _, title in countries.names()) == 12


def test_whoever_sends_one_scenario_after_the_other_takes_away_their_own(countries, monkeypatch):
    monkeypatch.setattr(module, "_UPLOADS", 4)
    first = countries.add(SENT % 1, "10.0.0.1")
    sent = [countries.add(SENT % (10 + number), "10.0.0.2") for number in range(9)]
    keys = [key for key, _ in countries.names() if key.startswith("upload-")]
    assert keys == [first, *sent[-3:]]
    assert countries.get(first).problem.levers["force"][0] == 1
    with pytest.raises(FileError, match="E101"):
        countries.get(sent[0])
    kept = {path.name for path in module.Path(countries._folder.name).iterdir()}
    assert kept == set(keys)


def test_the_upload_of_a_game_is_found_without_loading_every_upload(countries, monkeypatch):
    keys = [countries.add(SENT % number) for number in (3, 4)]
    wanted = countries.get(keys[1]).problem.hash
    monkeypatch.setattr(module, "Country", lambda *_: pytest.fail("a country was loaded"))
    assert countries.upload_of(wanted) == keys[1] and countries.upload_of("0" * 64) is None


def test_a_country_that_a_run_still_holds_is_found_again_and_not_loaded_twice(countries, monkeypatch):
    monkeypatch.setattr(module, "_HELD", 1)
    held_by_a_run = countries.get("meadow")
    countries.get("harbour")
    assert list(countries._held) == ["harbour"]
    assert countries.get("meadow") is held_by_a_run


def test_a_country_that_nobody_holds_is_forgotten(countries, monkeypatch):
    monkeypatch.setattr(module, "_HELD", 1)
    monkeypatch.setattr(module, "Country", lambda *_: Loaded())
    countries.get("meadow")
    countries.get("harbour")
    gc.collect()
    assert "meadow" not in countries._alive


def test_a_menu_names_a_scenario_by_its_title_with_its_name(countries, tmp_path):
    named = dict(countries.names())
    assert named["meadow"] == "Meadow, an invented country of two districts (meadow)"
    own = tmp_path / "own.toml"
    own.write_text("no scenario", encoding="utf-8")
    assert module.titled(str(own)) == str(own) and module.titled("nowhere") == "nowhere"
