"""A fit of less work is not put where a posterior of more work lies, unless somebody says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import forbear as fb
from forbear.cli import main
from forbear.inference.posterior import FILE, Posterior
from forbear.inference.space import Space

SCENARIO = '[scenario]\nname = "mine"\ntitle = "My own"\nkind = "invented"\nextends = "meadow"\n'


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A scenario of one's own without data: a fit that is not refused ends at once with E601."""
    path = tmp_path / "mine" / "scenario.toml"
    path.parent.mkdir()
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def _posterior(scenario: Path, effort: str, *stages: str) -> Path:
    space = Space(fb.Scenario.load(scenario).problem())
    notes = {"settings": {"name": effort}, "runs": 1, **{stage: {} for stage in stages}}
    path = scenario.with_name(FILE)
    Posterior(space, space.draw(24, 1, "own"), np.zeros(24, int), np.zeros(24), {}, notes).save(path)
    return path


def _code(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    said = capsys.readouterr().err
    assert stopped.value.code == 2 and "Traceback" not in said
    return next(code for code in ("E601", "E609", "E618") if code in said)


@pytest.mark.parametrize(
    ("lies", "asked", "code"),
    [
        ("full", ["--quick"], "E618"),
        ("full", ["--effort", "rival"], "E618"),
        ("coarse", ["--effort", "quick"], "E618"),
        ("of another version", ["--quick"], "E618"),
        ("quick", ["--quick"], "E601"),
        ("quick", [], "E601"),
        ("coarse", ["--effort", "full"], "E601"),
        ("full", ["--quick", "--overwrite"], "E601"),
        ("full", ["--quick", "--stages", "scuot"], "E609"),
    ],
)
def test_a_lesser_fit_is_refused_before_anything_is_run(
    own: Path,
    lies: str,
    asked: list[str],
    code: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(own.parent)
    path = _posterior(own, lies, "refine", "validate")
    before = path.read_bytes()
    assert _code(["fit", str(own), *asked], capsys) == code
    assert path.read_bytes() == before and not list(own.parent.glob("*.fit*")) or code == "E601"


def test_a_fit_of_fewer_stages_is_refused_and_one_written_elsewhere_is_not(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own.parent)
    _posterior(own, "full", "refine", "validate")
    assert _code(["fit", str(own), "--stages", "scout"], capsys) == "E618"
    assert _code(["fit", str(own), "--quick", "--to", "quick-posterior.npz"], capsys) == "E601"
    _posterior(own, "full")
    assert _code(["fit", str(own), "--stages", "scout"], capsys) == "E601"


def test_what_is_no_posterior_is_nothing_to_lose(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own.parent)
    path = _posterior(own, "full", "refine")
    path.write_bytes(path.read_bytes()[:200])
    assert _code(["fit", str(own), "--quick"], capsys) == "E601"
