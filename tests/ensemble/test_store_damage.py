"""A store is never read altered: whatever happens to one of its files, the numbers are those of an undamaged run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forbear.ensemble.cluster import fingerprint
from forbear.ensemble.manifest import IDENTITY, versions
from forbear.ensemble.progress import NoMeter
from forbear.ensemble.runner import simulate
from forbear.ensemble.store import Store
from forbear.ensemble.summaries import summarise
from forbear.errors import FileError, RunError
from forbear.files import checksum, sealed
from forbear.kernel.draws import LANES

OPTIONS = {"members": LANES + 30, "seed": 4, "weekly": ("deaths", "cost_budget"), "monthly": ("control",)}


class Told(NoMeter):
    """Keeps what was said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture(scope="module")
def whole(problem, tmp_path_factory):
    """(ensemble, folder of its store)."""
    folder = tmp_path_factory.mktemp("store") / "run"
    return simulate(problem, store=folder, **OPTIONS), folder


@pytest.fixture
def copied(whole, tmp_path):
    """A copy of the store that may be damaged."""
    shutil.copytree(whole[1], tmp_path / "run")
    return tmp_path / "run"


def files_of(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def flipped(raw: bytes, place: int) -> bytes:
    place %= max(len(raw), 1)
    return raw[:place] + bytes([raw[place] ^ 1 << place % 8]) + raw[place + 1 :]


def check_again(problem, folder, whole) -> None:
    """Resume: the same bits, the damage said to whoever watches, in the manifest, and in that of the store."""
    told = Told()
    again = simulate(problem, store=folder, progress=told, **OPTIONS)
    assert again.data.identical(whole.data)
    assert len(again.manifest["repaired"]) == 1 and again.manifest["repaired"] == told.lines
    assert json.loads((folder / "manifest.json").read_text())["noted"][-1:] == told.lines


def test_every_file_of_a_store_can_be_lost_and_is_missed(problem, whole, tmp_path):
    names = files_of(whole[1])
    assert len(names) > 20
    for number, name in enumerate(names):
        folder = tmp_path / str(number)
        shutil.copytree(whole[1], folder)
        (folder / name).unlink()
        check_again(problem, folder, whole[0])


def test_every_file_of_a_store_can_be_altered_and_that_is_found(problem, whole, tmp_path):
    for number, name in enumerate(files_of(whole[1])):
        folder = tmp_path / str(number)
        shutil.copytree(whole[1], folder)
        raw = (folder / name).read_bytes()
        (folder / name).write_bytes(flipped(raw, 97 * number + 13))
        if name.suffix == ".json" and same_document(raw, (folder / name).read_bytes()):
            continue  # a blank for another: nothing was altered
        check_again(problem, folder, whole[0])


def same_document(a: bytes, b: bytes) -> bool:
    try:
        return bool(json.loads(a) == json.loads(b))
    except ValueError:
        return False


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_of_one_file_changes_a_number(problem, whole, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged") / "run"
    shutil.copytree(whole[1], folder)
    names = files_of(folder)
    name = data.draw(st.sampled_from(names))
    raw = (folder / name).read_bytes()
    kind = data.draw(st.sampled_from(["lost", "flipped", "cut", "longer", "empty", "other", "folder", "foreign"]))
    if kind == "lost":
        (folder / name).unlink()
    elif kind == "flipped":
        (folder / name).write_bytes(flipped(raw, data.draw(st.integers(0, max(len(raw) - 1, 0)))))
    elif kind == "cut":
        (folder / name).write_bytes(raw[: data.draw(st.integers(0, max(len(raw) - 1, 0)))])
    elif kind == "longer":
        (folder / name).write_bytes(raw + data.draw(st.binary(min_size=1, max_size=8)))
    elif kind == "empty":
        (folder / name).write_bytes(b"")
    elif kind == "other":
        (folder / name).write_bytes((folder / data.draw(st.sampled_from(names))).read_bytes())
    elif kind == "folder":
        (folder / name).unlink()
        (folder / name).mkdir()
    else:
        (folder / name).with_name("stray").write_bytes(b"x")
    again = simulate(problem, store=folder, **OPTIONS)
    assert again.data.identical(whole[0].data)


def test_what_was_mended_is_whole(problem, whole, copied):
    (copied / "chunks" / "00000" / "seal.json").unlink()
    check_again(problem, copied, whole[0])
    quiet = Told()
    again = simulate(problem, store=copied, progress=quiet, **OPTIONS)
    assert again.data.identical(whole[0].data) and not quiet.lines and "repaired" not in again.manifest


def test_a_chunk_in_the_place_of_another_is_found(problem, whole, copied):
    shutil.rmtree(copied / "chunks" / "00001")
    shutil.copytree(copied / "chunks" / "00000", copied / "chunks" / "00001")
    told = Told()
    assert simulate(problem, store=copied, progress=told, **OPTIONS).data.identical(whole[0].data)
    assert "chunk 0 of this run" in told.lines[0]


def test_a_chunk_of_another_run_is_found(problem, whole, copied, tmp_path):
    simulate(problem, store=tmp_path / "other", **{**OPTIONS, "seed": 5})
    shutil.rmtree(copied / "chunks" / "00001")
    shutil.copytree(tmp_path / "other" / "chunks" / "00001", copied / "chunks" / "00001")
    told = Told()
    assert simulate(problem, store=copied, progress=told, **OPTIONS).data.identical(whole[0].data)
    assert "another run" in told.lines[0]


def test_a_store_without_its_manifest_is_still_no_store_of_another_run(problem, copied):
    (copied / "manifest.json").unlink()
    for other in ({"seed": 5}, {"weekly": ("deaths",)}, {"members": np.arange(7, 7 + LANES + 30)}):
        with pytest.raises(RunError) as caught:
            simulate(problem, store=copied, **{**OPTIONS, **other})
        assert caught.value.code == "E404"


@pytest.mark.parametrize(
    "key", ["forbear", "llvmlite", "numba", "numpy", "scipy", "kernel_hash", "model_hash", "store"]
)
def test_a_store_of_other_versions_is_refused_since_bits_may_differ(problem, copied, monkeypatch, key):
    from forbear.ensemble import job

    real = job.manifest_of
    monkeypatch.setattr(job, "manifest_of", lambda *a, **k: {**real(*a, **k), key: "another"})
    with pytest.raises(RunError, match=key) as caught:
        simulate(problem, store=copied, **OPTIONS)
    assert caught.value.code == "E404"


def test_everything_that_compiles_or_draws_is_part_of_a_runs_identity():
    """A version that decides bits tells one run from another, and is what client and workers must share."""
    assert set(versions()) == {"forbear", "llvmlite", "numba", "numpy", "scipy"}
    assert set(versions()) <= set(IDENTITY) and versions().items() <= fingerprint().items()


@pytest.mark.parametrize("file", ["zarr.json", "c/0"])
def test_a_chunk_with_a_right_seal_and_no_dataset_in_it_is_refused_in_words(problem, copied, file):
    """A malicious hand can make the seal good: then it is no array that is there, and that has a code."""
    chunk = copied / "chunks" / "00000"
    target = next(path for path in sorted(chunk.rglob("*")) if path.as_posix().endswith(file))
    target.write_bytes(b"{}")
    seal = json.loads((chunk / "seal.json").read_text())
    seal["files"][target.relative_to(chunk).as_posix()] = checksum(b"{}")
    seal.pop("checksum")
    (chunk / "seal.json").write_text(json.dumps(sealed(seal)))
    with pytest.raises(FileError) as caught:
        simulate(problem, store=copied, **OPTIONS)
    assert caught.value.code == "E109"


@pytest.mark.parametrize("stamp", [None, 7, "", "x:y:z", ["1:a:b"]])
def test_a_seal_or_manifest_whose_stamps_are_none_is_damaged(problem, whole, copied, stamp):
    path = copied / "chunks" / "00000" / "seal.json"
    seal = json.loads(path.read_text())
    path.write_text(json.dumps(sealed({**{k: v for k, v in seal.items() if k != "checksum"}, "stamp": stamp})))
    check_again(problem, copied, whole[0])
    path = copied / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(sealed({**{k: v for k, v in manifest.items() if k != "checksum"}, "chunks": [stamp]})))
    assert simulate(problem, store=copied, **OPTIONS).data.identical(whole[0].data)


def test_a_store_of_an_earlier_layout_is_refused(problem, tmp_path):
    (tmp_path / "run" / "chunks" / "00000.zarr").mkdir(parents=True)
    (tmp_path / "run" / "chunks" / "00000.zarr" / "zarr.json").write_text("{}")
    (tmp_path / "run" / "manifest.json").write_text('{"seed": 4}')
    with pytest.raises(RunError) as caught:
        simulate(problem, store=tmp_path / "run", **OPTIONS)
    assert caught.value.code == "E404"


def test_a_folder_with_things_of_ones_own_is_left_alone(problem, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(FileError, match="thesis") as caught:
        simulate(problem, store=tmp_path, **OPTIONS)
    assert caught.value.code == "E103" and [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("more", [2 * LANES, 2 * LANES + 50])
def test_a_finished_ensemble_is_extended_in_place(problem, whole, copied, more):
    times = {p: p.stat().st_mtime_ns for p in copied.glob("chunks/00000/seal.json")}
    options = {**OPTIONS, "members": more}
    extended = simulate(problem, store=copied, **options)
    assert extended.data.identical(simulate(problem, **options).data)
    assert "repaired" not in extended.manifest
    assert {p: p.stat().st_mtime_ns for p in times} == times, "whole chunks are not run again"
    noted = json.loads((copied / "manifest.json").read_text())["noted"]
    assert noted == [f"extended from 158 to {more:,} simulated histories"]
    # the smaller one is still there to be read, and reading it takes nothing away
    assert simulate(problem, store=copied, **OPTIONS).data.identical(whole[0].data)
    assert simulate(problem, store=copied, **options).data.identical(extended.data)
    assert json.loads((copied / "manifest.json").read_text())["noted"] == noted


def test_an_extension_with_other_parameters_is_refused(problem, draw, tmp_path):
    given = draw(problem, 3 * LANES)
    simulate(problem, store=tmp_path / "run", parameters={k: v[: LANES + 9] for k, v in given.items()}, **{**OPTIONS, "members": LANES + 9})  # fmt: skip
    options = {**OPTIONS, "members": 3 * LANES, "parameters": given}
    extended = simulate(problem, store=tmp_path / "run", **options)
    assert extended.data.identical(simulate(problem, **options).data)
    changed = {**given, "fear_shock": given["fear_shock"] * 2}
    with pytest.raises(RunError, match="parameters") as caught:
        simulate(problem, store=tmp_path / "run", **{**options, "parameters": changed})
    assert caught.value.code == "E404"


def test_summaries_are_extended_and_mended_too(problem, tmp_path):
    options = {"seed": 4, "weekly": ("deaths", "governance"), "chunk": LANES}
    summarise(problem, store=tmp_path / "run", members=LANES + 20, **options)
    raw = next(path for path in (tmp_path / "run" / "chunks" / "00000").rglob("c/*") if path.is_file())
    raw.write_bytes(flipped(raw.read_bytes(), 5))
    found = summarise(problem, store=tmp_path / "run", members=3 * LANES, **options)
    here = summarise(problem, members=3 * LANES, **options)
    assert found.runs.identical(here.runs) and np.array_equal(found.counts, here.counts)
    assert np.array_equal(found.moments, here.moments)
    assert len(found.manifest["repaired"]) == 1


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), OSError(30, "Read-only file system")])
def test_a_full_disk_ends_with_a_code_and_what_was_finished_is_kept(problem, whole, tmp_path, monkeypatch, failure):
    real, count = Path.write_bytes, [0]

    def full(self, content):
        if "seal.json" in self.name:
            count[0] += 1
        if count[0] > 1:
            real(self, content[: len(content) // 2])
            raise failure
        return real(self, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(FileError, match=failure.strerror) as caught:
        simulate(problem, store=tmp_path / "run", workers=1, **OPTIONS)
    assert caught.value.code == "E103"
    monkeypatch.undo()
    names = {p.name for p in (tmp_path / "run" / "chunks").iterdir()}
    assert names == {"00000"}, "nothing half-written stays"
    assert simulate(problem, store=tmp_path / "run", **OPTIONS).data.identical(whole[0].data)


def test_a_file_that_may_not_be_read_is_named(problem, copied, monkeypatch):
    real = Path.read_bytes

    def closed(self):
        if "chunks/00001/data" in self.as_posix():
            raise PermissionError(13, "Permission denied", str(self))
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", closed)
    with pytest.raises(FileError, match="Permission denied") as caught:
        simulate(problem, store=copied, **OPTIONS)
    assert caught.value.code == "E104"


def test_two_that_write_the_same_chunk_leave_it_whole(problem, whole, copied, monkeypatch):
    """The second finds the first's chunk, damaged a moment later or not, and the store is right in the end."""
    shutil.rmtree(copied / "chunks" / "00001")
    real, first = Store.write, []

    def twice(self, chunk, stamp, data):
        if chunk == 1 and not first:
            first.append(real(self, chunk, stamp, data))
        return real(self, chunk, stamp, data)

    monkeypatch.setattr(Store, "write", twice)
    assert simulate(problem, store=copied, **OPTIONS).data.identical(whole[0].data)
    assert first == [True]


def test_an_address_is_checked_as_a_folder_is(problem, whole):
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed: pip install 'forbear[cluster]'")
    place = "memory://damage/one"
    simulate(problem, store=place, **OPTIONS)
    files = fsspec.filesystem("memory")
    names = files.find("/damage/one")
    assert len(names) == len(files_of(whole[1]))
    for number, name in enumerate(names[::3]):
        raw = files.cat_file(name)
        if number % 2:
            files.rm_file(name)
        else:
            files.pipe_file(name, raw[:-1])
        told = Told()
        assert simulate(problem, store=place, progress=told, **OPTIONS).data.identical(whole[0].data)
        assert len(told.lines) == (0 if name.endswith(".json") and number % 2 == 0 and raw[-1:] == b"\n" else 1), name


@pytest.mark.parametrize("name", ["manifest.json", "chunks/00000/seal.json"])
def test_a_link_in_a_store_of_another_leads_to_no_file_that_is_written(problem, whole, copied, tmp_path, name):
    precious = tmp_path / "precious"
    precious.write_text("mine", encoding="utf-8")
    path = copied / name
    path.unlink()
    path.symlink_to(precious)
    check_again(problem, copied, whole[0])
    assert precious.read_text(encoding="utf-8") == "mine"
