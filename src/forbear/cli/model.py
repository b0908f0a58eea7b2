"""`forbear model`: the declared model in words and as a graph."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.country.equations import equations as every
from forbear.country.model import MODEL
from forbear.country.reference import causal_edges, draw_graph
from forbear.country.week import ROOMS, WEEK
from forbear.errors import RunError, nearest
from forbear.workflow.theories import theory_lines

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    help="The declared model: rooms, parameters, levers, the causal graph.",
)


@app.callback()
def rooms(context: typer.Context) -> None:
    """List the rooms with what each holds."""
    if context.invoked_subcommand is not None:
        return
    for room in ROOMS:
        rules = [name.split(".")[1] for name in WEEK if name.startswith(f"{room}.")]
        counts = [
            sum(x.room == room for x in table.values()) for table in (MODEL.quantities, MODEL.parameters, MODEL.levers)
        ]
        tell(
            f"{room:<12} {counts[0]:>3} quantities {counts[1]:>3} parameters {counts[2]:>3} levers   weekly: {', '.join(rules)}"
        )


@app.command()
def parameters(room: Annotated[str, typer.Argument(help="a room, or nothing for all")] = "") -> None:
    """List parameters with prior, unit, source and identification class."""
    for key, p in MODEL.parameters.items():
        if room and p.room != room:
            continue
        prior = f"{p.prior.family}({', '.join(f'{k} {v:g}' for k, v in p.prior.arguments.items())})"
        tell(f"{key:<48} {p.unit:<22} {prior:<42} {p.identification:<7} {p.meaning}  [{p.source}]")


@app.command()
def constants(
    room: Annotated[str, typer.Argument(help='a room, "shared" for what several rooms read, or nothing for all')] = "",
) -> None:
    """List every number of the rules that is neither fact, lever nor parameter: value, unit, meaning, source."""
    for c in MODEL.constants.values():
        if room in ("", c.room):
            varied = "; varied in the audit" if c.varied else ""
            tell(f"{c.key:<44} {c.value:>14.10g} {c.unit:<18} {c.meaning}  [{c.source}{varied}]")


@app.command()
def theories(
    scenario: Annotated[str, typer.Argument(help="a scenario whose own theories are listed, too")] = "",
) -> None:
    """List the theories that can be fitted as rivals, and the mechanisms that each calls its own."""
    tell(*theory_lines(scenario or None))


@app.command()
def graph(
    to: Annotated[
        Path | None, typer.Option(help="write the graph as an SVG picture here instead of printing it")
    ] = None,
) -> None:
    """Draw what each rule reads and writes, room by room, from the rules themselves."""
    if to is None:
        for source, target, names in causal_edges():
            tell(f"{source:<12} -> {target:<12} {', '.join(names)}")
        return
    draw_graph(to)
    print(to)


@app.command()
def equations(
    which: Annotated[
        str, typer.Argument(help="a number (E12), a room, a rule (security.control), or nothing for all")
    ] = "",
) -> None:
    """Print the equations that the rules run, with what each symbol stands for."""
    found = [e for e in every().values() if which.lower() in ("", e.number.lower(), e.room, *e.formulas)]
    if not found:
        known = [
            *every(),
            *{e.room for e in every().values()},
            *{rule for e in every().values() for rule in e.formulas},
        ]
        raise RunError("E401", f"no equation, room or rule {which!r}", hint=f"did you mean {nearest(which, known)}?")
    tell("\n\n".join(equation.plain for equation in found).rstrip("\n"))
