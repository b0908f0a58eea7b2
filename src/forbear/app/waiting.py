"""An answer that is on its way: what pages that wait for runs have in common.

A request is never held for long: where nothing has come, the answer is empty and says where to ask again, and why
there is nothing yet. A script of the page does so (`static/waiting.js`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastapi import Request, Response

from forbear.app.pages import Refused, page
from forbear.app.runs import Asker, Work
from forbear.app.security import network_of

if TYPE_CHECKING:
    from forbear.app.runs import Runs

__all__ = ["FIRST_ANSWER", "LONG_POLL", "arrived", "asker_of", "too_many"]

#: Seconds for which a request is held: the one that starts a run, one for its next stage, any while rules are compiled.
FIRST_ANSWER, LONG_POLL, WHILE_PREPARING = 2.5, 8.0, 1.0
_TAB = re.compile(r"[0-9a-z]{8,32}\Z")


def asker_of(request: Request, tab: str, kind: str = "") -> Asker:
    """Who asks. kind: pages of one tab that wait for different things. Raises Refused 400 for a tab without a name."""
    if not _TAB.match(tab):
        raise Refused(400, "The page has no name.")
    return Asker(network_of(request.client.host if request.client else ""), request.state.session, f"{kind}{tab}")


async def arrived(request: Request, made: Work, beyond: int, seconds: float, again: str) -> int | Response:
    """Wait for a stage beyond `beyond`; return it, or the answer where none comes: a mistake, a newer request, not yet.

    again: the address that is asked next where the answer is not there yet.
    """
    runs: Runs = request.app.state.runs
    if not made.country.preparation.done:
        seconds = min(seconds, WHILE_PREPARING)
    stage = await made.coming(beyond, seconds, lambda: request.app.state.closing)
    if made.error:
        return page(request, "mistakes.html", 422, faults=[], title=made.error)
    if made.cancelled:
        return Response(status_code=204)
    if stage > beyond:
        return stage
    waits = runs.waits(made)
    headers = {"X-Forbear-Again": again, "X-Forbear-Waits": waits.words if made.members == 0 else ""}
    if waits.share is not None:
        headers["X-Forbear-Share"] = f"{waits.share:.3f}"
    return Response(status_code=204, headers=headers)


def too_many(request: Request) -> Response:
    """The answer to one request too many."""
    words = "Too many runs are waiting: try again in a few seconds"
    return page(request, "mistakes.html", 429, faults=[], title=words)
