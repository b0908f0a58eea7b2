"""Claims and verdicts in plain lines, with the trace of every number."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from forbear.country.model import MODEL
from forbear.questions.verdict_inputs import region
from forbear.scenario.casefiles.policies import assertion

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["claim_lines", "effect_words", "evidence_rows", "verdict_table"]


def effect_words(claim: dict[str, Any]) -> str:
    """The effect with its central 90 per cent, in two significant digits."""
    low, _, middle, _, high = claim["effect"]
    if claim["kind"] == "level" or claim["kind"] == "share":
        base = claim["threshold"]
        return f"{base + middle:.2f} ({base + low:.2f} to {base + high:.2f})"
    if claim["effect_kind"] == "ratio":
        return f"x{middle:.2g} ({low:.2g} to {high:.2g})"
    return f"{middle:+.2g} ({low:+.2g} to {high:+.2g})"


def verdict_table(data: dict[str, Any]) -> list[str]:
    """The table of claims for a terminal."""
    about = data["about"]
    out = [
        f"{about['draws']} {about['given']} draws, {about['lucks']} lucks each; {len(about['structures'])} structures; {about['runs']:,} runs in {about['seconds']} s"
        + (" (QUICK FIT)" if about.get("quick") else ""),
        *_assumed(about),
        f"{'claim':<6}{'':<44}{'test':<38}{'effect, 90 %':<28}{'verdict':<16}",
    ]
    for name, claim in data["claims"].items():
        test = claim["changed"] if claim["kind"] != "share" else f"{claim['outcome_title']}"
        against = f"{test} / {claim['base']}" if claim["kind"] in ("effect", "value") else test
        effect = effect_words(claim)
        out.append(f"{name:<6}{claim['title'][:42]:<44}{against[:36]:<38}{effect:<28}{claim['verdict']:<16}")
        out.append(f"{'':<6}{claim['reason'][:150]}")
    return out


def _assumed(about: dict[str, Any]) -> list[str]:
    """What was laid on top of the posterior by hand, if anything."""
    conditions = about.get("where", [])
    if not conditions:
        return []
    return [
        f"only the {about['available']} draws with {' and '.join(conditions)}: an assumption of whoever asked, not a finding"
    ]


def _held(claim: dict[str, Any], three: list[float]) -> float:
    """The share of draws in which what the claim says holds; three: for, against, none."""
    held = region(assertion(claim["claim_says"]), 0)  # type: ignore[arg-type]
    return float(sum(three[k] for k in held))


def evidence_rows(names: list[str]) -> list[dict[str, Any]]:
    """Rows of the outside evidence by name: estimate, interval, N, source, reference class."""
    from forbear import evidence

    estimates = {str(r["quantity"]): r for r in evidence.find("empirical-estimates").rows()}
    figures = {str(r["item"]): r for r in evidence.find("figures-from-texts").rows()}
    out = []
    for name in names:
        if name in estimates:
            row = estimates[name]
            out.append(
                {"name": name, "value": row["estimate"], "low": row["low_95"], "high": row["high_95"], "n": row["n"], "unit": row["unit"],
                 "class": row["reference_class"], "source": row["source"], "quality": "re-estimated from the dataset"}
            )  # fmt: skip
        elif name in figures:
            row = figures[name]
            out.append(
                {"name": name, "value": row["value"], "low": row["low"], "high": row["high"], "n": "", "unit": row["unit"],
                 "class": row["topic"], "source": row.get("context", ""), "quality": row.get("directness", "")}
            )  # fmt: skip
        else:
            out.append(
                {
                    "name": name,
                    "value": "",
                    "low": "",
                    "high": "",
                    "n": "",
                    "unit": "",
                    "class": "",
                    "source": "not in the evidence",
                    "quality": "",
                }
            )
    return out


def claim_lines(data: dict[str, Any], name: str, scenario: Scenario, *, trace: bool = False) -> list[str]:
    """Everything about one claim; with `trace`, where each number comes from."""
    claim, about = data["claims"][name], data["about"]

    def para(label: str, text: str) -> list[str]:
        return textwrap.wrap(f"{label}: {text}", 110, subsequent_indent="    ")

    out = [f"{name}  {claim['title']}", *para("claim", claim["statement"]), *para("rival", claim["rival"])]
    out.append(
        f"test: {claim['outcome_title']}, {claim['changed']}"
        + (
            f" against {claim['base']}"
            if claim["kind"] in ("effect", "value")
            else f", threshold {claim['threshold']:g}"
        )
    )
    out.append(
        f"effect: {effect_words(claim)}   margin {claim['margin']:g}   before any data: median {claim['prior'][2]:.2g} ({claim['prior'][0]:.2g} to {claim['prior'][4]:.2g})"
    )
    p_for, p_against, p_none = claim["shares"]
    out.append(
        f"shares of draws: {p_for:.0%} beyond the margin {claim['direction']}, {p_against:.0%} the other way, {p_none:.0%} within it"
    )
    out.append(f"verdict: {claim['verdict'].upper()} (rival: {claim['rival_verdict']})")
    out += para("why", claim["reason"])
    out += para("what would change it", claim["would_change"])
    out.append(
        f"neutral before data: {claim['neutral'] or 'NO'}   contraction of the effect {claim['contraction']:.2f}"
    )
    for structure, three in claim["structures"].items():
        out.append(f"  structure {structure:<18} {three[0]:>5.0%} {three[1]:>5.0%} {three[2]:>5.0%}")
    for parameter, split in claim["candidates"].items():
        flips = "" if split["flips_at"] is None else f", flips at prior quantile {split['flips_at']:.2f}"
        out.append(
            f"  depends on {parameter} ({split['class']}): the claim holds in {_held(claim, split['below']):.0%} below its median, "
            f"in {_held(claim, split['above']):.0%} above{flips}"
        )
    out += _assumed(about)
    for row in evidence_rows(claim["evidence"]):
        out += para(
            "outside evidence",
            f"{row['name']}: {row['value']} ({row['low']} to {row['high']}) {row['unit']}, N {row['n'] or 'not known'}; {row['source']} [{row['quality']}]",
        )
    if claim["caution"]:
        out += para("caution", claim["caution"])
    if trace:
        out += [
            "",
            "TRACE",
            f"seed {about['seed']}; {about['draws']} draws x {about['lucks']} lucks of the {about['given']}; {about['prior_draws']} prior draws, {about['prior_conditioned']} with a war of plausible size",
        ]
        for key, value in about.get("stamp", {}).items():
            out.append(f"  {key} {value}")
        for strategy in dict.fromkeys((claim["base"], claim["changed"])):
            out.append(f"  strategy {strategy}: problem {about['hashes'].get(strategy, '')}")
        known = {p.name: p for p in MODEL.parameters.values()}
        for parameter in claim["declared_deciding"]:
            declared = known[parameter]
            out += para(
                f"  parameter {declared.key}",
                f"{declared.meaning} [{declared.unit}]; class {declared.identification}; equations {', '.join(declared.equations)}; {declared.source}",
            )
        asked = [f"--only {n}" for n in about.get("only", [])] + [f'--where "{c}"' for c in about.get("where", [])]
        asked += ["--quick"] if about.get("quick_effort") else []
        command = f"forbear claims -s {about['scenario']} --seed {about['seed']} --draws {about['draws']}"
        out.append("  repeat: " + " ".join([command, *asked]))
    return out
