"""Play mode, the digest of a turn: a dated page in sentences, made of what was reported and of what everybody sees.

Nothing that players may not know enters: counts as reports have them, polls, the bill, the own force, and of the plan
what is public on its day (orders, elections, sovereignty handed over, a ruler taken, an outrage). What is announced
ahead is what is announced in such places: elections and the day of sovereignty.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.app.play.expect import months_in
from forbear.app.play.game import levers_along, month_words
from forbear.figures.spec import approximately

if TYPE_CHECKING:
    from forbear.app.play.game import Game, Turn
    from forbear.app.play.views import View
    from forbear.scenario.problem import Problem

__all__ = ["Digest", "Sent", "ahead_of", "digest_of", "events_of", "goals_of", "reckoned", "sent_of"]

#: Levers that act on one day, and how the day is told.
_PULSES = {
    "purge_order": "Officials of the old regime were removed from office by order.",
    "army_order": "The order on the old army was given.",
    "election": "A national election was held.",
    "home_election": "An election was held at home.",
    "leadership_change": "A new leadership took over at home.",
    "trigger": "An outrage shook the communities: restraint between them is said to be ending.",
}
#: Levers whose rise everybody sees, with the smallest that is told.
_RISES = {
    "sovereignty": ("More of formal sovereignty was handed to a national government ({:.0%} by now).", 0.05),
    "defeat": ("The leader of the old regime was taken.", 0.5),
    "regional_shock": ("Uprisings began in the region.", 1.0),
}
#: What is announced before its day.
_ANNOUNCED = {"election": "a national election", "home_election": "an election at home"}
#: A change that is called none, and one that is called a doubling.
_ALIKE = 0.1


@dataclass(frozen=True)
class Sent:
    """Own soldiers that were asked for and that were there, at the end of a turn. most, sustained: what could be
    deployed and what rotation keeps up then."""

    asked: float
    there: float
    most: float
    sustained: float

    @property
    def short(self) -> bool:
        """True where fewer were there than were asked for."""
        return self.there < self.asked * 0.995

    @property
    def words(self) -> str:
        """Asked and sent in sentences."""
        asked, there = _whole(self.asked), _whole(self.there)
        if self.short:
            return f"{asked} own soldiers were asked for; {there} are there: more cannot be deployed now."
        if self.asked == 0 and self.there == 0:
            return "No own soldiers were asked for, and none are there."
        said = f"{asked} own soldiers were asked for, and {there} are there."
        if self.there > self.sustained * 1.005:
            return f"{said} That is more than rotation sustains (about {reckoned(self.sustained)})."
        return said


@dataclass(frozen=True)
class Digest:
    """The digest of a turn. date: of its last day, in words; headline: what matters most; lines: further sentences;
    events: what happened in these months; ahead: what is announced; sent: own soldiers asked for and there."""

    date: str
    headline: str
    lines: tuple[str, ...]
    events: tuple[str, ...]
    ahead: tuple[str, ...]
    sent: Sent


def reckoned(value: float) -> str:
    """What follows from the model and nobody counts, in three digits."""
    return approximately(value, 3)


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _rate(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")


def sent_of(problem: Problem, view: View, until: int) -> Sent | None:
    """Own soldiers asked for and there in the last week before month `until`; None before the first month."""
    weeks, _ = months_in(problem, 0, until)
    if not weeks.stop:
        return None
    at = weeks.stop - 1
    force, most, kept = (float(view.weekly[name][at]) for name in ("force", "force_ceiling", "sustainable_force"))
    return Sent(float(view.asked[at]), force, most, kept)


def _levers(problem: Problem, game: Game, path: Sequence[Turn]) -> dict[str, np.ndarray]:
    return {**problem.levers, **levers_along(problem, game.feasible, list(path))}


def events_of(problem: Problem, game: Game, path: Sequence[Turn], first: int, until: int) -> list[str]:
    """What everybody sees happen in months `first` to `until` (exclusive), with its month, in order. No randomness."""
    levers, owner = _levers(problem, game, path), np.asarray(problem.months)
    found: list[tuple[int, str]] = []
    weeks, _ = months_in(problem, first, until)
    for name, words in _PULSES.items():
        values = np.asarray(levers[name], dtype=float)
        found += [
            (k, words) for k in range(weeks.start, weeks.stop) if values[k] > 0 and (k == 0 or values[k - 1] == 0)
        ]
    for name, (words, least) in _RISES.items():
        values = np.asarray(levers[name], dtype=float)
        before = values[weeks.start - 1] if weeks.start else values[0]
        for k in range(weeks.start, weeks.stop):
            if values[k] - before >= least:
                found.append((k, words.format(values[k])))
                before = values[k]
            before = min(before, values[k])
    found.sort()
    return [f"{month_words(problem.month_labels[owner[k]])}: {words}" for k, words in found]


def ahead_of(problem: Problem, first: int, until: int) -> list[str]:
    """What is announced for months `first` to `until` (exclusive) of the plan."""
    weeks, _ = months_in(problem, first, until)
    owner, found = np.asarray(problem.months), []
    for name, words in _ANNOUNCED.items():
        values = np.asarray(problem.levers[name], dtype=float)
        found += [
            (k, words) for k in range(weeks.start, weeks.stop) if values[k] > 0 and (k == 0 or values[k - 1] == 0)
        ]
    values = np.asarray(problem.levers["sovereignty"], dtype=float)
    found += [
        (k, f"more of sovereignty handed over, as planned ({values[k]:.0%} then)")
        for k in range(max(weeks.start, 1), weeks.stop)
        if values[k] - values[k - 1] >= 0.05
    ]
    return [f"{month_words(problem.month_labels[owner[k]])}: {words}" for k, words in sorted(found)]


def _course(now: float, before: float | None) -> str:
    """How a monthly count stands to the turn before."""
    if before is None:
        return ""
    if before == 0:
        return ", after none in the turn before" if now else ", as in the turn before"
    ratio = now / before
    if abs(ratio - 1) <= _ALIKE:
        return f", about as in the turn before ({_rate(before)})"
    return f", {'up' if ratio > 1 else 'down'} from {_rate(before)} a month in the turn before"


def _days(problem: Problem, until: int) -> str:
    """The last day of the month before `until`, in words."""
    year, month = map(int, problem.month_labels[until - 1].split("-"))
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    last = following - datetime.timedelta(days=1)
    return f"{last.day} {month_words(problem.month_labels[until - 1])}"


def digest_of(
    problem: Problem, view: View, game: Game, path: Sequence[Turn], districts: Mapping[str, str], names: Sequence[str]
) -> Digest:
    """The digest of the last turn of a path.

    districts: titles of districts by name; names: titles of communities. No randomness.
    """
    turn = path[-1]
    before = path[-2] if len(path) > 1 else None
    weeks, months = months_in(problem, turn.first, turn.until)

    def rates(series: str) -> tuple[float, float, float | None]:
        values = view.weekly[series]
        earlier = None
        if before is not None:
            old, many = months_in(problem, before.first, before.until)
            earlier = float(values[old].sum() / many)
        return float(values[weeks].sum()), float(values[weeks].sum() / months), earlier

    dead, dead_rate, dead_before = rates("observed_civilian_deaths")
    attacks, attack_rate, attacks_before = rates("observed_attacks")
    own, _, _ = rates("observed_intervener_deaths")
    local, _, _ = rates("observed_government_deaths")
    span = turn.until - turn.first
    within = "in the month" if span == 1 else f"in {span} months"
    rate = "" if span == 1 or not dead else f", {_rate(dead_rate)} a month"
    headline = f"Reports count {_people(dead, 'civilian')} killed {within}{rate}{_course(dead_rate, dead_before)}."
    by_district = view.parts["observed_civilian_deaths"][turn.first : turn.until].sum(axis=0)
    worst = int(np.argmax(by_district))
    if dead > 0 and np.sum(by_district == by_district[worst]) == 1 and len(by_district) > 1:
        name = str(problem.names["district"][worst])
        headline += f" Worst hit: {districts.get(name, name)}, {_whole(by_district[worst])} of them."
    counted = f"{_whole(attacks)} attack{'' if attacks == 1 else 's'} stand{'s' if attacks == 1 else ''}"
    lines = [
        f"{counted} in incident reports, {_rate(attack_rate)} a month{_course(attack_rate, attacks_before)}.",
        f"Own soldiers killed: {_whole(own)}. Local soldiers and police reported killed: {_whole(local)}.",
    ]
    last = weeks.stop - 1
    poll = view.weekly["poll_home_support"]
    home = f"A poll at home finds {100 * poll[last]:.0f} of 100 for the war in the last week"
    home += f", {100 * poll[weeks.start - 1]:.0f} when the turn began" if weeks.start else ""
    cost = view.weekly["cost_budget"] * 1e-9
    spent = float(cost[last] - (cost[weeks.start - 1] if weeks.start else 0.0))
    lines.append(
        f"{home}. The turn cost {approximately(spent)} billion US$, {approximately(float(cost[last]))} in all."
    )
    polls = view.parts["poll_support_for_attacks"][turn.until - 1]
    if len(polls):
        said = ", ".join(f"{title} {100 * polls[k]:.0f}" for k, title in enumerate(names))
        lines.append(f"Polled in the country, of 100 so many call attacks on you acceptable: {said}.")
    payroll = float(view.weekly["observed_government_forces"][last])
    wanted = float(np.asarray(_levers(problem, game, path)["force_target"], dtype=float)[last])
    if wanted > 0:
        lines.append(f"Local army and police: {_whole(wanted)} were planned, {_whole(payroll)} are on the payroll.")
    sent = sent_of(problem, view, turn.until)
    assert sent is not None
    end = min(turn.until + game.months, len(problem.month_labels))
    return Digest(
        _days(problem, turn.until),
        headline,
        tuple(lines),
        tuple(events_of(problem, game, path, turn.first, turn.until)),
        tuple(ahead_of(problem, turn.until, end)),
        sent,
    )


def _people(value: float, word: str) -> str:
    return f"{_whole(value) if value else 'no'} {word}{'' if value == 1 else 's'}"


def goals_of(problem: Problem, view: View, until: int) -> list[tuple[str, str]]:
    """What every government counts, up to now and as reported: words and value, for the strip above a turn."""
    weeks, _ = months_in(problem, 0, until)
    if not weeks.stop:
        return []
    at = weeks.stop - 1
    seen = view.weekly
    return [
        ("civilians reported killed", _whole(seen["observed_civilian_deaths"][: at + 1].sum())),
        ("own soldiers killed", _whole(seen["observed_intervener_deaths"][: at + 1].sum())),
        ("bill, billion US$", approximately(float(seen["cost_budget"][at]) * 1e-9)),
        ("support at home, polled", f"{100 * seen['poll_home_support'][at]:.0f}\u202f%"),
        ("own soldiers in the country", _whole(seen["force"][at])),
    ]
