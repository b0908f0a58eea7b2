"""Weaves a program into the wide kernel, compiles it once, and gives back a module that runs like the others.

The object file lies beside the other compiled code under a name that holds a hash of the text, the processor and the
compiler, with a seal; what is not as it was sealed is compiled anew and never run.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from math import prod
from pathlib import Path
from threading import RLock
from typing import Any

import llvmlite
import numpy as np

from forbear.errors import FileError
from forbear.files import checksum, read_json, write_bytes, write_json
from forbear.kernel.cache import CacheWarning, alone, cache_folder
from forbear.kernel.driver import RUN_ARGUMENTS, view_symbols
from forbear.kernel.emit import slots
from forbear.kernel.language import Program
from forbear.kernel.wide.draws import write_samplers
from forbear.kernel.wide.driver import ADDRESSES, NUMBERS, write_driver
from forbear.kernel.wide.exact_draws import write_exact_samplers
from forbear.kernel.wide.machine import Target, compiled, loaded, target_of
from forbear.kernel.wide.numbers import WIDE, Numbers
from forbear.kernel.wide.plan import Batch, Plan, Step, plan_of
from forbear.kernel.wide.rules import write_rule
from forbear.kernel.wide.scopes import scoped
from forbear.kernel.wide.text import Module

__all__ = ["CompiledKernel", "check_rule", "plans_of", "text_for", "woven_rules"]


def plans_of(program: Program, *, wide: bool = True) -> dict[str, Plan]:
    """The plan of every rule, by the name of its function. Raises WeaveError for a rule outside the language."""
    return {rule.function: plan_of(scoped(rule, program.symbols), wide=wide) for rule in program.rules}


def woven_rules(program: Program, plans: Mapping[str, Plan], numbers: Numbers = WIDE) -> Module:
    """The text of all rules and of the loop over weeks, the same for every machine.

    Raises WeaveError for what cannot be woven, or for two draws of one address.
    """
    slots(program)
    module = Module(numbers.library)
    for plan in plans.values():
        write_rule(module, plan, program, numbers)
    views = [symbol.variable for symbol in view_symbols(program, True)]
    write_driver(module, program, dict(plans), views, numbers)
    return module


def check_rule(program: Program) -> None:
    """Raise WeaveError where a rule of the program cannot be woven; nothing is compiled."""
    woven_rules(program, plans_of(program))


def text_for(rules: Module, target: Target, numbers: Numbers = WIDE) -> str:
    """The whole kernel for one kind of machine."""
    module = rules.copy(target.attributes, target.sets)
    (write_samplers if numbers is WIDE else write_exact_samplers)(module)
    return str(module)


class CompiledKernel:
    """A compiled kernel of a program: the wide one, or the exact one.

    Attributes
    ----------
    run
        Runs a block, with the arguments of the other kernels' `run`.
    text, name
        What was woven, and a hash of all that the compiled code depends on.
    digest
        A hash of what was woven that is the same on every machine.
    """

    def __init__(
        self,
        program: Program,
        target: Target | None = None,
        plans: Mapping[str, Plan] | None = None,
        numbers: Numbers = WIDE,
    ) -> None:
        """target: the machine's own where none is given; plans: others than `plans_of` makes, for tests."""
        self.target = target or target_of()
        self.plans = dict(plans or plans_of(program))
        self.program = program
        rules = woven_rules(program, self.plans, numbers)
        self.text = text_for(rules, self.target, numbers)
        self.digest = hashlib.sha256(text_for(rules, target_of("sse2"), numbers).encode()).hexdigest()[:16]
        whole = f"{self.text} {self.target.name} {llvmlite.__version__}"
        self.name = f"forbear_woven_{numbers.name}_" + hashlib.sha256(whole.encode()).hexdigest()[:16]
        self._lock = RLock()
        self._function: Callable[..., None] | None = None

    @property
    def __file__(self) -> str:  # type: ignore[override]
        """Where its object file lies, or will lie."""
        return str(cache_folder() / f"{self.name}.o")

    def scratch_rows(self, counts: np.ndarray) -> int:
        """Rows of memory that locals need, for so many members of each dimension."""
        sizes = dict(zip(self.program.dimensions, map(int, counts), strict=True))

        def rows(plan: Plan) -> int:
            named = plan.scoped.dimensions
            return sum(prod(sizes[named[variable]] for variable in loops) for loops in plan.rows.values())

        return max(map(rows, self.plans.values()), default=0) + 1

    def table(self, counts: np.ndarray) -> np.ndarray:
        """Memory for the longest table of a draw."""
        sizes = dict(zip(self.program.dimensions, map(int, counts), strict=True))

        def longest(steps: list[Step]) -> int:
            found = 1
            for step in steps:
                if isinstance(step, Batch):
                    found = max(found, prod(sizes[f.dimension] for f in step.frames if f.variable))
                elif not hasattr(step, "frames"):
                    found = max(found, longest(step.body))
            return found

        return np.zeros(4 * max((longest(plan.steps) for plan in self.plans.values()), default=1), dtype=np.uint64)

    def run(self, *arguments: Any) -> None:
        """Run a block: `RUN_ARGUMENTS`, then the views of quantities."""
        with self._lock:
            if self._function is None:
                self._function = self._compile()
            function = self._function
        space = dict(zip(RUN_ARGUMENTS, arguments, strict=False))
        views = arguments[len(RUN_ARGUMENTS) :]
        space["table"] = space["work"]
        lengths = {
            "lever_rows": space["lever_table"].shape[1],
            "rules": len(space["rule_watch"]),
            "window": space["rule_memory"].shape[1],
            "week_rows": len(space["week_at"]),
            "money_rows": len(space["week_money_at"]),
            "month_rows": len(space["month_at"]),
        }
        arrays = [*(space[name] for name in ADDRESSES), *views]
        for array in arrays:
            assert array.flags.c_contiguous
        addresses = np.array([array.ctypes.data for array in arrays], dtype=np.uint64)
        numbers = np.array([int({**space, **lengths}[name]) for name in NUMBERS], dtype=np.int64)
        function(addresses.ctypes.data, numbers.ctypes.data)

    # -- compilation --------------------------------------------------------------------------------------

    def is_compiled(self) -> bool:
        """True when machine code is already on disk."""
        return Path(self.__file__).exists()

    def damage(self) -> str | None:
        """What is wrong with the machine code on disk, in words; None where it is whole or there is none."""
        path = Path(self.__file__)
        if not path.exists() and not _seal_of(path).exists():
            return None
        try:
            if dict(read_json(_seal_of(path), seal=True)["files"]) == {path.name: checksum(path.read_bytes())}:
                return None
        except FileError as error:
            return "" if error.code == "E101" else "its seal is damaged"
        except (OSError, KeyError, TypeError, ValueError):
            pass
        return "a file is damaged, half-written or lost"

    def _compile(self) -> Callable[..., None]:
        path = Path(self.__file__)
        with alone(path):
            code = self._kept(path)
            if code is None:
                code = compiled(self.text, self.target)
                with suppress(FileError, OSError):  # the next process compiles again: slow, not wrong
                    write_bytes(path, code)
                    write_json(_seal_of(path), {"files": {path.name: checksum(code)}}, seal=True)
        return loaded(code, f"{self.name} {id(self)}", "run", 2)

    def _kept(self, path: Path) -> bytes | None:
        """The machine code on disk where it is as it was sealed; what is not is removed, and that is said."""
        why = self.damage()
        if why is None:
            return path.read_bytes() if path.exists() else None
        for each in (path, _seal_of(path)):
            each.unlink(missing_ok=True)
        if why:
            warnings.warn(f"compiled code of {path.name}: {why}; compiling anew", CacheWarning, stacklevel=4)
        return None


def _seal_of(path: Path) -> Path:
    return path.with_suffix(".seal.json")
