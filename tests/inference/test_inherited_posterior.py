"""A scenario that changes what was observed does not take the posterior of the one that it extends."""

from __future__ import annotations

from pathlib import Path

import pytest

from forbear.inference.posterior import stamp_of
from forbear.scenario.scenario import Scenario

HEAD = '[scenario]\nname = "child"\ntitle = "Child"\nextends = "iraq-2003"\n'
OTHER = """
[observations.displaced]
quantity = "observed_displaced"
series = "iraq-displaced-points"
column = "persons"
frequency = "point"
error = 0.25
"""


@pytest.mark.parametrize(
    "text, same",
    [("", True), (OTHER, True), (OTHER + "scale = 0.5\n", False), (OTHER.replace("persons", "inside"), False)],
)
def test_a_changed_observation_changes_the_stamp_and_a_repeated_one_does_not(
    tmp_path: Path, text: str, same: bool
) -> None:
    (tmp_path / "child.toml").write_text(HEAD + text, encoding="utf-8")
    parent, child = Scenario.load("iraq-2003"), Scenario.load(tmp_path / "child.toml")
    stamps = [stamp_of(scenario, scenario.problem())["evidence"] for scenario in (parent, child)]
    assert (stamps[0] == stamps[1]) == same
