"""Files beside a scenario: one checker, every fault at once with its line, and what follows from lever paths, not from names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import forbear as fb
from forbear.scenario.casefiles.audit import load_audit
from forbear.scenario.casefiles.facts import load_facts
from forbear.scenario.casefiles.plan import load_plan_file
from forbear.scenario.casefiles.policies import (
    Strategy,
    claims_out_of_time,
    load_claims,
    load_strategies,
    never_intervening,
    without_intervention,
)
from forbear.scenario.casefiles.remedies import load_remedies
from forbear.scenario.casefiles.search_levers import load_search_levers

SCENARIO = '[scenario]\nname = "small"\ntitle = "A small country"\nkind = "invented"\nextends = "meadow"\n'

BROKEN: dict[str, tuple[Callable[[fb.Scenario], object], str, str, dict[str, str]]] = {
    "claims/c.toml": (
        load_claims,
        '[A]\ntitle = "a"\nstatement = "s"\nrival = "r"\nkind = "efect"\noutcome = "death"\nclaim_says = "lower"\n'
        'rival_says = "not lower"\ndeciding = ["tip"]\nmargin = "wide"\n',
        "E240",
        {"A.kind": "effect", "A.outcome": "deaths", "A.deciding": "tips", "A.margin": ""},
    ),
    "strategies/s.toml": (
        load_strategies,
        '[A]\ntitle = "a"\nside = "both"\nsetings = {}\nsettings = { "intervener.forse" = 1 }\n',
        "E240",
        {"A.side": "", "A.setings": "settings", "A.settings.intervener.forse": "intervener.force"},
    ),
    "audit.toml": (
        load_audit,
        '[levers.a]\ntitle = "a"\ngate = "death"\nsettings = { "forces.army_retentoin" = 1 }\n[condition]\n'
        'outcome = "deathz"\nlow = 5\nhigh = 2\nwords = "w"\n[formz]\n',
        "E241",
        {
            "levers.a.gate": "deaths",
            "levers.a.settings.forces.army_retentoin": "",
            "condition.outcome": "deaths",
            "condition.high": "",
            "formz": "forms",
        },
    ),
    "remedies.toml": (
        load_remedies,
        '[levers.a]\nsettings = { "forces.army_retentoin" = 1 }\n[structure.b]\ntitle = "b"\nparameters = { tip = 1 }\n',
        "E240",
        {"levers.a.title": "", "levers.a.settings.forces.army_retentoin": "", "structure.b.parameters.tip": "tips"},
    ),
    "search.toml": (
        load_search_levers,
        '[levers.a]\ntitle = "a"\nlever = "intervener.forse"\nhow = "scal"\nlow = 2\nhigh = 1\n',
        "E241",
        {"levers.a.lever": "intervener.force", "levers.a.how": "scale"},
    ),
    "validation.toml": (
        load_plan_file,
        '[holdout]\nfrom = "January"\n[fit]\neffort = "heroic"\n[[happened]]\ntitle = "x"\nquantity = "deaths"\n',
        "E611",
        {
            "holdout.from": "",
            "fit.effort": "",
            "happened.0.quantity": "",
            "happened.0.date": "",
            "happened.0.value": "",
        },
    ),
    "facts.toml": (
        load_facts,
        '[a]\ntitle = "a"\nmeasure = "sum"\nquantity = "death"\nlast = "2006-13"\nsource = "s"\n[b]\ntitle = "b"\n'
        'measure = "total"\nquantity = "deaths"\nlast = "2006-12"\n',
        "E613",
        {"a.measure": "", "a.quantity": "deaths", "a.last": "", "b": "", "b.source": ""},
    ),
}


def small(folder: Path, name: str, text: str) -> fb.Scenario:
    (folder / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return fb.Scenario.load(folder / "scenario.toml")


@pytest.mark.parametrize("name", BROKEN)
def test_every_fault_of_a_file_is_told_at_once_with_line_field_and_nearest_match(name: str, tmp_path: Path) -> None:
    load, text, code, wanted = BROKEN[name]
    with pytest.raises(fb.ForbearError) as caught:
        load(small(tmp_path, name, text))
    faults = {str(fault.field): fault for fault in caught.value.faults}
    assert set(faults) >= set(wanted), caught.value
    for field, near in wanted.items():
        fault = faults[field]
        assert fault.line is not None and str(fault.file).endswith(name), fault
        assert not near or fault.nearest == near, fault
    assert caught.value.code == code


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_not_toml_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(fb.ForbearError) as caught:
        BROKEN[name][0](small(tmp_path, name, "[A\n"))
    assert caught.value.code == "E102" and name.rpartition("/")[2] in str(caught.value)


def test_a_claim_may_only_need_facts_that_are_on_file(tmp_path: Path) -> None:
    claim = (
        '[A]\ntitle = "a"\nstatement = "s"\nrival = "r"\nkind = "effect"\nchanged = "HISTORY"\nclaim_says = "lower"\n'
        'rival_says = "not lower"\nneeds = ["declin"]\n'
    )
    fact = (
        '[decline]\ntitle = "d"\nmeasure = "total"\nquantity = "deaths"\nfirst = "2006-01"\nlast = "2006-12"\n'
        'value = 3\nsource = "s"\n'
    )
    scenario = small(tmp_path, "claims/c.toml", claim)
    (tmp_path / "facts.toml").write_text(fact, encoding="utf-8")
    with pytest.raises(fb.ForbearError) as caught:
        load_claims(scenario)
    assert caught.value.code == "E241" and caught.value.faults[0].nearest == "decline"


def test_whether_nobody_intervenes_follows_from_the_lever_path_and_not_from_the_name(meadow: fb.Scenario) -> None:
    halfway = str(meadow.start.replace(year=meadow.start.year + 1))
    strategies = {
        "STAY-HOME": Strategy("STAY-HOME", "t", "restraint", {"intervener.intervene": 0}),
        "NEVER": Strategy("NEVER", "t", "restraint", {"intervener.force": "*0.1"}),
        "LATER": Strategy(
            "LATER",
            "t",
            "restraint",
            {"intervener.intervene": {"schedule": [[str(meadow.start), 0], [halfway, 1]]}},
        ),
        "NO-SOLDIERS": Strategy("NO-SOLDIERS", "t", "restraint", {"intervener.force": 0}),
    }
    assert never_intervening(strategies, meadow) == {"STAY-HOME"}
    assert strategies["STAY-HOME"].assumed(meadow) and not strategies["LATER"].assumed(meadow)
    assert without_intervention(meadow, strategies).name == "STAY-HOME"
    assert without_intervention(meadow, {}).assumed(meadow)


def test_regions_that_meet_because_of_their_margins_are_refused(tmp_path: Path) -> None:
    text = (
        '[A]\ntitle = "a"\nstatement = "s"\nrival = "r"\nkind = "effect"\nclaim_says = "same"\nrival_says = "higher"\n'
        "margin = 0.5\nrival_margin = 0.1\n"
        '[B]\ntitle = "b"\nstatement = "s"\nrival = "r"\nkind = "effect"\nclaim_says = "same"\nrival_says = "higher"\n'
        'rival_margin = 0.1\nhorizon = "1066-10"\n'
    )
    with pytest.raises(fb.ForbearError) as caught:
        load_claims(small(tmp_path, "claims/c.toml", text))
    assert {str(fault.field) for fault in caught.value.faults} == {"A.rival_says", "B.rival_margin", "B.horizon"}


def test_a_claim_is_counted_from_a_month_of_the_run_on_and_only_where_there_is_something_to_count(
    tmp_path: Path,
) -> None:
    one = '[%s]\ntitle = "a"\nstatement = "s"\nrival = "r"\nkind = "effect"\nclaim_says = "lower"\nrival_says = "higher"\n'
    text = one % "A" + 'outcome = "governance"\nsince = "2003-09"\n' + one % "B" + 'since = "1066-10"\n'
    text += one % "C" + 'since = "2004-01"\nhorizon = "2003-12"\n'
    with pytest.raises(fb.ForbearError) as caught:
        load_claims(small(tmp_path, "claims/c.toml", text))
    assert {str(fault.field) for fault in caught.value.faults} == {"A.since", "B.since", "C.since"}


def test_a_shorter_run_asks_all_claims_of_what_it_extends_but_those_about_later_months(tmp_path: Path) -> None:
    text = '[scenario]\nname = "short"\ntitle = "Short"\nextends = "iraq-2003"\nend = 2006-06-30\n'
    (tmp_path / "scenario.toml").write_text(text, encoding="utf-8")
    short, whole = fb.Scenario.load(tmp_path / "scenario.toml"), fb.Scenario.load("iraq-2003")
    assert claims_out_of_time(whole) == () and set(claims_out_of_time(short)) == {"H17", "H18", "H20"}
    assert set(load_claims(whole)) - set(load_claims(short)) == {"H17", "H18", "H20"}
    (tmp_path / "claims").mkdir()
    own = (
        '[A]\ntitle = "a"\nstatement = "s"\nrival = "r"\nkind = "effect"\nclaim_says = "lower"\nrival_says = "higher"\n'
    )
    (tmp_path / "claims" / "own.toml").write_text(own + 'since = "2008-01"\n', encoding="utf-8")
    with pytest.raises(fb.ForbearError, match="2008-01 lies outside"):
        load_claims(short)


def test_the_size_of_a_war_is_the_total_of_an_outcome_and_of_nothing_else(tmp_path) -> None:
    """Another quantity was read, and deaths were taken all the same."""
    home = tmp_path / "own"
    home.mkdir()
    (home / "scenario.toml").write_text('[scenario]\nname = "own"\ntitle = "Own"\nextends = "meadow"\n')
    text = '[condition]\noutcome = "attacks_on_intervener"\nlow = 1\nhigh = 2\nwords = "w"\n'
    (home / "audit.toml").write_text(text)
    with pytest.raises(fb.ForbearError) as caught:
        load_audit(fb.Scenario.load(home))
    (fault,) = caught.value.faults
    assert fault.value == "attacks_on_intervener" and fault.allowed == "deaths"
