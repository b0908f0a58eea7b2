"""Strategies and claims as files beside a scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.country.model import MODEL
from forbear.representation import html_of
from forbear.scenario.casefiles.checker import CaseFile, Table, files_beside
from forbear.scenario.casefiles.facts import load_facts
from forbear.scenario.outcomes import OUTCOMES, counted, until

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = [
    "Claim",
    "Provided",
    "Strategy",
    "assertion",
    "claims_out_of_time",
    "load_claims",
    "load_strategies",
    "never_intervening",
    "read_strategy",
    "without_intervention",
]

KINDS = ("effect", "level", "share", "value")
SAYINGS = ("lower", "higher", "same", "not lower", "not higher")
SIDES = ("history", "intervention", "restraint")
SOURCES = ("occupation", "exclusion", "fear", "base")
#: The lever that says whether anybody intervenes at all, week by week.
INTERVENE = "intervener.intervene"
#: What a saying leaves possible: the outcome goes down, stays, goes up.
_REGION = {"lower": {-1}, "higher": {1}, "same": {0}, "not lower": {0, 1}, "not higher": {-1, 0}}


@dataclass(frozen=True)
class Strategy:
    """A bundle of levers laid over a scenario. side: history, intervention or restraint."""

    name: str
    title: str
    side: str
    settings: Mapping[str, Any]
    rules: tuple[Mapping[str, Any], ...] = ()
    statement: str = ""

    def apply(self, scenario: Scenario) -> Scenario:
        """The scenario under this strategy. Raises ScenarioError or UnitError with every fault."""
        if not self.settings and not self.rules:
            return scenario
        data: dict[str, Any] = {"levers": dict(self.settings)}
        if self.rules:
            data["rules"] = [dict(rule) for rule in self.rules]
        return scenario._with(data, f"strategy {self.name}", self.name)

    def assumed(self, scenario: Scenario) -> bool:
        """True where nobody intervenes in the whole run under this strategy.

        What would have happened then is a band by assumption, which nothing ranks. It follows from the path of the
        lever, whatever the strategy is called. Raises as `apply` and `Scenario.problem`.
        """
        return nobody_intervenes(self.apply(scenario))

    def touches(self, lever: str) -> bool:
        """True where a setting or a rule of the strategy names the lever."""
        named = [*self.settings, *(str(rule.get("then", {}).get("lever", "")) for rule in self.rules)]
        return any(key == lever or key.startswith(f"{lever}.") for key in named)


def nobody_intervenes(scenario: Scenario) -> bool:
    """True where nobody intervenes in the whole run of a scenario as it is. Raises as `Scenario.problem`."""
    problem = scenario.problem()
    could = any(rule.lever == INTERVENE.split(".")[1] for rule in problem.rules)
    return not could and float(problem.levers[INTERVENE.split(".")[1]].max()) == 0.0


def never_intervening(strategies: Mapping[str, Strategy], scenario: Scenario) -> frozenset[str]:
    """Names of the strategies under which nobody intervenes in the whole run, as `Strategy.assumed` says of each.

    Those that leave the lever alone are as the scenario is, which is looked at once. Raises as `Strategy.assumed`.
    """
    as_it_is = nobody_intervenes(scenario)
    return frozenset(
        name
        for name, strategy in strategies.items()
        if (strategy.assumed(scenario) if strategy.touches(INTERVENE) else as_it_is)
    )


def without_intervention(scenario: Scenario, known: Mapping[str, Strategy] | None = None) -> Strategy:
    """The first strategy beside the scenario under which nobody intervenes, else the lever alone.

    known: strategies beside it, where they were read. Raises as `load_strategies` and `Strategy.assumed`.
    """
    strategies = load_strategies(scenario) if known is None else known
    touching = (s for s in strategies.values() if s.touches(INTERVENE))
    found = next((s for s in touching if s.assumed(scenario)), None)
    return found or Strategy("NEVER", "Never intervening", "restraint", {INTERVENE: 0})


@dataclass(frozen=True)
class Provided:
    """What must hold of another outcome for either side to be right: it goes up, stays or goes down."""

    outcome: str
    says: str
    margin: float


@dataclass(frozen=True)
class Claim:
    """A claim and its rival, and the counterfactual that tests them. See `docs/claims.md` for the fields.

    needs: names of the facts of history that its mechanism must reproduce; see `forbear.inference.facts.licence`.
    margin, rival_margin: from where on an effect counts as what each side asserts; the rival's is the claim's where none
    is given. horizon: the month with which the outcome ends, "" for the whole run. since: the month from which on it is
    counted, where the two strategies are one until then; "" from the start. provided: what must hold of another
    outcome, by both sides' account, for either to be right. asserted: who says this, and from where the regions come.
    added: the text of the argument does not make this claim. arithmetic: why the claim rests on published inputs, so
    that its prior need not leave room for both; "" for all others."""

    name: str
    title: str
    statement: str
    rival: str
    kind: str
    claim_says: str
    rival_says: str
    base: str = "HISTORY"
    changed: str = "HISTORY"
    outcome: str = "deaths"
    margin: float | None = None
    threshold: float = 0.0
    community: str = ""
    sources: tuple[str, ...] = ()
    deciding: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    caution: str = ""
    file: str = ""
    needs: tuple[str, ...] = ()
    rival_margin: float | None = None
    horizon: str = ""
    since: str = ""
    provided: Provided | None = None
    asserted: str = ""
    added: bool = False
    arithmetic: str = ""

    def __repr__(self) -> str:
        return f"<Claim {self.name}: {self.title}; {self.kind}, {self.changed} against {self.base} on {self.outcome}>"

    def _repr_html_(self) -> str:
        return html_of(self)

    @property
    def direction(self) -> str:
        """Which way counts as the claim's own: "lower" or "higher"."""
        if self.claim_says == "same":
            return "higher" if self.rival_says in ("lower", "not higher") else "lower"
        return "lower" if self.claim_says in ("lower", "not higher") else "higher"

    @property
    def measured(self) -> str:
        """The outcome with its horizon, as runs keep it."""
        return until(self.outcome, self.horizon, self.since)

    @property
    def taken_for_granted(self) -> str:
        """The outcome of `provided` over the same months, as runs keep it; "" where nothing is."""
        return "" if self.provided is None else until(self.provided.outcome, self.horizon, self.since)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Every outcome that must be kept to test the claim."""
        return (self.measured, *([self.taken_for_granted] if self.provided else []))

    @property
    def months(self) -> str:
        """The months that are counted, in words: "from 2007-02 on", "to the end of 2008-12"; "" for the whole run."""
        ends = f"to the end of {self.horizon}" if self.horizon else ""
        begins = f"from {self.since}" if self.since else ""
        return f"{begins} {ends or 'on'}" if begins else ends

    @property
    def asserts(self) -> str:
        """What the claim asserts in the words of the verdict rule."""
        return assertion(self.claim_says)

    @property
    def rival_asserts(self) -> str:
        """What the rival asserts."""
        return assertion(self.rival_says)

    def swapped(self) -> Claim:
        """The same test with claim and rival exchanged: a check against rigging by wording."""
        return replace(
            self, statement=self.rival, rival=self.statement, claim_says=self.rival_says, rival_says=self.claim_says,
            margin=self.margin if self.rival_margin is None else self.rival_margin,
            rival_margin=None if self.rival_margin is None else self.margin,
        )  # fmt: skip


def assertion(says: str) -> str:
    """A saying in the words of the verdict rule."""
    return {"same": "no effect", "not lower": "no opposite effect", "not higher": "no opposite effect"}.get(
        says, "effect"
    )


def load_strategies(scenario: Scenario, more: Iterable[str | Path] = ()) -> dict[str, Strategy]:
    """Strategies beside a scenario and in further files; HISTORY is always there.

    Raises FileError E101, E102, E104; ScenarioError E240 (a field), E241 (a name) with every fault of a file.
    """
    out = {"HISTORY": Strategy("HISTORY", "what was done", "history", {})}
    for path in files_beside(scenario, "strategies", more):
        file = CaseFile(path, "strategies")
        for name, table in file.tables():
            strategy = read_strategy(name, table)
            if table.sound:
                out[name] = strategy
        file.check()
    return out


def read_strategy(name: str, table: Table) -> Strategy:
    """One strategy of a file; its faults are noted in the table."""
    table.only(("title", "side", "settings", "rules", "statement", "source"))
    return Strategy(
        name,
        table.text("title"),
        table.choice("side", SIDES, "history"),
        table.settings("settings"),
        tuple(row.data for row in table.rows("rules")),
        table.text("statement", ""),
    )


def load_claims(
    scenario: Scenario, more: Iterable[str | Path] = (), strategies: Mapping[str, Strategy] | None = None
) -> dict[str, Claim]:
    """Claims beside a scenario and in further files, but for those of what it extends that are about months which this
    run does not have (`claims_out_of_time`).

    Raises as `load_strategies`, E242 where claim and rival can both be true, and as `load_facts`.
    """
    known = load_strategies(scenario) if strategies is None else strategies
    return {name: c for name, c in _claims(scenario, more, known).items() if not _outside(c, scenario)}


def claims_out_of_time(scenario: Scenario) -> tuple[str, ...]:
    """Claims of what a scenario extends that nobody can ask here: their months lie outside of this run. Raises as
    `load_claims`."""
    found = _claims(scenario, (), load_strategies(scenario))
    return tuple(name for name, claim in found.items() if _outside(claim, scenario))


def _claims(scenario: Scenario, more: Iterable[str | Path], strategies: Mapping[str, Strategy]) -> dict[str, Claim]:
    """Claims of all files; only in one that the scenario did not come by from what it extends is a month a fault."""
    facts = load_facts(scenario)
    own, *extended = (Path(file).parent / "claims" for file in scenario.files or [""])
    above = set(extended) - {own}
    further = set(map(Path, more))
    out: dict[str, Claim] = {}
    for path in files_beside(scenario, "claims", more):
        file = CaseFile(path, "claims")
        for name, table in file.tables():
            claim = _claim(name, table, strategies, facts, scenario)
            if path.parent not in above or path in further:
                for field, month in _outside(claim, scenario):
                    span = f"{scenario.start:%Y-%m} to {scenario.end:%Y-%m}"
                    table.fault(field, f"{month} lies outside the scenario", month, [span])
            if table.sound:
                out[name] = claim
        file.check()
    return out


def _outside(claim: Claim, scenario: Scenario) -> list[tuple[str, str]]:
    """Fields and months of a claim that the run does not have."""
    first, last = f"{scenario.start:%Y-%m}", f"{scenario.end:%Y-%m}"
    named = (("horizon", claim.horizon), ("since", claim.since))
    return [(field, month) for field, month in named if month and not first <= month <= last]


def _claim(
    name: str, table: Table, strategies: Mapping[str, Strategy], facts: Mapping[str, object], scenario: Scenario
) -> Claim:
    """One claim of a file; its faults are noted in the table."""
    table.only([key for key in Claim.__dataclass_fields__ if key not in ("name", "file")])
    claim = Claim(
        name=name,
        title=table.text("title"),
        statement=table.text("statement"),
        rival=table.text("rival"),
        kind=table.choice("kind", KINDS),
        claim_says=table.choice("claim_says", SAYINGS),
        rival_says=table.choice("rival_says", SAYINGS),
        base=table.choice("base", strategies, "HISTORY", code="E241"),
        changed=table.choice("changed", strategies, "HISTORY", code="E241"),
        outcome=table.choice("outcome", OUTCOMES, "deaths", code="E241"),
        margin=table.number("margin", above=0.0) if "margin" in table else None,
        threshold=table.number("threshold", 0.0),
        community=table.text("community", ""),
        sources=table.texts("sources"),
        deciding=table.texts("deciding", sorted({p.name for p in MODEL.parameters.values()}), "parameter"),
        evidence=table.texts("evidence"),
        needs=table.texts("needs", list(facts), "fact of history"),
        caution=table.text("caution", ""),
        file=str(table.file.path),
        rival_margin=table.number("rival_margin", above=0.0) if "rival_margin" in table else None,
        horizon=table.month("horizon", ""),
        since=table.month("since", ""),
        provided=_provided(table.table("provided")) if "provided" in table else None,
        asserted=table.text("asserted", ""),
        added=table.choice("added", ("by the laboratory", ""), "") != "",
        arithmetic=table.text("arithmetic", ""),
    )
    if claim.kind == "share":
        _share(table, claim, scenario)
    says = (claim.claim_says, claim.rival_says)
    if claim.rival_margin is not None and claim.margin is None:
        table.fault("rival_margin", "a rival's own margin needs the claim's own margin beside it", claim.rival_margin)
    if claim.since:
        _counted_from(table, claim)
    if claim.kind == "share" and (claim.horizon or claim.since or claim.provided):
        field = "horizon" if claim.horizon else "since" if claim.since else "provided"
        table.fault(field, "a share of the pull is of the whole run and of itself")
    if all(s in _REGION for s in says) and (_REGION[says[0]] & _REGION[says[1]] or _meet(claim)):
        words = "claim and rival can both be true: nothing can tell between them"
        table.fault("rival_says", words, says[1], code="E242")
    return claim


def _counted_from(table: Table, claim: Claim) -> None:
    """A beginning must come before the end, and only what happens week by week can be counted from it."""
    if claim.horizon and claim.horizon < claim.since:
        table.fault("since", f"{claim.since} is later than the horizon", claim.since, [f"at most {claim.horizon}"])
    for name in (claim.outcome, *([claim.provided.outcome] if claim.provided else [])):
        if name in OUTCOMES and not counted(name):
            words = f"{name} is as it stands at the end: it cannot be counted from a month on"
            table.fault("since", words, claim.since, [known for known in OUTCOMES if counted(known)])


def _provided(table: Table) -> Provided:
    table.only(("outcome", "says", "margin"))
    outcome = table.choice("outcome", OUTCOMES, code="E241")
    usual = OUTCOMES[outcome].margin if outcome in OUTCOMES else 0.1
    return Provided(outcome, table.choice("says", SAYINGS), table.number("margin", usual, above=0.0))


def _meet(claim: Claim) -> bool:
    """True where the two sides' regions overlap because their margins do: "same" within a half, "higher" by a tenth."""
    if claim.margin is None or claim.rival_margin is None:
        return False
    inner = {"same", "not lower", "not higher"}
    ours, theirs = claim.claim_says in inner, claim.rival_says in inner
    if ours == theirs:
        return False
    within, beyond = (claim.margin, claim.rival_margin) if ours else (claim.rival_margin, claim.margin)
    return within > beyond


def _share(table: Table, claim: Claim, scenario: Scenario) -> None:
    """A claim about a share of the pull to arms names a community and the sources whose share it is."""
    if not claim.sources:
        table.fault("sources", "a claim of kind share needs sources", None, SOURCES)
    for source in claim.sources:
        if source not in SOURCES:
            table.fault("sources", "unknown source of mobilisation", source, SOURCES)
    communities = scenario.members["community"]
    if claim.community not in communities:
        table.fault("community", "no such community", claim.community, communities, code="E241")
