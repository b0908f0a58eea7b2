"""Shared fixtures: the meadow, small ensembles of it, and parameters in the middle of their priors."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest

# lines are those of a file, whatever terminal the tests are run in
os.environ.pop("COLUMNS", None)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """Numbers of earlier tests are not found again, but where a test wants it: a folder that cannot be."""
    monkeypatch.setattr("forbear.ensemble.kept._folder", lambda: Path(__file__) / "none")


@pytest.fixture(autouse=True, scope="module")
def nothing_runs_on():
    """What a file of tests left running in the background ends before the next file begins."""
    yield
    for thread in threading.enumerate():
        if thread.name.startswith(("forbear-baselines", "forbear-play-ahead", "forbear-prepare")):
            thread.join(300)


@pytest.fixture(scope="session")
def meadow():
    """The scenario that ships for tests and documentation."""
    from forbear.scenario import Scenario

    return Scenario.load("meadow")


@pytest.fixture(scope="session")
def problem(meadow):
    """The meadow in weekly steps."""
    return meadow.problem()


@pytest.fixture(scope="session")
def people():
    """Names of all stocks of whole persons."""
    from forbear.country.model import MODEL

    return [q.name for q in MODEL.quantities.values() if q.people]


@pytest.fixture(scope="session")
def draw():
    """Draw prior parameters for a problem: draw(problem, members, seed)."""
    from forbear.ensemble.design import draw_priors

    return lambda problem, members, seed=1: draw_priors(problem, np.arange(members, dtype=np.uint32), seed)


@pytest.fixture(scope="session")
def known_record(tmp_path_factory):
    """File of a record of four cases with known answers: all of them saw more deaths than expected, the first the most."""
    from forbear.inference.joint.fit import Fitted, learn
    from forbear.inference.joint.latent import Joint
    from forbear.inference.joint.outcomes import Observed
    from forbear.inference.joint.passes import Law, Pass
    from forbear.inference.joint.simulated import shared_names
    from forbear.inference.record import save
    from forbear.inference.studies import Studies, Study, designs, estimates

    names, random = shared_names(), np.random.default_rng(2)
    of = np.repeat(np.arange(4), 2)
    slopes = np.zeros((8, len(names)))
    slopes[:, :6] = random.standard_normal((8, 6))
    slopes[:, 0] = 1.5
    joint = Joint(np.full(8, 1.0), slopes, 0.2 * np.eye(8), of)
    entries = [Observed("deaths", 5.0 if one == 0 else 2.5, 0.2) for one in of]
    whole, without = learn(joint, entries), []
    for one in range(4):
        rows = np.flatnonzero(of != one)
        without.append(learn(joint.of(rows), [entries[row] for row in rows]))
    fitted = Fitted(joint, whole, tuple(without), Pass(Law.neutral(len(names)), np.zeros((0, len(names))), ()), (), ())
    near, far = estimates()["troops-and-fighting"], estimates()["exclusion-and-fighting"]
    pull = np.zeros(len(names))
    pull[0] = 0.1
    studies = Studies(
        tuple(names),
        (Study(near, 0.1, pull, designs()[near.design]), Study(far, -5.0, 0.01 * pull, designs()[far.design])),
    )
    path = tmp_path_factory.mktemp("record") / "prior.npz"
    cases = ["kosovo-1999", "somalia-1992", "panama-1989", "haiti-1994"]
    save(path, fitted, names, {"cases": cases, "judged": {}, "used": True}, studies)
    return path
