"""What every page has in common: templates, the form's token, a message for a mistake."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.exceptions import HTTPException

from forbear.errors import ForbearError

if TYPE_CHECKING:
    from fastapi import Request
    from fastapi.responses import HTMLResponse

__all__ = ["Refused", "checked_form", "mistakes", "page"]


class Refused(Exception):
    """A request that is not answered: status and words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


@cache
def _environment() -> Any:
    folder = files("forbear.app") / "templates"
    loader = FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8"))
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, loader=loader, undefined=StrictUndefined)


def page(
    request: Request, template: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> HTMLResponse:
    """Render a template with the session's token."""
    keys = request.app.state.keys
    text = (
        _environment()
        .get_template(template)
        .render(token=keys.token(request.state.session), here=request.url.path, **values)
    )
    # what somebody sent may hold halves of characters: a page that names it must not fail for that
    return HTMLResponse(text.encode("utf-8", "replace"), status_code=status, headers=headers)


async def checked_form(request: Request, files: int = 0) -> Any:
    """Return the form of a state-changing request. Raises Refused 403 without the session's token, 400 for no form."""
    try:
        form = await request.form(max_files=files, max_fields=200)
    except HTTPException as error:
        raise Refused(400, f"The form cannot be read: {error.detail}") from None
    token = form.get("token")
    if not isinstance(token, str) or not request.app.state.keys.fits(request.state.session, token):
        raise Refused(
            403,
            "The token does not fit: the server was started again, or the page is old. Open the page again; its address holds its state.",
        )
    return form


def mistakes(error: ForbearError) -> list[dict[str, str]]:
    """The faults of an error, in words for a page."""
    return [
        {
            "code": fault.code,
            "message": fault.message,
            "field": fault.field or "",
            "value": fault.value or "",
            "line": str(fault.line or ""),
            "allowed": fault.allowed or "",
            "nearest": fault.nearest or "",
        }
        for fault in error.faults
    ] + (
        [{"code": "", "message": error.hint, "field": "", "value": "", "line": "", "allowed": "", "nearest": ""}]
        if error.hint
        else []
    )
