"""Words of answers on record beside those of the rule on shares, claim by claim. Runs nothing of the model.

    uv run python tools/verdict_words.py                          # the scenarios that ship with answers
    uv run python tools/verdict_words.py path/to/answers.json
    uv run python tools/verdict_words.py --licensed               # as if every claim had its licence

Rival structures weigh the same and all count as forecasting alike: answers on record do not hold their weights.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from forbear.questions.answers import Answers
from forbear.questions.verdict_evidence import evidence_of
from forbear.questions.verdict_rule import ruling
from forbear.scenario.reading.chain import LIBRARY, library_names


def rows(answers: Answers, licensed: bool) -> list[tuple[str, str, str, str]]:
    """Claim, word on record, word by the rule on shares, reason."""
    out = []
    for result in answers:
        evidence = evidence_of(result, answers.provenance)
        found = ruling(replace(evidence, unlicensed="") if licensed else evidence)
        out.append((result.name, result.verdict.word, found.phrase, found.reason))
    return out


def main() -> None:
    """Print a table for each file of answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--licensed", action="store_true", help="as if every claim had its licence")
    asked = parser.parse_args()
    shipped = [LIBRARY / name / "answers.json" for name in library_names()]
    for path in asked.files or [path for path in shipped if path.exists()]:
        found = rows(Answers.read(path), asked.licensed)
        differing = sum(old != new for _, old, new, _ in found)
        print(f"{path.parent.name}: {len(found)} claims, {differing} words differ")
        for name, old, new, reason in found:
            print(f"  {name:<6}{old:<16}{new:<28}{reason}")


if __name__ == "__main__":
    main()
