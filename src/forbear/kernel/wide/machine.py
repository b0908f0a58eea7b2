"""Machine code of a text: instruction sets, compilation, and loading of what was compiled.

Every instruction set runs the same operations in the same order and gives the same bits; the tests force those that
the machine at hand can run. FORBEAR_INSTRUCTIONS chooses one by name (for measurements and tests).
"""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import llvmlite.binding as llvm

from forbear.errors import RunError, nearest

__all__ = ["INSTRUCTIONS", "Target", "compiled", "loaded", "target_of"]

#: Instruction sets that can be asked for: (architecture, processor, features that packing may use).
INSTRUCTIONS: dict[str, tuple[str, str, frozenset[str]]] = {
    "avx512": ("x86_64", "x86-64-v4", frozenset({"avx512f", "avx2"})),
    "avx2": ("x86_64", "x86-64-v3", frozenset({"avx2"})),
    "sse2": ("x86_64", "x86-64", frozenset()),
    "neon": ("aarch64", "generic", frozenset()),
}
_SETTING = "FORBEAR_INSTRUCTIONS"
#: Full vectors of 512 bits where the processor has them; some are cautious with them otherwise.
_WIDE = '"prefer-vector-width"="512" "min-legal-vector-width"="512"'


@dataclass(frozen=True)
class Target:
    """A kind of machine to compile for.

    Attributes
    ----------
    triple, cpu, features
        In LLVM's terms.
    sets
        Instruction sets that woven text may call by name.
    native
        True where its code runs on this machine.
    """

    triple: str
    cpu: str
    features: str
    sets: frozenset[str]
    native: bool

    @property
    def attributes(self) -> str:
        """Attributes of every function."""
        return f"nounwind {_WIDE}" if "avx512f" in self.sets else "nounwind"

    @property
    def name(self) -> str:
        """What compiled code depends on, in one text."""
        return f"{self.triple} {self.cpu} {self.features}"


def target_of(name: str | None = None) -> Target:
    """The machine's own target, or one by name.

    Parameters
    ----------
    name
        One of `INSTRUCTIONS`; None for what FORBEAR_INSTRUCTIONS says, or else for all that this machine has.

    Raises
    ------
    RunError
        E446 for an unknown instruction set.
    """
    name = name or os.environ.get(_SETTING) or None
    return _host() if name is None else _named(name)


@cache
def _begin() -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()


@cache
def _host() -> Target:
    _begin()
    features = llvm.get_host_cpu_features()
    has = {name for name, there in features.items() if there}
    sets = (
        frozenset(has & {"avx512f", "avx2"})
        if {"avx512f", "avx512vl", "avx512dq", "avx512bw"} <= has
        else frozenset(has & {"avx2"})
    )
    return Target(llvm.get_process_triple(), llvm.get_host_cpu_name(), features.flatten(), sets, True)


@cache
def _named(name: str) -> Target:
    if name not in INSTRUCTIONS:
        close = nearest(name, INSTRUCTIONS)
        hint = f"did you mean {close}?" if close else f"allowed: {', '.join(INSTRUCTIONS)}"
        raise RunError("E446", f"{_SETTING}: unknown instruction set {name!r}", hint=hint)
    _begin()
    architecture, cpu, sets = INSTRUCTIONS[name]
    here = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    triple = llvm.get_process_triple() if architecture == here else f"{architecture}-unknown-linux-gnu"
    features = ""
    if name == "avx2":
        features = "-avx512f"
    native = architecture == here and sets <= _host().sets
    return Target(triple, cpu, features, sets, native)


def compiled(text: str, target: Target, *, as_text: bool = False) -> bytes:
    """Machine code of a text as an object file, or in assembler's words."""
    _begin()
    module = llvm.parse_assembly(text)
    module.triple = target.triple
    machine = llvm.Target.from_triple(target.triple).create_target_machine(
        cpu=target.cpu, features=target.features, opt=2, reloc="pic", codemodel="small"
    )
    module.data_layout = str(machine.target_data)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = False  # vectors are written as such
    options.slp_vectorization = False
    options.loop_unrolling = False
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    if as_text:
        return machine.emit_assembly(module).encode()  # type: ignore[no-any-return]
    return machine.emit_object(module)  # type: ignore[no-any-return]


def loaded(code: bytes, name: str, function: str, arguments: int) -> Callable[..., None]:
    """A function of an object file, ready to be called with so many addresses; it runs without the interpreter's
    lock.

    name: of the library that is made of it, unique in the process.
    """
    jit: Any = _jit()
    library = (
        llvm.JITLibraryBuilder().add_object_img(code).add_current_process().export_symbol(function).link(jit, name)
    )
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * arguments)(library[function])

    def run(*addresses: int) -> None:
        call(*addresses)

    run.library = library  # type: ignore[attr-defined]  # the code lives as long as it
    return run


@cache
def _jit() -> Any:
    _begin()
    return llvm.create_lljit_compiler(use_jit_link=False)
