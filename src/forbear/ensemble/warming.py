"""Kernels are compiled by one thread before many ask for them: once in a process for each country and kernel."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import numpy as np

from forbear.scenario.priors import quantile

if TYPE_CHECKING:
    from forbear.ensemble.engine import Engine

__all__ = ["warm"]

#: Kernels that have run in this process, by the identity of their module: one serves all problems of a country.
_RUN: set[int] = set()


def warm(engine: Engine) -> Engine:
    """Run one step of one member where the kernel has not run in this process; return the engine.

    Call it while holding `executors.BUILDING`.
    """
    known = id(engine.module())
    if known in _RUN:
        return engine
    short, values = copy(engine), {}
    for name, priors in engine.problem.priors.items():
        flat = [float(quantile(prior, np.array([0.5]))[0]) for prior in priors.ravel()]
        values[name] = np.array(flat).reshape(1, *priors.shape)
    short.steps_to_run = 1
    short.run(values, np.array([0], dtype=np.uint32), 0)
    _RUN.add(known)
    return engine
