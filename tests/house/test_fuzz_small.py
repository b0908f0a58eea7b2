"""Damaged and hostile files through every reader: a few of each here, 10^5 over all by `tools/fuzz.py --total 100000`."""

import subprocess
import sys
from pathlib import Path

import pytest

from forbear.app.play.log import read_log
from forbear.errors import Fault, ForbearError, ScenarioError

TOOL = Path(__file__).resolve().parents[2] / "tools" / "fuzz.py"
READERS = [
    "answers", "borders", "casefile", "events", "game", "kept", "log", "new", "page",
    "posterior", "scenario", "series", "store", "table", "theories", "upload", "validation",
]  # fmt: skip


def fuzz(*words):
    return subprocess.run([sys.executable, str(TOOL), *words], capture_output=True, text=True)


@pytest.mark.parametrize("reader", READERS)
def test_what_is_damaged_or_hostile_is_taken_or_refused_in_words(reader):
    done = fuzz("--readers", reader, "--inputs", "40", "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{reader}: 40 inputs" in done.stdout and " 0 faults" in done.stdout


def test_half_a_character_of_a_file_can_be_shown_in_a_message():
    """A lone surrogate that a fault quotes must reach a terminal and a page."""
    fault = Fault(
        "E431", "not \ud800", file="\udce9.json", field="a\udfff", value="\ud800é", allowed="x", nearest="\ud801"
    )
    error = ScenarioError("E431", "no \ud800", hint="\udc00", faults=(fault,))
    for text in (fault.render(), str(error), str(ScenarioError("E431", "no \ud800"))):
        assert "\\ud800" in text and text.encode("utf-8")
    with pytest.raises(ForbearError) as caught:
        read_log(b'{"format": "\\ud800"}')
    assert str(caught.value).encode("utf-8")


def test_a_fault_is_found_and_told_with_its_number(tmp_path):
    """The harness itself: a reader that falls over is not called whole."""
    code = (
        "import sys; sys.argv = ['fuzz.py', '--readers', 'log', '--inputs', '30', '--work', 'log', '--mark', sys.argv[1]]\n"
        f"import runpy; sys.path.insert(0, {str(TOOL.parent)!r})\n"
        "import fuzzing.readers as readers\n"
        "readers.LogReader.read = lambda self, raw, folder: [][0]\n"
        f"runpy.run_path({str(TOOL)!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "mark")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("IndexError") == 30 and '"number": 29' in done.stdout


@pytest.mark.parametrize(("body", "word"), [("bytearray(3 * 2**30)", "MemoryError"), ("[0 for _ in iter(int, 1)]", "")])
def test_what_asks_for_too_much_memory_or_time_is_a_fault(tmp_path, body, word):
    code = (
        "import sys; sys.argv = ['fuzz.py', '--readers', 'log', '--inputs', '2', '--work', 'log', '--mark', sys.argv[1], '--seconds', '2', '--memory', '400']\n"
        f"import runpy; sys.path.insert(0, {str(TOOL.parent)!r})\n"
        "import fuzzing.readers as readers\n"
        "calls = []\n"
        f"readers.LogReader.read = lambda self, raw, folder: calls.append(1) or (len(calls) > 1 and {body})\n"
        f"runpy.run_path({str(TOOL)!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "mark")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert '"number": 0' in done.stdout and (word or "Error") in done.stdout


def test_every_reader_is_tried_here_and_their_shares_are_the_whole_at_least():
    sys.path.insert(0, str(TOOL.parent))
    try:
        from fuzzing.reader import WHOLE
        from fuzzing.readers import READERS as known
    finally:
        sys.path.remove(str(TOOL.parent))
    assert sorted(known) == READERS and sum(reader.share for reader in known.values()) >= WHOLE


def test_a_total_is_shared_among_the_readers_also_where_one_runs_alone():
    alone = fuzz("--readers", "log", "--total", "100")
    assert alone.returncode == 0, alone.stdout + alone.stderr
    count = int(alone.stdout.split("log: ")[1].split(" inputs")[0])
    assert 10 <= count <= 30, alone.stdout


def test_parts_of_a_run_are_the_whole_run():
    told = [fuzz("--readers", "log", "--total", "100", "--part", str(part), "3").stdout for part in (1, 2, 3)]
    counts = [int(text.split("log: ")[1].split(" inputs")[0]) for text in told]
    whole = int(fuzz("--readers", "log", "--total", "100").stdout.split("log: ")[1].split(" inputs")[0])
    assert sum(counts) == whole and min(counts) > 0, told


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_of_a_hundred_thousand_files_none_leaves_a_traceback_or_growth(reader):
    """10^5 in total: each reader its share."""
    done = fuzz("--readers", reader, "--total", "100000")
    assert done.returncode == 0, done.stdout + done.stderr
    early, late = (int(part.split(" MB")[0].split()[-1]) for part in done.stdout.split("resident ")[1].split(", then "))
    assert late - early < 100
