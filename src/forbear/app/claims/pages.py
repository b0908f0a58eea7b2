"""The claims page: a claim beside its rival, the parameters it turns on as sliders, the verdict as they move."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, Request, Response

from forbear.app.claims import scale
from forbear.app.claims.runs import STAGES, ClaimRun, judged, parameters_of
from forbear.app.claims.wars import wars_of
from forbear.app.country import Country
from forbear.app.densities import LEAST, MOST, beliefs, density, told_by
from forbear.app.laboratory import panel
from forbear.app.pages import mistakes, page
from forbear.app.state import State
from forbear.app.waiting import Waiting, state_of
from forbear.country.model import MODEL
from forbear.errors import Fault, ForbearError, ScenarioError, nearest
from forbear.figures.histogram import before_and_after
from forbear.figures.spec import approximately
from forbear.questions.answers import Answers
from forbear.questions.claims import three_shares
from forbear.questions.results import ClaimResult
from forbear.questions.stamps import stale_answers
from forbear.questions.verdict_telling import stage_lines
from forbear.scenario.casefiles.policies import load_claims
from forbear.scenario.outcomes import OUTCOMES

__all__ = ["router"]

router = APIRouter()
#: A slider runs over the part of a prior that is drawn above it, in these steps.
STEPS = 49


def answers_of(country: Country) -> dict[str, ClaimResult]:
    """The claims of the answers that ship beside the scenario, by name; empty where there are none."""
    found = Answers.beside(country.scenario)
    return found.claims if found is not None else {}


def stale_of(country: Country) -> list[str]:
    """What has changed since the answers that ship were made."""
    found = Answers.beside(country.scenario)
    return stale_answers(found, country.scenario, country.posterior) if found is not None else []


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
    answers = answers_of(country)
    claims = load_claims(country.scenario, (), country.strategies)
    return page(
        request,
        "claims.html",
        422 if faults else 200,
        state=state,
        country=country,
        claim=claim,
        claims=claims,
        answers=answers,
        sliders=_sliders(country, claim, answers, pinned) if claim is not None else [],
        scenarios=request.app.state.countries.names(),
        faults=faults,
        tab=secrets.token_hex(8),
        draws=country.draws(state.draws),
        stale=stale_of(country),
        scale=scale.drawn(_shipped(answers.get(claim.name))) if claim is not None else [],
        answered=answers.get(claim.name) if claim is not None else None,
        wars=wars_of(country, claim.name) if claim is not None else "",
    )


def _shipped(answered: ClaimResult | None) -> list[scale.Line]:
    """The scale as shipped with the scenario; empty without answers."""
    if answered is None or not answered.structures:
        return []
    out = [scale.Line("before the data", "before", _three(answered.prior_shares))] if answered.prior_shares else []
    for name, shares in answered.structures.items():
        full = name == "full"
        label = "after the data, full model" if full else f"theory: {name.replace('-', ' ')}"
        out.append(scale.Line(label, "full" if full else "theory", _three(shares)))
    return out


def _three(shares: Any) -> scale.Shares:
    first, second, third = (float(share) for share in shares)
    return first, second, third


def _lines(made: ClaimRun, found: Any, answered: ClaimResult | None) -> list[scale.Line]:
    """The scale with the draws that were just run; a theory that is not run yet stands as shipped."""
    shipped = {line.label: line for line in _shipped(answered)}
    posterior = made.country.draws(made.state.draws) == "posterior"
    out = []
    if posterior and "before the data" in shipped:
        out.append(shipped["before the data"])
    label = "after the data, full model" if posterior else "before the data"
    held = (lambda three: _three(three)) if made.pinned else (lambda three: None)
    out.append(scale.Line(label, "full" if posterior else "before", _three(found.free), held(found.held)))
    if not posterior:
        return out
    for name, (free, with_values) in made.theories.items():
        good = np.isfinite(free) & np.isfinite(with_values)
        if good.any():
            before, after = (three_shares(made.claim, values[good]) for values in (free, with_values))
            out.append(scale.Line(f"theory: {name}", "theory", _three(before), held(after)))
    known = {line.label for line in out}
    return out + [line for label, line in shipped.items() if line.role == "theory" and label not in known]


def moves_nothing(made: ClaimRun) -> bool:
    """True where values are held and no simulated history of any model comes out otherwise."""
    pairs = [*zip(made.free, made.held, strict=True), *made.theories.values()]
    return bool(made.pinned) and all(np.array_equal(free, held, equal_nan=True) for free, held in pairs)


def _sliders(
    country: Country, claim: Any, answers: dict[str, ClaimResult], pinned: dict[str, float]
) -> list[dict[str, Any]]:
    meaning = {p.name: p for p in MODEL.parameters.values()}
    names = parameters_of(claim, answers.get(claim.name), country.problem.priors)
    out = []
    for name in [*names, *(n for n in pinned if n not in names)]:
        values = [
            float(country.at_quantile(name, LEAST + (MOST - LEAST) * k / STEPS).ravel()[0]) for k in range(STEPS + 1)
        ]
        many = country.problem.priors[name].size
        known = meaning.get(name)
        out.append(
            {
                "name": name,
                "meaning": known.meaning if known else "",
                "unit": known.unit if known and known.unit not in ("-", "index", "share", "ratio") else "",
                "class": told_by(known.identification) if known else "",
                "many": many,
                "at": pinned.get(name, ""),
                "density": density(found, name.replace("_", " ")) if (found := beliefs(country, name)) else "",
                "after": found.words("after") if found else "",
                "values": [approximately(v) for v in values],
                "place": round((pinned.get(name, 0.5) - LEAST) / (MOST - LEAST) * STEPS),
            }
        )
    return out


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
    answers = Answers.beside(made.country.scenario)
    answered = answers[made.claim.name] if answers is not None and made.claim.name in answers else None
    found = judged(made, stage, answers)
    free, held = made.effects(stage)
    return page(
        request,
        "claim_results.html",
        run=made,
        claim=made.claim,
        scale=scale.drawn(_lines(made, found, answered)),
        nothing=moves_nothing(made),
        stage=stage,
        last=STAGES[-1],
        tab=tab,
        found=found,
        members=len(free),
        chart=panel.picture(_figure(made, free, held)),
        answered=answered,
        stages=stage_lines(answered) if answered is not None else [],
        draws=made.country.draws(made.state.draws),
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


def _figure(made: ClaimRun, free: Any, held: Any) -> Any:
    """The effect as drawn and with values held, with the margin inside which it counts as none."""
    claim, ratio, margin = made.claim, made.effect_kind == "ratio", made.margin
    band = (round(1.0 / (1.0 + margin), 2), round(1.0 + margin, 2)) if ratio else (-margin, margin)
    if claim.kind == "share":
        unit = f"share of the pull from {' and '.join(claim.sources)}, above {claim.threshold:g}"
    elif claim.kind == "level":
        unit = f"{OUTCOMES[claim.outcome].title}, above {claim.threshold:g}"
    else:
        what = OUTCOMES[claim.outcome].title
        changed, base = (_title(made.country, name) for name in (claim.changed, claim.base))
        unit = f"{what}: {changed}, {'divided by' if ratio else 'less'} {base}"
    return before_and_after(
        "effect",
        "The effect, as the draws are and with your values",
        unit,
        free,
        held,
        labels=("as the draws are", "with the values held"),
        reference=1.0 if ratio else 0.0,
        margin=band,
        logarithmic=ratio,
    )


def _title(country: Country, name: str) -> str:
    """What a strategy is called in a sentence."""
    strategy = country.strategies.get(name)
    return strategy.title[0].lower() + strategy.title[1:] if strategy is not None else name
