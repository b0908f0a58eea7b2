"""Syntax trees of Python's text, from any thread.

`ast.parse` counts how deep it is in one place for all threads of a process. Where another thread comes in between,
which takes no more than the collection of garbage, it raises `SystemError: AST constructor recursion depth mismatch`
for a text without fault (seen with Python 3.11; CPython issue 106905). Rules are read in threads of the laboratory, so
every tree is made here.
"""

from __future__ import annotations

import ast
import gc
import threading

__all__ = ["expression", "parse"]

_one_at_a_time = threading.Lock()


def parse(text: str) -> ast.Module:
    """Return the tree of a module's text. Raises SyntaxError as `ast.parse`."""
    with _one_at_a_time:
        collecting = gc.isenabled()
        # what a collection calls could hand over to a thread that is not ours, and that makes a tree
        gc.disable()
        try:
            return ast.parse(text)
        finally:
            if collecting:
                gc.enable()


def expression(text: str) -> ast.expr:
    """Return the tree of one expression. Raises SyntaxError as `ast.parse`, ValueError for anything else than one."""
    body = parse(text.strip()).body
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        raise ValueError(f"not one expression: {text[:80]!r}")
    return body[0].value
