"""The server: one application, its guards, its pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from forbear.app.claims import pages as claims_pages
from forbear.app.countries import Countries
from forbear.app.laboratory import routes as laboratory
from forbear.app.pages import Refused, checked_form, page
from forbear.app.runs import Runs
from forbear.app.security import Guard, Keys, is_loopback
from forbear.errors import RunError

if TYPE_CHECKING:
    from starlette.exceptions import HTTPException

__all__ = ["create", "serve"]


def create(scenario: str = "iraq-2003", *, password: str | None = None, local_only: bool = True) -> FastAPI:
    """Return the application for a scenario of the library or a path. It answers only requests addressed to this machine
    unless `local_only` is False; a password is then demanded.

    Raises FileError, ScenarioError as `Scenario.load`; RunError E411 for a server that others reach without a password.
    """
    if not local_only and not password:
        raise RunError("E411", "a server that others can reach demands a password", hint="--password WORDS")
    countries, runs = Countries(scenario), Runs()
    countries.get(scenario)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        runs.close()
        countries.close()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=life)
    app.state.keys, app.state.countries, app.state.runs = Keys(password), countries, runs
    app.include_router(laboratory.router)
    app.include_router(claims_pages.router)
    try:
        from forbear.app.play import pages as play_pages

        app.include_router(play_pages.router)
    except ImportError:
        pass
    with as_file(files("forbear.app") / "static") as folder:
        app.mount("/static", StaticFiles(directory=folder), name="static")
    app.add_middleware(Guard, keys=app.state.keys, local_only=local_only)
    entrance = asyncio.Lock()

    @app.get("/enter")
    def door(request: Request) -> Response:
        return page(request, "enter.html", wrong=False)

    @app.post("/enter")
    async def enter(request: Request) -> Response:
        form = await checked_form(request)
        async with entrance:  # one guess a second for everybody together
            if app.state.keys.admit(request.state.session, str(form.get("password", ""))):
                return RedirectResponse("/", status_code=303)
            await asyncio.sleep(1)
        return page(request, "enter.html", 401, wrong=True)

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

    from fastapi.exceptions import RequestValidationError

    app.add_exception_handler(RequestValidationError, unreadable)
    return app


def serve(scenario: str, *, host: str, port: int, password: str | None) -> None:
    """Serve until stopped. Raises as `create`."""
    import uvicorn

    app = create(scenario, password=password, local_only=is_loopback(host))
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, timeout_graceful_shutdown=2)
