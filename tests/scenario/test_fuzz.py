"""Whatever a file holds, the answer is a scenario or a ForbearError."""

from __future__ import annotations

import tempfile
from pathlib import Path

import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forbear.country.model import MODEL
from forbear.errors import ForbearError
from forbear.scenario.reading.chain import LIBRARY
from forbear.scenario.scenario import Scenario

MEADOW = (LIBRARY / "meadow" / "scenario.toml").read_text(encoding="utf-8")
TABLE = (LIBRARY / "meadow" / "districts.csv").read_text(encoding="utf-8")
FRAGMENTS = [
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    '"""',
    "=",
    ".",
    ",",
    "\n",
    "#",
    "-",
    "+5",
    "*2",
    "nan",
    "inf",
    "1e999",
    "true",
    "2003-05-05",
    "[[rules]]\n",
    "[facts]\n",
    "[community.valley]\n",
    "prior = ",
    "schedule = [[",
    "\x00",
    "\x7f",
    "\ud7ff",
    "é",
    "0x10",
    "1_0",
]
PATIENT = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def outcome(scenario: str | bytes, table: str | bytes = TABLE) -> str:
    """Read a scenario; return "fine" or the code. Anything but a ForbearError escapes, and nothing may be written."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.toml"
        path.write_bytes(scenario.encode("utf-8", "surrogatepass") if isinstance(scenario, str) else scenario)
        other = Path(folder) / "districts.csv"
        other.write_bytes(table.encode("utf-8", "surrogatepass") if isinstance(table, str) else table)
        before = {entry: entry.read_bytes() for entry in Path(folder).iterdir()}
        try:
            Scenario.load(path).problem()
            code = "fine"
        except ForbearError as error:
            assert error.faults
            assert all(fault.message and fault.code for fault in error.faults)
            assert len(str(error)) < 2_000_000
            code = error.code
        assert {entry: entry.read_bytes() for entry in Path(folder).iterdir()} == before
        return code


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        kind = draw(st.sampled_from(["insert", "delete", "replace", "swap lines"]))
        if kind == "swap lines":
            lines = text.split("\n")
            i, j = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
            lines[i], lines[j] = lines[j], lines[i]
            text = "\n".join(lines)
            continue
        piece = draw(st.sampled_from(FRAGMENTS) | st.text(max_size=6)) if kind != "delete" else ""
        length = draw(st.integers(1, 12)) if kind != "insert" else 0
        text = text[:at] + piece + text[at + length :]
    return text


@PATIENT
@given(mutated(MEADOW))
def test_a_mutated_scenario_is_read_or_refused(text: str) -> None:
    outcome(text)


@PATIENT
@given(mutated(TABLE))
def test_a_mutated_table_is_read_or_refused(table: str) -> None:
    outcome(MEADOW, table)


@PATIENT
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    outcome(data)


NUMBERS = st.one_of(st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.sampled_from([0, 1, 0.5, -1]))
WORDS = st.sampled_from(
    [
        "valley",
        "hill",
        "town",
        "uplands",
        "army",
        "none",
        "value",
        "prior",
        "schedule",
        "pulses",
        "series",
        "source",
        "invented",
        "add",
        "unit",
        "uniform",
        "beta",
        "+5",
        "12 MW",
        "3 %",
        "2003-05",
        "2003-13",
        "assumption: why",
        "title",
        "name",
        "from",
        "low",
        "high",
        "observed_attacks > 3 for 2 weeks",
        "observed_attacks[town] > 3",
        "district",
        "filter",
        "",
    ]
) | st.text(max_size=8)
KEYS = st.sampled_from([*MODEL.levers, *MODEL.facts, *MODEL.parameters]) | WORDS
VALUES = st.recursive(
    NUMBERS | WORDS | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)
SECTIONS = st.sampled_from(
    [
        "facts",
        "levers",
        "uncertainties",
        "rules",
        "observations",
        "rivalry",
        "community",
        "organisation",
        "component",
        "district",
        "country",
        "scenario",
        "sources",
        "other",
    ]
)
STRUCTURES = st.dictionaries(SECTIONS, st.dictionaries(KEYS, VALUES, max_size=4) | VALUES, min_size=1, max_size=4)


@PATIENT
@given(STRUCTURES)
def test_any_structure_laid_over_a_scenario_is_read_or_refused(structure: dict) -> None:
    try:
        text = tomlkit.dumps(structure)
    except Exception:  # what the writer of TOML cannot write is no test of the reader
        return
    header = 'extends = "meadow"\nname = "fuzz"\n'
    text = (
        text.replace("[scenario]\n", f"[scenario]\n{header}", 1)
        if "[scenario]\n" in text
        else f"{text}\n[scenario]\n{header}"
    )
    outcome(text)


@PATIENT
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.sampled_from(["with_levers", "with_facts", "with_uncertainties"]))
def test_any_change_in_python_is_taken_or_refused(changes: dict, method: str) -> None:
    try:
        getattr(Scenario.load("meadow"), method)(changes).problem()
    except ForbearError as error:
        assert str(error)


@PATIENT
@given(st.lists(st.builds("{}={}".format, KEYS, WORDS | st.floats().map(str)) | st.text(max_size=20), max_size=3))
def test_any_setting_of_the_command_line_is_taken_or_refused(words: list[str]) -> None:
    try:
        Scenario.load("meadow").with_settings(words).problem()
    except ForbearError as error:
        assert str(error)


DATES = (
    st.dates() | st.datetimes() | st.times() | st.sampled_from(["2003-05", "2003-05-05", "2004-01", "2004-13", 2004])
)
AMOUNTS = NUMBERS | st.sampled_from(["12 MW", "3 %", "1 thousand soldiers", "5 persns", "1,000"])
POINTS = st.lists(st.tuples(DATES, AMOUNTS).map(list) | DATES | AMOUNTS, max_size=4)
ASIDE = {
    "source": WORDS | st.just("invented"),
    "unit": WORDS,
    "interpolation": st.sampled_from(["linear", "step", "cubic"]),
    "before": AMOUNTS,
    "from": DATES,
    "until": DATES,
    "note": WORDS,
}
PATHS = st.fixed_dictionaries(
    {},
    optional={
        "value": AMOUNTS,
        "schedule": POINTS,
        "pulses": POINTS,
        "add": AMOUNTS,
        "scale": AMOUNTS,
        "set": AMOUNTS,
        "series": st.fixed_dictionaries(
            {},
            optional={
                "name": st.just("iraq-force-levels-month"),
                "column": WORDS | st.just("troops"),
                "filter": VALUES,
                "scale": AMOUNTS,
                "at": WORDS,
            },
        ),
        **ASIDE,
    },
)
FAMILIES = st.sampled_from(
    ["uniform", "loguniform", "normal", "truncated_normal", "lognormal", "beta", "gamma", "spike_lognormal", "none"]
)
ARGUMENTS = {
    name: AMOUNTS
    for name in ("low", "high", "mean", "sd", "median", "sigma", "a", "b", "shape", "scale", "weight_at_zero", "value")
}
PRIORS = st.fixed_dictionaries(
    {}, optional={"prior": FAMILIES, "source": st.just("invented"), "unit": WORDS, **ARGUMENTS}
)
MEMBERS = st.sampled_from(["valley", "hill", "town", "uplands", "valley_front", "army", "source", "unit"])
BY_MEMBER = st.dictionaries(MEMBERS, AMOUNTS | PATHS | PRIORS, max_size=3)
ELEMENTS = st.sampled_from(["", ".valley", ".town", ".hill_guard", ".town.hill", ".nobody", "."])


def named(table: dict) -> st.SearchStrategy[str]:
    return st.builds("{}{}".format, st.sampled_from(sorted(table)), ELEMENTS)


WHEN = st.builds(
    "{}{} {} {} for {} weeks".format,
    st.sampled_from(["observed_attacks", "poll_home_support", "fighters"]),
    st.sampled_from(["", "[town]", "[]"]),
    st.sampled_from([">", "<", "="]),
    st.sampled_from(["3", "2 GW", "nan", "-1", "1e400"]),
    st.sampled_from(["1", "8", "0", "9999"]),
)
RULES = st.lists(
    st.fixed_dictionaries(
        {
            "name": WORDS,
            "when": WHEN,
            "then": st.fixed_dictionaries(
                {"lever": named(MODEL.levers)},
                optional={
                    "operation": st.sampled_from(["set", "add", "scale", "x"]),
                    "value": AMOUNTS,
                    "hold_weeks": AMOUNTS,
                },
            ),
        }
    ),
    max_size=3,
)
PLAUSIBLE = st.fixed_dictionaries(
    {},
    optional={
        "levers": st.dictionaries(named(MODEL.levers), AMOUNTS | PATHS | BY_MEMBER, max_size=4),
        "facts": st.dictionaries(named(MODEL.facts), AMOUNTS | PATHS | BY_MEMBER, max_size=4),
        "uncertainties": st.dictionaries(named(MODEL.parameters), AMOUNTS | PRIORS | BY_MEMBER, max_size=4),
        "rules": RULES,
        "country": st.fixed_dictionaries(
            {}, optional={key: st.lists(WORDS, max_size=3) for key in ("districts", "communities", "organisations")}
        ),
    },
)


@settings(PATIENT, max_examples=250)
@given(PLAUSIBLE, st.sampled_from(["invented", "prospective"]), st.booleans())
def test_anything_near_a_scenario_is_read_or_refused(structure: dict, kind: str, sourced: bool) -> None:
    for section in ("levers", "facts", "uncertainties"):
        if sourced and section in structure:
            structure[section] = {"source": "invented", **structure[section]}
    header = {"name": "fuzz", "title": "Fuzz", "kind": kind, "extends": "meadow"}
    outcome(tomlkit.dumps({"scenario": header, **structure}))
