"""Files are written whole or not at all, and what carries a checksum is never read altered."""

from __future__ import annotations

import json
import os
import pickle
import stat
import tracemalloc

import numpy as np
import pytest

from forbear.errors import FileError
from forbear.evidence.outlines import read_outlines
from forbear.faults import Faults
from forbear.files import (
    PARTIAL,
    parse_json,
    read_arrays,
    read_bytes,
    read_json,
    replacing,
    write_arrays,
    write_bytes,
    write_json,
    write_text,
)
from forbear.scenario.reading.document import read_document


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "one\n")
    write_text(path, "zwei – ü\n")
    assert path.read_bytes() == "zwei – ü\n".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_writer_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "before")
    with pytest.raises(ZeroDivisionError), replacing(path) as work:
        work.write_text("half")
        raise ZeroDivisionError
    assert path.read_text() == "before" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), OSError(30, "Read-only file system")])
def test_a_full_or_read_only_disk_is_a_coded_error_that_leaves_nothing(tmp_path, failure, monkeypatch):
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})

    def full(handle):
        raise failure

    monkeypatch.setattr("forbear.files.os.fsync", full)
    with pytest.raises(FileError, match=failure.strerror) as caught:
        write_json(path, {"a": 2})
    assert caught.value.code == "E103"
    assert json.loads(path.read_text()) == {"a": 1} and len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_is_a_file_or_missing_is_explained(tmp_path):
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file" / "a.txt", tmp_path / "none" / "a.txt", tmp_path):
        with pytest.raises(FileError) as caught:
            write_text(place, "x")
        assert caught.value.code == "E103"


def test_modes_and_links_of_the_target_are_kept(tmp_path):
    path, link = tmp_path / "a.txt", tmp_path / "link.txt"
    write_text(path, "1")
    path.chmod(0o640)
    link.symlink_to(path)
    write_text(link, "2")
    assert path.read_text() == "2" and link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_bytes(pipe, b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_partial_file_is_known_by_its_name(tmp_path):
    with replacing(tmp_path / "a.nc") as work:
        assert PARTIAL in work.name and work.suffix == ".nc" and work.parent == tmp_path
        work.write_bytes(b"")


def _every_damage(raw: bytes):
    """Every byte flipped in one bit, and every shorter file."""
    for place in range(len(raw)):
        yield raw[:place] + bytes([raw[place] ^ 1 << place % 8]) + raw[place + 1 :]
    for length in range(0, len(raw), 7):
        yield raw[:length]


def test_every_flip_and_cut_of_a_sealed_document_is_found(tmp_path):
    path = tmp_path / "a.json"
    value = {"name": "meadow", "numbers": [1, 2.5, None], "deep": {"a": "ü"}}
    write_json(path, value, seal=True)
    assert read_json(path, seal=True) == value
    silent = 0
    for broken in _every_damage(path.read_bytes()):
        path.write_bytes(broken)
        try:
            # a flip of white space says the same and may pass; one of the contents may not
            silent += read_json(path, seal=True) != value
        except FileError as error:
            assert error.code == "E109"
    assert silent == 0


def test_every_flip_and_cut_of_sealed_arrays_is_found(tmp_path):
    path = tmp_path / "a.npz"
    arrays = {"x": np.arange(40.0).reshape(4, 10), "name": np.array(["a", "bc"]), "empty": np.zeros((0, 3))}
    write_arrays(path, arrays, {"stamp": 1})
    raw = path.read_bytes()
    found, about = read_arrays(path)
    assert about == {"stamp": 1} and all(np.array_equal(found[name], value) for name, value in arrays.items())
    silent = 0
    for broken in _every_damage(raw):
        path.write_bytes(broken)
        try:
            found, about = read_arrays(path)
        except FileError as error:
            assert error.code == "E109"
        else:  # the time in a head of the archive, say: nothing that is read has changed
            same = about == {"stamp": 1} and found.keys() == arrays.keys()
            silent += not (same and all(np.array_equal(found[name], arrays[name]) for name in arrays))
    assert silent == 0


def test_objects_are_neither_written_nor_executed_on_reading(tmp_path):
    path = tmp_path / "a.npz"
    with pytest.raises(ValueError, match="objects"):
        write_arrays(path, {"x": np.array([{}], dtype=object)})

    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    np.savez(path, about=np.array([Trap()], dtype=object), checksum=np.array("x"))
    for content in (path.read_bytes(), pickle.dumps(Trap())):
        path.write_bytes(content)
        with pytest.raises(FileError) as caught:
            read_arrays(path)
        assert caught.value.code == "E109"
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("number", ["1e999", "-1e400", "NaN", "Infinity", "9" * 5000, "9" * 400, "-" + "9" * 310])
@pytest.mark.parametrize("seal", [True, False])
def test_a_number_that_json_does_not_have_is_damage_and_no_infinity(number, seal):
    with pytest.raises(FileError) as caught:
        parse_json(f'{{"checksum": "x", "a": [{number}]}}'.encode(), "a.json", seal=seal)
    assert caught.value.code == "E109"


@pytest.mark.parametrize("deep", [65, 900, 5000])
def test_a_document_that_nests_too_deep_is_damage(deep):
    for one, other in (("[", "]"), ('{"a":', "}")):
        with pytest.raises(FileError) as caught:
            parse_json(f'{{"checksum": "x", "a": {one * deep}1{other * deep}}}'.encode(), "a.json", seal=True)
        assert caught.value.code == "E109" and "checksum" not in caught.value.message


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_regular_file_is_refused_and_never_waited_for(tmp_path, kind):
    place = tmp_path / "posterior.npz"
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "device":
        place.symlink_to("/dev/zero")
    else:
        place.mkdir()
    for read in (read_bytes, read_json, read_arrays, read_outlines, lambda p: read_document(p, "x", Faults())):
        with pytest.raises(FileError) as caught:
            read(place)
        assert caught.value.code == "E104" and "posterior.npz" in str(caught.value)


def test_arrays_that_unpack_to_more_than_their_file_deserves_are_refused_unread(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=np.zeros(30_000_000), about=np.array("{}"), checksum=np.array("x"))
    assert path.stat().st_size < 400_000
    tracemalloc.start()
    with pytest.raises(FileError, match="unpack") as caught:
        read_arrays(path)
    assert caught.value.code == "E109" and tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_large_arrays_of_zeros_are_written_so_that_they_can_be_read_again(tmp_path):
    path = write_arrays(tmp_path / "a.npz", {"x": np.zeros(10_000_000), "y": np.arange(3.0)})
    found, _ = read_arrays(path)
    assert not found["x"].any() and len(found["x"]) == 10_000_000


@pytest.mark.parametrize(
    "written", [r"\u001b]52;c;x\u0007", r"\u009b31m", r"a\u202Eb", r"\b", r"x\\\f", "\u202e", "\u0085", "\x7f"]
)
def test_a_character_that_a_terminal_obeys_is_damage_of_a_document(tmp_path, written):
    path = tmp_path / "document.json"
    path.write_text('{"note": "' + written + '"}', encoding="utf-8")
    with pytest.raises(FileError, match="E109"):
        read_json(path)


def test_texts_of_any_script_with_backslashes_and_ends_of_lines_are_plain(tmp_path):
    value = {"note": "C:\\bin\\users\\u001b\t\u00e9\u0639\u6f22\n\U0001f600", "\\b": "\\\\f"}
    path = write_json(tmp_path / "document.json", value, seal=True)
    assert read_json(path, seal=True) == value
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_json(path, seal=True) == value


def test_what_is_said_about_arrays_holds_no_character_that_a_terminal_obeys(tmp_path):
    path = write_arrays(tmp_path / "a.npz", {"x": np.zeros(3)}, {"note": "\x1b[2J"})
    with pytest.raises(FileError, match="E109"):
        read_arrays(path)
