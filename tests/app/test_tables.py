"""Tables for spreadsheets: no cell begins a formula."""

import csv
import io

import pytest

from forbear.app.play.game import Decision, Game, Turn
from forbear.app.play.log import csv_of
from forbear.app.tables import csv_text, harmless


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-cmd", "@x", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1", "-2+3", '=HYPERLINK("x")']
)
def test_a_text_that_begins_a_formula_is_neutralised_in_heads_and_cells(text):
    head, row = list(csv.reader(io.StringIO(csv_text(["a", text], [["b", text]]), newline="")))
    assert head[1].startswith("'") and row[1].startswith("'")


@pytest.mark.parametrize("cell", ["-3.5", "+2", "1e-05", "-1.2e+06", -3.5, 7, "plain", "", "a=b"])
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
