"""Published findings that a claim names as evidence: estimate, interval, N, source. They are shown and never fitted
to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forbear.evidence.catalogue import find

__all__ = ["Finding", "findings"]


@dataclass(frozen=True)
class Finding:
    """One published number as text; "" where it was not given. reference: the class of cases it is about."""

    name: str
    value: str = ""
    low: str = ""
    high: str = ""
    number: str = ""
    unit: str = ""
    reference: str = ""
    source: str = "not in the evidence"
    quality: str = ""

    @property
    def words(self) -> str:
        """The number with its interval and unit; no interval where it has no width."""
        width = self.low != "" and not (_alike(self.low, self.value) and _alike(self.high, self.value))
        interval = f" ({self.low} to {self.high})" if width else ""
        return f"{self.value}{interval} {self.unit}".strip()


def findings(names: Iterable[str]) -> list[Finding]:
    """The findings of these names, in their order; one that the evidence does not hold says so."""
    estimates = {str(r["quantity"]): r for r in find("empirical-estimates").rows()}
    figures = {str(r["item"]): r for r in find("figures-from-texts").rows()}
    out = []
    for name in names:
        if name in estimates:
            row = estimates[name]
            columns = ("estimate", "low_95", "high_95", "n", "unit", "reference_class", "source")
            value, low, high, number, unit, reference, source = (_text(row[column]) for column in columns)
            out.append(
                Finding(name, value, low, high, number, unit, reference, source, "re-estimated from the dataset")
            )
        elif name in figures:
            row = figures[name]
            columns = ("value", "low", "high", "unit", "topic", "context", "directness")
            value, low, high, unit, reference, source, quality = (_text(row.get(column)) for column in columns)
            out.append(Finding(name, value, low, high, "", unit, reference, source, quality))
        else:
            out.append(Finding(name))
    return out


def _alike(one: str, other: str) -> bool:
    """Whether two texts say the same number, or the same words."""
    try:
        return float(one) == float(other)
    except ValueError:
        return one == other


def _text(value: object) -> str:
    return "" if value is None else str(value)
