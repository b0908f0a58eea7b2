"""An ensemble without its weeks: a row of numbers for each run, and bands by month, in memory that hardly grows.

A chunk of runs becomes a digest on the worker that ran it: totals, ends, means and peaks of each run, and by month
sums and counts of bins (see `sketch`). Digests are folded in the order of chunks, so every number is the same to the
bit however many threads or workers there were.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL
from forbear.ensemble.job import EnsembleJob
from forbear.ensemble.progress import Meter, NoMeter
from forbear.ensemble.recording import WEEKLY
from forbear.ensemble.runner import carry_out, executor_on, placed
from forbear.ensemble.sketch import BINS, bins_of, quantiles_of
from forbear.errors import FileError, RunError, nearest
from forbear.kernel.draws import LANES

if TYPE_CHECKING:
    import xarray as xr

    from forbear.ensemble.cluster import Cluster
    from forbear.ensemble.recording import Block
    from forbear.scenario.problem import Problem

__all__ = ["CHUNK", "Summaries", "digest", "summarise"]

#: Members of a chunk: eight blocks, so that a digest is small beside what it stands for.
CHUNK = 8 * LANES
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def digest(problem: Problem, blocks: Iterable[tuple[Block, np.ndarray]]) -> xr.Dataset:
    """What is kept of some blocks, each with its members' identities.

    Variables: failed and NAME_total | NAME_last, NAME_mean, NAME_most by member (flows have totals); moments (moment,
    quantity, month), number, sum, sum of squares, least, most of the members that did not fail; step and number
    (entry), the bins that are not empty, each as its distance from the one before; a bin is (quantity * months + month)
    * BINS + bin.
    """
    import xarray as xr

    months = np.asarray(problem.months)
    ends = np.append(np.flatnonzero(np.diff(months)), len(months) - 1)
    rows: list[dict[str, np.ndarray]] = []
    moments, codes, counts = None, [], []
    for block, identities in blocks:
        row = {"member": identities.astype(np.int64), "failed": block.failed}
        names, healthy = list(block.weekly), ~block.failed
        now = np.zeros((5, len(names), len(ends)))
        now[3], now[4] = np.inf, -np.inf
        for place, name in enumerate(names):
            series = block.weekly[name]
            row |= _row(name, series)
            flow = MODEL.quantities[name].kind == "flow"
            by_month = np.add.reduceat(series, np.append(0, ends[:-1] + 1), axis=1) if flow else series[:, ends]
            by_month = by_month[healthy]
            if len(by_month):
                now[:, place] = [
                    np.full(len(ends), len(by_month)), by_month.sum(axis=0), (by_month**2).sum(axis=0),
                    by_month.min(axis=0), by_month.max(axis=0),
                ]  # fmt: skip
            code = (place * len(ends) + np.arange(len(ends))) * BINS + bins_of(by_month)
            found, many = np.unique(code, return_counts=True)
            codes.append(found)
            counts.append(many)
        rows.append(row)
        moments = now if moments is None else _folded(moments, now)
        if len(rows) % 8 == 0:  # or a chunk of many blocks would hold as many lists of bins
            codes, counts = _counted(codes, counts)
    (code,), (number,) = _counted(codes, counts)
    variables: dict[str, Any] = {
        name: ("member", np.concatenate([row[name] for row in rows]), _described(name)) for name in rows[0] if name != "member"
    }  # fmt: skip
    variables["moments"] = (("moment", "quantity", "month"), moments)
    # an entry that counts nothing comes first, so that there is always one; steps are small and pack well
    variables["step"] = ("entry", np.diff(code, prepend=[0, 0]).astype(np.int32))
    variables["number"] = ("entry", np.append(0, number).astype(np.uint32))
    coordinates = {"member": np.concatenate([row["member"] for row in rows]), "quantity": names}
    return xr.Dataset(variables, coords=coordinates)


def _counted(codes: list[np.ndarray], counts: list[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    code, where = np.unique(np.concatenate(codes), return_inverse=True)
    return [code], [np.bincount(where, weights=np.concatenate(counts), minlength=len(code))]


def _row(name: str, series: np.ndarray) -> dict[str, np.ndarray]:
    kind = np.float64 if MODEL.quantities[name].money else np.float32
    if MODEL.quantities[name].kind == "flow":
        return {f"{name}_total": series.sum(axis=1).astype(kind)}
    return {
        f"{name}_last": series[:, -1].astype(kind),
        f"{name}_mean": series.mean(axis=1).astype(kind),
        f"{name}_most": series.max(axis=1).astype(kind),
    }


def _described(column: str) -> dict[str, str]:
    name, _, how = column.rpartition("_")
    known = MODEL.quantities.get(name)
    return {} if known is None else {"unit": known.unit, "meaning": f"{known.meaning} ({how} over the run)"}


def _folded(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.concatenate([a[:3] + b[:3], np.minimum(a[3:4], b[3:4]), np.maximum(a[4:5], b[4:5])])


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
        return f"<Summaries {self.manifest.get('scenario', '?')}: {len(self):,} members, seed {self.manifest.get('seed', '?')}>"

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
        return xr.DataArray(
            values, dims="month", coords={"month": self.months}, name=name, attrs=self._attributes(name)
        )

    def quantiles(self, name: str, levels: Sequence[float] = LEVELS) -> xr.DataArray:
        """Quantiles over members by month, within 1.1 % of their value. Raises RunError E401."""
        import xarray as xr

        at = self._place(name)
        values = quantiles_of(self.counts[at], np.asarray(levels), self.moments[3, at], self.moments[4, at])
        coordinates = {"quantile": list(levels), "month": self.months}
        return xr.DataArray(
            values, dims=("quantile", "month"), coords=coordinates, name=name, attrs=self._attributes(name)
        )

    @staticmethod
    def _attributes(name: str) -> dict[str, str]:
        quantity = MODEL.quantities[name]
        return {"unit": quantity.unit, "meaning": quantity.meaning, "kind": quantity.kind}

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
            runs, self.names, self.months, _folded(self.moments, other.moments), self.counts + other.counts, merged
        )

    def to_csv(self, folder: str | Path) -> list[Path]:
        """Write bands of every quantity and one table of runs as CSV; return their paths. Raises FileError E103."""
        target = Path(folder)
        out = []
        try:
            target.mkdir(parents=True, exist_ok=True)
            for name in self.names:
                table = self.quantiles(name).to_dataframe(name="value").reset_index()
                out.append(_replace(target / f"{name}.csv", table))
            out.append(_replace(target / "runs.csv", self.runs.to_dataframe().reset_index()))
            (target / "manifest.json").write_text(json.dumps(self.manifest, indent=1, sort_keys=True), encoding="utf-8")
        except OSError as error:
            raise FileError("E103", f"cannot write {target}: {error.strerror}") from error
        return out

    def to_netcdf(self, path: str | Path) -> Path:
        """Write runs, means and quantiles by month to one NetCDF 3 file. Raises FileError E103."""
        target = Path(path)
        data = self.runs.copy()
        data["failed"] = data["failed"].astype("int8")
        for name in self.names:
            data[f"{name}_month_mean"] = self.mean(name)
            data[f"{name}_month_quantile"] = self.quantiles(name)
        data.attrs["manifest"] = json.dumps(self.manifest, sort_keys=True)
        try:
            temporary = target.with_name(target.name + ".partial")
            data.to_netcdf(temporary, engine="scipy", format="NETCDF3_64BIT")
            return temporary.replace(target)
        except OSError as error:
            raise FileError("E103", f"cannot write {target}: {error.strerror}") from error


def _replace(path: Path, table: Any) -> Path:
    temporary = path.with_name(path.name + ".partial")
    table.to_csv(temporary, index=False)
    return temporary.replace(path)


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

    Arguments, randomness and errors as for `simulate`; chunk: members of a chunk, a multiple of 128. Parameters are
    not kept: `design.draw_priors` gives those of any member again.
    """
    meter = progress or NoMeter()
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
    with executor_on(place, cluster, workers) as executor:
        for number, data in carry_out(job, executor, meter, f"summarising {problem.name}"):
            early[number] = data
            while following in early:  # sums of floats depend on their order
                part = early.pop(following)
                np.add.at(counts, np.cumsum(part["step"].values, dtype=np.int64), part["number"].values)
                now, names = part["moments"].values, [str(name) for name in part["quantity"].values]
                moments = now if moments is None else _folded(moments, now)
                rows[following] = part.drop_vars(["step", "number", "moments", "quantity"])
                following += 1
    import xarray as xr

    runs = xr.concat(rows, dim="member", data_vars="minimal") if len(rows) > 1 else rows[0]
    failed = int(runs["failed"].sum())
    if failed:
        meter.say(f"{failed} of {len(runs['member'])} members failed: marked, and left out of the bands")
    assert moments is not None
    return Summaries(
        runs,
        tuple(names),
        months,
        moments,
        counts.reshape(len(names), len(months), BINS),
        {**job.manifest, "failed": failed},
    )
