"""Facts of history: the file, how each measure is judged, the gate, and licences."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import forbear as fb
from forbear.errors import FitError
from forbear.inference.facts import Fact, FactResult, FactsHeld, fact_draws, judge, licence, load_facts
from forbear.scenario.casefiles.facts import month_number

MONTHS = [f"{y}-{m:02d}" for y in (2003, 2004) for m in range(1, 13)]


def dataset(values: np.ndarray) -> xr.Dataset:
    """An ensemble of two districts: values (members, months, 2)."""
    return xr.Dataset(
        {
            "monthly_deaths": (["member", "month", "district"], values),
            "monthly_observed_displaced": (["member", "month"], values[:, :, 0]),
            "failed": (["member"], np.zeros(len(values), dtype=bool)),
        },
        coords={"month": np.array([m + "-01" for m in MONTHS], dtype="datetime64[D]"), "district": ["north", "south"]},
    )


def fact(measure: str, value: float, **more) -> Fact:  # type: ignore[no-untyped-def]
    base = {"first": "2003-01", "last": "2003-12", "quantity": "deaths", **more}
    return Fact(
        "f", "a fact", measure, base.pop("quantity"), base.pop("first"), base.pop("last"), value, "source", **base
    )


def test_every_measure_is_what_its_name_says() -> None:
    values = np.ones((3, 24, 2))
    values[:, 12:, 0] = 4.0
    values[:, 17, :] = 50.0
    data = dataset(values)
    assert fact_draws(fact("total", 24), data)[0] == 24.0
    assert fact_draws(fact("share", 0.5, members=("north",)), data)[0] == 0.5
    assert fact_draws(fact("level", 1, quantity="observed_displaced", last="2004-01"), data)[0] == 4.0
    ratio = fact("ratio", 2, first="2004-01", last="2004-03", against=("2003-01", "2003-03"))
    assert fact_draws(ratio, data)[0] == 2.5
    peak = fact("peak", month_number("2004-06"), last="2004-12")
    assert fact_draws(peak, data)[0] == month_number("2004-06")
    assert fact_draws(fact("order", np.nan, members=("north", "south"), last="2004-01"), data)[0] == 1.0
    assert np.isnan(fact_draws(fact("total", 1, first="2005-01", last="2005-12"), data)).all()


def test_a_fact_holds_within_a_quarter_or_inside_the_central_half() -> None:
    random = np.random.Generator(np.random.Philox(1))
    narrow = dataset(random.normal(1.0, 0.001, size=(200, 24, 2)))
    assert judge({"f": fact("total", 24 / 1.2)}, narrow).results[0].holds
    missed = judge({"f": fact("total", 24 / 1.4)}, narrow).results[0]
    assert not missed.holds and missed.miss == pytest.approx(np.log(1.4), abs=0.01)
    wide = dataset(np.repeat(np.repeat(np.exp(random.normal(0.0, 1.0, size=(400, 1, 1))), 24, axis=1), 2, axis=2))
    assert judge({"f": fact("total", 24 * 1.5)}, wide).results[0].holds


def held(*words: tuple[str, bool]) -> FactsHeld:
    nan = float("nan")
    return FactsHeld(
        tuple(FactResult(n, n, "total", "-", 1.0, 2.0, nan, nan, 1.0, 3.0, ok, 0.7, nan, "s") for n, ok in words)
    )


def test_the_gate_asks_for_four_fifths() -> None:
    assert held(("a", True), ("b", True), ("c", True), ("d", True), ("e", False)).passed
    below = held(("a", True), ("b", True), ("c", True), ("d", False))
    assert not below.passed and [r.name for r in below.missed] == ["d"]
    assert not held().passed


def test_a_claim_is_licensed_only_where_what_it_needs_holds() -> None:
    found = held(("rise", True), ("decline", False))
    assert licence(SimpleNamespace(needs=("rise",), kind="effect"), found).granted
    refused = licence(SimpleNamespace(needs=("rise", "decline"), kind="effect"), found)
    assert not refused.granted and refused.words.startswith("not licensed: ") and "decline" in refused.words
    assert not licence(SimpleNamespace(needs=("unknown",), kind="effect"), found).granted
    assert not licence(SimpleNamespace(needs=("rise",), kind="effect"), None).granted


def test_a_claim_that_names_no_fact_rests_on_the_gate_as_a_whole() -> None:
    none = SimpleNamespace(needs=(), kind="effect")
    assert licence(none, held(("a", True), ("b", True), ("c", True), ("d", True), ("e", False))).granted
    refused = licence(none, held(("a", True), ("b", True), ("c", False), ("d", False), ("e", False)))
    assert not refused.granted and "2 of 5 facts of history hold" in refused.words and "80 %" in refused.words
    assert licence(none, None).granted and licence(none, held()).granted
    assert licence(SimpleNamespace(needs=(), kind="value"), held(("a", False))).granted


def test_a_quick_fit_licenses_nothing() -> None:
    quick = FactsHeld(held(("rise", True)).results, usable=False)
    assert not licence(SimpleNamespace(needs=(), kind="effect"), quick).granted


def test_facts_in_a_posterior_survive_a_file_that_knows_no_not_a_number() -> None:
    from forbear.inference.facts import facts_held
    from forbear.inference.posterior import plain

    order = judge(
        {"f": fact("order", float("nan"), members=("north", "south"), last="2004-01")}, dataset(np.ones((4, 24, 2)))
    )
    noted = SimpleNamespace(notes={"facts": plain(order.as_dict())}, quick=False)
    again = facts_held(noted)  # type: ignore[arg-type]
    assert again is not None and np.isnan(again.results[0].observed) and not again.results[0].holds
    assert again.results[0].words.endswith("0\N{NO-BREAK SPACE}% of draws")
    assert facts_held(None) is None


@pytest.mark.parametrize("case", ["iraq-2003", "afghanistan-2001"])
def test_every_claim_of_the_library_names_facts_that_are_there(case: str) -> None:
    scenario = fb.Scenario.load(case)
    facts = load_facts(scenario)
    assert len(facts) >= 30 and all(f.source for f in facts.values())
    claims = _claims(scenario)
    assert all(set(c.needs) <= set(facts) for c in claims.values())
    assert all(c.needs for c in claims.values() if c.outcome == "deaths")


def _claims(scenario: fb.Scenario) -> dict:
    from forbear.scenario.casefiles.policies import load_claims

    return load_claims(scenario)


def test_a_file_of_facts_tells_every_fault_at_once(tmp_path: Path) -> None:
    scenario = fb.Scenario.load("iraq-2003")
    path = tmp_path / "facts.toml"
    path.write_text(
        '[one]\ntitle = "x"\nmeasure = "sum"\nquantity = "deaths"\nlast = "2006-13"\nsource = "s"\nvalue = 3\n'
        '[two]\ntitle = "x"\nmeasure = "share"\nquantity = "observed_attacks"\nfirst = "2006-01"\nlast = "2006-12"\nsource = "s"\n'
        'value = -1\nmembers = ["Bagdad"]\nextra = 1\n'
    )
    reading = SimpleNamespace(beside=lambda name: path, members=scenario.members)
    with pytest.raises(FitError) as caught:
        load_facts(reading)  # type: ignore[arg-type]
    text = str(caught.value)
    assert caught.value.code == "E613" and len(caught.value.faults) == 5
    assert "total" in text and "Baghdad" in text and "facts.toml:3" in text and "extra" in text


def test_a_scenario_without_the_file_has_no_facts(meadow: fb.Scenario) -> None:
    assert load_facts(meadow) == {}
