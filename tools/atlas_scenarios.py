"""Write a scenario of at most six districts for every case of the atlas, from its facts and stated assumptions.

Only what was known at the start, and what the intervener did, enters: never resistance, deaths, order or democracy afterwards. What no
fact says is a guess with a range, or is left to the package's default and its prior.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path

from forbear.evidence.atlas import Case, Fact, atlas

LARGEST = 14_000_000  # a cohort is counted exactly to 16.7 million
DISTRICTS, COMMUNITIES = 6, 5
#: Inclusion by status: value, low, high.
INCLUSION = {
    "dominant": (0.9, 0.7, 1.0), "senior_partner": (0.75, 0.5, 0.9), "junior_partner": (0.5, 0.3, 0.7), "autonomous": (0.4, 0.2, 0.7),
    "subject": (0.25, 0.05, 0.5), "excluded": (0.1, 0.0, 0.3), "irrelevant": (0.5, 0.2, 0.8), "no_state": (0.3, 0.05, 0.7), "": (0.4, 0.05, 0.9),
}  # fmt: skip
THREAT = {"none": (0.0, 0.0, 0.2), "weak": (0.35, 0.1, 0.6), "strong": (0.8, 0.5, 1.0)}
SUPPORT = {"none": 0.0, "weak": 0.3, "strong": 1.0}
RULES = {"dominant": 3, "senior_partner": 2, "junior_partner": 1}


def write_scenarios(folder: Path) -> None:
    """Write one file a case, `NAME.toml`."""
    for case in atlas():
        text = scenario(case)
        lines = text.count("\n")
        if lines > 40:
            raise SystemExit(f"{case.name}: {lines} lines")
        (folder / f"{case.name}.toml").write_text(text, encoding="utf-8")


def scenario(case: Case) -> str:
    """The scenario of a case as TOML."""
    people = case.one("population")
    assert people is not None and people.number is not None
    shares = communities(case)
    start = datetime.date.fromisoformat(case.word("start"))
    governs = max(
        shares, key=lambda name: (RULES.get(status(case, "status_under", shares[name][1]), 0), shares[name][0])
    )
    rebels = home_of_resistance(case, shares, governs)
    support = case.word("neighbour_support")
    placed = districts(people.number, {name: share for name, (share, _) in shares.items()})
    peak = max((count for _, count, _ in case.soldiers), default=0.0)
    lines = [
        f"# {case.title}, from the facts of the atlas (forbear atlas show {case.name}) over the model's defaults. Written by tools/atlas.py.",
        'sources.atlas = { title = "Atlas of interventions, facts of this case with their own sources", licence = "facts; CC BY-SA 4.0 where V-Dem scores enter" }',
        "[scenario]",
        f'name = "{case.name}"', f'title = "{case.title}: {case.intervener}"', 'kind = "historical"',
        f"start = {start}", f"end = {last_day(case, start)}",
        f'description = "Largest force {peak:,.0f} for {people.number:,.0f} people. A case of the atlas: for comparison over many cases, not for study by itself."',
        "[country]", f"districts = {quoted(placed)}", f"communities = {quoted(shares)}", 'organisations = ["resistance"]', 'components = ["army"]',
    ]  # fmt: skip
    lines.append("[community]")
    for name, (_, fact) in shares.items():
        before, under = status(case, "status_before", fact), status(case, "status_under", fact)
        purged = (
            before in ("dominant", "senior_partner")
            and case.word("old_regime_end") in ("defeat", "coup_backed")
            and name != governs
        )
        lines.append(
            f"{name} = {{ {_community(fact.of if fact else 'All others', before, under, name == governs, purged)} }}"
        )
    fighters = max(people.number * shares[rebels][0] / 6000, 5)
    lines += [
        "[organisation]", f'resistance = {{ title = "Armed resistance", source = "atlas", home = "{rebels}", sponsored = {str(support != "none").lower()}, '
        f'founding_fighters = {guess(round(fighters), round(fighters / 10), round(fighters * 10), "one in six thousand of its community, within a factor of ten")} }}',
        "[component]", f'army = {{ title = "Army", source = "assumption: as large as the largest force needs", brigades = {max(round(peak / 4000), 1)} }}',
        "[facts]", 'source = "atlas"', *_facts(case, people.number, placed), "[levers]", 'source = "atlas"', *_levers(case, start, support), offer(case, shares, governs),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def communities(case: Case) -> dict[str, tuple[float, Fact | None]]:
    """Names, shares that add up to one, and facts of the communities: the five largest and all others together."""
    kept: dict[str, tuple[float, Fact | None]] = {}
    for fact in case.communities[:COMMUNITIES]:
        name = (
            re.sub(r"[^a-z0-9]+", "_", fact.of.lower().split("(")[0].replace("ä", "a").replace("é", "e"))
            .strip("_")[:24]
            .strip("_")
        )
        if fact.number:
            kept[name] = (fact.number, fact)
    total = sum(share for share, _ in kept.values())
    if total < 0.98 or len(kept) < 2:
        kept["others"] = (max(1 - total, 0.02), None)
    whole = sum(share for share, _ in kept.values())
    return {name: (share / whole, fact) for name, (share, fact) in kept.items()}


def status(case: Case, which: str, fact: Fact | None) -> str:
    """Status of a community before or under the intervention; empty where none is coded."""
    if fact is None:
        return ""
    first = fact.of.split(",")[0].split(" and ")[0].split(" (")[0].lower()
    found = [entry for entry in case.all(which) if entry.of == fact.of] or [
        entry for entry in case.all(which) if entry.of.lower().startswith(first[:8])
    ]
    return found[0].value if found else ""


def offer(case: Case, shares: dict[str, tuple[float, Fact | None]], governs: str) -> str:
    """The line of what those who govern offer: what status under the intervention gives the others, by their size."""
    others = {name: (share, fact) for name, (share, fact) in shares.items() if name != governs}
    given = sum(share * INCLUSION[status(case, "status_under", fact)][0] for share, fact in others.values())
    mean = given / max(sum(share for share, _ in others.values()), 1e-9)
    why = "assumption: inclusion by status under the intervention, averaged over the people of those who do not govern"
    return f'"politics.offer" = {{ value = {shortest(mean)}, source = "{why}" }}'


def home_of_resistance(case: Case, shares: dict[str, tuple[float, Fact | None]], governs: str) -> str:
    """The community that lost most standing, the larger first; the one that governs where there is no other loss."""

    def loss(name: str) -> float:
        fact = shares[name][1]
        return (
            INCLUSION[status(case, "status_before", fact)][0]
            - INCLUSION[status(case, "status_under", fact)][0]
            - (name == governs)
        )

    return max(shares, key=lambda name: (round(loss(name), 2), shares[name][0]))


def districts(people: float, shares: dict[str, float]) -> dict[str, dict[str, int]]:
    """People by district and community: a capital with a tenth of all, and homes of the larger communities, half of them at home."""
    homes = [name for name in sorted(shares, key=lambda name: -shares[name]) if shares[name] >= 0.1][: DISTRICTS - 1]
    parts = dict.fromkeys(homes, 1)

    def built() -> dict[str, dict[str, int]]:
        weight = sum(shares[home] for home in homes)
        out = {"capital": {name: round(0.1 * people * share) for name, share in shares.items()}}
        for home in homes:
            for part in range(parts[home]):
                label = f"home_{home}" + (f"_{part + 1}" if parts[home] > 1 else "")
                spread = {
                    name: (0.45 if name in homes else 0.9) * people * share * shares[home] / weight
                    for name, share in shares.items()
                }
                spread[home] += 0.45 * people * shares[home]
                out[label] = {name: round(value / parts[home]) for name, value in spread.items()}
        return out

    while max(max(row.values()) for row in built().values()) > LARGEST and sum(parts.values()) < DISTRICTS - 1:
        largest = max(homes, key=lambda home: shares[home] / parts[home])
        parts[largest] += 1
    return built()


def last_day(case: Case, start: datetime.date) -> datetime.date:
    """Ten years after the start, or five after the end where that is later; thirty-six years at most."""
    end = case.word("end")
    after = datetime.date.fromisoformat(end) if re.match(r"\d{4}-\d\d-\d\d", end) else start
    return min(max(later(start, 10), later(after, 5)), later(start, 36)) + datetime.timedelta(35)


def later(day: datetime.date, years: int) -> datetime.date:
    """The same day of another year."""
    return day.replace(year=day.year + years, day=min(day.day, 28))


def quoted(names: dict[str, object] | dict[str, dict[str, int]]) -> str:
    """A list of texts in TOML."""
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def shortest(value: float) -> str:
    """Whole above a hundred, two decimals below."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{round(value, 2):g}"


def guess(value: float, low: float, high: float, why: str) -> str:
    """A fact with a range in TOML."""
    return f'{{ value = {shortest(value)}, range = [{shortest(low)}, {shortest(high)}], source = "assumption: {why}" }}'


def _community(title: str, before: str, under: str, governs: bool, purged: bool) -> str:
    was, now = INCLUSION[before], INCLUSION[under]
    words = [
        f'title = "{title}", source = "atlas", governs = {str(governs).lower()}, purged = {str(purged).lower()}',
        f"regime_inclusion = {guess(*was, (before or 'no status coded') + ' before')}",
        f"inclusion_at_start = {guess(*now, (under or 'no status coded') + ' under the intervention')}",
    ]
    if before == "autonomous":
        words.append(f"secured_inclusion = {guess(0.4, 0.1, 0.7, 'held ground of its own')}")
    return ", ".join(words)


def _facts(case: Case, people: float, placed: dict[str, dict[str, int]]) -> list[str]:
    rows = {name: ", ".join(f"{key} = {value}" for key, value in row.items()) for name, row in placed.items()}
    cells = ", ".join(f"{name} = {{ {row} }}" for name, row in rows.items())
    threat, index, polity = (
        THREAT[case.word("external_threat")],
        case.one("polyarchy_before"),
        case.one("polity_before"),
    )
    if index is not None and index.number is not None:
        democracy = (
            index.number,
            max(index.number - 0.1, 0),
            min(index.number + 0.1, 1),
            "electoral democracy in the year before (V-Dem)",
        )
    elif polity is not None and polity.number is not None:
        scaled = (polity.number + 10) / 20
        democracy = (
            scaled,
            max(scaled - 0.25, 0),
            min(scaled + 0.25, 1),
            "Polity in the year before, from -10..10 to 0..1",
        )
    else:
        democracy = (0.2, 0.0, 0.5, "a guess, no score for the year before")
    return [
        f'"people.population_at_start" = {{ value = {{ {cells} }}, source = "assumption: shares of the atlas, half of each at home" }}',
        f'"people.external_threat" = {guess(*threat, "coded " + case.word("external_threat"))}',
        f'"politics.democracy_at_start" = {guess(*democracy)}',
        f'"people.small_community" = {{ value = {max(round(people / 2000), 10)}, source = "assumption: a two-thousandth of all" }}',
        f'"services.power_needed" = {{ value = {shortest(max(people / 1e4, 1))}, range = [{shortest(max(people / 1e5, 0.1))}, {shortest(people / 1e3)}], source = "assumption: 0.1 kW a head, a guess" }}',
    ]  # fmt: skip


def _levers(case: Case, start: datetime.date, support: str) -> list[str]:
    ongoing, end_text = case.ongoing, case.word("end")
    points: dict[datetime.date, float] = {}
    for year, count, _ in case.soldiers:
        points[max(datetime.date(int(year), 1, 1) + datetime.timedelta(round(365.2 * (year % 1))), start)] = count
    if start not in points and points:
        points[start] = points[min(points)]
    if not ongoing:
        end = datetime.date.fromisoformat(end_text)
        points = {day: count for day, count in points.items() if day < end} | {end: 0}
    path = ", ".join(f"[{day}, {points[day]:.0f}]" for day in sorted(points))
    governs_itself = case.word("old_regime_end") == "invitation"
    handed = "1" if governs_itself else "0" if ongoing else f"{{ schedule = [[{end_text}, 1]], before = 0 }}"
    forces = max((fact.number or 0 for fact in case.all("local_forces")), default=0.0)
    lines = [
        f'"intervener.force" = {{ schedule = [{path}], interpolation = "linear" }}',
        f'"politics.sovereignty" = {handed}',
        f'"abroad.meddling" = {{ value = {SUPPORT[support]}, source = "assumption: support of neighbours coded {support}" }}',
    ]
    if forces:
        later_day = start + datetime.timedelta(730)
        lines.append(
            f'"forces.force_target" = {{ schedule = [[{start}, 0], [{later_day}, {forces:.0f}]], interpolation = "linear" }}'
        )
    if case.word("old_regime_end") in ("defeat", "coup_backed"):
        lines.append('"forces.army_order" = { pulses = [START] }'.replace("START", str(start + datetime.timedelta(14))))
    return lines
