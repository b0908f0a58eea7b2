"""The lane samplers for one member at a time: what a GPU thread calls, and bit for bit what `draws.py` does in a lane.

Every formula is a leaf of the lane kernel; only the loops over lanes are gone. `tests/kernel/test_cuda.py` holds
each sampler against its lanes. A thread works out the words of Philox where it needs them: keeping the three that
it does not use at once would cost registers that the rules need.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from forbear.kernel import draws
from forbear.kernel.draws import _round, above_zero, cornish_fisher, normal_quantile, upper_tail
from forbear.kernel.functions import exp_lane, log1p_lane

F, U32 = np.float32, np.uint32
_W0, _W1 = draws._W0, draws._W1
_ZERO, _HALF, _ONE, _TWO, _SIX = F(0.0), F(0.5), F(1.0), F(2.0), F(6.0)
_LIMIT, _FLOOR_PMF, _OFFSET, _MOST_STEPS = draws.INVERSION_LIMIT, draws._FLOOR_PMF, draws._OFFSET, 60
#: A uniform above the mean times this gives no event: the probability of any is at most the mean, and the rest is
#: far more than rounding makes of it. Most draws end here, before an exponential or a logarithm.
_BOUND = F(1.001)

#: One member's draw: compiled for the processor in tests and in the simulator, and again for the GPU.
one_member = njit(error_model="numpy", nogil=True, cache=True)


@one_member
def word_of(site, step, index, member, key0, key1):  # type: ignore[no-untyped-def]
    """The 32-bit word at the address (seed, member, step, site, index): `draws.fill_words` for one lane."""
    a, b, c, d = U32(member), U32(step), U32(site), U32(index // 4)
    k0, k1 = U32(key0), U32(key1)
    for _ in range(7):
        a, b, c, d = _round(a, b, c, d, k0, k1)
        k0, k1 = U32(k0 + _W0), U32(k1 + _W1)
    place = index % 4
    low = a if place == 0 else b
    high = c if place == 2 else d
    return low if place < 2 else high


@one_member
def binomial_of_word(size, chance, word):  # type: ignore[no-untyped-def]
    """How many of `size`, each with probability `chance`, for one 32-bit word."""
    chance = chance if chance > _ZERO else _ZERO
    chance = chance if chance < _ONE else _ONE
    flip = chance > _HALF
    q = (_ONE - chance) if flip else chance
    v = upper_tail(word)
    v = (_ONE - v) if flip else v
    v = v if v > _OFFSET else _OFFSET
    mean = size * q
    count = _ZERO
    if mean <= _LIMIT and v < mean * _BOUND:
        log_none = size * log1p_lane(-q)
        pmf = exp_lane(log_none)
        tail = above_zero(pmf, log_none)
        odds = q / (_ONE - q)
        most = odds * (size + _ONE)
        k = 0
        while v < tail and k < _MOST_STEPS:
            k += 1
            count = F(k)
            ratio = most * (_ONE / count) - odds
            pmf = pmf * (ratio if ratio > _ZERO else _ZERO)
            tail = tail - pmf
            tail = tail if pmf > _FLOOR_PMF else _ZERO
    elif mean > _LIMIT:
        variance = mean * (_ONE - q)
        third = variance * (_ONE - _TWO * q)
        fourth = variance * (_ONE - _SIX * q * (_ONE - q))
        count = F(np.floor(cornish_fisher(v, mean, variance, third, fourth) + _HALF))
        count = count if count > _ZERO else _ZERO
        count = count if count < size else size
    return (size - count) if flip else count


@one_member
def poisson_of_word(mean, word):  # type: ignore[no-untyped-def]
    """How many events of an expected number, for one 32-bit word."""
    v = upper_tail(word)
    count = _ZERO
    if mean <= _LIMIT and v < mean * _BOUND:
        pmf = exp_lane(-mean)
        tail = above_zero(pmf, -mean)
        k = 0
        while v < tail and k < _MOST_STEPS:
            k += 1
            count = F(k)
            pmf = pmf * (mean * (_ONE / count))
            tail = tail - pmf
            tail = tail if pmf > _FLOOR_PMF else _ZERO
    elif mean > _LIMIT:
        count = F(np.floor(cornish_fisher(v, mean, mean, mean, mean) + _HALF))
        count = count if count > _ZERO else _ZERO
    return count


@one_member
def binomial_of(n, p, site, step, index, member, key0, key1):  # type: ignore[no-untyped-def]
    """A draw from Binomial(n, p); no number is worked out where nothing is left to chance."""
    if (n * p > _ZERO) & (p < _ONE):
        return binomial_of_word(n, p, word_of(site, step, index, member, key0, key1))
    return n if p >= _ONE else _ZERO


@one_member
def poisson_of(mean, site, step, index, member, key0, key1):  # type: ignore[no-untyped-def]
    """A draw from Poisson(mean)."""
    if mean > _ZERO:
        return poisson_of_word(mean, word_of(site, step, index, member, key0, key1))
    return _ZERO


@one_member
def normal_of(site, step, index, member, key0, key1):  # type: ignore[no-untyped-def]
    """A standard normal draw."""
    return normal_quantile(upper_tail(word_of(site, step, index, member, key0, key1)))


@one_member
def uniform_of(site, step, index, member, key0, key1):  # type: ignore[no-untyped-def]
    """A draw from (0, 1)."""
    return upper_tail(word_of(site, step, index, member, key0, key1))
