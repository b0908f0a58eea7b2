"""The atlas: interventions since 1898 as facts, each with range, source and grade. How they were coded: `library/atlas/README.md`."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from forbear.errors import EvidenceError, Fault, nearest
from forbear.faults import show

__all__ = ["ATLAS", "GRADES", "Agreement", "Case", "Fact", "agreement", "atlas", "case", "second_coding"]

ATLAS = Path(__file__).parents[1] / "library" / "atlas"
#: From the best to the worst: a document or count of the time, a study, a table of a data set, an encyclopaedia or official
#: history, a newspaper, two codings side by side, arithmetic on other rows, recalled and not seen.
GRADES = ("primary", "scholarly", "table", "reference", "press", "coded twice", "derived", "memory")
DEMOCRACY, DEMOCRACY_POLITY = 0.5, 6


@dataclass(frozen=True)
class Fact:
    """One value of one quantity: `of` names whose (a community, force, mission), low and high are empty where none is stated.

    `title` and `address` say where it was read; a grade of `memory` means that nobody has seen it in print for this atlas.
    """

    quantity: str
    of: str
    value: str
    low: str
    high: str
    unit: str
    date: str
    grade: str
    title: str
    address: str
    note: str

    @property
    def number(self) -> float | None:
        """The value as a number, or None for words and dates."""
        return _number(self.value)

    @property
    def range(self) -> tuple[float, float] | None:
        """Low and high as numbers (the value itself where none is stated), or None for words and dates."""
        middle = self.number
        if middle is None:
            return None
        low, high = _number(self.low), _number(self.high)
        return (middle if low is None else low, middle if high is None else high)


@dataclass(frozen=True)
class Case:
    """One intervention. `place` is the territory held; longitude and latitude are in degrees, for a map."""

    name: str
    title: str
    intervener: str
    place: str
    longitude: float
    latitude: float
    facts: tuple[Fact, ...]

    def all(self, quantity: str) -> tuple[Fact, ...]:
        """Every fact of a quantity, in the order of the table."""
        return tuple(fact for fact in self.facts if fact.quantity == quantity)

    def one(self, quantity: str, of: str = "") -> Fact | None:
        """The fact of a quantity that stands for the case: the largest where there are several, or None."""
        found = [fact for fact in self.all(quantity) if fact.of == of]
        return max(found, key=lambda fact: fact.number or 0.0, default=None)

    def word(self, quantity: str) -> str:
        """The word of a category, or an empty text."""
        fact = self.one(quantity)
        return fact.value if fact else ""

    @property
    def years(self) -> float:
        """Length in years; to the end of 2021 where soldiers are still there."""
        start, end = self.word("start"), self.word("end")
        last = _year(end) if re.match(r"\d{4}-", end) else 2022.0
        return last - _year(start)

    @property
    def ongoing(self) -> bool:
        """Whether the main force had not left when the case was coded."""
        return self.word("end") == "ongoing"

    @property
    def per_1000(self) -> tuple[float, float, float] | None:
        """Largest number of soldiers for every thousand inhabitants: value, low, high; the ranges are divided by one another.

        Inhabitants are those of the year nearest to the peak for which a number of the territory is known.
        """
        soldiers, people = self.one("soldiers_peak"), self.one("population")
        later = [fact for fact in self.all("population_other") if re.fullmatch(r"\d{4}", fact.of)]
        if soldiers is not None and people is not None and later:
            when = _year(soldiers.date or self.word("start"))
            people = min(
                [people, *later], key=lambda fact: abs(_year(fact.of or fact.date or self.word("start")) - when)
            )
        if soldiers is None or people is None or soldiers.range is None or people.range is None:
            return None
        assert soldiers.number is not None and people.number is not None
        return (
            1000 * soldiers.number / people.number,
            1000 * soldiers.range[0] / people.range[1],
            1000 * soldiers.range[1] / people.range[0],
        )

    @property
    def war(self) -> str:
        """`yes` where an order coded at 5 or 10 years, or within five after the end, is a civil war; `no`; `unknown` where none is coded."""
        words = [self.word(name) for name in ("order_5y", "order_10y", "order_5y_after_end", "order_worst_after_end")]
        if "civil_war" in words:
            return "yes"
        return "no" if any(word in ("calm", "limited_violence", "coup") for word in words) else "unknown"

    @property
    def democracy(self) -> str:
        """Ten years after the start: `yes` where electoral democracy (V-Dem) is 0.5 or Polity 6 at least, `no`, or `unknown`."""
        index, polity = self.one("polyarchy_10y"), self.one("polity_10y")
        if index is not None and index.number is not None:
            return "yes" if index.number >= DEMOCRACY else "no"
        if polity is not None and (polity.number is not None or polity.value):
            return "yes" if polity.number is not None and polity.number >= DEMOCRACY_POLITY else "no"
        house = self.one("freedom_house_10y")
        return "unknown" if house is None or house.number is None else ("yes" if house.number <= 5 else "no")

    @property
    def seen(self) -> float:
        """Share of the facts that somebody read in print or took from a table: 1 less the share that is recalled."""
        return 1.0 - sum(fact.grade == "memory" for fact in self.facts) / len(self.facts)

    @property
    def communities(self) -> tuple[Fact, ...]:
        """Shares of communities in the territory at the start, the largest first; a label with a later year is left out."""
        start = int(self.word("start")[:4])
        shares = self.all("community_share") or self.all("community_share_state")
        later = re.compile(r", (\d{4})$")
        kept = [fact for fact in shares if not ((found := later.search(fact.of)) and abs(int(found[1]) - start) > 2)]
        return tuple(sorted(kept, key=lambda fact: -(fact.number or 0.0)))

    @property
    def soldiers(self) -> tuple[tuple[float, float, Fact], ...]:
        """Counts of the main force through time: (year, soldiers, fact), from the first to the last; both ends of a span; partial forces are left out."""
        found = []
        for name, fallback in (
            ("soldiers_peak", self.word("start")),
            ("soldiers", ""),
            ("soldiers_end", self.word("end")),
        ):
            for fact in self.all(name):
                when = re.search(r"\d{4}", fact.date or fallback)
                if not fact.of.startswith(PARTIAL) and fact.number is not None and when:
                    found.append((_year(_day(fact.date) or fallback or when[0]), fact.number, fact))
                    lasting = re.search(r"\d{4}-(\d{4})", fact.date)
                    if lasting:  # held over a span: both ends are points
                        found.append((_year(lasting[1]), fact.number, fact))
        return tuple(sorted(found, key=lambda row: row[0]))


#: Forces that are a part of the whole and stand beside it.
PARTIAL = (
    "United States",
    "Britain",
    "United Nations",
    "US ",
    "French",
    "British",
    "Commonwealth",
    "western",
    "Soviet",
    "infantry",
    "1947",
)


def atlas() -> tuple[Case, ...]:
    """Every case of the atlas, the earliest first.

    Returns
    -------
    tuple of Case
        33 interventions from 1898 to 2013. Afghanistan 2001 and Iraq 2003 are not among them: they are fitted on their own.

    Raises
    ------
    EvidenceError
        E502 where a table of the atlas is absent or lacks a column.
    """
    return tuple(sorted(_cases(), key=lambda entry: entry.word("start")))


def case(name: str) -> Case:
    """Return one case by name. Raises EvidenceError E507 for an unknown one, with the nearest name."""
    known = {entry.name: entry for entry in _cases()}
    if name in known:
        return known[name]
    message = f"the atlas has no case {show(name)!r}"
    fault = Fault("E507", message, value=show(name), allowed="see: forbear atlas", nearest=nearest(name, list(known)))
    raise EvidenceError("E507", message, faults=(fault,))


def second_coding() -> tuple[dict[str, str], ...]:
    """Rows of the second coding: case, quantity, first and second word, text that was read, reason."""
    cases = {entry.name: entry for entry in _cases()}
    return tuple(row | {"first": cases[row["case"]].word(row["quantity"])} for row in _rows("second-coding.csv"))


@dataclass(frozen=True)
class Agreement:
    """How far two codings of one quantity agree. cases: coded twice; same: with the same word; kappa: Cohen's, agreement
    beyond that of chance over what chance leaves, NaN where chance leaves nothing."""

    quantity: str
    cases: int
    same: int
    kappa: float


def agreement() -> tuple[Agreement, ...]:
    """Agreement of the two codings, by quantity. Source of kappa: Cohen (1960), Educational and Psychological
    Measurement 20.
    """
    out = []
    rows = second_coding()
    for quantity in dict.fromkeys(row["quantity"] for row in rows):
        pairs = [(row["first"], row["second"]) for row in rows if row["quantity"] == quantity]
        count, same = len(pairs), sum(first == second for first, second in pairs)
        words = {word for pair in pairs for word in pair}
        firsts, seconds = ([pair[place] for pair in pairs] for place in (0, 1))
        chance = sum(firsts.count(word) * seconds.count(word) for word in words) / count**2
        kappa = (same / count - chance) / (1.0 - chance) if chance < 1.0 else float("nan")
        out.append(Agreement(quantity, count, same, kappa))
    return tuple(out)


@cache
def _cases() -> tuple[Case, ...]:
    sources = {row["source"]: (row["title"], row["address"]) for row in _rows("sources.csv")}
    facts: dict[str, list[Fact]] = {}
    try:
        for row in _rows("facts.csv"):
            title, address = sources[row.pop("source")]
            facts.setdefault(row.pop("case"), []).append(Fact(**row, title=title, address=address))
        return tuple(
            Case(
                row["id"],
                row["title"],
                row["intervener"],
                row["place"],
                float(row["longitude"]),
                float(row["latitude"]),
                tuple(facts[row["id"]]),
            )
            for row in _rows("cases.csv")
        )
    except (KeyError, TypeError, ValueError) as error:
        raise EvidenceError("E502", f"a table of the atlas is not as it was shipped: {error}") from None


def _rows(name: str) -> list[dict[str, str]]:
    try:
        with (ATLAS / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise EvidenceError("E502", f"table {name} of the atlas cannot be read: {error}") from None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _day(text: str) -> str:
    """The first day, month or year that a date names; of a span such as 1993-94 the first year."""
    found = re.search(r"\d{4}(-(0[1-9]|1[0-2])(?!\d)(-\d\d(?!\d))?)?", text)
    return found[0] if found else ""


def _year(text: str) -> float:
    """A day, month or year as a year with its fraction."""
    parts = [int(part) for part in _day(text).split("-")]
    month, day = (parts[1] if len(parts) > 1 else 7), (parts[2] if len(parts) > 2 else 1)
    return parts[0] + (month - 1) / 12 + (day - 1) / 365.25
