"""A claim on a scale from its rival to the argument: a dot for what the draws say, before and after data, by theory."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from forbear.words import percent

__all__ = ["Line", "drawn"]

WIDTH, HEIGHT, EDGE = 400, 26, 10

#: Shares of draws in which the claim is right, within the margin, and wrong.
Shares = tuple[float, float, float]


@dataclass(frozen=True)
class Line:
    """One line of the scale: whose draws, and their shares; held: shares with the chosen values, None where nothing is
    held; role: "before", "full" or "theory"."""

    label: str
    role: str
    shares: Shares
    held: Shares | None = None

    @property
    def words(self) -> str:
        """The shares in words: of what is held, where anything is."""
        way, within, other = self.held or self.shares
        text = f"{percent(way)} the argument\N{RIGHT SINGLE QUOTATION MARK}s way, {percent(within)} within the margin"
        return f"{text}, {percent(other)} the other way"

    @property
    def svg(self) -> str:
        """The line as one <svg>: at the left end all draws go the other way, at the right end all the argument's."""
        first, moved = _place(self.shares), self.held is not None and self.held != self.shares
        middle, y = WIDTH / 2, HEIGHT / 2
        label = escape(f"{self.label}: {self.words}")
        parts = [
            f'<svg class="scale-line" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">',
            f'<line class="rail" x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{y}" y2="{y}"/>',
            f'<line class="zero" x1="{middle}" x2="{middle}" y1="3" y2="{HEIGHT - 3}"/>',
        ]
        if moved:
            assert self.held is not None
            to = _place(self.held)
            parts.append(f'<line class="moved" x1="{first:.1f}" x2="{to:.1f}" y1="{y}" y2="{y}"/>')
            parts.append(f'<circle class="was" cx="{first:.1f}" cy="{y}" r="5"/>')
            parts.append(f'<circle class="at {self.role}" cx="{to:.1f}" cy="{y}" r="8"/>')
        else:
            parts.append(f'<circle class="at {self.role}" cx="{first:.1f}" cy="{y}" r="8"/>')
        return "".join([*parts, "</svg>"])


def _place(shares: Shares) -> float:
    return WIDTH / 2 + (shares[0] - shares[2]) * (WIDTH / 2 - EDGE)


def drawn(lines: list[Line]) -> list[dict[str, str]]:
    """The lines as the template takes them."""
    return [{"label": line.label, "role": line.role, "svg": line.svg, "words": line.words} for line in lines]
