"""Writes the part of `record.md` that stands between its marks: `python docs/odds.py`. A test holds it to the numbers on file.

They are computed by `forbear atlas weigh`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from forbear.questions.odds_telling import why_none_weighs
from forbear.questions.odds_words import claim_rows, moved_sentence, odds_summary, source_rows, spread_rows
from forbear.workflow.odds import read_odds

HERE = Path(__file__).parent
BEGIN, END = "<!-- odds -->\n", "<!-- end odds -->\n"
SCENARIO = "iraq-2003"


def document(text: str) -> str:
    """The page with the odds of claims as they are on file now. Raises ValueError where the marks are missing."""
    if BEGIN not in text or END not in text:
        raise ValueError(f"record.md has no place for the odds of claims: {BEGIN.strip()} ... {END.strip()}")
    return text.partition(BEGIN)[0] + BEGIN + "\n" + "\n".join(part()) + "\n" + END + text.partition(END)[2]


def part() -> list[str]:
    """The generated part, in lines."""
    found = read_odds(SCENARIO)
    if found is None:
        return [f"Not computed: `forbear atlas weigh {SCENARIO}` does.", ""]
    lines = []
    for sentence in (f"**{moved_sentence(found)}** {why_none_weighs(found)}", *odds_summary(found)):
        lines += [sentence, ""]
    mixed = "theories as the stacking weighs them" if found.theories else "of the model itself, without its rivals"
    lines += [
        f"{len(found.claims)} claims of {SCENARIO}; {found.prior_members} prior draws, of which {found.weights['record']['prior'].draws} with a war of plausible size, and {found.members} of the posterior with {found.replications} run{'s' if found.replications > 1 else ''} each "
        f"({mixed}), weighed and not run again; seed {found.seed}, model {found.model[:8]}. Shares are claim / neither / rival in per cent; x is the factor on the odds of the claim's region, with nine tenths of its Monte Carlo error. "
        "*Apart* is how far a study lies from what the draws expect of it, in standard deviations of draws, error and bias together: draws that all miss a study alike keep even weights. The same draws stand before and after, so that the error of a factor is far below that of a share. A factor hangs on where odds start: of a region that holds nearly all or nothing, few draws decide.",
        "",
    ]  # fmt: skip
    lines += opened("Every claim: how far the record and the studies would move its odds", *claim_rows(found))
    lines += opened("Every claim: each study by itself", *claim_rows(found, found.weights_of_studies))
    lines += opened(
        "Every claim: tau halved, as stated and doubled; each case dropped from the record", *spread_rows(found)
    )
    lines += opened("What every source leaves of the draws", *source_rows(found))
    return lines


def opened(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table that opens on demand."""
    cells = [list(head), ["---"] * len(head), *rows]
    return ["<details>", f"<summary>{title}</summary>", "", *("| " + " | ".join(row) + " |" for row in cells), "", "</details>", ""]  # fmt: skip


if __name__ == "__main__":
    page = HERE / "record.md"
    page.write_text(document(page.read_text(encoding="utf-8")), encoding="utf-8")
