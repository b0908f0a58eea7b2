"""The rules of the house, held by a machine."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "forbear"


def tracked():
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        return [
            p
            for p in ROOT.rglob("*")
            if p.is_file()
            and not any(part.startswith(".") or part == "__pycache__" for part in p.relative_to(ROOT).parts)
        ]
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]


def text_of(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_source_file_is_longer_than_five_hundred_lines():
    long = {p.name: n for p in SOURCE.rglob("*.py") if (n := len(p.read_text(encoding="utf-8").splitlines())) > 500}
    assert not long


def test_the_rooms_name_no_case():
    words = re.compile(r"iraq|sunni|shia|kurd|baghdad|afghan|taliban", re.IGNORECASE)
    named = [
        p.relative_to(ROOT)
        for folder in ("country", "kernel", "ensemble", "scenario", "figures", "report")
        for p in (SOURCE / folder).rglob("*.py")
        if words.search(text_of(p))
    ]
    assert not named


def test_nothing_tells_of_one_machine_or_one_registry():
    own = re.compile(
        "/" + "work/|/" + "root/|/" + "tmp/[a-z]|" + "files.pythonhosted" + "|pypi" + r"\.org|registry\.npm" + "js"
    )
    faults = [p.relative_to(ROOT) for p in tracked() if p.name != "test_house.py" and own.search(text_of(p))]
    assert not faults
    assert not [p for p in tracked() if p.name in ("uv.lock", "package-lock.json")]


def test_there_is_no_junk_drawer():
    assert not [p for p in SOURCE.rglob("*") if p.stem in ("utils", "helpers", "misc", "common")]


@pytest.mark.parametrize(
    "statement",
    ["from forbear.cli import main; main(['--help'])", "import forbear", "from forbear.country.model import MODEL"],
)
def test_what_must_be_instant_loads_nothing_heavy(statement):
    code = f"{statement}\nimport sys\nheavy = {{'numpy', 'numba', 'scipy', 'pandas', 'xarray', 'matplotlib', 'zarr', 'pint', 'typer', 'rich'}} & set(sys.modules)\nassert not heavy, heavy"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_pins_agree_in_both_places():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = {
        (re.sub(r"[-_.]+", "-", v.split("==")[0]).lower(), v.split("==")[1].split(" ")[0].split(";")[0])
        for v in project["tool"]["uv"]["constraint-dependencies"]
    }
    pinned = set()
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        match = re.match(r"([A-Za-z0-9_.-]+)==([^\s;\\]+)", line)
        if match:
            pinned.add((re.sub(r"[-_.]+", "-", match[1]).lower(), match[2]))
    assert listed == pinned
    assert "://" not in (ROOT / "constraints.txt").read_text(encoding="utf-8")


def test_every_error_code_in_the_source_is_explained():
    catalogue = tomllib.loads((SOURCE / "error_catalogue.toml").read_text(encoding="utf-8"))
    used = {code for p in SOURCE.rglob("*.py") for code in re.findall(r'"(E[1-6]\d\d)"', text_of(p))}
    assert used - set(catalogue) == set()


def test_every_side_taking_parameter_has_a_sibling_that_exists():
    from forbear.country.model import MODEL

    names = {p.name for p in MODEL.parameters.values()}
    missing = {p.key: p.sibling for p in MODEL.parameters.values() if p.sibling and p.sibling not in names}
    assert not missing
    assert sum(bool(p.sibling) for p in MODEL.parameters.values()) >= 40


def test_every_rule_cites_an_equation_and_every_room_has_its_four_files():
    from forbear.country.week import BEGIN, ROOMS, WEEK, rule_named

    for name in (*BEGIN, *WEEK):
        assert rule_named(name).equations and rule_named(name).__doc__
    for room in ROOMS:
        for file in ("README.md", "state.py", "dynamics.py", "parameters.toml"):
            assert (SOURCE / "country" / room / file).exists(), (room, file)


def test_every_declared_name_is_used_by_a_rule():
    from forbear.country.model import MODEL
    from forbear.country.program import program

    used = {symbol for rule in program().rules for symbol in rule.reads | rule.writes}
    assert [key for key, symbol in program().symbols.items() if symbol not in used] == []
    named = {constant for rule in program().rules for constant in rule.constants}
    assert set(MODEL.constants) - named == set()


def test_the_equations_of_the_model_document_are_all_there():
    from forbear.country.model import MODEL
    from forbear.country.week import BEGIN, WEEK, rule_named

    cited = {e for name in (*BEGIN, *WEEK) for e in rule_named(name).equations} | {
        e for p in MODEL.parameters.values() for e in p.equations
    }
    whole = {re.match(r"[EO]\d+", e)[0] for e in cited}
    assert {f"E{k}" for k in range(1, 45) if k != 42} <= whole
