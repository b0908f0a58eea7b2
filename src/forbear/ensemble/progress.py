"""How a long run tells where it is. A meter is passed in; nothing else knows about screens."""

from __future__ import annotations

import atexit
import sys
import time
from typing import Any, Protocol

__all__ = ["Meter", "NoMeter", "TerminalMeter", "TextMeter", "time_left"]


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
    """Plain lines on standard error, for logs: no bar and no control characters."""

    def __init__(self) -> None:
        self.done, self.total, self.began, self.told = 0, 0, 0.0, 0.0

    def start(self, total: int, what: str) -> None:
        """Print the heading."""
        self.done, self.total, self.began, self.told = 0, total, time.monotonic(), time.monotonic()
        print(f"{what}: {total:,}", file=sys.stderr)

    def advance(self, units: int) -> None:
        """Print a line at most every five seconds."""
        self.done += units
        now = time.monotonic()
        if now - self.told > 5:
            self.told = now
            left = time_left(self.done, self.total, now - self.began)
            print(f"  {self.done:,} of {self.total:,}{left and f', {left}'}", file=sys.stderr)

    def say(self, text: str) -> None:
        """Print it."""
        print(text, file=sys.stderr)


class TerminalMeter:
    """What is being done, on lines of its own that wrap; under it a bar with how much is done and the time left."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._console = Console(stderr=True, highlight=False, markup=False)
        self._progress = Progress(
            TextColumn(" "),
            BarColumn(30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}"),
            console=self._console,
        )
        atexit.register(self._progress.stop)  # whatever ends the program leaves the cursor visible
        self._task: Any = None
        self._done, self._total, self._began = 0, 0, 0.0

    def start(self, total: int, what: str) -> None:
        """Say what begins, and show the bar."""
        self._done, self._total, self._began = 0, total, time.monotonic()
        if self._task is not None:
            self._progress.remove_task(self._task)
        self.say(what)
        self._task = self._progress.add_task("", total=total, left="")
        self._progress.start()

    def advance(self, units: int) -> None:
        """Move the bar."""
        assert self._task is not None
        self._done += units
        left = time_left(self._done, self._total, time.monotonic() - self._began)
        self._progress.update(self._task, advance=units, left=left)

    def say(self, text: str) -> None:
        """Print it above the bar, wrapped to the width of the terminal; nothing in it is taken for a style."""
        self._console.print(text)

    def finish(self) -> None:
        """Leave the bar as it stands."""
        self._progress.stop()


def time_left(done: int, total: int, seconds: float) -> str:
    """How long it will take if it goes on as before, in words; empty where that is not known yet or nothing is left.

    Examples
    --------
    >>> time_left(25, 100, 10.0), time_left(10, 1000, 60.0), time_left(0, 10, 3.0)
    ('about 30 s left', 'about 99 min left', '')
    """
    if done <= 0 or done >= total:
        return ""
    left = max(1.0, seconds * (total - done) / done)
    return f"about {left:.0f} s left" if left < 100 else f"about {left / 60:.0f} min left"
