"""Facts of history beside a posterior: on record in its notes or beside it, else judged by a posterior predictive run.

A posterior that was fitted before its country had facts on file carries none in its notes. What a run under its draws
holds of them is then kept in `facts.json` beside the scenario, tied to those very draws.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from forbear.country.model import MODEL
from forbear.ensemble.runner import simulate
from forbear.files import read_json, write_json
from forbear.inference.facts import FactsHeld, facts_held, judge
from forbear.questions.stamps import posterior_numbers
from forbear.questions.stored import decode, encode
from forbear.scenario.casefiles.facts import load_facts

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["FILE", "MEMBERS", "facts_judged", "facts_on_record", "keep_facts"]

FILE = "facts.json"
#: Draws of a posterior predictive run that judges facts.
MEMBERS = 256


def facts_on_record(scenario: Scenario, posterior: Posterior | None) -> FactsHeld | None:
    """What the posterior lives through, as its notes or `facts.json` beside the scenario say; None where nobody has
    looked.

    A file that was made of other draws, or of another model, is not used. Raises FileError E109 where it is damaged,
    E111 where another version wrote it."""
    if posterior is None:
        return None
    noted = facts_held(posterior)
    path = scenario.beside(FILE)
    if noted is not None or path is None:
        return noted
    found = read_json(path, seal=True)
    made = found.pop("made", None)
    return decode(FactsHeld, found, file=str(path)) if made == _made(scenario, posterior) else None


def facts_judged(
    scenario: Scenario,
    posterior: Posterior,
    *,
    members: int = MEMBERS,
    seed: int = 1,
    workers: int | None = None,
    progress: Meter | None = None,
) -> FactsHeld | None:
    """Set the facts of `facts.toml` beside a posterior predictive run; None where the country has none on file.

    members: draws, each run once. Randomness: named by the seed. Raises as `load_facts` and `simulate`.
    """
    facts = load_facts(scenario)
    if not facts:
        return None
    monthly = sorted({quantity for fact in facts.values() for quantity in fact.quantities})
    data = simulate(
        scenario.problem(),
        members=members,
        seed=seed,
        parameters=posterior.parameters(members),
        workers=workers,
        weekly=(),
        monthly=monthly,
        progress=progress,
        note="posterior draws, beside facts of history",
    ).data
    return judge(facts, data, usable=not posterior.quick)


def keep_facts(path: str | Path, held: FactsHeld, scenario: Scenario, posterior: Posterior) -> Path:
    """Keep what was judged beside a scenario, tied to the posterior's draws and the model. Raises FileError E103."""
    return write_json(path, {"made": _made(scenario, posterior), **encode(held)}, seal=True)


def _made(scenario: Scenario, posterior: Posterior) -> dict[str, str]:
    """What a posterior predictive run rests on."""
    return {"posterior": posterior_numbers(posterior), "model": MODEL.hash, "scenario": scenario.problem().hash}
