"""The code of an address, for the cameras of phones."""

from __future__ import annotations

import segno

__all__ = ["code_of"]

#: Modules of white around the code, as its standard (ISO/IEC 18004) asks.
QUIET = 4


def code_of(address: str) -> str:
    """A QR code as SVG: dark on light on every page, or a camera does not read it."""
    made = segno.make_qr(address, error="m")
    return made.svg_inline(
        border=QUIET,
        dark="#000",
        light="#fff",
        omitsize=True,
        svgclass="qr",
        lineclass=None,
        title=f"Code of {address}",
    )
