"""What the laboratory page opens with: sliders, questions, and drawings of what is stored, before anything is run.

The page of an unchanged scenario of the library is also kept as text, beside its stored answers: it is shown while the
server itself is still being loaded (`forbear.app.starting`). `tools/laboratory.py` writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forbear.app.countries import titled
from forbear.app.laboratory.drawing import drawing
from forbear.app.laboratory.levers import GROUPS
from forbear.app.laboratory.questions import plan_words, questions_of
from forbear.app.laboratory.shown import shown_of, trust_of
from forbear.app.laboratory.stored import stored, stored_for
from forbear.app.pages import rendered
from forbear.app.state import State, written
from forbear.scenario.reading.chain import library_names
from forbear.validation.base_rates import imposes, reference_classes

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.laboratory.comparison import Summary

__all__ = ["first_page", "opened", "stored_words"]


def opened(
    country: Country,
    state: State,
    scenarios: list[tuple[str, str]],
    *,
    pinned: State | None = None,
    faults: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """What the page's template needs of a state, but for the visitor's own: token and name of the tab.

    scenarios: key and title of what can be chosen; pinned: the plan that is pinned as A; faults: what of an address
    could not be meant.
    """
    changes = dict(state.changes)
    sliders: list[dict[str, Any]] = [
        {
            "slider": s,
            "value": changes[s.key][1] if s.key in changes and changes[s.key][0] != "path" else s.rest,
            "sent": written(*changes[s.key]) if s.key in changes else "",
        }
        for s in country.sliders
    ]
    levers = {s.key for s in country.sliders}
    return {
        "state": state,
        "country": country,
        "groups": [(g, [entry for entry in sliders if entry["slider"].spec.group == g]) for g in GROUPS],
        "others": [(key, written(*change)) for key, change in state.changes if key not in levers],
        "scenarios": scenarios,
        "months": list(country.problem.month_labels)[1:],
        "drawing": drawing(country),
        "faults": faults or [],
        "questions": questions_of(country),
        "pinned": pinned,
        "pinned_words": plan_words(country, pinned) if pinned is not None else "",
        "trust": trust_of(country) if country.draws(state.draws) == "posterior" else "",
        "rates": _rates(country),
        "starting": False,
        **_drawn(country, state),
    }


def first_page(country: Country) -> str:
    """The page of an unchanged scenario of the library, with nothing on it that needs the server: no token, no script
    but the one that waits for the server."""
    names = [country.key, *(name for name in library_names() if name != country.key)]
    values = opened(country, State(country.key), [(name, titled(name)) for name in names])
    return rendered("laboratory.html", **{**values, "starting": True, "token": "", "tab": "", "here": "/"})


def _drawn(country: Country, state: State) -> dict[str, Any]:
    """What the page is drawn with before anything is run: the stored answer to the state, else that of the baseline."""
    found = stored_for(country, state)
    if found is None:
        return {"shown": None, "stored_words": ""}
    summary, of = found
    words, _ = stored_words(country, summary)
    if of is not state:
        words += "; shown until your own plan is simulated"
    return {"shown": shown_of(country, of, summary), "stored_words": words}


def stored_words(country: Country, found: Summary) -> tuple[str, bool]:
    """What is said of a stored answer, and whether model, scenario and posterior are still those it was made with."""
    held = stored(country)
    current = held is not None and held.current(country)
    words = f"{found.members} simulated histories, stored with the scenario"
    return words + ("" if current else " by an earlier version of model or data"), current


def _rates(country: Country) -> list[list[str]]:
    """Rows of the base rates of a proposal: as stored, else what became of such undertakings, without the model."""
    if not country.proposal or not imposes(country.scenario):
        return []
    held = stored(country)
    if held is not None and held.rates:
        return held.rates
    return [[c.title, c.record, "", "", "", ""] for c in reference_classes()]
