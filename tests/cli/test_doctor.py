"""The doctor says what is damaged, and nothing where all is whole."""

import base64
import hashlib
import os
from importlib.metadata import FileHash
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from forbear.cli import doctor, health
from forbear.evidence.catalogue import catalogue


def told(part=""):
    return [(good, text) for good, text in health.findings() if text.startswith(part)]


def test_a_whole_installation_is_called_whole():
    assert all(good for good, _ in told())
    assert [text.split(":")[0] for _, text in told()] == ["evidence", "installation", "cache"]


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


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_cache_into_which_others_can_write_is_told(monkeypatch, tmp_path):
    tmp_path.chmod(0o777)
    monkeypatch.setattr(health.woven, "cache_folder", lambda: tmp_path)
    assert any(not good and "others may write" in text for good, text in told("cache"))


def test_a_kernel_that_was_changed_on_disk_is_told(monkeypatch, tmp_path):
    changed = tmp_path / "kernel.py"
    changed.write_text("print('not woven')\n", encoding="utf-8")
    monkeypatch.setattr(health.woven, "load", lambda program, kernel: SimpleNamespace(__file__=str(changed)))
    assert any(not good and "not what was woven" in text for good, text in told("cache"))


def test_the_command_leaves_with_one_where_something_is_damaged(monkeypatch):
    import typer

    app = typer.Typer()
    app.command()(doctor.command)
    assert CliRunner().invoke(app).exit_code == 0
    monkeypatch.setattr(health, "verify", lambda: (_ for _ in ()).throw(OSError("the disk is gone")))
    done = CliRunner().invoke(app)
    assert done.exit_code == 1 and "DAMAGED evidence: the disk is gone" in done.output
