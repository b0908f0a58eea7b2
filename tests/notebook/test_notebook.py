"""A notebook's cells run one after another; what each leaves shows itself, with its table, and saves itself."""

import base64
import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest

import forbear as fb
from forbear.errors import FileError, RunError

CELLS = [
    "import forbear as fb\nmeadow = fb.load('meadow')\nmeadow",
    "more = meadow.with_levers({'intervener.force': '+200'}, name='200 more')\nfb.diff(meadow, more)",
    "ensemble = fb.simulate(meadow, given='prior', members=16, seed=1)\nensemble",
    "fb.plot.fan(ensemble, 'deaths')",
    "pair = fb.compare(meadow, more, given='prior', members=8, replications=2)\npair",
    "fb.plot.effect(pair)",
    "ensemble.to_frame('deaths', 'force')",
]


def run_cells(cells):
    """Run each cell as a notebook does: the last expression is what it shows."""
    import ast

    space, shown = {}, []
    for cell in cells:
        tree = ast.parse(cell)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), space)
        shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), space) if last else None)
    return space, shown


@pytest.fixture(scope="module")
def notebook():
    return run_cells(CELLS)


@pytest.fixture(scope="module")
def ensemble(notebook):
    return notebook[0]["ensemble"]


def test_every_cell_shows_html_that_is_well_formed_and_a_line_of_text(notebook):
    for shown in notebook[1]:
        html = shown._repr_html_()
        assert "<table" in html and len(repr(shown)) > 20
        text = re.sub(r"<(img|br)([^>]*)>", r"<\1\2/>", html).replace("&nbsp;", " ")
        ElementTree.fromstring(f"<div>{re.sub(r'<style.*?</style>', '', text, flags=re.DOTALL)}</div>")


def test_a_fan_holds_the_quantiles_that_numpy_gives(ensemble):
    from forbear.ensemble.monthly import monthly_values

    picture = fb.plot.fan(ensemble, "deaths")
    months, values = monthly_values(ensemble, "deaths")
    assert list(picture.data.index) == [str(m) for m in months]
    assert np.allclose(picture.data["p50"], np.median(values, axis=0))
    assert (np.diff(picture.data[["p05", "p25", "p50", "p75", "p95"]].to_numpy(), axis=1) >= 0).all()
    assert len(picture.rows) == len(picture.data) and picture.head[0] == "month"


def test_a_drawing_is_a_document_of_its_own(ensemble):
    picture = fb.plot.fan(ensemble, "deaths")
    root = ElementTree.fromstring(picture.svg)
    words = "".join(root.itertext())
    assert "median of simulated histories" in words and picture.title in words  # legend and title are inside
    assert "var(--" not in picture.svg and "http" not in picture.svg.replace("http://www.w3.org/2000/svg", "")


def test_a_picture_shows_as_an_image_with_words_so_that_no_style_leaks(ensemble):
    html = fb.plot.fan(ensemble, "deaths")._repr_html_()
    assert "<svg" not in html and "<style" not in html
    encoded, said = re.search(r"base64,([^\"]+)", html).group(1), re.search(r'alt="([^"]+)"', html).group(1)
    assert base64.b64decode(encoded).startswith(b"<svg") and "Median highest" in said


def test_a_picture_is_saved_in_four_forms_and_the_numbers_come_back(ensemble, tmp_path):
    picture = fb.plot.fan(ensemble, "deaths")
    paths = {kind: picture.save(tmp_path / f"x.{kind}") for kind in ("svg", "png", "pdf", "csv")}
    assert paths["png"].read_bytes().startswith(b"\x89PNG") and paths["pdf"].read_bytes().startswith(b"%PDF")
    back = pd.read_csv(io.StringIO(paths["csv"].read_text(encoding="utf-8")), index_col="month")
    assert np.allclose(back.to_numpy(), picture.data.to_numpy(), rtol=1e-4)
    first = paths["png"].read_bytes()
    assert picture.save(tmp_path / "y.png").read_bytes() == first
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".csv", ".pdf", ".png", ".png", ".svg"]


def test_another_ending_is_refused_with_those_that_are_known(ensemble, tmp_path):
    with pytest.raises(FileError, match="svgz") as caught:
        fb.plot.fan(ensemble, "deaths").save(tmp_path / "x.svgz")
    assert ".svg" in str(caught.value) and not list(tmp_path.iterdir())


def test_a_misspelt_quantity_is_answered_with_the_nearest_one(ensemble):
    with pytest.raises(RunError, match="deaths"):
        fb.plot.fan(ensemble, "deathz")
    with pytest.raises(RunError, match="observed_attacks"):
        fb.plot.map(ensemble, "observed_atacks")


def test_a_country_without_borders_has_no_map_and_says_so(ensemble):
    with pytest.raises(FileError, match="borders"):
        fb.plot.map(ensemble, "deaths")


def test_a_map_holds_rates_by_year_and_district():
    iraq = fb.Scenario.load("iraq-2003")
    ensemble = fb.simulate(iraq, given="prior", members=8, seed=3)
    picture = fb.plot.map(ensemble, "deaths", year=2006)
    assert picture.data.dims == ("quantile", "year", "district") and picture.data.sizes["district"] == 18
    data = ensemble.data["monthly_deaths"]
    of_2006 = data.sel(month=data["month"].dt.year == 2006).sum("month").sum([d for d in data.dims if d not in ("member", "month", "district")])  # fmt: skip
    baghdad = float(np.median(of_2006.sel(district="Baghdad")))
    people = float(np.asarray(iraq.problem().facts["population_at_start"]).sum(axis=1)[list(data["district"].values).index("Baghdad")])  # fmt: skip
    assert float(picture.data.sel(quantile=0.5, year=2006, district="Baghdad")) == pytest.approx(baghdad / people * 1e5)
    assert "2006" in picture.title and len(picture.rows) == 18
    ElementTree.fromstring(picture.svg)
    with pytest.raises(RunError, match="1999"):
        fb.plot.map(ensemble, "deaths", year=1999)


def test_answers_on_record_are_drawn_by_claim_and_by_remedy():
    answers = fb.Answers.beside(fb.load("iraq-2003"))
    drawn = answers.plot()
    wanted = [r for r in answers if r.claim.outcome == "deaths" and r.claim.kind == "effect"]
    assert list(drawn.data["effect"]) == [r.name for r in wanted]
    assert np.allclose(drawn.data["p50"], [r.effect.p50 for r in wanted])
    remedies = fb.plot.attribution(answers, game="structure")
    shares = answers.attribution["structure"].rows["deaths"]
    assert list(remedies.data["name"]) == [s.name for s in shares]
    assert np.allclose(remedies.data["p95"], [s.part.p95 for s in shares])
    with pytest.raises(RunError, match="structure"):
        fb.plot.attribution(answers, game="structur")
    assert "not identified" in answers._repr_html_() and "H2" in answers["H2"]._repr_html_()


def test_a_posterior_and_a_claim_show_what_they_are():
    from forbear.questions.verdict import Verdict
    from forbear.scenario.casefiles.policies import load_claims

    iraq = fb.Scenario.load("iraq-2003")
    posterior = fb.Posterior.of(iraq)
    assert f"{len(posterior):,} draws" in repr(posterior) and "R-hat" in posterior._repr_html_()
    claim = next(iter(load_claims(iraq).values()))
    assert claim.name in repr(claim) and claim.rival in claim._repr_html_()
    verdict = Verdict("contested", "contested", "because <b>of</b> it", "more data")
    assert "contested" in repr(verdict) and "&lt;b&gt;of&lt;/b&gt;" in verdict._repr_html_()


def test_a_frame_holds_variables_of_one_shape_side_by_side(ensemble):
    frame = ensemble.to_frame("deaths", "force")
    assert list(frame.columns) == ["deaths", "force"] and frame.index.names == ["member", "week"]
    assert np.allclose(frame["deaths"].to_numpy(), ensemble.data["deaths"].values.ravel())
    assert "governance" in ensemble.to_frame().columns
    with pytest.raises(RunError, match="member, month"):
        ensemble.to_frame("deaths", "monthly_deaths")
    with pytest.raises(RunError, match="deaths"):
        ensemble.to_frame("death")


def test_importing_the_package_loads_no_drawing_and_no_table_library():
    import subprocess
    import sys

    code = "import sys, forbear; print([m for m in ('numpy', 'pandas', 'matplotlib', 'typst', 'forbear.notebook.plot') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
