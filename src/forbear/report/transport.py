"""What is borrowed, from where, and how well that travelled: rows for the report's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from forbear.validation.borrowed import HEADING, borrowed_rows, heading, record_line, transports_or_why, travel_rows

if TYPE_CHECKING:
    from forbear.inference.posterior import Posterior
    from forbear.scenario import Scenario

__all__ = ["transport_section"]


def transport_section(scenario: Scenario, posterior: Posterior | None, note: str = "") -> dict[str, Any] | None:
    """What the template `parts_transport.html` needs; None for a fitted country that no transport on record concerns.

    note: that of the run ("pooled draws ...", "record draws ..." where those were used).
    """
    name = scenario.problem().name
    records = [r for r in transports_or_why()[0] if posterior is None or name in (r["to"], r["from"])]
    if posterior is not None and not records:
        return None
    borrowed = None
    if posterior is None:
        kind = next((kind for kind in ("pooled", "record") if note.startswith(f"{kind} draws")), "prior")
        borrowed = {"heading": heading(scenario, kind), "head": HEADING, "rows": borrowed_rows(scenario, kind)}
    return {"borrowed": borrowed, "records": [_record(r) for r in records]}


def _record(record: Mapping[str, Any]) -> dict[str, Any]:
    scores = [
        (
            name,
            *(
                f"{windows[w][key]:.2f}"
                for w, key in (("hindcast", "crps"), ("holdout", "crps"), ("holdout", "log_score"))
            ),
            f"{windows['holdout']['inside']:.0%}",
        )
        for name, windows in record["scores"].items()
    ]
    ratios = [
        (f"{r['one']} over {r['other']}", f"{r['ratio']:.2f} ({r['low']:.2f} to {r['high']:.2f})", str(r["numbers"]))
        for r in record["ratios"]["holdout"]
    ]
    rows = travel_rows(record)
    return {
        "from": record["from"],
        "to": record["to"],
        "holdout": record["holdout"],
        "line": record_line(record),
        "key": f"{record['from']}-{record['to']}",
        "scores": scores,
        "ratios": ratios,
        "borrowed": [r[:1] + r[2:] for r in rows if r[1] == "yes"],
        "others": [r[:1] + r[2:] for r in rows if r[1] == "no"],
        "left": sorted(record["left"].items()),
    }
