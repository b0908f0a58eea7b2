"""The front page: the question, the answer in three sentences, the lessons, never intervening, and what cannot be said.

Every sentence is made from the numbers of the run: nothing about any country is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.inference.settings import GATES
from forbear.questions.answers import Answers
from forbear.questions.claim_words import of_many, plain_effect
from forbear.questions.results import ClaimResult
from forbear.questions.verdict import NOT_LICENSED
from forbear.questions.verdict_power import power_in_brief
from forbear.questions.verdict_rule import WORDS
from forbear.report.banners import banners
from forbear.report.beside import Beside, beside_never
from forbear.report.screen import Screen, first_screen, own_range
from forbear.scenario.observed import Observed, observed_values
from forbear.validation.base_rates import BaseRate, base_rates
from forbear.validation.calibration import power_on_record
from forbear.words import approximately, between, join, percent, span

if TYPE_CHECKING:
    from forbear.ensemble.matching import Matching
    from forbear.ensemble.results import Ensemble
    from forbear.inference.posterior import Posterior
    from forbear.questions.verdict_power import Power
    from forbear.scenario import Scenario

__all__ = ["DECIDED", "Front", "Lesson", "front_page"]

DECIDED = ("supported", "refuted")
#: Most lessons that two printed pages hold in full: alone, and beside a list of the others.
MOST_IN_FULL, MOST_BESIDE = 24, 9
#: Most missed series that the front page names.
MOST_NAMED = 6
#: Which go first where there are more, so that an argument and its rival fare alike; not licensed comes last.
PLACES = {
    "supported": 0,
    "refuted": 0,
    "leaning": 1,
    "contested": 2,
    "not identified": 3,
    "arithmetic": 4,
    "values only": 5,
}


@dataclass(frozen=True)
class Lesson:
    """One row of the lessons table. effect: in plain words; verdict, rival_verdict: on the argument and on its rival;
    value: True where it is about what is good, so that it is put to no test; said: the verdict as a cell holds it,
    with the side that it leans to."""

    name: str
    title: str
    rival: str
    argument: str
    effect: str
    verdict: str
    rival_verdict: str
    value: bool = False
    said: str = ""


@dataclass(frozen=True)
class Front:
    """Everything that the front page says, as plain text; of_many: whether the effects of lessons are of one of several
    theories."""

    eyebrow: str
    title: str
    description: str
    banners: tuple[tuple[str, str], ...]
    question: str
    answer: tuple[str, str, str]
    lessons: tuple[Lesson, ...]
    lessons_words: str
    meanings: tuple[tuple[str, str], ...]
    beside: Beside | None
    trust: tuple[str, ...]
    cannot: tuple[str, ...]
    screen: Screen
    remedied: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    of_many: bool = False

    @property
    def in_full(self) -> tuple[Lesson, ...]:
        """The lessons that paper shows in full: all where they fit, else those with a verdict, in their own order."""
        if len(self.lessons) <= MOST_IN_FULL:
            return self.lessons
        ruled = sorted((x for x in self.lessons if x.verdict in PLACES), key=lambda x: PLACES[x.verdict])
        names = {lesson.name for lesson in ruled[:MOST_BESIDE]}
        return tuple(lesson for lesson in self.lessons if lesson.name in names)

    @property
    def in_brief(self) -> tuple[tuple[str, str], ...]:
        """The other lessons by verdict: how many have it, and their names and titles; nothing where all are in full."""
        full = {lesson.name for lesson in self.in_full}
        groups: dict[str, list[str]] = {}
        for lesson in self.lessons:
            if lesson.name not in full:
                groups.setdefault(lesson.verdict, []).append(f"{lesson.name} {lesson.title}")
        return tuple((f"{len(titles)} {word}", "; ".join(titles) + ".") for word, titles in groups.items())

    @property
    def counts(self) -> str:
        """How many lessons have which verdict, and what else is said of all of them; without their names."""
        found: dict[str, int] = {}
        for lesson in self.lessons:
            found[lesson.verdict] = found.get(lesson.verdict, 0) + 1
        told = join([f"{found[word]} {word}" for word in WORDS if word in found])
        more = self.lessons_words.removeprefix(_counted(self.lessons))
        return f"Of {len(self.lessons)} lessons: {told}.{more}" if self.lessons else ""

    @property
    def in_brief_words(self) -> str:
        """What the short list is and where the long one stands; "" where all are in full."""
        if not self.in_brief:
            return ""
        full = len(self.in_full)
        shown = (
            f"{full} of {len(self.lessons)} lessons are shown in full here" if full else "No lesson is shown in full"
        )
        return (
            f"{shown}, to keep to two pages. The others follow by the title of the argument, which is not a finding; "
            "the report of this run shows each in full, with its rival, its effect and the reason for its verdict, "
            "under “The argument and its rival, side by side”."
        )


def front_page(
    ensemble: Ensemble,
    scenario: Scenario,
    *,
    never: Ensemble | None = None,
    matching: Matching | None = None,
    posterior: Posterior | None = None,
    stale: Sequence[str] = (),
    stale_verdicts: Sequence[str] = (),
    validation: dict[str, Any] | None = None,
    answers: Answers | None = None,
    missed: Sequence[str] = (),
    held: int = 0,
    observed: Mapping[str, Sequence[Observed]] | None = None,
    rates: Sequence[BaseRate] | None = None,
    unread: Sequence[str] = (),
) -> Front:
    """Return the front page of a run.

    never: the same draws under common random numbers with nobody intervening, used where `answers` holds no such
    world; stale, stale_verdicts: what has changed since the fit, and since the verdicts; missed, held: titles of
    observed series that the simulated histories miss, number that they hold; observed: values by observation, read
    where None; rates: reference classes beside the run, worked out from `ensemble` where None; unread: what of the
    files beside the scenario cannot be used, a sentence each. Deterministic.
    """
    seen = observed if observed is not None else {n: observed_values(scenario, n) for n in scenario.observations}
    beside = beside_never(ensemble, scenario, answers, never)
    lessons = tuple(_lesson(c) for c in answers or ())
    historical = scenario.kind == "historical"
    verdicts = dict.fromkeys(lesson.verdict for lesson in lessons)
    forecasts = (validation or {}).get("forecasts") or {}
    screen = first_screen(
        ensemble,
        scenario,
        seen,
        beside=beside,
        answers=answers,
        posterior=posterior,
        matched=matching is not None,
        rates=rates if rates is not None else base_rates(scenario, ensemble.healthy),
        outdated=bool(stale_verdicts),
        forecasts=str(forecasts.get("word", "")) if forecasts.get("banner") else "",
    )
    return Front(
        eyebrow=f"forbear {ensemble.manifest.get('forbear', '')}, {scenario.kind} scenario, "
        f"model {str(ensemble.manifest.get('model_hash', ''))[:12]}",
        title=scenario.title,
        description=" ".join((scenario.description or "").split()),
        banners=banners(scenario, posterior, matching, stale, stale_verdicts, validation, answers, unread),
        question=_question(scenario, historical, bool(lessons)),
        answer=(
            _as_done(ensemble, beside, historical, screen),
            _done_better(answers, lessons, posterior, matching),
            _never(beside, historical),
        ),
        lessons=lessons,
        lessons_words=_counted(lessons) + _untried(lessons, validation),
        meanings=_meanings(verdicts, power_on_record(validation)),
        beside=beside,
        trust=_trust(posterior, matching, validation, missed, held),
        cannot=_cannot(lessons, posterior, beside),
        screen=screen,
        remedied=_remedied(answers) if answers is not None else "",
        facts=_facts(ensemble, beside),
        of_many=any(of_many(c) for c in answers or ()),
    )


def _meanings(verdicts: Iterable[str], power: Power | None) -> tuple[tuple[str, str], ...]:
    """Words that were said, what each means, and how often it is right in worlds of known truth where anybody tried."""
    said = set(verdicts)
    tried = {word: power_in_brief(power, word) for word in WORDS} if power is not None else {}
    return tuple(
        (word, _meant(word, said) + (f" ({tried[word]})" if tried.get(word) else "")) for word in WORDS if word in said
    )


def _meant(word: str, said: set[str]) -> str:
    """What a word means; "the same" of a word that is not among those said is written out."""
    meaning, same = WORDS[word], "the same of "
    if "supported" in said or not meaning.startswith(same):
        return meaning
    return WORDS["supported"].replace("the claim's region", meaning.removeprefix(same))


def _untried(lessons: Sequence[Lesson], validation: dict[str, Any] | None) -> str:
    """That nobody has tried how often the words are right, where that is so."""
    if not lessons or power_on_record(validation) is not None:
        return ""
    return " How often each word is right in worlds of known truth is not on record."


def _lesson(result: ClaimResult) -> Lesson:
    claim, ruled = result.claim, result.verdict
    effect = plain_effect(result)
    value = claim.kind == "value"
    return Lesson(
        claim.name, claim.title, claim.rival, claim.statement, effect, ruled.word, ruled.rival_word, value, ruled.phrase
    )


def _question(scenario: Scenario, historical: bool, tested: bool) -> str:
    if historical:
        words = "What did the intervention bring to the country and to those who intervened"
        words += ", could doing it better have spared it" if tested else ""
        return words + ", and what if nobody had intervened?"
    return "What may an intervention bring to the country and to those who intervene, and what if nobody does?"


def _span(three: tuple[float, float, float], people: bool = False) -> str:
    low, high = three[0], three[-1]
    if people:  # people are whole
        low, high = float(np.round(low)), float(np.round(high))
    if approximately(low) == approximately(high):
        return f"about {approximately(low)}" if high else "no"
    return span(low, high)


def _facts(ensemble: Ensemble, beside: Beside | None) -> dict[str, str]:
    """Ranges in words: those of the table of main outcomes where it has them, so that a number stands once."""
    data = ensemble.data
    successes = int((data["success"].values[:, -1] > 0).sum())
    return {
        "civilians": _span(own_range(ensemble, beside, "deaths", "civilians_dead"), True),
        "soldiers": _span(own_range(ensemble, beside, "intervener_deaths", "intervener_dead"), True),
        "cost": _span(own_range(ensemble, beside, "cost", "cost_budget", 1e-9)),
        "full": _span(own_range(ensemble, beside, "cost_full", "cost_full", 1e-9)),
        "success": f"{successes or 'none'} of {len(ensemble):,}",
        "beyond": percent(float((data["force"].values > data["sustainable_force"].values).mean())),
    }


def _as_done(ensemble: Ensemble, beside: Beside | None, historical: bool, screen: Screen) -> str:
    facts = _facts(ensemble, beside)
    lead = "As it was done" if historical else "As the scenario has it"
    return (
        f"{lead}, nine in ten simulated histories have {facts['civilians']} civilians killed by violence, "
        f"{facts['soldiers']} soldiers of the intervener killed and {facts['cost']} billion US$ spent, and "
        f"{facts['success']} end in stable success: two calm, inclusive and governed years without a large "
        f"foreign force{_order(screen)}."
    )


def _order(screen: Screen) -> str:
    """The chance of order that a card tells, which asks for less than stable success; "" where none does."""
    card = next((c for c in screen.cards if c.title == "Order"), None)
    return f" (order in the last year, soldiers or not: {card.number})" if card is not None else ""


def _done_better(
    answers: Answers | None,
    lessons: Sequence[Lesson],
    posterior: Posterior | None,
    matching: Matching | None,
) -> str:
    if answers is None or not (lessons or answers.attribution):
        return _not_asked(posterior, matching)
    text = _remedied(answers)
    if not lessons:
        return text + "."
    tested = [lesson for lesson in lessons if not lesson.value]
    decided = [lesson for lesson in tested if lesson.verdict in DECIDED]
    words = f"of {len(tested)} lessons put to the test this evidence decides {len(decided) or 'none'}"
    words += f" ({join([lesson.name for lesson in decided])})" if decided else ""
    without = sum(lesson.verdict == NOT_LICENSED for lesson in tested)
    words += f", and {without} get no verdict because the fitted model misses facts that they need" if without else ""
    return f"{text}; {words}." if text else words[0].upper() + words[1:] + "."


def _not_asked(posterior: Posterior | None, matching: Matching | None) -> str:
    """Where no claim was tested, and why."""
    if posterior is not None:
        words = "Whether doing it differently would have helped was not asked in this run: "
        return words + "no effect of any policy is claimed here."
    made = (
        "prior draws kept by a rough match to what was observed"
        if matching
        else "draws from priors, set beside no data"
    )
    return (
        f"Whether doing it differently would help is left open: the simulated histories are {made}, which cannot tell, "
        "so no effect of any policy is claimed."
    )


def _remedied(answers: Answers) -> str:
    """What all remedies together would leave, in a clause; "" where no game was played."""
    parts: list[str] = []
    for game, lead in (
        ("levers", "All remedies together and in full"),
        ("feasible", "as far as they could have been had"),
    ):
        if game in answers.attribution:
            low, middle, high = (float(np.exp(-v)) for v in reversed(answers.attribution[game].total["deaths"]))
            held = f"{percent(middle)} ({between(low, high)})"
            parts.append(
                f"{lead} would leave {held} of the deaths{_in_a_model(answers)}" if not parts else f"{lead} {held}"
            )
    text = ", ".join(parts) + _too_far(answers)
    if "levers" in answers.attribution:
        rest = answers.attribution["levers"].unattributed
        text += ", and the chance of a calm, inclusive and governed last year would go from "
        text += f"{percent(rest.order_history)} to {percent(rest.order_remedied)}"
    return text


def _too_far(answers: Answers) -> str:
    """Which remedies cost lives when pushed to the full, where all in full leave more deaths than what was feasible."""
    games = answers.attribution
    if not {"levers", "feasible"} <= set(games):
        return ""
    full, feasible = (games[name].total["deaths"].p50 for name in ("levers", "feasible"))
    harm = [share.title for share in games["levers"].rows["deaths"] if share.part[2] < 0]
    if full >= feasible or not harm:
        return ""
    return f", while {join(harm)} add{'s' if len(harm) == 1 else ''} deaths when pushed to the full"


def _in_a_model(answers: Answers) -> str:
    """That the model misses facts of history, where it does not pass their gate."""
    held = answers.facts
    if held is None or held.passed:
        return ""
    return f" in a model that misses {len(held.missed)} of {len(held.results)} facts of history"


def _never(beside: Beside | None, historical: bool) -> str:
    if beside is None or beside.never_deaths is None:
        words = "What never intervening would bring was not run here, "
        return words + "so nothing in this report says whether intervening was better."
    low, _, high = beside.never_deaths
    own_low, _, own_high = beside.own_deaths
    overlap = low <= own_high and own_low <= high
    words = (
        "Never intervening, a band by assumption that no data of this country can narrow, has "
        f"{span(low, high, 2 if beside.proposed else 1)} civilians killed and {beside.never_cost} spent: "
    )
    other = "was done" if historical else "the scenario does"
    if overlap:
        words += f"the band of deaths overlaps with what {other}, "
    else:
        words += f"the band of deaths lies {'below' if high < own_low else 'above'} what {other}, "
    return words + "and which is better, all things weighed, is a judgement of values that no model makes."


def _counted(lessons: Sequence[Lesson]) -> str:
    if not lessons:
        return ""
    counts = {w: [lesson.name for lesson in lessons if lesson.verdict == w] for w in WORDS}
    return "; ".join(f"{len(names)} {word} ({', '.join(names)})" for word, names in counts.items() if names) + "."


def _trust(
    posterior: Posterior | None,
    matching: Matching | None,
    validation: dict[str, Any] | None,
    missed: Sequence[str],
    held: int,
) -> tuple[str, ...]:
    out = []
    if posterior is not None:
        out.append(
            f"Uncertainties were learned from observed series ({len(posterior):,} draws{_agreement(posterior)})."
        )
    if held or missed:
        words = f"Of {held + len(missed)} observed series the simulated nine-tenths bands hold {held} as they should"
        named = "; ".join(missed)
        if len(missed) > MOST_NAMED:
            named = f"{len(missed)}, which the report names under “Where history is missed”"
        out.append(words + (f"; missed: {named}." if missed else "."))
    found = validation or {}
    if "forecasts" in found:
        origin = (found["forecasts"].get("origins") or [""])[0]
        out.append(
            f"Asked to foresee months it had not seen (from {origin}), the model {_judged(found['forecasts']['word'])} "
            "the rule set down beforehand against simple baselines."
        )
    if found.get("neutrality", {}).get("rows"):
        own = [r for r in found["neutrality"]["rows"] if r["form"] == ""]
        failing = [r["title"] for r in own if not r["passes"]]
        words = f"Before any data the question is open for {len(own) - len(failing)} of {len(own)} audited levers"
        out.append(words + (f"; not for {join(failing)}." if failing else "."))
    if found.get("calibration", {}).get("together"):
        part = found["calibration"]
        together = part["together"]
        out.append(
            f"In {part['worlds']} invented worlds of known truth, nine-tenths intervals held the true effect in "
            f"{percent(part['effects_90'])}; "
            f"an answer was given in {percent(together['called'])} of cases, rightly in "
            f"{percent(together['rightly'])} and wrongly in "
            f"{percent(together['wrongly'])}."
        )
    if not out:
        out.append(
            "Nothing here was checked against data: this shows what the assumptions imply, not what would happen."
        )
    return tuple(out)


def _judged(word: str) -> str:
    return {"passes": "passes", "fails": "FAILS"}.get(word, f"is judged “{word}” by")


def _cannot(lessons: Sequence[Lesson], posterior: Posterior | None, beside: Beside | None) -> tuple[str, ...]:
    open_ = [lesson.name for lesson in lessons if lesson.verdict in ("contested", "leaning", "not identified")]
    out = []
    tested = [lesson for lesson in lessons if not lesson.value]
    without = sum(lesson.verdict == NOT_LICENSED for lesson in tested)
    if without:
        out.append(
            f"Who is right on {without} of {len(tested)} lessons, which rest on facts of history that the fitted "
            "model does "
            "not live through."
        )
    if open_:
        out.append(
            f"Who is right on {len(open_)} of {len(tested)} lessons: the data, or structures that explain them alike, "
            "leave these open."
        )
    if beside is not None and beside.assumed:
        out.append(
            "What would truly have happened without the intervention: that band rests on assumption and is never "
            "ranked "
            "against the rest."
        )
    out += [
        "What will happen anywhere: it is no forecast, proves nothing and has no single number as an answer.",
        "Anything about a person, a unit or a place smaller than a district, or anything of use to an operation.",
        "What a life, an ally or a principle is worth: outcomes are set side by side and never added up.",
    ]
    if posterior is not None:
        out.append("Whether anything learned here holds in another country.")
    return tuple(out)


def _agreement(posterior: Posterior) -> str:
    """Whether independent scouts found the same place, in words with the number and its gate; empty for one scout."""
    refine = posterior.notes.get("refine") or {}
    rhat, scouts = refine.get("rhat_90"), (posterior.notes.get("settings") or {}).get("scouts", 0)
    if not rhat or scouts < 2:
        return ""
    word = "agree" if rhat <= GATES.agreement else "do not agree: single ranges are rougher than they look"
    return (
        f"; {scouts} independent scouts {word}, R-hat {rhat:.2f} at the ninetieth percentile, gate {GATES.agreement:g}"
    )
