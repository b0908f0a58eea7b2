"""What a server remembers is counted as what it really holds: a bound on a wrong count is none."""

import gc
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from forbear.app.countries import Countries
from forbear.app.memory import Memory, array_bytes
from forbear.app.play.game import Decision, Game, now
from forbear.app.play.world import GameWorlds
from forbear.ensemble.recording import Block
from forbear.ensemble.results import Ensemble

FORCE = "intervener.force"


def really_held(value):
    """Bytes of all arrays that can be reached from a value by way of any references, but for modules and classes."""
    found, seen, left = {}, set(), [value]
    while left:
        one = left.pop()
        if (
            id(one) in seen
            or isinstance(one, type)
            or type(one).__name__ in ("module", "function", "Problem", "Layout")
        ):
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            while isinstance(one.base, np.ndarray):
                one = one.base
            found[id(one)] = one.nbytes
        else:
            left.extend(gc.get_referents(one))
    return sum(found.values())


def test_arrays_are_counted_once_wherever_they_hang():
    shared = np.zeros(1000)
    assert array_bytes({"a": [shared, shared], "b": Block({"x": shared[:10]}, {"y": np.zeros(10)})}) == 8000 + 80


def test_labelled_arrays_are_counted_in_whatever_they_hang():
    data = xr.Dataset({"deaths": (("member", "week"), np.zeros((10, 100)))}, coords={"week": np.arange(100.0)})
    whole = 8000 + 800
    assert array_bytes(data) == array_bytes(Ensemble(data)) == array_bytes([{"plan": Ensemble(data)}]) == whole
    assert array_bytes(data["deaths"]) >= 8000


@pytest.fixture(scope="module")
def country():
    countries = Countries("meadow")
    yield countries.get("meadow")
    countries.close()


def test_every_memory_of_play_counts_what_it_holds(country):
    worlds = GameWorlds()
    game = Game("Red", "meadow", country.problem.hash, "HISTORY", "prior", 7, 3, True, now())
    for number in range(2):
        turn = game.add(number, game.until(number) + 6, Decision(((FORCE, 900.0),), None), "")
        game.put(replace(turn, check=worlds.view(country, game, turn.number).check))
        worlds.truth(country, game, turn.number)
        worlds.outcomes(country, game, turn.number)
    memories = {name: memory for name, memory in vars(worlds).items() if isinstance(memory, Memory)}
    assert len(memories) == 5 and all(len(memory) for memory in memories.values())
    for name, memory in memories.items():
        held = sum(really_held(value) for value, _ in memory._held.values())
        assert memory.bytes >= 0.9 * held, f"{name} counts {memory.bytes:,} of {held:,} bytes"


def test_every_block_and_every_part_of_a_country_is_counted(country):
    country.condensed(country.problem, "prior", 0, 1, many=32)
    country.block(country.problem, "prior", 0, 1, many=32, weekly=("deaths",))
    held = sum(really_held(value) for value, _ in country._blocks._held.values())
    assert len(country._blocks) >= 2 and country._blocks.bytes >= 0.9 * held > 0
