"""What a terminal shows: every line fits, no word is lost, plain words, and nothing but plain lines in a file."""

from __future__ import annotations

import io
import re
import sys

import pytest

import forbear as fb
from forbear.cli.lines import fitted
from forbear.cli.main import COMMANDS, main
from forbear.ensemble.progress import TerminalMeter, TextMeter, time_left
from forbear.questions.verdict_lines import claim_lines, verdict_table
from forbear.words import laid_out, within
from forbear.workflow.claims import one_claim

#: Words of the code that nobody has to know: a page or a terminal says something plainer.
CODE_WORDS = re.compile(r"\b(?:lucks?|no-fear|int range|<str>)\b", re.IGNORECASE)
SUBCOMMANDS = ("claims show", "evidence show", "evidence from-events", "atlas show", "model parameters", "model graph")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def words_of(lines: list[str]) -> list[str]:
    return " ".join(lines).split()


@pytest.mark.parametrize("command", [*COMMANDS, *SUBCOMMANDS])
def test_the_help_of_every_command_fits_eighty_columns_and_uses_plain_words(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    told = capsys.readouterr().out
    assert ended.value.code == 0 and told.startswith(f"forbear {command}")
    assert not [line for line in told.splitlines() if len(line) > 80]
    assert not CODE_WORDS.search(told)


def test_the_list_of_commands_fits_eighty_columns_and_names_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    main([])
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    assert all(f"\n  {name} " in told for name in COMMANDS)


@pytest.mark.parametrize("width", [40, 80, 118])
def test_wrapping_loses_no_word_and_keeps_what_is_set_in(width: int) -> None:
    told = ["  why: " + "the fitted model misses what this needs " * 8, "", "short", "one-of-those-hyphened words " * 9]
    found = within(told, width)
    assert words_of(found) == words_of(told)
    assert all(len(line) <= width for line in found)
    assert found[1].startswith("      ") and "" in found


@pytest.mark.parametrize("width", [34, 60, 140])
def test_a_table_loses_no_cell_at_any_width(width: int) -> None:
    head = ("outcome", "before", "after", "effect (5 to 95 %)")
    rows = [("civilians killed by violence", "150,000", "140,000", "x0.96 (0.87 to 1.1)"), ("cost", "5", "6", "x1.2")]
    found = laid_out(head, rows, width)
    assert {word for row in rows for cell in row for word in cell.split()} <= set(words_of(found))
    assert max(map(len, found)) <= width


def test_a_file_gets_lines_as_they_are_and_a_terminal_gets_them_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "word " * 60
    monkeypatch.delenv("COLUMNS", raising=False)
    assert fitted([long], io.StringIO()) == [long]
    assert len(fitted([long], Terminal())) > 1
    monkeypatch.setenv("COLUMNS", "60")
    assert max(map(len, fitted([long], io.StringIO()))) <= 60


def test_a_comparison_says_what_is_common_and_fits_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    found = fb.compare("harbour", {"intervener.force": "+500"}, members=4, replications=1, given="prior")
    lines = fitted(found.lines())
    assert "common random numbers" in " ".join(words_of(lines)) and "luck" not in " ".join(lines)
    assert max(map(len, lines)) <= 80
    assert any("attacks abroad by transnational militants" in line for line in lines)


def test_a_reason_is_told_whole_on_a_narrow_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answers = one_claim(fb.load("iraq-2003"), "H2", [], None)
    for lines in (verdict_table(answers), claim_lines(answers, "H2")):
        shown = fitted(lines)
        assert max(map(len, shown)) <= 80
        assert all(word in words_of(shown) for word in answers["H2"].verdict.reason.split())


def test_an_ensemble_counts_simulated_histories() -> None:
    assert "4 simulated histories" in repr(fb.simulate("meadow", members=4, given="prior"))


def test_progress_in_a_file_is_plain_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 0.0, 10.0])
    monkeypatch.setattr("forbear.ensemble.progress.time.monotonic", lambda: next(now))
    meter = TextMeter()
    meter.start(40, "simulating")
    meter.advance(10)
    meter.say("a [remark] in brackets")
    meter.finish()
    told = capsys.readouterr().err
    assert told.splitlines() == ["simulating: 40", "  10 of 40, about 30 s left", "a [remark] in brackets"]
    assert "\x1b" not in told and "\r" not in told


def test_progress_on_a_terminal_shows_a_bar_and_takes_brackets_for_text(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    meter = TerminalMeter()
    meter.start(4, "comparing [a] with [b] " * 6)
    meter.advance(2)
    meter.say("a [remark] in brackets")
    meter.advance(2)
    meter.finish()
    told = screen.getvalue()
    assert told.count("[a]") == 6 and "[remark]" in told and "4/4" in told
    assert told.rstrip().endswith("\x1b[?25h")  # the cursor is shown again


@pytest.mark.parametrize(
    ("done", "total", "seconds", "words"),
    [(0, 10, 5.0, ""), (10, 10, 5.0, ""), (1, 2, 7.0, "about 7 s left"), (1, 11, 60.0, "about 10 min left")],
)
def test_time_left_is_told_in_words(done: int, total: int, seconds: float, words: str) -> None:
    assert time_left(done, total, seconds) == words
