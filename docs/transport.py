"""Writes the parts of `transport.md` that stand between marks: `python docs/transport.py`. A test holds them to what ships.

The tables of the page are those of one trial, which its mark names: `<!-- trial: model, day, effort -->`. Where another
model ships, the page says so at its top. Pooled scores and claims are read from what is on file.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from forbear.country.model import MODEL
from forbear.inference.posterior import Posterior
from forbear.questions.answers import Answers
from forbear.questions.stamps import stale_answers
from forbear.scenario import Scenario
from forbear.validation.pooling import load
from forbear.validation.transport import load_transports
from forbear.words import join

HERE = Path(__file__).parent
HOME, HERE_TRIED = "iraq-2003", "afghanistan-2001"
TRIAL = re.compile(r"<!-- trial: model ([0-9a-f]{12}), (\d{4}-\d{2}-\d{2}), effort (\w+) -->\n")
AGAIN = f"`forbear validate {HERE_TRIED} --parts transport`"


def document(text: str) -> str:
    """The page with its derived parts as they are now. Raises ValueError where a mark is missing."""
    trial = TRIAL.search(text)
    if trial is None:
        raise ValueError("transport.md does not say of which trial its tables are: <!-- trial: model, day, effort -->")
    parts = {
        "made": head(trial[1], date.fromisoformat(trial[2]), trial[3]),
        "claims": claims(),
        "pooled": pooled(),
    }
    for name, words in parts.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end {name} -->\n"
        if begin not in text or end not in text:
            raise ValueError(f"transport.md has no place for {name}: {begin.strip()} ... {end.strip()}")
        text = text.partition(begin)[0] + begin + words + "\n" + end + text.partition(end)[2]
    return text


def head(model: str, day: date, effort: str) -> str:
    """Of which model the tables of the page are, and whether that is the one that ships."""
    made = f"model `{model}`, effort {effort}, recorded on {day.day} {day:%B %Y}"
    if MODEL.hash.startswith(model):
        return f"The tables of this page are of the model that ships ({made})."
    return (
        f"**The tables of this page are of an older model and were not made again** ({made}). The model that ships is "
        f"`{MODEL.hash[:12]}`; its fits {_facts()}. Nothing under *What came out* and in *How it ended* is a result of "
        f"it, and {_record()}."
    )


def _record() -> str:
    """What is on record of trials with the model that ships, in half a sentence."""
    tried = [record for record in load_transports() if record["stamps"]["to"]["model"] == MODEL.hash]
    if tried:
        return "the trial of it that is on record is to be written here in their place"
    return f"no trial of it is on record, which the report of an unfitted country says, too: {AGAIN} makes one"


def _facts() -> str:
    told = []
    for name in (HOME, HERE_TRIED):
        found = Posterior.of(Scenario.load(name))
        if found is not None and found.facts is not None:
            held = len(found.facts.results) - len(found.facts.missed)
            told.append(f"{held} of {len(found.facts.results)} facts of history in {name}")
    return f"hold {join(told)}" if told else "were not set beside facts of history"


def claims() -> str:
    """How many claims are put to the second war, and what became of them."""
    scenario = Scenario.load(HERE_TRIED)
    found = Answers.beside(scenario)
    if found is None:
        return f"No answers are on record: `forbear claims -s {HERE_TRIED}` makes them."
    made = found.provenance
    rivals = len(made.structures) - 1
    theories = f"under the model and {rivals} theories" if rivals > 0 else "under the full model alone"
    counted = join([f"{number} {word}" for word, number in found.counts().items()])
    stale = stale_answers(found, scenario, Posterior.of(scenario))
    changed = f" They were made with another {join(stale)}." if stale else ""
    return (
        f"{len(found)} claims are put to this war (`library/{HERE_TRIED}/claims`; answers on record with {made.members} "
        f"draws, {made.replications} run{'s' * (made.replications > 1)} of each, {theories}): {counted}.{changed}"
    )


def pooled() -> str:
    """What is on file of the pooled scores."""
    found = load()
    if found is None:
        return "No pooled scores are on file: `python tools/pool.py` makes them."
    both = [name for name, cases in found.cases.items() if len(cases) > 1]
    rho = found.rho
    words = (
        f"Over {join(sorted(found.stamps))} {len(found.scores)} parameters are informed by one case at least and "
        f"{len(both)} by more; rho has mean {rho['mean']:.2f} and lies between {rho['q05']:.2f} and {rho['q95']:.2f}."
    )
    models = {stamp["model"][:12] for stamp in found.stamps.values()}
    if models != {MODEL.hash[:12]}:
        words += f" They were made with another model (`{'`, `'.join(sorted(models))}`) and were not made again."
    return words


if __name__ == "__main__":
    page = HERE / "transport.md"
    page.write_text(document(page.read_text(encoding="utf-8")), encoding="utf-8")
