"""List the licence of everything that is installed with forbear, and fail where one is not on the list.

    python tools/licences.py                  what forbear requires at run time, with its extras as far as they are installed
    python tools/licences.py --environment    every package of this environment, whoever asked for it

A package's word is taken from its metadata: `License-Expression` (SPDX), else its classifiers, else `License`. What a wheel
brings along inside (numpy and scipy: OpenBLAS and the runtime library of GNU Fortran, under the GPL with the exception that
lets it go along with any program) is not in every package's metadata: docs/decisions/0013-licences-and-weight.md.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

#: Licences that ask for no more than that their text goes along.
ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSD", "CC0-1.0", "ISC", "MIT",
    "MIT-CMU", "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip

#: Words of classifiers and of the old field, in capitals -> SPDX. "BSD" alone: one of the two of that name above.
WORDS = {
    "APACHE SOFTWARE LICENSE": "Apache-2.0", "APACHE 2.0": "Apache-2.0", "BSD LICENSE": "BSD", "BSD 3-CLAUSE LICENSE": "BSD-3-Clause",
    "ISC LICENSE": "ISC", "ISC LICENSE (ISCL)": "ISC", "MIT LICENSE": "MIT", "PYTHON SOFTWARE FOUNDATION LICENSE": "PSF-2.0",
    "MOZILLA PUBLIC LICENSE 2.0 (MPL 2.0)": "MPL-2.0", "THE UNLICENSE (UNLICENSE)": "Unlicense",
}  # fmt: skip

#: Package -> (licence, why it may stay all the same).
EXCEPTIONS = {
    "pathspec": ("MPL-2.0", "hatchling builds the package with it; not imported when forbear runs, unchanged, and weakly copyleft by file"),
}  # fmt: skip

#: Extras that an ordinary machine can install. gpu brings NVIDIA's own libraries, under NVIDIA's licence, and is named in the decision.
EXTRAS = ("brief", "cluster", "plot")


def stated(package: Distribution) -> str:
    """What a package says of its licence: an SPDX expression as far as its words are known, "" where it says nothing."""
    said = package.metadata
    expression = said.get("License-Expression")
    if expression:
        return str(expression)
    classifiers = [c.split(" :: ")[-1] for c in said.get_all("Classifier") or [] if c.startswith("License :: ")]
    words = [c for c in classifiers if c != "OSI Approved"]
    first = (said.get("License") or "").strip().split("\n")[0].strip()
    if not words and first:
        words = [first]
    return " AND ".join(WORDS.get(word.upper(), word) for word in words)


def is_allowed(expression: str) -> bool:
    """Whether a licence expression can be met by allowed licences alone: any side of OR, every side of AND."""
    pieces = re.findall(r"\(|\)|[^\s()]+", expression)
    words: list[str] = []  # names of licences of several words become one piece
    for piece in pieces:
        joins = piece in ("(", ")", "AND", "OR")
        if joins or not words or words[-1] in ("(", ")", "AND", "OR"):
            words.append(piece)
        else:
            words[-1] += f" {piece}"

    def either(at: int) -> tuple[bool, int]:
        good, at = both(at)
        while at < len(words) and words[at] == "OR":
            other, at = both(at + 1)
            good = good or other
        return good, at

    def both(at: int) -> tuple[bool, int]:
        good, at = one(at)
        while at < len(words) and words[at] == "AND":
            other, at = one(at + 1)
            good = good and other
        return good, at

    def one(at: int) -> tuple[bool, int]:
        if at >= len(words) or words[at] in (")", "AND", "OR"):
            return False, at + 1
        if words[at] == "(":
            good, at = either(at + 1)
            return good and at < len(words) and words[at] == ")", at + 1
        return words[at] in ALLOWED, at + 1

    good, end = either(0)
    return good and end == len(words)


def required(name: str, extras: tuple[str, ...] = ()) -> Iterator[Distribution | str]:
    """A package and all that it requires here, each once; as a name where it is not installed."""
    seen: set[tuple[str, str]] = set()
    told: set[str] = set()
    left = [(name, extra) for extra in ("", *extras)]
    while left:
        here, extra = left.pop()
        here = canonicalize_name(here)
        if (here, extra) in seen:
            continue
        seen.add((here, extra))
        try:
            found = distribution(here)
        except PackageNotFoundError:
            if here not in told:
                yield here
            told.add(here)
            continue
        if here not in told:
            told.add(here)
            yield found
        for line in found.requires or []:
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                left += [(wanted.name, "")] + [(wanted.name, more) for more in wanted.extras]


def main() -> None:
    """Print one line a package; leave with 1 where a licence is not allowed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environment", action="store_true")
    parser.add_argument("--quiet", action="store_true", help="only what is wrong, and the sum")
    chosen = parser.parse_args()
    every = list(distributions()) if chosen.environment else list(required("forbear", EXTRAS))
    missing = sorted(entry for entry in every if isinstance(entry, str))
    faults, lines = [], []
    for package in every:
        if isinstance(package, str):
            continue
        name, licence = canonicalize_name(package.metadata["Name"]), stated(package)
        exception = EXCEPTIONS.get(name)
        line = f"{name} {package.version}: {licence or 'says nothing'}"
        if is_allowed(licence):
            lines.append(line)
        elif exception is not None and exception[0] == licence:
            lines.append(f"{line} (exception: {exception[1]})")
        else:
            faults.append(f"{line}: not an allowed licence")
    if not chosen.quiet:
        print("\n".join(sorted(lines)))
    if missing:
        print(f"not installed here, so not looked at: {', '.join(missing)}")
    if faults:
        sys.exit(
            "\n".join([*sorted(faults), "see tools/licences.py for the list and for exceptions with their reasons"])
        )
    print(f"{len(lines)} packages, all under allowed licences")


if __name__ == "__main__":
    main()
