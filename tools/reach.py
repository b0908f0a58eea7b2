"""Write what each slider of a claim's page moves, of every scenario of the library that has claims.

    uv run python tools/reach.py                 # all, where they are not of today's model, scenario and posteriors
    uv run python tools/reach.py iraq-2003       # one
    uv run python tools/reach.py --check         # say which are not of today, exit 1 where any is

Run it after a change of the model, a scenario, its claims or a posterior: about ten minutes a scenario on one core.
The numbers are those of seed 1 and of the page's first 64 draws.
"""

from __future__ import annotations

import argparse
import sys

from forbear.app.claims.reach import current, place_of, written
from forbear.app.country import Country
from forbear.scenario.reading.chain import library_names
from forbear.scenario.scenario import Scenario


def main() -> int:
    """Write or check; return the exit status."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("names", nargs="*", choices=[*library_names(), []], help="scenarios; all where none is named")
    asked.add_argument("--check", action="store_true")
    options = asked.parse_args()
    old = 0
    for name in options.names or library_names():
        country = Country(Scenario.load(name), name)
        path = place_of(country)
        assert path is not None  # it is one of the library
        if current(country):
            print(f"{name}: of today, or without claims")
            continue
        old += 1
        if options.check:
            print(f"{name}: older than model, scenario, claims or posteriors" if path.is_file() else f"{name}: none")
            continue
        country.preparation.wait()
        written(country, path)
        print(f"{name}: written, {path.stat().st_size / 1000:.0f} kB", flush=True)
    return 1 if options.check and old else 0


if __name__ == "__main__":
    sys.exit(main())
