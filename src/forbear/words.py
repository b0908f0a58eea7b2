"""Numbers and lines in plain words: how a number, a share, a ratio, a range, a line of a terminal is written for people.

Two significant digits and no powers of ten; what is not nothing and not all is never rounded to it. What does not fit
on a line goes on in the next and is never cut. No randomness.
"""

from __future__ import annotations

import math
import re
import shutil
import textwrap
from collections.abc import Iterable, Sequence

__all__ = [
    "DUST",
    "NARROWEST",
    "SPACE",
    "approximately",
    "between",
    "columns",
    "join",
    "laid_out",
    "middle_and_span",
    "minus",
    "percent",
    "percent_beside",
    "signed",
    "span",
    "times",
    "within",
]

#: Characters in a line where nothing says how wide the screen is, and the fewest that a line is ever wrapped to.
WIDTH, NARROWEST = 118, 40
#: The least room for the first cells of a table beside the others.
FIRST = 28

#: Keeps a number and its sign on one line.
SPACE = "\u00a0"
#: A share smaller than this is what rounding leaves of none: no draw carries it.
DUST = 1e-9


def approximately(value: float, digits: int = 2) -> str:
    """A number as people should read it.

    Parameters
    ----------
    value
        Any number; one that is not finite is said to be so.
    digits
        Significant digits that are kept.

    Returns
    -------
    str
        With thousands apart, in millions and billions where it is large, never in powers of ten.

    Examples
    --------
    >>> approximately(123456.0), approximately(0.0345), approximately(2.34e9)
    ('120,000', '0.035', '2.3 billion')
    """
    if not math.isfinite(value):
        return "not finite"
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits}g}")
    for size, name in ((1e9, "billion"), (1e6, "million")):
        if abs(rounded) >= size:
            return f"{rounded / size:,.{max(0, digits - 1 - int(math.log10(abs(rounded) / size)))}f} {name}"
    if abs(rounded) >= 10 ** (digits - 1):
        return f"{rounded:,.0f}"
    if abs(rounded) < 1e-3:  # never in powers of ten
        return f"{rounded:.{digits - 1 - math.floor(math.log10(abs(rounded)))}f}"
    return f"{rounded:.{digits}g}"


def span(low: float, high: float, digits: int = 2) -> str:
    """Two numbers as a range, one where both are written alike: "3.2 to 4.7"."""
    first, second = approximately(low, digits), approximately(high, digits)
    return first if first == second else f"{first} to {second}"


def middle_and_span(three: Iterable[float], digits: int = 2) -> str:
    """A middle with its range: "4.1 (3.2 to 4.7)"; the middle alone where all three are written alike.

    three: the low end, the middle, the high end.
    """
    low, middle, high = (approximately(float(value), digits) for value in three)
    return middle if low == middle == high else f"{middle} ({low} to {high})"


def percent(share: float) -> str:
    """A share in whole per cent; what is not nothing and not all is never rounded to it, but for what rounding leaves
    (`DUST`)."""
    if not math.isfinite(share):
        return "not known"
    if DUST < share < 0.005:
        return f"under 1{SPACE}%"
    if 0.995 < share < 1 - DUST:
        return f"over 99{SPACE}%"
    return f"{100 * share:.0f}{SPACE}%"


def percent_beside(share: float, threshold: float) -> str:
    """A share in whole per cent, with decimals where rounding would carry it across the threshold."""
    crosses = (round(share, 2) >= threshold) != (share >= threshold)
    return f"{100 * share:.2f} %" if crosses else f"{100 * share:.0f} %"


def between(low: float, high: float) -> str:
    """Two shares as a range in per cent."""
    first, second = percent(low), percent(high)
    if first == second:
        return first
    short = first.removesuffix(f"{SPACE}%") if first[0].isdigit() else first
    return f"{short} to {second}"


def times(ratio: float) -> str:
    """A ratio as people say it: 20 % less, 26 % more, 3.4 times."""
    if ratio >= 2:
        return f"{approximately(ratio)} times"
    change = round(100 * (ratio - 1))
    if change == 0:
        return "the same"
    return f"{abs(change)}{SPACE}% {'more' if change > 0 else 'less'}"


def signed(value: float) -> str:
    """A difference of an index with its sign, to two digits: "+0.12", "−0.034"."""
    if abs(value) < 0.0005:
        return "0"
    return f"{value:+.{3 if abs(value) < 0.095 else 2}f}".replace("-", "\N{MINUS SIGN}")


def minus(words: str) -> str:
    """Words in which negative numbers have the sign of a minus, not a hyphen; dates, ranges and names stay.

    Examples
    --------
    >>> minus("-0.4 (-1.1 to 0.3) since 2004-12")
    '−0.4 (−1.1 to 0.3) since 2004-12'
    """
    return re.sub(r"(?<![\w.)\]/-])-(?=\.?\d)", "\N{MINUS SIGN}", words)


def join(words: Sequence[str]) -> str:
    """Words in a row: a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def columns() -> int:
    """Characters that fit on a line: as the variable COLUMNS says, else the terminal's width, else 118; at least 40."""
    return max(NARROWEST, shutil.get_terminal_size((WIDTH, 24)).columns)


def within(lines: Iterable[str], width: int) -> list[str]:
    """Lines that fit: a longer one goes on in the next, set in by four more than it began, and no word is lost.

    width: characters of a line. A word that is longer than a line stays whole.

    Examples
    --------
    >>> within(["  why: the fitted model misses what this needs"], 28)
    ['  why: the fitted model', '      misses what this needs']
    """
    out: list[str] = []
    for line in lines:
        for one in line.split("\n"):
            if len(one) <= width:
                out.append(one)
                continue
            begin = one[: len(one) - len(one.lstrip())]
            out += textwrap.wrap(
                one, width, subsequent_indent=begin + "    ", break_long_words=False, break_on_hyphens=False
            )
    return out


def laid_out(head: Sequence[str], rows: Iterable[Sequence[str]], width: int, *, left: int = 1) -> list[str]:
    """A table for a terminal: columns as wide as what they hold, and no cell is ever cut.

    head, rows: cells as text; the first `left` columns begin at the left, the others end at the right. Where the table
    does not fit, first cells go on in the next line; where that leaves them too little room, each has a line of its own;
    where even so it does not fit, every cell stands on a line with its heading.

    Examples
    --------
    >>> print(*laid_out(("outcome", "before", "after"), [("deaths", "150,000", "140,000")], 40), sep="\\n")
    outcome   before    after
    deaths   150,000  140,000
    """
    every = [tuple(head), *(tuple(row) for row in rows)]
    wide = [max(len(row[k]) for row in every) for k in range(len(head))]
    others = sum(wide[1:]) + 2 * (len(wide) - 1)

    def line_of(row: Sequence[str]) -> str:
        padded = (
            cell.ljust(n) if k < left else cell.rjust(n) for k, (cell, n) in enumerate(zip(row, wide, strict=True))
        )
        return "  ".join(padded)

    lines = [line_of(row) for row in every]
    if wide[0] + others <= width:
        return [line.rstrip() for line in lines]
    rest = [line[wide[0] :].rstrip() for line in lines]
    room = width - others
    if room >= FIRST:
        out = []
        for row, numbers in zip(every, rest, strict=True):
            first, *more = textwrap.wrap(row[0], room, subsequent_indent="  ", break_on_hyphens=False) or [""]
            out += [f"{first:<{room}}{numbers}".rstrip(), *more]
        return out
    if others + 2 <= width:
        return [
            line
            for row, numbers in zip(every, rest, strict=True)
            for line in (*within([row[0]], width), "  " + numbers)
        ]
    return [line for row in every[1:] for line in _stacked(every[0], row, width)]


def _stacked(head: Sequence[str], row: Sequence[str], width: int) -> list[str]:
    """A row of a table that is too wide: its first cell, then each other with its heading."""
    told = [
        f"    {name}: {cell}" if name else f"    {cell}" for name, cell in zip(head[1:], row[1:], strict=True) if cell
    ]
    return within([row[0], *told], width)
