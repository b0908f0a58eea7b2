"""Draws what `reading.md` shows and no single call makes: `python docs/pictures.py`. All from the shipped record.

The pictures of tutorials and of the gallery are made by `execute.py`, those of `reproduce.md` by `reproduce.py`.
"""

from __future__ import annotations

from pathlib import Path

import forbear as fb
from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.standalone import standalone
from forbear.inference.facts import FactResult, facts_held

HERE = Path(__file__).parent
FACTS = "images/reading/facts.svg"
SCENARIO = "iraq-2003"


def facts() -> str:
    """Facts of history that are amounts: the fitted model over what was observed, a line each."""
    held = facts_held(fb.Posterior.of(fb.load(SCENARIO)))
    if held is None:
        raise ValueError(f"no facts of history are on record for {SCENARIO}")
    rows = [_line(fact) for fact in held.results if fact.measure not in ("peak", "order")]
    right = "1: as observed"
    figure = intervals(
        "facts", "Facts of history in Iraq: what the fitted model gives, over what was observed", f"ratio ({right})", rows,
        reference=1.0, logarithmic=True, caption="Median, half and nine tenths of simulated histories over what was observed.",
    )  # fmt: skip
    return standalone(figure)


def _line(fact: FactResult) -> IntervalRow:
    five = (fact.low_90, fact.low_50, fact.median, fact.high_50, fact.high_90)
    return IntervalRow.of(fact.title, [value / fact.observed for value in five], "holds" if fact.holds else "MISSED")


def main() -> None:
    """Write."""
    path = HERE / FACTS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(facts(), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
