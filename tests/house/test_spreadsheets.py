"""Tables for spreadsheets: no cell begins a formula."""

import ast
import csv
import io
from pathlib import Path

import pytest

from forbear.app.play.game import Decision, Game, Turn
from forbear.app.play.log import csv_of
from forbear.spreadsheets import csv_text, frame_text, harmless


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-cmd", "@x", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1", "-2+3", '=HYPERLINK("x")']
)
def test_a_text_that_begins_a_formula_is_neutralised_in_heads_and_cells(text):
    head, row = list(csv.reader(io.StringIO(csv_text(["a", text], [["b", text]]), newline="")))
    assert head[1].startswith("'") and row[1].startswith("'")


@pytest.mark.parametrize("cell", ["-3.5", "+2", "-", "1e-05", "-1.2e+06", -3.5, 7, "plain", "", "a=b"])
def test_numbers_and_plain_texts_stay_as_they_are(cell):
    assert harmless(cell) == cell


def test_the_names_of_numbers_in_a_log_cannot_be_formulas():
    class Problem:
        month_labels = ("2003-05",)

    turn = Turn(1, 0, 0, 1, Decision(), "=cmd", "", "none", {"=evil": 1.0, "@evil": -2.0})
    game = Game("g", "meadow", "", "HISTORY", "prior", 1, 1, True, "", [turn])
    for row in csv.reader(io.StringIO(csv_of(game, Problem()))):
        for cell in row:
            assert cell[:1] not in "=+@" or not cell


def test_a_frame_has_no_formula_in_its_head_its_index_or_its_cells():
    import pandas as pd

    evil = '=HYPERLINK("x")'
    columns = {
        evil: [1.5, -2.0],
        "name": [evil, "plain"],
        "kind": pd.Categorical(["@x", "-"]),
        "word": pd.array(["+a", None], dtype="string"),
    }
    one = pd.DataFrame(columns, index=pd.Index([evil, "b"], name="=head"))
    two = one.set_index(pd.MultiIndex.from_tuples([(evil, 1), ("b", -2)], names=["=a", "b"]))
    for frame in (one, two):
        found = list(csv.reader(io.StringIO(frame_text(frame, index=True))))
        for row in found:
            assert not any(cell[:1] in tuple("=+@") and cell for cell in row), row
        assert [row[-4] for row in found[1:]] == ["1.5", "-2.0"] and found[2][-2] == "-" and found[2][-1] == ""
    assert list(one.columns)[0] == evil  # the frame itself is as it was


def test_a_frame_without_formulas_is_written_as_pandas_writes_it():
    import pandas as pd

    when = pd.date_range("2003-01-01", periods=3)
    frame = pd.DataFrame({"when": when, "x": [1, 2, 3], "y": [0.5, None, -1e300], "s": ["a", "b,c", 'd"']})
    for index in (True, False):
        assert frame_text(frame, index=index) == frame.to_csv(index=index, lineterminator="\n")
        dated = frame.set_index("when")
        assert frame_text(dated, index=index) == dated.to_csv(index=index, lineterminator="\n")


#: Who writes CSV by other means, and why none of it can hold what somebody else named.
WRITES_BY_ITSELF = {
    "spreadsheets.py": "the one way",
    "cli/atlas.py": "cases and facts that ship",
    "cli/evidence.py": "series that ship, compared with their checksums",
}


def test_nobody_else_writes_a_table_of_what_others_can_name():
    source = Path(__file__).resolve().parents[2] / "src" / "forbear"
    found = set()
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and (
                node.attr == "DictWriter"
                or (node.attr == "writer" and isinstance(node.value, ast.Name) and node.value.id == "csv")
            ):
                found.add(path.relative_to(source).as_posix())
            # a frame's own `to_csv` gives a text, ours takes a folder
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "to_csv":
                if any(word.arg in ("index", "lineterminator", "float_format") for word in node.keywords):
                    found.add(path.relative_to(source).as_posix())
    assert found == set(WRITES_BY_ITSELF)
