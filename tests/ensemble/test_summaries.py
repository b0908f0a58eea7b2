"""Summaries say what the whole ensemble says, in any order of chunks, in folders and behind addresses."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.ensemble.runner import simulate
from forbear.ensemble.sketch import BINS, RELATIVE_ERROR, bins_of, quantiles_of
from forbear.ensemble.summaries import summarise
from forbear.errors import RunError

WEEKLY = ("deaths", "governance", "cost_budget")
OPTIONS = {"members": 700, "seed": 4, "weekly": WEEKLY}


@pytest.fixture(scope="module")
def whole(problem):
    return simulate(problem, monthly=(), **OPTIONS)


@pytest.fixture(scope="module")
def summaries(problem):
    return summarise(problem, chunk=256, **OPTIONS)


def by_month(problem, series, flow):
    months = np.asarray(problem.months)
    parts = [series[:, months == month] for month in np.unique(months)]
    return np.stack([part.sum(axis=1) if flow else part[:, -1] for part in parts], axis=1)


@pytest.mark.parametrize("name", WEEKLY)
def test_bands_by_month_are_those_of_the_whole_ensemble(problem, whole, summaries, name):
    values = by_month(problem, whole.data[name].values.astype(float), name == "deaths")
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    exact = np.quantile(values, levels, axis=0, method="lower")
    assert np.allclose(summaries.quantiles(name, levels).values, exact, rtol=RELATIVE_ERROR + 1e-6, atol=1e-6)
    assert np.allclose(summaries.mean(name).values, values.mean(axis=0), rtol=1e-6)


def test_rows_of_runs_are_totals_ends_means_and_peaks(whole, summaries):
    deaths, governance = whole.data["deaths"].values, whole.data["governance"].values
    assert np.array_equal(summaries.runs["deaths_total"].values, deaths.sum(axis=1))
    assert np.array_equal(summaries.runs["governance_last"].values, governance[:, -1])
    assert np.array_equal(summaries.runs["governance_most"].values, governance.max(axis=1))
    assert np.allclose(summaries.runs["governance_mean"].values, governance.mean(axis=1), rtol=1e-5)


def test_two_halves_merge_into_the_whole(problem, summaries):
    halves = [
        summarise(problem, chunk=256, **{**OPTIONS, "members": np.arange(a, b, dtype=np.uint32)})
        for a, b in ((0, 256), (256, 700))
    ]
    merged = halves[0].merge(halves[1])
    assert np.array_equal(merged.counts, summaries.counts) and merged.runs.identical(summaries.runs)
    assert np.allclose(merged.moments, summaries.moments)
    with pytest.raises(RunError, match="recorded"):
        merged.merge(summarise(problem, members=4, weekly=("deaths",)))


@pytest.mark.parametrize("kind", ["folder", "address"])
def test_a_store_gives_summaries_back_without_running_again(problem, summaries, tmp_path, kind):
    if kind == "address":
        pytest.importorskip("fsspec", reason="fsspec is not installed: pip install 'forbear[cluster]'")
    place = tmp_path / "run" if kind == "folder" else "memory://runs/one"
    first = summarise(problem, chunk=256, store=place, **OPTIONS)
    again = summarise(problem, chunk=256, store=place, **OPTIONS)
    for found in (first, again):
        assert np.array_equal(found.counts, summaries.counts) and np.array_equal(found.moments, summaries.moments)
        assert found.runs.identical(summaries.runs)
    with pytest.raises(RunError) as caught:
        simulate(problem, monthly=(), store=place, **OPTIONS)
    assert caught.value.code == "E404"


def test_failed_members_are_marked_and_left_out_of_bands(problem, draw):
    parameters = draw(problem, 40)
    parameters["attacks_per_fighter"][7] = np.nan
    found = summarise(problem, members=40, seed=1, parameters=parameters, weekly=("deaths",))
    assert found.runs["failed"].values.tolist() == [i == 7 for i in range(40)]
    assert (found.moments[0] == 39).all() and (found.counts.sum(axis=2) == 39).all()


def test_tables_can_be_taken_away(problem, summaries, tmp_path):
    import xarray as xr

    names = {path.name for path in summaries.to_csv(tmp_path)}
    assert names == {"deaths.csv", "governance.csv", "cost_budget.csv", "runs.csv"}
    assert (tmp_path / "runs.csv").read_text().splitlines()[0].startswith("member,failed,deaths_total")
    with xr.open_dataset(summaries.to_netcdf(tmp_path / "all.nc"), engine="scipy") as back:
        assert np.array_equal(back["deaths_total"].values, summaries.runs["deaths_total"].values)
        assert "unit" in back["deaths_month_quantile"].attrs
    with pytest.raises(RunError, match="deaths") as caught:
        summaries.mean("deathss")
    assert caught.value.code == "E401"


def test_a_bin_is_a_thirty_second_of_a_doubling():
    values = np.concatenate([[0.0, -3.0, 1e-9, 1e30], 10.0 ** np.random.default_rng(1).uniform(-5, 13, 2000)])
    bins = bins_of(values)
    assert bins.min() >= 0 and bins.max() == BINS - 1
    counts = np.zeros((len(values), BINS))
    counts[np.arange(len(values)), bins] = 1
    back = quantiles_of(counts, np.array([0.5]))[0]
    assert back[0] == 0 and back[2] == 0
    ordinary = np.r_[1, 4 : len(values)]
    assert np.abs(back[ordinary] / values[ordinary] - 1).max() < RELATIVE_ERROR + 1e-6
    assert (np.diff(bins_of(np.sort(values[4:]))) >= 0).all()
