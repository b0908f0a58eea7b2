"""A record of validation belongs to one posterior."""

import pytest

import forbear as fb
from forbear.inference.posterior import Posterior
from forbear.validation.validate import load_validation, save_validation, validate


def test_what_was_found_of_another_posterior_is_let_go():
    iraq = fb.load("iraq-2003")
    found = Posterior.of(iraq)
    kept = validate(iraq, found, parts=[], before={"stamp": found.stamp, "neutrality": {"rows": []}})
    gone = validate(iraq, found, parts=[], before={"stamp": {"model": "another"}, "neutrality": {"rows": []}})
    assert "neutrality" in kept and "neutrality" not in gone
    assert gone["stamp"] == found.stamp


def test_a_record_is_read_back_as_it_was_written(tmp_path):
    meadow = tmp_path / "mine"
    meadow.mkdir()
    (meadow / "scenario.toml").write_text('[scenario]\nname = "mine"\nextends = "meadow"\n', encoding="utf-8")
    save_validation({"stamp": {}, "facts": {"observed": float("nan"), "n": 3}}, meadow / "validation.json")
    found = load_validation(fb.load(meadow))
    assert found["facts"]["n"] == 3 and found["facts"]["observed"] != found["facts"]["observed"]


def test_a_record_that_was_altered_is_refused(tmp_path):
    meadow = tmp_path / "mine"
    meadow.mkdir()
    (meadow / "scenario.toml").write_text('[scenario]\nname = "mine"\nextends = "meadow"\n', encoding="utf-8")
    save_validation({"stamp": {}, "facts": {"held": 16}}, meadow / "validation.json")
    path = meadow / "validation.json"
    path.write_text(path.read_text(encoding="utf-8").replace("16", "36"), encoding="utf-8")
    with pytest.raises(fb.ForbearError) as told:
        load_validation(fb.load(meadow))
    assert told.value.code == "E109"


def test_what_stands_beside_a_record_is_never_written_over_it(tmp_path):
    from forbear.validation.validate import read_validation
    from forbear.workflow.validate import Validation

    carried = {"from": "a", "to": "b", "parameters": [{"name": "x"}]}
    found = Validation("mine", {"stamp": {"model": "m"}, "transport": carried})
    for name, beside in (("validation.json", "transport.json"), ("out.json", "out-transport.json")):
        found.save(tmp_path / name)
        assert read_validation(tmp_path / name)["stamp"] == {"model": "m"}
        assert (tmp_path / beside).exists()


def test_iraq_is_carried_on_beyond_its_end_with_nobody_of_the_coalition_left():
    from forbear.validation.holdout import longest

    problem = longest(fb.load("iraq-2003")).problem()
    after = [week for week, month in enumerate(problem.months) if problem.month_labels[month] >= "2012-01"]
    assert problem.month_labels[-1] == "2014-12" and problem.levers["force"][after].max() == 0.0
