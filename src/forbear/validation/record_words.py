"""What is said of the record of other wars wherever it is shown: whether it beat the base rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forbear.inference.joint.judge import QUESTIONS

__all__ = ["score_rows", "verdict_on_record"]

TITLES = {"brier": "Brier score", "log": "log score", "auc": "area under the curve"}


def verdict_on_record(told: Mapping[str, Any]) -> list[str]:
    """Plain lines: used or not, scores beside the base rate with intervals, coverage. Empty where none is on file."""
    if not told:
        return []
    found = told["judged"]
    cases = len(told["cases"])
    lines = [
        f"Each of {cases} cases foreseen from the other {cases - 1}: the record "
        + (
            "beats the base rate on both scores of both questions, so a country without a fit starts from it."
            if told["used"]
            else "does not beat the base rate on both scores of both questions, so nothing rests on it by default."
        )
    ]
    for title, score, record, prior, base in score_rows(found):
        lines.append(f"  {title}, {score}: record {record}, prior alone {prior}, base rate {base}")
    for kind, title in (("deaths", "local dead"), ("theirs", "the intervener's dead")):
        held = found["coverage"][kind]
        inside = ", ".join(f"{name} {held[name]['90%']:.0%}" for name in ("record", "prior"))
        lines.append(f"  coded {title} inside nine tenths of the forecast: {inside} of {held['record']['cases']} cases")
    return lines


def score_rows(found: Mapping[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Rows (question, score, record, prior, base rate) with 90 per cent intervals over cases."""
    out = []
    for question, title in QUESTIONS.items():
        scores = found["scores"][question]
        for name, words in TITLES.items():
            cells = []
            for forecaster in ("record", "prior", "base rate"):
                one = scores[forecaster][name]
                if name == "auc" and forecaster == "base rate":
                    cells.append("0.50 by definition")
                    continue
                if one["value"] is None:
                    cells.append("no pair to rank")
                    continue
                cells.append(f"{one['value']:.2f} ({one['low']:.2f} to {one['high']:.2f})")
            out.append((f"{title} ({scores['came']} of {scores['cases']})", words, cells[0], cells[1], cells[2]))
    return out
