"""What is said of the record of other wars wherever it is shown: whether it beat the base rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forbear.inference.joint.judge import FORECASTERS, QUESTIONS

__all__ = ["coverage_rows", "score_rows", "success_lines", "verdict_on_record"]

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
    for title, score, record, prior, base, less in score_rows(found):
        beside = f", record less base rate {less}" if less else ""
        lines.append(f"  {title}, {score}: record {record}, prior alone {prior}, base rate {base}{beside}")
    for kind, title in (("deaths", "local dead"), ("theirs", "the intervener's dead")):
        held = found["coverage"][kind]
        inside = ", ".join(f"{name} {covered(held[name], '90%')}" for name in FORECASTERS)
        wide = ", ".join(f"{held[name]['decades']:.1f}" for name in FORECASTERS)
        lines.append(
            f"  coded {title} inside nine tenths of the forecast: {inside} of {held['record']['cases']} cases; "
            f"decades that it spans: {wide}"
        )
    lines += success_lines(told)
    return lines


def covered(one: Mapping[str, Any], level: str) -> str:
    """A share of cases with its interval."""
    at = one[level]
    return f"{at['value']:.0%} ({at['low']:.0%} to {at['high']:.0%})"


def coverage_rows(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Rows (whose dead, level, record, prior, base rate) of shares of cases inside, and of the decades that nine tenths
    span."""
    out = []
    for kind, title in (("deaths", "local dead"), ("theirs", "the intervener's dead")):
        held = found["coverage"][kind]
        told = f"{title} ({held['record']['cases']} cases)"
        for level in ("50%", "90%"):
            out.append((told, f"inside {level}", *(covered(held[name], level) for name in FORECASTERS)))
        out.append((told, "decades that 90% spans", *(f"{held[name]['decades']:.1f}" for name in FORECASTERS)))
    return out


def success_lines(told: Mapping[str, Any]) -> list[str]:
    """What the model expects of success before any data, beside the share that history had."""
    known = told.get("success")
    if not known:
        return []
    history, stable, order = (known[name] for name in ("history", "success", "order"))

    def words(one: Mapping[str, Any]) -> str:
        return f"{one['value']:.0%} ({one['low']:.0%} to {one['high']:.0%})"

    return [
        f"  success before any data: stable success in {words(stable)} of the cases, "
        f"order at the end in {words(order)}; "
        f"history: {history['came']} of {history['cases']} occupations, {words(history)}"
    ]


def score_rows(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Rows (question, score, record, prior, base rate, record less base rate) with 90 per cent intervals over cases."""
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
            one = scores["record"][name]
            cells.append(
                f"{one['less']:+.2f} ({one['less_low']:+.2f} to {one['less_high']:+.2f})" if "less" in one else ""
            )
            out.append((f"{title} ({scores['came']} of {scores['cases']})", words, *cells))
    return out
