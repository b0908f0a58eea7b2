"""The file of a decision: options and losses of the user's own, no loss by default, every fault at once."""

import pytest

from forbear.errors import ForbearError, ScenarioError
from forbear.scenario.casefiles.decision import load_decision

HALF = """
[option.HALF]
title = "Half of the soldiers"
side = "intervention"
settings = { "intervener.force" = "*0.5" }
"""
LOSSES = """
[losses]
unit = "billion US$"
deaths = 0.01
cost = 1
"""


@pytest.fixture
def write(tmp_path):
    def written(text):
        path = tmp_path / "decision.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_what_was_done_and_never_intervening_are_always_among_the_options(meadow, write):
    found = load_decision(meadow, write(LOSSES + HALF))
    assert list(found.options) == ["NEVER", "HISTORY", "HALF"]
    assert found.assumed == {"NEVER"} and found.options["NEVER"].assumed(meadow)
    assert [(o.outcome, o.weight) for o in found.objectives] == [("deaths", 0.01), ("cost", 1.0)]
    assert (found.unit, found.attitude, found.ordered) == ("billion US$", "expected", False)


def test_an_option_of_ones_own_called_never_that_intervenes_does_not_take_its_place(meadow, write):
    found = load_decision(meadow, write(LOSSES + HALF.replace("HALF", "NEVER")))
    assert found.assumed == {"NEVER-INTERVENING"}
    assert not found.options["NEVER"].assumed(meadow)


def test_an_order_carries_the_margins_of_the_outcomes_or_ones_own(meadow, write):
    found = load_decision(
        meadow, write('[order]\nobjectives = ["deaths", "governance"]\n[order.margins]\ndeaths = 0.25\n')
    )
    assert found.ordered and [(o.outcome, o.margin) for o in found.objectives] == [
        ("deaths", 0.25),
        ("governance", 0.05),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[decision]\ntitle = 'Nothing is said of losses'\n",
        "[losses]\ndeaths = 1\ncost = 1\n",  # two unlike things without a unit
    ],
)
def test_no_loss_is_assumed_and_unlike_things_are_not_added_up_without_a_unit(meadow, write, text):
    with pytest.raises(ScenarioError) as error:
        load_decision(meadow, write(text + HALF))
    assert error.value.code == "E286"
    with pytest.raises(ScenarioError, match="E286"):
        load_decision(meadow, None, {"option": {}})


def test_one_objective_alone_needs_no_unit(meadow, write):
    assert load_decision(meadow, write("[losses]\ndeaths = 1\n")).unit == "persons"


def test_all_faults_are_told_at_once_with_line_value_and_nearest(meadow, write):
    text = """
[decision]
options = ["HISTRY"]
attitude = "bold"
tail = 0.9
horizon = "1999-01"
[losses]
unit = "points"
deths = 1
force = 2
cost = -3
governance = inf
[option.BAD]
settings = { "intervener.forc" = 1 }
colour = "red"
[surprise]
"""
    with pytest.raises(ForbearError) as error:
        load_decision(meadow, write(text))
    faults = {(fault.field, fault.nearest) for fault in error.value.faults}
    fields = {field for field, _ in faults}
    assert {
        "decision.options", "decision.attitude", "decision.tail", "decision.horizon", "losses.deths", "losses.force",
        "losses.cost", "losses.governance", "option.BAD.title", "option.BAD.settings.intervener.forc",
        "option.BAD.colour", "surprise",
    } <= fields  # fmt: skip
    assert ("losses.deths", "deaths") in faults and ("decision.options", "HISTORY") in faults
    assert all(fault.line for fault in error.value.faults)


def test_losses_and_an_order_together_are_refused(meadow, write):
    with pytest.raises(ScenarioError, match="not both"):
        load_decision(meadow, write(LOSSES + '[order]\nobjectives = ["deaths"]\n'))


def test_what_is_given_beside_a_file_takes_the_place_of_what_it_says(meadow, write):
    path = write(LOSSES + HALF)
    found = load_decision(meadow, path, {"decision": {"attitude": "tail"}, "order": {"objectives": ["cost"]}})
    assert found.ordered and found.attitude == "tail" and "HALF" in found.options


def test_a_decision_of_too_many_options_or_objectives_is_refused(meadow, write):
    many = "".join(HALF.replace("HALF", f"O{k}") for k in range(25))
    with pytest.raises(ScenarioError, match="at most 24"):
        load_decision(meadow, write(LOSSES + many))


def test_a_file_that_is_not_there_is_said(meadow, tmp_path):
    with pytest.raises(ForbearError, match="E101"):
        load_decision(meadow, tmp_path / "none.toml")
