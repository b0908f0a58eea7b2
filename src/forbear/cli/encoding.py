"""Output that survives any encoding of a terminal or a redirect: what it cannot show is shown by the nearest sign."""

from __future__ import annotations

import codecs
import sys
import unicodedata

__all__ = ["spare_the_stream"]

_NAME = "forbear-nearest"
#: Signs that forbear draws with, for encodings that lack them: bars from low to high, dashes, quotation marks.
_SIGNS = dict(zip("▁▂▃▄▅▆▇█", "_.-:=+*#", strict=True)) | {
    "·": ".", "–": "-", "—": "-", "−": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "×": "x", "→": "->",
    "━": "-", "─": "-", "│": "|", "╸": "-", "ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "ž": "z",
}  # fmt: skip


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """What stands for the characters that an encoding lacks: plain letters, else a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    out = []
    for sign in error.object[error.start : error.end]:
        plain = "".join(c for c in unicodedata.normalize("NFKD", sign) if ord(c) < 128)
        out.append(_SIGNS.get(sign) or plain or "?")
    return "".join(out), error.end


def spare_the_stream() -> None:
    """Let standard output and standard error replace what their encoding cannot hold, instead of stopping the work."""
    codecs.register_error(_NAME, _nearest)
    for stream in (sys.stdout, sys.stderr):
        change = getattr(stream, "reconfigure", None)
        if change is not None:
            change(errors=_NAME)
