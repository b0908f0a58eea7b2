"""How a long run tells where it is. A meter is passed in; nothing else knows about screens."""

from __future__ import annotations

import sys
import time
from typing import Any, Protocol

__all__ = ["Meter", "NoMeter", "TerminalMeter", "TextMeter"]


class Meter(Protocol):
    """What a runner calls."""

    def start(self, total: int, what: str) -> None:
        """Work of `total` units begins."""

    def advance(self, units: int) -> None:
        """So many more units are done."""

    def say(self, text: str) -> None:
        """Something a user should know, such as that a kernel is being compiled."""

    def finish(self) -> None:
        """The work is done."""


class NoMeter:
    """Says nothing."""

    def start(self, total: int, what: str) -> None:
        """Nothing."""

    def advance(self, units: int) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""


class TextMeter(NoMeter):
    """Plain lines on standard error, for logs."""

    def __init__(self) -> None:
        self.done, self.total, self.began, self.told = 0, 0, 0.0, 0.0

    def start(self, total: int, what: str) -> None:
        """Print the heading."""
        self.done, self.total, self.began, self.told = 0, total, time.monotonic(), time.monotonic()
        print(f"{what}: {total:,}", file=sys.stderr)

    def advance(self, units: int) -> None:
        """Print a line at most every five seconds."""
        self.done += units
        if time.monotonic() - self.told > 5:
            self.told = time.monotonic()
            print(f"  {self.done:,} of {self.total:,}", file=sys.stderr)

    def say(self, text: str) -> None:
        """Print it."""
        print(text, file=sys.stderr)


class TerminalMeter:
    """A bar with rate and time left."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self._console,
        )
        self._task: Any = None
        self._began = 0.0

    def start(self, total: int, what: str) -> None:
        """Show the bar."""
        self._began = time.monotonic()
        self._progress.start()
        self._task = self._progress.add_task(what, total=total, rate="")

    def advance(self, units: int) -> None:
        """Move the bar."""
        assert self._task is not None
        self._progress.advance(self._task, units)
        done = self._progress.tasks[self._task].completed
        self._progress.update(self._task, rate=f"{done / max(time.monotonic() - self._began, 1e-9):,.0f} runs/s")

    def say(self, text: str) -> None:
        """Print it above the bar."""
        self._console.print(text)

    def finish(self) -> None:
        """Leave the bar as it stands."""
        self._progress.stop()
