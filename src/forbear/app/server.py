"""The server: one application, its guards, its pages."""

from __future__ import annotations

import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, cast

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from forbear.app import glossary
from forbear.app.atlas import pages as atlas_pages
from forbear.app.claims import pages as claims_pages
from forbear.app.connections import careful
from forbear.app.countries import Countries
from forbear.app.decisions import pages as decisions_pages
from forbear.app.entrance import VARIABLE, Entrance, TooManyGuesses, checked_password
from forbear.app.graph import pages as graph_pages
from forbear.app.laboratory import routes as laboratory
from forbear.app.memory import give_back_what_is_freed
from forbear.app.pages import Refused, checked_form, page
from forbear.app.play import pages as play_pages
from forbear.app.runs import Runs, begin_baselines
from forbear.app.security import Guard, Keys, local_page, network_of
from forbear.errors import RunError

if TYPE_CHECKING:
    import socket
    from types import FrameType

    from starlette.exceptions import HTTPException

__all__ = ["Stopped", "configured", "create", "serve"]


def create(scenario: str = "iraq-2003", *, password: str | None = None, local_only: bool = True) -> FastAPI:
    """Return the application for a scenario of the library or a path. It answers only requests addressed to this
    machine unless `local_only` is False; a password is then demanded.

    Raises FileError, ScenarioError as `Scenario.load`; RunError E411 for a server that others reach without a
    password.
    """
    if checked_password(password) is None and not local_only:
        hint = f"put it into a file for --password-file, or into {VARIABLE}"
        raise RunError("E411", "a server that others can reach demands a password", hint=hint)
    countries, runs = Countries(scenario), Runs()
    countries.get(scenario)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        # rules are compiled, and what stands beside every plan is run, while the first visitor reads the page
        closing = threading.Event()
        begin_baselines(countries.get(scenario), closing)
        yield
        closing.set()
        runs.close()
        countries.close()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=life)
    app.state.closing = False
    app.state.keys, app.state.countries, app.state.runs = Keys(password), countries, runs
    app.include_router(laboratory.router)
    app.include_router(claims_pages.router)
    app.include_router(decisions_pages.router)
    app.include_router(graph_pages.router)
    app.include_router(atlas_pages.router)
    app.include_router(glossary.router)
    app.include_router(play_pages.router)
    values = (files("forbear.report") / "values.js").read_text(encoding="utf-8")

    @app.get("/static/values.js")
    def values_script() -> Response:
        """What gives the values of charts here and in reports."""
        return Response(values, media_type="text/javascript")

    with as_file(files("forbear.app") / "static") as folder:
        app.mount("/static", StaticFiles(directory=folder), name="static")
    app.add_middleware(Guard, keys=app.state.keys, local_only=local_only)
    entrance = Entrance(app.state.keys)

    @app.get("/enter")
    def door(request: Request, to: str = "/") -> Response:
        return page(request, "enter.html", wrong=False, to=local_page(to))

    @app.post("/enter")
    async def enter(request: Request) -> Response:
        form = await checked_form(request)
        network = network_of(request.client.host if request.client else "")
        try:
            right = await entrance.right(network, form.get("password"))
        except TooManyGuesses:
            raise Refused(429, "Too many passwords were tried from your network: wait a few seconds.") from None
        if not right:
            return page(request, "enter.html", 401, wrong=True, to=local_page(form.get("to", "/")))
        request.state.renewed = app.state.keys.admit()
        return RedirectResponse(local_page(form.get("to", "/")), status_code=303)

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        template = "mistakes.html" if request.headers.get("hx-request") else "refused.html"
        return page(request, template, error.status, faults=[], title=error.words)

    @app.exception_handler(404)
    async def unknown(request: Request, _: HTTPException) -> Response:
        return page(request, "refused.html", 404, faults=[], title="There is no such page.")

    @app.exception_handler(422)
    async def unreadable(request: Request, _: Any) -> Response:
        return page(request, "refused.html", 422, faults=[], title="The address cannot be read.")

    app.add_exception_handler(RequestValidationError, unreadable)
    return app


class Stopped(uvicorn.Server):
    """A server that remembers whether the user stopped it."""

    interrupted = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Shut down, as for any signal."""
        self.interrupted = self.interrupted or sig == signal.SIGINT
        cast("FastAPI", self.config.app).state.closing = True  # whoever waits for an answer is let go
        super().handle_exit(sig, frame)


def configured(app: FastAPI) -> uvicorn.Config:
    """How the application is served."""
    return uvicorn.Config(
        app,
        http=careful(),
        ws="none",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=2,
    )


def serve(app: FastAPI, listens: socket.socket) -> None:
    """Serve on a listening socket until stopped. Raises KeyboardInterrupt when the user stops it."""
    give_back_what_is_freed()
    # not `uvicorn.run`, which swallows the interrupt: whoever called must know that it was stopped
    server = Stopped(configured(app))
    server.run(sockets=[listens])
    if server.interrupted:
        raise KeyboardInterrupt
