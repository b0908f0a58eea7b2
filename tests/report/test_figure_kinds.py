"""Kinds of chart: every one can be read aloud, has its table, and keeps its words in their places."""

import re
import xml.etree.ElementTree as ElementTree
from importlib.resources import files

import numpy as np
import pytest
from drawings import EMPTY, LONG, NAMES, figures, size_of, text_boxes, tree

from forbear.figures import kinds
from forbear.figures.grid import DARKEST
from forbear.figures.intervals import IntervalRow, intervals, narrow
from forbear.figures.placement import crosses
from forbear.figures.sheet import Axis, width_of, wrapped
from forbear.figures.spec import Figure, Line


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_has_a_title_and_words_that_are_read_aloud(name):
    figure = figures()[name]
    root = tree(figure)
    assert root.get("role") == "img" and root.get("class") == "chart"
    title, words = (next(e for e in root if e.get("id") == i) for i in root.get("aria-labelledby").split())
    assert title.text == figure.title and words.text == figure.alternative
    assert len(words.text) > 40


@pytest.mark.parametrize("name", NAMES)
def test_marked_up_characters_are_escaped_and_shown_as_they_are(name):
    figure = figures()[name]
    drawn = kinds.drawn(figure)
    assert "<&>" not in drawn.svg + drawn.legend and "<named>" not in drawn.svg
    assert "<&>" in ElementTree.tostring(tree(figure), method="text", encoding="unicode")


@pytest.mark.parametrize("name", NAMES)
def test_no_two_words_of_a_chart_overlap_and_none_leaves_it(name):
    root = tree(figures()[name])
    _, _, width, height = (float(v) for v in root.get("viewBox").split())
    boxes = text_boxes(root)
    assert len(boxes) > 8
    for k, (words, box) in enumerate(boxes):
        assert box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height, words
        assert not [other for other, held in boxes[:k] if crosses(box, held, -0.5)], words


def test_a_forest_plot_on_a_phone_has_the_same_rows_and_words_and_its_words_stay_apart():
    figure = figures()["intervals"]
    root = tree(narrow(figure))
    _, _, width, height = (float(v) for v in root.get("viewBox").split())
    assert width == 360
    boxes = text_boxes(root)
    said = " ".join(words for words, _ in boxes)
    assert all(row.label.split()[0] in said for row in figure.lines_drawn)
    assert said.count("not estimated") == sum(not row.known for row in figure.lines_drawn)
    assert all(size_of(e) >= 12 for e in root.iter("text"))
    for k, (words, box) in enumerate(boxes):
        assert box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height, words
        assert not [other for other, held in boxes[:k] if crosses(box, held, -0.5)], words
    page = kinds.drawn(figure).svg
    assert page.count("<svg") == 2 and len(set(re.findall(r' id="([^"]+)"', page))) == 4


def test_rows_without_groups_have_no_empty_column():
    plain = intervals("x", "X", "ratio", [IntervalRow.of("a", [0.5, 0.8, 1.0, 1.2, 2.0])])
    assert plain.head[0] == "what" and plain.rows[0][0] == "a" and figures()["intervals"].head[0] == "group"


@pytest.mark.parametrize("name", NAMES)
def test_every_row_of_the_table_has_a_cell_for_each_heading(name):
    figure = figures()[name]
    assert figure.rows and all(len(row) == len(figure.head) for row in figure.rows)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_show_is_said_and_drawn_with_no_table(name):
    figure = EMPTY[name]
    assert not figure.rows and figure.alternative == "Nothing to show."
    assert "Nothing to show:" in kinds.draw(figure) and kinds.legend(figure) == ""


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("ranks", "years")])  # counts are exact, years names
def test_every_table_behind_a_chart_speaks_in_two_digits(name):
    for row in figures()[name].rows:
        for found in re.findall(r"\d[\d.,]*", " ".join(row).replace(LONG, "")):
            assert len(found.replace(",", "").replace(".", "").strip("0")) <= 2 or found == "100", found


def test_text_on_the_darkest_cell_is_readable_on_a_light_and_a_dark_page():
    style = (files("forbear.report") / "style.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root\{([^}]*--sim[^}]*)\}", style)
    assert len(blocks) == 3  # light, dark, print
    for block in blocks:
        colour = dict(re.findall(r"--(\w+):(#\w+)", block))
        ink, page, sim = (_channels(colour[name]) for name in ("ink", "page", "sim"))
        lights = sorted((_light(ink), _light(DARKEST * sim + (1 - DARKEST) * page)))
        assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5


def _channels(code):
    code = code[1:] if len(code) == 7 else "".join(2 * c for c in code[1:])
    return np.array([int(code[k : k + 2], 16) for k in (0, 2, 4)]) / 255


def _light(channels):
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_long_words_are_wrapped_or_shortened_to_their_width():
    for width in (60, 120, 200):
        for lines in (1, 2, 3):
            found = wrapped(LONG, width, lines)
            assert len(found) == lines and found[-1].endswith("…")
            assert all(width_of(line) <= width for line in found)
    assert wrapped("short", 200) == ["short"] and wrapped("", 200) == [""]


def test_ticks_are_round_lie_on_the_axis_and_are_neither_few_nor_many():
    for low, high, steep in ((0.27, 2.9, True), (0.9, 1.2, True), (1.0, 1e9, True), (0, 1, False), (-3.2, 7.1, False), (2e4, 1.3e5, False)):  # fmt: skip
        axis = Axis(low, high, 0.0, 100.0, steep)
        ticks = axis.ticks()
        assert 3 <= len(ticks) <= 9 and ticks == sorted(set(ticks))
        assert all(low <= t <= high for t in ticks)


def test_a_figure_over_time_is_drawn_as_before_and_new_kinds_scroll_on_narrow_screens():
    from forbear.figures import svg

    plain = Figure("x", "X", "persons", "", "words", lines=[Line([2003.0, 2004.0], [1.0, 2.0], "simulated", "s")])
    assert svg.draw(plain) in kinds.drawn(plain).svg and "drawing labelled" not in kinds.drawn(plain).svg
    held = kinds.drawn(figures()["grid"]).svg
    wide = float(re.search(r'viewBox="0 0 ([\d.]+)', held).group(1))
    least = float(re.search(r"--least:(\d+)px", held).group(1))
    assert held.count("<svg") == 1 and 'tabindex="0"' in held and 'class="values sideways"' in held
    assert 12 * least / wide >= 11  # the smallest words on a page that scrolls
