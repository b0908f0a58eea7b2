"""A decision's page in words and a picture: of worlds by assumption a range alone, in one digit, without a middle."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from forbear.app.numbers import true_minus
from forbear.figures.intervals import Intervals
from forbear.report.decision import board_head, board_rows, loss_figure
from forbear.scenario.outcomes import OUTCOMES
from forbear.words import span

if TYPE_CHECKING:
    from forbear.discovery.decision import Board, Chosen
    from forbear.discovery.decision_changes import Change
    from forbear.scenario.casefiles.decision import Decision

__all__ = ["board_table", "loss_chart", "order_of", "setting_words"]

#: Where the page offers places in an order, at least so many; the last one of more is empty.
PLACES = 4


def board_table(board: Board, decision: Decision) -> tuple[tuple[str, ...], list[list[str]]]:
    """Heads and rows of words of a board. An option by assumption has its range, and in how many draws it is best."""
    head, out = board_head(decision), []
    for (name, score), row in zip(board.rows.items(), board_rows(board, decision), strict=True):
        if name in decision.assumed:
            low, *_, high = score.loss
            row = [row[0], span(low, high, 1), *[""] * (len(head) - 3), row[-1]]
        out.append([true_minus(cell) for cell in row])
    return head, out


def loss_chart(board: Board, decision: Decision, chosen: Chosen) -> Intervals:
    """The loss of every option, by draw; of an option by assumption the ends of nine tenths alone."""
    figure = loss_figure(board, decision, chosen)
    lines, rows = [], []
    told = zip(board.rows, figure.lines_drawn, figure.rows, strict=True)
    for name, line, row in told:
        if name in decision.assumed:
            line = replace(line, assumed=True)
            low, high = (span(end, end, 1) for end in (line.low90, line.high90))
            row = (row[0], low, "", "", "", high, row[-1])
        lines.append(line)
        rows.append(row)
    words = "; ".join(f"{line.label}: {line.words()}, {line.word}" for line in lines)
    caption = figure.caption + (" Of worlds by assumption the ends alone." if decision.assumed else "")
    alternative = f"Medians with nine tenths of draws, {board.unit}. {words}."
    return replace(figure, lines_drawn=tuple(lines), rows=rows, caption=caption, alternative=alternative)


def setting_words(change: Change, decision: Decision) -> str:
    """How something is moved, with outcomes by their titles."""
    if change.what not in ("order", "objective", "weight"):
        return change.setting
    titles = {objective.outcome: objective.title for objective in decision.objectives}
    names = "|".join(map(re.escape, sorted(titles, key=len, reverse=True)))
    return re.sub(rf"(?<!\w)({names})(?!\w)", lambda found: titles[found[1]], change.setting)


def order_of(text: str) -> list[str]:
    """The names of an order as an address holds them, with empty places after them for the form."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    return [*names, *[""] * max(PLACES - len(names), 1 if len(names) < len(OUTCOMES) else 0)]
