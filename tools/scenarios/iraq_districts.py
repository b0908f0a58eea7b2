"""Write library/iraq-2003/districts.csv from the evidence tables.

    python tools/scenarios/iraq_districts.py

Residents by community: population of 2005 times the community's share of votes in December 2005, as the table
iraq-governorates-communities states it. Relative density of the force: an assumption by area of responsibility,
since no open table of soldiers by governorate is at hand.
"""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "src" / "forbear"
#: Soldiers per resident relative to Baghdad: assumption from the areas of the multinational divisions.
DENSITY = {"Anbar": 3.0, "Babil": 0.7, "Baghdad": 1.0, "Basra": 0.6, "Dhi Qar": 0.5, "Diyala": 1.2, "Dohuk": 0.05, "Erbil": 0.05, "Karbala": 0.4,
           "Kirkuk": 1.3, "Maysan": 0.5, "Muthanna": 0.6, "Najaf": 0.4, "Ninewa": 1.0, "Qadisiyah": 0.4, "Salah al-Din": 2.0, "Sulaymaniyah": 0.05, "Wasit": 0.5}  # fmt: skip


def main() -> None:
    """Write the table."""
    people: dict[str, dict[str, int]] = {}
    with (ROOT / "evidence" / "series" / "iraq-governorates-communities.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            people.setdefault(row["governorate"], {})[row["community"]] = int(row["persons_2005"])
    target = ROOT / "library" / "iraq-2003" / "districts.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["district", "population.sunni", "population.shia", "population.kurdish", "intervener.deployment"]
        )
        for name in sorted(people):
            writer.writerow(
                [name.replace(" ", "-"), *(people[name][c] for c in ("sunni", "shia", "kurdish")), DENSITY[name]]
            )


if __name__ == "__main__":
    main()
