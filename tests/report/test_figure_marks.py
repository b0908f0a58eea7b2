"""Marks of each kind of chart: they stand where the table says, inside the axes, and broken input is refused."""

import re

import numpy as np
import pytest
from drawings import effect_row, effect_rows, figures, kind, number, text_boxes, tree

from forbear.figures import kinds
from forbear.figures.grid import DARKEST, grid
from forbear.figures.histogram import before_and_after
from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.placement import crosses, place_labels
from forbear.figures.ranks import ranks
from forbear.figures.scatter import Point, scatter
from forbear.figures.shares import ShareRow, shares
from forbear.figures.years import Count, narrow, years_figure


def test_interval_marks_stand_where_the_table_says_and_inside_the_axis():
    figure = figures()["intervals"]
    root = tree(figure)
    known = [r for r in figure.lines_drawn if r.known]
    wide, half, dots = kind(root, "ninety"), kind(root, "fifty"), kind(root, "middle")
    assert len(wide) == len(half) == len(dots) == len(known) == 3
    assert len(figure.rows) == 4 and figure.rows[-1][2] == "not estimated"
    ticks = [t for t in kind(root, "tick-word")]
    at = {float(t.text): number(t, "x")[0] for t in ticks}
    low, high = min(at), max(at)
    for row, bar, dot in zip(known, wide, dots, strict=True):
        for value, x in zip((row.low90, row.high90, row.median), (*number(bar, "x1", "x2"), *number(dot, "cx")), strict=True):  # fmt: skip
            assert 216 <= x <= 720 - 152
            part = np.log(value / low) / np.log(high / low)
            assert x == pytest.approx(at[low] + part * (at[high] - at[low]), abs=0.2)


def test_rows_of_one_group_stand_together_under_one_heading():
    figure = figures()["intervals"]
    assert [row[0] for row in figure.rows] == ["Institutions"] * 2 + ["Force & <arms>"] * 2
    assert [g.text for g in kind(tree(figure), "group")] == ["Institutions", "Force & <arms>"]


def test_a_bar_beyond_the_limits_ends_in_an_arrow_and_the_legend_says_so():
    rows = [effect_row("wide", middle=1.0, spread=2.0), effect_row("narrow", middle=1.0, spread=0.05)]
    figure = intervals("cut", "Cut", "ratio", rows, limits=(0.5, 2.0), logarithmic=True)
    assert len(kind(tree(figure), "beyond")) == 2
    assert "goes on beyond the axis" in kinds.legend(figure)


def test_quantiles_out_of_order_and_a_nought_on_a_logarithmic_axis_are_refused():
    with pytest.raises(ValueError, match="out of order"):
        intervals("x", "X", "ratio", [IntervalRow("a", "g", 0.5, 0.9, 0.8, 1.0, 1.2)])
    with pytest.raises(ValueError, match="logarithmic"):
        intervals("x", "X", "ratio", effect_rows(), reference=0.0, logarithmic=True)


def test_the_parts_of_a_share_bar_are_as_long_as_the_shares_and_make_the_whole():
    figure = figures()["shares"]
    boxes = [number(b, "x", "width") for b in kind(tree(figure), "share")]
    assert len(boxes) == 6 and figure.rows[2][1:4] == ("not run",) * 3
    whole = 720 - 216 - 152
    for row, three in zip(figure.bars[:2], (boxes[:3], boxes[3:]), strict=True):
        for share, (_, width) in zip((row.helps, row.none, row.hurts), three, strict=True):
            assert width == pytest.approx(share * whole, abs=0.2)
        assert sum(width for _, width in three) == pytest.approx(whole, abs=0.5)
    assert figure.rows[1][3] == "under 1 %"


def test_the_parts_of_a_share_bar_differ_by_more_than_colour():
    root = tree(figures()["shares"])
    fills = [re.search(r"fill:([^;]+)", b.get("style")).group(1) for b in kind(root, "share")[:3]]
    assert fills[1:] == ["url(#audit-dots)", "url(#audit-stripes)"]
    assert {p.get("id") for p in root.iter("pattern")} == {"audit-dots", "audit-stripes"}


def test_required_shares_are_marked_from_both_ends():
    at = [number(m, "x1")[0] for m in kind(tree(figures()["shares"]), "required")]
    whole = 720 - 216 - 152
    assert at == pytest.approx([216 + 0.2 * whole, 216 + 0.8 * whole], abs=0.1)


def test_shares_that_do_not_make_one_are_refused():
    with pytest.raises(ValueError, match="make one"):
        shares("x", "X", [ShareRow("a", 0.5, 0.2, 0.1)])


def test_rank_bars_are_as_high_as_their_counts_and_the_band_is_binomial():
    from scipy.stats import binom

    figure = figures()["ranks"]
    root = tree(figure)
    heights = [number(b, "height")[0] for b in kind(root, "rank")]
    counts = [int(row[2]) for row in figure.rows]
    unit = heights[0] / counts[0]
    assert heights == pytest.approx([c * unit for c in counts], abs=0.2)
    assert figure.band == tuple(binom.ppf([0.05, 0.95], 120, 0.1))
    assert number(kind(root, "uniform")[0], "height")[0] == pytest.approx((figure.band[1] - figure.band[0]) * unit, abs=0.3)  # fmt: skip
    assert [row[4] for row in figure.rows].count("above the band") == 1


def test_words_of_ranks_say_what_a_clear_shape_means_and_stay_silent_on_noise():
    said = {
        "too narrow": [40, 10, 8, 6, 5, 5, 6, 8, 10, 40],
        "too wide": [1, 2, 14, 22, 24, 23, 21, 13, 2, 1],
        "lie too low": [3, 5, 8, 9, 10, 14, 15, 17, 19, 20],
        "No clear lean": [12, 10, 9, 11, 10, 12, 9, 10, 11, 10],
    }
    for words, counts in said.items():
        assert words in ranks("r", "R", counts).alternative


def test_broken_counts_are_refused():
    for counts in ([5], [3, -1], [1.5, 2]):
        with pytest.raises(ValueError, match="whole numbers"):
            ranks("r", "R", counts)


def test_shares_of_an_outline_sum_to_one_and_its_words_give_medians_and_intervals():
    draws = np.random.default_rng(2).normal(0.0, 1.0, 4000)
    figure = before_and_after("b", "B", "difference", draws, draws / 4 + 0.5, reference=0.0)
    assert [sum(o.heights) for o in figure.outlines] == pytest.approx([1.0, 1.0])
    assert figure.outlines[1].median == pytest.approx(0.5, abs=0.05)
    assert "median 0.5" in figure.alternative and len(figure.rows) == len(figure.edges) - 1
    for outline in (e for e in tree(figure).iter("path") if e.get("class", "").startswith("outline")):
        places = np.array([[float(v) for v in p.split()] for p in outline.get("d").strip("MZ").split("L")])
        assert places[:, 0].min() >= 74 and places[:, 0].max() <= 706
        assert places[:, 1].min() >= 22 and places[:, 1].max() <= 300 - 66


def test_draws_at_nought_are_refused_on_a_logarithmic_axis():
    with pytest.raises(ValueError, match="nought"):
        before_and_after("b", "B", "ratio", [0.0, 1.0], [1.0, 2.0], logarithmic=True)


def test_points_of_a_scatter_keep_inside_and_pareto_ones_have_another_shape():
    figure = figures()["scatter"]
    root = tree(figure)
    assert len(kind(root, "pareto")) == sum(p.pareto for p in figure.points) == 5
    circles = [number(c, "cx", "cy") for c in kind(root, "beaten")]
    assert len(circles) == 9 and [row[-1] for row in figure.rows].count("yes") == 5
    for line in kind(root, "whisker-across") + kind(root, "whisker-up"):
        x1, x2, y1, y2 = number(line, "x1", "x2", "y1", "y2")
        assert 78 <= min(x1, x2) and max(x1, x2) <= 702 and 16 <= min(y1, y2) and max(y1, y2) <= 398
    assert len(kind(root, "whisker-across")) == 2 * len(figure.points)


def test_labels_of_crowded_points_do_not_overlap_and_every_one_is_found_or_counted():
    rng = np.random.default_rng(8)
    points = [(float(x), float(y)) for x, y in rng.uniform(100, 200, (40, 2))]
    sizes, area = [(90.0, 14.0)] * 40, (0.0, 0.0, 320.0, 300.0)
    boxes = place_labels(points, sizes, area)
    placed = [b for b in boxes if b is not None]
    assert 10 <= len(placed) < 40
    for k, box in enumerate(placed):
        assert box[0] >= 0 and box[1] >= 0 and box[2] <= 320 and box[3] <= 300
        assert not any(crosses(box, other) for other in placed[:k])
        assert not any(crosses(box, (x - 8, y - 8, x + 8, y + 8)) for x, y in points)
    assert place_labels(points, sizes, area) == boxes


def test_a_label_without_room_is_left_to_the_table_and_that_is_said():
    five = (1.0, 2.0, 3.0, 4.0, 5.0)
    same = [Point(f"A strategy of many words {k}", five, five) for k in range(60)]
    root = tree(scatter("s", "S", "x", "y", same))
    said = next(t.text for t in root.iter("text") if "No room" in (t.text or ""))
    left = int(re.search(r"labels of (\d+)", said).group(1))
    shown = " ".join(t.text for t in kind(root, "label"))
    assert left > 0 and sum(f"words {k}" in shown for k in range(60)) >= 1


def test_a_grid_shades_by_the_largest_of_its_column_and_says_it_in_words():
    figure = figures()["grid"]
    assert figure.rows[0][1:] == ("none (0)", "most (40)", "most (0.2)")
    assert figure.rows[1][1:] == ("most (9,000)", "none (0)", "not compared")
    shade = [float(re.search(r"fill-opacity:([\d.]+)", c.get("style")).group(1)) for c in kind(tree(figure), "cell")]
    assert shade == [0, DARKEST, DARKEST, DARKEST, 0, 0]


def test_a_grid_of_many_objectives_grows_wider_instead_of_squeezing_its_words():
    figure = grid("g", "G", "regret", ["a"], [f"objective {k}" for k in range(12)], [[float(k) for k in range(12)]])
    root = tree(figure)
    assert float(root.get("viewBox").split()[2]) > 1000
    assert min(number(c, "width")[0] for c in kind(root, "cell")) > 80


def test_a_grid_of_the_wrong_shape_or_with_negative_regret_is_refused():
    with pytest.raises(ValueError, match="2 strategies by 1"):
        grid("g", "G", "regret", ["a", "b"], ["deaths"], [[1.0]])
    with pytest.raises(ValueError, match="negative"):
        grid("g", "G", "regret", ["a"], ["deaths"], [[-1.0]])


@pytest.mark.parametrize("value", [9.0, 30.0, 95.0])
@pytest.mark.parametrize("at", [0, 4, 8])
def test_a_note_beside_a_hollow_mark_covers_no_bar_and_no_other_mark_on_wide_and_narrow_pages(at, value):
    totals = np.random.default_rng(at).uniform(5, 100, (40, 9))
    note = Count(2003 + at, value, "counts all of this year; the run begins in May")
    figure = years_figure(
        "y", "Y", "persons", range(2003, 2012), totals, counts=[note, Count(2003 + (at + 3) % 9, 50.0)]
    )
    for one in (figure, narrow(figure)):
        root = tree(one)
        words = [box for text, box in text_boxes(root) if text in " ".join((note.note, "…")) and text]
        bars = [number(b, "x", "y", "width", "height") for b in kind(root, "ninety")]
        boxes = [(x, y, x + w, y + h) for x, y, w, h in bars]
        boxes += [(x - 6, y - 6, x + 6, y + 6) for x, y in (number(c, "cx", "cy") for c in root.iter("circle"))]
        assert " ".join(t for t, _ in text_boxes(root) if t in note.note and t) == note.note
        assert not [w for w in words for b in boxes if crosses(w, b)]
        assert all(b[0] >= 0 and b[1] >= 0 and b[2] <= one.width for b in words)
