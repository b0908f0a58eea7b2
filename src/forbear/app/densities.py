"""Small pictures of an uncertainty: its prior as a line, its posterior filled, over the central part of the prior."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from forbear.figures.spec import approximately
from forbear.scenario.priors import quantile
from forbear.words import minus

if TYPE_CHECKING:
    from forbear.app.country import Country

__all__ = ["LEAST", "MOST", "Beliefs", "beliefs", "density", "told_by"]

#: What is drawn of a prior: its central 98 hundredths.
LEAST, MOST = 0.01, 0.99
WIDTH, HEIGHT, BINS, GRID = 240, 40, 24, 1200


#: What one country's history can tell of an uncertainty, by its class.
_TOLD = {
    "I-data": "the monthly series tell it",
    "I-weak": "told only jointly with others",
    "I-lit": "the literature carries it",
    "N-none": "one case cannot tell it",
}


def told_by(identification: str) -> str:
    """What tells an uncertainty of a class, in words; the class itself where there are none."""
    return _TOLD.get(identification, identification)


class Beliefs:
    """Quantiles of an uncertainty before and after the data, of its first element; after: None without a posterior."""

    def __init__(self, country: Country, name: str) -> None:
        prior = country.problem.priors[name].ravel()[0]
        self.before = quantile(prior, (np.arange(GRID) + 0.5) / GRID)
        self.after: np.ndarray | None = None
        if country.posterior is not None:
            drawn = country.posterior_draws[name]
            self.after = drawn.reshape(len(drawn), -1)[:, 0]

    def words(self, which: str) -> str:
        """Median and nine tenths of "before" or "after"."""
        values = self.before if which == "before" else self.after
        if values is None:
            return ""
        low, middle, high = (approximately(float(v)) for v in np.quantile(values, [0.05, 0.5, 0.95]))
        return minus(middle if low == high else f"{middle} ({low} to {high})")


def beliefs(country: Country, name: str) -> Beliefs | None:
    """What is thought of an uncertainty of the scenario, None where it has none of that name. No randomness."""
    return Beliefs(country, name) if name in country.problem.priors and country.problem.priors[name].size else None


def density(found: Beliefs, label: str) -> str:
    """The picture as one <svg>, stepwise over quantiles of the prior, so that a slider below has the same axis."""
    edges = np.quantile(found.before, np.linspace(LEAST, MOST, BINS + 1))
    step, low, tall, words = (
        WIDTH / BINS,
        HEIGHT - 3,
        (HEIGHT - 8) / 4,
        f"{label}: before the data {found.words('before')}",
    )
    parts = []
    if found.after is not None:
        words += f", after {found.words('after')}"
        shares = [np.mean((found.after > a) & (found.after <= b)) for a, b in zip(edges, edges[1:], strict=False)]
        # as tall as many times more likely than before the data
        ratio = np.array(shares) / ((MOST - LEAST) / BINS)
        tall = min(tall, low / max(float(ratio.max()), 1e-9))
        for place, height in enumerate(tall * ratio):
            if height > 0:
                box = f'x="{place * step:.1f}" y="{low - height:.1f}" width="{step - 0.8:.1f}" height="{height:.1f}"'
                parts.append(f'<rect class="posterior" {box}/>')
    parts.append(f'<line class="prior" x1="0" x2="{WIDTH}" y1="{low - tall:.1f}" y2="{low - tall:.1f}"/>')
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none"'
    return (
        f'<svg class="density" {box} role="img" data-words="{escape(words)}" aria-label="{escape(words)}">'
        + "".join(parts)
        + f'<line class="axis" x1="0" x2="{WIDTH}" y1="{HEIGHT - 2}" y2="{HEIGHT - 2}"/></svg>'
    )
