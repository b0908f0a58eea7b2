"""Figures on Iraq read from public pages and typed: displaced people, civilian deaths by perpetrator."""

from __future__ import annotations

import csv
from pathlib import Path

from tables import check

HERE = Path(__file__).parent / "figures"


def derive(data: Path, out: Path) -> None:
    """Copy the typed figures, with the sum of inside and abroad, and check the totals that the pages print."""
    rows = list(csv.DictReader((HERE / "iraq_displaced_points.csv").open(encoding="utf-8")))
    for row in rows:
        row["persons"] = str(int(row["inside"]) + int(row["abroad"]))
    _write(
        out / "series" / "iraq-displaced-points.csv",
        ["month", "persons", "inside", "abroad", "publisher", "address"],
        rows,
    )
    killed = list(csv.DictReader((HERE / "iraq_deaths_by_perpetrator.csv").open(encoding="utf-8")))
    # the paper's three groups leave 2,748 deaths to several or other perpetrators
    check("civilian deaths of three groups of perpetrators", sum(int(r["deaths"]) for r in killed), 89_866)
    _write(out / "series" / "iraq-deaths-by-perpetrator.csv", list(killed[0]), killed)


def _write(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({c: row[c] for c in columns} for row in rows)
