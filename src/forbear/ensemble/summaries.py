"""An ensemble without its weeks: a row of numbers for each run, and bands by month, in memory that hardly grows.

A chunk of runs becomes a digest on the worker that ran it: totals, ends, means and peaks of each run, and by month
sums and counts of bins (see `sketch`). Digests are folded in the order of chunks, so every number is the same to the
bit however many threads or workers there were.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.digest import folded
from forbear.ensemble.estimate import check_memory
from forbear.ensemble.job import EnsembleJob
from forbear.ensemble.progress import Meter, NoMeter
from forbear.ensemble.recording import WEEKLY
from forbear.ensemble.results import attributes_of, joined
from forbear.ensemble.runner import carry_out, executor_on, placed
from forbear.ensemble.sketch import BINS, quantiles_of
from forbear.errors import RunError, nearest
from forbear.files import make_folder, replacing, write_json, write_text
from forbear.kernel.draws import LANES
from forbear.spreadsheets import frame_text

if TYPE_CHECKING:
    import xarray as xr

    from forbear.ensemble.cluster import Cluster
    from forbear.scenario.problem import Problem

__all__ = ["CHUNK", "Summaries", "summarise"]

#: Members of a chunk: eight blocks, so that a digest is small beside what it stands for.
CHUNK = 8 * LANES
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass
class Summaries:
    """Runs without their weeks.

    runs: xarray dataset over members; names: quantities in order; months: datetime64[ns]; moments (5, quantities,
    months) and counts (quantities, months, BINS) hold the bands of members that did not fail.
    """

    runs: xr.Dataset
    names: tuple[str, ...]
    months: np.ndarray
    moments: np.ndarray
    counts: np.ndarray
    manifest: dict[str, Any]

    def __len__(self) -> int:
        return int(self.runs.sizes["member"])

    def __repr__(self) -> str:
        told = [
            f"{len(self):,} simulated histories",
            self.manifest.get("note", ""),
            f"seed {self.manifest.get('seed', '?')}",
        ]
        return f"<Summaries {self.manifest.get('scenario', '?')}: {', '.join(part for part in told if part)}>"

    def _place(self, name: str) -> int:
        if name not in self.names:
            raise RunError(
                "E401", f"no quantity {name!r} in these summaries", hint=f"did you mean {nearest(name, self.names)}?"
            )
        return self.names.index(name)

    def mean(self, name: str) -> xr.DataArray:
        """Mean over members by month: sums of flows, last weeks of the rest. Raises RunError E401."""
        import xarray as xr

        at = self._place(name)
        values = self.moments[1, at] / np.maximum(self.moments[0, at], 1)
        return xr.DataArray(values, dims="month", coords={"month": self.months}, name=name, attrs=attributes_of(name))

    def quantiles(self, name: str, levels: Sequence[float] = LEVELS) -> xr.DataArray:
        """Quantiles over members by month, within 1.1 % of their value. Raises RunError E401."""
        import xarray as xr

        at = self._place(name)
        values = quantiles_of(self.counts[at], np.asarray(levels), self.moments[3, at], self.moments[4, at])
        coordinates = {"quantile": list(levels), "month": self.months}
        return xr.DataArray(
            values, dims=("quantile", "month"), coords=coordinates, name=name, attrs=attributes_of(name)
        )

    def merge(self, other: Summaries) -> Summaries:
        """These and others of the same scenario with other members or another seed. Raises RunError E404 where they differ in more."""
        import xarray as xr

        keys = ("scenario_hash", "model_hash", "recorded", "kernel")
        different = [key for key in keys if self.manifest.get(key) != other.manifest.get(key)]
        if different:
            raise RunError("E404", f"summaries of different runs: {', '.join(different)} differ")
        runs = xr.concat([self.runs, other.runs], dim="member", data_vars="minimal")
        merged = {**self.manifest, "count": len(self) + len(other), "merged": [self.manifest, other.manifest]}
        return Summaries(
            runs, self.names, self.months, folded(self.moments, other.moments), self.counts + other.counts, merged
        )

    def to_csv(self, folder: str | Path) -> list[Path]:
        """Write bands of every quantity and one table of runs as CSV; return their paths. Raises FileError E103."""
        target = make_folder(folder)
        out = []
        for name in self.names:
            table = self.quantiles(name).to_dataframe(name="value").reset_index()
            out.append(write_text(target / f"{name}.csv", frame_text(table)))
        rows = self.runs.to_dataframe().reset_index()
        out.append(write_text(target / "runs.csv", frame_text(rows)))
        write_json(target / "manifest.json", self.manifest)
        return out

    def to_netcdf(self, path: str | Path) -> Path:
        """Write runs, means and quantiles by month to one NetCDF 3 file. Raises FileError E103."""
        data = self.runs.copy()
        data["failed"] = data["failed"].astype("int8")
        for name in self.names:
            data[f"{name}_month_mean"] = self.mean(name)
            data[f"{name}_month_quantile"] = self.quantiles(name)
        data.attrs["manifest"] = json.dumps(self.manifest, sort_keys=True)
        with replacing(path) as work:
            data.to_netcdf(work, engine="scipy", format="NETCDF3_64BIT")
        return Path(path)


def summarise(
    problem: Problem,
    *,
    members: int | Sequence[int] | np.ndarray = 10_000,
    seed: int = 1,
    parameters: Mapping[str, np.ndarray] | None = None,
    workers: int | None = None,
    cluster: str | Cluster | None = None,
    store: str | Path | None = None,
    weekly: Sequence[str] = WEEKLY,
    kernel: str = "lanes",
    device: str = "cpu",
    chunk: int = CHUNK,
    progress: Meter | None = None,
    note: str = "prior draws",
) -> Summaries:
    """Simulate and keep only summaries of the `weekly` quantities (national values).

    Parameters
    ----------
    problem, members, seed, parameters, workers, cluster, store, weekly, kernel, device, progress, note
        As for `simulate`. Parameters are not kept: `design.draw_priors` gives those of any member again.
    chunk
        Members of a chunk, a multiple of 128.

    Returns
    -------
    Summaries
        Rows of runs and bands by month.

    Raises
    ------
    RunError, FileError
        As `simulate`.
    """

    meter = progress or NoMeter()
    check_memory(problem, members, weekly=weekly, monthly=(), summarised=True, workers=workers)
    place = placed(device, kernel, members, meter)
    job = EnsembleJob(
        problem, members=members, seed=seed, parameters=parameters, weekly=weekly, monthly=(), kernel=kernel, note=note,
        store=store, device=place, chunk=chunk, summarised=True,
    )  # fmt: skip
    names: list[str] = []
    months = np.array([np.datetime64(f"{label}-01") for label in problem.month_labels], dtype="datetime64[ns]")
    counts = np.zeros(len(job.weekly) * len(months) * BINS, dtype=np.uint32)
    moments = None
    rows: list[Any] = [None] * len(job)
    early: dict[int, xr.Dataset] = {}
    following = 0
    repaired: dict[str, list[str]] = {}
    with executor_on(place, cluster, workers) as executor:
        for number, data in carry_out(job, executor, meter, f"summarising {problem.name}", repaired):
            early[number] = data
            while following in early:  # sums of floats depend on their order
                part = early.pop(following)
                np.add.at(counts, np.cumsum(part["step"].values, dtype=np.int64), part["number"].values)
                now, names = part["moments"].values, [str(name) for name in part["quantity"].values]
                moments = now if moments is None else folded(moments, now)
                rows[following] = part.drop_vars(["step", "number", "moments", "quantity"])
                following += 1
    runs = joined(rows)
    failed = int(runs["failed"].sum())
    if failed:
        meter.say(f"{failed} of {len(runs['member'])} simulated histories failed: marked, and left out of the bands")
    assert moments is not None
    return Summaries(
        runs,
        tuple(names),
        months,
        moments,
        counts.reshape(len(names), len(months), BINS),
        {**job.manifest, **repaired, "failed": failed},
    )
