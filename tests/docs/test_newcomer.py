"""What a newcomer reads first: five questions one click away, an install page that is true, plain words."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from forbear.scenario.reading.chain import library_names

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
WRITTEN = [
    path
    for path in sorted(DOCS.rglob("*.md"))
    if not {"_build", "generated", "decisions", "model"} & set(path.parts)
    and path.name not in ("errors.md", "atlas.md")
]
#: Words of the code, and what a page says instead.
PLAIN = {
    r"\b(?:the same|same|share) luck\b|\blucks\b": "common random numbers",
    r"\bno-fear\b": "the theory without fear",
    r"\b\d[\d,]* members\b(?! of)": "simulated histories",
}


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def prose_of(text: str) -> str:
    """A page without what is typed or printed."""
    return re.sub(r"^```.*?^```|`[^`\n]+`", "", text, flags=re.MULTILINE | re.DOTALL)


def test_five_questions_are_answered_one_click_from_the_first_page() -> None:
    rows = re.findall(r"^\| \*\*(.+?\?)\*\* \| (.+) \|$", read("index.md"), flags=re.MULTILINE)
    assert len(rows) == 5
    for question, answer in rows:
        pages = re.findall(r"\]\(([^)#]+\.md)\)", answer)
        assert pages and all((DOCS / page).is_file() for page in pages), question


def test_the_install_page_quotes_what_the_program_says() -> None:
    text, start = read("install.md"), (ROOT / "start.py").read_text(encoding="utf-8")
    for said in ("forbear: installing, once", "On Debian and Ubuntu: apt install python3-venv.", "Is there a network?"):
        assert said in text and said in start
    oldest, newest = (int(n) for n in re.search(r"OLDEST, NEWEST = \(3, (\d+)\), \(3, (\d+)\)", start).groups())  # type: ignore[union-attr]
    assert f"forbear needs Python 3.{oldest} to 3.{newest}" in text
    assert (
        "python3 start.py run iraq-2003" in text
        and "py start.py run iraq-2003" in text
        and "uv run forbear run iraq-2003" in text
    )


def test_the_install_page_names_every_extra() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(re.findall(r"^\| `(\w+)` \|", read("install.md"), flags=re.MULTILINE)) == set(declared)


def test_every_shipped_scenario_says_how_it_was_made() -> None:
    text = read("scenarios.md")
    assert all(f"| `{name}` |" in text for name in library_names() if not name.startswith("atlas"))


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_a_page_uses_plain_words(path: Path) -> None:
    text = prose_of(path.read_text(encoding="utf-8"))
    found = {match[0]: instead for words, instead in PLAIN.items() for match in re.finditer(words, text)}
    assert not found


def test_each_page_for_readers_links_words_to_the_glossary() -> None:
    pages = [*DOCS.glob("tutorials/*.md"), *(DOCS / f"{n}.md" for n in ("reading", "gallery", "scenarios", "install", "argue", "limits", "claims", "decide"))]  # fmt: skip
    assert not [page.name for page in pages if "glossary.md#term-" not in page.read_text(encoding="utf-8")]


def test_one_picture_of_each_kind_is_explained() -> None:
    parts = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", read("reading.md"), flags=re.MULTILINE | re.DOTALL))
    for kind in ("Fan", "Force", "Map", "Effect", "Attribution", "Claims", "Facts", "Course"):
        text = next((body for head, body in parts.items() if head.startswith(kind)), "")
        assert re.search(r"!\[[^\]]{10,}\]\(images/", text) and text.count("\n- ") >= 3, kind
