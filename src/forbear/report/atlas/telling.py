"""The atlas in words: what can be said at a glance, a case's force and dead, what was expected of it."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from forbear.evidence.atlas import Case, Fact, second_coding
from forbear.inference.record import about
from forbear.report.atlas.drawings import order_of

__all__ = [
    "answer",
    "chances_and_came",
    "chances_of",
    "counted",
    "density",
    "fact_lines",
    "foreseen_sentence",
    "interval_of",
    "judged",
    "printed",
    "spaced",
    "spans_and_came",
    "spread",
]


def answer(cases: tuple[Case, ...]) -> list[str]:
    """What can be said at a glance, counted from the facts."""
    known = [case for case in cases if order_of(case, "order_10y")]
    calm = [case for case in known if order_of(case, "order_10y") == "calm"]
    other = [case for case in known if case not in calm]
    middle = [statistics.median(case.per_1000[0] for case in group if case.per_1000) for group in (calm, other)]
    known_ends = [case for case in cases if case.democracy != "unknown"]
    strong = [case for case in known if case.word("external_threat") == "strong"]
    total = sum(len(case.facts) for case in cases)
    recalled = sum(fact.grade == "memory" for case in cases for fact in case.facts)
    same = sum(row["first"] == row["second"] for row in second_coding())
    free, wars = sum(case.democracy == "yes" for case in known_ends), sum(case.war == "yes" for case in cases)
    return [
        f"**{len(calm)} of {len(known)} territories were calm ten years after an intervention began; "
        f"{free} of {len(known_ends)} were democracies; in {wars} of {len(cases)}",
        "a war over a thousand dead a year was coded at five or ten years or within five after the end. "
        "The middle of the largest forces was",
        f"{middle[0]:.2g} soldiers for every thousand inhabitants where it was calm and {middle[1]:.2g} where it was "
        f"not.** Where a shared threat from outside was coded as strong, "
        f"{sum(case in calm for case in strong)} of {len(strong)} were calm.",
        "These are counts of few cases, not drawn at random, whose inputs were coded by people who knew the outcome: "
        "they raise questions and settle none; scores and orders from tables are of the whole state "
        "(Cyprus, Lebanon, Croatia, for Kosovo Serbia). No verdict of forbear rests on them.",
        "",
        f"{total:,} facts; {recalled} of them ({recalled / total:.0%}) are recalled and carry wide ranges. "
        f"Of {len(second_coding())} inputs coded twice, {same} agree.",
    ]


def spaced(word: str) -> str:
    """A coded word as people write it."""
    return word.replace("_", " ") or "?"


def spread(ends: tuple[float, float] | None) -> str:
    """A range, or nothing where none is stated."""
    return "" if ends is None or ends[0] == ends[1] else f"{ends[0]:,.0f} to {ends[1]:,.0f}"


def density(case: Case) -> tuple[str, str]:
    """Force for the population and its range."""
    if case.per_1000 is None:
        return "?", ""
    shown = [f"{value:.0f}" if value >= 10 else f"{value:.2g}" for value in case.per_1000]
    return shown[0], f"{shown[1]} to {shown[2]}"


def counted(case: Case, quantity: str) -> str:
    """A number of dead with its range."""
    fact = case.one(quantity)
    if fact is None or fact.number is None:
        return "?"
    ends = spread(fact.range)
    return f"{fact.number:,.0f}" + (f" ({ends})" if ends else "")


def chances_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Chances of the three forecasters, and whether it came."""
    chances = (f"{row[name]:.0%}" if name in row else "?" for name in ("record", "prior", "base rate"))
    return (*chances, {True: "yes", False: "no", None: "?"}[row["came"]])


def interval_of(row: Mapping[str, Any] | None) -> tuple[str, str]:
    """The central nine tenths of the record's forecast, and the coded number."""
    return ("?", "?") if row is None else (f"{row['record'][0]:,.0f} to {row['record'][4]:,.0f}", f"{row['came']:,.0f}")


def judged() -> dict[str, dict[str, Any]]:
    """What was foreseen of each case from the others, by the case's name; empty where no record is on file."""
    return {row["case"]: row for row in about().get("judged", {}).get("cases", [])}


def chances_and_came(row: Mapping[str, Any]) -> list[str]:
    """Of calm and of a war: the chance that the record gives, and whether it came."""
    out = []
    for question in ("calm", "war"):
        told = row[question]
        out += [
            f"{told['record']:.0%}" if "record" in told else "?",
            {True: "yes", False: "no", None: "?"}[told["came"]],
        ]
    return out


def spans_and_came(row: Mapping[str, Any]) -> list[str]:
    """Of local dead and the intervener's: nine tenths of the forecast, and what was coded."""
    out = []
    for kind in ("deaths", "theirs"):
        if kind not in row:
            out += ["?", "?"]
            continue
        low, *_, high = row[kind]["record"]
        out += [f"{_round(low)}-{_round(high)}", _round(row[kind]["came"])]
    return out


def _round(value: float) -> str:
    """Two digits, thousands as k, millions as M."""
    for size, mark in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.2g}{mark}" if value < 100 * size else f"{value / size:.0f}{mark}"
    return f"{value:.0f}"


def foreseen_sentence(row: Mapping[str, Any]) -> str:
    """What was foreseen of a case and what came, in one line."""
    calm, came, war, war_came = chances_and_came(row)
    spans = spans_and_came(row)
    return (
        f"calm after five years {calm} (came: {came}), a war {war} (came: {war_came}), "
        f"local dead {spans[0]} (coded: {spans[1]}), the intervener's dead {spans[2]} (coded: {spans[3]})"
    )


def fact_lines(fact: Fact) -> str:
    """A fact on two lines: the number with its range and date, then grade, source and note."""
    unit = "" if fact.unit in ("words", "date") else f" {fact.unit}"
    span = " to ".join(dict.fromkeys(printed(end) for end in (fact.low, fact.high) if end))
    first = f"{fact.quantity}{f' ({fact.of})' if fact.of else ''}: {printed(fact.value)}{unit}"
    first += (f" [{span}]" if span else "") + (f", {fact.date}" if fact.date else "")
    place = [
        part
        for part in dict.fromkeys((fact.title, fact.address, fact.note))
        if part and (part, fact.grade) != ("recalled", "memory")
    ]
    return f"{first}\n    {'; '.join([fact.grade, *place])}"


def printed(text: str) -> str:
    """A number with its thousands parted; words as they are."""
    try:
        value = float(text)
    except ValueError:
        return text
    return f"{value:,.0f}" if abs(value) >= 1000 else text
