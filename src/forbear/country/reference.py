"""The model reference and the causal graph, generated from the declarations and the rules; nothing is typed twice."""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from forbear.country.equations import equations
from forbear.country.model import MODEL
from forbear.country.program import program
from forbear.country.week import BEGIN, ROOMS, WEEK, rule_named

__all__ = ["CONSTANT_COLUMNS", "causal_edges", "constant_rows", "draw_graph", "pages"]


def causal_edges() -> list[tuple[str, str, list[str]]]:
    """What each room takes from each other room within or between weeks: (source, target, names)."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for rule in program().week:
        for symbol in rule.reads:
            if symbol.space == "now":
                owner = MODEL.quantities[symbol.name].room
                if owner != rule.room:
                    found[owner, rule.room].add(symbol.name)
    return [(source, target, sorted(names)) for (source, target), names in sorted(found.items())]


def draw_graph(path: Path) -> None:
    """Draw the rooms on a circle with an arrow for what flows, as wide as many names. Writes an SVG file."""
    import math

    size, radius = 900, 330
    at = {
        room: (
            size / 2 + radius * math.cos(2 * math.pi * k / len(ROOMS) - math.pi / 2),
            size / 2 + radius * math.sin(2 * math.pi * k / len(ROOMS) - math.pi / 2),
        )
        for k, room in enumerate(ROOMS)
    }
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" font-family="sans-serif" font-size="15">',
        "<title>Causal graph of the rooms</title><desc>Arrows point from a room to the rooms that read its quantities.</desc>",
        '<defs><marker id="a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="5" markerHeight="5" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="#555"/></marker></defs>',
    ]
    for source, target, names in causal_edges():
        (x0, y0), (x1, y1) = at[source], at[target]
        length = math.hypot(x1 - x0, y1 - y0)
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        bend = 0.12 * length
        mx, my = (x0 + x1) / 2 - uy * bend, (y0 + y1) / 2 + ux * bend
        parts.append(
            f'<path d="M{x0 + 58 * ux:.0f} {y0 + 24 * uy:.0f}Q{mx:.0f} {my:.0f} {x1 - 62 * ux:.0f} {y1 - 28 * uy:.0f}" fill="none" stroke="#555" stroke-opacity=".55" '
            f'stroke-width="{0.8 + 0.35 * len(names):.1f}" marker-end="url(#a)"><title>{source} to {target}: {", ".join(names)}</title></path>'
        )
    for room, (x, y) in at.items():
        parts.append(
            f'<rect x="{x - 56:.0f}" y="{y - 20:.0f}" width="112" height="40" rx="8" fill="#e8f1f8" stroke="#0072b2"/><text x="{x:.0f}" y="{y + 5:.0f}" text-anchor="middle">{room}</text>'
        )
    path.write_text("\n".join([*parts, "</svg>"]), encoding="utf-8")


def pages() -> dict[str, str]:
    """One Markdown page per room: its README, rules beside their equations, quantities, levers, facts and parameters."""
    folder = Path(__file__).parent
    out: dict[str, str] = {}
    for room in ROOMS:
        readme = folder / room / "README.md"
        lines = [
            readme.read_text(encoding="utf-8").rstrip() if readme.exists() else f"# {room}",
            "",
            "## Rules",
            "",
            "First those that run once, then those of the week, in order. Each stands beside the equations that it runs.",
            "",
        ]
        for name in dict.fromkeys((*BEGIN, *WEEK)):
            if name.startswith(f"{room}."):
                lines += _rule(name)
        lines += _table(
            "Quantities",
            ("name", "kind", "over", "unit", "meaning"),
            [
                (q.name, q.kind, " x ".join(q.over) or "country", q.unit, q.meaning)
                for q in MODEL.quantities.values()
                if q.room == room
            ],
        )
        lines += _table(
            "Levers",
            ("name", "unit", "default", "range", "meaning"),
            [
                (lv.key, lv.unit, f"{lv.default:g}", f"{lv.low:g} to {lv.high:g}", lv.meaning)
                for lv in MODEL.levers.values()
                if lv.room == room
            ],
        )
        lines += _table(
            "Facts",
            ("name", "over", "unit", "default", "meaning"),
            [
                (
                    f.key,
                    " x ".join(f.over) or "country",
                    f.unit,
                    "required" if f.default is None else f"{f.default:g}",
                    f.meaning,
                )
                for f in MODEL.facts.values()
                if f.room == room
            ],
        )
        rows = []
        for p in MODEL.parameters.values():
            if p.room == room:
                prior = f"{p.prior.family}({', '.join(f'{v:g}' for v in p.prior.arguments.values())})"
                rows.append((p.name, p.symbol, p.unit, prior, p.identification, p.sibling, p.meaning, p.source))
        lines += _table(
            "Parameters", ("name", "symbol", "unit", "prior", "class", "sibling", "meaning", "source"), rows
        )
        lines += _table("Constants", CONSTANT_COLUMNS, constant_rows(room))
        out[room] = "\n".join(lines) + "\n"
    return out


CONSTANT_COLUMNS = ("name", "value", "unit", "meaning", "source", "varied in the audit")


def constant_rows(room: str) -> list[tuple[str, ...]]:
    """The constants of a room, or of those that rooms share ("shared"), row by row as in `CONSTANT_COLUMNS`."""
    return [
        (c.name, f"{c.value:.10g}", c.unit, c.meaning, c.source, "yes" if c.varied else "")
        for c in MODEL.constants.values()
        if c.room == room
    ]


def _table(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    clean = [tuple(str(cell).replace("|", "\\|") for cell in row) for row in rows]
    return [
        f"## {title}",
        "",
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in clean),
        "",
    ]


def _rule(name: str) -> list[str]:
    """A rule's page part: what it does, its equations as the document has them, and its code."""
    function = rule_named(name)
    lines = [f"### {name.split('.')[1]}", "", inspect.getdoc(function) or "", ""]
    for number in getattr(function, "equations", ()):
        equation = equations()[number]
        title = f"{number} {equation.title}"
        lines += [f"[{title}](../model/equations.md#{equation.anchor})", ""]
        lines += ["```text", equation.formulas[name], "```", ""]
    return [*lines, "```python", inspect.getsource(function).rstrip(), "```", ""]
