"""The command `forbear`. Commands are named here and loaded when called, so that `--help` is instant."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from forbear.cli.encoding import spare_the_stream

__all__ = ["COMMANDS", "main"]

#: Command -> (module, one line of help), in the order in which `--help` shows them.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("run", "Simulate a scenario and write one report: everything in one go."),
    "check": ("check", "Check a scenario file: all its faults at once, or what it says."),
    "simulate": ("simulate", "Simulate an ensemble into a store, CSV or NetCDF."),
    "fit": ("fit", "Learn a scenario's uncertainties from its observations."),
    "validate": ("validate", "Whether a fitted scenario deserves belief: hold-outs, recovery, neutrality, rivals."),
    "claims": ("claims", "Every claim and its rival tested, with verdicts."),
    "compare": ("compare", "Two policies over the same draws with the same luck."),
    "attribute": ("attribute", "Which remedies account for how much of the failure."),
    "stress": ("stress", "Strategies under every draw: regret, Pareto set, where they fail, what decides."),
    "search": ("search", "Look for robust strategies within feasible levers."),
    "brief": ("brief", "Two pages as PDF: the question, the answer, the lessons, what it cannot say."),
    "app": ("app", "The laboratory page and play mode, on this machine alone."),
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

  forbear run iraq-2003           the main job: simulate Iraq from May 2003, one HTML report
  forbear app iraq-2003           move levers, watch distributions; play month by month
  forbear new mine --from meadow  a country of your own

The model is an argument with numbers, not an oracle: see `forbear cite` and the limits of use in the README.
"""


def main(arguments: list[str] | None = None) -> None:
    """Run a command. A user's mistake is explained on standard error with exit status 2, without a traceback."""
    spare_the_stream()
    words = sys.argv[1:] if arguments is None else arguments
    if not words or words[0] in ("-h", "--help", "help"):
        width = max(map(len, COMMANDS))
        print(HELP.format(commands="\n".join(f"  {name:<{width}}  {line}" for name, (_, line) in COMMANDS.items())))
        return
    if words[0] in ("-V", "--version"):
        from importlib.metadata import version

        print(version("forbear"))
        return
    name, rest = words[0], words[1:]
    if name not in COMMANDS:
        from forbear.errors import nearest

        close = nearest(name, COMMANDS)
        print(f"E100 unknown command {name!r}" + (f"\n    did you mean: {close}" if close else ""), file=sys.stderr)
        sys.exit(2)
    sys.exit(_call(name, rest))


def _call(name: str, rest: list[str]) -> int:
    import typer

    from forbear.errors import ForbearError

    module: Any = importlib.import_module(f"forbear.cli.{COMMANDS[name][0]}")
    try:
        app = getattr(module, "app", None)
        if app is None:
            app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            app.command(help=COMMANDS[name][1] if not module.command.__doc__ else None)(module.command)
        app(args=rest, prog_name=f"forbear {name}", standalone_mode=False)
    except ForbearError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; a run with a store goes on where it was when called again", file=sys.stderr)
        return 130
    except Exception as error:  # click's own errors print themselves as usage
        show = getattr(error, "show", None)
        if show is None:
            raise
        show()
        return int(getattr(error, "exit_code", 2))
    return 0
