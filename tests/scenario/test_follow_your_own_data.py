"""docs/how-to/your-own-data.md, followed to the letter: from an empty folder to a fitted report with an own series."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from forbear.cli.main import main
from forbear.scenario.scenario import Scenario

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "your-own-data.md"


def follow(words: tuple[str, ...]) -> str:
    """Write what the page names and run its commands that begin with one of `words`, here; what it says that `check` prints."""
    text, shown = PAGE.read_text(encoding="utf-8"), ""
    for match in re.finditer(r"^```(\w+)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        before = text[: match.start()].rstrip().splitlines()[-1]
        if named := re.search(r"[Ss]ave this as `([\w./-]+)`:", before):
            Path(named[1]).write_text(match[2], encoding="utf-8")
        elif named := re.search(r"Append this to `([\w./-]+)`:", before):
            place = Path(named[1])
            place.write_text(place.read_text(encoding="utf-8") + "\n" + match[2], encoding="utf-8")
        elif match[1] == "text":
            shown = match[2]
        elif match[1] == "console":
            for line in match[2].splitlines():
                if line.split()[2] in words:
                    with pytest.raises(SystemExit) as ended:
                        main(shlex.split(line[2:])[1:])
                    assert ended.value.code == 0, line
    return shown


@pytest.fixture
def here(tmp_path: Path):
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def test_the_page_says_what_check_prints(here: Path, capsys) -> None:
    shown = follow(("new", "check", "evidence"))
    printed = capsys.readouterr().out
    assert shown and printed.count(shown) == 2  # once by check, once by evidence
    assert Scenario.load("karst").selection("killed").total == 110


@pytest.mark.slow
def test_the_page_leads_from_an_empty_folder_to_a_fitted_report(here: Path) -> None:
    follow(("new", "check", "evidence", "fit", "run"))
    assert (here / "karst" / "posterior.npz").is_file()
    page = (here / "karst.html").read_text(encoding="utf-8")
    assert "People killed, own count" in page and "Census of Karst" in page
