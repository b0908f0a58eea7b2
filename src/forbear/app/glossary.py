"""The words of the pages, each with one meaning: a page that others link to."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from forbear.app.pages import page
from forbear.app.terms import terms

__all__ = ["router"]

router = APIRouter()


@router.get("/glossary")
def show(request: Request) -> Response:
    """The page."""
    return page(request, "glossary.html", terms=terms())
