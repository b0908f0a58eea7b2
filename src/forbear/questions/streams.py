"""One named random stream for each algorithm of this package that needs chance."""

from __future__ import annotations

import zlib

import numpy as np

__all__ = ["stream"]


def stream(seed: int, name: str) -> np.random.Generator:
    """Return a generator fixed by (seed, name): Philox4x64 with the seed and the CRC-32 of the name as its key.

    Two algorithms with one seed but different names never share numbers, and neither notices that the other ran.
    """
    if seed < 0:
        raise ValueError(f"seed is {seed}; it must be zero or positive")
    return np.random.Generator(np.random.Philox(key=np.array([seed, zlib.crc32(name.encode())], dtype=np.uint64)))
