"""Samplers that draw for many rows at once: one call for all iterations of the loops around a draw.

A table lists the rows: where size (or mean), chance and result lie, and the index of the draw's address. Rows are
taken some at a time. Lanes with nothing to draw cost a comparison; words are made, in registers, only for vectors in
which somebody draws; lanes that need the same method are packed across rows, so that each method runs on full
vectors; four inversion walks go side by side, since one waits for its own results. What is drawn is what
`kernel/draws.py` says, operation for operation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forbear.kernel.draws import INVERSION_LIMIT, LANES
from forbear.kernel.vectors import MOST_STEPS
from forbear.kernel.wide.functions import any_of, floor, larger, smaller
from forbear.kernel.wide.packing import count_of, pack, unpack
from forbear.kernel.wide.text import WIDTH, Code, Module, Value, vector_of
from forbear.kernel.wide.words import philox

__all__ = ["ROW", "write_samplers"]

#: A row of the table: size or mean, chance, result, index.
ROW = "{ptr, ptr, ptr, i64}"
_V, _WORDS, _MASKS = vector_of("float"), vector_of("i32"), vector_of("i1")
_VECTORS = LANES // WIDTH
#: Vectors that are sorted before any method runs.
_AT_ONCE = 64
#: Walks that go side by side.
_WALKS = 4
_FLOOR = 1e-11
_BOUND = 1.001


def write_samplers(module: Module) -> None:
    """Write `binomial`, `poisson`, `normal` and `uniform` into a module."""
    _write_counts(module, "binomial")
    _write_counts(module, "poisson")
    _write_plain(module, "normal")
    _write_plain(module, "uniform")


@dataclass
class _Rows:
    """The rows and the address that they share."""

    code: Code
    held: Value
    words: Value

    @classmethod
    def of(cls, module: Module, name: str) -> _Rows:
        kinds = [("ptr", "table"), ("i64", "rows"), ("i32", "step"), ("i32", "site"), ("i32", "key0"), ("i32", "key1")]
        code = Code(module, f"internal void @{name}", [*kinds, ("ptr", "members"), ("i64", "lanes")])
        rows = cls(code, code.variable("i64", _VECTORS), code.variable("i32", _VECTORS * 4 * WIDTH))
        for vector in range(_VECTORS):  # nothing is held yet
            code.store(code.number(-1, "i64"), code.at(rows.held, "i64", vector))
        return rows

    def field(self, row: Value, number: int) -> Value:
        """One entry of a row of the table."""
        code, kind = self.code, "i64" if number == 3 else "ptr"
        at = code.put("ptr", f"getelementptr inbounds {ROW}, {self.code.arguments['table']}, {row}, i32 {number}")
        return code.load(at, kind)

    def word(self, index: Value, vector: Value) -> Value:
        """The random words of a vector for an index; made when first wanted, kept for the three indices that
        follow.
        """
        code, given = self.code, self.code.arguments
        block, mine = index >> 2, code.at(self.held, "i64", vector)
        first = code.at(self.words, "i32", vector * (4 * WIDTH))
        with code.when(code.load(mine, "i64").differs(block)):
            code.store(block, mine)
            members = code.load(code.at(given["members"], "i32", vector * WIDTH), _WORDS)
            made = philox(
                code, members, given["step"], given["site"], block.convert("i32"), given["key0"], given["key1"]
            )
            for number, words in enumerate(made):
                code.store(words, code.at(first, "i32", number * WIDTH))
        return code.load(code.at(first, "i32", (index & 3) * WIDTH), _WORDS)


def _write_plain(module: Module, name: str) -> None:
    rows = _Rows.of(module, name)
    code = rows.code
    with code.repeat(code.arguments["rows"]) as row:
        out, index = rows.field(row, 2), rows.field(row, 3)
        with code.repeat(code.arguments["lanes"] >> 4) as vector:
            value = code.call("uniform", rows.word(index, vector))
            if name == "normal":
                value = code.call("normal_quantile", value)
            code.store(value, code.at(out, "float", vector * WIDTH))
    code.end()


class _Packed:
    """Lanes that need one method, side by side: size, chance, uniform; results take the place of the sizes."""

    def __init__(self, code: Code, spare: int, fields: int) -> None:
        self.code = code
        self.rows = [code.variable("float", _AT_ONCE * WIDTH + spare) for _ in range(fields)]
        self.masks = code.variable("i16", _AT_ONCE)
        self.many = code.variable("i64")

    def clear(self) -> None:
        self.code.store(self.code.number(0, "i64"), self.many)

    def count(self) -> Value:
        return self.code.load(self.many, "i64")

    def put(self, mask: Value, place: Value, values: list[Value]) -> None:
        """Add the chosen lanes of a vector."""
        code, many = self.code, self.count()
        code.store(mask.to("i16"), code.at(self.masks, "i16", place))
        for row, value in zip(self.rows, values, strict=True):
            pack(code, mask, value, code.at(row, "float", many))
        code.store(many + count_of(code, mask), self.many)

    def fill(self, vectors: int, uniform: float) -> None:
        """Write harmless numbers behind the last lane, so that whole vectors can be worked on."""
        code, many = self.code, self.count()
        for row in self.rows:
            value = code.number(uniform if row is self.rows[-1] else 0.0, _V)
            for number in range(vectors):
                code.store(value, code.at(row, "float", many + number * WIDTH))

    def skip(self, place: Value) -> None:
        """Add no lane of a vector."""
        self.code.store(self.code.number(0, "i16"), self.code.at(self.masks, "i16", place))

    def chosen(self, place: Value) -> Value:
        """Which lanes of a vector were added, a bit each."""
        return self.code.load(self.code.at(self.masks, "i16", place), "i16")

    def take(self, place: Value, kept: Value) -> Value:
        """Give the chosen lanes of a vector their results."""
        code, many = self.code, self.count()
        mask = self.chosen(place).to(_MASKS)
        code.store(many + count_of(code, mask), self.many)
        return unpack(code, mask, code.at(self.rows[0], "float", many), kept)


def _write_counts(module: Module, name: str) -> None:
    rows = _Rows.of(module, name)
    code, given = rows.code, rows.code.arguments
    binomial = name == "binomial"
    fields = 3 if binomial else 2
    few, many = _Packed(code, (_WALKS + 1) * WIDTH, fields), _Packed(code, 2 * WIDTH, fields)
    sure = code.variable("i16", _AT_ONCE)  # lanes that take all there are but what is drawn
    some = code.variable("i16")
    vectors = given["lanes"] >> 4
    at_once = code.put("i64", f"udiv i64 {_AT_ONCE}, {vectors.name}")
    with code.repeat(given["rows"], by=at_once) as start:
        following = start + at_once
        end = (following < given["rows"]).choose(following, given["rows"])
        few.clear()
        many.clear()
        code.store(code.number(0, "i16"), some)
        with code.loop(start, end) as row, code.repeat(vectors) as vector:
            place = (row - start) * vectors + vector
            _sort(rows, row, vector, place, few, many, sure, some, binomial)
        with code.when(few.count().differs(0)):
            _walk_all(code, few, binomial)
        many.fill(1, uniform=0.5)
        with code.repeat(many.count(), by=WIDTH) as at:
            _expand(code, many, at, binomial)
        few.clear()
        many.clear()
        with code.loop(start, end) as row, code.repeat(vectors) as vector:
            _give_back(rows, row, vector, (row - start) * vectors + vector, few, many, sure, binomial)
    code.end()


def _give_back(
    rows: _Rows, row: Value, vector: Value, place: Value, few: _Packed, many: _Packed, sure: Value, binomial: bool
) -> None:
    """Store what the lanes of a vector have drawn; most have drawn nothing, and nothing is unpacked for them."""
    code, lane = rows.code, vector * WIDTH
    size, out = code.at(rows.field(row, 0), "float", lane), code.at(rows.field(row, 2), "float", lane)

    def store(drawn: Value) -> None:
        if binomial:
            flip = code.load(code.at(sure, "i16", place), "i16").to(_MASKS)
            drawn = flip.choose(code.load(size, _V) - drawn, drawn)
        code.store(drawn, out)

    drew = (few.chosen(place) | many.chosen(place)).differs(0)
    none = code.number(0.0, _V)
    code.either(drew, lambda: store(many.take(place, few.take(place, none))), lambda: store(none))


def _sort(
    rows: _Rows,
    row: Value,
    vector: Value,
    place: Value,
    few: _Packed,
    many: _Packed,
    sure: Value,
    some: Value,
    binomial: bool,
) -> None:
    """Find what the lanes of a vector need: nothing, a walk, or the expansion."""
    code, lane = rows.code, vector * WIDTH
    size = code.load(code.at(rows.field(row, 0), "float", lane), _V)
    if binomial:
        given = code.load(code.at(rows.field(row, 1), "float", lane), _V)
        certain = given >= 1.0
        live = (size * given > 0.0) & (given < 1.0)
    else:
        live = size > 0.0

    def idle() -> None:
        few.skip(place)
        many.skip(place)
        if binomial:
            code.store(certain.to("i16"), code.at(sure, "i16", place))

    def draw() -> None:
        u = code.call("uniform", rows.word(rows.field(row, 3), vector))
        mean, chosen = size, []
        if binomial:
            chance = smaller(code, larger(code, given, given.like(0.0)), given.like(1.0))
            flip = (chance > 0.5) & live | certain
            chance = flip.choose(1.0 - chance, chance)
            u = flip.choose(1.0 - u, u)
            u = larger(code, u, u.like(2.0**-33))
            mean, chosen = size * chance, [chance]
            code.store(flip.to("i16"), code.at(sure, "i16", place))
        large = mean > float(INVERSION_LIMIT)
        walked = (u < mean * _BOUND) & ~large
        few.put(walked, place, [size, *chosen, u])
        with_many = any_of(code, large)
        code.either(with_many, lambda: many.put(large, place, [size, *chosen, u]), lambda: many.skip(place))

    code.either(any_of(code, live), draw, idle)


def _walk_all(code: Code, few: _Packed, binomial: bool) -> None:
    """Invert the packed lanes; unused places never begin to walk."""
    few.fill(_WALKS, uniform=1.0)
    with code.repeat(few.count(), by=_WALKS * WIDTH) as start:
        left = few.count() - start

        def some(walks: int) -> None:
            """As few side by side as hold what is left."""
            if walks == _WALKS:
                _walk_some(code, few, start, walks, binomial)
            else:
                enough = left <= walks * WIDTH
                code.either(enough, lambda: _walk_some(code, few, start, walks, binomial), lambda: some(2 * walks))

        some(1)


def _walk_some(code: Code, few: _Packed, start: Value, many: int, binomial: bool) -> None:
    """Invert so many vectors of packed lanes."""
    walks = []
    for number in range(many):
        at = start + number * WIDTH
        size, *chance, u = (code.load(code.at(row, "float", at), _V) for row in few.rows)
        if binomial:
            log_none = size * code.call("log1p", -chance[0])
            odds = chance[0] / (1.0 - chance[0])
            a, b = odds * (size + 1.0), odds
        else:
            log_none, a, b = -size, size, size.like(0.0)
        none = code.call("exp", log_none)
        walks.append((at, u, none, code.call("above_zero", none, log_none), a, b))
    for (at, *_), count_drawn in zip(walks, _walk(code, [w[1:] for w in walks]), strict=True):
        code.store(count_drawn, code.at(few.rows[0], "float", at))


def _walk(code: Code, walks: list[tuple[Value, ...]]) -> list[Value]:
    """Invert distribution functions by walking up from zero, all side by side, until the slowest lane stops.

    Each walk is: the uniform u (probability above the value), the probability of the present count, the probability
    of more, and a and b of the ratio of successive probabilities a / k - b (negative ones count as zero). A lane
    stops when u is not below the probability of more, or when the present probability is not above a floor: there
    rounding errors would begin to matter.
    """
    table = code.module.constant(
        "inverses", "float", [float(np.float32(1.0) / np.float32(k)) for k in range(1, MOST_STEPS + 1)]
    )
    places = []
    some = code.number(0, _MASKS)
    for u, chance, more, _, _ in walks:
        going = u < more
        some = some | going
        kinds = ((chance, _V), (more, _V), (code.number(0.0, _V), _V), (going, _MASKS))
        slots = [code.variable(kind) for _, kind in kinds]
        for (value, _), slot in zip(kinds, slots, strict=True):
            code.store(value, slot)
        places.append(slots)
    step, still = code.variable("i64"), code.variable(_MASKS)
    code.store(code.number(0, "i64"), step)
    code.store(some, still)
    head, body, done = code.label(), code.label(), code.label()
    code.jump(head)
    code.begin(head)
    k = code.load(step, "i64")
    code.branch(any_of(code, code.load(still, _MASKS)) & (k < MOST_STEPS), body, done)
    code.begin(body)
    inverse = code.load(code.at(Value(code, "ptr", table), "float", k), "float")
    counted = (k + 1).convert("float")
    some = code.number(0, _MASKS)
    for (u, _, _, a, b), slots in zip(walks, places, strict=True):
        chance, more, count = (code.load(slot, _V) for slot in slots[:3])
        going = code.load(slots[3], _MASKS)
        count = going.choose(code.spread(counted), count)
        ratio = larger(code, a * inverse - b, a.like(0.0))
        chance = chance * ratio
        more = more - chance
        going = going & (chance > _FLOOR) & (u < more)
        some = some | going
        for value, slot in zip((chance, more, count, going), slots, strict=True):
            code.store(value, slot)
    code.store(some, still)
    code.store(k + 1, step)
    code.jump(head)
    code.begin(done)
    return [code.load(slots[2], _V) for slots in places]


def _expand(code: Code, many: _Packed, at: Value, binomial: bool) -> None:
    """Sixteen packed lanes with many events."""
    size, *chance, u = (code.load(code.at(row, "float", at), _V) for row in many.rows)
    if binomial:
        q = chance[0]
        mean = size * q
        variance = mean * (1.0 - q)
        third = variance * (1.0 - q * 2.0)
        fourth = variance * (1.0 - (q * 6.0) * (1.0 - q))
    else:
        mean = variance = third = fourth = size
    x = floor(code, code.call("cornish_fisher", u, mean, variance, third, fourth) + 0.5)
    x = larger(code, x, x.like(0.0))
    if binomial:
        x = smaller(code, x, size)
    code.store(x, code.at(many.rows[0], "float", at))
