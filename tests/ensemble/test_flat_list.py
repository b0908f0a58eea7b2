"""Many runs as one flat list of pieces: what is taken of them does not depend on threads, cuts or order."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.ensemble.design import SharedDraws
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
