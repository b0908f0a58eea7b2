"""`forbear new NAME`: begin a scenario of one's own, from answers to questions or as a copy of one that ships."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from forbear.cli.lines import tell
from forbear.faults import Faults
from forbear.scenario.reading.document import Document, read_document
from forbear.scenario.scenario import Scenario
from forbear.scenario.wizard.answers import read_answers
from forbear.scenario.wizard.begin import begin_scenario, check_place
from forbear.scenario.wizard.copy import copy_scenario
from forbear.scenario.wizard.questions import COMMUNITY, COUNTRY, INTERVENTION, ORGANISATION


def command(
    name: Annotated[str, typer.Argument(help="name of the scenario and of its folder")],
    source: Annotated[
        str | None, typer.Option("--from", help="copy this scenario instead of asking: meadow, iraq-2003, a path")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(help="a TOML file of answers, see docs/new-country.md; nothing is asked")
    ] = None,
    guess: Annotated[
        bool, typer.Option("--guess", help="guess whatever is not answered and can be guessed; each guess is marked")
    ] = False,
    folder: Annotated[Path, typer.Option("--in", help="where the folder is made")] = Path(),
) -> None:
    """Begin a scenario of your own. Asks what is needed, marks what is guessed, fetches nothing, overwrites nothing.

    Answers come from a terminal, from a pipe, or from a file (--answers). "?" gives a question up to a guess.
    """
    if source is not None:
        file = copy_scenario(name, source, folder)
        print(file)
        tell(f"next: edit it, then forbear check {file.parent}")
        return
    check_place(name, folder)  # before anybody answers forty questions
    document: Document
    if answers is not None:
        document = read_document(answers, "answers", Faults())
    else:
        document = Document("answers", _dialogue(), Faults(), "answers", None, "")
    found = read_answers(name, document, guess=guess)
    file = begin_scenario(found, folder)
    Scenario.load(file)  # a file that cannot be read back would be a fault of this program
    guessed = [".".join(part for part in key if part) for key, answer in found.values.items() if answer.guessed]
    print(file)
    print(f"{len(found.districts)} districts, {found.people:,.0f} people".replace(",", " "))
    if found.evenly and len(found.communities) > 1:
        guessed.insert(0, "communities by district (spread evenly)")
    if guessed:
        tell(f"guessed, not known ({len(guessed)}): {', '.join(guessed)}")
    tell(f"next: forbear check {file.parent} --information     # which of them to look up first")


def _dialogue() -> dict[str, Any]:
    """Ask everything, one line for each answer; the end of the input leaves the rest unanswered."""
    asked = _Asked()
    data: dict[str, Any] = {}
    try:
        _ask_all(asked, data)
    except EOFError:
        print("\n(end of input)")
    return data


class _Asked:
    """Questions on standard output, answers from standard input: a terminal or a pipe."""

    def line(self, words: str, allowed: str = "") -> str:
        return input(f"{words}{f' [{allowed}]' if allowed else ''}: ").strip()

    def lines(self, words: str) -> list[str]:
        print(f"{words}; an empty line ends the list")
        out = []
        while text := input("  ").strip():
            out.append(text)
        return out


def _ask_all(asked: _Asked, data: dict[str, Any]) -> None:
    print('Enter, or "?", gives a question up to a guess where there is one. Nothing is fetched.')
    for key, words, allowed in (
        ("title", "Title", "text"),
        ("kind", "Kind", "prospective, invented or historical"),
        ("start", "First day of the run", "2030-01-07"),
        ("end", "Last day of the run", "2034-01-02"),
        ("map", "Map of the evidence to take districts from", "none; forbear evidence lists maps"),
    ):
        text = asked.line(words, allowed)
        if text not in ("", "?", "none"):
            data[key] = text
    data["communities"], data["districts"], data["organisations"], data["intervention"] = {}, {}, {}, {}
    for text in asked.lines("Communities, one a line: NAME SHARE, share of all people from 0 to 1"):
        name, _, share = text.partition(" ")
        data["communities"][name] = {"share": _number(share)} if share.strip() else {}
    for key, words in (("governed", "Which of them governs now"), ("governs", "Which is to govern")):
        name = asked.line(words, ", ".join(data["communities"]))
        if name:
            data["communities"].setdefault(name, {})[key] = True
    hint = ", people may be left out where the map is known" if "map" in data else ""
    for text in asked.lines(f"Districts, one a line: NAME PEOPLE{hint}"):
        name, _, people = text.partition(" ")
        data["districts"][name] = _number(people) if people.strip() else "?"
    for text in asked.lines("Armed organisations that exist or would form, one a line: NAME COMMUNITY"):
        name, _, home = text.partition(" ")
        data["organisations"][name] = {"home": home.strip()} if home.strip() else {}
    leaves = asked.line("Day by which the last soldier is to have left", '2032-06-01, or "open"')
    if leaves:
        data["intervention"]["exit"] = leaves
    for question in INTERVENTION:
        _one(asked, data["intervention"], question, "")
    for group, questions in (("communities", COMMUNITY), ("organisations", ORGANISATION)):
        for member in data[group]:
            for question in questions:
                _one(asked, data[group][member], question, member)
    data["country"] = {}
    for question in COUNTRY:
        _one(asked, data["country"], question, "")


def _one(asked: _Asked, table: dict[str, Any], question: Any, member: str) -> None:
    offered = f"{question.unit}; ?: {question.guess.why}" if question.guess else question.unit
    text = asked.line(question.text.format(member=member), offered)
    if text or question.guess:
        table[question.name] = _number(text) if text else "?"


def _number(text: str) -> Any:
    """A number where the words are one ("1 200 000", "1,200,000", "0.4"), else the words: the reader says what is wrong."""
    plain = text.strip().replace(" ", "").replace(",", "").replace("_", "")
    try:
        return float(plain)
    except ValueError:
        return text.strip()
