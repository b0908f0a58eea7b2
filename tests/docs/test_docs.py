"""The documentation holds what it says: tutorials work, links lead somewhere, commands exist, pages load nothing from outside."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TUTORIALS = sorted((DOCS / "tutorials").glob("*.md"))


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found  # dataclasses look their module up
    spec.loader.exec_module(found)
    return found


#: Pages that a version may do without; `conf.py` turns links to them into plain words.
OPTIONAL = re.findall(
    r'"([a-z-]+)"', (DOCS / "conf.py").read_text(encoding="utf-8").partition("OPTIONAL =")[2].partition(")")[0]
)
EXECUTE, GENERATE = module("execute"), module("generate")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Every page under docs/, generated ones included: path -> text."""
    generated: dict[str, str] = GENERATE.pages()
    written = {
        str(path.relative_to(DOCS).as_posix()): path.read_text(encoding="utf-8")
        for path in DOCS.rglob("*.md")
        if "_build" not in path.parts and "generated" not in path.parts
    }
    return {**written, **generated}


@pytest.mark.parametrize("path", TUTORIALS, ids=[path.stem for path in TUTORIALS])
def test_a_tutorial_does_what_it_shows(path: Path) -> None:
    found = EXECUTE.execute(path.read_text(encoding="utf-8"))
    assert not found.differences, "\n".join(found.differences)
    _the_same_pictures(found.pictures)


@pytest.mark.slow
def test_the_code_of_the_gallery_makes_its_pictures() -> None:
    found = EXECUTE.execute((DOCS / "gallery.md").read_text(encoding="utf-8"))
    assert not found.differences and len(found.pictures) >= 8, "\n".join(found.differences)
    _the_same_pictures(found.pictures)


def _the_same_pictures(made: dict[str, bytes]) -> None:
    """A picture has the words that it is tracked with; its numbers may differ in the last digit on another processor."""
    for path, picture in made.items():
        kept, words = (DOCS / path).read_text(encoding="utf-8"), re.compile(r"<text[^>]*>([^<0-9]{4,})</text>")
        assert words.findall(kept) == words.findall(picture.decode("utf-8")), f"{path}: docs/execute.py --write"


def test_every_picture_of_the_documentation_is_small_and_described() -> None:
    shown = {}
    for page in DOCS.rglob("*.md"):
        if "_build" in page.parts:
            continue
        for words, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            shown[(page.parent / target).resolve()] = words
    assert all(path.is_file() for path in shown)
    assert not [path.name for path, words in shown.items() if len(words) < 10], (
        "a picture without words for who cannot see it"
    )
    made = [path for path in shown if {"tutorials", "gallery", "reading"} & set(path.parts)]
    assert len(made) >= 15 and max(path.stat().st_size for path in made) < 150_000
    kept = [p for p in (DOCS / "images").rglob("*") if p.is_file()]
    assert sum(path.stat().st_size for path in kept) < 3_000_000


def test_there_are_three_tutorials_and_each_runs_something() -> None:
    assert len(TUTORIALS) == 3
    for path in TUTORIALS:
        kinds = [block.kind for block in EXECUTE.blocks(path.read_text(encoding="utf-8"))]
        assert kinds.count("console") >= 3


@pytest.mark.parametrize(
    ("shown", "came", "same"),
    [
        ("deaths 100 to 200", "deaths 110 to 190", True),
        ("deaths 100 to 200", "deaths 160 to 200", False),
        ("x0.8 supported", "x0.9 contested", False),
        ("shares 10% 90%", "shares  12%  88%", True),
        ("first\n...\nlast", "first\nanything\nat all\nlast", True),
        ("first\n...\nlast", "first\nlast\nmore", False),
        ("a\n...\nb\n...\nc", "a\nx\nb\ny\nc", True),
        ("a\n...\nb\n...\nc", "a\nx\ny\nc", False),
        ("256 runs in 33 s", "256 runs in 4 s", True),
        ("+0.1 (-0.2 to 0.3)", "+0.1 (-0.9 to 0.3)", False),
        ("shown", "shown\nand more", False),
    ],
)
def test_an_output_agrees_with_a_page_or_does_not(shown: str, came: str, same: bool) -> None:
    assert EXECUTE.agree(shown, came) is same


def test_a_page_that_shows_something_else_is_found_and_mended() -> None:
    page = '# P\n\n```{code-block} text\n:caption: a.txt\n\none\n```\n\n```console\n$ cat a.txt\ntwo\n```\n\n```python\nprint(6 * 7, "days")\n```\n\n```text\n42 weeks\n```\n'
    found = EXECUTE.execute(page)
    assert len(found.differences) == 2
    assert "$ cat a.txt\none\n" in found.text and "42 days" in found.text
    assert EXECUTE.execute(found.text).differences == []


def test_a_picture_that_a_page_shows_is_made_by_its_run() -> None:
    page = "```python\nimport pathlib\npathlib.Path('a.svg').write_text('<svg/>')\n```\n\n![one](../images/tutorials/a.svg)\n\n![two](images/gallery/b.svg)\n"
    found = EXECUTE.execute(page)
    assert found.pictures == {"images/tutorials/a.svg": b"<svg/>"}
    assert len(found.differences) == 1 and "b.svg" in found.differences[0]


def test_a_command_that_fails_unannounced_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        EXECUTE.execute("```console\n$ exit 3\n```\n")


def slugs(text: str) -> set[str]:
    """Anchors of a page: headings as MyST names them, and explicit targets."""
    plain = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#{1,3} (.+)$", plain, flags=re.MULTILINE)
    named = {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}
    return named | set(re.findall(r"^\((\S+)\)=$", plain, flags=re.MULTILINE))


def test_every_link_within_the_documentation_leads_somewhere(pages: dict[str, str]) -> None:
    broken = []
    for name, text in pages.items():
        prose = re.sub(r"^```.*?^```|`[^`\n]+`", "", text, flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            where = (DOCS / name).parent.joinpath(path).resolve() if path else (DOCS / name).resolve()
            inside = where.relative_to(ROOT).as_posix().removeprefix("docs/") if where.is_relative_to(ROOT) else ""
            if inside not in pages and not where.exists() and where.stem not in OPTIONAL:
                broken.append(f"{name}: {target}")
            elif anchor and inside in pages and anchor not in slugs(pages[inside]):
                broken.append(f"{name}: {target} (no such heading)")
    assert not broken


def test_links_of_the_readme_lead_somewhere(pages: dict[str, str]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = [t.partition("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", t)]
    assert targets and not [t for t in targets if not (ROOT / t).exists() and t.removeprefix("docs/") not in pages]


def commands_in(text: str) -> list[list[str]]:
    """Commands that a page tells its reader to type: words after `forbear`."""
    lines = []
    for block in re.findall(r"^```(?:sh|console|bash)?\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        lines += [line.removeprefix("$ ") for line in block.splitlines()]
    lines += re.findall(r"`(forbear [^`\n]+)`", text)
    found = []
    for line in lines:
        words = re.sub(r"\s+#.*", "", line).removeprefix("uv run ").split()
        if words[:1] == ["forbear"] and len(words) > 1:
            found.append(words[1:])
    return found


def options_of(command: Any) -> set[str]:
    return {flag for p in command.params for flag in (*p.opts, *p.secondary_opts)} | {"--help"}


def test_every_command_and_option_that_is_named_exists(pages: dict[str, str]) -> None:
    from forbear.cli.main import COMMANDS

    texts = {**pages, "README.md": (ROOT / "README.md").read_text(encoding="utf-8")}
    wrong = []
    for page, text in texts.items():
        for words in commands_in(text):
            name = words[0]
            if not re.fullmatch(r"[a-z]+", name):
                continue  # --help, --version, COMMAND
            if name not in COMMANDS:
                wrong.append(f"{page}: forbear {' '.join(words)}")
                continue
            command = GENERATE.command_of(name)
            inner = getattr(command, "commands", {})
            known = options_of(command).union(*(options_of(c) for w, c in inner.items() if w in words))
            used = {w.split("=")[0] for w in words if w.startswith("--")}
            wrong += [f"{page}: forbear {' '.join(words)}: no {flag}" for flag in sorted(used - known)]
    assert not wrong


def test_every_python_example_can_be_read_and_names_what_exists(pages: dict[str, str]) -> None:
    import forbear

    wrong = []
    for page, text in pages.items():
        if page == "generated/api.md":
            continue  # signatures, not statements
        for block in re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
            tree = ast.parse(block)
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "fb":
                    if node.attr not in forbear.__all__:
                        wrong.append(f"{page}: fb.{node.attr}")
    assert not wrong


def test_every_error_code_has_its_paragraph(pages: dict[str, str]) -> None:
    catalogue = tomllib.loads((ROOT / "src" / "forbear" / "error_catalogue.toml").read_text(encoding="utf-8"))
    missing = [code for code in catalogue if f"## {code} {catalogue[code]['title']}" not in pages["errors.md"]]
    assert not missing


def test_the_reference_holds_every_declaration(pages: dict[str, str]) -> None:
    import forbear
    from forbear.cli.main import COMMANDS
    from forbear.country.model import MODEL
    from forbear.country.week import BEGIN, WEEK
    from forbear.evidence import catalogue
    from forbear.scenario.outcomes import OUTCOMES

    wanted = {
        "generated/parameters.md": [f"| `{p.name}` |" for p in MODEL.parameters.values()],
        "generated/rules.md": [f"| `{name.split('.')[1]}` |" for name in (*BEGIN, *WEEK)],
        "generated/evidence.md": [f"\n## {name}\n" for name in catalogue()],
        "generated/commands.md": [f"\n## forbear {name}\n" for name in COMMANDS],
        "generated/outcomes.md": [f"| `{name}` |" for name in OUTCOMES],
        "generated/api.md": [f"\n## fb.{name}\n" for name in forbear.__all__],
    }
    missing = {page: [w for w in words if w not in pages[page]] for page, words in wanted.items()}
    assert not any(missing.values()), missing
    for p in MODEL.parameters.values():
        assert p.source and p.source.replace("|", "\\|").split("<")[0].strip() in pages["generated/parameters.md"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages; a warning fails the build."""
    for package in ("sphinx", "furo", "myst_parser"):
        pytest.importorskip(package, reason="the documentation's packages: uv run --group docs pytest tests/docs")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", str(DOCS), str(folder)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_the_pages_are_built_without_a_warning(site: Path) -> None:
    assert (site / "index.html").exists() and (site / "tutorials" / f"{TUTORIALS[0].stem}.html").exists()


def test_built_pages_load_nothing_from_outside(site: Path) -> None:
    outside = []
    tags = re.compile(r"<(?:script|img|iframe|link|source|video|audio|object|embed)\b[^>]*>", re.IGNORECASE)
    for path in site.rglob("*.html"):
        for tag in tags.findall(path.read_text(encoding="utf-8")):
            for address in re.findall(r'(?:src|href|srcset|data)="([^"]*)"', tag):
                if re.match(r"(?:[a-z]+:)?//", address) and 'rel="canonical"' not in tag:
                    outside.append(f"{path.name}: {tag}")
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        outside += [f"{path.name}: {a}" for a in re.findall(r"(?:url\(|@import )[\"']?((?:https?:)?//[^\"')]+)", text)]
    assert not outside
