"""Parts of a validation whose numbers have no kind of their own, in plain lines for a terminal."""

from __future__ import annotations

from typing import Any

from forbear.validation.borrowed import record_line, travel_rows

__all__ = ["contraction", "neutrality", "regions", "transport"]


def neutrality(part: dict[str, Any]) -> list[str]:
    """How often a lever helps, does nothing and hurts before any data."""
    lines = [
        "Before any data, how often does a lever help, do nothing, hurt? A question must be open before it is asked."
    ]
    lines.append(f"{'lever':<46} {'helps':>6} {'none':>6} {'hurts':>6}  gate")
    for row in part["rows"]:
        if row["form"] == "":
            lines.append(
                f"{row['title'][:46]:<46} {row['helps']:>6.2f} {row['none']:>6.2f} {row['hurts']:>6.2f}  {row['passes'] or 'FAILS'}"
            )
    other = [row for row in part["rows"] if row["form"] and not row["passes"]]
    forms = sorted({row["form"] for row in part["rows"] if row["form"]})
    if forms:
        failing = "; ".join(f"{row['title']} ({row['form']})" for row in other) or "none"
        lines.append(f"under rival forms ({', '.join(forms)}) outside the band: {failing}")
    return lines


def regions(part: dict[str, Any]) -> list[str]:
    """How often what each side of a claim asserts holds before any data."""
    lines = [
        "Before any data, how often does what each side asserts hold? Both need room: between 0.20 and 0.65 of draws."
    ]
    lines.append(f"{'claim':<52} {'claim':>6} {'neither':>8} {'rival':>6}  gate")
    for row in part["rows"]:
        if row["under"] == "model":
            words = f"{row['claim']} {row['title']}"[:52]
            lines.append(f"{words:<52} {row['ours']:>6.2f} {row['neither']:>8.2f} {row['theirs']:>6.2f}  {row['word']}")
    for kind in ("form", "theory"):
        for under in dict.fromkeys(r["under"] for r in part["rows"] if r["under"].startswith(kind)):
            rows = [r for r in part["rows"] if r["under"] == under and not r["held"]]
            outside = ", ".join(r["claim"] for r in rows if not r["passes"]) or "none"
            lines.append(f"under {under}: outside the band {outside}")
    few = [under for under, share in part["met"].items() if not any(r["under"] == under for r in part["rows"])]
    return [*lines, *(f"under {under}: too few draws have a war of plausible size" for under in few)]


def contraction(part: dict[str, Any]) -> list[str]:
    """How far the data narrowed each uncertainty."""
    lines = ["How much did the data narrow each uncertainty? Nought: not at all; one: entirely."]
    informed = [r for r in part["parameters"] if r["measured"] == "informed"]
    lines.append(f"{len(informed)} of {len(part['parameters'])} uncertainties are informed (contraction 0.3 or more):")
    lines += [
        f"  {r['name'][:52]:<52} {r['contraction']:>5.2f}  shift {r['shift']:+.1f}  declared {r['declared']}"
        for r in informed[:25]
    ]
    for name, effect in part["effects"].items():
        low, _, middle, _, high = effect["posterior"]
        lines.append(
            f"effect of {name} on deaths: contraction {effect['contraction']:.2f}; ratio {middle:.2f} ({low:.2f} to {high:.2f})"
        )
    return lines


def transport(part: dict[str, Any]) -> list[str]:
    """What was learned elsewhere, tried here."""
    if not part["parameters"]:
        return ["No other country is fitted, so nothing can be borrowed."]

    lines = [f"What was learned in {part['from']}, tried in {part['to']}. CRPS on the logarithm, lower is better:"]
    lines.append(f"  {'':<28} to the hold-out   after it   log score after   inside nine tenths after")
    for name, windows in part["scores"].items():
        before, after = windows["hindcast"], windows["holdout"]
        lines.append(
            f"  {name:<28} {before.get('crps', float('nan')):>15.2f} {after.get('crps', float('nan')):>10.2f} {after.get('log_score', float('nan')):>17.2f} {after.get('inside', float('nan')):>26.0%}"
        )
    lines += [
        f"  after: {r['one']} over {r['other']}: {r['ratio']:.2f} ({r['low']:.2f} to {r['high']:.2f}; {r['numbers']} numbers)"
        for r in part["ratios"]["holdout"]
    ]
    lines.append(f"  {'parameter':<34} borrowed  {part['from']:<12} {part['to']:<18} overlap  odds  ")
    for name, borrowed, one, other, overlap, odds, word in travel_rows(part):
        if borrowed == "yes" or word in ("travelled", "did not travel", "undecided"):
            lines.append(f"  {name:<34} {borrowed:<8}  {one:<12} {other:<18} {overlap:<7}  {odds:<6}{word}")
    lines += [f"  not borrowed: {name}: {why}" for name, why in part["left"].items()]
    lines.append(record_line(part))
    return lines
