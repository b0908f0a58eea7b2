"""Axes of charts: ticks are round, on the axis, told apart and short, whatever the values are."""

import math
import re

import numpy as np
import pytest
from drawings import text_boxes, tree
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.figures import kinds, svg
from forbear.figures.fan import fan, yearly
from forbear.figures.histogram import before_and_after
from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.placement import crosses
from forbear.figures.scatter import Point, scatter
from forbear.figures.sheet import LARGE, SMALL, Axis
from forbear.figures.years import Count, narrow, years_figure

SIZES = {word: size for _, size, word in LARGE} | {"": 1.0}
#: Widest word that has room left of an upright axis.
SHORT = 7
MONTHS = np.arange("2003-05", "2005-05", dtype="datetime64[M]")
finite = st.floats(-1e14, 1e14, allow_nan=False)


def value_of(word, axis):
    """The number that a tick says, with what the axis is multiples of."""
    found = re.fullmatch(r"(−?[\d,]+(?:\.\d+)?)(k| m| bn| tn|)", word)
    assert found, word
    scale = next((size for size, name in SMALL if name == axis.times), 1.0)
    return float(found[1].replace(",", "").replace("−", "-")) * SIZES[found[2]] * scale


def holds(axis, about):
    ticks, words = zip(*axis.labelled(about), strict=True)
    assert list(ticks) == sorted(set(ticks)) and len(set(words)) == len(words)
    spare = 1e-9 * (axis.high - axis.low)
    assert all(axis.low - spare <= t <= axis.high + spare for t in ticks)
    wide = max(abs(t) for t in ticks)
    assert all(value_of(w, axis) == pytest.approx(t, rel=1e-9, abs=1e-9 * wide) for t, w in zip(ticks, words, strict=True))  # fmt: skip
    return words


@given(finite, finite, st.integers(3, 8))
@settings(max_examples=300, deadline=None)
def test_ticks_between_any_two_values_are_apart_and_say_where_they_stand(one, other, about):
    axis = Axis(min(one, other), max(one, other), 0.0, 100.0)
    assert 2 <= len(holds(axis, about)) <= about + 3


@given(st.floats(-15, 14), st.integers(3, 8))
@settings(max_examples=200, deadline=None)
def test_ticks_of_an_axis_from_nought_are_short_enough_to_stand_beside_it(power, about):
    for high in (10.0**power, 1.04 * 10.0**power):
        words = holds(Axis(0.0, high, 0.0, 100.0), about)
        assert words[0] == "0" and max(map(len, words)) <= SHORT, words


@given(st.floats(-12, 13), st.floats(0.01, 9))
@settings(max_examples=200, deadline=None)
def test_ticks_of_logarithms_are_apart_and_say_where_they_stand(power, decades):
    axis = Axis(10.0**power, 10.0 ** (power + decades), 0.0, 100.0, True)
    assert 2 <= len(holds(axis, 6)) <= 10


@pytest.mark.parametrize("value", [0.0, 1e-300, -0.0, 3e-16])
def test_an_axis_of_noughts_runs_from_nought_to_one(value):
    axis = Axis(0.0, value, 0.0, 100.0)
    assert (axis.low, axis.high, axis.times) == (0.0, 1.0, "") and axis.place(value) == pytest.approx(0.0)


@pytest.mark.parametrize("value", [7.0, 1e-9, 3e11, -42.0])
def test_values_that_are_all_alike_stand_in_the_middle_of_an_axis_that_has_nought(value):
    axis = Axis(value, value, 0.0, 100.0)
    assert axis.holds(0.0) and axis.place(value) == pytest.approx(50.0)
    assert axis.low >= 0 or value < 0  # nobody is killed a negative number of times


def charts(values):
    """Every kind of chart with axes, of these numbers: (members,) in any unit."""
    members = np.asarray(values, dtype=float)
    courses = np.repeat(members[:, None], len(MONTHS), axis=1)
    five = tuple(float(q) for q in np.quantile(members, [0.05, 0.25, 0.5, 0.75, 0.95]))
    by_year = np.repeat(members[:, None], 9, axis=1)
    out = [
        fan("fan", MONTHS, courses, title="t", unit="u"),
        fan("log", MONTHS, courses, title="t", unit="u", logarithmic=True),
        fan("range", MONTHS[:5], courses[:, :5], title="t", unit="u", middle=False),
        yearly("yearly", [2003], members[:, None], title="t", unit="u", observed={"o": {2003: five[2]}}),
        years_figure("years", "t", "u", range(2003, 2012), by_year, counts=[Count(2004, five[2], "half of it only")]),
        intervals("intervals", "t", "u", [IntervalRow.of("row", five)], reference=None),
        before_and_after("histogram", "t", "u", members, members, reference=None),
        scatter("scatter", "t", "a", "u", [Point("p", five, five)]),
    ]
    return [*out, narrow(out[4])]


@pytest.mark.parametrize(
    "values",
    [[0.0] * 9, [5.0] * 9, [1e-7] * 9, [4e13] * 9, np.linspace(0, 3e-9, 9), np.linspace(0, 8e12, 9), np.geomspace(0.1, 1e4, 9),
     [0.0] * 8 + [1.0], np.linspace(-2, 3, 9)],
    ids=["nought", "constant", "tiny constant", "huge constant", "tiny", "huge", "wide", "rare", "both signs"],
)  # fmt: skip
def test_every_chart_of_any_numbers_keeps_its_words_on_the_sheet_apart_and_without_powers_of_ten(values):
    for figure in charts(values):
        root = tree(figure)
        _, _, width, height = (float(v) for v in root.get("viewBox").split())
        boxes = text_boxes(root)
        for k, (words, box) in enumerate(boxes):
            assert not re.search(r"\de[-+]?\d|nan|inf", words), (figure.name, words)
            assert box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height, (figure.name, words, box)
            assert not [other for other, held in boxes[:k] if crosses(box, held, -0.5)], (figure.name, words)


def test_noughts_on_a_logarithmic_axis_lie_on_a_line_that_says_nought():
    months = np.zeros((9, len(MONTHS)))
    months[:, 12:] = 100.0
    drawn = svg.draw(fan("log", MONTHS, months, title="t", unit="u", logarithmic=True))
    words = re.findall(r'text-anchor="end" class="tick">([^<]*)<', drawn)
    assert words[0] == "0" and "100" in words
    assert "0" not in re.findall(r'text-anchor="end" class="tick">([^<]*)<', svg.draw(fan("log", MONTHS, months + 5, title="t", unit="u", logarithmic=True)))  # fmt: skip


def test_a_chart_of_a_few_months_names_months_and_one_of_one_year_its_year():
    short = svg.draw(fan("short", MONTHS[:3], np.ones((4, 3)), title="t", unit="u"))
    assert "2003-06" in short
    one = svg.draw(yearly("one", [2003], np.ones((4, 1)), title="t", unit="u"))
    assert ">2003<" in one and math.isfinite(len(one))
    assert kinds.legend(yearly("one", [2003], np.ones((4, 1)), title="t", unit="u"))
