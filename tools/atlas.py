"""Derive the atlas of interventions that ships from the coded facts, the tables that check them and what was mended by hand.

    python tools/atlas.py verify --population P.csv --areas countries.json --polity p5v2018.csv    # writes atlas_inputs/verified.csv
    python tools/atlas.py derive                                                                   # writes library/atlas/*.csv
    python tools/atlas.py land --land land-110m.json                                               # writes library/atlas/land.json
    python tools/atlas.py scenarios                                                                # writes library/atlas/*.toml

`verify` reads copies of: population by country, 1800 to 2100 (Gapminder and UN, as stored by Our World in Data), areas of countries
(mledoze/countries), Polity5 annual series 2018; `land` one of coastlines (Natural Earth 1:110 million as TopoJSON, world-atlas). The coded facts and the tables of conflicts, coups, missions and interventions are read
from `../shared/data`. Rules, word by word, stand in `library/atlas/README.md`.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
INPUTS = HERE / "atlas_inputs"
TARGET = HERE.parents[0] / "src" / "forbear" / "library" / "atlas"
SHARED = HERE.parents[1] / "shared" / "data"
FIELDS = ["case", "quantity", "of", "value", "low", "high", "unit", "date", "grade", "source", "note"]

#: Raw name -> name in the one vocabulary. What is not here is kept as a remark.
NAMES = {
    "population_start": "population", "population": "population_other", "population_island": "population_other",
    "population_zone": "population_other", "area": "area", "area_km2": "area",
    "community_share": "community_share", "community_share_north": "community_share", "community_share_zone": "community_share",
    "community_status_before": "status_before", "community_status_under": "status_under",
    "community_status_during": "status_under", "community_status_during_zone": "status_under",
    "start_date": "start", "end_date": "end",
    "old_regime_end": "old_regime_end", "regime_end_mode": "old_regime_end",
    "external_threat": "external_threat", "shared_external_threat": "external_threat",
    "neighbour_support": "neighbour_support", "neighbour_support_resistance": "neighbour_support",
    "armed_resistance": "armed_resistance",
    "troops": "soldiers", "soldiers": "soldiers", "soldiers_us": "soldiers", "soldiers_uk": "soldiers", "soldiers_un": "soldiers",
    "troops_low_years": "soldiers", "troops_peak": "soldiers_peak", "soldiers_peak": "soldiers_peak",
    "soldiers_uk_peak": "soldiers", "soldiers_uk_end": "soldiers", "troops_end": "soldiers_end", "soldiers_end": "soldiers_end",
    "troops_recommended": "soldiers_wanted", "troops_needed_by_occupier": "soldiers_wanted",
    "reinforcement_battalions": "soldiers_wanted", "soldiers_served_total": "soldiers_served",
    "soldiers_total_deployed": "soldiers_served", "strength_peak": "mission_strength_peak",
    "rand_soldiers_per_1000": "per_1000_published", "soldiers_per_1000": "per_1000_published",
    "local_forces": "local_forces", "local_forces_end": "local_forces", "local_forces_peak": "local_forces",
    "local_auxiliaries": "local_forces", "police_local": "local_forces", "police_international": "police_international",
    "occupier_hostile_deaths": "intervener_dead", "intervener_hostile_deaths": "intervener_dead",
    "un_hostile_deaths": "intervener_dead", "occupier_all_deaths": "intervener_dead_all_causes",
    "intervener_deaths_all": "intervener_dead_all_causes", "un_deaths_all": "intervener_dead_all_causes",
    "mission_deaths_all_causes": "intervener_dead_all_causes",
    "local_violent_deaths": "local_dead", "cow_deaths": "battle_dead", "battle_deaths": "battle_dead",
    "civil_war_deaths": "other_dead", "violent_deaths": "other_dead", "unrest_deaths": "other_dead", "later_violence": "other_dead",
    "local_violent_deaths_before": "other_dead", "local_violent_deaths_after": "other_dead", "war_and_postwar_deaths": "other_dead",
    "local_deaths_by_intervener": "other_dead", "local_casualties_in_clashes_with_un": "other_dead",
    "order_5y_after_start": "order_5y", "order_5y": "order_5y", "order_10y_after_start": "order_10y", "order_10y": "order_10y",
    "order_5y_after_end": "order_5y_after_end", "order_worst_0_5y_after_end": "order_worst_after_end",
    "polity_before_start": "polity_before", "polity_before": "polity_before", "polity_5y": "polity_5y", "polity_10y": "polity_10y",
    "polity_at_end": "polity_at_end", "polity_5y_after_end": "polity_5y_after_end",
    "polyarchy_before": "polyarchy_before", "polyarchy_5y": "polyarchy_5y", "polyarchy_10y": "polyarchy_10y",
    "freedom_house_before": "freedom_house_before", "freedom_house_5y": "freedom_house_5y", "freedom_house_10y": "freedom_house_10y",
    "reconstruction_total": "aid_total", "reconstruction": "aid_total", "aid_total": "aid_total", "aid_total_emergency": "aid_total",
    "aid_needed": "aid_wanted", "reconstruction_per_head": "aid_per_head", "aid_per_head": "aid_per_head",
    "aid_per_head_year": "aid_per_head_year", "mission_cost": "mission_cost", "operation_cost_year": "mission_cost_year",
    "edelstein_code": "verdict", "rand_code": "verdict", "pei_kasper_code": "verdict", "scholar_outcome": "verdict",
    "government_left": "government_left",
}  # fmt: skip
#: Whose row it is, where the raw name says it.
OF = {"soldiers_us": "United States", "soldiers_uk": "Britain", "soldiers_uk_peak": "Britain, peak", "soldiers_uk_end": "Britain, end",
      "soldiers_un": "United Nations", "un_hostile_deaths": "United Nations", "un_deaths_all": "United Nations",
      "local_forces_end": "at the end", "local_forces_peak": "peak", "local_auxiliaries": "South Lebanon Army", "police_local": "police",
      "edelstein_code": "Edelstein 2004, 2008", "rand_code": "RAND 2003", "pei_kasper_code": "Pei and Kasper 2003",
      "un_": "United Nations"}  # fmt: skip
ENDS = {"defeat_in_war": "defeat", "coup_backed": "coup_backed"}
STATUS = ["dominant", "senior_partner", "junior_partner", "autonomous", "subject", "excluded", "irrelevant", "no_state"]
EPR = {"monopoly": "dominant", "senior partner": "senior_partner", "junior partner": "junior_partner", "powerless": "excluded",
       "discriminated": "excluded", "self-exclusion": "autonomous", "state collapse": "no_state", "mixed": "junior_partner"}  # fmt: skip
POLITY_WORDS = {"-66": "occupied", "-77": "collapsed", "-88": "transition"}
LADDERS = {
    "external_threat": ["none", "weak", "strong"], "neighbour_support": ["none", "weak", "strong"],
    "armed_resistance": ["none", "banditry", "insurgency"],
    **dict.fromkeys(("order_5y", "order_10y", "order_5y_after_end", "order_worst_after_end"), ["calm", "limited_violence", "civil_war"]),
}  # fmt: skip
#: How many times too large or small a recalled number may be.
FACTOR = {"population": 1.1, "population_other": 1.1, "area": 1.05, "soldiers": 1.5, "local_forces": 1.5, "police_international": 1.5,
          "mission": 1.5, "intervener_dead": 3, "local_dead": 3, "other_dead": 3, "aid": 2, "per_1000_published": 1.5}  # fmt: skip
#: Soldiers to a unit where only units were counted: value, low, high.
MEN = {"divisions": (15000, 10000, 20000), "battalions": (800, 500, 1000)}
#: Tables at hand and whose they are; by quantity where one table joins several owners.
OWNERS = {
    "record/epr_2021": "Ethnic Power Relations core 2021 (Vogt and others 2015), statuses regrouped",
    "record/us_troops_1950_2025": "US Defense Manpower Data Center and Kane 2006 (troopdata package)",
    "record/third_party_peacekeeping": "Mullenbach, Third-Party Peacekeeping Missions 3.1",
    "governance": "V-Dem (democracyData package)",
    "country_year": "V-Dem (poldat package)",
    "country_year battle_dead": "PRIO Battle Deaths 3.1 to 1988, UCDP GED 23.1 from 1989 (poldat package)",
    "country_year population": "World Bank (poldat package)",
}
WARTIME = {"west-germany-1945", "austria-1945", "italy-1943"}
STATE_SHARES = {"cyprus-1974", "lebanon-1982"}
RENAMED = {
    ("eastern-slavonia-1996", "community_share", "Croats"): "Croats, 1991",
    ("cyprus-1974", "community_share", "Turkish Cypriots"): "Turkish Cypriots, 1977",
    ("iraq-1918", "community_share", "Kurds, within Sunni"): "Kurds",
    ("east-timor-1999", "community_share", "pro-independence (1999 vote)"): "for independence (1999 vote)",
    ("east-timor-1999", "status_under", "pro-independence (CNRT)"): "for independence (1999 vote)",
    ("east-timor-1999", "status_before", "East Timorese"): "for independence (1999 vote)",
    ("cyprus-1974", "status_before", "Greeks"): "Greek Cypriots", ("cyprus-1974", "status_under", "Greeks"): "Greek Cypriots",
    ("cyprus-1974", "status_before", "Turks"): "Turkish Cypriots", ("cyprus-1974", "status_under", "Turks"): "Turkish Cypriots",
    ("lebanon-1982", "status_before", "Shi'a Muslims (Arab)"): "Shia Muslims",
    ("lebanon-1982", "status_before", "Maronite Christians"): "Christians",
}  # fmt: skip


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file with a header."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, fields: list[str], rows: list[dict[str, str]]) -> None:
    """Write a CSV file with a header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fields, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def number(text: str) -> float | None:
    """A number, or None."""
    try:
        return float(text)
    except ValueError:
        return None


def printed(value: float) -> str:
    """A number as short as it can be: whole above ten, three digits below."""
    return f"{value:.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.3g}"


def mended(shared: Path) -> list[dict[str, str]]:
    """Every coded fact in the one vocabulary, before checks and widening."""
    names = {row["raw"]: row["id"] for row in rows_of(INPUTS / "cases.csv")}
    out: list[dict[str, str]] = []
    for part in ("part_a.csv", "part_b.csv"):
        for raw in rows_of(shared / "atlas" / part):
            if raw["case"] in names:
                out.append(_one(raw, names[raw["case"]]))
    return out


def _one(raw: dict[str, str], case: str) -> dict[str, str]:
    name, of = (
        re.fullmatch(r"([a-z0-9_]+)(?:\[(.*)\]|\|(.*))?", raw["quantity"]).group(1, 2)
        if "|" not in raw["quantity"]
        else raw["quantity"].split("|", 1)
    )  # type: ignore[union-attr]
    quantity = NAMES.get(name, "remark")
    label = of or OF.get(name, "")
    if quantity == "remark":
        label = f"{name.replace('_', ' ')}{f', {of}' if of else ''}"
    elif of and name in ("rand_code",):
        label = OF[name]
    elif re.fullmatch(r"[\d ,/to-]+", label or "-") and quantity in ("soldiers", "local_forces"):
        raw = raw | {"date": raw["date"] or label}
        label = ""
    row = {"case": case, "quantity": quantity, "of": label, **{key: raw[key].strip() for key in ("value", "low", "high", "unit", "date", "grade", "note")}}  # fmt: skip
    row["date"] = re.sub(r"-ongo$", "-ongoing", row["date"])  # cut off in the coding
    row["source"], row["address"] = raw["source"], raw["address"]
    owner = OWNERS.get(f"{row['source']} {quantity}") or OWNERS.get(row["source"])
    if owner:
        row["source"], row["address"] = owner, ""
    if re.match(r"https?://[\d.]+/", row["address"]):  # a copy at a bare address is no citation
        row["address"] = ""
    if row["source"].startswith("recalled") or row["source"] == "coder knowledge":
        row["source"] = "recalled"
    row["note"] = re.sub(r"^coder judgement:?\s*", "judged: ", row["note"]).removesuffix("judged: ").strip()
    if case in WARTIME and quantity == "soldiers_peak":
        row["quantity"] = "soldiers_wartime"
    if label.endswith("forecast"):
        row["quantity"] = "soldiers_wanted"
    if label == "Sunni Arabs and Kurds":
        row["quantity"] = "community_share_joined"
    if case in STATE_SHARES and name == "community_share":
        row["quantity"] = "community_share_state"
    row["of"] = RENAMED.get((case, row["quantity"], row["of"]), row["of"])
    _words(row)
    return row


def _words(row: dict[str, str]) -> None:
    """One word for one thing, in place; what was written first goes into the note."""
    quantity, value = row["quantity"], row["value"]
    if quantity.startswith("status_"):
        low = value.lower()
        word = next((w for w in STATUS if low.startswith(w)), None) or next(
            (EPR[w] for w in EPR if low.startswith(w)), ""
        )
        if not word:
            raise SystemExit(f"no status for {row}")
        if row["grade"] == "memory" and low != word:
            row["note"] = "; ".join(filter(None, [value, row["note"]]))
        row["value"] = word
    elif quantity == "old_regime_end" or quantity.startswith("order_"):
        word = value.replace(" ", "_")
        row["value"] = ENDS.get(word, {"not_yet_observed": "not_observed"}.get(word, word)).replace(
            "defeat_in_war", "defeat"
        )
    elif quantity.startswith("polity"):
        row["value"] = POLITY_WORDS.get(value, value)
    elif row["unit"] in MEN:
        middle, least, most = MEN[row["unit"]]
        count, low, high = (number(row[key]) for key in ("value", "low", "high"))
        assert count is not None
        row["note"] = "; ".join(filter(None, [f"{value} {row['unit']} at {middle:,} men each", row["note"]]))
        row["value"], row["low"], row["high"] = (
            printed(count * middle),
            printed((low or count) * least),
            printed((high or count) * most),
        )
    row["unit"] = UNITS.get(quantity, row["unit"] if quantity == "remark" else "words")


UNITS = {
    "population": "persons", "population_other": "persons", "area": "km2", "community_share": "share", "community_share_state": "share", "community_share_joined": "share",
    "start": "date", "end": "date", "soldiers": "persons", "soldiers_peak": "persons", "soldiers_end": "persons",
    "soldiers_wartime": "persons", "soldiers_wanted": "persons", "soldiers_served": "persons", "mission_strength_peak": "persons",
    "per_1000_published": "per 1000", "local_forces": "persons", "police_international": "persons", "intervener_dead": "deaths",
    "intervener_dead_all_causes": "deaths", "local_dead": "deaths", "battle_dead": "deaths", "other_dead": "deaths",
    "polity_before": "Polity -10..10", "polity_5y": "Polity -10..10", "polity_10y": "Polity -10..10", "polity_at_end": "Polity -10..10",
    "polity_5y_after_end": "Polity -10..10", "polyarchy_before": "index 0..1", "polyarchy_5y": "index 0..1", "polyarchy_10y": "index 0..1",
    "freedom_house_before": "sum 2..14", "freedom_house_5y": "sum 2..14", "freedom_house_10y": "sum 2..14", "aid_total": "US$",
    "aid_wanted": "US$", "aid_per_head": "US$/person", "aid_per_head_year": "US$/person/year", "mission_cost": "US$",
    "mission_cost_year": "currency/year",
}  # fmt: skip


def widened(row: dict[str, str]) -> None:
    """Widen the range of what was recalled and not verified, in place."""
    if row["grade"] != "memory" or row["note"].startswith("doubtful"):
        return
    value, quantity = row["value"], row["quantity"]
    ladder = LADDERS.get(quantity, [])
    if quantity in ("start", "end"):
        day = re.fullmatch(r"\d{4}-\d\d-\d\d", value)
        if day and not row["low"]:
            date, month = datetime.date.fromisoformat(value), datetime.timedelta(31)
            row["low"], row["high"] = (date - month).isoformat(), (date + month).isoformat()
    elif value in ladder:
        at = ladder.index(value)
        row["low"] = row["low"] or ladder[max(at - 1, 0)]
        row["high"] = row["high"] or ladder[min(at + 1, len(ladder) - 1)]
    else:
        _widen_number(row)


def _widen_number(row: dict[str, str]) -> None:
    quantity, middle = row["quantity"], number(row["value"])
    if middle is None:
        return
    low, high = number(row["low"]), number(row["high"])
    if quantity.startswith("community_share"):
        odds = middle / max(1 - middle, 1e-3)
        least, most = odds / 1.5 / (1 + odds / 1.5), odds * 1.5 / (1 + odds * 1.5)
        row["low"], row["high"] = f"{min(least, low or 1):.3g}", f"{max(most, high or 0):.3g}"
        return
    factor = next((FACTOR[key] for key in FACTOR if quantity.startswith(key)), None)
    if factor is None:
        return
    row["low"] = printed(min(middle / factor, low if low is not None else middle))
    row["high"] = printed(max(middle * factor, high if high is not None else middle, 10 if "dead" in quantity else 0))


def checked(rows: list[dict[str, str]]) -> None:
    """Lay what a table says over what was recalled, in place: value kept, grade `table`, range holding both."""
    verified = {(row["case"], row["quantity"]): row for row in rows_of(INPUTS / "verified.csv")}
    seen = set()
    for row in rows:
        key = (row["case"], row["quantity"])
        found = verified.get(key)
        if found is None or row["of"]:
            continue
        seen.add(key)
        if row["quantity"].startswith("order_"):
            if row["value"] != "not_applicable":
                row.update({name: found[name] for name in ("value", "low", "high", "grade", "source")})
                row["address"] = ""
        elif row["quantity"].startswith("polity"):
            if row["value"] != found["value"] and row["note"] == "":
                raise SystemExit(f"{key}: coded {row['value']}, table {found['value']}")
        elif row["grade"] == "memory":
            _joined(row, found)
    for key, found in verified.items():
        if key not in seen:
            rows.append({"of": "", "address": "", "date": "", **found, "unit": UNITS.get(found["quantity"], "words")})


def _joined(row: dict[str, str], found: dict[str, str]) -> None:
    ends = [text for text in (row["value"], row["low"], row["high"], found["value"]) if text]
    if row["quantity"] in ("start", "end"):
        near = abs((datetime.date.fromisoformat(found["value"]) - datetime.date.fromisoformat(row["value"])).days) <= 31
        row["low"], row["high"] = min(ends), max(ends)
        row["low"], row["high"] = ("", "") if row["low"] == row["high"] else (row["low"], row["high"])
    else:
        numbers = [float(text) for text in ends]
        near = abs(float(found["value"]) / float(row["value"]) - 1) <= 0.15
        row["low"], row["high"] = printed(min(numbers)), printed(max(numbers))
    row["note"] = "; ".join(filter(None, [f"recalled; the table says {found['value']}", row["note"]]))
    if near:
        row["grade"], row["source"] = "table", found["source"]


def twice(rows: list[dict[str, str]]) -> tuple[int, int]:
    """Lay the second coding beside the first, in place: a range where they differ. Returns how many agree, of how many."""
    second = {(row["case"], row["quantity"]): row for row in rows_of(INPUTS / "second-coding.csv")}
    same = 0
    for row in rows:
        other = second.get((row["case"], row["quantity"]))
        if other is None:
            continue
        same += other["second"] == row["value"]
        ladder = LADDERS.get(row["quantity"])
        ends = sorted([row["value"], other["second"]], key=ladder.index) if ladder else [row["value"], other["second"]]
        differ = row["value"] != other["second"]
        row["low"], row["high"] = (ends[0], ends[1]) if differ else ("", "")
        row["note"] = "; ".join(
            filter(None, [f"coded twice, {'second: ' + other['second'] if differ else 'agreed'}", row["note"]])
        )
        row["grade"] = "coded twice"
    return same, len(second)


def derive(shared: Path) -> None:
    """Write facts, sources, cases and the second coding."""
    rows = [row for row in mended(shared) if row["value"] not in ("not coded",)]
    hands = rows_of(INPUTS / "mended.csv")
    keys = {(row["case"], row["quantity"], row["of"]) for row in hands}
    addresses = {(row["case"], row["quantity"], row["of"]): (row["source"], row["address"]) for row in rows}
    rows = [
        row for row in rows if (row["case"], row["quantity"], row["of"]) not in keys or row["quantity"] == "soldiers"
    ]
    hands_full = []
    for row in hands:
        source = addresses.get((row["case"], row["quantity"], row["of"]), ("", ""))
        kept = source if row["source"] == "as in the first coding" else (row["source"], "")
        hands_full.append(row | {"unit": UNITS.get(row["quantity"], "words"), "source": kept[0], "address": kept[1]})
    checked(rows)
    rows = [
        row for row in rows if (row["case"], row["quantity"], row["of"]) not in keys or row["quantity"] == "soldiers"
    ]
    rows += hands_full
    rows = [row for row in rows if not (row["case"] == "kosovo-1999" and row["quantity"] == "aid_per_head")]
    same, all_ = twice(rows)
    for row in rows:
        widened(row)
    order = {row["id"]: at for at, row in enumerate(rows_of(INPUTS / "cases.csv"))}
    quantities = list(
        dict.fromkeys(
            [*NAMES.values(), "soldiers_wartime", "community_share_state", "community_share_joined", "remark"]
        )
    )
    rows.sort(
        key=lambda row: (
            order[row["case"]],
            quantities.index(row["quantity"]),
            row["date"][:4],
            row["of"],
            row["value"],
        )
    )
    sources: dict[tuple[str, str], str] = {}
    for row in rows:
        place = (row["source"], row.get("address", ""))
        row["source"] = sources.setdefault(place, "recalled" if place[0] == "recalled" else f"s{len(sources) + 1}")
    write(TARGET / "facts.csv", FIELDS, rows)
    write(TARGET / "sources.csv", ["source", "title", "address"],
          [{"source": key, "title": title, "address": address} for (title, address), key in sources.items()])  # fmt: skip
    fields = ["id", "title", "intervener", "place", "longitude", "latitude"]
    write(TARGET / "cases.csv", fields, rows_of(INPUTS / "cases.csv"))
    write(
        TARGET / "second-coding.csv",
        ["case", "quantity", "second", "text", "reason"],
        rows_of(INPUTS / "second-coding.csv"),
    )
    grades = defaultdict(int)
    for row in rows:
        grades[row["grade"]] += 1
    print(f"{len(rows)} facts, {len(sources)} sources; coded twice: {same} of {all_} agree; {dict(grades)}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["verify", "derive", "land", "scenarios"])
    parser.add_argument("--shared", type=Path, default=SHARED)
    for name in ("population", "areas", "polity", "land"):
        parser.add_argument(f"--{name}", type=Path)
    given = parser.parse_args()
    sys.path.insert(0, str(HERE))
    if given.what == "verify":
        from atlas_tables import verify

        verify(given.shared, given.population, json.loads(given.areas.read_text(encoding="utf-8")), given.polity)
    elif given.what == "land":
        from atlas_tables import coastlines

        rings = coastlines(json.loads(given.land.read_text(encoding="utf-8")))
        (TARGET / "land.json").write_text(json.dumps(rings, separators=(",", ":")) + "\n", encoding="utf-8")
    elif given.what == "derive":
        derive(given.shared)
    else:
        from atlas_scenarios import write_scenarios

        write_scenarios(TARGET)


if __name__ == "__main__":
    main()
