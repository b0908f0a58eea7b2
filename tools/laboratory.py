"""Write the answers that the laboratory opens with: the baseline and the questions on top, of every scenario of the library;
and the page drawn of them, which is shown while the server is being loaded.

    uv run python tools/laboratory.py                 # all, where they are not of today's model, scenario and posterior
    uv run python tools/laboratory.py iraq-2003       # one
    uv run python tools/laboratory.py --check         # say which are not of today, exit 1 where any is

Run it after a change of the model, a scenario or a posterior, or of the page. The numbers are those of seed 1: the page's own first ones.
"""

from __future__ import annotations

import argparse
import sys

from forbear.app.country import Country
from forbear.app.laboratory.opening import first_page
from forbear.app.laboratory.stored import place_of, stored, written
from forbear.app.starting import PAGE
from forbear.files import write_text
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
        found = stored(country)
        path = place_of(country)
        assert path is not None  # it is one of the library
        if found is not None and found.current(country):
            print(f"{name}: of today")
        else:
            old += 1
            if options.check:
                print(f"{name}: {'older than model, scenario or posterior' if found else 'none'}")
                continue
            written(country, path)
            print(f"{name}: written, {path.stat().st_size / 1000:.0f} kB")
        page, drawn = path.with_name(PAGE), first_page(country)
        if page.is_file() and page.read_text(encoding="utf-8") == drawn:
            continue
        old += 1
        if options.check:
            print(f"{name}: its first page is not drawn as the server draws it")
            continue
        write_text(page, drawn)
        print(f"{name}: first page drawn, {page.stat().st_size / 1000:.0f} kB")
    return 1 if options.check and old else 0


if __name__ == "__main__":
    sys.exit(main())
