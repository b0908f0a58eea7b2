"""The first screen: the headline with its range, four cards, how far to trust it, and the record of such undertakings.

Every sentence is made from the numbers of the run; nothing about any country is written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.figures.gauge import Gauge
from forbear.figures.gauge import draw as draw_gauge
from forbear.figures.years import Years
from forbear.questions.answers import Answers
from forbear.questions.results import Three
from forbear.report.atlas.section import short_verdict
from forbear.report.beside import Beside
from forbear.report.comparable import SEEN, CountedTotal, counted_total, deaths_by_year, published_total
from forbear.words import approximately, between, percent, span

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble
    from forbear.inference.facts import FactResult, FactsHeld
    from forbear.inference.posterior import Posterior
    from forbear.scenario import Scenario
    from forbear.scenario.observed import Observed
    from forbear.validation.base_rates import BaseRate

__all__ = ["Card", "FactSquare", "Screen", "TrustLine", "fact_words", "first_screen", "headline_of", "own_range"]


@dataclass(frozen=True)
class Card:
    """One number with its range. number: the range in words; bar: its drawing; counted: what was observed, or why
    nothing was; note: what the bar shows."""

    title: str
    number: str
    gauge: Gauge
    counted: str
    note: str

    @property
    def bar(self) -> str:
        """The gauge as one <svg>."""
        return draw_gauge(self.gauge)


@dataclass(frozen=True)
class FactSquare:
    """One fact of history. words: what was observed and what the model gives."""

    holds: bool
    words: str


@dataclass(frozen=True)
class TrustLine:
    """How far to trust it. level: "good", "mixed" or "bad", a colour of the page; lead: in plain words; facts: each a
    square; more: a further sentence, or ""."""

    level: str
    lead: str
    facts: tuple[FactSquare, ...] = ()
    more: str = ""


@dataclass(frozen=True)
class Screen:
    """Everything on the first screen but question and title. foreseen: how well the model foresees other cases."""

    headline: str
    chart: Years
    cards: tuple[Card, ...]
    trust: TrustLine
    record: str
    record_level: str
    foreseen: str = ""


def first_screen(
    ensemble: Ensemble,
    scenario: Scenario,
    observed: Mapping[str, Sequence[Observed]],
    *,
    beside: Beside | None,
    answers: Answers | None,
    posterior: Posterior | None,
    matched: bool,
    rates: Sequence[BaseRate],
    outdated: bool = False,
    forecasts: str = "",
) -> Screen:
    """The first screen of a run. beside: its main outcomes; rates: reference classes beside it; outdated: the verdicts
    were made with something else; forecasts: the word on forecasts that do not pass, "" where they do or nobody tried.
    Deterministic."""
    facts = _facts_of(answers, posterior)
    record, level = _record(rates)
    return Screen(
        headline_of(ensemble, scenario, beside, answers, outdated),
        deaths_by_year(ensemble, scenario, observed),
        _cards(ensemble, scenario, observed, beside, rates),
        _trust(scenario, facts, posterior, matched, answers, forecasts),
        record,
        level,
        short_verdict() if rates else "",
    )


def _facts_of(answers: Answers | None, posterior: Posterior | None) -> FactsHeld | None:
    """The fit's own judgement of facts: one number wherever the gate is shown."""
    if posterior is not None and posterior.facts is not None:
        return posterior.facts
    return answers.facts if answers is not None else None


def own_range(ensemble: Ensemble, beside: Beside | None, outcome: str, quantity: str, scale: float = 1.0) -> Three:
    """An outcome of what is shown as 5, 50 and 95 per cent: that of the table of main outcomes where it has one."""
    if beside is not None and outcome in beside.own:
        return beside.own[outcome]
    return Three(*(float(v) for v in np.quantile(ensemble.data[quantity].values[:, -1] * scale, [0.05, 0.5, 0.95])))


def _people(three: Three) -> str:
    low, high = round(three.p05), round(three.p95)
    return span(low, high) if high else "none"


def headline_of(
    ensemble: Ensemble, scenario: Scenario, beside: Beside | None, answers: Answers | None, outdated: bool = False
) -> str:
    """The answer in one sentence with its range, and what stands against it: facts that the model behind the answers
    misses, or that they are out of date."""
    facts = answers.facts if answers is not None else None
    killed = _people(own_range(ensemble, beside, "deaths", "civilians_dead"))
    lead = "As it was done" if scenario.kind == "historical" else "As the scenario has it"
    words = f"{lead}, nine in ten simulated histories have {killed} civilians killed"
    games = answers.attribution if answers is not None else {}
    game = next((name for name in ("feasible", "levers") if name in games), None)
    if game is not None:
        low, middle, high = (float(np.exp(-v)) for v in reversed(games[game].total["deaths"]))
        which = "every remedy that could have been had" if game == "feasible" else "every remedy, in full"
        words += f"; with {which}, {percent(middle)} of that ({between(low, high)})"
    elif beside is not None and beside.never_deaths is not None:
        low, _, high = beside.never_deaths
        words += f"; with nobody intervening, {span(round(low), round(high), 2 if beside.proposed else 1)}"
        words += (
            ", ranges under stated assumptions and no forecast" if scenario.kind == "prospective" else ", by assumption"
        )
    if game is not None and facts is not None and not facts.passed:
        words += f", in a model that misses {len(facts.missed)} of {len(facts.results)} facts of history"
    if game is not None and outdated:
        words += ", by runs that are out of date"
    return words + "."


def _cards(
    ensemble: Ensemble,
    scenario: Scenario,
    observed: Mapping[str, Sequence[Observed]],
    beside: Beside | None,
    rates: Sequence[BaseRate],
) -> tuple[Card, ...]:
    proposed = scenario.kind == "prospective"
    killed = own_range(ensemble, beside, "deaths", "civilians_dead")
    soldiers = own_range(ensemble, beside, "intervener_deaths", "intervener_dead")
    money = own_range(ensemble, beside, "cost", "cost_budget", 1e-9)
    counts = {name: counted_total(ensemble, scenario, observed, name) for name in (SEEN, "observed_intervener_deaths")}
    out = [
        _counted("People killed", killed, counts[SEEN], "as press counts would have seen them", proposed),
        _counted("Soldiers killed", soldiers, counts["observed_intervener_deaths"], "the same years", proposed),
        _spent(money, published_total(ensemble, scenario, "cost_budget", 1e-9), proposed),
    ]
    order = _order(rates, proposed)
    return tuple([*out, order] if order is not None else out)


def _spent(three: Three, count: CountedTotal | None, proposed: bool) -> Card:
    """The card of money: beside a published total the bar shows what was spent by its last month."""
    number, shown = f"{span(three.p05, three.p95)} billion US$", three
    told = "A proposal: nothing is counted yet." if proposed else "Not counted: no published total is on file."
    what = "Bar: nine in ten simulated histories, budget."
    if count is not None:
        shown = Three(*(float(v) for v in np.quantile(count.simulated, [0.05, 0.5, 0.95])))
        edges = {approximately(shown.p05), approximately(shown.p95)}
        inside = "inside" if shown.p05 <= count.counted <= shown.p95 else "OUTSIDE"
        where = "at the edge of" if approximately(count.counted) in edges else inside
        told = f"{count.title} by {count.last}, {count.note}: {approximately(count.counted, 3)} billion, "
        told += f"{where} the bar."
        what = f"Bar: spent by then, budget: {span(shown.p05, shown.p95)} billion."
    gauge = Gauge.of(
        shown.p05, shown.p95, middle=None if proposed else shown.p50, tick=count.counted if count else None,
        hollow=count is not None, words=f"Money spent: {number}. {what} {told}",
    )  # fmt: skip
    return Card("Money spent", number, gauge, told, what)


def _counted(title: str, three: Three, count: CountedTotal | None, note: str, proposed: bool) -> Card:
    """A card of people: the bar shows what a count can be compared with, all where nothing was counted."""
    number, shown = _people(three), three
    told = "A proposal: nothing is counted yet." if proposed else "Not counted: no count stands beside it."
    what = "Bar: nine in ten simulated histories."
    if count is not None:
        shown = Three(*(float(v) for v in np.quantile(count.simulated, [0.05, 0.5, 0.95])))
        inside = shown.p05 <= count.counted <= shown.p95
        told = f"Counted {count.when}: {approximately(count.counted, 3)}, {'inside' if inside else 'OUTSIDE'} the bar."
        what = f"Bar: {count.when}, {note}: {_people(shown)}."
    gauge = Gauge.of(
        shown.p05, shown.p95, middle=None if proposed else shown.p50, tick=count.counted if count else None,
        words=f"{title}: {number}. {what} {told}",
    )  # fmt: skip
    return Card(title, number, gauge, told, what)


def _order(rates: Sequence[BaseRate], proposed: bool) -> Card | None:
    """The chance of order, with the record of such undertakings as the tick; None where the two are not compared."""
    rate = next((r for r in rates if r.reference.outcome == "success" and r.model is not None), None)
    if rate is None or rate.model is None:
        return None
    low, middle, high = rate.model
    share = rate.reference.successes / rate.reference.cases
    number = between(low, high)
    told = f"Record: {_cases(rate)}, {percent(share)}."
    what = f"Bar: chance of {rate.measured.replace(' (they stay to the end of the run)', '')}."
    title = "Order" if rate.measured.startswith("order") else "Success"
    gauge = Gauge(low, high, None if proposed else middle, share, 1.0, f"{title}: {number}. {what} {told}")
    return Card(title, number, gauge, told, what)


def fact_words(fact: FactResult) -> str:
    """What was observed and what the fitted model gives, rounded as people read numbers."""
    return fact.words


def _cases(rate: BaseRate) -> str:
    """The cases of a class in words."""
    found = rate.reference
    return f"{found.successes} of {found.cases} succeeded" + (f" and {found.mixed} in part" if found.mixed else "")


def _trust(
    scenario: Scenario,
    facts: FactsHeld | None,
    posterior: Posterior | None,
    matched: bool,
    answers: Answers | None,
    forecasts: str,
) -> TrustLine:
    if facts is not None and facts.results:
        held, number = len(facts.results) - len(facts.missed), len(facts.results)
        needed = int(np.ceil(facts.gate * number - 1e-9))
        squares = tuple(
            FactSquare(f.holds, f"{fact_words(f)}: {'holds' if f.holds else 'FAILS'}")
            for f in sorted(facts.results, key=lambda f: not f.holds)
        )
        lead = f"{held} of {number} facts of history hold in the fitted model; the gate asks for {needed}"
        rough = posterior is not None and (posterior.quick or posterior.effort != "full")
        if not facts.passed:
            without = len(answers.unlicensed) if answers is not None else 0
            more = f"{without} of {len(answers or ())} claims get no verdict for it." if without else ""
            return TrustLine("bad", f"{lead}: NOT passed. Trust no single number.", squares, more)
        told = ["The fit is a quick or coarse one."] if rough else []
        told += [f"As a forecaster it is judged “{forecasts}”."] if forecasts else []
        return TrustLine("mixed" if told else "good", f"{lead}: passed.", squares, " ".join(told))
    if posterior is not None:
        return TrustLine("mixed", "Learned from observed series; never set beside facts of history.")
    if matched:
        return TrustLine("bad", "Roughly matched to history, not fitted: no effect of any policy is claimed.")
    if scenario.kind == "prospective":
        return TrustLine("bad", "Nothing here can be checked against what happened: assumptions, not a forecast.")
    return TrustLine("bad", "Checked against no data: it shows what the assumptions imply.")


def _record(rates: Sequence[BaseRate]) -> tuple[str, str]:
    """The historical record beside the model's own chance, and a colour."""
    told, level = [], "good"
    for rate in rates:
        if rate.model is None:
            continue
        chance = f"in the model {_chance(rate.model)}"
        if rate.disagrees:
            level = "mixed"
            chance += f": {rate.word.replace('model', 'the model is')} than the record"
        else:
            chance += ": no disagreement, which proves nothing"
        told.append(f"{rate.reference.title}: {_cases(rate)}, a chance of {_chance(rate.record)}; {chance}.")
    return (" ".join(told), level) if told else ("No class of past cases can be set beside this run.", "mixed")


def _chance(three: Sequence[float]) -> str:
    """The range of a chance in per cent."""
    return f"at most {percent(max(three[2], 0.01))}" if three[0] < 0.005 else between(three[0], three[2])
