"""What forbear's objects look like in a notebook: a line, a table that unfolds, and where it helps a chart."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np

from forbear.figures.spec import approximately
from forbear.notebook.picture import table_html

__all__ = ["html"]


def html(thing: Any) -> str:
    """Return `thing` as HTML. Raises TypeError for what has no representation."""
    for kind in type(thing).__mro__:
        if kind.__name__ in _RENDERERS and kind.__module__.startswith("forbear."):
            return _RENDERERS[kind.__name__](thing)
    raise TypeError(f"no representation of {type(thing).__name__}")


def _head(strong: str, more: str = "") -> str:
    return f"<p><strong>{escape(strong)}</strong>{'<br>' + escape(more) if more else ''}</p>"


def _unfold(words: str, inside: str) -> str:
    return f"<details><summary>{escape(words)}</summary>{inside}</details>"


def _three(values: Any) -> str:
    low, middle, high = (approximately(float(v)) for v in np.nanquantile(values, [0.05, 0.5, 0.95]))
    return middle if low == middle == high else f"{middle} ({low} to {high})"


def _ensemble(thing: Any) -> str:
    from forbear.notebook import plot
    from forbear.scenario.outcomes import OBJECTIVES, OUTCOMES, values_of

    held, data = thing.manifest, thing.healthy.data
    rows = [
        (OUTCOMES[o].title, OUTCOMES[o].unit, _three(values_of(data, o)))
        for o in OBJECTIVES
        if OUTCOMES[o].quantity in data
    ]
    failed = int(thing.data["failed"].sum())
    more = (
        f"{len(thing):,} members ({held.get('note', '')}), seed {held.get('seed', '?')}, from {held.get('start', '?')} for {held.get('steps', '?')} steps"
        + (f"; {failed} failed and are left out" if failed else "")
    )
    out = _head(str(held.get("title") or held.get("scenario", "Ensemble")), more)
    if "deaths" in data:
        out += plot.fan(thing.healthy, "deaths")._repr_html_()
    out += table_html(("outcome", "unit", "median (5 to 95 %)"), rows) if rows else ""
    names = [
        (str(n), ", ".join(str(d) for d in v.dims), v.attrs.get("unit", ""), v.attrs.get("long_name", ""))
        for n, v in data.data_vars.items()
    ]
    return out + _unfold(f"{len(names)} variables", table_html(("variable", "dimensions", "unit", "meaning"), names))


def _posterior(thing: Any) -> str:
    notes = thing.notes
    refine, checked = notes.get("refine") or {}, notes.get("validate") or {}
    rows = [
        ("draws", f"{len(thing):,}"), ("kind of fit", "quick: for a first look, not for results" if thing.quick else "full"),
        ("uncertainties", str(thing.space.parameters)), ("values learned from", str(sum((notes.get("data") or {}).values()))),
        ("R-hat, ninetieth percentile", f"{refine['rhat_90']:.2f}" if refine.get("rhat_90") else "not known"),
        ("observed totals inside nine tenths", f"{checked['inside']:.0%}" if checked.get("inside") else "not checked"),
        ("gates that failed", ", ".join(refine.get("faults") or []) or "none"),
    ]  # fmt: skip
    values, before = thing.space.values(thing.scores), thing.space.values(thing.space.draw(500, 1, "tree"))
    table = []
    for name in sorted(values):
        after, prior = values[name].reshape(len(thing), -1), before[name].reshape(500, -1)
        if after.shape[1] == 1 and np.ptp(prior) > 0:
            table.append((name, _three(prior[:, 0]), _three(after[:, 0])))
    return (
        _head(f"Posterior of {thing.space.problem.title or thing.space.problem.name}")
        + table_html(("what", "value"), rows)
        + _unfold(
            f"{len(table)} uncertainties that are one number",
            table_html(("name", "prior: median (5 to 95 %)", "posterior"), table),
        )
    )


def _claim(thing: Any) -> str:
    rows = [
        ("the argument", thing.statement), ("its rival", thing.rival), ("test", f"{thing.outcome}: {thing.changed} against {thing.base}" if thing.kind in ("effect", "value") else thing.kind),
        ("the argument says", thing.claim_says), ("the rival says", thing.rival_says), ("parameters that should decide", ", ".join(thing.deciding)), ("caution", thing.caution),
    ]  # fmt: skip
    return _head(f"{thing.name}. {thing.title}") + table_html(("", ""), [r for r in rows if r[1]])


def _verdict(thing: Any) -> str:
    rows = [
        ("verdict on the argument", thing.word),
        ("verdict on its rival", thing.rival_word),
        ("why", thing.reason),
        ("what would change it", thing.what_would_change),
    ]
    return table_html(("", ""), [r for r in rows if r[1]])


def _tested(thing: Any) -> str:
    from forbear.figures.histogram import before_and_after
    from forbear.figures.standalone import standalone
    from forbear.notebook.picture import Picture
    from forbear.report.words import plain_effect

    ratio = thing.kind == "ratio"
    limits = (1 / (1 + thing.margin), 1 + thing.margin) if ratio else (-thing.margin, thing.margin)
    figure = before_and_after(
        "effect", f"{thing.claim.name}: the effect before and after the data", "ratio" if ratio else "difference", thing.prior, thing.effect,
        reference=1.0 if ratio else 0.0, margin=limits, logarithmic=ratio and bool(np.nanmin(thing.prior) > 0),
    )  # fmt: skip
    import pandas as pd

    rows = tuple(tuple(map(str, row)) for row in figure.rows)
    picture = Picture(
        figure.title,
        figure.unit,
        figure.caption,
        figure.alternative,
        standalone(figure),
        figure.head,
        rows,
        pd.DataFrame(),
    )
    return _claim(thing.claim) + _head(plain_effect(thing.as_dict())) + _verdict(thing.verdict) + picture._repr_html_()


def _answers(thing: Any) -> str:
    from forbear.report.words import plain_effect

    data = thing.as_dict()
    rows = [(c["name"], c["title"], plain_effect(c), c["verdict"], c["rival_verdict"]) for c in data["claims"].values()]
    about = data["about"]
    more = f"{about.get('draws', '?')} {about.get('given', '')} draws, {len(about.get('structures', []))} structures"
    return _head(f"{len(rows)} claims tested", more) + table_html(
        ("claim", "title", "effect (5 to 95 %)", "the argument", "its rival"), rows
    )


def _comparison(thing: Any) -> str:
    from forbear.scenario.outcomes import OUTCOMES

    rows = []
    for e in thing.effects.values():
        known = OUTCOMES[e.outcome]
        low, _, middle, _, high = (approximately(float(v)) for v in e.quantiles)
        shares = " / ".join(f"{v:.0%}" for v in (e.lower, e.none, e.higher))
        rows.append(
            (
                known.title,
                known.unit,
                _three(e.base),
                _three(e.changed),
                f"{'x' if e.kind == 'ratio' else ''}{middle} ({low} to {high})",
                shares,
            )
        )
    head = ("outcome", "unit", thing.base, thing.changed, "effect (5 to 95 %)", "lower / same / higher")
    return _head(
        f"{thing.changed} against {thing.base}", f"{thing.draws} {thing.given} draws, same luck in both"
    ) + table_html(head, rows)


def _attribution(thing: Any) -> str:
    from forbear.notebook import plot

    rest = thing.unattributed()
    words = f"With everything remedied deaths are {approximately(rest['deaths_remaining'])} times history's (median); chance of order {rest['order_remedied']:.0%}, history {rest['order_history']:.0%}."
    return plot.attribution(thing)._repr_html_() + f"<p>{escape(words)}</p>"


_RENDERERS: dict[str, Callable[[Any], str]] = {
    "Ensemble": _ensemble, "Posterior": _posterior, "Claim": _claim, "Verdict": _verdict, "Tested": _tested, "Answers": _answers,
    "Comparison": _comparison, "Attribution": _attribution,
}  # fmt: skip
