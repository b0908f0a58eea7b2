"""Answers to the questions of `forbear new`: read from a file or a dialogue, checked, and every fault told at once.

An answer is a value, a table { value, source, range }, or "?": a guess is wanted. Silence is no answer: what is neither
answered nor given up as "?" is listed (E260), each with the guess that "?" would give.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from forbear.country.declare import Fact
from forbear.country.model import MODEL
from forbear.scenario.dates import as_date
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.locate import Path
from forbear.scenario.reading.structure import _NAME, KINDS, RESERVED
from forbear.scenario.reading.values import bounded, number
from forbear.scenario.wizard.public import districts_of
from forbear.scenario.wizard.questions import COMMUNITY, COUNTRY, INTERVENTION, ORGANISATION, Guess, Question

__all__ = ["Answer", "District", "Replies", "read_answers"]

_TOP = ("title", "kind", "start", "end", "map", "districts", "communities", "organisations", "intervention", "country", "sources")  # fmt: skip
_ABOUT = {
    "districts": ("people", "title", "shares", "source"),
    "communities": ("title", "share", "governs", "governed", *(q.name for q in COMMUNITY)),
    "organisations": ("title", "home", "sponsored", *(q.name for q in ORGANISATION)),
    "intervention": ("exit", *(q.name for q in INTERVENTION)),
}
GUESS = "?"
_PLAIN = "assumption: stated without a source when the scenario was begun"


@dataclass(frozen=True)
class Answer:
    """value in the unit of the question; source as a scenario file states it; span: the range of a guess, or None."""

    value: float
    source: str
    span: tuple[float, float] | None = None
    guessed: bool = False


@dataclass(frozen=True)
class District:
    """name, title, people of all communities, and the share of each community among them (they add up to one)."""

    name: str
    title: str
    people: float
    shares: dict[str, float]
    source: str


@dataclass
class Replies:
    """Everything that a scenario is written from. values: (group, member, question) to an answer."""

    name: str
    title: str = ""
    kind: str = "prospective"
    start: datetime.date | None = None
    end: datetime.date | None = None
    exit: datetime.date | str = "open"
    map: str = ""
    districts: list[District] = field(default_factory=list)
    evenly: bool = True
    communities: dict[str, dict[str, Any]] = field(default_factory=dict)
    organisations: dict[str, dict[str, Any]] = field(default_factory=dict)
    values: dict[tuple[str, str, str], Answer] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def people(self) -> float:
        """All residents."""
        return sum(district.people for district in self.districts)

    def people_of(self, community: str) -> float:
        """Residents of one community."""
        return sum(district.people * district.shares.get(community, 0.0) for district in self.districts)


def read_answers(name: str, document: Document, *, guess: bool = False) -> Replies:
    """Read and check answers. guess: what is not answered is guessed where it can be, as if "?" stood there.

    Raises ScenarioError with every fault: E260 (needed and not answered), E201 (unknown key), E203, E204, E206, E209,
    E210, E221, E261 (answers that do not fit together). No randomness, no network.
    """
    reader = _Reader(name, document, guess)
    reader.read()
    document.faults.raise_if_any(document.file or "answers")
    return reader.answers


class _Reader:
    def __init__(self, name: str, document: Document, guess: bool) -> None:
        self.document, self.guess, self.data = document, guess, document.data
        self.answers = Replies(name)

    def read(self) -> None:
        self.document.unknown_keys(self.data, _TOP, ())
        self.frame()
        self.sources()
        self.people_living_there()
        self.fighting_there()
        for question in INTERVENTION:
            self.ask("intervention", "", question, {"force": self.force(), "nation": self.answers.people})
        for question in COUNTRY:
            self.ask("country", "", question, {"nation": self.answers.people})
        self.document.unknown_keys(self.table("country"), tuple(q.name for q in COUNTRY), ("country",))
        self.document.unknown_keys(self.table("intervention"), _ABOUT["intervention"], ("intervention",))

    def table(self, *keys: str) -> dict[str, Any]:
        data: Any = self.data
        for key in keys:
            data = data.get(key, {}) if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            return {}
        return data

    def missing(self, path: Path, words: str, allowed: str) -> None:
        self.document.fault("E260", f"not answered: {words}", path, None, allowed)

    def frame(self) -> None:
        answers, document, data = self.answers, self.document, self.data
        answers.title = str(data.get("title") or answers.name.replace("-", " ").capitalize())
        answers.kind = str(data.get("kind", "prospective"))
        if answers.kind not in KINDS:
            document.fault("E203", f"unknown kind {answers.kind!r}", ("kind",), answers.kind, ", ".join(KINDS))
        for key, words in (("start", "first day of the run"), ("end", "last day of the run")):
            date = as_date(data.get(key))
            if key not in data:
                self.missing((key,), words, "a date such as 2030-01-07")
            elif date is None:
                document.fault("E209", f"{key} is not a date", (key,), data[key], "2030-01-07")
            setattr(answers, key, date)
        if answers.start and answers.end and not 7 <= (answers.end - answers.start).days <= 36600:
            document.fault(
                "E210", "the run is shorter than a week or longer than a century", ("end",), str(answers.end)
            )
        leaves = self.table("intervention").get("exit")
        day = as_date(leaves)
        if leaves is None:
            self.missing(("intervention", "exit"), "day by which the last soldier is to have left", 'a date, or "open"')
        elif day is None and leaves != "open":
            document.fault("E209", "exit is not a date", ("intervention", "exit"), leaves, 'a date, or "open"')
        elif day and answers.start and answers.end and not answers.start < day <= answers.end:
            document.fault("E210", f"{day} is outside the run", ("intervention", "exit"), str(day), f"{answers.start} to {answers.end}")  # fmt: skip
        answers.exit = day or "open"

    def sources(self) -> None:
        for key, entry in self.table("sources").items():
            if not isinstance(entry, dict) or not str(entry.get("title", "")).strip():
                self.document.fault("E202", f"source {key!r} has no title", ("sources", key), None, 'title = "..."')
            else:
                self.answers.sources[key] = entry

    def names(self, group: str) -> list[str]:
        found = []
        for name in self.table(group):
            if not _NAME.match(name) or name in RESERVED:
                self.document.fault("E221", f"{name!r} is no name", (group, name), name, "letters, digits, - and _")
            else:
                found.append(name)
        return found

    def people_living_there(self) -> None:
        answers, document = self.answers, self.document
        communities = self.names("communities")
        if not communities:
            self.missing(("communities",), "the communities that live there", "[communities.NAME] with share = 0.6")
        shares: dict[str, float] = {}
        for community in communities:
            entry = self.entry("communities", community)
            share = self.amount(("communities", community, "share"), entry.get("share"), 0.0, 1.0)
            if "share" not in entry:
                self.missing(("communities", community, "share"), f"share of {community} among all people", "0 to 1")
            shares[community] = share or 0.0
            answers.communities[community] = {"title": str(entry.get("title", community)), "governs": False, "governed": False}  # fmt: skip
            for key in ("governs", "governed"):
                answers.communities[community][key] = bool(entry.get(key, False))
        for key, words in (("governs", "the community that is to govern"), ("governed", "the community that governs now")):  # fmt: skip
            holders = [c for c, entry in answers.communities.items() if entry[key]]
            if communities and not holders:
                self.missing(("communities",), words, f"{key} = true in one [communities.NAME]: {', '.join(communities)}")  # fmt: skip
            elif len(holders) > 1:
                document.fault("E261", f"more than one community has {key} = true", ("communities",), ", ".join(holders), "one")  # fmt: skip
        total = sum(shares.values())
        if shares and all("share" in self.entry("communities", c) for c in shares) and abs(total - 1.0) > 0.02:
            document.fault("E261", f"the shares of communities add up to {total:g}", ("communities",), None, "1")
        self.districts({c: share / total for c, share in shares.items()} if total > 0 else {})
        for community in communities:
            for question in COMMUNITY:
                scale = {"people": answers.people_of(community), "nation": answers.people}
                held = question.holder is not None and answers.communities[community][question.holder[0]]
                self.ask("communities", community, question, scale, question.holder[1] if held and question.holder else None)  # fmt: skip

    def districts(self, shares: dict[str, float]) -> None:
        answers, document = self.answers, self.document
        answers.map = str(self.data.get("map", ""))
        known = districts_of(answers.map, answers.start) if answers.map else {}
        names = self.names("districts") or list(known)
        if not names:
            self.missing(("districts",), "the districts and their people", 'NAME = 1200000, or map = "a map of the evidence"')  # fmt: skip
        for name in names:
            path: Path = ("districts", name)
            given = self.table("districts").get(name, GUESS)
            entry = given if isinstance(given, dict) else {"people": given}
            if isinstance(given, dict):
                document.unknown_keys(given, _ABOUT["districts"], path)
            if answers.map and name not in known:
                document.fault("E206", f"no district {name!r} on the map {answers.map}", path, name, ", ".join(known))
                continue
            stated = entry.get("people", GUESS)
            public = known.get(name)
            if stated == GUESS and public is not None and public.people is not None:
                people, source = public.people, public.source
            elif stated == GUESS:
                self.missing(path, f"people of {name}", "persons; the package holds no count of them")
                continue
            else:
                people = self.amount(path, stated, 1, 16_000_000) or 1.0
                source = self.source(entry, path)
            own = entry.get("shares")
            if own is not None and not self.fits(path, own, shares):
                continue
            answers.evenly = answers.evenly and own is None
            total = sum(own.values()) if own else 1.0
            there = {c: own.get(c, 0.0) / total for c in shares} if own else dict(shares)
            title = str(entry.get("title") or (public.title if public else name))
            answers.districts.append(District(name, title, people, there, source))

    def fits(self, path: Path, own: Any, shares: dict[str, float]) -> bool:
        good = isinstance(own, dict) and all(isinstance(v, (int, float)) and v >= 0 for v in own.values())
        if not good or set(own) - set(shares) or abs(sum(own.values()) - 1.0) > 0.02:
            self.document.fault("E261", "shares are a number for each community, together 1", (*path, "shares"), own, ", ".join(shares))  # fmt: skip
            return False
        return True

    def fighting_there(self) -> None:
        answers = self.answers
        organisations = self.names("organisations")
        if not organisations:
            self.missing(("organisations",), "armed organisations that exist or would form", "[organisations.NAME] with home = a community")  # fmt: skip
        for name in organisations:
            entry = self.entry("organisations", name)
            home = entry.get("home")
            if home is None:
                self.missing(("organisations", name, "home"), f"community that {name} draws on", ", ".join(answers.communities))  # fmt: skip
            elif home not in answers.communities:
                self.document.fault("E206", f"no community {home!r}", ("organisations", name, "home"), home, ", ".join(answers.communities))  # fmt: skip
            answers.organisations[name] = {"title": str(entry.get("title", name)), "home": home, "sponsored": bool(entry.get("sponsored", False))}  # fmt: skip
            for question in ORGANISATION:
                self.ask("organisations", name, question, {"people": answers.people_of(str(home))})

    def entry(self, group: str, name: str) -> dict[str, Any]:
        given = self.table(group).get(name)
        if not isinstance(given, dict):
            if given is not None:
                self.document.fault("E203", f"[{group}.{name}] is a table", (group, name), given)
            return {}
        self.document.unknown_keys(given, _ABOUT[group], (group, name))
        return given

    def force(self) -> float:
        given = self.table("intervention").get("force")
        given = given.get("value") if isinstance(given, dict) else given
        return float(given) if isinstance(given, (int, float)) and not isinstance(given, bool) else 0.0

    def amount(self, path: Path, raw: Any, low: float, high: float) -> float | None:
        if raw is None:
            return None
        value = number(self.document, path, raw, "-")
        if value is not None and not low <= value <= high:
            self.document.fault("E204", f"{value:g} is out of bounds", path, raw, f"{low:g} to {high:g}")
            return None
        return value

    def source(self, given: Any, path: Path) -> str:
        named = given.get("source") if isinstance(given, dict) else None
        if named is None:
            return "invented" if self.answers.kind == "invented" else _PLAIN
        if named not in self.answers.sources and named != "invented" and not str(named).startswith("assumption:"):
            self.document.fault("E208", f"no source {named!r}", (*path, "source"), named, ", ".join([*self.answers.sources, "assumption: why"]))  # fmt: skip
        return str(named)

    def ask(
        self, group: str, member: str, question: Question, scale: dict[str, float], other: Guess | None = None
    ) -> None:
        """Take one answer, or its guess."""
        place: Path = (group, member, question.name) if member else (group, question.name)
        table = self.table(group, member) if member else self.table(group)
        given = table.get(question.name, GUESS if self.guess else None)
        guess = other or _scaled(question, scale)
        words = question.text.format(member=member)
        if given is None or (given == GUESS and guess is None):
            offered = f'{question.unit}; "?" guesses {_words(guess)} ({guess.why})' if guess else question.unit
            self.missing(place, words, offered)
            return
        key = (group, member, question.name)
        if given == GUESS and guess is not None:
            span = (guess.low, guess.high) if guess.high > guess.low else None
            self.answers.values[key] = Answer(guess.value, f"assumption: a guess, {guess.why}", span, True)
            return
        raw = given.get("value") if isinstance(given, dict) else given
        declared = MODEL.facts.get(question.fact) or MODEL.levers[question.fact]
        value = number(self.document, place, raw, declared.unit)
        if value is None or not bounded(self.document, place, value, declared, raw):
            return
        span = None
        if isinstance(given, dict):
            self.document.unknown_keys(given, ("value", "source", "range"), place)
            if "range" in given and isinstance(declared, Fact):
                from forbear.scenario.reading.values import fact_range

                span = fact_range(self.document, place, given, declared)
        self.answers.values[key] = Answer(value, self.source(given, place), span)


def _scaled(question: Question, scale: dict[str, float]) -> Guess | None:
    guess = question.guess
    if guess is None:
        return None
    if question.per:
        by = scale.get(question.per, 0.0)
        places = 0 if question.unit == "persons" else 2
        value, low, high = (round(n * by, places) for n in (guess.value, guess.low, guess.high))
        return Guess(value, low, high, guess.why)
    return guess


def _words(guess: Guess) -> str:
    text = f"{guess.value:,.6g}".replace(",", " ")
    return text + (f", {guess.low:g} to {guess.high:g}" if guess.high > guess.low else "")
