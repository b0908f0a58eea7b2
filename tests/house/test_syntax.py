"""Syntax trees are made from any thread, and in one place."""

from __future__ import annotations

import ast
import gc
import re
import sys
import threading
from pathlib import Path

import pytest

from forbear import syntax

SOURCE = Path(syntax.__file__).parent
TEXT = (SOURCE / "kernel" / "language.py").read_text(encoding="utf-8")


class Litter:
    """A circle that only a collection takes away, and that then runs Python: there a thread hands over to another."""

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        for _ in range(200):
            pass


@pytest.fixture
def hurried():
    """Threads take turns as often as they can, and garbage is collected all the time."""
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(50)
    yield
    gc.set_threshold(*threshold)
    sys.setswitchinterval(interval)


def test_threads_that_read_rules_side_by_side_do_not_disturb_one_another(hurried) -> None:
    wrong: list[Exception] = []

    def work(depth: int) -> None:
        if depth:
            return work(depth - 1)
        for _ in range(40):
            for _ in range(50):
                Litter()
            try:
                syntax.parse(TEXT)
            except SystemError as error:  # with ast.parse, in some of a hundred
                wrong.append(error)
        return None

    threads = [threading.Thread(target=work, args=(10 * number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert gc.isenabled()


def test_a_collection_that_was_off_stays_off_and_an_error_turns_it_on_again() -> None:
    with pytest.raises(SyntaxError):
        syntax.parse("a b c")
    assert gc.isenabled()
    gc.disable()
    try:
        syntax.parse("a")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_an_expression_is_one_and_no_statement() -> None:
    assert ast.dump(syntax.expression(" x[1] + 2")) == ast.dump(ast.parse("x[1] + 2", mode="eval").body)
    for text in ("x = 1", "x; y", ""):
        with pytest.raises(ValueError, match="not one expression"):
            syntax.expression(text)


def test_no_other_file_of_the_package_makes_a_tree() -> None:
    found = [
        str(path.relative_to(SOURCE))
        for path in sorted(SOURCE.rglob("*.py"))
        if re.search(r"\bast\.(parse|literal_eval)\(|PyCF_ONLY_AST", path.read_text(encoding="utf-8"))
    ]
    assert found == ["syntax.py"]
