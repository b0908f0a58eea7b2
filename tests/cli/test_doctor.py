"""The doctor says what is damaged, and nothing where all is whole."""

import base64
import hashlib
from dataclasses import replace
from importlib.metadata import FileHash
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from typer.testing import CliRunner

from forbear.cli import doctor, health
from forbear.ensemble import kept
from forbear.evidence.catalogue import catalogue
from forbear.files import checksum, write_json
from forbear.questions import odds_on_record
from forbear.questions.odds import Odds
from forbear.scenario.reading.chain import LIBRARY


def told(part=""):
    return [(good, text) for good, text in health.findings() if text.startswith(part)]


def test_a_whole_installation_is_called_whole():
    assert all(good for good, _ in told())
    assert [text.split(":")[0] for _, text in told()] == [
        "evidence",
        "installation",
        "library",
        "cache",
        "kept numbers",
    ]


def test_a_changed_series_is_named(monkeypatch):
    series = next(iter(catalogue().values()))
    monkeypatch.setattr(type(series), "digest", lambda self: "0" * 64 if self is series else self.sha256)
    ((good, text),) = told("evidence")
    assert not good and "E502" in text and series.name in text


def test_an_altered_or_missing_file_of_the_package_is_named(monkeypatch, tmp_path):
    def recorded(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        value = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()

        class Recorded(type(Path())):
            hash = FileHash(f"sha256={value}")

            def locate(self):
                return tmp_path / self.name

        return Recorded("forbear", name)

    files = [recorded("whole.py", b"x = 1\n"), recorded("altered.py", b"x = 1\n"), recorded("gone.py", b"")]
    monkeypatch.setattr(health, "distribution", lambda name: SimpleNamespace(files=files))
    assert told("installation") == [(True, "installation: 3 files agree with the record")]
    (tmp_path / "altered.py").write_bytes(b"x = 2\n")
    (tmp_path / "gone.py").unlink()
    assert [(good, text.split()[1]) for good, text in told("installation")] == [
        (False, "forbear/altered.py"),
        (False, "forbear/gone.py"),
    ]


def test_a_damaged_file_of_results_is_named_and_odds_of_another_model_are_said_to_be(monkeypatch, tmp_path):
    (tmp_path / "record").mkdir()
    (tmp_path / "country").mkdir()
    write_json(tmp_path / "country" / "answers.json", {"kind": "answers"}, seal=True)
    assert told_of(monkeypatch, tmp_path) == [(True, "library: 1 files of results are whole")]
    odds = tmp_path / "record" / "odds-iraq-2003.json"
    shipped = Odds.read(LIBRARY / "record" / odds.name)
    replace(shipped, model="0").write(odds)
    monkeypatch.setattr(odds_on_record, "odds_file", lambda scenario: odds)
    (stale, text), (good, _) = told_of(monkeypatch, tmp_path)
    assert stale and good and f"{odds.name} is of another model" in text and "forbear atlas weigh iraq-2003" in text
    odds.write_text(odds.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    (tmp_path / "country" / "posterior.npz").write_bytes(b"PK")
    found = told_of(monkeypatch, tmp_path)
    assert [good for good, _ in found] == [False, False, True]
    assert "country/posterior.npz" in found[0][1] and odds.name in found[1][1] and "E109" in found[1][1]
    assert not any(str(tmp_path) in text for _, text in found)


def told_of(monkeypatch, folder):
    monkeypatch.setattr(health, "LIBRARY", folder)
    return told("library")


def test_kept_numbers_that_were_altered_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(kept, "_folder", lambda: tmp_path)
    assert told("kept") == [(True, "kept numbers: 0 files agree with their checksums")]
    for number in range(3):
        kept.Kept(number=number).write({"deaths": np.arange(20.0) + number})
    assert told("kept") == [(True, "kept numbers: 3 files agree with their checksums")]
    path = kept.Kept(number=1).path
    path.write_bytes(path.read_bytes()[:-30])
    ((good, text),) = told("kept")
    assert not good and path.name in text


def test_compiled_code_that_was_altered_is_told_and_left_for_the_next_run_to_mend(monkeypatch, tmp_path):
    module = tmp_path / "woven.py"
    code = tmp_path / "woven.run-1.nbc"
    code.write_bytes(b"machine code")
    write_json(tmp_path / "woven.seal.json", {"files": {code.name: checksum(b"machine code")}}, seal=True)
    monkeypatch.setattr(health.woven, "load", lambda program, kernel: SimpleNamespace(__file__=str(module)))
    assert all(good for good, _ in told("cache"))
    code.write_bytes(b"machine c0de")
    every = [False] * len(health.woven.KERNELS)
    assert [good for good, _ in told("cache")] == every and "damaged" in told("cache")[0][1]
    (tmp_path / "woven.seal.json").unlink()  # somebody is compiling, or was stopped: no damage
    assert [good for good, _ in told("cache")] == [not good for good in every] and "broken off" in told("cache")[0][1]


def test_the_command_leaves_with_one_where_something_is_damaged(monkeypatch):
    import typer

    app = typer.Typer()
    app.command()(doctor.command)
    assert CliRunner().invoke(app).exit_code == 0
    monkeypatch.setattr(health, "verify", lambda: (_ for _ in ()).throw(OSError("the disk is gone")))
    done = CliRunner().invoke(app)
    assert done.exit_code == 1 and "DAMAGED evidence: the disk is gone" in done.output
