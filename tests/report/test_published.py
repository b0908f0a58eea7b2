"""Published totals beside a run: the number of the evidence, compared at its own month, marked as not wholly comparable."""

import numpy as np
import pytest

from forbear.errors import ForbearError
from forbear.figures.gauge import Gauge, draw
from forbear.report.comparable import published_total
from forbear.scenario import Scenario
from forbear.scenario.casefiles.published import published_totals


class Stub:
    """An ensemble of the quantity alone."""

    def __init__(self, weeks, values):
        import xarray as xr

        self.data = xr.Dataset({"cost_budget": (("member", "week"), values)}, coords={"week": weeks})


def test_the_published_cost_of_a_war_is_the_number_of_the_evidence_with_its_source():
    found = {name: published_totals(Scenario.load(name))["cost_budget"] for name in ("iraq-2003", "afghanistan-2001")}
    assert (found["iraq-2003"].value, found["afghanistan-2001"].value) == (751e9, 336e9)
    assert all("RL33110" in one.source and one.note for one in found.values())
    assert published_totals(Scenario.load("harbour")) == {} == published_totals(Scenario.load("meadow"))


def test_a_published_total_stands_beside_the_simulated_histories_of_its_own_month():
    iraq = Scenario.load("iraq-2003")
    weeks = np.arange("2003-05-05", "2011-12-26", 7, dtype="datetime64[D]").astype("datetime64[ns]")
    stock = np.cumsum(np.full((3, len(weeks)), 1e9), axis=1)
    beside = published_total(Stub(weeks, stock), iraq, "cost_budget", 1e-9)
    assert beside.counted == 751.0 and beside.note
    assert beside.simulated == pytest.approx((weeks < np.datetime64("2010-08-01")).sum())
    assert published_total(Stub(weeks[:90], stock[:, :90]), iraq, "cost_budget") is None  # it ends before


def test_a_mistake_in_the_file_is_told_with_its_place(tmp_path):
    (tmp_path / "scenario.toml").write_text(
        '[scenario]\nname = "own"\ntitle = "Own"\nkind = "historical"\nextends = "iraq-2003"\n', encoding="utf-8"
    )
    (tmp_path / "published.toml").write_text('[cost_budget]\ntitle = "x"\nitem = "no such figure"\nnumber = "(1"\ntimes = 1\nuntil = "soon"\nnote = "n"\nextra = 1\n', encoding="utf-8")  # fmt: skip
    with pytest.raises(ForbearError) as told:
        published_totals(Scenario.load(tmp_path / "scenario.toml"))
    text = str(told.value) + " ".join(str(fault) for fault in told.value.faults)
    assert told.value.code == "E613" and "no such figure" in text and "extra" in text and "soon" in text


def test_a_count_that_is_not_wholly_comparable_is_a_hollow_tick():
    one = Gauge.of(1.0, 2.0, middle=1.5, tick=1.2, words="w", hollow=True)
    assert 'class="tick hollow"' in draw(one) and "var(--page" in draw(one)
