"""Write library/vietnam-1965/districts.csv from the evidence tables and two assumptions.

    python tools/scenarios/vietnam_districts.py

Residents by region are those of the hamlet ratings of December 1969, scaled to the 16 million of the years before: whoever
had fled to the cities by then stands where he had fled to. No count by community exists for any province of 1965, so
`SHARES` is an assumption, to the nearest twentieth: cities of the ratings with a tenth of Catholics everywhere and more
where those of 1954 were settled; Hoa Hao as their own office put them (nine in ten in Chau Doc, An Giang, Kien Phong and
Sa Dec, one to six in ten elsewhere in the west); Cao Dai about Tay Ninh; peoples of the highlands where they live. Its
national sums are held within `CLOSE` points of shares quoted for the country. `DENSITY`, soldiers per resident relative
to Saigon, is an assumption from the zones of the US corps: the north, the highlands and the ring of Saigon, few in the
delta.
"""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "src" / "forbear"
COMMUNITIES = ("villagers", "townspeople", "sects", "highlanders")
PEOPLE = 16_000_000
#: per cent of residents: villagers, townspeople and Catholics, Hoa Hao and Cao Dai, peoples of the highlands
SHARES = {
    "Tri-Thien": (70, 25, 0, 5), "Quang-Da-and-Quang-Ngai": (65, 25, 5, 5), "Northern-Highlands": (25, 20, 0, 55),
    "Binh-Dinh-and-Phu-Yen": (80, 15, 0, 5), "Southern-Highlands": (20, 35, 0, 45), "Southern-Coast": (60, 35, 0, 5),
    "Saigon": (20, 75, 5, 0), "Western-Border": (40, 15, 40, 5), "Around-Saigon": (50, 40, 10, 0),
    "Northern-Delta": (50, 10, 40, 0), "Middle-Delta": (60, 10, 30, 0), "Western-Delta": (10, 5, 85, 0),
    "Southern-Delta": (60, 15, 25, 0),
}  # fmt: skip
#: per cent: a tenth of Catholics and the people of cities; 1.5 million Cao Dai and 2 million Hoa Hao by their own count
QUOTED = {"townspeople": 29, "sects": 22, "highlanders": 5}
CLOSE = 4.0
DENSITY = {
    "Tri-Thien": 5.0, "Quang-Da-and-Quang-Ngai": 3.0, "Northern-Highlands": 4.0, "Binh-Dinh-and-Phu-Yen": 3.0,
    "Southern-Highlands": 1.0, "Southern-Coast": 3.0, "Saigon": 1.0, "Western-Border": 5.0, "Around-Saigon": 5.0,
    "Northern-Delta": 1.0, "Middle-Delta": 0.3, "Western-Delta": 0.1, "Southern-Delta": 0.2,
}  # fmt: skip


def main() -> None:
    """Write the table; stop when the shares do not add up to the country."""
    with (ROOT / "evidence" / "series" / "vietnam-regions.csv").open(encoding="utf-8") as file:
        rated = {row["district"]: int(row["residents_1969"]) for row in csv.DictReader(file)}
    if not rated.keys() == SHARES.keys() == DENSITY.keys() or any(sum(s) != 100 for s in SHARES.values()):
        raise SystemExit("every region needs one density and shares that sum to 100")
    scale = PEOPLE / sum(rated.values())
    residents = {name: tuple(round(rated[name] * scale * share / 100) for share in SHARES[name]) for name in rated}
    nation = sum(sum(row) for row in residents.values())
    for at, community in enumerate(COMMUNITIES):
        found = 100 * sum(row[at] for row in residents.values()) / nation
        print(f"{community}: {found:.1f} per cent of the country, {QUOTED.get(community, 'no share')} quoted")
        if community in QUOTED and abs(found - QUOTED[community]) > CLOSE:
            raise SystemExit(f"{community}: expected {QUOTED[community]} per cent within {CLOSE}, found {found:.1f}")
    target = ROOT / "library" / "vietnam-1965" / "districts.csv"
    target.parent.mkdir(exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["district", *(f"population.{name}" for name in COMMUNITIES), "intervener.deployment"])
        for name in SHARES:
            writer.writerow([name, *residents[name], DENSITY[name]])


if __name__ == "__main__":
    main()
