"""Write library/afghanistan-2001/districts.csv from the evidence tables and two assumptions.

    python tools/scenarios/afghanistan_districts.py

Residents of 2001 by province are the table afghanistan-provinces. No count by community exists for any province, so
`SHARES` is an assumption, to the nearest twentieth: a reading of the public record of who lives where (settlement
maps, provincial overviews), which no one counted. Its national sums are held within `CLOSE` points of the shares
commonly quoted (Pashtun 42, Tajik 27, Hazara 9 per cent; Uzbek 9 and Turkmen 3 are one community here; Aimaq,
Baluch, Nuristani, Pashai and others stand with the Tajiks). `DENSITY`, soldiers per resident relative to Kabul, is
an assumption from where the foreign mission fought: the south and the east.
"""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "src" / "forbear"
COMMUNITIES = ("pashtun", "tajik", "hazara", "uzbek")
#: per cent of residents: Pashtun, Tajik and others, Hazara, Uzbek and Turkmen
SHARES = {
    "Badakhshan": (0, 85, 0, 15), "Badghis": (35, 60, 0, 5), "Baghlan": (20, 55, 15, 10), "Balkh": (20, 45, 10, 25),
    "Bamyan": (0, 15, 85, 0), "Daykundi": (5, 0, 95, 0), "Farah": (80, 20, 0, 0), "Faryab": (15, 20, 0, 65),
    "Ghazni": (50, 5, 45, 0), "Ghor": (5, 80, 15, 0), "Hilmand": (90, 10, 0, 0), "Hirat": (30, 65, 5, 0),
    "Jawzjan": (15, 15, 0, 70), "Kabul": (30, 50, 20, 0), "Kandahar": (95, 5, 0, 0), "Kapisa": (30, 70, 0, 0),
    "Khost": (100, 0, 0, 0), "Kunar": (95, 5, 0, 0), "Kunduz": (35, 25, 5, 35), "Laghman": (60, 40, 0, 0),
    "Logar": (65, 35, 0, 0), "Nangarhar": (90, 10, 0, 0), "Nimroz": (30, 70, 0, 0), "Nuristan": (0, 100, 0, 0),
    "Paktika": (95, 5, 0, 0), "Paktya": (95, 5, 0, 0), "Panjshir": (0, 100, 0, 0), "Parwan": (30, 55, 15, 0),
    "Samangan": (5, 45, 15, 35), "Sari Pul": (15, 30, 10, 45), "Takhar": (5, 45, 0, 50), "Uruzgan": (90, 0, 10, 0),
    "Wardak": (65, 10, 25, 0), "Zabul": (95, 5, 0, 0),
}  # fmt: skip
#: per cent quoted for the country, with 4 Aimaq, 2 Baluch and 4 others beside the Tajiks
QUOTED = (42, 37, 9, 12)
CLOSE = 3.0
DENSITY = {
    "Badakhshan": 0.2, "Badghis": 0.6, "Baghlan": 0.5, "Balkh": 0.4, "Bamyan": 0.2, "Daykundi": 0.05, "Farah": 0.8,
    "Faryab": 0.2, "Ghazni": 1.0, "Ghor": 0.3, "Hilmand": 3.0, "Hirat": 0.6, "Jawzjan": 0.1, "Kabul": 1.0,
    "Kandahar": 2.5, "Kapisa": 1.0, "Khost": 2.0, "Kunar": 2.0, "Kunduz": 0.7, "Laghman": 0.8, "Logar": 1.5,
    "Nangarhar": 1.0, "Nimroz": 0.5, "Nuristan": 1.0, "Paktika": 1.5, "Paktya": 1.5, "Panjshir": 0.1, "Parwan": 2.0,
    "Samangan": 0.1, "Sari Pul": 0.1, "Takhar": 0.2, "Uruzgan": 1.5, "Wardak": 1.0, "Zabul": 1.5,
}  # fmt: skip


def main() -> None:
    """Write the table; stop when the shares do not add up to the country."""
    with (ROOT / "evidence" / "series" / "afghanistan-provinces.csv").open(encoding="utf-8") as file:
        people = {row["province"]: int(row["population_2001"]) for row in csv.DictReader(file)}
    if not people.keys() == SHARES.keys() == DENSITY.keys() or any(sum(s) != 100 for s in SHARES.values()):
        raise SystemExit("every province needs one density and shares that sum to 100")
    residents = {name: tuple(round(people[name] * share / 100) for share in SHARES[name]) for name in people}
    nation = sum(people.values())
    for at, (community, quoted) in enumerate(zip(COMMUNITIES, QUOTED, strict=True)):
        found = 100 * sum(row[at] for row in residents.values()) / nation
        print(f"{community}: {found:.1f} per cent of the country, {quoted} quoted")
        if abs(found - quoted) > CLOSE:
            raise SystemExit(f"{community}: expected {quoted} per cent within {CLOSE}, found {found:.1f}")
    target = ROOT / "library" / "afghanistan-2001" / "districts.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["district", *(f"population.{name}" for name in COMMUNITIES), "intervener.deployment"])
        for name in sorted(residents):
            writer.writerow([name.replace(" ", "-"), *residents[name], DENSITY[name]])


if __name__ == "__main__":
    main()
