"""An answer that is on its way: what pages that wait for runs have in common.

A request is never held for long: where nothing has come, the answer is empty and says where to ask again, and why
there is nothing yet. A script of the page does so (`static/waiting.js`).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from forbear.app.pages import Refused, checked_form, mistakes, page
from forbear.app.runs import Asker, Busy, Gone, Work
from forbear.app.security import network_of
from forbear.app.state import State, read_state
from forbear.errors import ForbearError

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.runs import Runs

__all__ = ["Waiting", "asker_of", "state_of"]

W = TypeVar("W", bound=Work)
#: A form's or an address's names and texts.
Pairs = list[tuple[str, str]]

#: Seconds for which a request is held: the one that starts a run, one for its next stage, any while rules are compiled.
FIRST_ANSWER, LONG_POLL, WHILE_PREPARING = 2.5, 8.0, 1.0
#: Stages that are drawn at a time; of large ones, from so many members on, one: it takes a hundred megabytes and more.
_DRAWING, _DRAWING_LARGE, _LARGE = threading.BoundedSemaphore(2), threading.Lock(), 256
#: Said to a page that comes back after others needed the room.
LET_GO = "This run is gone: others needed its room, or the server was started anew. Ask again, and it is run anew."
_TAB = re.compile(r"[0-9a-z]{8,32}\Z")


def asker_of(request: Request, tab: str, kind: str = "") -> Asker:
    """Who asks. kind: pages of one tab that wait for different things. Raises Refused 400 for a tab without a name."""
    if not _TAB.match(tab):
        raise Refused(400, "The page has no name.")
    return Asker(network_of(request.client.host if request.client else ""), request.state.session, f"{kind}{tab}")


def state_of(request: Request, pairs: Pairs, kept: tuple[str, ...] | None = None) -> tuple[State, Country]:
    """The state that names and texts mean, and its country. kept: the names that are meant, all where None.

    Raises ScenarioError as `read_state`, FileError as `Countries.get`.
    """
    countries = request.app.state.countries
    meant = [(key, text) for key, text in pairs if kept is None or key in kept]
    state = read_state(meant, countries.started_with)
    return state, countries.get(state.scenario)


@dataclass(frozen=True)
class Waiting(Generic[W]):
    """How the pages of one kind of work are answered: a form begins it, and its stages follow.

    kind: what keeps the work of one tab apart from other kinds; work: its class; results: the address of its stages;
    refused: what is said where it cannot begin; make: the work of a form, given its number, or what it cannot mean;
    shown: the answer that draws a stage; address: the page's address for what is run, None where it stays;
    meanwhile: an answer that is there before the first stage, or None.
    """

    kind: str
    work: type[W]
    results: str
    refused: str
    make: Callable[[Request, Pairs], Callable[[int], W]]
    shown: Callable[[Request, W, int, str], Response]
    address: Callable[[W], str] | None = None
    meanwhile: Callable[[Request, W, str], Response | None] | None = None

    async def begun(self, request: Request) -> Response:
        """Begin the work that a form asks for, cancel the page's earlier one, answer with the first stage."""
        form = await checked_form(request)
        tab = form.get("page")
        asker = asker_of(request, tab, self.kind)
        try:
            made = await run_in_threadpool(self._asked, request, asker, form.pairs)
        except ForbearError as error:
            return page(request, "mistakes.html", 422, faults=mistakes(error), title=self.refused)
        except Busy:
            return _too_many(request)
        answer = await run_in_threadpool(self.meanwhile, request, made, tab) if self.meanwhile is not None else None
        if answer is None:
            answer = await self._stage(request, made, 0, tab, FIRST_ANSWER)
        if self.address is not None:
            answer.headers["HX-Replace-Url"] = self.address(made)
        return answer

    async def followed(self, request: Request, number: int, tab: str, seen: int) -> Response:
        """Wait for the stage of a page's newest work beyond the one that it has seen. 204 when a newer request has
        taken its place; where the work was let go, that is said."""
        made = self.newest(request, number, tab)
        if made is not None:
            return await self._stage(request, made, seen, tab, LONG_POLL)
        if request.app.state.runs.newest(asker_of(request, tab, self.kind)) is None:
            return page(request, "mistakes.html", 422, faults=[], title=LET_GO)
        return Response(status_code=204)

    def _drawn(self, request: Request, made: W, stage: int, tab: str) -> Response:
        with _DRAWING_LARGE if stage >= _LARGE else nullcontext(), _DRAWING:
            return self.shown(request, made, stage, tab)

    def newest(self, request: Request, number: int, tab: str) -> W | None:
        """The page's newest work, if it has this number."""
        made = request.app.state.runs.newest(asker_of(request, tab, self.kind))
        return made if isinstance(made, self.work) and made.number == number else None

    def again(self, made: W, tab: str, seen: int) -> str:
        """Where to ask for the next stage."""
        return f"{self.results}/{made.number}?page={tab}&seen={seen}"

    def _asked(self, request: Request, asker: Asker, pairs: Pairs) -> W:
        runs: Runs = request.app.state.runs
        runs.admit(asker)
        return cast("W", runs.ask(asker, self.make(request, pairs)))

    async def _stage(self, request: Request, made: W, beyond: int, tab: str, seconds: float) -> Response:
        stage = await _arrived(request, made, beyond, seconds, self.again(made, tab, beyond))
        if isinstance(stage, Response):
            return stage
        try:
            answer = await run_in_threadpool(self._drawn, request, made, stage, tab)
        except Gone:
            return Response(status_code=204)
        made.shown = stage
        if self.address is not None:
            answer.headers["HX-Replace-Url"] = self.address(made)
        return answer


async def _arrived(request: Request, made: Work, beyond: int, seconds: float, again: str) -> int | Response:
    """Wait for a stage beyond `beyond`; return it, or the answer where none comes: a mistake, a newer request, not yet.

    again: the address that is asked next where the answer is not there yet.
    """
    runs: Runs = request.app.state.runs
    if not made.country.preparation.done:
        seconds = min(seconds, WHILE_PREPARING)
    stage = await made.coming(beyond, seconds, lambda: request.app.state.closing)
    if made.error:
        return page(request, "mistakes.html", 422, faults=[], title=made.error)
    if made.gone:
        return page(request, "mistakes.html", 422, faults=[], title=LET_GO)
    if made.cancelled:
        return Response(status_code=204)
    if stage > beyond:
        return stage
    waits = runs.waits(made)
    headers = {"X-Forbear-Again": again, "X-Forbear-Waits": waits.words if made.members == 0 else ""}
    if waits.share is not None:
        headers["X-Forbear-Share"] = f"{waits.share:.3f}"
    return Response(status_code=204, headers=headers)


def _too_many(request: Request) -> Response:
    """The answer to one request too many."""
    words = "Too many runs are waiting: try again in a few seconds"
    return page(request, "mistakes.html", 429, faults=[], title=words)
