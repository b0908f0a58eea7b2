"""The answering part of the report: lessons, the argument and its rival, attribution, strategies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forbear.figures.grid import grid
from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.kinds import drawn
from forbear.figures.scatter import Point, scatter
from forbear.figures.spec import approximately
from forbear.questions.verdict_lines import effect_words, evidence_rows
from forbear.scenario.outcomes import OUTCOMES

__all__ = ["answer_sections"]


def answer_sections(data: dict[str, Any]) -> dict[str, Any]:
    """What the templates need, from `Answers.as_dict()` or the file it was saved to."""
    claims = list(data["claims"].values())
    counts: dict[str, int] = {}
    for claim in claims:
        counts[claim["verdict"]] = counts.get(claim["verdict"], 0) + 1
    return {
        "about": data["about"],
        "claims": [_claim(c) for c in claims],
        "findings": _findings(claims),
        "worlds": _worlds(data["strategies"]),
        "counts": ", ".join(f"{n} {word}" for word, n in sorted(counts.items(), key=lambda kv: -kv[1])),
        "forests": _forests(claims, {n: r["title"] for n, r in data["strategies"].get("rows", {}).items()}),
        "attribution": _attribution(data.get("attribution", {})),
        "ledger": _ledger(data["ledger"]),
        "strategies": _strategies(data["strategies"]),
    }


def _claim(claim: dict[str, Any]) -> dict[str, Any]:
    p_for, p_against, p_none = claim["shares"]
    found = evidence_rows(claim["evidence"])
    tested = f"{claim['changed']} against {claim['base']}" if claim["kind"] in ("effect", "value") else claim["changed"]
    return {
        **claim,
        "test": "the ledger of mobilisation" if claim["kind"] == "share" else tested,
        "effect_words": effect_words(claim),
        "evidence_rows": found,
        "evidence_table": [
            (e["name"], _value(e), e["n"], e["class"], f"{e['source']} [{e['quality']}]") for e in found
        ],
        "shares_words": f"{_percent(p_for)} the claim's way, {_percent(p_none)} no material effect, {_percent(p_against)} the other way",
        "structure_words": "; ".join(
            f"{k}: {_percent(v[0])} / {_percent(v[2])} / {_percent(v[1])}" for k, v in claim["structures"].items()
        ),
    }


def _value(row: dict[str, Any]) -> str:
    """A published finding with its interval and unit."""
    interval = f" ({row['low']} to {row['high']})" if row["low"] != "" else ""
    return f"{row['value']}{interval} {row['unit']}".strip()


def _findings(claims: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Every outside finding once, with the claims that it bears on."""
    bearing: dict[str, list[str]] = {}
    for claim in claims:
        for name in claim["evidence"]:
            bearing.setdefault(name, []).append(claim["name"])
    rows = evidence_rows(list(bearing))
    return [
        (", ".join(bearing[e["name"]]), e["name"], _value(e), e["n"], e["class"], f"{e['source']} [{e['quality']}]")
        for e in rows
    ]


def _worlds(found: dict[str, Any]) -> dict[str, Any] | None:
    """Deaths under every strategy; worlds without the war in a group of their own, by assumption."""
    if not found.get("rows"):
        return None
    groups = {
        "history": "What was done, and parts of it left out",
        "intervention": "Intervening otherwise",
        "restraint": "Doing less, or leaving",
    }
    order = list(groups)
    rows = sorted(found["rows"].values(), key=lambda r: (r["assumed"], order.index(r["side"])))
    drawn_rows = [
        IntervalRow(r["title"], "Nobody intervenes (by assumption, not ranked)" if r["assumed"] else groups[r["side"]], *r["outcomes"]["deaths"])
        for r in rows
    ]  # fmt: skip
    own = found["rows"].get("HISTORY")
    figure = intervals(
        "deaths-by-strategy", "Civilians killed under each strategy", "persons, logarithmic", drawn_rows,
        reference=own["outcomes"]["deaths"][2] if own else None, logarithmic=True,
        caption="Median and intervals of draws; the line marks the median of what was done. Worlds without the intervention are bands by assumption: set beside the rest, ranked with none of it.",
    )  # fmt: skip
    return drawn(figure)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _forests(claims: list[dict[str, Any]], titles: dict[str, str]) -> list[dict[str, Any]]:
    """Effects of claims on one picture for each kind of outcome."""
    out: list[dict[str, Any]] = []
    for title, unit, chosen in (
        ("Effects on civilian deaths", "ratio of deaths, changed over base", [c for c in claims if c["outcome"] == "deaths" and c["kind"] == "effect"]),
        ("Effects on attacks abroad", "ratio of attacks, changed over base", [c for c in claims if c["outcome"] == "attacks_abroad" and c["kind"] == "effect"]),
        ("Effects on governance, inclusion, democracy, alignment", "difference of an index", [c for c in claims if c["effect_kind"] == "difference" and c["kind"] == "effect"]),
    ):  # fmt: skip
        if not chosen:
            continue
        ratio = chosen[0]["effect_kind"] == "ratio"
        rows = [
            IntervalRow.of(
                f"{c['name']} {titles.get(c['changed'], c['changed'])}{_against(c, titles)}", c["effect"], c["verdict"]
            )
            for c in chosen
        ]
        margin = (0.91, 1.1) if ratio else (-0.05, 0.05)
        figure = intervals(
            f"forest-{len(out)}", title, unit, rows, reference=1.0 if ratio else 0.0, margin=margin, logarithmic=ratio,
            caption="Point: median of posterior draws; thick bar: half of them; thin bar: nine tenths. The band holds effects too small to matter.",
        )  # fmt: skip
        out.append(drawn(figure))
    return out


def _against(claim: dict[str, Any], titles: dict[str, str]) -> str:
    """The base of a comparison, where it is not what was done."""
    base = claim["base"]
    return "" if base == "HISTORY" else f", against: {titles.get(base, base)[:1].lower()}{titles.get(base, base)[1:]}"


def _attribution(games: dict[str, Any]) -> list[dict[str, Any]]:
    titles = {
        "levers": "Remedies, idealised",
        "feasible": "Remedies, as far as they could have been had",
        "structure": "Structure: what would have had to be otherwise",
    }
    out = []
    for game, numbers in games.items():
        rows = [
            IntervalRow(r["title"], "", r["p05"], r["p25"], r["p50"], r["p75"], r["p95"])
            for r in numbers["rows"]["deaths"]
        ]
        figure = intervals(
            f"attribution-{game}", titles[game], "part of the fall in the logarithm of deaths (above 0: fewer; 0.1 is about a tenth)", rows, reference=0.0,
            caption="Shapley values over posterior draws: how much each adds on average over all orders in which they could be added. Bars over draws.",
        )  # fmt: skip
        rest = numbers["unattributed"]
        words = (
            f"With everything here remedied, deaths would be {approximately(rest['deaths_remaining'])} times history's (median), and the chance of a calm, "
            f"included and governed country in the last year {_percent(rest['order_remedied'])} (history {_percent(rest['order_history'])}). "
            + (
                "Every coalition was run."
                if numbers["exact"]
                else f"{numbers['coalitions']} coalitions along sampled orders; Monte Carlo error at most {max((r['error'] for r in numbers['rows']['deaths'] if r['error'] == r['error']), default=float('nan')):.2g}."
            )
        )
        pairs = _pairs(numbers)
        out.append({**drawn(figure), "words": words, "pairs": pairs})
    return out


def _pairs(numbers: dict[str, Any]) -> list[str]:
    """The strongest interactions, where every coalition was run."""
    matrix = numbers.get("interaction", {}).get("deaths")
    if not matrix:
        return []
    names = numbers["players"]
    found = [(matrix[i][j], names[i], names[j]) for i in range(len(names)) for j in range(i + 1, len(names))]
    found.sort(key=lambda f: -abs(f[0]))
    return [f"{a} and {b}: {'more' if v > 0 else 'less'} together than apart by {abs(v):.2f}" for v, a, b in found[:4]]


def _ledger(ledger: dict[str, Any]) -> dict[str, Any]:
    rows = []
    for place, community in enumerate(ledger["communities"]):
        low, middle, high = (ledger["whole"][k][place] for k in range(3))
        rows.append(
            (
                community,
                *(f"{_percent(m)} ({100 * a:.0f} to {100 * b:.0f})" for a, m, b in zip(low, middle, high, strict=True)),
            )
        )
    years = [
        (community, str(year), *(_percent(v) for v in ledger["shares"][place][k]))
        for place, community in enumerate(ledger["communities"])
        for k, year in enumerate(ledger["years"])
    ]
    return {"sources": ledger["sources"], "rows": rows, "years": years}


def _strategies(found: dict[str, Any]) -> dict[str, Any]:
    rows, points, ranked = [], [], []
    for name, row in found["rows"].items():
        outcomes = row["outcomes"]
        rows.append(
            {
                "name": name, "title": row["title"], "side": row["side"], "assumed": row["assumed"],
                "cells": [_span(outcomes[o]) for o in _TABLE],
                "pareto": "" if row["assumed"] else _percent(row["pareto"]), "enough": "" if row["assumed"] else _percent(row["satisficing"]),
            }
        )  # fmt: skip
        if not row["assumed"]:
            ranked.append(name)
            points.append(Point(name, tuple(outcomes["deaths"]), tuple(outcomes["cost"]), row["pareto"] >= 0.5))  # type: ignore[arg-type]
    points = [replace(p, pareto=_unbeaten(p, points)) for p in points]
    chosen = points if len(points) <= 14 else [p for p in points if p.label in _SHOWN]
    picture = scatter(
        "strategies", "Civilian deaths and budgetary cost", "civilian deaths (persons)", "budgetary cost (billion US$)", chosen,
        logarithmic=(True, False),
        caption="Median and intervals of posterior draws; diamonds: no strategy is better on both of these two (the table has all ten objectives). Worlds without the war are bands by assumption and are not on this picture.",
    )  # fmt: skip
    objectives = [o for o in found["objectives"] if o not in ("cost_full", "democracy")]
    values = [[found["rows"][n]["regret"][o]["p90"] for o in objectives] for n in ranked]
    regrets = grid(
        "regret", "Regret: how much worse than the best strategy of that draw, ninetieth percentile", "each objective in its own unit", ranked,
        [OUTCOMES[o].title for o in objectives], values, caption="Nothing is added up over objectives. A small regret everywhere is robust; a large one anywhere is a risk.",
    )  # fmt: skip
    return {
        "head": [_HEADS.get(o, OUTCOMES[o].title) for o in _TABLE], "rows": rows, "scatter": drawn(picture), "regret": drawn(regrets), "nothing": _percent(found["nothing_satisfices"]),
        "thresholds": ", ".join(f"{OUTCOMES[k].title} {'at most' if OUTCOMES[k].better == 'lower' else 'at least'} {approximately(v)}" for k, v in found["thresholds"].items()),
        "draws": found["draws"],
    }  # fmt: skip


def _unbeaten(point: Point, points: list[Point]) -> bool:
    """True where no other strategy has a lower median on both axes."""
    return not any(p.x[2] < point.x[2] and p.y[2] < point.y[2] for p in points)


#: Outcomes of the table of strategies.
_TABLE = ("deaths", "displaced", "intervener_deaths", "cost", "cost_full", "attacks_abroad", "governance", "democracy", "allies", "adversaries")  # fmt: skip
#: Their headings, with units, in narrow columns.
_HEADS = {
    "deaths": "civilians killed", "displaced": "displaced at most", "intervener_deaths": "soldiers killed", "cost": "budget, bn $", "cost_full": "full cost, bn $",
    "attacks_abroad": "attacks abroad", "governance": "governance", "democracy": "democracy", "allies": "allies", "adversaries": "adversaries",
}  # fmt: skip
#: Where a scenario has more strategies than a picture holds, these are drawn if it has them.
_SHOWN = {
    "HISTORY", "MORE-150", "MORE-150-FEASIBLE", "OUT-2005", "OUT-2007", "TOPPLE-AND-LEAVE", "COUNTERTERRORISM-ONLY", "KEEP-ARMY", "POWER-SHARING",
    "EARLY-LOCAL-DEALS", "EARLY-COUNTERINSURGENCY", "RESTRAINED-RULES", "EVERYTHING", "SUSTAINABLE-FORCE",
}  # fmt: skip


def _span(quantiles: list[float]) -> str:
    low, high = approximately(quantiles[0]), approximately(quantiles[4])
    return low if low == high else f"{low} to {high}"
