"""Writes `effects.md`: what remedies move before any data and after the fit: `python docs/effects.py`.

Prior draws and draws of the posterior of Iraq run the same strategies with common random numbers. Some minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from forbear.inference.posterior import Posterior
from forbear.questions.policy_runs import PolicyRuns
from forbear.scenario import Scenario
from forbear.scenario.casefiles.policies import load_strategies
from forbear.scenario.outcomes import OUTCOMES

SCENARIO, BASE, LEAVES = "iraq-2003", "HISTORY", "OUT-2005"
DRAWS, REPLICATIONS, SEED = 512, 2, 1
#: Strategies that are remedies of the one side or the other, and what each is judged by.
REMEDIES = (
    ("GOOD-PLAN", "governance"),
    ("PLAN", "governance"),
    ("COORDINATION", "governance"),
    ("LEADER", "governance"),
    ("LEADER-AT-WAR", "governance"),
    ("GOOD-PLAN", "services"),
    ("ORDER-FIRST", "standing"),
    ("KEEP-ARMY", "deaths"),
    ("MORE-200", "deaths"),
    ("POWER-SHARING", "inclusion"),
    ("POWER-SHARING", "deaths"),
    ("EVERYTHING", "governance"),
    ("EVERYTHING", "order"),
)
STAYS = (("OUT-2005", "nobody"), ("OUT-2005-KEEP-1000", "1,000"), ("OUT-2005-KEEP-6000", "6,000"))
NO_FOREIGNERS = "without foreign fighters"
HEAD = """# What remedies move

*Written by `python docs/effects.py` from {draws} prior draws and {draws} draws of the posterior of {title},
{replications} runs each, with common random numbers; seed {seed}, model {model}. Prior draws
are all of them, wars of any size. Medians
with the central nine tenths of draws.*

*Noticeable*: five points of an index; *markedly*: a tenth of a number, as in the claims.
An effect that the prior leaves no
room for, in one direction, is the model's and not the data's: gate G0
([decision 0021](decisions/0021-gate-on-regions.md), [0026](decisions/0026-what-a-country-does-by-itself.md)).
"""


def runs_of(scenario: Scenario, posterior: Posterior | None) -> PolicyRuns:
    """Every strategy of the page, run."""
    outcomes = sorted({outcome for _, outcome in REMEDIES} | {"deaths", "order", "success", "violence_at_end"})
    strategies = load_strategies(scenario)
    runs = PolicyRuns.of(
        scenario, posterior, members=DRAWS, replications=REPLICATIONS, seed=SEED, outcomes=tuple(outcomes)
    )
    names = dict.fromkeys((BASE, *(name for name, _ in REMEDIES), *(name for name, _ in STAYS)))
    runs.run_all({name: strategies[name].apply(scenario) for name in names})
    runs.run(NO_FOREIGNERS, scenario, {"foreign_fighters": 0.0})
    return runs


def effect(runs: PolicyRuns, name: str, outcome: str, base: str = BASE) -> np.ndarray:
    """The effect of a strategy on an outcome, (draws,): a difference, or for numbers a ratio less one."""
    changed, before = runs.values(name, outcome), runs.values(base, outcome)
    ran = np.isfinite(changed) & np.isfinite(before)  # a draw that broke down in either tells nothing
    changed, before = changed[ran], before[ran]
    if OUTCOMES[outcome].kind == "difference":
        return changed - before
    return (changed + 1.0) / (before + 1.0) - 1.0


def told(values: np.ndarray, ratio: bool) -> str:
    """Median and central nine tenths."""
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return f"{middle:+.0%} ({low:+.0%} to {high:+.0%})" if ratio else f"{middle:+.2f} ({low:+.2f} to {high:+.2f})"


def beyond(values: np.ndarray, outcome: str) -> str:
    """Shares of draws beyond the margin, up and down."""
    margin, ratio = OUTCOMES[outcome].margin, OUTCOMES[outcome].kind == "ratio"
    down = 1.0 / (1.0 + margin) - 1.0 if ratio else -margin
    return f"{np.mean(values > margin):.0%} up, {np.mean(values < down):.0%} down"


def rows(both: Sequence[PolicyRuns]) -> Iterator[str]:
    """The page's tables."""
    yield from ("## How it ends", "", "| under history | before any data | after the fit |", "| --- | --- | --- |")
    for outcome in ("order", "success", "governance"):
        cells = [drawn[np.isfinite(drawn)] for drawn in (runs.values(BASE, outcome) for runs in both)]
        if outcome == "governance":
            text = [f"{np.median(c):.2f} ({np.quantile(c, 0.05):.2f} to {np.quantile(c, 0.95):.2f})" for c in cells]
        else:
            text = [f"{c.mean():.1%} of runs" for c in cells]
        yield f"| {OUTCOMES[outcome].title} | {text[0]} | {text[1]} |"
    yield from ("", "## Remedies", "")
    yield "| strategy | on | before any data | beyond the margin | after the fit | beyond the margin |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, outcome in REMEDIES:
        found = [effect(runs, name, outcome) for runs in both]
        cells = [c for f in found for c in (told(f, OUTCOMES[outcome].kind == "ratio"), beyond(f, outcome))]
        yield f"| {name} | {OUTCOMES[outcome].title} | {' | '.join(cells)} |"
    yield from ("", "## Leaving in 2005, with how many left behind", "")
    yield "| left behind | civilians killed against history, before any data | after the fit |"
    yield "| --- | --- | --- |"
    for name, words in STAYS:
        yield f"| {words} | {' | '.join(told(effect(runs, name, 'deaths'), True) for runs in both)} |"
    yield from ("", "| left behind | civilians killed against nobody left, before any data | after the fit |")
    yield "| --- | --- | --- |"
    for name, words in STAYS[1:]:
        yield f"| {words} | {' | '.join(told(effect(runs, name, 'deaths', LEAVES), True) for runs in both)} |"
    yield from ("", "## What foreign fighters carry", "")
    yield "Civilians killed where no fighter comes from abroad, against history:"
    prior, posterior = (told(effect(runs, NO_FOREIGNERS, "deaths"), True) for runs in both)
    yield f"{prior} before any data, {posterior} after the fit."
    yield ""


def document() -> str:
    """The page."""
    scenario = Scenario.load(SCENARIO)
    posterior = Posterior.of(scenario)
    if posterior is None or posterior.stale(scenario, scenario.problem()):
        raise SystemExit(f"{SCENARIO} has no posterior of this model: forbear fit {SCENARIO}")
    both = [runs_of(scenario, None), runs_of(scenario, posterior)]
    head = HEAD.format(
        draws=DRAWS, title=scenario.title, replications=REPLICATIONS, seed=SEED, model=scenario.problem().hash[:8]
    )
    return head + "\n" + "\n".join(rows(both))


if __name__ == "__main__":
    (Path(__file__).parent / "effects.md").write_text(document(), encoding="utf-8")
