"""Write library/pooled.json from the posteriors that the library ships.

    python tools/pool.py

To be run after any fit of a library scenario; a test compares the file with the posteriors it was made of.
"""

from __future__ import annotations

from forbear.inference.posterior import Posterior
from forbear.scenario import Scenario
from forbear.scenario.reading.chain import LIBRARY, library_names
from forbear.validation.pooling import FILE, pool_posteriors


def main() -> None:
    """Pool every library scenario that has a posterior of its own."""
    posteriors = {}
    for name in library_names():
        if (LIBRARY / name / "posterior.npz").exists():
            found = Posterior.of(Scenario.load(name))
            if found is not None:
                posteriors[name] = found
    pooled = pool_posteriors(posteriors)
    pooled.save(LIBRARY / FILE)
    both = sum(len(cases) > 1 for cases in pooled.cases.values())
    print(
        f"{len(pooled.scores)} parameters of {len(posteriors)} cases, {both} informed by more than one; rho {pooled.rho}"
    )


if __name__ == "__main__":
    main()
