"""Numbers of a forest chart: as many decimals as its margin or error allows, whole labels, ticks that are not cut."""

import re

import pytest
from drawings import text_boxes, tree

from forbear.figures.grid import draw as draw_grid
from forbear.figures.grid import grid
from forbear.figures.intervals import IntervalRow, draw, intervals, narrow
from forbear.figures.sheet import wrapped
from forbear.questions.outside import Finding
from forbear.words import minus, percent

SMALL = [-0.021, -0.01, -0.00083, 0.007, 0.015]


def said(svg):
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_numbers_have_the_decimals_of_the_margin_and_none_is_a_minus_nought():
    figure = intervals("x", "X", "index", [IntervalRow.of("a", SMALL)], reference=0.0, margin=(-0.05, 0.05))
    assert figure.decimals == 2 and "0.00 (−0.02 to 0.01)" in said(draw(figure))
    assert figure.rows[0][1:6] == ("−0.02", "−0.01", "0.00", "0.01", "0.01")


@pytest.mark.parametrize(("error", "decimals"), [(0.026, 2), (0.01, 2), (0.2, 1), (0.0012, 3), (3.0, 0)])
def test_an_error_sets_the_decimals_of_its_first_digit(error, decimals):
    figure = intervals("x", "X", "index", [IntervalRow.of("a", SMALL)], reference=0.0, error=error)
    assert figure.decimals == decimals


def test_a_ratio_keeps_two_digits():
    row = IntervalRow.of("a", [0.45, 0.6, 0.7, 0.8, 0.88])
    figure = intervals("x", "X", "r", [row], margin=(0.9, 1.1), logarithmic=True)
    assert figure.decimals is None and "0.7 (0.45 to 0.88)" in said(draw(figure))


def test_a_band_by_assumption_has_ends_in_one_digit_no_dot_and_no_middle_in_its_table():
    five = [5400.0, 17000.0, 39000.0, 75000.0, 170000.0]
    rows = [IntervalRow.of("done", five), IntervalRow.of("never", five, assumed=True)]
    figure = intervals("x", "X", "persons", rows, reference=None, logarithmic=True)
    svg = draw(figure)
    assert "5,000 to 200,000" in said(svg) and svg.count('class="middle"') == 1 == svg.count('class="fifty"')
    assert figure.rows[1][1:6] == ("5,000", "not told", "not told", "not told", "200,000")


def test_no_tick_of_a_narrow_chart_is_cut_and_none_stands_on_another():
    rows = [IntervalRow.of("a", [5400.0, 17000.0, 39000.0, 75000.0, 170000.0])]
    root = tree(narrow(intervals("x", "X", "persons", rows, reference=None, logarithmic=True)))
    ticks = [e for e in root.iter("text") if e.get("class") == "tick-word"]
    assert ticks[0].text == "5,000" and ticks[0].get("text-anchor") == "start"
    boxes = [box for words, box in text_boxes(root) if words in {t.text for t in ticks}]
    assert all(box[0] >= 0 and box[2] <= 360 for box in boxes)


def test_what_tells_two_comparisons_apart_is_not_cut_off_a_label():
    first = "H14 Every remedy of the conventional wisdom at its feasible most, against: "
    ends = ("counterterrorism without an occupation from July 2004", "the same counterterrorism beside its occupation")
    rows = [IntervalRow.of(first + end, [0.2, 0.4, 0.5, 0.7, 1.0]) for end in ends]
    figure = intervals("x", "X", "ratio", rows, logarithmic=True)
    for one in (figure, narrow(figure)):
        words = " ".join(said(draw(one)))
        assert "…" not in words and all(end in words for end in ends)


def test_a_number_stays_with_its_sign_when_words_are_broken_into_lines():
    assert wrapped("all theories: argument 90\N{NO-BREAK SPACE}%", 150, 3)[-1].endswith("90\N{NO-BREAK SPACE}%")


def test_the_head_of_a_column_of_a_grid_is_not_broken_within_a_word():
    heads = "civilians killed|displaced|soldiers|budget|governance|attacks abroad|allies|adversaries".split("|")
    words = said(draw_grid(grid("x", "X", "own units", ["a"], heads, [[1.0] * 8])))
    assert "adversaries" in words


def test_a_finding_whose_interval_has_no_width_is_told_as_a_number():
    assert Finding("x", "171", "171.0", "171.0", unit="campaigns").words == "171 campaigns"
    assert Finding("x", "0.4", "0.1", "0.7").words == "0.4 (0.1 to 0.7)" and Finding("x", "about 5").words == "about 5"


def test_what_rounding_leaves_of_a_share_is_none_and_a_small_share_is_not():
    assert percent(5.6e-17) == percent(0.0) and percent(1 - 1e-12) == percent(1.0)
    assert percent(1e-4).startswith("under 1") and percent(1 - 1e-4).startswith("over 99")


def test_a_minus_is_a_minus_and_a_date_keeps_its_hyphens():
    assert minus("-0.4 (-1.1 to 0.3), 2004-12, H-1, 5-10") == "−0.4 (−1.1 to 0.3), 2004-12, H-1, 5-10"
