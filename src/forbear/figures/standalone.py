"""A figure as a file of its own: colours written out, title above, legend below, nothing taken from a page."""

from __future__ import annotations

import re
from html import escape, unescape

from forbear.figures.kinds import draw, legend
from forbear.figures.sheet import width_of, wrapped
from forbear.figures.spec import Figure

__all__ = ["PALETTE", "frame", "standalone", "written_out"]

#: The colours of the page in print and on a light screen.
PALETTE = {
    "ink": "#1b1b1b", "soft": "#555555", "page": "#ffffff", "panel": "#f5f5f2", "grid": "#dcdcdc", "sim": "#0072b2", "obs": "#d55e00", "two": "#009e73", "three": "#cc79a7",
}  # fmt: skip
#: What the report's style sheet says of the classes of `svg.draw`, with the colours written out.
STYLE = (
    ".grid{stroke:#dcdcdc;stroke-width:1}.frame{stroke:#555555}.tick,.axis{fill:#555555;font-size:12px}"
    ".band.wide{fill:#0072b2;fill-opacity:.16}.band.narrow{fill:#0072b2;fill-opacity:.34}"
    ".line{fill:none;stroke-width:2}.line.simulated{stroke:#0072b2}.line.second{stroke:#009e73;stroke-dasharray:7 4}.line.third{stroke:#cc79a7;stroke-dasharray:2 4}"
    ".mark.observed{fill:#d55e00}.mark.observed.again,.mark.observed.hollow{fill:none;stroke:#d55e00;stroke-width:1.4}.mark.simulated{fill:#0072b2}"
    ".whisker{stroke:#0072b2;stroke-width:5;stroke-opacity:.35}.district{stroke:#555555;stroke-width:.7}"
)
GAP = 12.0


def standalone(figure: Figure, *, title: bool = True, family: str = "sans-serif") -> str:
    """Return the figure as one SVG document that any viewer draws alike.

    title: write it above the drawing; family: the face of all words. Deterministic.
    """
    return frame(draw(figure), legend(figure), figure.title if title else "", family)


def frame(svg: str, legend_html: str, title: str, family: str = "sans-serif") -> str:
    """Put a drawing, its legend (the report's HTML list) and a title into one SVG document."""
    found = re.match(r"<svg([^>]*)>(.*)</svg>$", svg, flags=re.DOTALL)
    if found is None:
        raise ValueError("not a drawing: it must begin with <svg and end with </svg>")
    attributes, inside = found.groups()
    width, height = (float(v) for v in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', attributes).groups())  # type: ignore[union-attr]
    labelled = re.search(r'aria-labelledby="([^"]+)"', attributes)
    head = wrapped(title, width - 2 * GAP, 2, 16) if title else []
    above = 22.0 * len(head) + (8 if head else 0)
    entries, below = _entries(legend_html, width, above + height)
    words = "".join(
        f'<text x="{GAP:g}" y="{20 + 22 * k:g}" style="font-size:16px;font-weight:600;fill:{PALETTE["ink"]}">{escape(line)}</text>'
        for k, line in enumerate(head)
    )
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {below:.0f}" width="{width:.0f}" height="{below:.0f}" role="img"'
        + (f' aria-labelledby="{labelled.group(1)}"' if labelled else "")
        + f' style="font-family:{family}"><style>{STYLE}</style><rect width="{width:.0f}" height="{below:.0f}" fill="{PALETTE["page"]}"/>{words}'
        + f'<g transform="translate(0 {above:g})">{inside}</g>{entries}</svg>'
    )
    return written_out(text).replace("font-family:system-ui,sans-serif", f"font-family:{family}")


def written_out(text: str) -> str:
    """Variables of the page replaced by what they stand for."""
    return re.sub(r"var\(--(\w+)(?:,[^)]*)?\)", lambda m: PALETTE.get(m.group(1), PALETTE["ink"]), text)


def _entries(html: str, width: float, top: float) -> tuple[str, float]:
    """The legend as SVG in rows, and where it ends."""
    x, y, parts = GAP, top + 18, []
    for item in re.findall(r"<li>(.*?)</li>", html, flags=re.DOTALL):
        found = re.match(r'<span class="([^"]*)"(?: style="([^"]*)")?></span>(.*)$', item, flags=re.DOTALL)
        classes, style, words = found.groups() if found else ("", "", re.sub(r"<[^>]+>", "", item))
        plain = unescape(re.sub(r"<[^>]+>", "", words))
        needed = (26 if found else 0) + width_of(plain, 12) + 14
        if x > GAP and x + needed > width:
            x, y = GAP, y + 19
        if found:
            parts.append(_sample(x, y - 4, classes.split(), style or ""))
        at = x + (26 if found else 0)
        parts.append(
            f'<text x="{at:.1f}" y="{y:.1f}" style="font-size:12px;fill:{PALETTE["soft"]}">{escape(plain)}</text>'
        )
        x += needed
    return "".join(parts), (y + 10 if parts else top)


def _sample(x: float, y: float, classes: list[str], style: str) -> str:
    """One sample: a dot, a line or a box in the colour that the report gives it."""
    kind = " ".join(c for c in classes if c != "swatch")
    if "line" in classes:
        return f'<path d="M{x:.1f} {y:.1f}h20" class="{kind}"/>'
    if "mark" in classes:
        return f'<circle cx="{x + 10:.1f}" cy="{y:.1f}" r="3.6" class="{kind}"/>'
    if "band" in classes:
        return f'<rect x="{x:.1f}" y="{y - 5:.1f}" width="20" height="10" class="{kind}"/>'
    style = written_out(style)
    mixed = re.search(r"color-mix\(in srgb,\s*(#\w+)\s+([\d.]+)%", style)
    colour = mixed.group(1) if mixed else next(iter(re.findall(r"#\w{3,6}", style)), PALETTE["grid"])
    held = re.search(r"opacity:\s*([\d.]+)", style)
    strength = float(mixed.group(2)) / 100 if mixed else float(held.group(1)) if held else 1.0
    ring = re.search(r"outline:2px solid (#\w+)", style)
    if ring:
        line = f'stroke="{ring.group(1)}" stroke-width="2"'
        return f'<circle cx="{x + 10:.1f}" cy="{y:.1f}" r="4.2" fill="{colour}" {line}/>'
    if "border-radius:50%" in style:
        return f'<circle cx="{x + 10:.1f}" cy="{y:.1f}" r="4.2" fill="{colour}" fill-opacity="{strength:g}"/>'
    if "height:3px" in style:
        return (
            f'<rect x="{x:.1f}" y="{y - 1.5:.1f}" width="20" height="3" fill="{colour}" fill-opacity="{strength:g}"/>'
        )
    paint = f'fill="{colour}" fill-opacity="{strength:g}" stroke="{PALETTE["grid"]}" stroke-width=".5"'
    return f'<rect x="{x:.1f}" y="{y - 5:.1f}" width="20" height="10" {paint}/>'
