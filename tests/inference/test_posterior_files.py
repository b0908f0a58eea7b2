"""A file of a posterior that is not as it should be is refused in words, whatever its checksum says."""

import numpy as np
import pytest

import forbear as fb
from forbear.files import read_arrays, write_arrays
from forbear.inference.posterior import FILE, Posterior


@pytest.fixture(scope="module")
def shipped():
    iraq = fb.load("iraq-2003")
    return iraq.problem(), read_arrays(iraq.beside(FILE))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("scores", lambda a: a[:, 0]),
        ("scores", lambda a: a[:, :3]),
        ("scores", lambda a: a[:0]),
        ("scores", lambda a: a[0, 0]),
        ("scores", lambda a: np.where(np.arange(len(a))[:, None] == 3, np.nan, a)),
        ("scores", lambda a: a.astype(str)),
        ("chain", lambda a: a[:-1]),
        ("chain", lambda a: a.astype(str)),
        ("chain", lambda a: a + 1e300),
        ("log_likelihood", lambda a: a[:, None]),
        ("names", lambda a: np.array("one")),
        ("names", lambda a: np.arange(len(a))),
        ("names", lambda a: a[:-1]),
    ],
)
def test_wrong_arrays_under_a_right_checksum_are_refused(shipped, tmp_path, name, change):
    problem, (arrays, about) = shipped
    path = write_arrays(tmp_path / "posterior.npz", {**arrays, name: change(arrays[name])}, about)
    with pytest.raises(fb.ForbearError) as told:
        Posterior.load(path, problem)
    assert told.value.code == "E606"


@pytest.mark.parametrize("name", ["scores", "chain", "names", "log_likelihood"])
def test_a_missing_array_is_named(shipped, tmp_path, name):
    problem, (arrays, about) = shipped
    path = write_arrays(tmp_path / "posterior.npz", {k: v for k, v in arrays.items() if k != name}, about)
    with pytest.raises(fb.ForbearError) as told:
        Posterior.load(path, problem)
    assert told.value.code == "E606" and name in str(told.value)


def test_a_file_cut_short_or_flipped_anywhere_is_refused(shipped, tmp_path):
    problem, (arrays, about) = shipped
    whole = write_arrays(tmp_path / "posterior.npz", arrays, about).read_bytes()
    random = np.random.Generator(np.random.Philox(7))
    for number in range(40):
        at = int(random.integers(len(whole)))
        bad = whole[:at] if number % 2 else whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :]
        path = tmp_path / f"bad-{number}.npz"
        path.write_bytes(bad)
        try:
            found = Posterior.load(path, problem)
        except fb.ForbearError as error:
            assert error.code == "E606"
        else:  # a byte that no reader of the archive looks at
            assert np.array_equal(found.scores, arrays["scores"].astype(float))
