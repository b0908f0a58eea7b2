"""A file of a posterior that is not as it should be is refused in words, whatever its checksum says."""

import numpy as np
import pytest

import forbear as fb
from forbear.files import read_arrays, write_arrays
from forbear.inference.posterior import FILE, Posterior
from forbear.inference.space import Space


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A problem with a posterior that belongs to it: (problem, (arrays, what is said of them))."""
    problem = fb.load("meadow").problem()
    space = Space(problem)
    path = tmp_path_factory.mktemp("posterior") / FILE
    Posterior(space, space.draw(64, 1, "files"), np.repeat(np.arange(4), 16), np.zeros(64), {"model": "0"}, {}).save(
        path
    )
    assert len(Posterior.load(path, problem).scores) == 64, "what is damaged below was whole"
    return problem, read_arrays(path)


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
def test_wrong_arrays_under_a_right_checksum_are_refused(saved, tmp_path, name, change):
    problem, (arrays, about) = saved
    path = write_arrays(tmp_path / "posterior.npz", {**arrays, name: change(arrays[name])}, about)
    with pytest.raises(fb.ForbearError) as told:
        Posterior.load(path, problem)
    assert told.value.code == "E606"


@pytest.mark.parametrize("name", ["scores", "chain", "names", "log_likelihood"])
def test_a_missing_array_is_named(saved, tmp_path, name):
    problem, (arrays, about) = saved
    path = write_arrays(tmp_path / "posterior.npz", {k: v for k, v in arrays.items() if k != name}, about)
    with pytest.raises(fb.ForbearError) as told:
        Posterior.load(path, problem)
    assert told.value.code == "E606" and name in str(told.value)


def test_a_file_cut_short_or_flipped_anywhere_is_refused(saved, tmp_path):
    problem, (arrays, about) = saved
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
