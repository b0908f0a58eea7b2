"""Base rates as an outer check: the model's chance of success beside what became of such undertakings in history.

Reference classes are read from the evidence that ships and are never pooled:

- *occupations*: Edelstein's 26 since 1815, 7 successes, 5 mixed. Beside them stands the model's stable success (E44: calm,
  every community included, governed, few foreign soldiers for its size, for two years), or, where soldiers stay so
  long that it could not have been reached, order (the same without the soldiers) in the last year.
- *imposed regime change*: autocracies (electoral democracy below 0.5) whose leader was removed or imposed from abroad
  since 1946 and that were democracies five, or ten, years later. Beside them stands the model's democracy at that time.

The chance behind k of n cases has the posterior Beta(k + 1/2, n - k + 1/2) (Jeffreys 1946, Proc. Royal Society A 186);
the model's chance, k of n members, likewise: it is averaged over everything that is uncertain, parameters and luck.
The two *disagree* where one is above the other with a probability of at least 0.95; mixed cases are counted so as to
favour agreement (as failures when the model is the bleaker, as successes when it is the more hopeful). One country may
differ from its class for a reason: a disagreement asks for that reason, and agreement proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

import forbear.evidence as evidence
from forbear.country.model import MODEL
from forbear.errors import EvidenceError
from forbear.scenario.outcomes import parts_of_order

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble
    from forbear.scenario.scenario import Scenario

__all__ = ["DISAGREES", "BaseRate", "ReferenceClass", "base_rate_lines", "base_rate_rows", "base_rates", "beta_band",
           "chance_above", "compare", "conditions", "imposes", "outcome_of", "reference_classes"]  # fmt: skip

#: Probability that one chance is above the other from which they are said to disagree.
DISAGREES = 0.95
#: V-Dem's electoral democracy index from which a country counts as a democracy.
DEMOCRACY = 0.5
WEEKS_PER_YEAR = MODEL.constants["weeks_per_year"].value
#: Presence (soldiers per resident, relative to the reference density) below which success is success without soldiers (E44).
FEW_SOLDIERS = MODEL.constants["success_presence"].value
SINCE = 1946
UNFITTED = "Either this country differs from such cases for a reason that can be named, or the model, its facts or its priors are wrong about it."
FITTED = "These draws have learned from this country's own series, and the class has not: that they differ says how this case went, not that the model is right."
HEADING = ("reference class", "record", "chance in such cases", "outcome in the model", "chance in the model", "word")


@dataclass(frozen=True)
class ReferenceClass:
    """cases, of which `successes` succeeded and `mixed` did in part; outcome: the model's; years: after the start, or None."""

    name: str
    title: str
    successes: int
    mixed: int
    cases: int
    outcome: str
    years: int | None
    source: str
    caveat: str

    @property
    def record(self) -> str:
        """The record in words."""
        return f"{self.successes} of {self.cases}" + (f", {self.mixed} mixed" if self.mixed else "")


@dataclass(frozen=True)
class BaseRate:
    """A reference class beside the model. record, model: 5 %, median, 95 % of the chance; above: probability that the
    model's is above (mixed cases as successes), below: that it is below (as failures); word and sentence say the result."""

    reference: ReferenceClass
    measured: str
    hits: int
    members: int
    record: tuple[float, float, float]
    model: tuple[float, float, float] | None
    above: float | None
    below: float | None
    word: str
    sentence: str
    conditions: dict[str, float] = field(default_factory=dict)
    """Share of members in which each condition of success held in the last year: which of them is the rare one."""

    @property
    def disagrees(self) -> bool:
        """True where model and record are apart."""
        return self.word in ("model more hopeful", "model bleaker")

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers for JSON."""
        return {
            "class": self.reference.name, "title": self.reference.title, "successes": self.reference.successes, "mixed": self.reference.mixed,
            "cases": self.reference.cases, "source": self.reference.source, "caveat": self.reference.caveat, "measured": self.measured,
            "hits": self.hits, "members": self.members, "record": list(self.record), "model": list(self.model) if self.model else None,
            "above": self.above, "below": self.below, "word": self.word, "sentence": self.sentence,
            "conditions": self.conditions,
        }  # fmt: skip


@cache
def reference_classes() -> tuple[ReferenceClass, ...]:
    """The classes, counted from the shipped evidence. Raises EvidenceError where a table is not as it should be."""

    text = next((str(r["context"]) for r in evidence.find("figures-from-texts").rows() if "Edelstein" in str(r["item"])), "")  # fmt: skip
    found = re.search(r"(\d+) success, (\d+) failure, (\d+) mixed", text)
    if not found:
        raise EvidenceError("E503", "figures-from-texts: no count of occupations that succeeded")
    won, lost, mixed = map(int, found.groups())
    out = [
        ReferenceClass(
            "occupations", "Occupations since 1815", won, mixed, won + lost + mixed, "success", None,
            "Edelstein (2008), Occupational Hazards, as counted in a review of it",
            "Edelstein asks whether the occupier reached its goals at a bearable cost, the model whether the country is calm, inclusive and governed: near each other, not the same.",
        )
    ]  # fmt: skip
    rows = list(evidence.find("imposed-regime-changes").rows())
    for years in (5, 10):
        pairs = [(r["polyarchy_before"], r[f"polyarchy_after_{years}"]) for r in rows if int(str(r["year"])) >= SINCE]
        known = [(float(a), float(b)) for a, b in pairs if a not in (None, "") and b not in (None, "")]
        after = [b for a, b in known if a < DEMOCRACY]
        out.append(
            ReferenceClass(
                f"imposed-regime-change-{years}", f"Autocracies since {SINCE} whose leader was removed or imposed from abroad: a democracy {years} years later",
                sum(b >= DEMOCRACY for b in after), 0, len(after), "democracy", years,
                "Archigos 4.1 (Goemans, Gleditsch and Chiozza 2009) with V-Dem's electoral democracy index",
                "Cases were not chosen at random, and most were not occupied; the model's index is anchored to V-Dem's at the start, not afterwards.",
            )
        )  # fmt: skip
    return tuple(out)


def imposes(scenario: Scenario) -> bool:
    """True where the scenario is an intervention at all: somebody intervenes, so the classes speak of it."""
    path = scenario.levers["intervener.intervene"].value
    middles = [scenario.start.toordinal(), (scenario.start.toordinal() + scenario.end.toordinal()) // 2]
    return all(path.at(day) >= 0.5 for day in middles)


def outcome_of(reference: ReferenceClass, data: Any) -> tuple[np.ndarray | None, str]:
    """(members,) booleans of what stands beside a class, and what it is in words; None with the reason where it cannot be.

    data: weekly "success", "presence", "democracy", "governance", "national_violence" and monthly
    "least_included" (E35: communities of a twentieth of the people or more), as `simulate` records them; the attribute
    step_weeks as `simulate` sets it.
    """
    step = float(data.attrs["step_weeks"])
    year = max(1, round(WEEKS_PER_YEAR / step))
    if reference.outcome == "democracy":
        series = np.asarray(data["democracy"].values, dtype=float)
        at = round((reference.years or 0) * WEEKS_PER_YEAR / step) - 1
        at = series.shape[1] - 1 if 0 <= at - series.shape[1] < 2 / step else at  # a run to the day is long enough
        if at >= series.shape[1]:
            return None, f"the run ends before {reference.years} years have passed"
        return series[:, at] >= DEMOCRACY, f"democracy of {DEMOCRACY:g} or more after {reference.years} years"
    success = np.asarray(data["success"].values, dtype=float)
    if success.shape[1] <= 2 * year:
        return None, "the run is too short for success that lasts two years"
    stay = np.median(np.asarray(data["presence"].values, dtype=float)[:, -2 * year :].max(axis=1))
    if stay < FEW_SOLDIERS or success[:, -1].max() > 0:
        return success[:, -1] >= 0.5, "stable success by the end of the run"
    if "least_included" not in data:
        return None, "soldiers stay to the end of the run, so that success without them could not be seen"
    violence, least, governance = (
        np.asarray(data[name].values, dtype=float)[:, -year:].mean(axis=1)
        for name in ("national_violence", "least_included", "governance")
    )
    held = np.all(list(parts_of_order(violence, least, governance).values()), axis=0)
    return held, "order in the last year, soldiers or not (they stay to the end of the run)"


def base_rates(scenario: Scenario, ensemble: Ensemble) -> list[BaseRate]:
    """Every class beside an ensemble of the scenario: prior draws before a fit, posterior draws after. No randomness.

    Empty where nobody intervenes. A country that was a democracy at the start is not set beside autocracies.
    """
    if not imposes(scenario):
        return []
    start = scenario.facts["politics.democracy_at_start"].value
    data = ensemble.data
    fitted = str(ensemble.manifest.get("note", "")).startswith("posterior")
    out = []
    for reference in reference_classes():
        if reference.outcome == "democracy" and start is not None and start >= DEMOCRACY:
            hits, words = None, "the country is no autocracy at the start"
        else:
            hits, words = outcome_of(reference, data)
        found = compare(reference, hits, words, fitted=fitted)
        if reference.outcome == "success" and hits is not None:
            held = conditions(data)
            told = ", ".join(f"{name} in {share:.0%}" for name, share in held.items()).replace("%", " %")
            found = replace(
                found, conditions=held, sentence=found.sentence + (f" In the last year: {told}." if told else "")
            )
        out.append(found)
    return out


def conditions(data: Any) -> dict[str, float]:
    """Share of members in which each condition of stable success (E44) held in the mean of the last year.

    Empty where a series is not recorded. data: as for `outcome_of`.
    """
    recorded = ("national_violence", "governance", "presence", "least_included")
    if any(name not in data for name in recorded):
        return {}
    year = max(1, round(WEEKS_PER_YEAR / float(data.attrs["step_weeks"])))
    mean = {name: np.asarray(data[name].values, dtype=float)[:, -year:].mean(axis=1) for name in recorded}
    held = {
        **parts_of_order(mean["national_violence"], mean["least_included"], mean["governance"]),
        "few foreign soldiers": mean["presence"] < FEW_SOLDIERS,
    }
    return {name: float(np.mean(which)) for name, which in held.items()}


def compare(
    reference: ReferenceClass, hits: np.ndarray | Sequence[bool] | None, measured: str, *, fitted: bool = False
) -> BaseRate:
    """A class beside members (True: the outcome came about); hits None: `measured` says why nothing is compared.

    fitted: the members have learned from the country's own series, which the class has not: then the two may well differ.
    """
    strict, lenient = reference.successes, reference.successes + reference.mixed
    record = beta_band(strict, reference.cases)
    if hits is None:
        sentence = f"{reference.title}: {reference.record}. Not compared: {measured}."
        return BaseRate(reference, measured, 0, 0, record, None, None, None, "not compared", sentence)
    count, members = int(np.sum(hits)), len(hits)
    above = chance_above((count, members), (lenient, reference.cases))
    below = 1.0 - chance_above((count, members), (strict, reference.cases))
    model = beta_band(count, members)
    word = "model more hopeful" if above >= DISAGREES else "model bleaker" if below >= DISAGREES else "no disagreement"
    said = f"{reference.title}: {reference.record}, a chance of {_band(record)}. In the model: {measured} in {count} of {members} simulated histories, {_band(model)}."  # fmt: skip
    if word == "no disagreement":
        said += " The two do not disagree; that proves nothing."
    else:
        side = "more hopeful" if above >= DISAGREES else "bleaker"
        said += f" They disagree: the model is {side} than the record (probability {max(above, below):.2f}). {FITTED if fitted else UNFITTED}"  # fmt: skip
    return BaseRate(reference, measured, count, members, record, model, above, below, word, said)


def beta_band(successes: int, cases: int, levels: Sequence[float] = (0.05, 0.5, 0.95)) -> tuple[float, float, float]:
    """Quantiles of Beta(k + 1/2, n - k + 1/2)."""
    from scipy.special import betaincinv

    low, middle, high = (float(betaincinv(successes + 0.5, cases - successes + 0.5, q)) for q in levels)
    return low, middle, high


def chance_above(first: tuple[int, int], second: tuple[int, int], points: int = 4001) -> float:
    """Probability that the first chance is above the second, each (successes, cases) with a Jeffreys posterior.

    The integral of the second's distribution function over the first's, at midpoints of its quantiles. No randomness.
    """
    from scipy.special import betainc, betaincinv

    (k1, n1), (k2, n2) = first, second
    u = (np.arange(points) + 0.5) / points
    return float(np.mean(betainc(k2 + 0.5, n2 - k2 + 0.5, betaincinv(k1 + 0.5, n1 - k1 + 0.5, u))))


def base_rate_rows(found: Sequence[BaseRate]) -> list[tuple[str, ...]]:
    """Rows for a table headed by HEADING."""
    return [
        (b.reference.title, b.reference.record, _band(b.record), b.measured, _band(b.model) if b.model else "-", b.word)
        for b in found
    ]


def base_rate_lines(found: Sequence[BaseRate]) -> list[str]:
    """Plain lines for a terminal."""
    if not found:
        return []
    return ["Beside the historical record (outer check; no class is pooled with another):", *(f"  {b.sentence}" for b in found)]  # fmt: skip


def _band(band: tuple[float, float, float]) -> str:
    low, _, high = band
    if high < 0.01:
        return "below 1 %"
    return f"{low:.0%} to {high:.0%}".replace("%", " %")
