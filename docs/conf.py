"""Sphinx settings. What can be generated is generated before the build; nothing is fetched."""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import generate  # noqa: E402

project = "forbear"
author = "the forbear authors"
copyright = "the forbear authors; MIT"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "forbear"
html_show_sphinx = False
exclude_patterns = ["_build"]
myst_heading_anchors = 3
html_static_path = ["_static"]
html_css_files = ["forbear.css"]

#: Pages that are linked and that a version may do without.
OPTIONAL = ("notebooks", "play", "new-country", "scale", "transport", "extending")


def without_absent(app, name, source):  # type: ignore[no-untyped-def]
    """Leave optional pages that are not there out of the table of contents, and links to them as plain words."""
    for page in OPTIONAL:
        if not (HERE / f"{page}.md").exists():
            text = re.sub(rf"\[([^\]]+)\]\((?:\.\./)*{page}\.md[^)]*\)", r"\1", source[0])
            source[0] = re.sub(rf"^{page}\n", "", text, flags=re.MULTILINE) if name == "index" else text


def setup(app):  # type: ignore[no-untyped-def]
    """Called by Sphinx."""
    generate.write(HERE)
    app.connect("source-read", without_absent)
