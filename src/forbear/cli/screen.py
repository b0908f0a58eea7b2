"""Which meter a command shows: a bar on a terminal, lines in a log."""

from forbear.workflow.arguments import shown as meter

__all__ = ["meter"]
