"""Control by hamlet ratings beside what the model gives, by region and year: the table in docs/scenarios.md.

    python tools/scenarios/vietnam_control.py                 # histories of the shipped posterior
    python tools/scenarios/vietnam_control.py --given prior   # before any data

A year is the mean over the months in which a region was rated whole. The posterior has heard the ratings of 1969 and 1971
and nothing later: 1972 to 1975 are foreseen with the levers that were really pulled.
"""

from __future__ import annotations

import argparse

import numpy as np

import forbear as fb
from forbear.evidence import find

SCENARIO = "vietnam-1965"
HEARD_LAST = "1971"


def main() -> None:
    """Run the histories and print a line for the country, each region, and the distances by year."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--given", choices=("prior", "posterior"), default="posterior")
    asked.add_argument("--members", type=int, default=384)
    asked.add_argument("--seed", type=int, default=11)
    options = asked.parse_args()
    data = fb.simulate(
        SCENARIO,
        given=options.given,
        members=options.members,
        seed=options.seed,
        weekly=["deaths"],
        monthly=["control", "mean_control"],
    ).data
    months = [str(month)[:7] for month in data["month"].values]
    regions = [str(name) for name in data["district"].values]
    control = data["monthly_control"].transpose("member", "month", "district").values.astype(float)
    country = data["monthly_mean_control"].values.reshape(options.members, -1).astype(float)
    for row in find("vietnam-control-country-month").rows():
        show(f"country {row['month']}", row["control"], country[:, months.index(row["month"])])
    show("country 1975-04", 0.0, country[:, months.index("1975-04")])
    rows = find("vietnam-control-month").rows()
    last = {}
    for year in sorted({row["month"][:4] for row in rows}):
        inside, far, carried = [], [], []
        for at, region in enumerate(regions):
            rated = [row for row in rows if row["district"] == region and row["month"].startswith(year)]
            if not rated:
                continue
            counted = float(np.mean([row["control"] for row in rated]))
            drawn = control[:, [months.index(row["month"]) for row in rated], at].mean(axis=1)
            low, middle, high = show(f"{year} {region}", counted, drawn)
            inside.append(low <= counted <= high)
            far.append(abs(middle - counted))
            if year == HEARD_LAST:
                last[region] = counted
            elif year > HEARD_LAST:
                carried.append(abs(last[region] - counted))
        words = f"{year}: {sum(inside)} of {len(inside)} inside nine tenths; median off by {np.mean(far):.3f}"
        print(words + (f", the rating of {HEARD_LAST} carried on by {np.mean(carried):.3f}" if carried else ""))


def show(what: str, counted: float, drawn: np.ndarray) -> tuple[float, float, float]:
    """Print one line; return the 5th, 50th and 95th percentile of the draws."""
    low, middle, high = (float(q) for q in np.quantile(drawn, [0.05, 0.5, 0.95]))
    print(f"{what:<32} counted {counted:.2f}, model {middle:.2f} ({low:.2f} to {high:.2f})")
    return low, middle, high


if __name__ == "__main__":
    main()
