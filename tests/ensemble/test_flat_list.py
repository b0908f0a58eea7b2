"""Many runs as one flat list of pieces: what is taken of them does not depend on threads, cuts or order."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.ensemble.beginnings import LEAST, shared_beginnings, steps_alike
from forbear.ensemble.design import SharedDraws
from forbear.ensemble.opened import Opened
from forbear.ensemble.pieces import BlockRun, Repeated, cut, over_rows, run_blocks
from forbear.ensemble.runner import simulate
from forbear.errors import RunError
from forbear.kernel.draws import GROUP, LANES

MEMBERS = 150


def _deaths(problems, draw, workers):  # type: ignore[no-untyped-def]
    """Weekly deaths of every member of every problem, taken block by block."""
    out = [np.full((MEMBERS, problem.steps), np.nan) for problem in problems]

    def taken(place):  # type: ignore[no-untyped-def]
        def take(at, block):  # type: ignore[no-untyped-def]
            out[place][at] = block.weekly["deaths"]

        return take

    runs = [
        BlockRun(
            lambda problem=problem: problem,
            members=MEMBERS,
            seed=3,
            parameters=draw(problem, MEMBERS),
            take=taken(place),
            weekly=("deaths",),
            workers=workers,
        )  # fmt: skip
        for place, problem in enumerate(problems)
    ]
    ended: list[int] = []
    run_blocks(runs, workers, ended.append)
    assert sorted(ended) == list(range(len(problems)))
    return out


def test_runs_side_by_side_give_the_bits_of_runs_one_after_another(meadow, draw) -> None:  # type: ignore[no-untyped-def]
    problems = [meadow.with_levers({"intervener.force": change}).problem() for change in ("+0", "+400", "*0.5")]
    one, three = _deaths(problems, draw, 1), _deaths(problems, draw, 3)
    for problem, alone, beside in zip(problems, one, three, strict=True):
        whole = simulate(
            problem, members=MEMBERS, seed=3, parameters=draw(problem, MEMBERS), weekly=("deaths",), monthly=()
        )
        assert (alone == beside).all()
        assert (alone.astype(np.float32) == whole.data["deaths"].values).all()
    assert (one[0] != one[1]).any()


def test_a_repeated_problem_gives_the_months_of_a_simulation(problem, draw) -> None:  # type: ignore[no-untyped-def]
    repeated = Repeated(problem, monthly=("observed_attacks",))
    given = draw(problem, MEMBERS)
    found = np.empty((MEMBERS, len(problem.month_labels), len(problem.names["district"])))

    def take(at, block) -> None:  # type: ignore[no-untyped-def]
        found[at] = block.monthly["observed_attacks"]

    repeated.run(given, take, members=MEMBERS, seed=9, workers=2)
    whole = simulate(problem, members=MEMBERS, seed=9, parameters=given, weekly=(), monthly=("observed_attacks",)).data
    assert (found == whole["monthly_observed_attacks"].values).all() and found.sum() > 0


def test_members_that_share_draws_are_given_the_rows_of_their_draws(problem, draw) -> None:  # type: ignore[no-untyped-def]
    draws = draw(problem, 5)
    which = np.repeat(np.arange(5), 30)
    shared, found = SharedDraws(draws, which), {}
    for name, given in (("shared", shared), ("whole", {k: v[which] for k, v in draws.items()})):
        out = np.empty((MEMBERS, problem.steps))

        def take(at, block, out=out) -> None:  # type: ignore[no-untyped-def]
            out[at] = block.weekly["deaths"]

        run_blocks(
            [BlockRun(lambda: problem, members=MEMBERS, seed=1, parameters=given, take=take, weekly=("deaths",))], 2
        )
        found[name] = out
    assert (found["shared"] == found["whole"]).all()


@pytest.mark.parametrize(("count", "workers"), [(1, 1), (48, 2), (128, 2), (129, 1), (300, 2), (600, 3), (1000, 16)])
def test_a_cut_holds_every_member_once_in_whole_groups_of_lanes(count: int, workers: int) -> None:
    parts = cut(count, workers)
    assert [row for part in parts for row in range(part.start, part.stop)] == list(range(count))
    sizes = [part.stop - part.start for part in parts]
    assert max(sizes) <= LANES and all(size % GROUP == 0 for size in sizes[:-1])


def test_one_block_of_members_is_shared_by_two_threads() -> None:
    assert len(cut(LANES, 2)) == 2 and len(cut(LANES, 1)) == 1


def test_a_fault_in_one_run_ends_the_list_with_that_fault(problem, draw) -> None:  # type: ignore[no-untyped-def]
    given = draw(problem, MEMBERS)

    def broken():  # type: ignore[no-untyped-def]
        raise RunError("E402", "too large")

    runs = [
        BlockRun(build, members=MEMBERS, seed=1, parameters=given, take=lambda at, block: None, weekly=("deaths",))
        for build in (lambda: problem, broken)
    ]
    with pytest.raises(RunError, match="E402"):
        run_blocks(runs, 2)


def test_rows_are_looked_at_in_the_same_parts_by_any_number_of_threads() -> None:
    numbers = np.random.default_rng(1).normal(size=(333, 40))
    square = np.random.default_rng(2).normal(size=(40, 40))

    def what(at: slice) -> np.ndarray:
        return np.asarray((numbers[at] @ square).sum(axis=1))

    one, four = over_rows(what, len(numbers), 1), over_rows(what, len(numbers), 4)
    assert (one == four).all() and np.allclose(one, (numbers @ square).sum(axis=1))


def _force(meadow, factors):  # type: ignore[no-untyped-def]
    """Meadow with other forces: step -> factor from then on."""
    problem = meadow.problem()
    force = np.array(problem.levers["force"])
    for at, factor in factors.items():
        force[at:] *= factor
    return problem.with_levers({"force": force})


def _counted(monkeypatch):  # type: ignore[no-untyped-def]
    """Counts the steps of members that are run."""
    counted, advance = [], Opened.advance

    def counting(block, until):  # type: ignore[no-untyped-def]
        counted.append((until - block.step) * block.count)
        advance(block, until)

    monkeypatch.setattr(Opened, "advance", counting)
    return counted


def test_policies_that_begin_alike_share_their_beginning_and_keep_their_bits(  # type: ignore[no-untyped-def]
    meadow, draw, monkeypatch
) -> None:
    problems = [meadow.problem(), *(_force(meadow, {at: factor}) for at in (40, 70) for factor in (0.5, 2.0))]
    assert [steps_alike(problems[0], each) > LEAST for each in problems] == [True] * len(problems)
    alone = [_deaths([each], draw, 1)[0] for each in problems]
    counted = _counted(monkeypatch)
    together = _deaths(problems, draw, 3)
    monkeypatch.undo()
    assert all((one == other).all() for one, other in zip(alone, together, strict=True))
    assert all((alone[0] != each).any() for each in alone[1:])
    own = sum(problems[0].steps - entry[1] if entry else problems[0].steps for entry in shared_beginnings(problems))
    assert sum(counted) == own * MEMBERS < len(problems) * problems[0].steps * MEMBERS


def test_a_run_that_is_kept_is_no_beginning_for_others(problem, draw) -> None:  # type: ignore[no-untyped-def]
    taken = []
    runs = [
        BlockRun(
            lambda: problem, members=MEMBERS, seed=1, parameters=draw(problem, MEMBERS), weekly=("deaths",),
            take=lambda at, block, name=name: taken.append(name), known=lambda known=name == "kept": known,
        )
        for name in ("kept", "new")
    ]  # fmt: skip
    ended: list[int] = []
    run_blocks(runs, 2, ended.append)
    assert sorted(ended) == [0, 1] and set(taken) == {"new"}


def test_other_facts_and_other_seeds_share_no_beginning(meadow, draw) -> None:  # type: ignore[no-untyped-def]
    problem = meadow.problem()
    other = problem.with_facts({"population_at_start": problem.facts["population_at_start"] + 1})
    assert steps_alike(problem, other) == 0
    runs = [
        BlockRun(
            lambda: problem, members=20, seed=seed, parameters=draw(problem, 20), weekly=("deaths",),
            take=lambda at, block: None,
        )
        for seed in (1, 2)
    ]  # fmt: skip
    assert runs[0].alike() != runs[1].alike()
    run_blocks(runs, 1)
    assert not runs[0].following and not runs[1].following


def test_a_problem_goes_on_from_the_one_that_is_itself_by_then(meadow) -> None:  # type: ignore[no-untyped-def]
    changes: list[dict[int, float]] = [{}, {40: 0.5}, {40: 0.5, 70: 0.2}, {70: 0.2}, {LEAST - 1: 0.5}]
    base, early, later, other, soon = (_force(meadow, factors) for factors in changes)
    found = shared_beginnings([base, early, later, other, soon])
    assert found == [None, (0, 40), (1, 70), (0, 70), None]
