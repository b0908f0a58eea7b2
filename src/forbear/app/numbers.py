"""Numbers as people type them: what can be meant in two ways is asked about, never guessed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forbear.country.declare import Lever

__all__ = ["Doubt", "is_counted", "read_number"]

#: What people set between thousands: dot, comma, apostrophes, underscore, and blanks of four kinds.
_APART = ".,'\u2019_ \u00a0\u2009\u202f"
_PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\Z")
_ONE_GROUP = re.compile(rf"([+-]?[1-9][0-9]{{0,2}})[{_APART}]([0-9]{{3}})\Z")
_GROUPS = re.compile(rf"[+-]?[1-9][0-9]{{0,2}}(?P<apart>[{_APART}])[0-9]{{3}}((?P=apart)[0-9]{{3}})+\Z")
_COMMA = re.compile(r"([+-]?[0-9]+),([0-9]+)\Z")


#: A lever that reaches so far is written in thousands by somebody.
_THOUSANDS = 1000.0


@dataclass(frozen=True)
class Doubt:
    """Why a text is not a number here, and what could be written instead."""

    message: str
    instead: str


def is_counted(lever: Lever) -> bool:
    """True for a lever whose values reach the thousands."""
    return lever.high >= _THOUSANDS and not lever.switch


def read_number(text: str, *, counted: bool) -> float | Doubt:
    """Read one number.

    Parameters
    ----------
    text
        What was typed; blanks around it do not matter.
    counted
        True for things that are counted in thousands (persons, dollars): a mark before exactly three digits can then be
        either a decimal point or set thousands apart, and is asked about. Elsewhere a dot is a decimal point.

    Returns
    -------
    float | Doubt
        The number, or what is doubtful about the text. Parts of a text are never multiplied or joined: only two or more
        groups of three behind one and the same mark ("1,200,000") can mean nothing but thousands.
    """
    text = text.strip()
    one = _ONE_GROUP.match(text)
    if one is not None and (counted or not _PLAIN.match(text)):
        joined, fraction = int(one[1] + one[2]), float(f"{one[1]}.{one[2]}")
        return Doubt("it can be read in two ways", f"{joined}, or {fraction:.10g}: nothing between thousands")
    if _GROUPS.match(text):
        return float(re.sub(rf"[{_APART}]", "", text))
    if _PLAIN.match(text):
        found = float(text)
        return found if math.isfinite(found) else Doubt("too large for a number", "a number")
    comma = _COMMA.match(text)
    if comma is not None:
        return Doubt("a dot sets decimals apart here", f"{comma[1]}.{comma[2]}")
    return Doubt("not a number", "a number such as 150000 or 0.25")
