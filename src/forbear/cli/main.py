"""The command `forbear`. Commands are named here and loaded when called, so that `--help` is instant."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import sys
import textwrap
from importlib.metadata import version
from typing import Any

from forbear.cli.encoding import spare_the_stream
from forbear.cli.help import in_plain_words
from forbear.cli.lines import fitted, tell
from forbear.errors import ForbearError, nearest
from forbear.words import NARROWEST, columns

__all__ = ["COMMANDS", "main"]

#: Command -> (module, one line of help), in the order in which `--help` shows them.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("run", "Simulate a scenario and write one report: everything in one go."),
    "check": ("check", "Check a scenario file: all its faults at once, or what it says."),
    "simulate": ("simulate", "Simulate an ensemble into a store, CSV or NetCDF."),
    "fit": ("fit", "Learn a scenario's uncertainties from its observations."),
    "validate": ("validate", "Whether a fitted scenario deserves belief: hold-outs, recovery, neutrality, rivals."),
    "claims": ("claims", "Every claim and its rival tested, with verdicts."),
    "compare": ("compare", "Two policies over the same draws with common random numbers."),
    "attribute": ("attribute", "Which remedies account for how much of the failure."),
    "stress": ("stress", "Strategies under every draw: regret, Pareto set, where they fail, what decides."),
    "decide": ("decide", "What to choose under losses of your own, and what is worth knowing first."),
    "search": ("search", "Look for robust strategies within feasible levers."),
    "region": ("region", "Where one strategy fails, over a grid of levers."),
    "divisions": ("divisions", "Which divisions of power every community accepts."),
    "brief": ("brief", "Two pages as PDF: the question, the answer, the lessons, what it cannot say."),
    "app": ("app", "The laboratory page and play mode, on this machine alone."),
    "atlas": (
        "atlas",
        "Interventions since 1898 on one page: force, what came of it, grade; `show CASE` has every number.",
    ),
    "evidence": ("evidence", "List the evidence; show or plot one series."),
    "new": ("new", "Begin a scenario of your own from one that ships."),
    "diff": ("diff", "What differs between two scenarios."),
    "model": ("model", "The declared model: rooms, parameters, levers, the causal graph."),
    "explain": ("explain", "What an error code means and how to mend it."),
    "cite": ("cite", "How to cite forbear and the data it ships."),
    "doctor": ("doctor", "What this installation is and whether it is sound."),
}

HELP = """forbear: a laboratory for the decision to intervene in another country

usage: forbear COMMAND [...]      forbear COMMAND --help

commands:
{commands}

  forbear run iraq-2003           the main job: simulate Iraq, write one report
  forbear app iraq-2003           move levers and watch, or play month by month
  forbear new mine --from meadow  a country of your own

The model is an argument with numbers, not an oracle: see the limits of use in
the README, and `forbear cite`.
"""


STOPPED = 130  # 128 + SIGINT, as a shell tells it
WIDEST = 100  # characters of a line that reads well
PIPE_CLOSED = 141  # 128 + SIGPIPE: whoever read the output has seen enough


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit with its status.

    A user's mistake is explained on standard error with status 2, without a traceback. Ctrl-C leaves one line and
    status 130. A reader that closes the pipe (`| head`) ends the command quietly. A character that the terminal's
    encoding does not have is printed as the nearest that it has.
    """
    spare_the_stream()
    words = sys.argv[1:] if arguments is None else arguments
    try:
        status = _answer(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("\nstopped; a run with a store goes on where it was when called again", file=sys.stderr)
        status = STOPPED
    except BrokenPipeError:
        _let_go()
        status = PIPE_CLOSED
    if status is not None:
        sys.exit(status)


def _answer(words: list[str]) -> int | None:
    """A command: its exit status. Help and version: None, they have none but success."""
    if not words or words[0] in ("-h", "--help", "help"):
        width = max(map(len, COMMANDS))
        begin = " " * (width + 4)
        told = [
            textwrap.wrap(line, max(NARROWEST, min(WIDEST, columns()) - width - 4), break_on_hyphens=False)
            for _, line in COMMANDS.values()
        ]
        listed = [f"  {name:<{width}}  " + f"\n{begin}".join(lines) for name, lines in zip(COMMANDS, told, strict=True)]
        tell(HELP.format(commands="\n".join(listed)))
        return None
    name, rest = words[0], words[1:]
    if name in ("-V", "--version"):
        print(version("forbear"))
        return None
    if name not in COMMANDS:
        close = nearest(name, COMMANDS)
        print(f"E100 unknown command {name!r}" + (f"\n    did you mean: {close}" if close else ""), file=sys.stderr)
        return 2
    try:
        _call(name, rest)
    except ForbearError as error:
        print("\n".join(fitted([str(error)], sys.stderr)), file=sys.stderr)
        return 2
    except BrokenPipeError:
        raise
    except OSError as error:  # whatever writes without `forbear.files`; a full disk is no fault of the program
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EISDIR, errno.ENOTDIR):
            raise
        print(f"E103 cannot write {error.filename or 'what was asked for'}: {error.strerror}", file=sys.stderr)
        return 2
    except Exception as error:
        return _usage(error)
    return 0


def _call(name: str, rest: list[str]) -> None:
    """Load a command's module and run it. Exceptions pass: they are told in one place, above."""
    import typer  # heavy, and `--help` does without it

    module: Any = importlib.import_module(f"forbear.cli.{COMMANDS[name][0]}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        app.command(help=COMMANDS[name][1] if not module.command.__doc__ else None)(module.command)
    command = in_plain_words(typer.main.get_command(app))
    with command.make_context(f"forbear {name}", rest) as context:
        command.invoke(context)


def _usage(error: Exception) -> int:
    """What the reader of arguments raises: an end that was asked for, or a mistake that prints itself as usage."""
    status = getattr(error, "exit_code", None)
    if status is None:
        raise error
    show = getattr(error, "show", None)
    if show is not None:
        show()
    return int(status)


def _let_go() -> None:
    """Point standard output at nothing, or the interpreter would complain when it empties its buffer at the end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
