"""What is not installed unless asked for is named with the line that installs it, before any work is done."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from forbear.errors import RunError
from forbear.extras import EXTRAS, need

ROOT = Path(__file__).resolve().parents[2]
WITHOUT = (
    "import sys\nfor name in ('matplotlib', 'typst'): sys.modules[name] = None\nfrom forbear.cli import main\nmain({})"
)


def without(*words):
    """A command of forbear where neither matplotlib nor typst can be imported."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT.format(list(words))], capture_output=True, text=True, timeout=300
    )


def test_a_missing_package_is_an_error_that_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(RunError, match="a brief needs typst") as caught:
        need("typst", "a brief")
    assert caught.value.code == "E421" and caught.value.hint == "pip install 'forbear[brief]'"


def test_a_package_that_lacks_something_of_its_own_is_not_called_missing(monkeypatch, tmp_path):
    (tmp_path / "half_a_package.py").write_text("import a_module_that_is_nowhere\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        need("half_a_package", "a test", extra="plot")


def test_every_extra_that_can_be_named_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["optional-dependencies"]
    base = {re.split(r"[>=<\[]", entry)[0] for entry in project["dependencies"]}
    for package, extra in EXTRAS.items():
        assert any(entry.startswith(package) for entry in declared[extra])
        assert package not in base


def test_a_brief_without_its_extra_is_refused_before_anything_is_simulated(tmp_path):
    done = without("brief", "iraq-2003", "--to", str(tmp_path / "brief.pdf"))
    assert done.returncode == 2 and "E421" in done.stderr and "forbear[brief]" in done.stderr
    assert "Traceback" not in done.stderr and not list(tmp_path.iterdir())


def test_a_figure_of_a_series_without_its_extra_is_refused(tmp_path):
    done = without("evidence", "show", "iraq-sigacts-month", "--plot", str(tmp_path / "attacks.svg"))
    assert done.returncode == 2 and "E421" in done.stderr and "forbear[plot]" in done.stderr
    assert "Traceback" not in done.stderr and not list(tmp_path.iterdir())


def test_a_series_can_be_read_without_any_extra():
    done = without("evidence", "show", "iraq-sigacts-month")
    assert done.returncode == 0, done.stderr


def test_whoever_installs_from_the_list_gets_every_extra_of_the_readme_checked_by_hash():
    for extra in set(EXTRAS.values()):
        text = (ROOT / f"requirements-{extra}.txt").read_text(encoding="utf-8")
        entries = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
        assert entries and all("--hash=sha256:" in entry and "==" in entry for entry in entries)
        assert any(entry.startswith(package) for entry in entries for package, by in EXTRAS.items() if by == extra)
