"""Numbers in plain words: the one place that says how a number, a share, a ratio or a range is written for people.

Two significant digits and no powers of ten; what is not nothing and not all is never rounded to it. No randomness.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

__all__ = [
    "SPACE",
    "approximately",
    "between",
    "join",
    "middle_and_span",
    "percent",
    "percent_beside",
    "signed",
    "span",
    "times",
]

#: Keeps a number and its sign on one line.
SPACE = "\u00a0"


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
    """A share in whole per cent; what is not nothing and not all is never rounded to it."""
    if not math.isfinite(share):
        return "not known"
    if 0 < share < 0.005:
        return f"under 1{SPACE}%"
    if 0.995 < share < 1:
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


def join(words: Sequence[str]) -> str:
    """Words in a row: a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
