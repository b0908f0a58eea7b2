"""Uniform numbers by name for everything outside the compiled country: draws of parameters, resampling.

A number's address is (seed, member, name, element), put through Philox4x32-10 (Salmon, Moraes, Dror and Shaw
2011). It depends on nothing else, so member 17 has the same parameters in an ensemble of 20 and of 20,000.
"""

from __future__ import annotations

import zlib

import numpy as np

from forbear.integers import seed_of

__all__ = ["uniforms"]


def uniforms(seed: int, members: np.ndarray, name: str, elements: int = 1) -> np.ndarray:
    """Uniform numbers for a named quantity.

    Parameters
    ----------
    seed
        0 to 2**64 - 1.
    members
        Identities, below 2**32.
    name
        Of what is drawn: two names have independent numbers.
    elements
        How many for each member.

    Returns
    -------
    ndarray
        float64 (len(members), elements), of 53 bits each, neither 0 nor 1.

    Raises
    ------
    RunError
        E441 for a seed that is none.
    """
    seed = seed_of(seed)
    member = np.repeat(np.asarray(members, dtype=np.uint64), elements).reshape(len(members), elements)
    element = np.broadcast_to(np.arange(elements, dtype=np.uint64), member.shape)
    site = np.full(member.shape, zlib.crc32(name.encode()), dtype=np.uint64)
    words = _philox(member, np.zeros_like(member), site, element, seed)
    high, low = words[0] >> np.uint64(5), words[1] >> np.uint64(6)
    return (high.astype(float) * 67108864.0 + low.astype(float) + 0.5) / 9007199254740992.0


def _philox(c0: np.ndarray, c1: np.ndarray, c2: np.ndarray, c3: np.ndarray, seed: int) -> list[np.ndarray]:
    m0, m1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
    mask, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    k0, k1 = seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF
    for _ in range(10):
        p0, p1 = c0 * m0, c2 * m1
        c0, c1, c2, c3 = (p1 >> shift) ^ c1 ^ np.uint64(k0), p1 & mask, (p0 >> shift) ^ c3 ^ np.uint64(k1), p0 & mask
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return [c0, c1, c2, c3]
