"""A validation in plain lines, for a terminal."""

from __future__ import annotations

from typing import Any

__all__ = ["validation_lines"]


def validation_lines(results: dict[str, Any]) -> list[str]:
    """Lines of text, each part with a sentence that says what its numbers mean."""
    out: list[str] = []
    for name, function in (
        ("neutrality", _neutrality), ("contraction", _contraction), ("predictive", _predictive), ("forecast", _forecast),
        ("structures", _structures), ("recovery", _recovery),
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


def _predictive(part: dict[str, Any]) -> list[str]:
    lines = [
        "Does the fitted model give back what it learned from? Observed totals inside its central 90 per cent, by series."
    ]
    lines += [f"  {name:<28} {inside} of {many}" for name, (inside, many) in part["by_series"].items()]
    lines += [
        f"  {f['series']}, {f['label']}: observed {f['observed']:.2g}, model {f['median']:.2g} ({f['low']:.2g} to {f['high']:.2g})"
        for f in part["facts"]
    ]
    return lines


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
    lines.append(f"judgement: {part['word']}. {part['banner']}")
    return lines


def _structures(part: dict[str, Any]) -> list[str]:
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
