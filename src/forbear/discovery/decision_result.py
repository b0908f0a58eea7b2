"""A decision and everything that was found on it, as data: for a terminal, a table, a file or a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.country.model import MODEL
from forbear.discovery.decision import LOSS, Board, Chosen
from forbear.discovery.decision_changes import Change, Worth, Worths
from forbear.files import make_folder, write_json, write_text
from forbear.questions.stored import encode
from forbear.scenario.casefiles.decision import ATTITUDES, Decision, Objective
from forbear.scenario.outcomes import OUTCOMES
from forbear.spreadsheets import frame_text
from forbear.words import SPACE, approximately, columns, join, laid_out, percent, span

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DecisionResult", "labelled", "meaning_of", "unit_of"]

KIND = "forbear decision"


@dataclass(frozen=True, repr=False)
class DecisionResult:
    """What to choose under losses of one's own, what would change it, and what is worth knowing first.

    scenario: name and title; boards: options by the stated loss, and by each objective in its own unit; chosen: by the
    rule and attitude of the decision; changes: the choice when one thing is moved; worths: of knowing parameters;
    values: parameter -> its value at the ends of its stretches but the last; given, notes: what was drawn from and what
    a reader should know of it; draws: that were finite for every option, of `members`."""

    scenario: tuple[str, str]
    decision: Decision
    boards: tuple[Board, ...]
    chosen: Chosen
    changes: tuple[Change, ...]
    worths: Worths
    given: str
    draws: int
    members: int
    replications: int
    seed: int
    notes: tuple[str, ...] = ()
    values: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    @property
    def board(self) -> Board:
        """The board on which the choice fell."""
        return next(board for board in self.boards if board.name == self.chosen.by)

    def label(self, option: str) -> str:
        """An option as it is shown."""
        return labelled(option, self.decision)

    @property
    def counted(self) -> str:
        """What counts, in one sentence."""
        found = self.decision
        if found.ordered:
            named = [f"{o.title} (differences up to {_margin(o)} do not count)" for o in found.objectives]
            return f"Only the order counts: {', then '.join(named)}. Nothing is added up."
        named = [f"{o.weight:g} for a unit of {o.title} ({o.unit})" for o in found.objectives]
        sign = (
            ""
            if all(OUTCOMES[o.outcome].better == "lower" for o in found.objectives)
            else " What is better high counts as a gain."
        )
        return f"Loss in {found.unit}, as stated by whoever asked: {join(named)}.{sign}"

    @property
    def attitude(self) -> str:
        """Attitude to risk in words."""
        tail = f" ({percent(self.decision.tail)})" if self.decision.attitude == "tail" else ""
        return f"the least {ATTITUDES[self.decision.attitude]}{tail}"

    @property
    def answer(self) -> tuple[str, ...]:
        """The choice in two or three sentences, options by title and name."""
        return self.sentences(lambda option: f"{self.decision.options[option].title} ({self.label(option)})")

    def sentences(self, called: Callable[[str], str]) -> tuple[str, ...]:
        """The choice in two or three sentences. called: an option as these words call it."""
        chosen, board = self.chosen, self.board
        named = called(chosen.option)
        out = [f"Chosen by {self.attitude} of {board.title}: {named}."]
        if chosen.runner_up:
            gap = f"{approximately(chosen.gap)} {board.unit}"
            error = f"Monte Carlo error {approximately(chosen.gap_error)}"
            told = "" if chosen.told_apart else ": these draws cannot tell the two apart"
            out.append(f"Next is {called(chosen.runner_up)}, worse by {gap} ({error}){told}.")
        row = board.rows[chosen.option]
        out.append(
            f"It is best in {percent(row.best)} of draws; the ninetieth percentile of its regret is "
            f"{approximately(row.regret_p90)} {board.unit}. The rule chooses it in {percent(chosen.held)} of resamples of the draws."
        )
        return tuple(out)

    def lines(self) -> list[str]:
        """For a terminal."""
        out = [f"{self.decision.title or 'A decision'}: {self.scenario[1]}", f"{self.drawn}.", *self.notes]
        out += [self.counted, ""]
        for board in self.boards:
            head = board.title if board.name == LOSS else f"{board.title} [{board.name}]"
            out.append(f"{head}, {board.unit}")
            out += [f"  {line}" for line in laid_out(self._head(), self._rows(board), columns() - 2)]
        out += ["", *map(_plain, self.answer), "", "What would change the choice"]
        out += [f"  {change.setting}: {self.changed(change)}" for change in self.changes]
        out += ["", *map(_plain, self.worth_lines)]
        return out

    def _head(self) -> tuple[str, ...]:
        return ("option", "expected", f"worst {self.worst}", "mean regret", "p90 regret", "best in")

    def _rows(self, board: Board) -> list[tuple[str, ...]]:
        """A row of words for each option; of a world by assumption the range of nine tenths alone, in one digit."""
        out: list[tuple[str, ...]] = []
        for option, row in board.rows.items():
            told = (
                _with(row.expected, row.expected_error), approximately(row.tail), _with(row.regret, row.regret_error),
                _with(row.regret_p90, row.regret_p90_error),
            )  # fmt: skip
            if option in self.decision.assumed:
                told = (span(row.loss.p05, row.loss.p95, 1), "", "", "")
            out.append((self.label(option), *told, _plain(percent(row.best))))
        return out

    @property
    def drawn(self) -> str:
        """What was drawn, in words."""
        left = "" if self.draws == self.members else f" ({self.draws} of them finite for every option)"
        runs = "one run" if self.replications == 1 else f"{self.replications} runs"
        until = f", to the end of {self.decision.horizon}" if self.decision.horizon else ""
        return f"{self.members} {self.given}{left}, {runs} of each{until}; seed {self.seed}"

    @property
    def worst(self) -> str:
        """The share of draws that count as the worst."""
        return f"{100 * self.decision.tail:g}%"

    def changed(self, change: Change, called: Callable[[str], str] | None = None) -> str:
        """What a change leads to, in words. called: an option as these words call it, by its label where None."""
        at = f" (times {approximately(change.factor, 3)})" if change.factor is not None else ""
        named = (called or self.label)(change.option)
        return f"the same, {named}" if change.same else f"{named}{at}"

    @property
    def worth_lines(self) -> list[str]:
        """What is worth knowing, in plain lines."""
        found = self.worths
        head = f"What would be worth knowing first, in expected {self.board.title}, {found.unit}"
        if found.why_not:
            return [head, f"  nothing was estimated: {found.why_not}"]
        out = [head, f"  everything, chance included: {approximately(found.perfect)}"]
        for row in found.rows:
            out.append(f"  {row.parameter}: {approximately(row.value)}; {self.along(row)}")
        few = (
            "no single parameter stands out from chance" if not found.rows else "all others cannot be told from chance"
        )
        return [*out, f"  {few} ({found.looked_at} looked at)"]

    def along(self, row: Worth, called: Callable[[str], str] = str) -> str:
        """Which option is best as a parameter grows, in words. called: an option as these words call it."""
        ends = self.values.get(row.parameter, ())
        if len(row.stretches) == 1:
            return f"{called(row.stretches[0].option)} is best on average wherever it lies"
        parts = []
        for place, stretch in enumerate(row.stretches[:-1]):
            value = f"{approximately(ends[place])} {unit_of(row.parameter)}".strip() if place < len(ends) else ""
            at = f"{value} (prior quantile {stretch.until:.2f})" if value else f"prior quantile {stretch.until:.2f}"
            parts.append(f"{called(stretch.option)} up to {at}")
        return f"{', '.join(parts)}, {called(row.stretches[-1].option)} above"

    def to_frame(self) -> pd.DataFrame:
        """A row for each board and option, every number in `unit`, with Monte Carlo errors in columns `_error`."""
        import pandas as pd  # heavy: only who asks for a table waits for it

        rows = []
        for board in self.boards:
            for option, row in board.rows.items():
                told: dict[str, Any] = {"board": board.name, "option": option, "unit": board.unit}
                told |= {"assumed": option in self.decision.assumed, "chosen": option == self.chosen.option}
                numbers = {key: value for key, value in encode(row).items() if key != "loss"}
                rows.append({**told, **row.loss._asdict(), **numbers})
        return pd.DataFrame(rows).set_index(["board", "option"])

    def to_csv(self, folder: str | Path) -> list[Path]:
        """Write options.csv, changes.csv and worth.csv into a folder, each whole or not at all. Raises FileError E103."""
        import pandas as pd  # heavy: only who asks for a table waits for it

        changes = pd.DataFrame(encode(list(self.changes)), columns=["what", "setting", "option", "same", "factor"])
        worth = pd.DataFrame(
            [(r.parameter, r.value, self.worths.unit, r.chance, self.along(r)) for r in self.worths.rows],
            columns=["parameter", "value", "unit", "chance", "best option along it"],
        )
        target = make_folder(folder)
        tables = {"options": self.to_frame().reset_index(), "changes": changes, "worth": worth}
        return [write_text(target / f"{name}.csv", frame_text(table)) for name, table in tables.items()]

    def save(self, path: str | Path) -> Path:
        """Write all numbers as JSON, whole or not at all. Raises FileError E103."""
        return write_json(path, self.document())

    def document(self) -> dict[str, Any]:
        """All numbers as JSON knows them."""
        found = self.decision
        asked = {
            "title": found.title, "options": {name: option.title for name, option in found.options.items()},
            "assumed": sorted(found.assumed), "objectives": encode(list(found.objectives)), "unit": found.unit,
            "attitude": found.attitude, "tail": found.tail, "horizon": found.horizon,
        }  # fmt: skip
        return {
            "kind": KIND, "scenario": self.scenario[0], "decision": asked, "given": self.given, "draws": self.draws,
            "members": self.members, "replications": self.replications, "seed": self.seed, "notes": list(self.notes),
            "boards": encode(list(self.boards)), "chosen": encode(self.chosen), "changes": encode(list(self.changes)),
            "worth": encode(self.worths), "values": encode(self.values),
        }  # fmt: skip


def labelled(option: str, decision: Decision) -> str:
    """An option as it is shown: a world in which nobody intervenes says that it is a band by assumption."""
    return f"{option} (by assumption)" if option in decision.assumed else option


def unit_of(parameter: str) -> str:
    """The unit of an uncertainty, "" where it is a plain number."""
    stem = parameter.split("[")[0]
    unit = next((p.unit for p in MODEL.parameters.values() if p.name == stem), "")
    return "" if unit in ("-", "index", "share", "ratio", "1") else unit


def meaning_of(parameter: str) -> str:
    """What an uncertainty means; "" where it is none of the model's."""
    stem = parameter.split("[")[0]
    return next((p.meaning for p in MODEL.parameters.values() if p.name == stem), "")


def _margin(objective: Objective) -> str:
    ratio = OUTCOMES[objective.outcome].kind == "ratio"
    return percent(objective.margin) if ratio and objective.margin < 1.0 else f"{objective.margin:g} {objective.unit}"


def _with(value: float, error: float) -> str:
    return f"{approximately(value)} ± {approximately(error)}"


def _plain(text: str) -> str:
    return text.replace(SPACE, " ")
