"""A claim on a scale from its rival to the argument: a dot for what the draws say, before and after data, by theory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from forbear.questions.regions import assertion_region, held_apart
from forbear.words import percent

if TYPE_CHECKING:
    from forbear.scenario.casefiles.policies import Claim

__all__ = ["Line", "Shares", "drawn", "regions"]

WIDTH, HEIGHT, EDGE = 400, 26, 10

#: Shares of draws in which the argument holds, neither side does, and its rival holds.
Shares = tuple[float, float, float]


@dataclass(frozen=True)
class Line:
    """One line of the scale: whose draws, and their shares; held: shares with the chosen values, None where nothing is
    held; role: "before", "full", "theory" or "mixture"."""

    label: str
    role: str
    shares: Shares
    held: Shares | None = None

    @property
    def short(self) -> str:
        """What the line is called where there is little room."""
        known = {"full": "full model", "mixture": "all by weight"}
        return known.get(self.role, self.label.removeprefix("theory: "))

    @property
    def words(self) -> str:
        """The shares in words: of what is held, where anything is."""
        ours, neither, theirs = self.held or self.shares
        between = f", neither {percent(neither)}" if neither >= 0.005 else ""
        return f"the argument holds in {percent(ours)}{between}, its rival in {percent(theirs)}"

    @property
    def svg(self) -> str:
        """The line as one <svg>: at the left end the rival holds in all draws, at the right end the argument."""
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


def regions(claim: Claim, three: Sequence[float]) -> Shares:
    """Shares of draws for the claim, against it and within the margin, as those of the regions that each side asserts:
    one that says "not lower" holds within the margin too."""
    ours, theirs = (
        sum(float(three[k]) for k in sorted(assertion_region(says, own))) for own, says in enumerate(held_apart(claim))
    )
    return ours, max(0.0, 1.0 - ours - theirs), theirs


def _place(shares: Shares) -> float:
    return WIDTH / 2 + (shares[0] - shares[2]) * (WIDTH / 2 - EDGE)


def drawn(lines: list[Line]) -> list[dict[str, str]]:
    """The lines as the template takes them."""
    return [
        {"label": line.label, "short": line.short, "role": line.role, "svg": line.svg, "words": line.words}
        for line in lines
    ]
