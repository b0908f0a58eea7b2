"""Scenario files from elsewhere: bounded before they are read, and nothing else is read for them."""

import time
import tracemalloc

import pytest

from forbear.app.security import LARGEST_FILE
from forbear.app.uploads import MOST_CELLS, MOST_WEEKS, load_upload
from forbear.errors import ForbearError

HEAD = '[scenario]\nname = "mine"\ntitle = "Mine"\nkind = "invented"\n'
OWN = HEAD + "start = 2003-01-06\nend = 2010-01-04\n[country]\n"


def refused(tmp_path, text):
    with pytest.raises(ForbearError) as found:
        load_upload(text.encode(), tmp_path, "upload")
    assert not list(tmp_path.iterdir())  # nothing of it stays
    return found.value


def names(letter, many):
    return "[" + ", ".join(f'"{letter}{k}"' for k in range(many)) + "]"


def test_a_country_is_bounded_by_the_cells_that_it_would_make_and_not_by_one_dimension(tmp_path):
    sizes = f"districts = {names('d', 150)}\ncommunities = {names('c', 12)}\norganisations = {names('o', 4)}\n"
    error = refused(tmp_path, OWN + sizes)
    assert "E210" in str(error) and f"{MOST_CELLS:,}" in str(error)


def test_too_many_weeks_are_refused_before_any_is_laid_out(tmp_path):
    tracemalloc.start()
    error = refused(tmp_path, HEAD + 'extends = "meadow"\nstart = 0001-01-01\nend = 9999-12-31\n')
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert str(MOST_WEEKS) in str(error) and most < 200e6


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 80_000 + " = 1",
        'x = 1\n["a"' + ' . "a"' * 20_000 + "]",
        "a = " + "[" * 100_000,
        "a = " + "{b=" * 50_000,
        "\n".join(f"[t{k}]" for k in range(20_000)),
        "\n".join("[[t]]" for k in range(30_000)),
        "a" * 200_000 + " = 1",
        "a = '''" + "'" * 100_000,
        'a = """' + '\\"' * 100_000,
        "a = " + "9" * 200_000,
        "a" + " " * 200_000 + ".",
    ],
    ids=range(11),
)
def test_a_file_that_is_made_to_be_slow_is_refused_at_once_and_in_little_memory(tmp_path, text):
    tracemalloc.start()
    begun = time.process_time()
    refused(tmp_path, text)
    spent = time.process_time() - begun
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100e6
    assert spent < 20  # of a machine's time where it took minutes and gigabytes; no measure of speed


@pytest.mark.parametrize(
    "text",
    [
        OWN + 'districts = { table = "/etc/passwd" }\n',
        OWN + 'districts = { table = "../upload-other/scenario.toml" }\n',
        HEAD + 'extends = "meadow"\n[series.mine]\ntable = "/etc/passwd"\ncolumn = "x"\n',
        HEAD + 'extends = "meadow"\n[scenario.borders]\nfile = "/etc/passwd"\n',
        HEAD + 'extends = "meadow"\n[observations.x]\ncrosswalk = "/etc/passwd"\n',
        HEAD + 'extends = "meadow"\n[[rules]]\ndeep = [ { deeper = { file = "/dev/zero" } } ]\n',
    ],
)
def test_an_upload_names_no_other_file_wherever_it_tries(tmp_path, text):
    error = refused(tmp_path, text)
    assert error.code in ("E101", "E102") and "root:" not in str(error)


def test_an_upload_lies_in_a_folder_of_its_own(tmp_path):
    load_upload((HEAD + 'extends = "meadow"\n').encode(), tmp_path, "upload-a")
    load_upload((HEAD + 'extends = "meadow"\n').encode(), tmp_path, "upload-b")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["upload-a", "upload-b"]
    assert [p.name for p in (tmp_path / "upload-a").iterdir()] == ["scenario.toml"]


def test_a_file_above_the_largest_size_is_refused(tmp_path):
    assert refused(tmp_path, "#" * (LARGEST_FILE + 1)).code == "E104"
