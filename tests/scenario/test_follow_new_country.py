"""docs/new-country.md, followed to the letter: from nothing to a report."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from forbear.cli.main import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "new-country.md"


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """(language, text, last words before it) of every fenced block, in order."""
    found = []
    for match in re.finditer(r"^```(\w+)\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        before = page.read_text(encoding="utf-8")[: match.start()].rstrip()
        found.append((match[1], match[2], before.splitlines()[-1]))
    return found


def follow(page: Path) -> list[str]:
    """Write every file that the page names and run every command, here; the commands, in order."""
    done = []
    for language, text, before in blocks(page):
        named = re.search(r"[Ss]ave this as `([\w./-]+)`:", before)
        if named:
            Path(named[1]).parent.mkdir(parents=True, exist_ok=True)
            Path(named[1]).write_text(text, encoding="utf-8")
        if language == "console":
            for line in text.splitlines():
                if line.startswith("$ forbear "):
                    done.append(line[2:])
                    with pytest.raises(SystemExit) as ended:
                        main(shlex.split(line[2:])[1:])
                    assert ended.value.code == 0, line
    return done


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """The folder in which the page was followed, the commands, and what they printed."""
    import contextlib
    import io
    import os

    folder, before = tmp_path_factory.mktemp("country"), Path.cwd()
    printed = io.StringIO()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(printed):
            done = follow(PAGE)
    finally:
        os.chdir(before)
    return folder, done, printed.getvalue()


def test_the_page_leads_from_nothing_to_a_report(followed) -> None:
    folder, done, _ = followed
    assert [line.split()[1] for line in done] == ["new", "check", "check", "run", "run"]
    assert sorted(entry.name for entry in (folder / "rivers").iterdir()) == ["districts.csv", "scenario.toml"]
    for name in ("rivers.html", "rivers-half.html"):
        page = (folder / name).read_text(encoding="utf-8")
        assert page.startswith("<!doctype html>")
        assert 'id="base-rates"' in page and 'id="proposal"' in page
        assert "not a forecast" in page


def test_every_guess_is_marked_in_the_file_and_named_on_the_screen(followed) -> None:
    folder, _, printed = followed
    from forbear.scenario import Scenario

    rivers = Scenario.load(folder / "rivers")
    oil = rivers.origin("politics.oil")
    assert oil.guessed and "a guess" in str(oil.source) and oil.span == (0.0, 0.8)
    assert "country.oil" in printed
    assert not rivers.origin("people.population_at_start.highland.hill").guessed or "spread evenly" in str(
        rivers.origin("people.population_at_start.highland.hill").source
    )
    assert rivers.facts["people.population_at_start"].at("delta", "river") == 640_000
    assert rivers.facts["people.population_at_start"].at("valley", "river") == 300_000


def test_what_to_look_up_first_is_ranked_and_only_guesses_are_listed(followed) -> None:
    _, _, printed = followed
    table = printed.split("look this up first")[1].split("all of them together")[0]
    ranked = [line.split()[0] for line in table.splitlines()[2:] if re.match(r"    [a-z]+\.", line)]
    assert ranked
    assert "people.population_at_start.river" not in ranked or "spread evenly" in printed


def test_the_record_and_the_ranges_are_told_as_numbers(followed) -> None:
    folder, _, printed = followed
    told = json.loads((folder / "rivers.json").read_text(encoding="utf-8"))
    assert told["base_rates"][0]["cases"] == 26
    assert told["proposal"]["strategies"][0]["name"] == "NEVER"
    assert told["proposal"]["exit"].endswith("2032-06-28")
    for row in told["proposal"]["strategies"]:
        for entry in row["ranges"]:
            assert set(entry) == {"outcome", "title", "unit", "low", "high"}  # a range, and no middle
            assert entry["low"] <= entry["high"]
    shares = told["proposal"]["share_of_range_due_to_assumptions"]
    assert all(0 <= v["guessed_facts"] <= v["assumptions"] <= 1 for v in shares.values())
    assert "Beside the historical record" in printed
