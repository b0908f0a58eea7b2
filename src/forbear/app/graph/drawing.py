"""The causal graph as a drawing: rooms on an oval, an arrow for what one reads of another; all of it are links."""

from __future__ import annotations

import math
from html import escape
from urllib.parse import urlencode

from forbear.app.graph.causes import Arrow
from forbear.country.week import ROOMS

__all__ = ["drawn"]

WIDTH, HEIGHT, ACROSS, DOWN = 900, 640, 350, 255
BOX = (128, 42)


def drawn(arrows: tuple[Arrow, ...], scenario: str, room: str, arrow: tuple[str, str] | None) -> str:
    """One <svg> with a link for every room and arrow; room, arrow: what is chosen, whose arrows stand out."""
    at = {
        name: (
            WIDTH / 2 + ACROSS * math.sin(2 * math.pi * k / len(ROOMS)),
            HEIGHT / 2 - DOWN * math.cos(2 * math.pi * k / len(ROOMS)),
        )
        for k, name in enumerate(ROOMS)
    }
    parts = [
        f'<svg class="causal" viewBox="0 0 {WIDTH} {HEIGHT}" aria-label="Causal graph of the rooms" role="group">',
        f"<defs>{_head('head', 'head', 6)}{_head('head-on', 'head on', 14)}</defs>",
    ]
    ordered = sorted(arrows, key=lambda a: _on(a, room, arrow))
    for entry in ordered:
        on = _on(entry, room, arrow)
        path = _path(at[entry.source], at[entry.target])
        what = f"{entry.source} to {entry.target}: {', '.join(name.replace('_', ' ') for name in entry.names)}"
        address = "/graph?" + urlencode({"scenario": scenario, "from": entry.source, "to": entry.target})
        kind = "arrow on" if on == 2 else "arrow near" if on else "arrow"
        head = "head-on" if on else "head"
        parts.append(
            f'<a href="{escape(address)}#what" aria-label="{escape(what)}"><title>{escape(what)}</title>'
            f'<path class="reach" d="{path}"/><path class="{kind}" d="{path}" '
            f'stroke-width="{1 + 0.3 * len(entry.names):.1f}" marker-end="url(#{head})"/></a>'
        )
    for name, (x, y) in at.items():
        address = "/graph?" + urlencode({"scenario": scenario, "room": name})
        kind = "room on" if name == room or (arrow is not None and name in arrow) else "room"
        parts.append(
            f'<a href="{escape(address)}#what"><rect class="{kind}" x="{x - BOX[0] / 2:.0f}" y="{y - BOX[1] / 2:.0f}" '
            f'width="{BOX[0]}" height="{BOX[1]}" rx="9"/>'
            f'<text class="{kind}" x="{x:.0f}" y="{y + 6:.0f}" text-anchor="middle">{name}</text></a>'
        )
    return "".join([*parts, "</svg>"])


def _head(name: str, kind: str, size: int) -> str:
    """The head of an arrow."""
    box = f'viewBox="0 0 10 10" refX="9" refY="5" markerWidth="{size}" markerHeight="{size}"'
    head = f'<path d="M0 0L10 5L0 10z" class="{kind}"/>'
    return f'<marker id="{name}" {box} markerUnits="userSpaceOnUse" orient="auto">{head}</marker>'


def _on(entry: Arrow, room: str, arrow: tuple[str, str] | None) -> int:
    if arrow is not None and (entry.source, entry.target) == arrow:
        return 2
    return int(room in (entry.source, entry.target))


def _path(first: tuple[float, float], last: tuple[float, float]) -> str:
    (x0, y0), (x1, y1) = first, last
    mx, my = (x0 + x1) / 2 - (y1 - y0) * 0.1, (y0 + y1) / 2 + (x1 - x0) * 0.1
    start, end = _edge(first, (mx, my)), _edge(last, (mx, my))
    return f"M{start[0]:.0f} {start[1]:.0f}Q{mx:.0f} {my:.0f} {end[0]:.0f} {end[1]:.0f}"


def _edge(box: tuple[float, float], towards: tuple[float, float]) -> tuple[float, float]:
    """Where a line from the middle of a box leaves it."""
    dx, dy = towards[0] - box[0], towards[1] - box[1]
    shrink = min((BOX[0] / 2 + 4) / abs(dx) if dx else math.inf, (BOX[1] / 2 + 4) / abs(dy) if dy else math.inf, 1.0)
    return box[0] + dx * shrink, box[1] + dy * shrink
