"""The atlas's page: the map, every case on the same scales, what came of each; a page for each case with every fact."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from forbear.app.pages import mistakes, page
from forbear.errors import ForbearError
from forbear.evidence.atlas import Case, Fact, atlas, case, second_coding
from forbear.inference.record import about
from forbear.report.atlas import narrow
from forbear.report.atlas.drawings import ORDER, expected, forces, legend, order_of, panel, sheet, shortened, world
from forbear.report.atlas.telling import answer, density, foreseen_sentence, judged, printed, spaced
from forbear.validation.record_words import verdict_on_record

__all__ = ["router"]

router = APIRouter()
#: What the cases can be sorted by: key in the address -> words.
SORTS = {"when": "when they began", "force": "the largest force", "order": "order after ten years"}
#: Worst last, what is not known after that.
_ORDERS = ("calm", "limited_violence", "coup", "civil_war", "")


@dataclass(frozen=True)
class Shown:
    """A case among the small multiples. number: its number on the map."""

    number: int
    case: Case
    title: str
    svg: str
    order: str


def address(entry: Case) -> str:
    """Where a case's own page is."""
    return "/atlas?" + urlencode({"case": entry.name})


@cache
def _shown() -> tuple[Shown, ...]:
    return tuple(
        Shown(number, entry, shortened(entry.title), panel(entry), ORDER[order_of(entry, "order_10y")][1])
        for number, entry in enumerate(atlas(), 1)
    )


@cache
def _drawings() -> dict[str, Any]:
    """What is the same for every visitor: the sources ship and do not change while a server runs."""
    cases = atlas()
    drawn = {"map": world(cases, address), "forces": forces(cases), "expected": expected(cases) if about() else ""}
    small = {"map": narrow.parts_of_the_world(cases, address), "forces": narrow.forces(cases)}
    small["expected"] = narrow.expected(cases) if about() else ""
    meant = ("What the marks mean", "Order after ten years")
    small["legend"] = sheet("legend-narrow", narrow.WIDTH, 44, *meant, narrow.legend())
    return drawn | {"legend": sheet("legend", 470, 26, *meant, legend(10, 13)), "narrow": small}


@router.get("/atlas")
def show(request: Request, case: str = "", sort: str = "when") -> Response:
    """All cases, or one that the address names; where a file that ships is damaged, that is said."""
    try:
        return _case(request, case) if case else _cases(request, sort)
    except ForbearError as error:
        title = "The atlas cannot be shown: a file of this installation cannot be read"
        return page(request, "refused.html", 422, faults=mistakes(error), title=title)


def _cases(request: Request, sort: str) -> Response:
    """The page of all cases."""
    key = {
        "force": lambda s: -(s.case.per_1000 or (0.0,))[0],
        "order": lambda s: _ORDERS.index(order_of(s.case, "order_10y")),
    }.get(sort, lambda s: s.number)
    told = answer(atlas())
    return page(
        request,
        "atlas.html",
        case=None,
        lead=" ".join(told[:2] + [told[2].split("**")[0]]).replace("**", ""),
        rest=told[2].split("**")[1].strip(),
        caution=[told[3], told[5]],
        shown=sorted(_shown(), key=key),
        sorts=SORTS,
        sort=sort if sort in SORTS else "when",
        verdict=verdict_on_record(about())[:1],
        **_drawings(),
    )


def _case(request: Request, name: str) -> Response:
    """The page of a case: its course, every fact with range, grade and source, what was coded twice."""
    try:
        found = case(name)
    except ForbearError as error:
        return page(request, "refused.html", 404, faults=mistakes(error), title="There is no such case")
    number = next(s.number for s in _shown() if s.case is found or s.case.name == found.name)
    row = judged().get(found.name)
    return page(
        request,
        "atlas.html",
        case=found,
        number=number,
        svg=_shown()[number - 1].svg,
        density=density(found),
        facts=[_told(fact) for fact in found.facts],
        coded=[row for row in second_coding() if row["case"] == found.name],
        foreseen=foreseen_sentence(row) if row is not None else "",
        words={name: spaced(found.word(name)) for name in ("order_5y", "order_10y", "order_5y_after_end")},
        before=_shown()[number - 2].case if number > 1 else None,
        after=_shown()[number].case if number < len(_shown()) else None,
    )


def _told(fact: Fact) -> dict[str, str]:
    """A row of the table of facts."""
    ends = " to ".join(dict.fromkeys(printed(end) for end in (fact.low, fact.high) if end))
    unit = "" if fact.unit in ("words", "date", "-", "index", "share") else fact.unit
    return {
        "quantity": spaced(fact.quantity),
        "of": fact.of,
        "value": spaced(fact.value) if fact.unit == "words" else printed(fact.value),
        "unit": unit,
        "range": ends if fact.unit not in ("words", "date") else "",
        "date": fact.date,
        "grade": fact.grade,
        "source": fact.title if fact.title != "recalled" or fact.grade != "memory" else "",
        "address": fact.address,
        "note": fact.note,
    }
