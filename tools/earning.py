"""What each mechanism earns: the fitted model with one mechanism switched off, set beside the same data.

    uv run python tools/earning.py iraq-2003 --draws 256

Draws of the posterior are run with fresh luck as they are, and again with the parameters of one mechanism where it does
nothing (`forbear model theories`). Nothing is fitted again, so that a mechanism that others could stand in for earns more
here than after a fit: a fit without it is `forbear fit NAME --structure without-MECHANISM`. Prints a table: facts of
history that hold, and the median over draws of the log likelihood less that of the whole model.
"""

from __future__ import annotations

import argparse

import numpy as np

import forbear as fb
from forbear.ensemble.progress import NoMeter
from forbear.inference.facts import judge, load_facts
from forbear.inference.fit import Fitting
from forbear.inference.posterior import Posterior
from forbear.inference.structures import known_theories


def main() -> None:
    """Print the table of one scenario."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario")
    parser.add_argument("--draws", type=int, default=256)
    parser.add_argument("--seed", type=int, default=31)
    asked = parser.parse_args()
    scenario = fb.load(asked.scenario)
    posterior = Posterior.of(scenario)
    if posterior is None:
        raise SystemExit(f"no posterior lies beside {asked.scenario}")
    until = str(posterior.notes.get("until") or "") or None
    work = Fitting(scenario, until=until, workers=None, meter=NoMeter())
    facts = load_facts(scenario)
    more = [q for f in facts.values() for q in f.quantities]
    scores = posterior.scores[posterior.chosen(asked.draws)]
    values = work.space.values(scores)
    levels: dict[str, np.ndarray] = {}
    for name, fixed in {
        "the whole model": {},
        **{m.name: m.fixed for m in known_theories().mechanisms.values()},
    }.items():
        changed = dict(values)
        for key, value in fixed.items():
            changed[key.split(".")[1]] = np.full_like(values[key.split(".")[1]], value)
        work.space.values = lambda _, found=changed: found  # type: ignore[method-assign, assignment, misc]
        data = work.simulate(scores, asked.seed, more=more)
        levels[name] = work.terms.log_densities(work.said(data)).sum(axis=1)
        held = judge(facts, data)
        less = np.median(levels[name] - levels["the whole model"])
        print(f"| {name} | {sum(r.holds for r in held.results)} of {len(held.results)} | {less:+.1f} |", flush=True)


if __name__ == "__main__":
    main()
