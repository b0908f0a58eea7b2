"""Packs chosen lanes side by side, and gives packed numbers back to the lanes they came from.

Moving numbers about changes none of them, so each instruction set does it in its own way: AVX-512 has instructions
for it, AVX2 looks permutations up in a table, and anything else moves one number after the other without a branch.
"""

from __future__ import annotations

from forbear.kernel.wide.text import WIDTH, Code, Value

__all__ = ["count_of", "pack", "unpack"]

_REALS, _MASK = f"<{WIDTH} x float>", f"<{WIDTH} x i1>"
_HALF = "<8 x float>"


def count_of(code: Code, mask: Value) -> Value:
    """How many of sixteen are true, in 64 bits."""
    bits = code.intrinsic("llvm.ctpop.i16", "i16", mask.to("i16"))
    return code.put("i64", f"zext {bits} to i64")


def pack(code: Code, mask: Value, value: Value, target: Value) -> None:
    """Store the chosen of sixteen numbers side by side at `target`. What follows there, up to sixteen, is
    undefined.
    """
    if "avx512f" in code.module.features:
        name = f"llvm.experimental.vector.compress.v{WIDTH}f32"
        code.store(code.intrinsic(name, _REALS, value, mask, code.number(0.0, _REALS)), target)
    elif "avx2" in code.module.features:
        at = target
        for half, bits in enumerate(_halves(code, mask)):
            order = _order(code, bits, "pack")
            code.store(_permuted(code, _half(code, value, half), order), at)
            at = code.at(at, "float", _bits(code, bits))
    else:
        at = code.number(0, "i64")
        for lane in range(WIDTH):
            code.store(code.put("float", f"extractelement {value}, i64 {lane}"), code.at(target, "float", at))
            at = at + code.put("i1", f"extractelement {mask}, i64 {lane}").convert("i64")


def unpack(code: Code, mask: Value, source: Value, kept: Value) -> Value:
    """Sixteen numbers: the chosen take those that lie side by side at `source`, the others keep theirs.

    Up to sixteen numbers are read there.
    """
    if "avx512f" in code.module.features:
        name = f"llvm.masked.expandload.v{WIDTH}f32"
        return code.intrinsic(name, _REALS, source, mask, kept)
    if "avx2" in code.module.features:
        at, parts = source, []
        for bits in _halves(code, mask):
            parts.append(_permuted(code, code.load(at, _HALF), _order(code, bits, "unpack")))
            at = code.at(at, "float", _bits(code, bits))
        every = ", ".join(f"i32 {lane}" for lane in range(WIDTH))
        moved = code.put(_REALS, f"shufflevector {parts[0]}, {parts[1]}, <{WIDTH} x i32> <{every}>")
        return mask.choose(moved, kept)
    at, moved = code.number(0, "i64"), Value(code, _REALS, "poison")
    for lane in range(WIDTH):
        one = code.load(code.at(source, "float", at), "float")
        moved = code.put(_REALS, f"insertelement {moved}, {one}, i64 {lane}")
        at = at + code.put("i1", f"extractelement {mask}, i64 {lane}").convert("i64")
    return mask.choose(moved, kept)


def _halves(code: Code, mask: Value) -> list[Value]:
    bits = mask.to("i16")
    return [code.put("i64", f"zext {part} to i64") for part in (bits & 255, bits >> 8)]


def _half(code: Code, value: Value, half: int) -> Value:
    lanes = ", ".join(f"i32 {lane + 8 * half}" for lane in range(8))
    return code.put(_HALF, f"shufflevector {value}, {_REALS} poison, <8 x i32> <{lanes}>")


def _bits(code: Code, bits: Value) -> Value:
    return code.intrinsic("llvm.ctpop.i64", "i64", bits)


def _order(code: Code, bits: Value, which: str) -> Value:
    """Eight places to take numbers from, for eight choices."""
    table: list[float] = []
    for choice in range(256):
        chosen = [lane for lane in range(8) if choice >> lane & 1]
        if which == "pack":
            table += chosen + [0] * (8 - len(chosen))
        else:
            table += [chosen.index(lane) if lane in chosen else 0 for lane in range(8)]
    name = code.module.constant(f"{which}_order", "i32", table)
    return code.load(code.at(Value(code, "ptr", name), "i32", bits * 8), "<8 x i32>")


def _permuted(code: Code, value: Value, order: Value) -> Value:
    return code.intrinsic("llvm.x86.avx2.permps", _HALF, value, order)
