"""The model document holds what code and pages say of it, and says of each rule what the rule does."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import textwrap
from pathlib import Path

import pytest

from forbear.cli.main import main
from forbear.country.declare import Constant, Parameter
from forbear.country.equations import Equation, declared_as, equations, notation
from forbear.country.model import CORE
from forbear.country.program import program_of
from forbear.country.reference import pages as rooms
from forbear.country.week import BEGIN, ROOMS, WEEK, rule_named

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "model" / "equations.md"
RULES = tuple(dict.fromkeys((*BEGIN, *WEEK)))
#: What `docs/contributing.md` tells whoever adds a mechanism to call it: the first number that is free.
FREE = "E45"
#: Where equations and sections are cited: whatever is tracked as text, the document and its parts left out.
CITING = [
    path
    for folder in ("src/forbear", "docs", "tests", "examples", "benchmarks", "tools")
    for suffix in ("py", "toml", "md")
    for path in sorted((ROOT / folder).rglob(f"*.{suffix}"))
    if path not in (DOCUMENT, Path(__file__))
    and not {"_build", "generated", ".venv", "broken"} & set(path.parts)
    and path.name not in ("equations.md", "notation.md", "errors.md")
]


def generate() -> object:
    spec = importlib.util.spec_from_file_location("docs_generate_equations", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def named(rule: str) -> set[str]:
    """Names of the code that the equations of a rule, and the notation that all share, have a symbol for."""
    own = [e for e in equations().values() if rule in e.formulas]
    return {name for e in own for name in e.symbols.values()} | set(notation()[0].values())


def numbers_in(text: str) -> set[float]:
    return {float(found) for found in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", text)}


def tree_of(rule: str) -> ast.Module:
    return ast.parse(textwrap.dedent(inspect.getsource(rule_named(rule))))


def constants_of(rule: str) -> set[str]:
    """Names of the constants that a rule reads."""
    read = [node for node in ast.walk(tree_of(rule)) if isinstance(node, ast.Attribute)]
    return {node.attr for node in read if isinstance(node.value, ast.Name) and node.value.id == "constant"}


def numbers_of(rule: str) -> set[float]:
    """Every number that a rule uses but 0, 1 and 2: those written in it, and the values of constants that it names."""
    written = {node.value for node in ast.walk(tree_of(rule)) if isinstance(node, ast.Constant)}
    named = {abs(CORE.constants[name].value) for name in constants_of(rule)}
    return ({float(number) for number in written if isinstance(number, (int, float))} | named) - {0.0, 1.0, 2.0}


def test_the_tracked_document_holds_what_the_rooms_say_now() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert generate().document(text) == text, "run: uv run python docs/generate.py"  # type: ignore[attr-defined]


def test_a_document_without_a_place_for_a_room_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for"):
        generate().document("# Equations\n")  # type: ignore[attr-defined]


def test_every_equation_that_is_cited_anywhere_is_in_the_document() -> None:
    missing = []
    for path in CITING:
        for number in re.findall(r"\b[EO][1-9]\d?[a-e]?\b", path.read_text(encoding="utf-8")):
            if number not in equations() and (path.name, number) != ("contributing.md", FREE):
                missing.append(f"{path.relative_to(ROOT)}: {number}")
    cited = {number for name in RULES for number in rule_named(name).equations}
    cited |= {number for p in CORE.parameters.values() for number in p.equations}
    assert missing == []
    assert cited and cited <= set(equations())
    anchors = set(re.findall(r"^\(eq-(\w+)\)=$", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert anchors == {number.lower() for number in equations()}


def test_the_number_that_contributors_are_told_to_take_is_the_first_that_is_free() -> None:
    taken = {int(n) for number in equations() for n in re.findall(r"^E(\d+)", number)}
    assert f"E{max(taken) + 1}" == FREE and FREE in (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")


def test_every_section_that_is_cited_anywhere_is_in_the_document() -> None:
    there = set(re.findall(r"^\(section-([\d-]+)\)=$", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE))
    cited: dict[str, list[str]] = {}
    for path in CITING:
        text = path.read_text(encoding="utf-8")
        for words in re.findall(r"\bsections? (\d+(?:\.\d+)?(?:(?:, | and )\d+(?:\.\d+)?)*)", text):
            for number in re.findall(r"\d+(?:\.\d+)?", words):
                cited.setdefault(number.replace(".", "-"), []).append(path.name)
    assert len(cited) >= 8  # 0, 2.1, 3, 4, 5, 6.x, 7, 8, 9: else the search has gone blind
    assert {number: where for number, where in cited.items() if number not in there} == {}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_stands_in_every_equation_that_it_cites(rule: str) -> None:
    numbers = rule_named(rule).equations
    assert numbers and [n for n in numbers if rule not in equations()[n].formulas] == []


@pytest.mark.parametrize("rule", RULES)
def test_whatever_a_rule_reads_or_writes_has_a_symbol_in_its_equations(rule: str) -> None:
    program = program_of(())
    source = next(s for s in (*program.begin, *program.week) if f"{s.room}.{s.name}" == rule)
    used = {f"{s.space}.{s.name}" for s in source.reads | source.writes}
    assert (used | {f"constant.{name}" for name in constants_of(rule)}) - named(rule) == set()


@pytest.mark.parametrize("rule", RULES)
def test_every_number_that_a_rule_uses_stands_in_its_formulas(rule: str) -> None:
    text = "\n".join(e.formulas[rule] for e in equations().values() if rule in e.formulas)
    assert numbers_of(rule) - numbers_in(text) == set()


@pytest.mark.parametrize("equation", equations().values(), ids=list(equations()))
def test_an_equation_names_rules_and_symbols_that_exist(equation: Equation) -> None:
    assert set(equation.formulas) <= set(RULES)
    assert equation.formulas or equation.number in ("O6", "O10", "O12")
    text = "\n".join([*equation.formulas.values(), equation.notes])
    for symbol, name in equation.symbols.items():
        entry = declared_as(name)[0]
        if isinstance(entry, Constant):
            number = symbol.partition(" ")[0]
            assert float(number) == abs(entry.value) and float(number) in numbers_in(text), f"{name} is {entry.value}"
            continue
        assert symbol.partition("[")[0] in text, f"{symbol} is explained and not used"
        if isinstance(entry, Parameter) and entry.symbol != "-":
            assert symbol == entry.symbol, f"{name} is declared with the symbol {entry.symbol}"


def test_one_symbol_of_the_notation_means_one_thing_wherever_it_is_used() -> None:
    shared = notation()[0]
    other = [
        f"{e.number}: {symbol}"
        for e in equations().values()
        for symbol, name in e.symbols.items()
        if symbol in shared and shared[symbol] != name
    ]
    assert other == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_parameter_of_a_room_is_in_its_section_and_in_each_equation_that_it_cites(room: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    part = text.partition(f"<!-- room {room} -->")[2].partition(f"<!-- end {room} -->")[0]
    assert part.strip()
    for p in CORE.parameters.values():
        if p.room == room:
            assert re.search(rf"`(?:given\.)?{p.name}`", part), p.key
            assert [n for n in p.equations if f"given.{p.name}" not in equations()[n].symbols.values()] == [], p.key


def test_the_generated_reference_prints_each_rule_beside_its_equations_and_its_code() -> None:
    pages = rooms()
    for name in RULES:
        room, rule = name.split(".")
        part = pages[room].partition(f"### {rule}\n")[2].partition("\n### ")[0]
        function = rule_named(name)
        assert inspect.getsource(function).rstrip() in part
        assert all(
            equations()[n].formulas[name] in part and f"#{equations()[n].anchor})" in part for n in function.equations
        )


def told_by(which: str) -> int:
    """Status of `forbear model equations WHICH`."""
    with pytest.raises(SystemExit) as ended:
        main(["model", "equations", which])
    return int(ended.value.code or 0)


def test_a_terminal_prints_an_equation_a_room_or_a_rule_and_tells_what_is_near(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert told_by("e3") == 0
    told = capsys.readouterr().out
    assert told.startswith("E3 Control") and "given.offset_per_fighter" in told and "](" not in told
    assert "now.fighters" in told  # of the notation, which a terminal does not show
    assert told_by("security.control") == 0
    heads = re.findall(r"^([EO]\d+[a-e]?) ", capsys.readouterr().out, flags=re.MULTILINE)
    assert heads == ["E1", "E2", "E2b", "E3", "E3b", "E7", "E8"]
    assert told_by("E333") == 2
    assert "did you mean" in capsys.readouterr().err
