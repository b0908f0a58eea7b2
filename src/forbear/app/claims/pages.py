"""The claims page: a claim beside its rival, the parameters it turns on as sliders, the verdict as they move."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, Request, Response

from forbear.app.claims import scale
from forbear.app.claims.lines import as_run, as_shipped
from forbear.app.claims.runs import STAGES, ClaimRun, judged
from forbear.app.claims.sliders import sliders_of
from forbear.app.claims.telling import asserted, doubt, figure_of, idle_of
from forbear.app.claims.wars import wars_of
from forbear.app.country import Country
from forbear.app.densities import LEAST, MOST
from forbear.app.laboratory import panel
from forbear.app.pages import mistakes, page
from forbear.app.state import State
from forbear.app.waiting import Waiting, state_of
from forbear.errors import Fault, FileError, ForbearError, ScenarioError, nearest
from forbear.questions.answers import Answers
from forbear.questions.stamps import since_made, stale_answers
from forbear.questions.verdict_telling import stage_lines
from forbear.scenario.casefiles.policies import claims_out_of_time, load_claims

__all__ = ["router"]

router = APIRouter()


def answers_beside(country: Country) -> tuple[Answers | None, str]:
    """The answers that ship beside the scenario, and the code of the error where they cannot be used: the page then
    stands without them, and says so."""
    try:
        return Answers.beside(country.scenario), ""
    except FileError as error:  # no path: whoever looks may be somebody else's guest
        return None, error.code


def _read(request: Request, pairs: list[tuple[str, str]]) -> tuple[State, Country, Any, dict[str, float]]:
    """State, country, claim (None: the list) and pinned parameters. Raises ScenarioError with a fault for each
    mistake."""
    wanted = dict(pairs)
    state, country = state_of(request, pairs, ("scenario", "seed", "draws"))
    claims = load_claims(country.scenario, (), country.strategies)
    name = wanted.get("claim", "")
    faults: list[Fault] = []
    if name and name not in claims:
        allowed = ", ".join(claims) or "this scenario has no claims"
        faults.append(
            Fault(
                "E241", "no such claim", field="claim", value=name[:80], allowed=allowed, nearest=nearest(name, claims)
            )
        )
    pinned: dict[str, float] = {}
    for key, text in pairs:
        if key in ("scenario", "seed", "draws", "claim", "token", "page") or not text.strip():
            continue
        if key not in country.problem.priors:
            faults.append(
                Fault(
                    "E241",
                    "no such parameter",
                    field=key[:80],
                    value=text[:80],
                    nearest=nearest(key, list(country.problem.priors)),
                )
            )
            continue
        try:
            at = float(text)
        except ValueError:
            at = -1.0
        if not LEAST <= at <= MOST:
            faults.append(
                Fault(
                    "E210", "not a quantile of the prior", field=key, value=text[:80], allowed=f"{LEAST:g} to {MOST:g}"
                )
            )
            continue
        pinned[key] = at
    if faults:
        raise ScenarioError(faults[0].code, "this state cannot be meant", faults=tuple(faults))
    return state, country, claims.get(name), pinned


@router.get("/claims")
def show(request: Request) -> Response:
    """The list of claims, or one claim with its sliders: the state comes from the URL."""
    faults: list[dict[str, str]] = []
    try:
        state, country, claim, pinned = _read(request, request.query_params.multi_items())
    except ForbearError as error:
        faults = mistakes(error)
        state, country, claim, pinned = _read(request, [])
    found, unusable = answers_beside(country)
    answers = found.claims if found is not None else {}
    claims = load_claims(country.scenario, (), country.strategies)
    wars, counted = wars_of(country, claim.name) if claim is not None else ("", False)
    return page(
        request,
        "claims.html",
        422 if faults else 200,
        state=state,
        country=country,
        claim=claim,
        claims=claims,
        answers=answers,
        sliders=sliders_of(country, claim, answers.get(claim.name), pinned, state.draws) if claim is not None else [],
        scenarios=request.app.state.countries.names(),
        faults=faults,
        tab=secrets.token_hex(8),
        draws=country.draws(state.draws),
        stale=stale_answers(found, country.scenario, country.posterior) if found is not None else [],
        unusable=unusable,
        since_made=since_made,
        left_out=claims_out_of_time(country.scenario) if claim is None else (),
        scale=scale.drawn(as_shipped(answers.get(claim.name))) if claim is not None else [],
        answered=answers.get(claim.name) if claim is not None else None,
        wars=wars,
        wars_counted=counted,
        doubt=doubt(country, claim, answers.get(claim.name)) if claim is not None else "",
    )


def moves_nothing(made: ClaimRun) -> bool:
    """True where values are held and no simulated history of any model comes out otherwise."""
    pairs = [*zip(made.free, made.held, strict=True), *made.theories.values()]
    return bool(made.pinned) and all(np.array_equal(free, held, equal_nan=True) for free, held in pairs)


def _made(request: Request, pairs: list[tuple[str, str]]) -> Callable[[int], ClaimRun]:
    state, country, claim, pinned = _read(request, pairs)
    if claim is None:
        raise ScenarioError("E241", "no claim was chosen")
    held = tuple(sorted(pinned.items()))
    return lambda number: ClaimRun(number, state, country, claim=claim, pinned=held)


def _address(made: ClaimRun) -> str:
    """The address that shows the claim with the values that are held."""
    held = urlencode([("claim", made.claim.name), *((k, f"{v:g}") for k, v in made.pinned)])
    return f"/claims?{made.state.query()}&{held}"


def _shown(request: Request, made: ClaimRun, stage: int, tab: str) -> Response:
    answers, _ = answers_beside(made.country)
    answered = answers[made.claim.name] if answers is not None and made.claim.name in answers else None
    found = judged(made, stage, answers, idle_of(made.country, made.claim))
    free, held = made.effects(stage)
    return page(
        request,
        "claim_results.html",
        run=made,
        claim=made.claim,
        scale=scale.drawn(as_run(made, found, answered)),
        nothing=moves_nothing(made),
        stage=stage,
        last=STAGES[-1],
        tab=tab,
        found=found,
        members=len(free),
        chart=panel.picture(figure_of(made, free, held)),
        answered=answered,
        stages=stage_lines(answered) if answered is not None else [],
        draws=made.country.draws(made.state.draws),
        asserted=asserted(made),
        doubt=doubt(made.country, made.claim, answered),
        spans=[panel.span_words(free), panel.span_words(held)],
    )


_TESTS = Waiting("claim ", ClaimRun, "/claims/results", "This cannot be tested", _made, _shown, _address)


@router.post("/claims/run")
async def run(request: Request) -> Response:
    """Start the two runs of a claim, cancel the page's earlier work, answer with the first stage."""
    return await _TESTS.begun(request)


@router.get("/claims/results/{number}")
async def results(request: Request, number: int, page: str = "", seen: int = 0) -> Response:
    """Wait for the next stage of a page's newest test. 204 when a newer request has taken its place."""
    return await _TESTS.followed(request, number, page, seen)
