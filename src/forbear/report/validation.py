"""The validation part of the report: plain words, figures and tables from `validation.json`."""

from __future__ import annotations

from typing import Any

from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.kinds import drawn
from forbear.figures.ranks import ranks
from forbear.figures.shares import ShareRow, shares

__all__ = ["validation_sections"]


def validation_sections(data: dict[str, Any]) -> dict[str, Any]:
    """What the template needs; parts that were not run are absent."""
    out: dict[str, Any] = {"quick": any(isinstance(p, dict) and p.get("quick") for p in data.values())}
    for name, function in (
        ("neutrality", _neutrality),
        ("contraction", _contraction),
        ("predictive", _predictive),
        ("forecast", _forecast),
        ("structures", _structures),
        ("recovery", _recovery),
    ):
        if name in data and (name not in ("neutrality", "structures") or data[name]["rows"]):
            out[name] = function(data[name])
    return out


def _neutrality(part: dict[str, Any]) -> dict[str, Any]:
    own = [r for r in part["rows"] if r["form"] == ""]
    figure = shares(
        "neutrality",
        "Before any data: how often a lever helps, does nothing, hurts",
        [ShareRow(r["title"], r["helps"], r["none"], r["hurts"], word=r["passes"] or "FAILS") for r in own],
        required=0.2,
        required_words="two-sided: a fifth each must help and hurt; one-sided: three tenths each must do nothing "
        "and go the lever's way (within two standard errors)",
        caption=f"Prior draws with {part['condition']}; helps means at least a tenth fewer deaths (or attacks abroad).",
    )
    other = [f"{r['title']} ({r['form']})" for r in part["rows"] if r["form"] and not r["passes"]]
    return {
        "figure": drawn(figure),
        "failing": [r["title"] for r in own if not r["passes"]],
        "other": other,
        "forms": sorted({r["form"] for r in part["rows"] if r["form"]}),
    }


def _contraction(part: dict[str, Any]) -> dict[str, Any]:
    top = [r for r in part["parameters"] if not r["name"].startswith("dispersion/")][:24]
    rows = [
        IntervalRow(
            r["name"],
            "",
            r["contraction"] - 1.64 * r["error"],
            r["contraction"] - 0.67 * r["error"],
            r["contraction"],
            r["contraction"] + 0.67 * r["error"],
            min(r["contraction"] + 1.64 * r["error"], 1.0),
            word=r["declared"],
        )
        for r in top
    ]
    figure = intervals(
        "contraction",
        "What the data narrowed most",
        "contraction: 0 not at all, 1 entirely",
        rows,
        reference=0.0,
        caption="One minus posterior over prior variance, with its sampling error. The word is the class that "
        "was guessed before any fit.",
    )
    classes = [(name, *(str(v) for v in counts.values())) for name, counts in part["classes"].items()]
    effects = [
        (
            name,
            f"{e['contraction']:.2f}",
            f"{e['prior'][2]:.2g} ({e['prior'][0]:.2g} to {e['prior'][4]:.2g})",
            f"{e['posterior'][2]:.2g} ({e['posterior'][0]:.2g} to {e['posterior'][4]:.2g})",
        )
        for name, e in part["effects"].items()
    ]
    every = [
        (r["name"], f"{r['contraction']:.2f}", f"{r['shift']:+.1f}", r["declared"], r["measured"])
        for r in part["parameters"]
    ]
    return {"figure": drawn(figure), "classes": classes, "effects": effects, "every": every, "draws": part["draws"]}


def _predictive(part: dict[str, Any]) -> dict[str, Any]:
    rows = [
        (
            c["series"],
            c["label"],
            f"{c['observed']:.3g}",
            f"{c['median']:.2g}",
            f"{c['low']:.2g} to {c['high']:.2g}",
            "yes" if c["inside"] else "NO",
        )
        for c in part["checks"]
    ]
    facts = [
        (
            f["series"],
            f["label"],
            "not observed" if f["observed"] != f["observed"] or f["observed"] is None else f"{f['observed']:.2g}",
            f"{f['median']:.2g}",
            f"{f['low']:.2g} to {f['high']:.2g}",
        )
        for f in part["facts"]
    ]
    return {"by_series": [(k, f"{a} of {b}") for k, (a, b) in part["by_series"].items()], "rows": rows, "facts": facts}


def _forecast(part: dict[str, Any]) -> dict[str, Any]:
    tables = {}
    for level, rows in part.get("tables", {}).items():
        tables[level] = [
            (
                str(r.get("baseline")),
                str(r.get("group") or r.get("horizons") or r.get("horizon")),
                f"{r['crps_ratio']:.2f} ({r['crps_ratio_low']:.2f} to {r['crps_ratio_high']:.2f})",
                f"{r['log_score_difference']:+.2f}",
            )
            for r in rows
        ]
    coverage = [
        (
            level,
            model,
            f"{s.get('coverage_50_randomised', float('nan')):.0%}",
            f"{s.get('coverage_90_randomised', float('nan')):.0%}",
            f"{s.get('crps', float('nan')):.2f}",
        )
        for level, models in part.get("calibration", {}).items()
        for model, s in models.items()
    ]
    figure = (
        ranks("pit", "Where the truth fell in the model's forecasts, by district and month", part["pit"])
        if part.get("pit")
        else None
    )
    return {
        "tables": tables,
        "coverage": coverage,
        "word": part["word"],
        "banner": part["banner"],
        "origins": part.get("origins", []),
        "pit": drawn(figure) if figure else None,
        "afterwards": _afterwards(part["afterwards"]) if "afterwards" in part else None,
        "later": _later(part) if "happened" in part else None,
    }


def _later(part: dict[str, Any]) -> dict[str, Any]:
    """Yearly numbers after the fit stopped, and how it ended (`analysis/ending.py`)."""
    scores = [
        (
            "the model" if name == "forbear" else name,
            f"{s['crps']:.2f}",
            f"{s['log_score']:.2f}",
            f"{s['inside']:.0%}",
            str(s["numbers"]),
        )
        for name, s in part["scores"].items()
    ]
    numbers = [
        (
            n["series"].replace("_", " "),
            n["label"],
            _short(n["observed"]),
            _short(n["median"]),
            f"{_short(n['low'])} to {_short(n['high'])}",
            "yes" if n["inside"] else "NO",
        )
        for n in part["numbers"]["forbear"]
    ]
    happened = [
        (
            e["title"],
            e["date"],
            _short(e["value"]),
            f"{_short(e['median'])} ({_short(e['low'])} to {_short(e['high'])})",
            f"{e['share']:.1%}",
            e["source"],
        )
        for e in part["happened"]
    ]
    ratios = [(r["other"], f"{r['ratio']:.2f} ({r['low']:.2f} to {r['high']:.2f})") for r in part["ratios"]]
    return {
        "from": part["from"],
        "reason": part["reason"],
        "scores": scores,
        "numbers": numbers,
        "happened": happened,
        "ratios": ratios,
    }


def _short(value: float) -> str:
    """Two digits, without an exponent."""
    return f"{float(f'{value:.2g}'):,.0f}" if abs(value) >= 100 else f"{value:.2g}"


def _afterwards(part: dict[str, Any]) -> dict[str, Any]:
    rows = [
        (
            str(r.get("baseline")),
            str(r.get("horizons") or r.get("group") or r.get("horizon")),
            f"{r['crps_ratio']:.2f}",
            f"{r['log_score_difference']:+.2f}",
        )
        for r in part["tables"]["district"]
    ]
    years = [(y, f"{part['observed'][y]:,.0f}", f"{part['median'][y]:,.0f}") for y in part["observed"]]
    return {"origin": part["origin"], "rows": rows, "years": years}


def _structures(part: dict[str, Any]) -> dict[str, Any]:
    rows = [
        (r["title"], f"{r['stacking']:.2f}", f"{r['pseudo_bma']:.2f}", f"{r['log_score']:.3f}", f"{r['crps']:.2f}")
        for r in sorted(part["rows"].values(), key=lambda r: -r["stacking"])
    ]
    return {"rows": rows, "points": part["points"]}


def _recovery(part: dict[str, Any]) -> dict[str, Any]:
    covered = [(name, f"{p['coverage_90']:.0%}", f"{p['chi_square_p']:.2g}") for name, p in part["parameters"].items()]
    effects = []
    figures: list[dict[str, Any]] = []
    for name, e in part["effects"].items():
        effects.append(
            (
                name,
                f"{e['coverage_50']:.0%}",
                f"{e['coverage_90']:.0%}",
                f"{e['wrong_sign']:.0%}",
                f"{e['not_identified']:.0%}",
            )
        )
        figures.append(
            {
                "chart": drawn(ranks(f"ranks-{len(figures)}", f"Rank of the true effect: {name}", e["ranks"])),
                "name": name,
                "counts": e["counts"],
            }
        )
    return {"covered": covered, "effects": effects, "figures": figures, "worlds": part["worlds"]}
