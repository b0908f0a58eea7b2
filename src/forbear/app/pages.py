"""What every page has in common: templates, the form's token, a message for a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.exceptions import HTTPException

from forbear.app.security import LARGEST_FILE, MOST_FIELDS
from forbear.app.terms import linked
from forbear.errors import MOST_SHOWN, ForbearError
from forbear.words import minus

if TYPE_CHECKING:
    from fastapi import Request
    from fastapi.responses import HTMLResponse

__all__ = ["Form", "Refused", "checked_form", "mistakes", "page", "rendered"]


class Refused(Exception):
    """A request that is not answered: status and words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


@cache
def _environment() -> Any:
    folder = files("forbear.app") / "templates"
    loader = FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8"))
    made = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, loader=loader, undefined=StrictUndefined)
    made.filters["linked"] = linked
    made.filters["minus"] = minus
    return made


def rendered(template: str, **values: Any) -> str:
    """The text of a template."""
    return str(_environment().get_template(template).render(**values))


def page(
    request: Request, template: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> HTMLResponse:
    """Render a template with the session's token."""
    token = request.app.state.keys.token(request.state.session)
    text = rendered(template, token=token, here=request.url.path, **values)
    # what somebody sent may hold halves of characters: a page that names it must not fail for that
    return HTMLResponse(text.encode("utf-8", "replace"), status_code=status, headers=headers)


@dataclass(frozen=True)
class Form:
    """A form that was sent. pairs: names and texts in order; files: what was in its files, each cut off one byte
    above the largest size that a file may have."""

    pairs: list[tuple[str, str]]
    files: list[bytes]

    def get(self, name: str, otherwise: str = "") -> str:
        """The last text of a name."""
        return next((text for key, text in reversed(self.pairs) if key == name), otherwise)


async def checked_form(request: Request, files: int = 0) -> Form:
    """Return the form of a state-changing request. What it brought along is closed and removed here, whatever comes.

    Raises Refused 403 without the session's token, 400 for no form, 413 for a file that is too large.
    """
    try:
        async with request.form(max_files=files, max_fields=MOST_FIELDS) as sent:
            pairs = [(key, value) for key, value in sent.multi_items() if isinstance(value, str)]
            inside = [await file.read(LARGEST_FILE + 1) for _, file in sent.multi_items() if not isinstance(file, str)]
    except HTTPException as error:
        raise Refused(400, f"The form cannot be read: {error.detail}") from None
    form = Form(pairs, inside)
    if not request.app.state.keys.fits(request.state.session, form.get("token")):
        words = "The token does not fit: the server was started again, or the page is old. Open the page again; "
        raise Refused(403, words + "its address holds its state.")
    if any(len(text) > LARGEST_FILE for text in inside):
        raise Refused(413, f"Too large: a file may have {LARGEST_FILE // 1024} kB.")
    return form


def mistakes(error: ForbearError) -> list[dict[str, str]]:
    """The faults of an error, in words for a page."""
    more = len(error.faults) - MOST_SHOWN
    last = [f"and {more:,} more"] if more > 0 else []
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
        for fault in error.faults[:MOST_SHOWN]
    ] + [
        {"code": "", "message": words, "field": "", "value": "", "line": "", "allowed": "", "nearest": ""}
        for words in (*last, *([error.hint] if error.hint else []))
    ]
