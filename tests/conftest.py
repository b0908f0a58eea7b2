"""Shared fixtures: the meadow, small ensembles of it, and parameters in the middle of their priors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """Numbers of earlier tests are not found again, but where a test wants it: a folder that cannot be."""
    monkeypatch.setattr("forbear.ensemble.kept._folder", lambda: Path(__file__) / "none")


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
