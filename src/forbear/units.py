"""Units at the border: text such as "4.1 GW" becomes a plain number in the unit that the model declares.

Inside the model every number is plain. A scenario may state a plain number, which is then already in the declared
unit, or a text with a unit, which is converted here. Persons, deaths, attacks, brigades and dollars are kinds of
their own, so that 20 000 soldiers cannot be read as 20 000 megawatts. Pint knows the factors; the small grammar of
unit expressions is this module's own, because a scenario file is not to be trusted with powers of powers.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any

from forbear.errors import Fault, UnitError, nearest

__all__ = ["DIMENSIONLESS", "ask_about_thousands", "convert", "counts_whole", "factor", "number_and_unit", "same_kind"]

#: Words for numbers without a dimension. They say what a number means, not how to convert it.
DIMENSIONLESS = frozenset(
    {"-", "", "share", "index", "ratio", "probability", "logit", "fraction", "indices", "shares", "1"}
)

_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "%": 1e-2,
    "percent": 1e-2,
    "mille": 1e-3,
}

#: Kinds of thing that pint does not know; each line is a pint definition.
_DEFINITIONS = (
    "dollar = [currency]",
    "person = [persons]",
    "casualty = [casualties]",
    "attack = [attacks]",
    "operation = [operations]",
    "brigade = [brigades]",
)

#: What people write, and the name under which pint knows it.
_WORDS = {
    "US$": "dollar",
    "$": "dollar",
    "USD": "dollar",
    "usd": "dollar",
    "dollar": "dollar",
    "dollars": "dollar",
    "person": "person",
    "persons": "person",
    "people": "person",
    "soldier": "person",
    "soldiers": "person",
    "troop": "person",
    "troops": "person",
    "fighter": "person",
    "fighters": "person",
    "resident": "person",
    "residents": "person",
    "member": "person",
    "members": "person",
    "death": "casualty",
    "deaths": "casualty",
    "dead": "casualty",
    "attack": "attack",
    "attacks": "attack",
    "report": "attack",
    "reports": "attack",
    "incident": "attack",
    "incidents": "attack",
    "event": "attack",
    "events": "attack",
    "strike": "strike",
    "strikes": "strike",
    "operation": "operation",
    "operations": "operation",
    "brigade": "brigade",
    "brigades": "brigade",
    "week": "week",
    "weeks": "week",
    "day": "day",
    "days": "day",
    "month": "month",
    "months": "month",
    "year": "year",
    "years": "year",
    "hour": "hour",
    "hours": "hour",
    "W": "watt",
    "kW": "kilowatt",
    "MW": "megawatt",
    "GW": "gigawatt",
    "watt": "watt",
    "kilowatt": "kilowatt",
    "megawatt": "megawatt",
    "gigawatt": "gigawatt",
    "megawatts": "megawatt",
    "gigawatts": "gigawatt",
    "kilowatts": "kilowatt",
    "watts": "watt",
    "TW": "terawatt",
    "km": "kilometer",
    "m": "meter",
    "km2": "kilometer**2",
}

#: Kinds of which there are only whole ones.
_WHOLE = ("person", "casualty", "attack", "operation", "strike")

_NUMBER = re.compile(
    r"\s*(?P<number>[+-]?(?:\d{1,3}(?:[ \u00a0\u2009\u202f_]\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)\s*(?P<unit>.*)\Z",
    re.DOTALL,
)
_DOTTED = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}\Z")
_PIECE = re.compile(
    r"\s*(?:(?P<slash>/|\bper\b)|(?P<times>\*|·)|(?P<number>\d{1,3}(?:[ _]\d{3})+\b|\d+(?:\.\d+)?)(?P<k>k\b)?"
    r"|(?P<word>US\$|\$|%|-(?=\s*\Z)|[A-Za-z][A-Za-z0-9]*))"
)


@cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry()
    for definition in _DEFINITIONS:
        registry.define(definition)
    registry.define("strike = []")
    return registry


def _refuse(code: str, message: str, value: str, allowed: str | None = None, near: str | None = None) -> UnitError:
    return UnitError(code, message, faults=(Fault(code, message, value=value, allowed=allowed, nearest=near),))


@cache
def _parsed(expression: str) -> tuple[float, Any]:
    """Return the factor and pint unit that an expression stands for, read left to right as a product.

    Raises UnitError E301 for a word that is no unit, E303 for text that is no unit expression.
    """
    registry = _registry()
    scale, unit, divide, position = 1.0, registry.dimensionless, False, 0
    counted = False  # the piece before was a divisor such as 100k, taken to count residents
    text = expression.strip()
    if len(text) > 80:
        raise _refuse("E303", "a unit this long cannot be meant", text[:80] + "...")
    text = re.sub(r"\bper\s+(cent|mille)\b", lambda match: "%" if match[1] == "cent" else "mille", text)
    while position < len(text):
        piece = _PIECE.match(text, position)
        if piece is None:
            raise _refuse("E303", f"{expression!r} is not a unit", expression, "words joined by '/', '*' or 'per'")
        position = piece.end()
        if piece["slash"] or piece["times"]:
            divide, counted = bool(piece["slash"]), False
            continue
        if piece["number"]:
            written = piece["number"]
            if not divide and not re.match(r"1\s*(?:/|per\b)", text[piece.start() :].strip()):
                # two numbers side by side are a slip of the pen, never a product
                allowed = 'one number, then words; in the words a number stands after "/" or "per" only'
                raise _refuse("E303", f"{expression!r} has a number where a unit is read", expression, allowed)
            amount = float(re.sub(r"[ _]", "", written)) * (1000 if piece["k"] else 1)
            if amount <= 0:
                raise _refuse("E303", f"{expression!r} is not a unit", expression, "a positive number in a unit")
            part, thing = amount, registry.dimensionless
            # "deaths/100k" and "per 1000" count residents
            counted = divide and amount >= 1000
            if counted:
                thing = registry.person
        else:
            word = piece["word"]
            if counted:  # "per 1000 residents": the word belongs to the number and says what it counts
                unit, divide, counted = unit * registry.person, True, False
            if word in _SCALES:
                part, thing = _SCALES[word], registry.dimensionless
            elif word in DIMENSIONLESS:
                part, thing = 1.0, registry.dimensionless
            elif word in _WORDS:
                part, thing = 1.0, registry.parse_units(_WORDS[word])
            else:
                known = [*_WORDS, *_SCALES, *(name for name in DIMENSIONLESS if name.isalpha())]
                raise _refuse("E301", f"unknown unit {word!r}", expression, near=nearest(word, known))
        scale = scale / part if divide else scale * part
        unit = unit / thing if divide else unit * thing
        divide = False
    return scale, unit


def factor(given: str, declared: str) -> float:
    """Return what a number in unit `given` is multiplied by to be in unit `declared`.

    Raises UnitError E301 (a word is no unit), E302 (another kind of quantity), E303 (no unit expression).
    """
    if _plain(given) == _plain(declared) or (given.strip() in DIMENSIONLESS and declared.strip() in DIMENSIONLESS):
        return 1.0
    scale, unit = _parsed(given)
    try:
        target_scale, target = _parsed(declared)
    except UnitError:
        # a declared unit in words ("logit per death/100k") has no conversions
        raise _refuse("E302", f"{given!r} is not {declared!r}", given, declared) from None
    if unit.dimensionality != target.dimensionality:
        raise _refuse("E302", f"{given!r} is another kind of quantity than {declared!r}", given, declared)
    return float(scale / target_scale * (1 * unit).to(target).magnitude)


def counts_whole(unit: str) -> bool:
    """Say whether a unit counts whole things: persons, deaths, attacks; not thousands of them, and not a rate."""
    return _WORDS.get(unit.strip()) in _WHOLE


def ask_about_thousands(written: str, unit: str) -> None:
    """Raise UnitError E304 where a count of whole things is written with a dot before exactly three digits (20.000)."""
    if counts_whole(unit) and _DOTTED.match(written.strip()):
        whole = written.replace(".", "")
        message = f"{written.strip()} {unit} can be {written.partition('.')[0].strip()} or {whole.strip()}"
        raise _refuse("E304", message, written.strip(), f"{whole.strip()}, or {written.partition('.')[0].strip()}")


def same_kind(given: str, declared: str) -> bool:
    """Say whether a number in unit `given` can be converted to unit `declared`."""
    try:
        factor(given, declared)
    except UnitError:
        return False
    return True


def _plain(unit: str) -> str:
    return "".join(unit.split())


def number_and_unit(text: str) -> tuple[float, str]:
    """Split text such as "20 000 persons" into its number and its unit (possibly empty).

    Thousands may be set apart by spaces or underscores; a comma is refused because it means a thousand to some and
    a decimal to others. Raises UnitError E303.
    """
    match = _NUMBER.match(text[:200])
    allowed = 'a number and a unit, such as "20 000 persons"'
    if match is None:
        raise _refuse("E303", f"{text[:60]!r} is not a number with a unit", text[:60], allowed)
    if match["unit"].startswith((",", ".")):
        raise _refuse("E303", f"a comma in {text[:60]!r} can mean two things", text[:60], allowed + " or 0.5")
    digits = re.sub(r"[ \u00a0\u2009\u202f_]", "", match["number"])
    number = float(digits)
    if not math.isfinite(number):
        raise _refuse("E303", f"{text[:60]!r} is not a finite number", text[:60], allowed)
    return number, match["unit"].strip()


def convert(text: str, declared: str) -> float:
    """Return the number that `text` ("13 billion US$ / year") states, in the unit `declared`.

    A text without a unit is taken to be in the declared unit. Raises UnitError E301, E302, E303, or E304 for "20.000
    persons", which may be twenty or twenty thousand.
    """
    number, unit = number_and_unit(text)
    match = _NUMBER.match(text[:200])
    if match is not None:
        ask_about_thousands(match["number"], unit or declared)
    if not unit:
        return number
    # "13 billion US$" keeps its scale word in the unit; "30 %" is a share
    return number * factor(unit, declared)
