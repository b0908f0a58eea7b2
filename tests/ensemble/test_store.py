"""A store survives a kill, refuses a stranger, and a failed member is not fatal."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from forbear.ensemble.runner import simulate
from forbear.errors import FileError, RunError
from forbear.files import PARTIAL

OPTIONS = {"members": 600, "seed": 4, "weekly": ("deaths", "cost_budget"), "monthly": ("control",)}


def test_a_store_holds_what_memory_holds(problem, tmp_path):
    kept = simulate(problem, store=tmp_path / "run", **OPTIONS)
    free = simulate(problem, **OPTIONS)
    for name in ("deaths", "cost_budget", "monthly_control"):
        assert np.array_equal(kept.data[name].values, free.data[name].values)
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["seed"] == 4 and manifest["count"] == 600 and len(manifest["scenario_hash"]) == 64


def test_a_resumed_run_gives_the_same_bits(problem, tmp_path):
    whole = simulate(problem, store=tmp_path / "run", **OPTIONS)
    chunks = sorted((tmp_path / "run" / "chunks").iterdir())
    shutil.rmtree(chunks[1])
    (tmp_path / "run" / "chunks" / "00002.partial-1").mkdir()
    again = simulate(problem, store=tmp_path / "run", **OPTIONS)
    assert whole.data["deaths"].values.tobytes() == again.data["deaths"].values.tobytes()


def heeds():
    """A child of a job in the background is born deaf to interrupts; whoever stops a run at a terminal is heard."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_stopped_in_the_middle_goes_on_with_the_same_bits(problem, tmp_path, how):
    code = (
        "from forbear.scenario import Scenario; from forbear.ensemble.runner import simulate; "
        f"simulate(Scenario.load('meadow').problem(), store={str(tmp_path / 'run')!r}, members=6000, seed=4, "
        "weekly=('deaths', 'cost_budget'), monthly=('control',), workers=1)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, preexec_fn=heeds)
    chunks = tmp_path / "run" / "chunks"
    for _ in range(1200):
        if list(chunks.glob("*/seal.json")) or process.poll() is not None:
            break
        time.sleep(0.05)
    process.send_signal(how)
    _, told = process.communicate()
    done = list(chunks.glob("*/seal.json"))
    assert 0 < len(done) < 47
    if how == signal.SIGINT:
        assert "KeyboardInterrupt" in told and not [p for p in tmp_path.rglob("*") if PARTIAL in p.name]
    before = {path: path.stat().st_mtime_ns for path in done}
    options = {**OPTIONS, "members": 6000}
    resumed = simulate(problem, store=tmp_path / "run", **options)
    assert resumed.data.identical(simulate(problem, **options).data)
    assert "repaired" not in resumed.manifest and {path: path.stat().st_mtime_ns for path in done} == before
    assert not [p for p in tmp_path.rglob("*") if PARTIAL in p.name], "what a kill left half-written is gone"


def test_a_store_of_another_run_is_refused(problem, tmp_path):
    simulate(problem, store=tmp_path / "run", **{**OPTIONS, "members": 10})
    with pytest.raises(RunError, match="seed") as caught:
        simulate(problem, store=tmp_path / "run", **{**OPTIONS, "members": 10, "seed": 5})
    assert caught.value.code == "E404"


def test_a_folder_that_cannot_be_written_is_explained(problem, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(FileError) as caught:
        simulate(problem, store=tmp_path / "file" / "run", **{**OPTIONS, "members": 10})
    assert caught.value.code == "E103"


def test_a_failed_member_is_marked_and_not_fatal(problem, draw):
    parameters = draw(problem, 40)
    parameters["attacks_per_fighter"][7] = np.nan
    ensemble = simulate(problem, members=40, seed=1, parameters=parameters)
    assert ensemble.data["failed"].values.tolist() == [i == 7 for i in range(40)]
    assert len(ensemble.healthy) == 39
    assert ensemble.manifest["failed"] == 1


def test_unknown_quantities_name_the_nearest(problem):
    with pytest.raises(RunError, match="deaths") as caught:
        simulate(problem, members=4, weekly=("deathss",))
    assert caught.value.code == "E401"


def test_results_can_be_taken_away(problem, tmp_path):
    import xarray as xr

    ensemble = simulate(problem, members=20, seed=1)
    tables = ensemble.to_csv(tmp_path / "tables")
    assert (tmp_path / "tables" / "deaths.csv") in tables
    header = Path(tables[0]).read_text().splitlines()[0]
    assert "quantile" in header and "value" in header
    path = ensemble.to_netcdf(tmp_path / "all.nc")
    with xr.open_dataset(path, engine="scipy") as back:
        assert np.array_equal(back["deaths"].values, ensemble.data["deaths"].values)
        assert json.loads(back.attrs["manifest"])["seed"] == 1
    tidy = ensemble.table("monthly_control")
    assert list(tidy.columns) == ["member", "month", "district", "monthly_control"]
    assert len(tidy) == 20 * ensemble.data.sizes["month"] * 2


def test_half_an_intervention_is_refused(meadow):
    with pytest.raises(RunError, match="intervener.intervene is a switch") as caught:
        simulate(meadow.with_levers({"intervener.intervene": 0.5}).problem(), members=4)
    assert caught.value.code == "E408"
