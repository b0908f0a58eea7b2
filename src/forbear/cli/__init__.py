"""The command line: one file per command, each loaded only when it is called."""

from forbear.cli.main import main

__all__ = ["main"]
