"""Which meter a command shows: a bar on a terminal, lines in a log."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter


def meter() -> Meter:
    """A bar when standard error is a terminal, plain lines otherwise."""
    from forbear.ensemble.progress import TerminalMeter, TextMeter

    return TerminalMeter() if sys.stderr.isatty() else TextMeter()
