"""Sphinx settings; the model reference, the causal graph and the error catalogue are generated before the build."""

import tomllib
from importlib.resources import files
from pathlib import Path

project = "forbear"
author = "the forbear authors"
extensions = ["myst_parser"]
html_theme = "furo"
exclude_patterns = ["_build"]
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing", "misc.highlighting_failure"]

HERE = Path(__file__).parent


def generate() -> None:
    """Write what is generated."""
    from forbear.country.reference import draw_graph, pages

    folder = HERE / "generated"
    folder.mkdir(exist_ok=True)
    (HERE / "images").mkdir(exist_ok=True)
    rooms = pages()
    for room, text in rooms.items():
        (folder / f"{room}.md").write_text(text, encoding="utf-8")
    listed = "\n".join(rooms)
    (folder / "index.md").write_text(f"# Rooms of the country\n\n```{{toctree}}\n{listed}\n```\n", encoding="utf-8")
    draw_graph(HERE / "images" / "graph.svg")
    catalogue = tomllib.loads((files("forbear") / "error_catalogue.toml").read_text(encoding="utf-8"))
    lines = ["# Errors", ""]
    for code, entry in sorted(catalogue.items()):
        lines += [
            f"## {code} {entry['title']}",
            "",
            str(entry.get("meaning", "")),
            "",
            f"*Mending.* {entry.get('mending', '')}",
            "",
        ]
    (HERE / "errors.md").write_text("\n".join(lines), encoding="utf-8")


generate()
