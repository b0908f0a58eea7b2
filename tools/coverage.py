"""Are intervals too narrow because known worlds get little work? The same worlds, fitted with a little and with more.

    python tools/coverage.py iraq-2003 --worlds 8 --store FOLDER        # some three minutes a world on two free cores

The calibration that is published (`forbear validate NAME --parts calibration`) fits each world with a twentieth of the
work of a fit. Here the first of its worlds are fitted again by chains of `LONG` generations from the same scouts; what
both hold of the truth stands side by side. Work of the published part is taken from --store, as `validate` keeps it.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from forbear.inference.posterior import Posterior
from forbear.inference.recovery import FULL
from forbear.scenario import Scenario
from forbear.validation.calibration import Calibration, calibration
from forbear.validation.context import Context
from forbear.workflow.arguments import shown

#: Seven times the moves of a published world: as many as a rival theory's fit takes.
LONG = replace(FULL, generations=420, burn=180, thin=60)


def line(word: str, found: Calibration) -> str:
    """Coverage of one effort."""
    return (
        f"{word:<6} parameters {found.parameters_50:.0%} in 50, {found.parameters_90:.0%} in 90; "
        f"effects {found.effects_50:.0%} and {found.effects_90:.0%}; R-hat between scouts {found.apart:.2f}; "
        f"ranks by eighths {list(found.ranks)}"
    )


def main() -> int:
    """Fit worlds twice and print what both hold of the truth."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("name")
    asked.add_argument("--worlds", type=int, default=8)
    asked.add_argument("--store", type=Path, required=True)
    args = asked.parse_args()
    scenario = Scenario.load(args.name)
    posterior = Posterior.of(scenario)
    if posterior is None:
        print(f"{args.name} has no posterior whose parameters could be shown", file=sys.stderr)
        return 2
    for word, effort, store in (("short", FULL, args.store), ("long", LONG, args.store / "long")):
        context = Context(scenario, posterior, store=store, worlds=args.worlds, meter=shown())
        print(line(word, calibration(context, effort)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
