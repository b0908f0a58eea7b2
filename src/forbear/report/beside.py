"""Never intervening beside what was done: the main outcomes of both, as bands, in one table that ranks nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from forbear.ensemble.runner import simulate
from forbear.questions.answers import Answers
from forbear.questions.results import Quantiles, StrategyTable, Three
from forbear.scenario.casefiles.policies import without_intervention
from forbear.scenario.outcomes import OUTCOMES, recorded, values_of
from forbear.words import middle_and_span, span

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.ensemble.results import Ensemble
    from forbear.scenario import Scenario

__all__ = ["SHOWN", "Beside", "beside_never", "never_intervening", "simulate_never"]

#: The main outcomes, each on its own line.
SHOWN = (
    "deaths", "displaced", "intervener_deaths", "cost", "cost_full", "attacks_abroad", "governance", "democracy",
    "allies", "adversaries",
)  # fmt: skip
LEVELS = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Beside:
    """title: of the table; head: outcome, then a column for each world; rows: cells as text; assumed: True where a
    world without the intervention is among the columns; never_deaths, own_deaths: 5 %, median, 95 %; never_cost: a
    range in words; proposed: of a proposed intervention ranges are told, no middle; own: outcome -> numbers of what is
    shown; deaths: title -> quantiles for every world."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    assumed: bool
    own_deaths: Three
    never_deaths: Three | None
    never_cost: str
    note: str
    proposed: bool = False
    own: dict[str, Three] = field(default_factory=dict)
    deaths: dict[str, Quantiles] = field(default_factory=dict)


def never_intervening(scenario: Scenario) -> Scenario:
    """The scenario with nobody intervening: its own strategy of that kind where it has one. Raises as
    `Strategy.apply`."""
    return without_intervention(scenario).apply(scenario)


def simulate_never(
    ensemble: Ensemble, scenario: Scenario, *, workers: int | None = None, progress: Meter | None = None
) -> Ensemble | None:
    """The simulated histories of `ensemble` with nobody intervening: same parameters, common random numbers. None where
    nobody intervenes anyway.

    Randomness: named by the seed of the ensemble. Raises as `simulate`.
    """
    if float(np.asarray(ensemble.data["force"].values).max()) == 0:
        return None
    given = {str(n)[6:]: v.values for n, v in ensemble.data.data_vars.items() if str(n).startswith("given_")}
    return simulate(
        never_intervening(scenario).problem(),
        members=ensemble.data["member"].values,
        seed=int(ensemble.manifest["seed"]),
        parameters=given,
        weekly=recorded(list(SHOWN)),
        monthly=(),
        workers=workers,
        progress=progress,
        note="nobody intervenes",
    ).healthy


def beside_never(
    ensemble: Ensemble, scenario: Scenario, answers: Answers | None, never: Ensemble | None
) -> Beside | None:
    """Return the table: from the strategies of `answers`, else from the two ensembles, else None."""
    if answers is not None and answers.strategies.rows:
        return _from_answers(answers.strategies)
    if float(np.asarray(ensemble.data["force"].values).max()) == 0:
        return None  # nobody intervenes in the scenario itself
    worlds = {_own(scenario): ensemble}
    if never is not None:
        worlds["Never intervening (by assumption)"] = never
    columns = {title: _of(world) for title, world in worlds.items()}
    deaths = {title: Quantiles.of(values_of(world.data, "deaths")) for title, world in worlds.items()}
    names = list(columns)
    if scenario.kind == "prospective":
        note = (
            "Ranges of nine in ten simulated histories, under stated assumptions: not a forecast, and no middle "
            "is told."
        )
        return _table(columns, [names[0]], names[1:], note, deaths, proposed=True)
    note = "Medians of simulated histories; in brackets the range of nine in ten of them."
    return _table(columns, [names[0]], names[1:], note, deaths)


def _own(scenario: Scenario) -> str:
    return "What was done" if scenario.kind == "historical" else "What the scenario does"


def _of(ensemble: Ensemble) -> dict[str, Three]:
    out: dict[str, Three] = {}
    for name in SHOWN:
        if OUTCOMES[name].quantity in ensemble.data:
            low, middle, high = np.quantile(values_of(ensemble.data, name), LEVELS)
            out[name] = Three(float(low), float(middle), float(high))
    return out


def _from_answers(found: StrategyTable) -> Beside | None:
    rows = found.rows
    own = next((n for n in rows if n == "HISTORY"), None)
    own = own or next((n for n, r in rows.items() if r.side == "history"), None)
    if own is None:
        return None
    assumed = [n for n, r in rows.items() if r.assumed and n != own]
    columns: dict[str, dict[str, Three]] = {}
    deaths: dict[str, Quantiles] = {}
    titles = []
    for name in (own, *assumed):
        title = rows[name].title + (" (by assumption)" if name in assumed else "")
        titles.append(title)
        deaths[title] = rows[name].outcomes["deaths"]
        columns[title] = {
            o: Three(v.p05, v.p50, v.p95)
            for o, v in rows[name].outcomes.items()
            if o in SHOWN and bool(np.isfinite(v).all())
        }
    note = f"Medians of {found.draws} draws; in brackets the range of nine in ten of them."
    return _table(columns, titles[:1], titles[1:], note, deaths)


def _table(
    columns: dict[str, dict[str, Three]],
    own: list[str],
    never: list[str],
    note: str,
    deaths: dict[str, Quantiles],
    proposed: bool = False,
) -> Beside:
    rows = []
    for name in SHOWN:
        if not all(name in values for values in columns.values()):
            continue
        whole = OUTCOMES[name].unit in ("persons", "attacks")
        cells = [_words(values[name], whole, proposed, title in never) for title, values in columns.items()]
        rows.append((f"{OUTCOMES[name].title} ({OUTCOMES[name].unit})", *cells))
    first = columns[never[0]] if never else {}
    if never:
        note += " Worlds without the intervention rest on assumption, not on data"
        note += "; " if proposed else ", so that rounded ranges alone are told of them; "
        note += "nothing is added up or ranked."
    cost = first.get("cost", Three(0.0, 0.0, 0.0))
    title = f"Never intervening, beside {own[0][:1].lower()}{own[0][1:]}" if never else "The main outcomes"
    money = f"{span(cost.p05, cost.p95, 2 if proposed else 1)} billion US$" if cost.p95 > 0 else "no money"
    head, own_deaths = ("outcome", *columns), columns[own[0]]["deaths"]
    never_deaths = first.get("deaths")
    return Beside(
        title, head, tuple(rows), bool(never), own_deaths, never_deaths, money, note, proposed, columns[own[0]], deaths
    )  # fmt: skip


def _words(three: Three, whole: bool, proposed: bool = False, assumed: bool = False) -> str:
    """A range with its middle; of a proposal the range alone, of a world by assumption one digit of its ends."""
    rounded = Three(*(float(round(v)) if whole else v for v in three))
    if proposed or assumed:
        return span(rounded.p05, rounded.p95, 2 if proposed else 1)
    return middle_and_span(rounded)
