"""A validation in plain lines, for a terminal."""

from __future__ import annotations

from typing import Any

from forbear.scenario.casefiles.facts import month_label
from forbear.validation.borrowed import record_line, travel_rows

__all__ = ["validation_lines"]


def validation_lines(results: dict[str, Any]) -> list[str]:
    """Lines of text, each part with a sentence that says what its numbers mean."""
    out: list[str] = []
    for name, function in (
        ("neutrality", _neutrality), ("regions", _regions), ("contraction", _contraction), ("facts", _facts), ("predictive", _predictive), ("modes", _modes),
        ("forecast", _forecast),
        ("structures", _structures), ("recovery", _recovery), ("transport", _transport),
    ):  # fmt: skip
        if name in results:
            mark = " (QUICK)" if results[name].get("quick") else ""
            out += ["", name.upper() + mark, *function(results[name])]
    return out[1:]


def _neutrality(part: dict[str, Any]) -> list[str]:
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


def _regions(part: dict[str, Any]) -> list[str]:
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


def _contraction(part: dict[str, Any]) -> list[str]:
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


def _facts(part: dict[str, Any]) -> list[str]:
    lines = ["Does the fitted model live through the war that happened? The gate is four fifths of its facts."]
    if not part["rows"]:
        return [*lines, str(part.get("note", "no fact of this war lies inside the months of the scenario"))]
    lines.append(
        f"{part['held']} of {part['of']} facts hold: the gate is {'passed' if part['passed'] else 'NOT passed'}"
    )
    for row in part["rows"]:
        mark = "holds " if row["holds"] else "MISSED"
        if row["measure"] == "order":
            lines.append(f"  {mark} {row['title']}: {row['share_right']:.0%} of draws")
            continue
        observed, median, low, high = (
            _short(row[k], row["measure"]) for k in ("observed", "median", "low_90", "high_90")
        )
        lines.append(f"  {mark} {row['title']}: observed {observed}, model {median} ({low} to {high})")
    return lines


def _short(value: float | None, measure: str) -> str:
    """A fact's number for a line; peaks are months."""
    if value is None:
        return "-"
    return month_label(value) if measure == "peak" else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _predictive(part: dict[str, Any]) -> list[str]:
    lines = [
        "Does the fitted model give back what it learned from? Observed numbers inside its central 90 per cent, by term."
    ]
    lines += [f"  {name:<36} {inside} of {many}" for name, (inside, many) in part["by_series"].items()]
    if part.get("discrepancies"):
        lines.append(
            "What it cannot explain (relative; of a place the stray of a share of a tenth), prior and posterior:"
        )
        lines += [
            f"  {d['term']:<36} {d['prior']:.2f} -> {d['median']:.2f} ({d['low']:.2f} to {d['high']:.2f})"
            for d in part["discrepancies"]
        ]
    return lines


def _modes(part: dict[str, Any]) -> list[str]:
    lines = ["Did scouts that know nothing of one another find the same place?"]
    found = part["modes"]
    for place in found["places"]:
        lines.append(
            f"  scouts {', '.join(str(s + 1) for s in place['scouts'])}: {place['share']:.0%} of the draws, log likelihood {place['level']:.0f}"
        )
    if part.get("rhat_90") is not None:
        lines.append(
            f"R-hat between scouts {part['rhat_90']:.2f} at the 90th percentile of uncertainties, {part['rhat_largest']:.2f} at most"
        )
    if part.get("draws"):
        lines.append(
            f"{part['draws']} draws, {part['distinct']} distinct; effective: {part['effective']:.0f} of the log likelihood, {part['effective_median']:.0f} of "
            f"the median uncertainty; noise of the log likelihood {part['noise']:.1f}; {part['runs']:,} runs of the chains"
        )
    return [*lines, *(f"  not to be trusted: {fault}" for fault in part.get("faults") or [])]


def _forecast(part: dict[str, Any]) -> list[str]:
    lines = [
        "Fitted to the years before, does it foresee the months after better than rules that know no cause? Below 1: the model is better."
    ]
    for level, rows in part.get("tables", {}).items():
        lines.append(f"by {level}: ratio of mean CRPS, model over baseline")
        for row in rows:
            lines.append("  " + "  ".join(f"{k} {v:.3g}" if isinstance(v, float) else str(v) for k, v in row.items()))
    for level, models in part.get("calibration", {}).items():
        scores = models.get("forbear", {})
        lines.append(
            f"coverage by {level}: 50 % interval {scores.get('coverage_50_randomised', float('nan')):.2f}, 90 % interval {scores.get('coverage_90_randomised', float('nan')):.2f}"
        )
    if "happened" in part:
        lines += _later(part)
    lines.append(f"judgement: {part['word']}. {part['banner']}")
    return lines


def _later(part: dict[str, Any]) -> list[str]:
    lines = [f"the fit stopped before {part['from']} ({part['reason']}); later numbers, CRPS on the logarithm:"]
    lines += [
        f"  {name:<28} {s['crps']:.2f}  log score {s['log_score']:.2f}  inside nine tenths {s['inside']:.0%} of {s['numbers']}"
        for name, s in part["scores"].items()
    ]
    lines += [f"  ratio to {r['other']}: {r['ratio']:.2f} ({r['low']:.2f} to {r['high']:.2f})" for r in part["ratios"]]
    lines += [
        f"  {e['date']} {e['title']}: was {e['value']:g}; model {e['median']:.2g} ({e['low']:.2g} to {e['high']:.2g}); near it in {e['share']:.1%} of draws"
        for e in part["happened"]
    ]
    return lines


def _transport(part: dict[str, Any]) -> list[str]:
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


def _structures(part: dict[str, Any]) -> list[str]:
    if not part["rows"]:
        return [part.get("note", "not run")]
    lines = ["Which structure would one bet on for the months ahead? Weights of the mixture that foresees best."]
    lines += [
        f"  {row['title']:<52} weight {row['stacking']:.2f}  log score {row['log_score']:.3f}  CRPS {row['crps']:.2f}"
        for row in part["rows"].values()
    ]
    return lines


def _recovery(part: dict[str, Any]) -> list[str]:
    lines = [
        f"{part['worlds']} worlds with a known truth, fitted by the scout alone. Are its intervals honest, its verdicts right?"
    ]
    covered = [p["coverage_90"] for p in part["parameters"].values()]
    lines.append(
        f"  90 % intervals of the {len(covered)} best-informed parameters cover the truth in {sum(covered) / max(len(covered), 1):.0%}"
    )
    for name, effect in part["effects"].items():
        lines.append(
            f"  {name}: 50 % covers {effect['coverage_50']:.0%}, 90 % covers {effect['coverage_90']:.0%}; verdicts of the wrong sign "
            f"{effect['wrong_sign']:.0%}, not identified {effect['not_identified']:.0%}"
        )
    return lines
