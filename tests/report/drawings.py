"""One example of every kind of chart, one with nothing to show, and ways to read a drawing back."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np

from forbear.figures import kinds
from forbear.figures.grid import grid
from forbear.figures.histogram import before_and_after
from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.ranks import ranks
from forbear.figures.scatter import Point, scatter
from forbear.figures.shares import ShareRow, shares
from forbear.figures.sheet import width_of
from forbear.figures.years import Count, years_figure

LONG = (
    "A lever <named> at great length & with Donaudampfschifffahrtsgesellschaftskapitänsmütze in its name, over and over"
)
NAN = float("nan")
SPREAD = np.array([-1.64, -0.67, 0.0, 0.67, 1.64])


def effect_row(label, group="all", middle=0.9, spread=0.3, word="open"):
    return IntervalRow(label, group, *np.exp(np.log(middle) + spread * SPREAD).tolist(), word)


def effect_rows():
    return [
        effect_row("Army kept", "Institutions", 0.6, 0.4, "likely lowers deaths"),
        effect_row(LONG, "Force & <arms>", 1.4, 0.7, LONG),
        effect_row("Elections first", "Institutions", 1.1, 0.1),
        IntervalRow("Not run", "Force & <arms>", NAN, NAN, NAN, NAN, NAN),
    ]


def strategies(count=14):
    rng = np.random.default_rng(4)
    out = []
    for k in range(count):
        x, y = rng.uniform(2e4, 6e4), rng.uniform(300, 900)
        five = [tuple(float(v) for v in c * np.exp(0.3 * SPREAD)) for c in (x, y)]
        out.append(Point(f"Strategy {k} <&> of a kind", *five, pareto=k % 3 == 0))
    return out


def figures():
    rng = np.random.default_rng(1)
    audit = [
        ShareRow(LONG, 0.42, 0.35, 0.23, "two-sided"),
        ShareRow("Aid", 0.03, 0.968, 0.002, LONG),
        ShareRow("Partition", NAN, NAN, NAN),
    ]
    return {
        "intervals": intervals("effects", "Effects <&>", "ratio of deaths", effect_rows(), margin=(0.9, 1.1), logarithmic=True, sides=("fewer <", "more >")),
        "shares": shares("audit", "Audit <&>", audit, required=0.2),
        "ranks": ranks("pit", "Ranks <&>", [14, 9, 11, 10, 8, 12, 9, 11, 10, 26]),
        "histogram": before_and_after("narrowed", "Before and after <&>", "ratio <&>", np.exp(rng.normal(0, 0.7, 900)), np.exp(rng.normal(-0.3, 0.2, 700)), margin=(0.9, 1.1), logarithmic=True),
        "scatter": scatter("front", "Front <&>", "deaths <&>", "cost, billion US$", strategies()),
        "grid": grid("regret", "Regret <&>", "regret", ["As it was", LONG], ["deaths", "cost <&>", LONG], [[0.0, 40.0, 0.2], [9000.0, 0.0, NAN]]),
        "years": years_figure("years", "Years <&>", "persons <&>", [2003, 2004, 2005], rng.uniform(10, 90, (60, 3)), counts=[Count(2003, 80.0, "counts <all> & more of 2003"), Count(2005, 40.0)]),
    }  # fmt: skip


EMPTY = {
    "intervals": intervals("e", "Empty", "ratio", []),
    "shares": shares("e", "Empty", []),
    "ranks": ranks("e", "Empty", [0, 0, 0]),
    "histogram": before_and_after("e", "Empty", "ratio", [NAN], [1.0]),
    "scatter": scatter("e", "Empty", "x", "y", []),
    "grid": grid("e", "Empty", "regret", [], ["deaths"], []),
    "years": years_figure("e", "Empty", "persons", [], np.zeros((4, 0))),
}
NAMES = sorted(EMPTY)


def tree(figure):
    """The drawing without its namespace; fails where it is not well formed."""
    return ElementTree.fromstring(kinds.draw(figure).replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def kind(root, name):
    return [e for e in root.iter() if e.get("class") == name]


def number(element, *names):
    return tuple(float(element.get(n)) for n in names)


def size_of(element):
    found = re.search(r"font-size:([\d.]+)px", element.get("style", ""))
    return float(found.group(1)) if found else 12.0  # what the style sheet says of ticks


def text_boxes(root):
    """Boxes of all upright words; turned ones (in a group) stand alone at the left edge."""
    turned = {t for g in root.iter("g") for t in g.iter("text")} | {t for t in root.iter("text") if t.get("transform")}
    out = []
    for text in root.iter("text"):
        if text in turned:
            continue
        (x, y), size = number(text, "x", "y"), size_of(text)
        wide = width_of(text.text or "", size)
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[text.get("text-anchor", "start")]
        out.append((text.text, (left, y - 0.8 * size, left + wide, y + 0.2 * size)))
    return out
