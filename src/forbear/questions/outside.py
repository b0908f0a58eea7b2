"""Published findings that a claim names as evidence: estimate, interval, N, source. They are shown and never fitted to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forbear import evidence

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
        """The number with its interval and unit."""
        interval = f" ({self.low} to {self.high})" if self.low != "" else ""
        return f"{self.value}{interval} {self.unit}".strip()


def findings(names: Iterable[str]) -> list[Finding]:
    """The findings of these names, in their order; one that the evidence does not hold says so."""
    estimates = {str(r["quantity"]): r for r in evidence.find("empirical-estimates").rows()}
    figures = {str(r["item"]): r for r in evidence.find("figures-from-texts").rows()}
    out = []
    for name in names:
        if name in estimates:
            row = estimates[name]
            told = (row["estimate"], row["low_95"], row["high_95"], row["n"], row["unit"], row["reference_class"])
            out.append(Finding(name, *map(_text, told), _text(row["source"]), "re-estimated from the dataset"))
        elif name in figures:
            row = figures[name]
            told = (row["value"], row["low"], row["high"], "", row["unit"], row["topic"])
            out.append(
                Finding(name, *map(_text, told), _text(row.get("context", "")), _text(row.get("directness", "")))
            )
        else:
            out.append(Finding(name))
    return out


def _text(value: object) -> str:
    return "" if value is None else str(value)
