"""The validation part of the report: plain words, figures and tables from `validation.json`."""

from __future__ import annotations

from typing import Any

from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.kinds import drawn
from forbear.figures.ranks import ranks
from forbear.figures.shares import ShareRow, shares
from forbear.questions.claim_words import parameter_words
from forbear.report.banners import after_word
from forbear.validation.parts import Result
from forbear.words import percent

__all__ = ["validation_sections"]


def validation_sections(data: dict[str, Any]) -> dict[str, Any]:
    """What the template needs; parts that were not run are absent."""
    out: dict[str, Any] = {"quick": any(isinstance(p, dict) and p.get("quick") for p in data.values())}
    for name, function in (
        ("neutrality", _neutrality),
        ("contraction", _contraction),
        ("forecasts", _forecast),
    ):
        if name in data and (name != "neutrality" or data[name]["rows"]):
            out[name] = function(data[name])
    if "theories" in data:
        out["theories"] = _theories(Result.read("theories", data["theories"]).found)
    if "calibration" in data:
        out["calibration"] = _calibration(Result.read("calibration", data["calibration"]).found)
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
            parameter_words(r["name"]).replace("“", "").replace("”", ""),
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
        error=max((r["error"] for r in top if r["error"] == r["error"]), default=0.0) or None,
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
        "banner": after_word(part["word"], part["banner"]),
        "origins": part.get("origins", []),
        "pit": drawn(figure) if figure else None,
        "afterwards": _afterwards(part["afterwards"]) if _given(part, "afterwards") else None,
        "later": _later(part["later"]) if _given(part, "later") else None,
    }


def _given(part: dict[str, Any], name: str) -> bool:
    """True where an optional part of forecasts is on record (null is read as not-a-number)."""
    return isinstance(part.get(name), dict)


def _later(part: dict[str, Any]) -> dict[str, Any]:
    """National numbers after the fit stopped, and how it ended (`validation/ending.py`)."""
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
            "yes" if n["low"] <= n["observed"] <= n["high"] else "NO",
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
        "from": part["since"],
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


def _theories(part: Any) -> dict[str, Any]:
    def rows(found: Any) -> list[tuple[str, ...]]:
        return [
            (
                r.title,
                f"{r.stacking:.2f} ({r.stacking_low:.2f} to {r.stacking_high:.2f})",
                f"{r.pseudo_bma:.2f}",
                f"{r.difference:+.0f} ({r.difference_low:+.0f} to {r.difference_high:+.0f})",
                r.effort,
                f"{r.facts[0]} of {r.facts[1]}" if r.facts[1] else "",
            )
            for r in sorted(found.rows, key=lambda r: -r.density)
        ]

    out: dict[str, Any] = {"note": part.note}
    for name in ("held_out", "all_data"):
        found = getattr(part, name)
        if found is not None:
            out[name] = {"rows": rows(found), "points": found.points, "groups": found.groups, "by": found.by}
    return out


def _calibration(part: Any) -> dict[str, Any]:
    effects = [
        (
            e.title,
            percent(e.coverage_50),
            percent(e.coverage_90),
            percent(e.called.called),
            percent(e.called.rightly),
            percent(e.called.wrongly),
            "yes" if e.uniform else "NO",
        )
        for e in part.effects
    ]
    all_ = part.together
    head = ("claim", "neither", "rival")
    return {
        "worlds": part.worlds,
        "effort": part.effort,
        "plausible": part.plausible,
        "share": percent(part.share),
        "effects": effects,
        "parameters": [
            (p.name, percent(p.coverage_50), percent(p.coverage_90), f"{p.chi_square_p:.2g}") for p in part.parameters
        ],
        "parameters_50": percent(part.parameters_50),
        "parameters_90": percent(part.parameters_90),
        "effects_90": percent(part.effects_90),
        "called": percent(all_.called),
        "rightly": percent(all_.rightly),
        "wrongly": percent(all_.wrongly),
        "cases": all_.worlds,
        "power": part.power.power.words,
        "false": part.power.error.words,
        "words": [
            (w.word, w.said.words, w.right.words, w.where_right.words, w.where_wrong.words) for w in part.power.words
        ],
        "counts": [[word, *map(str, row)] for word, row in zip(head, all_.counts, strict=True)],
        "ranks": drawn(ranks("ranks-parameters", "Rank of the true parameters among the draws", part.ranks)),
    }
