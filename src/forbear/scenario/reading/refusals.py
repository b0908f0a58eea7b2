"""Names of levers that the program refuses (E265): cruelty or targeting is no lever (limits of use, section 9 of the model document)."""

from __future__ import annotations

import re

__all__ = ["refused_lever"]

_CRUEL = re.compile(
    r"collective.?punish|(forced|mass).?(displac|deport|resettle|transfer)|expulsion|ethnic.?cleans|genocide|massacre|tortur|terror(?!is)|"
    r"starv|siege|reprisal|hostage|execut|assassinat|(?:^|\.)target|targeting|kill.?list|chemical|camp(s)?\b",
    re.IGNORECASE,
)


def refused_lever(key: str) -> str | None:
    """Say why a lever of that name is refused, or None: cruelty is no strategy here, and nobody is aimed at."""
    if not _CRUEL.search(key):
        return None
    return f"{key!r} is refused: cruelty and targeting are no levers of this model and will not be (limits of use, 1 and 7)"
