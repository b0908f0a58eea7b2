"""Random words of sixteen members, made in registers: Philox4x32 (Salmon, Moraes, Dror & Shaw 2011, SC11).

A product of two 32-bit numbers is wanted in full, which processors give for every second lane: even and odd lanes
are kept apart in the low halves of 64 bits until the last round. What stands in the high halves does not matter.
"""

from __future__ import annotations

from forbear.kernel.wide.text import Code, Value

__all__ = ["ROUNDS", "constants_of_round", "multipliers", "philox"]

#: Rounds of the generator: the fewest that pass BigCrush (Salmon et al. 2011, table 2).
ROUNDS = 7
_M0, _M1, _W0, _W1 = 0xD2511F53, 0xCD9E8D57, 0x9E3779B9, 0xBB67AE85
_LOW = 0xFFFFFFFF
_PAIRS = "<8 x i64>"
_WORDS = "<16 x i32>"


def multipliers() -> tuple[int, int]:
    """The factors of a round."""
    return _M0, _M1


def constants_of_round(number: int) -> tuple[int, int]:
    """What is added to the two halves of the key before a round."""
    return number * _W0 & _LOW, number * _W1 & _LOW


def _spread(code: Code, word: Value) -> Value:
    """A 32-bit number in the low half of eight 64-bit ones."""
    wide = code.put("i64", f"zext {word} to i64")
    one = code.put(_PAIRS, f"insertelement {_PAIRS} poison, {wide}, i64 0")
    return code.put(_PAIRS, f"shufflevector {one}, {_PAIRS} poison, <8 x i32> zeroinitializer")


def _times(code: Code, a: Value, factor: int) -> Value:
    return (a & _LOW) * factor


def philox(
    code: Code, members: Value, step: Value, site: Value, block: Value, key0: Value, key1: Value
) -> tuple[Value, Value, Value, Value]:
    """Four vectors of random words of the counter (member, step, site, block) and the key. members: sixteen, 32
    bits.
    """
    pairs = members.to(_PAIRS)
    halves = [
        (a, _spread(code, step), _spread(code, site), _spread(code, block)) for a in (pairs, pairs >> 32)
    ]  # even lanes, odd lanes: round by round side by side, since one waits for its own products
    for number in range(ROUNDS):
        w0, w1 = constants_of_round(number)
        k0, k1 = _spread(code, key0 + w0), _spread(code, key1 + w1)
        products = [(_times(code, a, _M0), _times(code, c, _M1)) for a, _, c, _ in halves]
        halves = [
            ((p1 >> 32) ^ b ^ k0, p1, (p0 >> 32) ^ d ^ k1, p0)
            for (_, b, _, d), (p0, p1) in zip(halves, products, strict=True)
        ]
    order = ", ".join(f"i32 {lane // 2 * 2 + (16 if lane % 2 else 0)}" for lane in range(16))

    def joined(even: Value, odd: Value) -> Value:
        return code.put(_WORDS, f"shufflevector {even.to(_WORDS)}, {odd.to(_WORDS)}, <16 x i32> <{order}>")

    a, b, c, d = (joined(even, odd) for even, odd in zip(*halves, strict=True))
    return a, b, c, d
