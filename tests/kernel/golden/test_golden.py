"""Today's kernels give the bits of the golden ensembles, with which the shipped posteriors were made."""

from __future__ import annotations

import json

import golden_ensembles as golden
import pytest

from forbear.country.model import MODEL

KNOWN = json.loads(golden.FILE.read_text(encoding="utf-8"))
EVERY = [(case, False) for case in golden.CASES] + [(case, True) for case in golden.RESAMPLED]


@pytest.mark.parametrize(("case", "again"), EVERY, ids=[golden.title(*one) for one in EVERY])
def test_results_are_bit_identical_to_the_golden_ensembles(case, again) -> None:  # type: ignore[no-untyped-def]
    known = KNOWN["cases"][golden.title(case, again)]
    assert MODEL.hash == KNOWN["model"], (
        "rules or priors have changed since the golden ensembles were made: "
        "uv run python tests/kernel/golden/golden_ensembles.py --write"
    )
    if case[2] == "exact" and golden.mathematics() != KNOWN["mathematics"]:
        pytest.skip("another mathematics library gives other last bits, and the exact kernel calls it")
    new = golden.found(case, again)
    assert new["parameters"] == known["parameters"], "the parameters drawn differ: not the kernel's doing"
    hashes = ("weekly", "monthly", "state")
    assert {key: new[key] for key in hashes} == {key: known[key] for key in hashes}
    readable = [key for key in known if key not in (*hashes, "parameters")]
    assert [new[key] for key in readable] == pytest.approx([known[key] for key in readable], rel=1e-9)


def test_every_golden_case_is_distinct_and_alive() -> None:
    cases = list(KNOWN["cases"].values())
    assert len({one["state"] for one in cases}) == len(cases)
    assert all(one["failed"] == 0 and one["mean deaths"] > 0 for one in cases)
