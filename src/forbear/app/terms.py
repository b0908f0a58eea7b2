"""The words of the pages, each with one meaning, and links to them from text that a page does not write itself."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from markupsafe import Markup, escape

__all__ = ["Term", "linked", "terms"]


@dataclass(frozen=True)
class Term:
    """One word. key: the anchor of its place on the page; also: what it is called elsewhere, or empty."""

    key: str
    term: str
    meaning: str
    also: str = ""

    @property
    def found(self) -> re.Pattern[str]:
        """What it looks like in text: any of its words, one or several."""
        forms = []
        for word in self.term.split(", "):
            rest = re.escape(word[1:-1]) + "(?:y|ies)" if word.endswith("y") else re.escape(word[1:]) + "s?"
            forms.append(f"[{word[0].upper()}{word[0].lower()}]{rest}")
        return re.compile(rf"\b(?:{'|'.join(forms)})\b")


@cache
def terms() -> tuple[Term, ...]:
    """Every word of the glossary, in the order of the file."""
    text = (files("forbear.app") / "glossary.toml").read_text(encoding="utf-8")
    return tuple(Term(key, **entry) for key, entry in tomllib.loads(text).items())


def linked(text: str, *keys: str) -> Markup:
    """Text as markup, the first use of each of some terms as a link to the glossary. Raises KeyError for a key that
    the glossary does not have."""
    known, out = {term.key: term for term in terms()}, str(escape(text))
    for key in keys:
        out = known[key].found.sub(rf'<a href="/glossary#{key}">\g<0></a>', out, count=1)
    return Markup(out)
