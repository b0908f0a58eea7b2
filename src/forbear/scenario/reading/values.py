"""One value of a scenario file: a number, the number of a named member, a prior; with every fault noted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from forbear.country.declare import Fact, Lever, Parameter, Prior
from forbear.errors import UnitError, nearest
from forbear.scenario.priors import FAMILIES, argument_faults
from forbear.scenario.reading.document import Document, Written
from forbear.scenario.reading.locate import Path
from forbear.units import ask_about_thousands, convert, factor

__all__ = ["bounded", "fact_range", "fact_value", "member_index", "number", "prior"]


def number(document: Document, path: Path, raw: object, unit: str, given: object = None) -> float | None:
    """Return `raw` as a number in `unit`, or None after noting what is wrong (E203, E227, E3xx).

    A plain number is in the unit `given` (text, when the file names one), else already in `unit`; a text carries its
    own unit.
    """
    allowed = f"a number in {unit}" if unit not in ("-", "") else "a number"
    try:
        if isinstance(raw, str):
            if raw.lstrip()[:1] in ("+", "*", "="):
                document.fault(
                    "E230",
                    f"{raw!r} is a change; a file states changes as {{ add = ... }}, {{ scale = ... }}"
                    " or { set = ... }",
                    path,
                    raw,
                    allowed,
                )
                return None
            value = convert(raw, unit)
        elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
            value = float(raw)
            if isinstance(raw, Written):
                ask_about_thousands(raw.written, given if isinstance(given, str) else unit)
            if isinstance(given, str):
                value *= factor(given, unit)
        else:
            document.fault("E203", "a number is needed", path, raw, allowed)
            return None
    except OverflowError:
        value = math.inf
    except UnitError as error:
        fault = error.faults[0]
        document.faults.add(
            replace(
                fault,
                file=document.file,
                line=document.line(path),
                field=".".join(map(str, path)),
                allowed=f"a unit that converts to {unit}" if fault.code in ("E301", "E302") else fault.allowed,
            )
        )
        return None
    if not math.isfinite(value):
        document.fault("E227", "the number is not finite", path, raw, allowed)
        return None
    return value


def bounded(document: Document, path: Path, value: float, declared: Fact | Lever, raw: object) -> bool:
    """Say whether a value is within what the model declares; note E204 when it is not."""
    if declared.low <= value <= declared.high:
        return True
    allowed = f"{_plain(declared.low)} to {_plain(declared.high)} {declared.unit}".rstrip(" -")
    document.fault("E204", f"{declared.key} = {_plain(value)} is out of bounds", path, raw, allowed)
    return False


def _plain(value: float) -> str:
    """A number without exponents where it can be read without them."""
    return f"{value:.10g}" if abs(value) < 1e9 else f"{value:g}"


def member_index(document: Document, path: Path, raw: object, dimension: str, members: Sequence[str]) -> int | None:
    """Return the index of a member by its name; "none" is -1. Notes E203 or E206."""
    if not isinstance(raw, str):
        document.fault("E203", f"the name of a {dimension} is needed", path, raw, ", ".join(members))
        return None
    if raw in members:
        return list(members).index(raw)
    if raw == "none":
        return -1
    document.fault("E206", f"no {dimension} {raw!r}", path, raw, ", ".join(members), nearest(raw, members))
    return None


def fact_value(
    document: Document, path: Path, raw: object, fact: Fact, members: dict[str, tuple[str, ...]], given: object = None
) -> float | None:
    """Return the value of a fact as a number; switches may be true or false, index facts are names.

    Notes E203, E204, E206, E227, E231 or E3xx and returns None when the value cannot be used.
    """
    if fact.unit in members and fact.integer:
        index = member_index(document, path, raw, fact.unit, members[fact.unit])
        if index == -1 and fact.default != -1:
            document.fault("E206", f"{fact.key} needs a {fact.unit}", path, raw, ", ".join(members[fact.unit]))
            return None
        return None if index is None else float(index)
    if isinstance(raw, bool) and fact.integer:
        raw = int(raw)
    value = number(document, path, raw, fact.unit, given)
    if value is None or not bounded(document, path, value, fact, raw):
        return None
    if fact.integer and value != int(value):
        document.fault("E231", f"{fact.key} takes whole numbers only", path, raw)
        return None
    return value


def fact_range(document: Document, path: Path, spec: dict[str, Any], fact: Fact) -> tuple[float, float] | None:
    """Return how far a guessed fact could as well be: `range = [low, high]`, around its value. Notes E233 or E3xx."""
    given, unit = spec["range"], spec.get("unit")
    allowed = "range = [low, high], the value between them"
    if fact.integer or not (isinstance(given, list) and len(given) == 2):
        reason = f"{fact.key} is a name or a switch and has no range" if fact.integer else "a range is two numbers"
        document.fault("E233", reason, (*path, "range"), given, allowed)
        return None
    ends = [number(document, (*path, "range"), end, fact.unit, unit) for end in given]
    if ends[0] is None or ends[1] is None:
        return None
    low, high = float(ends[0]), float(ends[1])
    if not all(bounded(document, (*path, "range"), end, fact, given) for end in (low, high)):
        return None
    value = number(document, path, spec["value"], fact.unit, unit) if "value" in spec else None
    if not low < high or (value is not None and not low <= value <= high):
        document.fault("E233", "the value does not lie within its range", (*path, "range"), given, allowed)
        return None
    return low, high


def prior(document: Document, path: Path, spec: dict[str, Any], parameter: Parameter) -> Prior | None:
    """Return the prior that a table states, in the parameter's unit. Notes E215, E216, E227 or E3xx."""
    family = spec.get("prior")
    if not isinstance(family, str) or family not in FAMILIES:
        document.fault(
            "E215",
            f"unknown family of priors {family!r}",
            (*path, "prior"),
            family,
            ", ".join(FAMILIES),
            nearest(str(family), FAMILIES),
        )
        return None
    known = FAMILIES[family]
    given = {key: value for key, value in spec.items() if key not in ("prior", "unit", "source", "note")}
    arguments: dict[str, float] = {}
    for name, raw in given.items():
        if name not in known.arguments:
            document.fault(
                "E216",
                f"{family} takes no {name!r}",
                (*path, name),
                raw,
                ", ".join(known.arguments),
                nearest(name, known.arguments),
            )
            continue
        scaled = name in known.scaled
        value = number(
            document, (*path, name), raw, parameter.unit if scaled else "-", spec.get("unit") if scaled else None
        )
        if value is not None:
            arguments[name] = value
    if any(name in given and name not in arguments for name in known.arguments):
        return None
    if any(name not in known.arguments for name in given):
        return None
    faults = argument_faults(family, arguments)
    for words in faults:
        document.fault("E216", words, path, spec, f"{family}({', '.join(known.arguments)}): {known.rule}")
    return None if faults else Prior(family, arguments)
