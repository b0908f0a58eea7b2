"""Three operations on sixteen lanes at once that a loop in Python cannot say: pack, unpack, walk.

They are written in the compiler's own terms as vectors of sixteen 32-bit floats, which every processor can run (in one
register with AVX-512, in two or four with less), and do the same arithmetic in the same order everywhere: the bits do
not depend on the width of the machine's registers.

A sampler *packs* the lanes that need a method together, so that the method runs on full vectors of them only, and
*unpacks* the results to where they belong. `walk` is the inversion loop: what it carries from step to step stays in
registers, and sixteen lanes stop when the slowest of them does.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.extending import intrinsic

#: Lanes in one vector.
WIDTH = 16
#: Most steps of an inversion: the chance of more is below 1e-20 at the largest mean that is inverted.
MOST_STEPS = 60

_REAL, _INTEGER = ir.FloatType(), ir.IntType(32)
_VECTOR, _MASK = ir.VectorType(_REAL, WIDTH), ir.VectorType(ir.IntType(1), WIDTH)
_BITS = ir.IntType(WIDTH)
_UNKNOWN = ir.Constant(_VECTOR, ir.Undefined)
_ZERO = ir.Constant(_VECTOR, [0.0] * WIDTH)


def _splat(builder, value):  # type: ignore[no-untyped-def]
    """A vector that holds one value in every lane."""
    one = builder.insert_element(_UNKNOWN, value, _INTEGER(0))
    return builder.shuffle_vector(one, _UNKNOWN, ir.Constant(ir.VectorType(_INTEGER, WIDTH), [0] * WIDTH))


def _pointer(context, builder, kind, array, at):  # type: ignore[no-untyped-def]
    """The address of element `at` of a one-dimensional array."""
    return builder.gep(context.make_array(kind)(context, builder, array).data, [at])


def _load(builder, pointer):  # type: ignore[no-untyped-def]
    return builder.load(builder.bitcast(pointer, _VECTOR.as_pointer()), align=4)


def _store(builder, value, pointer):  # type: ignore[no-untyped-def]
    builder.store(value, builder.bitcast(pointer, _VECTOR.as_pointer()), align=4)


def _chosen(context, builder, signature, args, first):  # type: ignore[no-untyped-def]
    """Lanes whose choice, an array and a place from argument `first` on, is the number wanted."""
    choice = _load(builder, _pointer(context, builder, signature.args[first], args[first], args[first + 1]))
    return builder.fcmp_ordered("==", choice, _splat(builder, args[first + 2]))


@intrinsic
def pack(typingctx, target, target_at, source, source_at, choice, choice_at, wanted):  # type: ignore[no-untyped-def]
    """Store those of sixteen numbers whose choice is `wanted` side by side at `target_at`; return how many they are.

    Sixteen places are written: what follows the chosen ones there is left undefined.
    """
    signature = types.int64(target, types.intp, source, types.intp, choice, types.intp, types.float32)

    def build(context, builder, signature, args):  # type: ignore[no-untyped-def]
        mask = _chosen(context, builder, signature, args, 4)
        value = _load(builder, _pointer(context, builder, signature.args[2], args[2], args[3]))
        compress = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(_VECTOR, [_VECTOR, _MASK, _VECTOR]),
            f"llvm.experimental.vector.compress.v{WIDTH}f32",
        )
        packed = builder.call(compress, [value, mask, _UNKNOWN])
        _store(builder, packed, _pointer(context, builder, signature.args[0], args[0], args[1]))
        return builder.zext(builder.ctpop(builder.bitcast(mask, _BITS)), ir.IntType(64))

    return signature, build


@intrinsic
def unpack(typingctx, target, target_at, source, source_at, choice, choice_at, wanted):  # type: ignore[no-untyped-def]
    """Give those of sixteen places whose choice is `wanted` the numbers that lie side by side at `source_at`.

    Returns how many were taken; the other places keep what they hold.
    """
    signature = types.int64(target, types.intp, source, types.intp, choice, types.intp, types.float32)

    def build(context, builder, signature, args):  # type: ignore[no-untyped-def]
        mask = _chosen(context, builder, signature, args, 4)
        pointer = _pointer(context, builder, signature.args[0], args[0], args[1])
        expand = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(_VECTOR, [_REAL.as_pointer(), _MASK, _VECTOR]),
            f"llvm.masked.expandload.v{WIDTH}f32",
        )
        packed = _pointer(context, builder, signature.args[2], args[2], args[3])
        _store(builder, builder.call(expand, [packed, mask, _load(builder, pointer)]), pointer)
        return builder.zext(builder.ctpop(builder.bitcast(mask, _BITS)), ir.IntType(64))

    return signature, build


def _inverses(module):  # type: ignore[no-untyped-def]
    """1 / k for k from 1 on, divided in 32 bits."""
    name = "forbear_inverses"
    if name in module.globals:
        return module.globals[name]
    numbers = [float(np.float32(1.0) / np.float32(k)) for k in range(1, MOST_STEPS + 1)]
    kind = ir.ArrayType(_REAL, MOST_STEPS)
    table = ir.GlobalVariable(module, kind, name)
    table.linkage, table.global_constant = "internal", True
    table.initializer = ir.Constant(kind, [ir.Constant(_REAL, number) for number in numbers])
    return table


@intrinsic
def walk(typingctx, work, at, stride, out, out_at, floor):  # type: ignore[no-untyped-def]
    """Invert sixteen distribution functions by walking up from zero.

    Rows of `work` from `at` on, `stride` apart: the uniform u (probability above the value), the probability of the
    present count, the probability of more, and a and b of the ratio of successive probabilities a / k - b (negative
    ones count as zero). A lane stops when u is not below the probability of more, or when the present probability
    is not above `floor`: there rounding errors would begin to matter, and no count can change any more. Writes the counts.
    """
    signature = types.void(work, types.intp, types.intp, out, types.intp, types.float32)

    def build(context, builder, signature, args):  # type: ignore[no-untyped-def]
        def row(number):  # type: ignore[no-untyped-def]
            at = builder.add(args[1], builder.mul(args[2], args[2].type(number)))
            return _load(builder, _pointer(context, builder, signature.args[0], args[0], at))

        uniform, start, above, a, b = (row(number) for number in range(5))
        floor, table = _splat(builder, args[5]), _inverses(builder.module)
        going = builder.fcmp_ordered("<", uniform, above)
        before = builder.block
        head, body, done = (builder.append_basic_block(f"walk.{name}") for name in ("head", "body", "done"))
        builder.branch(head)
        builder.position_at_end(head)
        k, chance, more, lanes, count = (
            builder.phi(kind, name)
            for kind, name in (
                (_INTEGER, "k"),
                (_VECTOR, "chance"),
                (_VECTOR, "more"),
                (_MASK, "lanes"),
                (_VECTOR, "count"),
            )
        )
        some = builder.icmp_unsigned("!=", builder.bitcast(lanes, _BITS), _BITS(0))
        builder.cbranch(builder.and_(some, builder.icmp_signed("<", k, _INTEGER(MOST_STEPS))), body, done)
        builder.position_at_end(body)
        following = builder.add(k, _INTEGER(1))
        inverse = _splat(builder, builder.load(builder.gep(table, [_INTEGER(0), k])))
        counted = builder.select(lanes, _splat(builder, builder.sitofp(following, _REAL)), count)
        ratio = builder.fsub(builder.fmul(a, inverse), b)
        ratio = builder.select(builder.fcmp_ordered(">", ratio, _ZERO), ratio, _ZERO)
        next_chance = builder.fmul(chance, ratio)
        next_more = builder.fsub(more, next_chance)
        still = builder.and_(lanes, builder.fcmp_ordered(">", next_chance, floor))
        still = builder.and_(still, builder.fcmp_ordered("<", uniform, next_more))
        builder.branch(head)
        for phi, at_first, afterwards in (
            (k, _INTEGER(0), following),
            (chance, start, next_chance),
            (more, above, next_more),
            (lanes, going, still),
            (count, _ZERO, counted),
        ):
            phi.add_incoming(at_first, before)
            phi.add_incoming(afterwards, body)
        builder.position_at_end(done)
        _store(builder, count, _pointer(context, builder, signature.args[3], args[3], args[4]))
        return context.get_dummy_value()

    return signature, build
