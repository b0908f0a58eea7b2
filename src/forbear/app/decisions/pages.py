"""The decision page: options, losses or their order, attitude to risk; loss and regret as members arrive."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from forbear.app.country import Country
from forbear.app.decisions.runs import STAGES, DecisionRun, judged
from forbear.app.decisions.telling import order_of, setting_words
from forbear.app.laboratory import panel
from forbear.app.pages import mistakes, page
from forbear.app.state import State
from forbear.app.waiting import Waiting, state_of
from forbear.errors import Fault, ForbearError, ScenarioError
from forbear.report.decision import board_head, board_rows, loss_figure, titled
from forbear.scenario.casefiles.checker import CaseFile
from forbear.scenario.casefiles.decision import ATTITUDES, Decision, read_decision
from forbear.scenario.casefiles.policies import load_strategies
from forbear.scenario.outcomes import OBJECTIVES, OUTCOMES

__all__ = ["router"]

#: Orders that the page offers, so that nobody has to know names: words and the order.
EXAMPLES = (
    ("the fewest civilians killed, then the least money", "deaths, cost"),
    ("the fewest own soldiers killed, then civilians, then money", "intervener_deaths, deaths, cost"),
    ("the best governance at the end, then lives", "governance, deaths"),
)

router = APIRouter()
#: Options beside what was done and never intervening: each is run over all members.
MOST_CHOSEN = 6
#: Fields of the form that say what counts; those of a loss begin with the last.
ASKED, LOSS = ("option", "order", "unit", "attitude", "horizon"), "loss-"


def _state(request: Request, pairs: list[tuple[str, str]]) -> tuple[State, Country]:
    return state_of(request, pairs, ("scenario", "seed", "draws"))


def _asked(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What of a form or an address says what is decided, without what was left empty; places of the order in one."""
    kept = [(key, text.strip()) for key, text in pairs if key in ASKED or key.startswith(LOSS)]
    places = [text for key, text in kept if key == "order" and text]
    order = [("order", ", ".join(places))] if places else []
    return [(key, text) for key, text in kept if text and key != "order"] + order


def _decision(country: Country, pairs: list[tuple[str, str]]) -> Decision:
    """The decision of a form. Raises ScenarioError with every fault."""
    asked = _asked(pairs)
    last = dict(asked)
    always = {"HISTORY", *_added(country)}
    chosen = list(dict.fromkeys(text for key, text in asked if key == "option" and text not in always))
    data: dict[str, Any] = {"decision": {"options": chosen}}
    data["decision"] |= {key: last[key] for key in ("attitude", "horizon") if key in last}
    faults = []
    if len(chosen) > MOST_CHOSEN:
        faults.append(Fault("E240", f"at most {MOST_CHOSEN} options here; `forbear decide` takes more", field="option"))
    losses: dict[str, Any] = {}
    for key, text in asked:
        if key.startswith(LOSS):
            name = key.removeprefix(LOSS)
            try:
                losses[name] = float(text)
            except ValueError:
                faults.append(Fault("E240", "not a number", field=f"loss of {name[:40]}", value=text[:40]))
    if faults:
        raise ScenarioError(faults[0].code, "this cannot be decided", faults=tuple(faults))
    if losses:
        data["losses"] = losses | ({"unit": last["unit"]} if "unit" in last else {})
    if "order" in last:
        data["order"] = {"objectives": [name.strip() for name in last["order"].split(",") if name.strip()]}
    return read_decision(country.scenario, CaseFile.of(data, "decision"))


def _added(country: Country) -> set[str]:
    """Strategies of the page that stand in no file beside the scenario: never intervening, which is always there."""
    return set(country.strategies) - set(load_strategies(country.scenario))


@router.get("/decide")
def show(request: Request) -> Response:
    """The form: its state comes from the address."""
    faults: list[dict[str, str]] = []
    pairs = request.query_params.multi_items()
    try:
        state, country = _state(request, pairs)
    except ForbearError as error:
        faults, pairs = mistakes(error), []
        state, country = _state(request, pairs)
    asked = _asked(pairs)
    values, chosen = dict(asked), {text for key, text in asked if key == "option"}
    always = {"HISTORY", country.never_name, *_added(country)} - chosen
    return page(
        request,
        "decide.html",
        422 if faults else 200,
        state=state,
        country=country,
        options=[(name, option.title) for name, option in country.strategies.items() if name not in always],
        chosen=chosen,
        examples=EXAMPLES,
        losses=[(OUTCOMES[name], values.get(f"{LOSS}{name}", "")) for name in OBJECTIVES],
        values={key: values.get(key, "") for key in ASKED},
        places=order_of(values.get("order", "")),
        attitudes=ATTITUDES,
        most=MOST_CHOSEN,
        begun=any(key == "order" or key.startswith(LOSS) for key, _ in asked),
        scenarios=request.app.state.countries.names(),
        faults=faults,
        tab=secrets.token_hex(8),
        draws=country.draws(state.draws),
    )


def _made(request: Request, pairs: list[tuple[str, str]]) -> Callable[[int], DecisionRun]:
    state, country = _state(request, pairs)
    decision, asked = _decision(country, pairs), tuple(_asked(pairs))
    return lambda number: DecisionRun(number, state, country, decision=decision, asked=asked)


def _address(made: DecisionRun) -> str:
    """The address that shows the form as it was filled in."""
    return f"/decide?{made.state.query()}&{urlencode(made.asked)}"


def _shown(request: Request, made: DecisionRun, stage: int, tab: str) -> Response:
    try:
        found = judged(made, stage)
    except ValueError:
        return page(request, "mistakes.html", 422, faults=[], title="No member is finite under every option.")
    decision, deciding = made.decision, next(b for b in found.boards if b.name == found.chosen.by)
    return page(
        request,
        "decide_results.html",
        run=made,
        stage=stage,
        last=STAGES[-1],
        tab=tab,
        found=found,
        titled=titled,
        deciding=deciding,
        decision=decision,
        setting=lambda change: setting_words(change, decision),
        boards=[(b, board_head(decision), board_rows(b, decision)) for b in found.boards],
        chart=panel.picture(loss_figure(deciding, decision, found.chosen)),
        draws=made.country.draws(made.state.draws),
    )


_DECISIONS = Waiting("decide ", DecisionRun, "/decide/results", "This cannot be decided", _made, _shown, _address)


@router.post("/decide/run")
async def run(request: Request) -> Response:
    """Start the runs of a decision, cancel the page's earlier ones, answer with the first stage."""
    return await _DECISIONS.begun(request)


@router.get("/decide/results/{number}")
async def results(request: Request, number: int, page: str = "", seen: int = 0) -> Response:
    """Wait for the next stage of a page's newest decision. 204 when a newer request has taken its place."""
    return await _DECISIONS.followed(request, number, page, seen)
