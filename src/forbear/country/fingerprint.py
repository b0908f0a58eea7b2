"""The fingerprint of a model: a hash of what bears on numbers, and of nothing else.

Rules go into it as their syntax trees with constants written out, declarations without their prose. A comment, another
line break, a better meaning or source, a number that has become a constant of the same value change nothing, so that
results and posteriors stay valid exactly as long as the model would give them again.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from forbear.country.declare import Fact, Lever, Parameter, Quantity
from forbear.country.week import BEGIN, WEEK
from forbear.syntax import parse

__all__ = ["fingerprint", "rules_of"]

_PROSE = ("meaning", "source", "symbol", "identification", "equations", "sibling", "harms", "helps")
_ASIDE = ("ctx", "kind", "type_comment", "type_params", "decorator_list", "returns")


def fingerprint(
    declared: Iterable[Quantity | Lever | Fact | Parameter],
    constants: Mapping[str, float],
    members: Mapping[str, tuple[str, ...]],
) -> str:
    """Return the SHA-256 of the rules of the house in their order, of declarations, and of members that the model fixes."""
    folder = Path(__file__).parent
    rooms = dict.fromkeys(name.split(".")[0] for name in (*BEGIN, *WEEK))
    trees = {room: rules_of((folder / room / "dynamics.py").read_text(encoding="utf-8"), constants) for room in rooms}
    told = {
        "rules": [(name, trees[name.split(".")[0]][name.split(".")[1]]) for name in dict.fromkeys((*BEGIN, *WEEK))],
        "order": (BEGIN, WEEK),
        "declared": [
            {"is": type(entry).__name__} | {key: value for key, value in asdict(entry).items() if key not in _PROSE}
            for entry in declared
        ],
        "members": dict(members),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def rules_of(text: str, constants: Mapping[str, float]) -> dict[str, Any]:
    """Return the functions of a `dynamics.py` by name, as trees of lists, without docstrings, constants written out."""
    return {
        node.name: _tree([node.args, [s for s in node.body if not _is_docstring(s)]], constants)
        for node in parse(text).body
        if isinstance(node, ast.FunctionDef)
    }


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _tree(node: Any, constants: Mapping[str, float]) -> Any:
    if isinstance(node, list):
        return [_tree(part, constants) for part in node]
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "constant":
        return ["Constant", repr(constants[node.attr])]
    if isinstance(node, ast.Constant):
        return ["Constant", repr(node.value)]
    if isinstance(node, ast.AST):
        # fields that are empty are left out: later versions of Python have more of them
        parts = [(name, getattr(node, name, None)) for name in node._fields if name not in _ASIDE]
        return [
            type(node).__name__,
            *([name, _tree(value, constants)] for name, value in parts if value not in (None, [])),
        ]
    return repr(node)
