"""Constants: every number of the rules that is neither fact, lever nor parameter, each declared once.

A room keeps its own in `constants.toml` beside `parameters.toml`; those that several rooms read stand in
`country/constants.toml`. Rules read them as `constant.NAME`; in compiled kernels they are plain numbers. A rule itself
holds no number but 0, 1, 2 as a divisor or exponent, and 0.5 as an exponent (`undeclared_numbers`).
"""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from forbear.country.declare import Constant
from forbear.syntax import parse

__all__ = ["FILE", "SHARED", "constant_of", "constants_of", "read_constants", "undeclared_numbers"]

FILE = "constants.toml"
#: The room that constants of several rooms are listed under.
SHARED = "shared"
_KEYS = ("value", "unit", "meaning", "source", "varied")


def constant_of(room: str, name: str, entry: dict[str, Any]) -> Constant:
    """Return a constant from its entry of a constants.toml.

    Raises KeyError for a missing key, ValueError for an unknown one, a value that is no finite number, or a `varied` that
    is neither true nor false.
    """
    unknown = [key for key in entry if key not in _KEYS]
    if unknown:
        raise ValueError(f"constant {name}: unknown key {unknown[0]!r}; allowed: {', '.join(_KEYS)}")
    value, varied = entry["value"], entry["varied"]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"constant {name}: value = {value!r} is no finite number")
    if not isinstance(varied, bool):
        raise ValueError(f"constant {name}: varied = {varied!r} is neither true nor false")
    return Constant(name, float(value), entry["unit"], entry["meaning"], entry["source"], varied, room)


def read_constants(folder: Path, room: str) -> dict[str, Constant]:
    """Return the constants of a folder, name to constant; none where it has no constants.toml. Raises as `constant_of`."""
    path = folder / FILE
    if not path.is_file():
        return {}
    return {
        name: constant_of(room, name, entry) for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items()
    }


@cache
def _shared() -> dict[str, Constant]:
    return read_constants(Path(__file__).parent, SHARED)


def constants_of(file: str) -> SimpleNamespace:
    """Return what rules of a `dynamics.py` read as `constant`: values of its room's constants and of the shared ones.

    file: the `__file__` of the module, whose folder holds the room's constants.toml.
    """
    folder = Path(file).parent
    own = read_constants(folder, folder.name)
    return SimpleNamespace(**{name: entry.value for name, entry in {**_shared(), **own}.items()})


def undeclared_numbers(function: Callable[..., None]) -> list[str]:
    """Return what a rule says in numbers that nobody declared, as "line 12: 0.35", in the order of lines.

    Lines are counted from the rule's first, its decorator. Found in the syntax tree, so none can hide in a call or an index.
    """
    tree = parse(textwrap.dedent(inspect.getsource(function)))
    allowed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            allowed |= _places(node.right, (2,))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "power":
            for exponent in node.args[1:]:
                allowed |= _places(exponent, (2, 0.5))
    numbers = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, complex)) and id(node) not in allowed
    ]
    found = sorted((node.lineno, str(node.value)) for node in numbers if node.value not in (0, 1))
    return [f"line {line}: {value}" for line, value in found]


def _places(node: ast.expr, values: tuple[float, ...]) -> set[int]:
    return {id(node)} if isinstance(node, ast.Constant) and node.value in values else set()
