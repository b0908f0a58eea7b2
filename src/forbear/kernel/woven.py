"""Gives a program's kernels: those that are compiled from text (`wide`), and numba's, which is written as a module.

The file's name holds a hash of its text and of the kernel's own sources, so a changed rule is a new module and
compiled code of an old one is never taken for it. Numba keeps the machine code beside the file (see `cache`).
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path
from threading import RLock
from types import ModuleType

import numba

from forbear.files import write_text
from forbear.kernel import cache, driver, lanes
from forbear.kernel.cache import Sealed, cache_folder, compiled_files
from forbear.kernel.emit import HEADER, slots
from forbear.kernel.functions import FUNCTIONS
from forbear.kernel.language import DRAWS, Program
from forbear.kernel.wide.numbers import EXACT, WIDE
from forbear.kernel.wide.weave import CompiledKernel, plans_of, woven_rules

#: `lanes` in 32 bits and wide, `exact` in 64; `reference` gives the bits of `lanes` by other means (numba), slower.
KERNELS = ("lanes", "exact", "reference")
_COMPILED = {"lanes": WIDE, "exact": EXACT}


def source(program: Program, kernel: str) -> str:
    """The text of the woven module. Randomness: every draw's address is written into it."""
    if kernel in _COMPILED:
        return str(woven_rules(program, plans_of(program), _COMPILED[kernel]))
    if kernel == "reference":
        return _lanes_source(program)
    if kernel == "cuda":
        from forbear.kernel.cuda import cuda_source

        return cuda_source(program)
    raise ValueError(f"unknown kernel {kernel!r}; allowed: {', '.join(KERNELS)}")


_LOADING = RLock()
_TEXTS: dict[tuple[int, str], tuple[Program, str, str]] = {}
_LOADED: dict[tuple[int, str], tuple[Program, ModuleType | CompiledKernel]] = {}


def load(program: Program, kernel: str) -> ModuleType | CompiledKernel:
    """Write the module if it is new, import it and return it. Weaving takes half a second and is done once in a process,
    by one thread: no other is ever given a module that is not whole."""
    with _LOADING:
        if (id(program), kernel) not in _LOADED:  # the program is kept beside it, so that its id stays its own
            made = CompiledKernel(program, numbers=_COMPILED[kernel]) if kernel in _COMPILED else _load(program, kernel)
            _LOADED[id(program), kernel] = program, made
        return _LOADED[id(program), kernel][1]


def digest(program: Program, kernel: str) -> str:
    """What names the woven module: a hash of its text, of the kernel's own sources and of numba's version."""
    if kernel in _COMPILED:
        module = load(program, kernel)
        assert isinstance(module, CompiledKernel)
        return module.digest
    return _text(program, kernel)[1]


def _text(program: Program, kernel: str) -> tuple[str, str]:
    """The module's text and its digest."""
    with _LOADING:
        if (id(program), kernel) not in _TEXTS:
            text = source(program, kernel)
            whole = "sealed" + text + _kernel_sources() + numba.__version__
            _TEXTS[id(program), kernel] = program, text, hashlib.sha256(whole.encode()).hexdigest()[:16]
        return _TEXTS[id(program), kernel][1:]


def _load(program: Program, kernel: str) -> ModuleType:
    text, named = _text(program, kernel)
    name = f"forbear_woven_{kernel}_{named}"
    if name in sys.modules:
        return sys.modules[name]
    path = cache_folder() / f"{name}.py"
    if not path.exists() or path.read_bytes() != text.encode():  # never executed as it lies there: it may be damaged
        write_text(path, text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    exec(compile(text, str(path), "exec"), module.__dict__)
    if "run" in module.__dict__:
        module.__dict__["run"] = Sealed(module.__dict__["run"], path)
    return module


def is_compiled(module: ModuleType | CompiledKernel) -> bool:
    """True when machine code of the module's `run` is already on disk."""
    if isinstance(module, CompiledKernel):
        return module.is_compiled()
    return any(path.suffix == ".nbc" for path in compiled_files(Path(str(module.__file__))))


def damage(module: ModuleType | CompiledKernel) -> str | None:
    """What is wrong with a module's compiled code, in words; "" where its making was broken off, None where nothing is."""
    return module.damage() if isinstance(module, CompiledKernel) else cache.damage(Path(str(module.__file__)))


def _kernel_sources() -> str:
    folder = Path(__file__).parent
    return "".join(
        (folder / f"{name}.py").read_text(encoding="utf-8") for name in ("functions", "vectors", "draws", "steps")
    )


def _lanes_source(program: Program) -> str:
    constants = lanes.Constants()
    places = slots(program)
    rules = [lanes.weave_rule(rule, program.symbols, places, constants) for rule in program.rules]
    imports = ", ".join(f"{name}_lane as {name}" for name in FUNCTIONS)
    head = [
        HEADER,
        "import numpy as np",
        "from numba import njit",
        f"from forbear.kernel.functions import {imports}, woven_rule",
        f"from forbear.kernel.draws import LANES, LANE_MASK, MASK, {', '.join(f'{d}_lanes' for d in DRAWS)}",
        "from forbear.kernel.steps import apply_levers, react, record",
        "F, I64 = np.float32, np.int64",
        f"SCRATCH_ROWS = {max((rows for _, rows in rules), default=0) + 1}",
        f"DRAW_SLOTS = {len(places) + 1}",
        *(f"{name} = F({value!r})" for value, name in constants.names.items()),
        "",
    ]
    return (
        "\n".join(head)
        + "\n"
        + "\n\n".join(text for text, _ in rules)
        + "\n\n"
        + driver.driver_source(program, lanes=True)
    )
