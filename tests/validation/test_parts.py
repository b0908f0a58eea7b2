"""Parts of a validation: each is typed, runs alone, is resumed, shown, and read back as it was written."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import forbear as fb
from forbear.errors import FileError, FitError
from forbear.inference.posterior import Posterior
from forbear.inference.predictive import Discrepancy
from forbear.questions.stored import decode, encode
from forbear.validation.context import Context
from forbear.validation.course import Course, course
from forbear.validation.discrepancy import size_in_words
from forbear.validation.modes import ModeEffect, _effect
from forbear.validation.parts import PARTS, Part, Result
from forbear.validation.place import place
from forbear.validation.strips import scale_of, strip
from forbear.validation.theories import judged_ones, weighed
from forbear.workflow.validate import Validation, on_record


@pytest.fixture(scope="module")
def context() -> Context:
    scenario = fb.load("iraq-2003")
    found = Posterior.of(scenario)
    assert found is not None
    return Context(scenario, dataclasses.replace(found, scores=found.scores[:32], chain=found.chain[:32]), quick=True)


def test_course_and_place_hold_every_number_that_the_fit_heard_once(context: Context):
    terms = context.replicated.work.terms.all
    shown, where = course(context), place(context)
    assert sum(len(s.periods) for s in shown.series) == sum(len(t.data) for t in terms if t.word != "place")
    assert sum(len(s.shares) for s in where.series) == sum(len(t.data) for t in terms if t.word == "place")
    for one in where.series:
        for period in one.periods:
            assert sum(s.observed for s in one.of(period).values()) == pytest.approx(1.0)
        assert 0.0 <= one.apart <= 1.0
    deaths = next(s for s in shown.series if s.series == "civilian_deaths")
    assert [p.at for p in deaths.periods] == [y + 0.5 for y in range(2004, 2012)]
    assert all(p.low_90 <= p.low_50 <= p.median <= p.high_50 <= p.high_90 for s in shown.series for p in s.periods)


def test_every_typed_part_comes_back_from_json_as_it_was(context: Context):
    found = course(context)
    again = decode(Course, json.loads(json.dumps(encode(found))), file="x")
    assert str(again) == str(found)  # not-a-number is not equal to itself
    result = Result(PARTS["course"], found, True, 3)
    assert Result.read("course", result.as_dict()).lines() == result.lines()


@pytest.mark.parametrize("name", ["neutrality", "regions", "contraction", "transport", "course"])
@pytest.mark.parametrize(
    "data", [None, [], "x", {"seconds": "x"}, {"seconds": float("inf")}, {"rows": 7}, {"rows": [{}]}]
)
def test_a_record_that_holds_something_else_is_refused_in_words(name: str, data: object):
    if data == {"rows": [{}]} and name in ("transport", "contraction"):
        pytest.skip("its rows have another name, and what is not there is told as nothing")
    with pytest.raises(FileError) as caught:
        Result.read(name, data)  # type: ignore[arg-type]
    assert caught.value.code == "E111" and name in str(caught.value)


@dataclasses.dataclass(frozen=True)
class Counted:
    times: int

    def lines(self) -> list[str]:
        return [f"run {self.times}"]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two parts that only count how often they are run."""
    ran: list[str] = []

    def part(name: str) -> Part:
        def run(context: Context) -> Counted:
            ran.append(name)
            return Counted(len(ran))

        return Part(name, f"{name}?", run, Counted)

    made = {n: part(n) for n in ("facts", "course")}
    for where in ("parts", "validate"):
        monkeypatch.setattr(f"forbear.validation.{where}.PARTS", made)
    monkeypatch.setattr("forbear.workflow.validate.PARTS", made)
    return ran


def test_a_stopped_validation_goes_on_with_the_next_part(counted: list[str], tmp_path: Path):
    file = tmp_path / "record.json"
    fb.validate("iraq-2003", parts=["facts"], to=file)
    found = fb.validate("iraq-2003", to=file)
    assert counted == ["facts", "course"] and list(found) == ["facts", "course"]
    fb.validate("iraq-2003", parts=["facts"], to=file)  # what is named is run again
    assert counted == ["facts", "course", "facts"]
    assert fb.validate("iraq-2003", to=file, seed=2)["facts"].found == Counted(4)  # another seed is another record
    assert on_record("iraq-2003", file=file).lines(["course"]) == ["COURSE", "run 5"]


def test_a_quick_part_is_run_again_when_a_whole_one_is_asked_for(counted: list[str], tmp_path: Path):
    file = tmp_path / "record.json"
    fb.validate("iraq-2003", to=file, quick=True)
    assert on_record("iraq-2003", file=file)["facts"].quick
    fb.validate("iraq-2003", to=file)
    assert len(counted) == 4 and not on_record("iraq-2003", file=file)["facts"].quick


def test_what_is_not_on_record_or_no_part_is_said_with_what_to_do():
    found = Validation("iraq-2003", {})
    for part, code in (("coarse", "E609"), ("course", "E610")):
        with pytest.raises(FitError) as told:
            found.lines([part])
        assert told.value.code == code and "course" in str(told.value)


def test_a_part_of_another_version_is_named_and_the_others_are_shown(context: Context):
    record = {"facts": {"rows": "of old"}, "course": Result(PARTS["course"], course(context)).as_dict()}
    told = "\n".join(Validation("iraq-2003", record).lines())
    assert "FACTS\nwritten by another version" in told and "Attacks in incident reports" in told


def test_a_strip_shows_band_median_and_what_was_observed():
    scale = scale_of([1.0, 2.0, 3.0, 4.0, 100.0])
    assert scale[2]
    line = strip((1.0, 2.0, 3.0, 4.0, 5.0), 100.0, scale)
    assert line.endswith("●") and line.count("┃") == 1 and line.index("─") < line.index("━") < line.index("┃")
    assert scale_of([]) == (0.0, 1.0, False) and not scale_of([0.0, 5.0])[2]


def test_scouts_that_contradict_one_another_are_told_from_those_that_differ():
    random = np.random.default_rng(1)
    scout = np.repeat([0, 1], 200)

    def row(one: float, other: float, spread: float = 0.1) -> ModeEffect:
        logs = np.concatenate([one + spread * random.normal(size=200), other + spread * random.normal(size=200)])
        return _effect("x", "a strategy", "deaths", logs, scout)

    assert row(-0.5, 0.5).word == "opposed"
    assert row(-0.5, -0.2).word == "apart"
    assert row(-0.3, -0.31).word == "alike"
    assert row(0.0, 0.02, 0.005).word == "alike"  # far in spreads, and nothing to anybody
    logs = np.append(np.full(399, -0.5), np.nan)
    assert _effect("x", "t", "deaths", logs, scout).at[0].draws == 399


def test_stacking_weights_come_with_their_uncertainty_and_favour_what_predicts():
    random = np.random.default_rng(2)
    truth = random.normal(size=300)
    good, bad = -0.5 * truth**2, -0.5 * (truth - 2.0) ** 2
    found = weighed({"a": good, "b": bad}, np.arange(300) // 10, "month", {"a": "A", "b": "B"}, 1)
    a, b = found.rows
    assert found.points == 300 and found.groups == 30
    assert a.stacking > 0.9 and a.stacking_low <= a.stacking <= a.stacking_high and a.difference == 0.0
    assert b.difference < 0 and b.difference_high < 0 and a.stacking + b.stacking == pytest.approx(1.0)
    same = weighed({"a": good, "b": good}, np.arange(300) // 10, "month", {"a": "A", "b": "B"}, 1)
    assert same.rows[1].difference == 0.0


@pytest.mark.parametrize(
    ("median", "words"), [(0.1, "expected"), (0.18, "noticeable"), (0.3, "large"), (0.5, "missing")]
)
def test_the_size_of_a_discrepancy_is_said_in_words(median: float, words: str):
    assert words in size_in_words(Discrepancy("t", "t", "course", 0.1, median, 0.0, 1.0, 0.0))
    assert words in size_in_words(Discrepancy("t", "t", "place", 0.04, 0.4 * median, 0.0, 1.0, 0.0))


@pytest.mark.parametrize(
    ("untils", "efforts", "served"),
    [
        (("2007-01", "2007-01"), ("rival", "rival"), True),
        (("2007-01", None), ("rival", "rival"), False),
        (("2007-01", "2008-01"), ("rival", "rival"), False),
        (("2007-01", "2007-01"), ("full", "rival"), False),
    ],
)
def test_posteriors_that_stopped_at_the_hold_out_are_judged_themselves(
    context: Context, monkeypatch: pytest.MonkeyPatch, untils, efforts, served
):
    def noted(until: str | None, effort: str) -> Posterior:
        notes = {**context.posterior.notes, "until": until, "settings": {"name": effort}}
        return dataclasses.replace(context.posterior, notes=notes)

    whole, rival = (noted(*one) for one in zip(untils, efforts, strict=True))
    monkeypatch.setattr("forbear.validation.theories.structures", lambda scenario: {"one": None})
    monkeypatch.setattr("forbear.validation.theories._known", lambda scenario: {"full": "", "one": ""})
    monkeypatch.setattr("forbear.validation.theories.rival_posteriors", lambda scenario: {"one": rival})
    ready = judged_ones(dataclasses.replace(context, posterior=whole))
    assert bool(ready) is served
    monkeypatch.setattr("forbear.validation.theories.rival_posteriors", lambda scenario: {})
    assert not judged_ones(dataclasses.replace(context, posterior=whole)), "a theory without a posterior is fitted"
