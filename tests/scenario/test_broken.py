"""Every broken scenario is answered with the codes, lines and nearest matches that it expects."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from forbear.cli.explain import catalogue
from forbear.errors import ForbearError
from forbear.scenario.scenario import Scenario

BROKEN = Path(__file__).parent.parent / "broken"
FILES = sorted(BROKEN.glob("*.toml"), key=lambda path: path.name)
SCENARIOS = [path for path in FILES if path.name != "commands.toml"]
CASES = tomllib.loads((BROKEN / "commands.toml").read_text(encoding="utf-8"))["case"]


def expectations(path: Path) -> list[tuple[str, str]]:
    text = path.read_text(encoding="utf-8", errors="replace")
    return re.findall(r"(?m)^# expect: (E\d{3}) ?(.*)$", text)


def faults_of(path: Path) -> ForbearError:
    with pytest.raises(ForbearError) as caught:
        Scenario.load(path).problem()
    return caught.value


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_broken_scenario_is_answered_with_its_codes_and_messages(path: Path) -> None:
    expected = expectations(path)
    assert expected, "the file says nothing of what it expects"
    error = faults_of(path)
    assert {fault.code for fault in error.faults} == {code for code, _ in expected}, str(error)
    for code, fragment in expected:
        assert any(fault.code == code and fragment in fault.render() for fault in error.faults), (fragment, str(error))


def marked_lines(path: Path) -> set[int]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# here")}


@pytest.mark.parametrize("path", [path for path in SCENARIOS if marked_lines(path)], ids=lambda path: path.stem)
def test_faults_name_the_lines_that_are_marked(path: Path) -> None:
    marked = marked_lines(path)
    error = faults_of(path)
    assert {fault.line for fault in error.faults if fault.file == str(path)} == marked, str(error)


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(case["words"]))
def test_a_mistake_on_the_command_line_is_explained_without_a_traceback(case, tmp_path, monkeypatch, capsys) -> None:
    from forbear.cli.main import main

    monkeypatch.chdir(tmp_path)
    for name, text in case.get("before", {}).items():
        if text:
            (tmp_path / name).write_text(text, encoding="utf-8")
        else:
            (tmp_path / name).mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SystemExit) as stopped:
        main(case["words"])
    assert stopped.value.code == 2
    printed = capsys.readouterr().err
    assert printed.startswith(case["expect"]) or f" {case['expect']} " in printed
    assert case["fragment"] in printed
    assert "Traceback" not in printed
    assert sorted(tmp_path.rglob("*")) == before, "something was left behind"


def test_there_are_at_least_forty_broken_scenarios() -> None:
    assert len(SCENARIOS) >= 40


def test_every_code_of_files_scenarios_and_units_has_a_broken_example() -> None:
    shown = {code for path in SCENARIOS for code, _ in expectations(path)} | {case["expect"] for case in CASES}
    # claims, strategies and remedies (E24x, E25x) have their broken files in tests/questions, rooms in tests/country,
    # damaged files of forbear's own in tests/house, calls from Python in tests/api, decisions in tests/scenario
    files = {code for code in catalogue() if code[:2] in ("E1", "E2", "E3") and code[:3] not in ("E24", "E25")}
    assert files - shown == {"E109", "E111", "E112", "E268", "E279", "E286"}


def test_every_code_that_the_reader_uses_is_in_the_catalogue() -> None:
    source = Path(__file__).parent.parent.parent / "src" / "forbear"
    files = [*source.rglob("*.py")]
    used = {code for path in files for code in re.findall(r'"(E[123]\d\d)"', path.read_text(encoding="utf-8"))}
    assert used <= set(catalogue())
    assert {code for code in catalogue() if code[:2] in ("E1", "E2", "E3")} - used <= {"E100"}


def test_every_entry_of_the_catalogue_explains_itself(capsys) -> None:
    from forbear.cli.main import main

    for code, entry in catalogue().items():
        assert {"title", "meaning", "example", "mending"} <= set(entry), code
        with pytest.raises(SystemExit) as stopped:
            main(["explain", code.lower()])
        assert stopped.value.code == 0
        printed = capsys.readouterr().out
        assert printed.startswith(f"{code}  {entry['title']}")
        assert entry["mending"].strip() in printed
