"""The prior from the record: its density and draws agree, a case leaves itself out, another model's file is refused."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from forbear.cli.main import main
from forbear.country.model import MODEL
from forbear.errors import FileError, FitError
from forbear.evidence.atlas import case
from forbear.files import read_arrays, write_arrays
from forbear.inference.joint.simulated import shared_names
from forbear.inference.record import RecordPrior, absence
from forbear.inference.space import Space
from forbear.scenario.scenario import Scenario
from forbear.workflow.given import GivenWarning, resolve
from forbear.workflow.record import fit_record

CASES = ("kosovo-1999", "somalia-1992", "panama-1989", "haiti-1994")


@pytest.fixture(scope="module")
def file(known_record: Path) -> Path:
    """A record of four cases with known answers."""
    return known_record


def test_a_country_that_was_none_of_the_wars_takes_all_of_them(file: Path) -> None:
    found = RecordPrior.load("meadow", file)
    assert found is not None and found.cases == CASES and found.left_out == () and found.used
    assert found.mean.shape == found.sd.shape == found.spread.shape == (len(found.names),)
    first = found.names.index(shared_names()[0])
    assert found.mean[first] > 0.3 and found.sd[first] < 1.0
    assert (0.0 < found.spread).all() and (found.spread < 1.0).all()


def test_a_case_leaves_itself_out(file: Path) -> None:
    whole, own = RecordPrior.require("meadow", file), RecordPrior.require("atlas/kosovo-1999", file)
    assert own.left_out == ("kosovo-1999",) and own.cases == CASES[1:]
    assert 0.0 < own.mean[0] < whole.mean[0]


def test_a_case_can_be_dropped_from_the_record_of_another_country(file: Path) -> None:
    whole, rest = RecordPrior.require("meadow", file), RecordPrior.require("meadow", file, without="kosovo-1999")
    own = RecordPrior.require("atlas/kosovo-1999", file)
    assert rest.cases == own.cases == CASES[1:] and rest.left_out == ("kosovo-1999",)
    both = [name for name in rest.names if name in own.names]
    assert rest.of(both).mean == pytest.approx(own.of(both).mean)
    assert 0.0 < rest.mean[0] < whole.mean[0]
    assert RecordPrior.require("iraq-2003", file, without="haiti-1994").left_out == ("haiti-1994", "iraq-2003")
    for scenario, case_of in (("meadow", "nowhere"), ("atlas/kosovo-1999", "haiti-1994")):
        with pytest.raises(ValueError, match="cannot be left out"):
            RecordPrior.require(scenario, file, without=case_of)


def test_the_two_wars_that_are_fitted_alone_are_in_no_record(file: Path) -> None:
    found = RecordPrior.require("iraq-2003", file)
    assert found.left_out == ("iraq-2003",) and "iraq-2003" not in found.cases


def test_parameters_with_a_prior_of_the_scenarios_own_are_left_out(file: Path) -> None:
    found = RecordPrior.require("iraq-2003", file)
    own = {p.name: p.prior for p in MODEL.parameters.values()}
    priors = Scenario.load("iraq-2003").problem().priors
    for name in found.names:
        assert priors[name].ravel()[0].family == own[name].family
        assert dict(priors[name].ravel()[0].arguments) == pytest.approx(own[name].arguments)


def test_draws_have_the_mean_and_the_spread_that_are_told(file: Path) -> None:
    found = RecordPrior.require("meadow", file)
    drawn = found.sample(4000, 7)
    assert drawn.mean(axis=0) == pytest.approx(found.mean, abs=0.08)
    assert drawn.std(axis=0) == pytest.approx(found.sd, abs=0.06)
    assert np.array_equal(drawn[:5], found.sample(5, 7))


def test_weights_turn_neutral_draws_into_those_of_the_record(file: Path) -> None:
    found = RecordPrior.require("meadow", file)
    plain = np.random.default_rng(3).standard_normal((40_000, len(found.names)))
    weights = np.exp(found.log_ratio(plain))
    assert weights.mean() == pytest.approx(1.0, abs=0.05)
    assert (weights[:, None] * plain[:, :3]).mean(axis=0) == pytest.approx(found.mean[:3], abs=0.06)


def test_names_that_are_not_given_are_integrated_out_and_strange_ones_count_for_nothing(file: Path) -> None:
    found = RecordPrior.require("meadow", file)
    some = [found.names[2], "nothing", found.names[0]]
    z = np.random.default_rng(4).standard_normal((50, 3))
    ratio = found.log_ratio(z, some)
    part = found.of([found.names[2], found.names[0]])
    assert ratio == pytest.approx(part.log_ratio(z[:, [0, 2]]))
    changed = z.copy()
    changed[:, 1] = 9.0
    assert found.log_ratio(changed, some) == pytest.approx(ratio)
    with pytest.raises(ValueError, match="names"):
        found.log_ratio(z, some[:2])


def test_members_differ_from_prior_ones_in_shared_parameters_alone(file: Path) -> None:
    found = RecordPrior.require("meadow", file)
    space = Space(Scenario.load("meadow").problem())
    drawn, plain = found.draw(space, 300, 5), space.draw(300, 5, "record")
    for place, name in enumerate(space.names):
        assert (name in found.names) != np.array_equal(drawn[:, place], plain[:, place])


def test_another_models_record_is_left_out_and_refused_by_name(file: Path, tmp_path: Path) -> None:
    arrays, told = read_arrays(file)
    other = tmp_path / "prior.npz"
    write_arrays(other, arrays, {**told, "model": "0" * 64})
    assert "another version of the model" in absence(other)
    assert RecordPrior.load("meadow", other) is None
    with pytest.raises(FitError) as caught:
        RecordPrior.require("meadow", other)
    assert caught.value.code == "E616" and "forbear atlas fit" in str(caught.value.hint)


def test_nothing_on_file_is_said(tmp_path: Path) -> None:
    assert RecordPrior.load("meadow", tmp_path / "none.npz") is None
    with pytest.raises(FitError) as caught:
        RecordPrior.require("meadow", tmp_path / "none.npz")
    assert caught.value.code == "E616"


@pytest.mark.parametrize("damage", ["cut", "part", "kind"])
def test_a_damaged_record_is_a_coded_error(file: Path, tmp_path: Path, damage: str) -> None:
    broken = tmp_path / "prior.npz"
    arrays, told = read_arrays(file)
    if damage == "cut":
        broken.write_bytes(file.read_bytes()[:-60])
    elif damage == "part":
        write_arrays(broken, {name: array for name, array in arrays.items() if name != "slopes"}, told)
    else:
        write_arrays(broken, {**arrays, "precision": np.array(["nine"])}, told)
    with pytest.raises(FitError) as caught:
        RecordPrior.load("meadow", broken)
    assert caught.value.code == "E617"


def _in_force(monkeypatch: pytest.MonkeyPatch, file: Path, folder: Path, used: bool) -> None:
    arrays, told = read_arrays(file)
    write_arrays(folder / "prior.npz", arrays, {**told, "used": used})
    monkeypatch.setattr("forbear.inference.record.RECORD", folder / "prior.npz")


def test_a_country_without_a_fit_starts_from_a_record_that_beat_the_base_rate(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _in_force(monkeypatch, file, tmp_path, used=True)
    meadow = Scenario.load("meadow")
    with pytest.warns(GivenWarning, match="outcomes of 4 other wars"):
        found = resolve(meadow)
    assert found.kind == "record" and "other wars" in found.words
    drawn, plain = (
        found.parameters(meadow.problem(), 50, 1),
        resolve(meadow, "prior").parameters(meadow.problem(), 50, 1),
    )
    assert plain is None and drawn is not None and set(drawn) == set(meadow.problem().priors)
    assert resolve(Scenario.load("iraq-2003"), "prior").kind == "prior"


def test_a_record_that_lost_is_used_by_name_alone_and_says_so(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _in_force(monkeypatch, file, tmp_path, used=False)
    meadow = Scenario.load("meadow")
    with pytest.warns(GivenWarning, match="prior draws"):
        assert resolve(meadow).kind == "prior"
    with pytest.warns(GivenWarning, match="did not beat the base rate"):
        assert resolve(meadow, "record").kind == "record"


def test_worlds_of_the_record_share_draws_between_policies(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _in_force(monkeypatch, file, tmp_path, used=False)
    meadow = Scenario.load("meadow")
    with pytest.warns(GivenWarning):
        found = resolve(meadow, "record")
    one, two = (found.worlds(meadow, members=8, replications=1, seed=3, outcomes=("deaths",)) for _ in range(2))
    assert np.array_equal(one.quantiles, two.quantiles) and one.members == 8
    one.run("HISTORY", meadow)
    assert np.isfinite(one.values("HISTORY", "deaths")).all()


def test_the_record_is_refused_by_name_where_none_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forbear.inference.record.RECORD", tmp_path / "none.npz")
    with pytest.raises(FitError) as caught:
        resolve(Scenario.load("meadow"), "record")
    assert caught.value.code == "E616"


def test_the_nearest_cases_are_named_where_one_does_not_exist() -> None:
    with pytest.raises(FileError) as caught:
        Scenario.load("atlas/kosovo")
    assert caught.value.faults[0].nearest == "atlas/kosovo-1999"
    assert "atlas/kosovo-1999" in str(caught.value.faults[0].allowed) and "meadow" not in str(
        caught.value.faults[0].allowed
    )


def test_a_stopped_fit_goes_on_and_gives_the_same_record(tmp_path: Path) -> None:
    cases = [case(name) for name in ("panama-1989", "grenada-1983", "haiti-1994")]
    common = {"draws": 40, "judged_draws": 8, "studied": 16, "seed": 2, "cases": cases, "workers": 1}
    first = fit_record(to=tmp_path / "one.npz", store=tmp_path / "store", **common)  # type: ignore[arg-type]
    (tmp_path / "store" / "pass-panama-1989.npz").unlink()
    again = fit_record(to=tmp_path / "two.npz", store=tmp_path / "store", **common)  # type: ignore[arg-type]
    assert {key: value for key, value in first.items() if key != "seconds"} == {
        key: value for key, value in again.items() if key != "seconds"
    }
    one, two = (RecordPrior.require("meadow", tmp_path / name) for name in ("one.npz", "two.npz"))
    assert np.array_equal(one.mean, two.mean) and one.studies.studies[0].level == two.studies.studies[0].level
    assert {row["case"] for row in first["judged"]["cases"]} == {entry.name for entry in cases}
    assert all(0 < row["calm"]["record"] < 1 for row in first["judged"]["cases"])


def test_forecasts_are_printed_beside_what_came_and_say_whether_they_beat_the_base_rate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.exit", lambda status=0: None)
    monkeypatch.setattr("forbear.inference.record.RECORD", tmp_path / "prior.npz")
    main(["atlas", "foreseen"])
    assert "forbear atlas fit" in capsys.readouterr().out
    cases = [case(name) for name in ("panama-1989", "grenada-1983", "haiti-1994")]
    told = fit_record(to=tmp_path / "prior.npz", draws=40, judged_draws=8, studied=0, cases=cases, workers=1)
    main(["atlas", "foreseen"])
    text = capsys.readouterr().out
    assert all(entry.name in text for entry in cases)
    assert ("does not beat the base rate" in text) != told["used"]
    main(["atlas", "foreseen", "--csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 6 and {row["came"] for row in rows} <= {"True", "False"}
    main(["atlas", "show", "haiti-1994"])
    assert "foreseen from the other cases" in capsys.readouterr().out
