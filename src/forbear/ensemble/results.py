"""What an ensemble is: labelled arrays, parameters, a manifest, and ways to take them away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import FIXED_MEMBERS, MODEL
from forbear.errors import RunError, nearest
from forbear.files import make_folder, replacing, write_text
from forbear.representation import html_of, plot_of
from forbear.spreadsheets import frame_text

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from forbear.ensemble.recording import Block
    from forbear.scenario.problem import Problem

__all__ = ["FAILED", "Ensemble", "attributes_of", "dataset_of", "joined", "weekly_type"]

#: What `failed` says about itself.
FAILED = {
    "unit": "1",
    "long_name": "True where a number became infinite or none: left out of summaries",
    "kind": "mark",
}


def dataset_of(problem: Problem, block: Block, members: np.ndarray, parameters: dict[str, np.ndarray]) -> xr.Dataset:
    """One labelled dataset of a block.

    Parameters
    ----------
    problem, block
        What was run, and what it gave back.
    members
        Identities (members,).
    parameters
        Name -> (members, *dimensions), in the units that the model declares.

    Returns
    -------
    Dataset
        Weekly national quantities by (member, week); monthly ones by (member, month, ...) with the prefix `monthly_`;
        parameters by (member, ...) with the prefix `given_`; `failed` by member. Every variable says its unit, long_name
        and kind; the dataset says how many weeks a step has (`step_weeks`).
    """
    import xarray as xr

    months = np.array([np.datetime64(f"{label}-01") for label in problem.month_labels], dtype="datetime64[ns]")
    coordinates: dict[str, Any] = {
        "member": members.astype(np.int64),
        "week": problem.dates.astype("datetime64[ns]"),
        "month": months,
    }
    variables: dict[str, Any] = {"failed": ("member", block.failed, FAILED)}
    for name, values in block.weekly.items():
        variables[name] = (("member", "week"), values.astype(weekly_type(name), copy=False), attributes_of(name))
    for name, values in block.monthly.items():
        over = MODEL.quantities[name].over
        variables[f"monthly_{name}"] = (("member", "month", *over), values, attributes_of(name))
    by_name = {p.name: p for p in MODEL.parameters.values()}
    for name, values in parameters.items():
        p = by_name[name]
        variables[f"given_{name}"] = (
            ("member", *p.over),
            values,
            {
                "unit": p.unit,
                "long_name": p.meaning,
                "kind": "parameter",
                "room": p.room,
                "identification": p.identification,
            },
        )
    for dimension, names in problem.names.items():
        coordinates[dimension] = list(names)
    coordinates["team"] = list(FIXED_MEMBERS["team"])
    return xr.Dataset(variables, coords=coordinates, attrs={"step_weeks": problem.step})


def weekly_type(name: str) -> type[np.floating[Any]]:
    """How exactly a weekly quantity is kept: money in 64 bits, all else in 32."""
    return np.float64 if MODEL.quantities[name].money else np.float32


def joined(parts: Sequence[xr.Dataset]) -> xr.Dataset:
    """Members of several datasets of the same run, one after another. Much faster than a general concatenation."""
    import xarray as xr

    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    variables = {
        str(name): (variable.dims, np.concatenate([part[name].values for part in parts]), variable.attrs)
        for name, variable in first.data_vars.items()
    }
    members = np.concatenate([part["member"].values for part in parts])
    coordinates = {**{name: value for name, value in first.coords.items() if name != "member"}, "member": members}
    return xr.Dataset(variables, coords=coordinates, attrs=first.attrs)


def attributes_of(name: str) -> dict[str, str]:
    """What a variable says about itself: unit, long_name (its meaning), kind (stock, flow or measure) and room."""
    quantity = MODEL.quantities[name]
    return {"unit": quantity.unit, "long_name": quantity.meaning, "kind": quantity.kind, "room": quantity.room}


@dataclass
class Ensemble:
    """Members of one scenario. `data` is an xarray dataset; `manifest` says exactly where it came from."""

    data: xr.Dataset
    manifest: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.data.sizes["member"])

    def __repr__(self) -> str:
        failed = int(self.data["failed"].sum())
        told = [
            f"{len(self):,} simulated histories",
            self.manifest.get("note", ""),
            f"seed {self.manifest.get('seed', '?')}",
        ]
        text = f"<Ensemble {self.manifest.get('scenario', '?')}: {', '.join(part for part in told if part)}"
        return text + (f", {failed} failed>" if failed else ">")

    def _repr_html_(self) -> str:
        return html_of(self)

    @property
    def given(self) -> str:
        """What they were drawn from, in words: "posterior draws", "prior draws (before any data)"."""
        return str(self.manifest.get("note", ""))

    def plot(self, name: str = "deaths", **options: Any) -> Any:
        """Draw one quantity by month, as `forbear.plot.fan` does with the same options. Deterministic."""
        return plot_of("fan", self, name, **options)

    @property
    def healthy(self) -> Ensemble:
        """The members whose numbers stayed finite."""
        return self.keep(~self.data["failed"].values)

    def keep(self, which: np.ndarray) -> Ensemble:
        """The members for which `which` (booleans or positions) holds."""
        return Ensemble(self.data.isel(member=np.asarray(which)), dict(self.manifest))

    def quantiles(self, name: str, levels: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)) -> xr.DataArray:
        """Quantiles over members of one variable. Raises RunError E401 for an unknown one."""
        if name not in self.data:
            raise RunError(
                "E401",
                f"no variable {name!r} in this ensemble",
                hint=f"did you mean {nearest(name, map(str, self.data.data_vars))}?",
            )
        return self.data[name].quantile(list(levels), dim="member")

    def table(self, name: str) -> pd.DataFrame:
        """One variable as a tidy table: a row per member and index."""
        if name not in self.data:
            raise RunError(
                "E401",
                f"no variable {name!r} in this ensemble",
                hint=f"did you mean {nearest(name, map(str, self.data.data_vars))}?",
            )
        return self.data[name].to_dataframe().reset_index()[[*map(str, self.data[name].dims), name]]

    def to_frame(self, *names: str) -> pd.DataFrame:
        """Variables side by side as a pandas table: a column for each, rows by member and whatever else they share.

        names: variables of equal dimensions, such as weekly national ones; all weekly national ones when absent.
        Raises RunError E401 for an unknown name or for variables that do not share their dimensions.
        """
        chosen = list(names) or [str(n) for n, v in self.data.data_vars.items() if v.dims == ("member", "week")]
        for name in chosen:
            if name not in self.data:
                close = nearest(name, map(str, self.data.data_vars))
                raise RunError("E401", f"no variable {name!r} in this ensemble", hint=f"did you mean {close}?")
        first = self.data[chosen[0]].dims
        for name in chosen:
            if self.data[name].dims != first:
                raise RunError(
                    "E401",
                    f"{name} goes by {', '.join(map(str, self.data[name].dims))}, {chosen[0]} by {', '.join(map(str, first))}",
                    hint="ask for variables of equal dimensions, or for each by itself",
                )
        return self.data[chosen].to_dataframe()[chosen]

    def to_csv(self, folder: str | Path) -> list[Path]:
        """Write quantiles of every variable as CSV files; return their paths. Raises FileError E103."""
        target = make_folder(folder)
        out = []
        for name in map(str, self.data.data_vars):
            if name.startswith("given_") or name == "failed":
                continue
            table = self.quantiles(name).to_dataframe(name="value").reset_index()
            out.append(write_text(target / f"{name}.csv", frame_text(table)))
        return out

    def to_netcdf(self, path: str | Path) -> Path:
        """Write everything to one NetCDF 3 file (64-bit offsets), which every reader knows.

        Parameters
        ----------
        path
            Where; by custom it ends in `.nc`.

        Returns
        -------
        Path
            The path.

        Raises
        ------
        FileError
            E103 where it cannot be written; then nothing is left behind.
        """
        data = self.data.copy()
        data.attrs["manifest"] = json.dumps(self.manifest, sort_keys=True)
        data["failed"] = data["failed"].astype("int8")
        with replacing(path) as work:
            data.to_netcdf(work, engine="scipy", format="NETCDF3_64BIT")
        return Path(path)
