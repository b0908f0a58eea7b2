"""The equations of the rooms, read from the `equations.md` beside each room's rules.

One source of truth: a room's `equations.md` says each of its equations once, rule by rule, with the code's name for every
symbol. Units, kinds, meanings, priors, siblings and sources are looked up in the declarations, so that no table is typed
twice. `docs/model/equations.md` holds all rooms, the generated reference prints each rule's equations beside its code, and
`forbear model equations` prints them in a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from forbear.country.declare import Constant, Fact, Lever, Parameter, Quantity
from forbear.country.model import MODEL
from forbear.country.week import ROOMS

__all__ = ["Equation", "declared_as", "equations", "notation", "section", "table"]

Declaration = Quantity | Lever | Fact | Parameter | Constant

_FOLDER = Path(__file__).parent
_FORMULA = re.compile(r"^`(?P<rule>[a-z_]+\.[a-z_]+)`\n\n```text\n(?P<text>.*?)^```\n", re.MULTILINE | re.DOTALL)
_SYMBOLS = re.compile(r"^Symbols: (.+)\n", re.MULTILINE)


@dataclass(frozen=True)
class Equation:
    """A numbered equation of a room.

    formulas: rule that runs it ("room.rule") -> its text; symbols: symbol, or number -> the code's name for it ("given.tips",
    "constant.weeks_per_year");
    notes: what it claims, where it differs from the first draft, and the works that its form follows. An equation that no
    rule runs has no formula: its notes say why.
    """

    number: str
    title: str
    room: str
    formulas: Mapping[str, str]
    symbols: Mapping[str, str]
    notes: str

    @property
    def anchor(self) -> str:
        """The target of its heading in `docs/model/equations.md`."""
        return f"eq-{self.number.lower()}"

    @property
    def shared(self) -> dict[str, str]:
        """Symbols of the notation that the formulas use and the equation does not explain itself."""
        longest = "|".join(re.escape(symbol) for symbol in sorted(notation()[0], key=len, reverse=True))
        found = set(re.findall(rf"(?<![\w'])({longest})(?![\w'])", "\n".join(self.formulas.values())))
        return {symbol: name for symbol, name in notation()[0].items() if symbol in found - set(self.symbols)}

    @property
    def plain(self) -> str:
        """The equation as plain text for a terminal: title, formulas, every symbol with its name, notes without links."""
        lines = [f"{self.number} {self.title}", ""]
        for rule, text in self.formulas.items():
            lines += [rule, *(f"    {line}".rstrip() for line in text.splitlines()), ""]
        for symbol, name in {**self.symbols, **self.shared}.items():
            _, kind, unit, meaning = declared_as(name)
            lines.append(f"  {symbol:<10} {name:<38} {kind}, {unit}: {meaning}")
        notes = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", self.notes)
        return "\n".join([*lines, "", notes]).rstrip() + "\n"


@cache
def equations() -> dict[str, Equation]:
    """Every equation by its number, room by room. Raises ValueError where a number stands twice."""
    found: dict[str, Equation] = {}
    for room in ROOMS:
        text = (_FOLDER / room / "equations.md").read_text(encoding="utf-8")
        for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
            head, _, body = part.partition("\n")
            number, _, title = head.partition(" ")
            if number in found:
                raise ValueError(f"{number} stands twice: in {found[number].room} and in {room}")
            formulas = {match["rule"]: match["text"].rstrip("\n") for match in _FORMULA.finditer(body)}
            notes = _SYMBOLS.sub("", _FORMULA.sub("", body)).strip()
            found[number] = Equation(number, title, room, formulas, _symbols(body), re.sub(r"\n{3,}", "\n\n", notes))
    return found


@cache
def notation() -> tuple[dict[str, str], str]:
    """Symbols that every room uses (symbol -> the code's name), and how formulas are written."""
    text = (_FOLDER / "notation.md").read_text(encoding="utf-8")
    return _symbols(text), _SYMBOLS.sub("", text).partition("\n")[2].strip()


def _symbols(text: str) -> dict[str, str]:
    found = _SYMBOLS.search(text)
    pairs = [pair.partition(" = ") for pair in found[1].split("; ")] if found else []
    return {symbol: name for symbol, _, name in pairs}


def declared_as(name: str) -> tuple[Declaration, str, str, str]:
    """What the code's name stands for: (declaration, kind, unit, meaning). Raises KeyError for an unknown name."""
    space, _, inner = name.partition(".")
    tables: dict[str, Mapping[str, Declaration]] = {
        "now": MODEL.quantities,
        "given": MODEL.parameters,
        "lever": MODEL.levers,
        "fact": MODEL.facts,
        "constant": MODEL.constants,
    }
    entry = next((entry for entry in tables.get(space, {}).values() if entry.name == inner), None)
    if entry is None:
        raise KeyError(f"nothing is declared as {name!r}")
    kind = entry.kind if isinstance(entry, Quantity) else {"given": "uncertainty"}.get(space, space)
    return entry, kind, entry.unit, entry.meaning


def section(room: str) -> str:
    """The room's part of `docs/model/equations.md`: each equation with its formulas, table of symbols and notes."""
    intro = (_FOLDER / room / "equations.md").read_text(encoding="utf-8").split("\n## ")[0].partition("\n")[2].strip()
    lines = [intro, ""] if intro else []
    for equation in equations().values():
        if equation.room == room:
            lines += [f"({equation.anchor})=", f"### {equation.number} {equation.title}", "", *_body(equation)]
    own = {name for equation in equations().values() if equation.room == room for name in equation.symbols.values()}
    elsewhere = [
        f"`{p.name}` ({', '.join(p.equations)})"
        for p in MODEL.parameters.values()
        if p.room == room and f"given.{p.name}" not in own
    ]
    if elsewhere:
        lines += [f"Declared in this room and used in equations of others: {', '.join(elsewhere)}.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _body(equation: Equation) -> Iterator[str]:
    for rule, text in equation.formulas.items():
        yield from (f"`{rule}`", "", "```text", text, "```", "")
    if equation.symbols:
        yield from table(equation.symbols)
    if equation.notes:
        yield from (equation.notes, "")


def table(symbols: Mapping[str, str]) -> Iterator[str]:
    """Lines of a table of symbols; of an uncertainty also prior, class, sibling and source, of a constant its source."""
    yield "| symbol | name | kind | unit | meaning |"
    yield "|---|---|---|---|---|"
    for symbol, name in symbols.items():
        entry, kind, unit, meaning = declared_as(name)
        if isinstance(entry, Parameter):
            prior = ", ".join(f"{key} {value:g}" for key, value in entry.prior.arguments.items())
            sibling = f" Sibling: `{entry.sibling}`." if entry.sibling else ""
            meaning += f". {entry.prior.family}({prior}), {entry.identification}.{sibling} Source: {entry.source}"
        if isinstance(entry, Constant):
            varied = " Varied in the audit." if entry.varied else ""
            meaning += f". Source: {entry.source}.{varied}"
        cells = (f"`{symbol}`", f"`{name}`", kind, unit, meaning)
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"
    yield ""
