"""Exact samplers for 64-bit scalars, addressed by the same names as the lane samplers.

Binomial: inversion for small means, otherwise BTRS (Hormann 1993, J. Stat. Comput. Simul. 46:101-110);
Poisson: inversion, otherwise PTRS (Hormann 1993, Insurance: Mathematics and Economics 12:39-45).
Rejection needs more than one uniform, so attempt j of a draw reads word j of its own address: the draws stay
independent of one another and of everything else, at the price of less shared luck than the lane kernel has.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

U32, U64 = np.uint32, np.uint64
_M0, _M1 = U64(0xD2511F53), U64(0xCD9E8D57)
_W0, _W1 = U32(0x9E3779B9), U32(0xBB67AE85)
_LOW32, _SHIFT32 = U64(0xFFFFFFFF), U64(32)
#: Added to the site of a draw for its second and later uniforms.
AGAIN = 0x51ED270B
#: Coefficients of AS241, the highest power first: (numerator, denominator) near the centre, in the tail, far out.
NORMAL_CENTRE = (
    (
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.387132872796366608,
    ),
    (
        5226.495278852545925,
        28729.085735721942674,
        39307.89580009271061,
        21213.794301586595867,
        5394.1960214247511077,
        687.1870074920579083,
        42.313330701600911252,
        1.0,
    ),
)
NORMAL_TAIL = (
    (
        7.7454501427834140764e-4,
        0.0227238449892691845833,
        0.24178072517745061177,
        1.27045825245236838258,
        3.64784832476320460504,
        5.7694972214606914055,
        4.6303378461565452959,
        1.42343711074968357734,
    ),
    (
        1.05075007164441684324e-9,
        5.475938084995344946e-4,
        0.0151986665636164571966,
        0.14810397642748007459,
        0.68976733498510000455,
        1.6763848301838038494,
        2.05319162663775882187,
        1.0,
    ),
)
NORMAL_FAR = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        0.0012426609473880784381,
        0.026532189526576123093,
        0.29656057182850489123,
        1.7848265399172913358,
        5.4637849111641143699,
        6.6579046435011037772,
    ),
    (
        2.04426310338993978564e-15,
        1.4215117583164458887e-7,
        1.8463183175100546818e-5,
        7.868691311456132591e-4,
        0.0148753612908506148525,
        0.13692988092273580531,
        0.59983220655588793769,
        1.0,
    ),
)


@njit(nogil=True)
def philox(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Philox4x32-7: four random words of a counter and a key."""
    a0, a1, a2, a3 = U32(c0), U32(c1), U32(c2), U32(c3)
    q0, q1 = U32(k0), U32(k1)
    for _ in range(7):
        p0 = U64(a0) * _M0
        p1 = U64(a2) * _M1
        a0 = U32(U32(p1 >> _SHIFT32) ^ a1 ^ q0)
        a2 = U32(U32(p0 >> _SHIFT32) ^ a3 ^ q1)
        a1 = U32(p1 & _LOW32)
        a3 = U32(p0 & _LOW32)
        q0 = U32(q0 + _W0)
        q1 = U32(q1 + _W1)
    return a0, a1, a2, a3


@njit(nogil=True)
def uniform_at(attempt, site, step, index, member, k0, k1):  # type: ignore[no-untyped-def]
    """The uniform in (0, 1) of one address; attempt 0 is the number that the lane kernel uses."""
    if attempt == 0:
        words = philox(member, step, site, index // 4, k0, k1)
        which = index % 4
    else:
        words = philox(member, step, U32(site + AGAIN + attempt // 4), index, k0, k1)
        which = attempt % 4
    word = words[0]
    if which == 1:
        word = words[1]
    elif which == 2:
        word = words[2]
    elif which == 3:
        word = words[3]
    return (float(word) + 0.5) * 2.0**-32


@njit(nogil=True)
def binomial_exact(n, p, site, step, index, member, k0, k1):  # type: ignore[no-untyped-def]
    """One draw from Binomial(n, p), exact."""
    n = math.floor(n + 0.5)
    p = min(max(p, 0.0), 1.0)
    if n <= 0.0 or p <= 0.0:
        return 0.0
    if p >= 1.0:
        return float(n)
    flip = p > 0.5
    q = 1.0 - p if flip else p
    count = 0.0
    if n * q < 10.0:
        v = uniform_at(0, site, step, index, member, k0, k1)
        v = 1.0 - v if flip else v
        pmf = math.exp(n * math.log1p(-q))
        tail = -math.expm1(n * math.log1p(-q))
        odds = q / (1.0 - q)
        while v < tail and count < n:
            count += 1.0
            pmf *= (n - count + 1.0) / count * odds
            tail -= pmf
            if count > 150.0:
                break
    else:
        spq = math.sqrt(n * q * (1.0 - q))
        b = 1.15 + 2.53 * spq
        a = -0.0873 + 0.0248 * b + 0.01 * q
        c = n * q + 0.5
        vr = 0.92 - 4.2 / b
        alpha = (2.83 + 5.1 / b) * spq
        lpq = math.log(q / (1.0 - q))
        m = math.floor((n + 1.0) * q)
        h = math.lgamma(m + 1.0) + math.lgamma(n - m + 1.0)
        attempt = 0
        while True:
            u = uniform_at(attempt, site, step, index, member, k0, k1) - 0.5
            v = uniform_at(attempt + 1, site, step, index, member, k0, k1)
            attempt += 2
            us = 0.5 - abs(u)
            k = math.floor((2.0 * a / us + b) * u + c)
            if us >= 0.07 and v <= vr:
                count = k
                break
            if k < 0.0 or k > n:
                continue
            v = math.log(v * alpha / (a / (us * us) + b))
            if v <= h - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0) + (k - m) * lpq:
                count = k
                break
    return n - count if flip else count


@njit(nogil=True)
def poisson_exact(mean, site, step, index, member, k0, k1):  # type: ignore[no-untyped-def]
    """One draw from Poisson(mean), exact."""
    if not mean > 0.0:
        return 0.0
    count = 0.0
    if mean < 10.0:
        v = uniform_at(0, site, step, index, member, k0, k1)
        pmf = math.exp(-mean)
        tail = -math.expm1(-mean)
        while v < tail:
            count += 1.0
            pmf *= mean / count
            tail -= pmf
            if count > 150.0:
                break
        return count
    slam = math.sqrt(mean)
    loglam = math.log(mean)
    b = 0.931 + 2.53 * slam
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    vr = 0.9277 - 3.6224 / (b - 2.0)
    attempt = 0
    while True:
        u = uniform_at(attempt, site, step, index, member, k0, k1) - 0.5
        v = uniform_at(attempt + 1, site, step, index, member, k0, k1)
        attempt += 2
        us = 0.5 - abs(u)
        k = math.floor((2.0 * a / us + b) * u + mean + 0.43)
        if us >= 0.07 and v <= vr:
            return k
        if k < 0.0 or (us < 0.013 and v > us):
            continue
        if math.log(v) + math.log(inverse_alpha) - math.log(a / (us * us) + b) <= -mean + k * loglam - math.lgamma(
            k + 1.0
        ):
            return k


@njit(nogil=True)
def _ratio(r, coefficients):  # type: ignore[no-untyped-def]
    """Numerator and denominator by Horner's scheme."""
    top, low = 0.0, 0.0
    for coefficient in coefficients[0]:
        top = top * r + coefficient
    for coefficient in coefficients[1]:
        low = low * r + coefficient
    return top, low


@njit(nogil=True)
def normal_exact(site, step, index, member, k0, k1):  # type: ignore[no-untyped-def]
    """One standard normal (Wichura's AS241, full double precision), mirrored as in the lane kernel."""
    p = 1.0 - uniform_at(0, site, step, index, member, k0, k1)
    q = p - 0.5
    if abs(q) <= 0.425:
        top, low = _ratio(0.180625 - q * q, NORMAL_CENTRE)
        return q * top / low
    r = p if q < 0.0 else 1.0 - p
    r = math.sqrt(-math.log(r))
    if r <= 5.0:
        top, low = _ratio(r - 1.6, NORMAL_TAIL)
    else:
        top, low = _ratio(r - 5.0, NORMAL_FAR)
    return -top / low if q < 0.0 else top / low
