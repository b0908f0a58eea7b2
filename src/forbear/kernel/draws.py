"""Random numbers by name, and one-uniform samplers over lanes.

A random number has an address (seed, member, step, site, index). `site` is the CRC-32 of the rule's and draw's
names, `index` the flattened position in the loops around the draw. The address is the counter of Philox4x32-7
(Salmon, Moraes, Dror & Shaw 2011, SC11), so a number depends on nothing else: not on threads, blocks, order of
rules, or on what other draws were made. Each draw spends one 32-bit number through a quantile function, so a
small change of a probability makes a small change of the count: policies share their luck.

Binomial and Poisson: exact inversion up to a mean of 12, above it the Cornish-Fisher expansion to third order
with Sheppard's correction for rounding (measured against exact distributions in `tests/kernel`).
"""

from __future__ import annotations

import numpy as np

from forbear.kernel.functions import exp_lane, leaf, log1p_lane, log_lane, over_lanes
from forbear.kernel.vectors import WIDTH, pack, unpack, walk

F = np.float32
U32, U64 = np.uint32, np.uint64
_M0, _M1 = U64(0xD2511F53), U64(0xCD9E8D57)
_W0, _W1 = U32(0x9E3779B9), U32(0xBB67AE85)
_LOW32, _SHIFT32 = U64(0xFFFFFFFF), U64(32)
_SCALE, _OFFSET = F(2.0**-32), F(2.0**-33)
_BELOW_ONE = F(1.0 - 2.0**-24)
_ZERO, _HALF, _ONE, _TWO = F(0.0), F(0.5), F(1.0), F(2.0)
_THREE, _FIVE, _SIXTH, _THIRD = F(3.0), F(5.0), F(1.0 / 6.0), F(1.0 / 3.0)
_C24, _C36, _SHEPPARD, _C120 = F(1.0 / 24.0), F(1.0 / 36.0), F(1.0 / 12.0), F(1.0 / 120.0)
_FLOOR_PMF = F(1e-11)
#: Means up to this are inverted exactly; larger ones use the expansion.
INVERSION_LIMIT = F(12.0)
#: Lanes in a block; the stride of every row. Fixed when a kernel is woven.
LANES = 128
#: Lanes of a block that is not full are filled up to a multiple of this.
GROUP = 16
#: What a lane needs: to be walked up from zero, or the expansion; 0 is nothing.
_FEW, _MANY = F(1.0), F(2.0)
#: A uniform above the mean times this gives no event. The probability of any is at most the mean; the rest is far
#: more than rounding can make of it.
_BOUND = F(1.001)
#: Rows of the samplers' scratch: of all lanes, of those that are walked (from the uniform on as `walk` reads them),
#: and of those with many events.
METHOD, CHANCE, UNIFORM, FEW_SIZE, FEW_CHANCE, FEW_UNIFORM, FEW_NOW, FEW_MORE, FEW_A, FEW_B, FEW_COUNT = (
    row * LANES for row in range(11)
)
MANY_SIZE, MANY_CHANCE, MANY_UNIFORM, MANY_COUNT = (row * LANES for row in range(11, 15))
WORK_ROWS = 15
#: Offsets are masked to be seen as non-negative: otherwise every access carries a test for Python's negative
#: indices, and loops over lanes are not vectorised.
MASK = 0x7FFFFFFF
LANE_MASK = 0xFF


@leaf
def _round(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """One round of Philox4x32."""
    p0 = U64(c0) * _M0
    p1 = U64(c2) * _M1
    return U32(U32(p1 >> _SHIFT32) ^ c1 ^ k0), U32(p1 & _LOW32), U32(U32(p0 >> _SHIFT32) ^ c3 ^ k1), U32(p0 & _LOW32)


@over_lanes
def fill_words(words, slot, block, site, step, members, key0, key1, lanes):  # type: ignore[no-untyped-def]
    """Write four random words a lane for (site, step, block) into rows 4*slot .. 4*slot+3 of `words`.

    The seven rounds are written out: a loop over rounds would keep the loop over lanes from being vectorised.
    """
    base, lanes = (slot * 4 * LANES) & MASK, lanes & LANE_MASK
    first, third, fourth = U32(step), U32(site), U32(block)
    k0, k1 = U32(key0), U32(key1)
    for lane in range(lanes):
        a, b, c, d = _round(members[lane], first, third, fourth, k0, k1)
        a, b, c, d = _round(a, b, c, d, U32(k0 + U32(1) * _W0), U32(k1 + U32(1) * _W1))
        a, b, c, d = _round(a, b, c, d, U32(k0 + U32(2) * _W0), U32(k1 + U32(2) * _W1))
        a, b, c, d = _round(a, b, c, d, U32(k0 + U32(3) * _W0), U32(k1 + U32(3) * _W1))
        a, b, c, d = _round(a, b, c, d, U32(k0 + U32(4) * _W0), U32(k1 + U32(4) * _W1))
        a, b, c, d = _round(a, b, c, d, U32(k0 + U32(5) * _W0), U32(k1 + U32(5) * _W1))
        a, b, c, d = _round(a, b, c, d, U32(k0 + U32(6) * _W0), U32(k1 + U32(6) * _W1))
        words[base + lane] = a
        words[base + LANES + lane] = b
        words[base + 2 * LANES + lane] = c
        words[base + 3 * LANES + lane] = d


@over_lanes
def word_row(words, held, slot, site, step, index, members, key0, key1, lanes):  # type: ignore[no-untyped-def]
    """Make sure the words of (site, step, index) are in `words`; return the offset of their row."""
    block = index // 4
    name = np.int64(step) * np.int64(1 << 31) + block
    if held[slot] != name:
        fill_words(words, slot, block, site, step, members, key0, key1, lanes)
        held[slot] = name
    return ((slot * 4 + index % 4) * LANES) & MASK


@leaf
def upper_tail(word):  # type: ignore[no-untyped-def]
    """A uniform in (0, 1) in 32 bits, fine near 0: the probability above the value to be drawn."""
    value = F(word) * _SCALE + _OFFSET
    return value if value < _BELOW_ONE else _BELOW_ONE


@leaf
def above_zero(none, log_none):  # type: ignore[no-untyped-def]
    """1 - none without cancellation when none = exp(log_none) is near one."""
    x = -log_none
    near = x * (_ONE - x * _HALF * (_ONE - x * _THIRD * (_ONE - x * F(0.25) * (_ONE - x * F(0.2)))))
    return near if x < F(0.2) else _ONE - none


@leaf
def normal_quantile(v):  # type: ignore[no-untyped-def]
    """Standard normal with probability v above it, 32 bits (erfinv of Giles 2012, absolute error below 5e-6)."""
    u = _ONE - v
    low = v if v < u else u
    w = -log_lane(F(4.0) * low * (_ONE - low))
    a = w - F(2.5)
    near = F(2.81022636e-08)
    near = F(3.43273939e-07) + near * a
    near = F(-3.5233877e-06) + near * a
    near = F(-4.39150654e-06) + near * a
    near = F(0.00021858087) + near * a
    near = F(-0.00125372503) + near * a
    near = F(-0.00417768164) + near * a
    near = F(0.246640727) + near * a
    near = F(1.50140941) + near * a
    b = F(np.sqrt(w)) - F(3.0)
    far = F(-0.000200214257)
    far = F(0.000100950558) + far * b
    far = F(0.00134934322) + far * b
    far = F(-0.00367342844) + far * b
    far = F(0.00573950773) + far * b
    far = F(-0.0076224613) + far * b
    far = F(0.00943887047) + far * b
    far = F(1.00167406) + far * b
    far = F(2.83297682) + far * b
    x = _ONE - _TWO * v
    value = (near if w < F(5.0) else far) * x
    return value * F(1.4142135623730951)


@leaf
def cornish_fisher(v, mean, variance, third, fourth):  # type: ignore[no-untyped-def]
    """Quantile of a lattice count from its cumulants, to third order, before rounding.

    Sheppard's correction takes 1/12 from the variance (and adds 1/120 to the fourth cumulant) since rounding
    the continuous value puts it back.
    """
    var = variance - _SHEPPARD
    sd = F(np.sqrt(var))
    z = normal_quantile(v)
    g1 = third / (var * sd)
    g2 = (fourth + _C120) / (var * var)
    zz = z * z
    shift = (zz - _ONE) * g1 * _SIXTH + z * (zz - _THREE) * g2 * _C24 - z * (_TWO * zz - _FIVE) * g1 * g1 * _C36
    return mean + sd * (z + shift)


@over_lanes
def sort_lanes(n, n_at, work, lanes):  # type: ignore[no-untyped-def]
    """Pack size, chance and uniform of the lanes that are walked, and of those with many events; return their numbers.

    Every method then runs on full vectors of the lanes that need it, not on all lanes because one needs it.
    """
    few, many = 0, 0
    for start in range(0, lanes, WIDTH):
        lane = start & LANE_MASK
        taken = pack(work, FEW_SIZE + few, n, n_at + lane, work, METHOD + lane, _FEW)
        pack(work, FEW_CHANCE + few, work, CHANCE + lane, work, METHOD + lane, _FEW)
        pack(work, FEW_UNIFORM + few, work, UNIFORM + lane, work, METHOD + lane, _FEW)
        few += taken
        taken = pack(work, MANY_SIZE + many, n, n_at + lane, work, METHOD + lane, _MANY)
        pack(work, MANY_CHANCE + many, work, CHANCE + lane, work, METHOD + lane, _MANY)
        pack(work, MANY_UNIFORM + many, work, UNIFORM + lane, work, METHOD + lane, _MANY)
        many += taken
    return few, many


@over_lanes
def walk_lanes(work, few):  # type: ignore[no-untyped-def]
    """Invert the distributions of the packed lanes; a vector's unused places never begin to walk."""
    end = whole_vectors(few)
    for place in range(few, end):
        work[FEW_MORE + place] = _ZERO
    for place in range(0, end, WIDTH):
        walk(work, FEW_UNIFORM + place, LANES, work, FEW_COUNT + place, _FLOOR_PMF)


@over_lanes
def put_back(out, out_at, work, first, method, lanes):  # type: ignore[no-untyped-def]
    """Give the lanes of one method their counts, which lie side by side from `first` on."""
    at = first
    for start in range(0, lanes, WIDTH):
        lane = start & LANE_MASK
        at += unpack(out, out_at + lane, work, at, work, METHOD + lane, method)


@leaf
def whole_vectors(number):  # type: ignore[no-untyped-def]
    """The number of places that full vectors for so many lanes have."""
    return (number + (WIDTH - 1)) & (LANE_MASK + 1 - WIDTH)


@over_lanes
def binomial_lanes(
    n, n_at, p, p_at, out, out_at, words, held, slot, site, step, index, members, key0, key1, work, lanes
):  # type: ignore[no-untyped-def]
    """Draw out ~ Binomial(n, p) in every lane. `work` holds `WORK_ROWS` scratch rows.

    Lanes are sorted by what they need: nothing (no trials, or a uniform above the mean times `_BOUND`: the
    probability of any event is never larger than the mean), inversion, or the expansion. Inversion walks up
    from zero by the ratio of successive probabilities, (n + 1 - k) / k times the odds, while the uniform lies
    below the probability of more.
    """
    n_at, p_at, out_at, lanes = n_at & MASK, p_at & MASK, out_at & MASK, lanes & LANE_MASK
    some = 0
    for lane in range(lanes):
        some += 1 if (n[n_at + lane] * p[p_at + lane] > _ZERO) & (p[p_at + lane] < _ONE) else 0
    if some == 0:  # nothing is left to chance
        for lane in range(lanes):
            out[out_at + lane] = n[n_at + lane] if p[p_at + lane] >= _ONE else _ZERO
        return
    at = word_row(words, held, slot, site, step, index, members, key0, key1, lanes) & MASK
    flipped = 0
    for lane in range(lanes):
        chance = p[p_at + lane]
        chance = chance if chance > _ZERO else _ZERO
        chance = chance if chance < _ONE else _ONE
        flip = chance > _HALF
        q = (_ONE - chance) if flip else chance
        v = upper_tail(words[at + lane])
        v = (_ONE - v) if flip else v
        v = v if v > _OFFSET else _OFFSET
        mean = n[n_at + lane] * q
        method = _FEW if v < mean * _BOUND else _ZERO
        work[METHOD + lane] = _MANY if mean > INVERSION_LIMIT else method
        work[CHANCE + lane] = q
        work[UNIFORM + lane] = v
        out[out_at + lane] = _ZERO
        flipped += 1 if flip else 0
    few, many = sort_lanes(n, n_at, work, lanes)
    if few > 0:
        for place in range(whole_vectors(few)):
            size = work[FEW_SIZE + place]
            q = work[FEW_CHANCE + place]
            log_none = size * log1p_lane(-q)
            none = exp_lane(log_none)
            odds = q / (_ONE - q)
            work[FEW_NOW + place] = none
            work[FEW_MORE + place] = above_zero(none, log_none)
            work[FEW_A + place] = odds * (size + _ONE)
            work[FEW_B + place] = odds
        walk_lanes(work, few)
        put_back(out, out_at, work, FEW_COUNT, _FEW, lanes)
    if many > 0:
        for place in range(whole_vectors(many)):
            size = work[MANY_SIZE + place]
            q = work[MANY_CHANCE + place]
            mean = size * q
            variance = mean * (_ONE - q)
            third = variance * (_ONE - _TWO * q)
            fourth = variance * (_ONE - F(6.0) * q * (_ONE - q))
            x = F(np.floor(cornish_fisher(work[MANY_UNIFORM + place], mean, variance, third, fourth) + _HALF))
            x = x if x > _ZERO else _ZERO
            work[MANY_COUNT + place] = x if x < size else size
        put_back(out, out_at, work, MANY_COUNT, _MANY, lanes)
    if flipped > 0:
        for lane in range(lanes):
            out[out_at + lane] = (n[n_at + lane] - out[out_at + lane]) if p[p_at + lane] > _HALF else out[out_at + lane]


@over_lanes
def poisson_lanes(m, m_at, out, out_at, words, held, slot, site, step, index, members, key0, key1, work, lanes):  # type: ignore[no-untyped-def]
    """Draw out ~ Poisson(m) in every lane, as `binomial_lanes` does; the ratio of successive probabilities is m / k."""
    m_at, out_at, lanes = m_at & MASK, out_at & MASK, lanes & LANE_MASK
    some = 0
    for lane in range(lanes):
        some += 1 if m[m_at + lane] > _ZERO else 0
        out[out_at + lane] = _ZERO
    if some == 0:
        return
    at = word_row(words, held, slot, site, step, index, members, key0, key1, lanes) & MASK
    for lane in range(lanes):
        mean = m[m_at + lane]
        v = upper_tail(words[at + lane])
        method = _FEW if v < mean * _BOUND else _ZERO
        work[METHOD + lane] = _MANY if mean > INVERSION_LIMIT else method
        work[UNIFORM + lane] = v
    few, many = sort_lanes(m, m_at, work, lanes)
    if few > 0:
        for place in range(whole_vectors(few)):
            mean = work[FEW_SIZE + place]
            none = exp_lane(-mean)
            work[FEW_NOW + place] = none
            work[FEW_MORE + place] = above_zero(none, -mean)
            work[FEW_A + place] = mean
            work[FEW_B + place] = _ZERO
        walk_lanes(work, few)
        put_back(out, out_at, work, FEW_COUNT, _FEW, lanes)
    if many > 0:
        for place in range(whole_vectors(many)):
            mean = work[MANY_SIZE + place]
            x = F(np.floor(cornish_fisher(work[MANY_UNIFORM + place], mean, mean, mean, mean) + _HALF))
            work[MANY_COUNT + place] = x if x > _ZERO else _ZERO
        put_back(out, out_at, work, MANY_COUNT, _MANY, lanes)


@over_lanes
def normal_lanes(out, out_at, words, held, slot, site, step, index, members, key0, key1, work, lanes):  # type: ignore[no-untyped-def]
    """Draw a standard normal in every lane."""
    out_at, lanes = out_at & MASK, lanes & LANE_MASK
    row = word_row(words, held, slot, site, step, index, members, key0, key1, lanes)
    for lane in range(lanes):
        out[out_at + lane] = normal_quantile(upper_tail(words[row + lane]))


@over_lanes
def uniform_lanes(out, out_at, words, held, slot, site, step, index, members, key0, key1, work, lanes):  # type: ignore[no-untyped-def]
    """Draw a uniform in (0, 1) in every lane."""
    out_at, lanes = out_at & MASK, lanes & LANE_MASK
    row = word_row(words, held, slot, site, step, index, members, key0, key1, lanes)
    for lane in range(lanes):
        out[out_at + lane] = upper_tail(words[row + lane])
