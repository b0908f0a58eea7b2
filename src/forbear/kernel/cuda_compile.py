"""Compiles the woven GPU kernels through numba-cuda, without fused multiply-add, and says why that cannot be done.

A fused multiply-add rounds once where the processor rounds twice, so results would differ from the lanes'. numba-cuda
has no option against it: the compiler's own `-fma=0` is passed on here while the country is being compiled (and
nowhere else), link-time optimisation is off, since it would decide anew, and what comes out is searched for `fma`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from forbear.kernel import woven
from forbear.kernel.cuda import rule_functions
from forbear.kernel.language import Program

__all__ = ["GpuProgram", "fused", "is_compiled", "load", "missing", "ptx_of", "simulated"]

#: Kernels that are not woven.
STEPS = ("clear", "apply_levers", "react", "record")


def simulated() -> bool:
    """True when numba's simulator stands in for a GPU (NUMBA_ENABLE_CUDASIM=1)."""
    return os.environ.get("NUMBA_ENABLE_CUDASIM", "0") == "1"


def missing() -> str | None:
    """What keeps a GPU from being used, in words with what to do about it, or None when one is at hand."""
    from importlib import import_module
    from importlib.util import find_spec

    if not simulated() and find_spec("numba_cuda") is None:
        return 'the package numba-cuda is not installed: pip install "forbear[gpu]"'
    try:
        from numba import cuda

        with suppress(ImportError):
            import_module("numba.cuda.np.arrayobj")  # loaded late by numba-cuda 0.30, and broken by NumPy 2.5
    except AttributeError as error:
        return f'numba-cuda does not work with NumPy {np.__version__} ({error}): pip install "numpy<2.5"'
    except Exception as error:  # a broken installation fails in many ways, each of them a reason
        return f"numba.cuda cannot be loaded: {_in_a_line(error)}"
    if not cuda.is_available():
        return f"no NVIDIA GPU or driver was found: {_in_a_line(cuda.cuda_error())}"
    if simulated():
        return None
    try:
        from numba.cuda.cudadrv.nvvm import NVVM

        NVVM()
    except Exception as error:
        return f'NVIDIA\'s compiler (libNVVM) was not found, {_in_a_line(error)}: pip install "forbear[gpu]"'
    return None


def _in_a_line(error: object) -> str:
    """What an error says, without its headings."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip(" :")]
    return " ".join(line for line in lines if not line.endswith(":")) or type(error).__name__


@dataclass(frozen=True)
class GpuProgram:
    """Compiled kernels: those run once, those run every step, and clearing, levers, reactive rules, recording."""

    begin: tuple[Any, ...]
    week: tuple[Any, ...]
    clear: Any
    apply_levers: Any
    react: Any
    record: Any


def module_of(program: Program) -> ModuleType:
    """The woven module of plain functions, written into the cache folder and imported."""
    module = woven.load(program, "cuda")
    assert isinstance(module, ModuleType)
    return module


def is_compiled(program: Program) -> bool:
    """True when machine code of the woven kernels is already on disk (for some GPU)."""
    path = Path(str(module_of(program).__file__))
    return any(path.parent.glob(f"**/{path.stem}.*.nbc"))


def load(program: Program) -> GpuProgram:
    """Compile every kernel for the current GPU, or fetch it from the cache beside the woven module."""
    from numba import cuda

    from forbear.kernel import cuda_steps

    register_rounding()
    module = module_of(program)
    options: dict[str, Any] = {} if simulated() else {"cache": True, "lto": False, "fastmath": False}
    kernels: dict[str, Any] = {}
    with without_fused_multiply_add() as compiled:
        for name in dict.fromkeys(name for names in rule_functions(program).values() for name in names):
            kernels[name] = cuda.jit(signatures()["rule"], **options)(getattr(module, name))
        steps = {name: cuda.jit(signatures()[name], **options)(getattr(cuda_steps, name)) for name in STEPS}
    if not simulated():
        new = sum(sum(kernel.stats.cache_misses.values()) for kernel in (*kernels.values(), *steps.values()))
        _all_seen(new, compiled)
    functions = rule_functions(program)
    return GpuProgram(
        tuple(kernels[name] for name in functions["begin"]), tuple(kernels[name] for name in functions["week"]), **steps
    )


def _all_seen(expected: int, compiled: list[int]) -> None:
    if len(compiled) < expected:  # another numba-cuda that goes another way to NVIDIA's compiler
        raise RuntimeError(f"{expected - len(compiled)} GPU kernels were compiled unseen: use numba-cuda 0.30")


def fused(ptx: str) -> int:
    """How many fused multiply-adds of floating-point numbers are in a kernel's PTX."""
    return len(re.findall(r"\bfma\.[a-z.]*f(?:32|64)\b", ptx))


def signatures() -> dict[str, Any]:
    """The argument types of every kernel: given before compilation, so that it happens at one place."""
    from numba import types

    def array(kind: Any, dimensions: int = 1) -> Any:
        return types.Array(kind, dimensions, "C")

    f4, f8, i8, u4, flags = types.float32, types.float64, types.int64, types.uint32, types.boolean
    rule = (array(f4), array(f8), array(f4), array(i8), array(i8), array(i8), array(u4), u4, u4, i8, i8, i8)
    clear = (array(f4), i8, array(f8), i8, i8, array(f4, 3), array(i8, 3), array(f4, 4))
    levers = (array(f4), i8, i8, array(f4, 2), i8)
    watch = [array(i8)] * 3 + [array(f8)] * 2 + [array(i8)] * 3 + [array(f8)] + [array(i8)]
    react = (array(f4), i8, i8, *watch, array(f8, 4), array(i8, 3))
    record = (
        array(f4), i8, array(f8), i8, i8, i8, array(i8), array(i8), array(f4, 4),
        array(i8), array(f8, 4), array(i8), array(flags), array(f4, 4),
    )  # fmt: skip
    return {"rule": rule, "clear": clear, "apply_levers": levers, "react": react, "record": record}


@contextmanager
def without_fused_multiply_add() -> Iterator[list[int]]:
    """While inside, NVIDIA's compiler rounds each multiplication and each addition on its own; anything else raises.

    Yields a list that gets the length of every text that was compiled and searched.
    """
    compiled: list[int] = []
    if simulated():
        yield compiled
        return
    from numba.cuda.cudadrv import nvvm

    original = nvvm.compile_ir

    def compile_ir(llvmir: Any, **opts: Any) -> Any:
        text = original(llvmir, **{**opts, "fma": False})
        if fused(text.decode("utf-8", "replace")):
            raise RuntimeError(
                "NVIDIA's compiler fused multiplications with additions: results would not be the lanes'"
            )
        compiled.append(len(text))
        return text

    nvvm.compile_ir = compile_ir
    try:
        yield compiled
    finally:
        nvvm.compile_ir = original


def register_rounding() -> None:
    """Teach numba-cuda NumPy's square root and floor of single numbers, which the lane functions use.

    Both become one instruction of the GPU, correctly rounded, as on the processor.
    """
    if simulated():
        return
    from llvmlite import ir
    from numba.cuda import ufuncs

    def instruction(name: str) -> Any:
        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            kind = arguments[0].type
            declared = builder.module.declare_intrinsic(name, [kind], ir.FunctionType(kind, [kind]))
            return builder.call(declared, arguments)

        return build

    table = ufuncs.ufunc_db()
    for ufunc, name in ((np.sqrt, "llvm.sqrt"), (np.floor, "llvm.floor")):
        table[ufunc] = {"f->f": instruction(name), "d->d": instruction(name)}


def ptx_of(program: Program, capability: tuple[int, int]) -> dict[str, str]:
    """The PTX of every kernel for a compute capability such as (8, 0); needs the compiler but no GPU.

    numba-cuda asks the driver for the capability even then, so it is given an answer while this runs.
    """
    import numba.cuda.dispatcher as dispatcher
    from numba import cuda

    from forbear.kernel import cuda_steps

    class Device:
        compute_capability = capability

    register_rounding()
    module = module_of(program)
    functions = {name: (getattr(module, name), "rule") for names in rule_functions(program).values() for name in names}
    functions |= {name: (getattr(cuda_steps, name), name) for name in STEPS}
    asked = dispatcher.get_current_device
    dispatcher.get_current_device = lambda: Device
    try:
        with without_fused_multiply_add() as compiled:
            texts = {
                name: cuda.compile_ptx(function, signatures()[kind], cc=capability)[0]
                for name, (function, kind) in functions.items()
            }
        _all_seen(len(texts), compiled)
        return texts
    finally:
        dispatcher.get_current_device = asked
