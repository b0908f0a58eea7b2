"""The page of a decision: one HTML file in the report's style that needs nothing from outside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from forbear.discovery.decision import LOSS, Board, Chosen
from forbear.discovery.decision_result import DecisionResult, meaning_of, unit_of
from forbear.figures.intervals import IntervalRow, Intervals, intervals
from forbear.figures.kinds import Drawn, drawn
from forbear.files import make_folder, write_text
from forbear.report.templates import environment
from forbear.report.write import with_downloads
from forbear.scenario.casefiles.decision import Decision
from forbear.words import approximately, percent, span

__all__ = ["board_head", "board_rows", "decision_page", "loss_figure", "titled", "write_decision"]


@dataclass(frozen=True)
class BoardSection:
    """One board: its table and the picture of the losses."""

    name: str
    title: str
    unit: str
    head: tuple[str, ...]
    rows: list[list[str]]
    chart: Drawn
    deciding: bool


def write_decision(found: DecisionResult, to: str | Path) -> Path:
    """Write the page, whole or not at all; return its path. Raises FileError E103."""
    path = Path(to)
    make_folder(path.parent)
    return write_text(path, decision_page(found))


def decision_page(found: DecisionResult) -> str:
    """The page as text. The same result gives the same text."""

    def called(option: str) -> str:
        return titled(option, found.decision)

    changes = [[c.what, _setting(c.setting, found.decision), found.changed(c, called)] for c in found.changes]
    worth = [
        [
            row.parameter,
            meaning_of(row.parameter),
            approximately(row.value),
            f"{row.chance:.2g}",
            found.along(row, called),
            unit_of(row.parameter),
        ]
        for row in found.worths.rows
    ]
    strategies = [
        [called(name), option.statement or "", _settings(option.settings, len(option.rules))]
        for name, option in found.decision.options.items()
    ]
    page = (
        environment()
        .get_template("decision.html")
        .render(
            found=found,
            answer=found.sentences(called),
            boards=[_section(found, board) for board in found.boards],
            changes=changes,
            worth=worth,
            worth_words=found.worth_lines,
            perfect=approximately(found.worths.perfect),
            options=strategies,
            document=json.dumps(found.document(), indent=1),
        )
    )
    return with_downloads(page)


def _section(found: DecisionResult, board: Board) -> BoardSection:
    decision, figure = found.decision, loss_figure(board, found.decision, found.chosen)
    title = figure.title.removesuffix(" under each option")
    rows = board_rows(board, decision)
    return BoardSection(
        board.name, title, board.unit, board_head(decision), rows, drawn(figure), board.name == found.chosen.by
    )


def titled(option: str, decision: Decision) -> str:
    """An option by its title; a world in which nobody intervenes says that it is a band by assumption."""
    title = decision.options[option].title or option
    return f"{title} (by assumption)" if option in decision.assumed else title


def board_head(decision: Decision) -> tuple[str, ...]:
    """Heads of the columns of `board_rows`."""
    return (
        "option", "expected", "Monte Carlo error", f"mean of the worst {100 * decision.tail:g}%", "expected regret",
        "error", "90th percentile of regret", "error", "best in",
    )  # fmt: skip


def board_rows(board: Board, decision: Decision) -> list[list[str]]:
    """A row of words for each option; a world in which nobody intervenes says that it is an assumption, and has the
    range of nine tenths alone."""
    out = []
    for name, row in board.rows.items():
        numbers = (
            row.expected, row.expected_error, row.tail, row.regret, row.regret_error, row.regret_p90,
            row.regret_p90_error,
        )  # fmt: skip
        told = [approximately(number) for number in numbers]
        if name in decision.assumed:
            told = [span(row.loss[0], row.loss[-1], 1), *[""] * (len(numbers) - 1)]
        out.append([titled(name, decision), *told, percent(row.best)])
    return out


def loss_figure(board: Board, decision: Decision, chosen: Chosen) -> Intervals:
    """The loss of every option, by draw."""
    lines = [
        IntervalRow.of(
            titled(name, decision),
            list(row.loss),
            "chosen" if name == chosen.option else f"best in {percent(row.best)}",
            assumed=name in decision.assumed,
        )
        for name, row in board.rows.items()
    ]
    title = f"{board.title[0].upper()}{board.title[1:]}" if board.name != LOSS else "Loss as you stated it"
    return intervals(
        f"decision-{board.name.replace('_', '-')}",
        f"{title} under each option",
        board.unit,
        lines,
        reference=None,
        caption="Median, half and nine tenths of draws; every option met the same draws under common random numbers."
        + (" Of worlds by assumption the ends alone." if decision.assumed else ""),
    )


def _setting(words: str, decision: Decision) -> str:
    """A setting that leaves an option out, with the option by its title."""
    left_out = words.removeprefix("without ")
    return f"without: {titled(left_out, decision)}" if words != left_out and left_out in decision.options else words


def _settings(settings: object, rules: int) -> str:
    """Levers of an option in words."""
    items = dict(settings).items()  # type: ignore[call-overload]
    told = [f"{lever} = {_short(value)}" for lever, value in items]
    told += [f"{rules} reactive rule{'s' if rules > 1 else ''}"] if rules else []
    return "; ".join(told) or "nothing is changed"


def _short(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."
