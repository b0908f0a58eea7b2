"""Words of older answers beside those of newer ones, claim by claim, with what changed each. Runs nothing of the model.

    uv run python tools/verdict_words.py OLD.json NEW.json
    git show REVISION:src/forbear/library/iraq-2003/answers.json > OLD.json

Four things can change a word: the rule, the mechanisms of the model (or its priors), the fit (its draws or its data), and
the record of other wars. They are laid on one after the other, in this order: the old numbers under the new rule; the new
numbers without the record; the new numbers. A word is said to be changed by the last step that made it what it is. Where
model and fit both differ, numbers cannot tell them apart, and both are named. Old answers may be of the second format,
whose own words come from another rule.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from answers_format import evidence_on_record, read_second

from forbear.files import read_json
from forbear.questions.answers import FORMAT, Answers
from forbear.questions.results import ClaimResult
from forbear.questions.verdict_rule import ruling

MECHANISM, FIT = ("model", "priors"), ("evidence", "posterior")


@dataclass(frozen=True)
class Row:
    """One claim. steps: word after each step: on record, the new rule, new numbers, the record; by: what changed it."""

    name: str
    steps: tuple[str, str, str, str]
    by: str
    reason: str


def words_of(path: Path) -> tuple[Answers, dict[str, str]]:
    """Answers of the second or of this format, and their words on record."""
    if read_json(path).get("format") == FORMAT:
        found = Answers.read(path)
        return found, {result.name: result.verdict.phrase for result in found}
    return read_second(path)


def rows(old: Answers, words: dict[str, str], new: Answers) -> list[Row]:
    """Every claim of either, in the order of the new ones."""
    before, after = old.provenance.stamp, new.provenance.stamp
    parts = {"mechanism": MECHANISM, "fit": FIT}
    numbers = " and ".join(k for k, keys in parts.items() if any(before.get(x) != after.get(x) for x in keys))
    # the old numbers have their own weights; those of the second format noted none, and where the draws are the same the
    # new weights are theirs, too
    same = before.get("posterior") == after.get("posterior")
    weights = old.provenance.theories or (new.provenance.theories if same else {})
    out = []
    for name in dict.fromkeys([*new.claims, *old.claims]):
        if name not in new.claims or name not in old.claims:
            gone = name not in new.claims
            out.append(Row(name, (words.get(name, ""), "", "", ""), "claim gone" if gone else "claim new", ""))
            continue
        result = new.claims[name]
        ruled = ruling(evidence_on_record(old.claims[name], old, weights, {})).phrase
        steps = (words[name], ruled, _without_record(result, new), result.verdict.phrase)
        causes = ("rule", numbers or "draws of the battery", "record")
        changed = [cause for cause, one, other in zip(causes, steps, steps[1:], strict=False) if one != other]
        out.append(Row(name, steps, "" if steps[0] == steps[-1] else changed[-1], result.verdict.reason))
    return out


def _without_record(result: ClaimResult, new: Answers) -> str:
    if "both" not in result.stages:
        return result.verdict.phrase
    return ruling(evidence_on_record(result, new, new.provenance.theories, {})).phrase


def main() -> None:
    """Print the table, and how many words each cause changed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    asked = parser.parse_args()
    old, words = words_of(asked.old)
    found = rows(old, words, Answers.read(asked.new))
    print(f"| claim | {asked.old.name} | the same by the rule | {asked.new.name} | changed by | reason |")
    print("|---|---|---|---|---|---|")
    for row in found:
        print(
            f"| {row.name} | {row.steps[0]} | {row.steps[1]} | {row.steps[3]} | {row.by or '(same)'} | {row.reason} |"
        )
    counts = Counter(row.by or "nothing: the word is the same" for row in found)
    print("\n" + "; ".join(f"{number} by {cause}" for cause, number in counts.most_common()))


if __name__ == "__main__":
    main()
