"""The words of the pages, each with one meaning: a page that others link to."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from forbear.app.pages import page

__all__ = ["Term", "router", "terms"]

router = APIRouter()


@dataclass(frozen=True)
class Term:
    """One word. key: the anchor of its place on the page; also: what it is called elsewhere, or empty."""

    key: str
    term: str
    meaning: str
    also: str = ""


@cache
def terms() -> tuple[Term, ...]:
    """Every word of the glossary, in the order of the file."""
    text = (files("forbear.app") / "glossary.toml").read_text(encoding="utf-8")
    return tuple(Term(key, **entry) for key, entry in tomllib.loads(text).items())


@router.get("/glossary")
def show(request: Request) -> Response:
    """The page."""
    return page(request, "glossary.html", terms=terms())
