"""Whole numbers that callers give: members, seeds, workers and their like, checked in one place.

An integer is an integer whoever made it: `int`, `numpy.int64`, an element of an array. A truth value, a number with a
decimal point (`2.0` too) and text are not, and are refused by name rather than guessed at.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from forbear.errors import RunError

__all__ = ["LARGEST_SEED", "MOST_MEMBERS", "integer", "members_of", "seed_of", "workers_of"]

#: Seeds fill the two words of the key of Philox.
LARGEST_SEED = 2**64 - 1
#: A member's identity is one 32-bit word of the counter of Philox.
MOST_MEMBERS = 2**32


def integer(value: Any, name: str, *, least: int | None = None, most: int | None = None) -> int:
    """Return a whole number as `int`.

    Parameters
    ----------
    value
        What was given.
    name
        What it is, for the message.
    least, most
        Bounds, both allowed; None for none.

    Raises
    ------
    RunError
        E441 where it is no whole number or lies outside the bounds.
    """
    truth = isinstance(value, bool | np.bool_) or getattr(value, "dtype", None) == np.bool_
    try:
        if truth:
            raise TypeError
        found = operator.index(value)
    except TypeError:
        raise _refused(value, name, least, most) from None
    if (least is not None and found < least) or (most is not None and found > most):
        raise _refused(value, name, least, most)
    return found


def seed_of(value: Any) -> int:
    """A seed, 0 to 2**64 - 1. Raises RunError E441: larger and negative ones would share the luck of others."""
    return integer(value, "seed", least=0, most=LARGEST_SEED)


def workers_of(value: Any) -> int | None:
    """A number of workers, at least one; None where the machine decides. Raises RunError E441."""
    return None if value is None else integer(value, "workers", least=1)


def members_of(members: int | Sequence[int] | np.ndarray, *, distinct: bool = False) -> np.ndarray:
    """Identities of members.

    Parameters
    ----------
    members
        How many (0, 1, ...), or the identities themselves.
    distinct
        Refuse an identity that stands twice: with parameters drawn by identity it would be one member counted twice.

    Returns
    -------
    ndarray
        uint32 (members,).

    Raises
    ------
    RunError
        E405 where there are none; E441 where one is no whole number from 0 to 2**32 - 1, or stands twice.
    """
    if isinstance(members, str | bytes) or np.ndim(members) == 0:
        count = integer(members, "members", least=0, most=MOST_MEMBERS)
        given = np.arange(count, dtype=np.uint64)
    else:
        given = np.asarray(members)
    if given.size == 0:
        raise RunError("E405", "an ensemble needs at least one simulated history")
    if given.ndim != 1 or given.dtype.kind not in "iu":
        if given.ndim == 1 and given.dtype == object:
            given = np.array([integer(member, "a member's identity", least=0) for member in given], dtype=object)
        else:
            raise RunError(
                "E441",
                f"identities of members are a list of whole numbers, not {given.ndim} dimensions of {given.dtype}",
            )
    wrong = given[(given < 0) | (given >= MOST_MEMBERS)]
    if len(wrong):
        raise _refused(wrong[0], "a member's identity", 0, MOST_MEMBERS - 1)
    if distinct and len(np.unique(given)) < len(given):
        values, counts = np.unique(given, return_counts=True)
        raise RunError(
            "E441",
            f"member {values[counts > 1][0]} stands more than once",
            hint="with parameters drawn by identity it would be the same run each time: use different identities",
        )
    return given.astype(np.uint32)


def _refused(value: Any, name: str, least: int | None, most: int | None) -> RunError:
    bounds = " ".join(f"{word} {bound:,}" for word, bound in (("from", least), ("to", most)) if bound is not None)
    kind = type(value).__name__
    return RunError("E441", f"{name} is a whole number{' ' + bounds if bounds else ''}, not {value!r} ({kind})")
