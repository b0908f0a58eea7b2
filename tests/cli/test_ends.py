"""How commands end: by Ctrl-C, by a closed pipe, on a terminal that lacks a character, on a full disk."""

import importlib
import io
import os
import select
import signal
import subprocess
import sys

import pytest

from forbear.cli import main

cli = importlib.import_module("forbear.cli.main")  # the package offers the function by the same name
COMMAND = [sys.executable, "-m", "forbear.cli"]


def stopped_by(monkeypatch, capsys, error):
    """The status and the words of a command that ends with `error`."""

    def end(*_):
        raise error

    monkeypatch.setattr(cli, "_call", end)
    with pytest.raises(SystemExit) as ended:
        main(["doctor"])
    return ended.value.code, capsys.readouterr().err


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_ctrl_c_in_any_command_leaves_with_status_130_and_one_line(name, monkeypatch, capsys):

    def end(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.importlib, "import_module", end)
    with pytest.raises(SystemExit) as ended:
        main([name])
    assert ended.value.code == 130
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
def test_ctrl_c_at_a_question_leaves_with_status_130(tmp_path):
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}

    def heeds():  # a child of a job in the background is born deaf to interrupts
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    command = [*COMMAND, "new", "mine"]
    asked = subprocess.Popen(command, cwd=tmp_path, text=True, env=environment, preexec_fn=heeds, **pipes)
    assert "Nothing is fetched" in asked.stdout.readline()
    while select.select([asked.stdout], [], [], 1.0)[0]:  # until it has asked and waits
        assert os.read(asked.stdout.fileno(), 4096)
    asked.send_signal(signal.SIGINT)
    asked.wait(timeout=60)
    _, said = asked.communicate(timeout=60)
    assert asked.returncode == 130
    assert "stopped" in said and "Traceback" not in said


@pytest.mark.skipif(os.name == "nt", reason="pipes of another kind")
def test_a_reader_that_closes_the_pipe_ends_a_command_quietly():
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*COMMAND, "model", "parameters"], text=True, **pipes) as many:
        many.stdout.close()
        said = many.stderr.read()
    assert many.returncode == 141
    assert said == ""


def test_a_character_that_the_terminal_lacks_is_shown_by_the_nearest(monkeypatch):
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    monkeypatch.setattr(cli, "_call", lambda *_: print("Kāpīsā"))
    with pytest.raises(SystemExit) as ended:
        main(["doctor"])
    assert ended.value.code == 0
    assert narrow.buffer.getvalue().strip() == b"Kapisa"


def test_a_full_disk_is_told_with_a_code_and_without_a_traceback(monkeypatch, capsys):
    status, said = stopped_by(monkeypatch, capsys, OSError(28, "No space left on device", "small/x.csv"))
    assert status == 2
    assert said.startswith("E103 cannot write small/x.csv: No space left")


def test_a_fault_of_the_program_is_not_hidden(monkeypatch):
    def end(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "_call", end)
    with pytest.raises(ZeroDivisionError):
        main(["doctor"])
