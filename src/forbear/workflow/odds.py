"""How far the record of other wars and each study move the odds of every claim, whether they weigh or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forbear.country.model import MODEL
from forbear.errors import FileError, FitError
from forbear.inference.pareto import Weights, smoothed
from forbear.inference.record import RecordPrior
from forbear.inference.space import Space
from forbear.inference.studies import in_conflict
from forbear.integers import seed_of, workers_of
from forbear.questions.claims import Sources, drawn_groups
from forbear.questions.odds import (
    BOTH,
    POSTERIOR,
    PRIOR,
    RECORD,
    STUDIES,
    TIMES,
    ClaimOdds,
    Odds,
    Part,
    SourceWeights,
    factor_of,
    label_of,
    parts_of,
    shift,
)
from forbear.questions.odds_on_record import odds_file, odds_on_record
from forbear.questions.stamps import odds_stamp, question_asked
from forbear.questions.verdict_evidence import evidence
from forbear.questions.verdict_rule import ruling
from forbear.scenario.casefiles.policies import load_claims
from forbear.workflow.arguments import count, meter_of, scenario_of
from forbear.workflow.battery import FULL, QUICK, Battery, Request, shares_of_pull, tested
from forbear.workflow.given import resolve

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["odds", "read_odds", "record_odds"]

#: Logarithms of weights of every draw of each ensemble.
Logs = Mapping[str, np.ndarray]


def read_odds(scenario: Scenario | str | Path, path: Path | None = None) -> Odds | None:
    """The odds on record for a scenario; None where nobody has computed them. Raises FileError as `Odds.read`."""
    place = path or odds_file(scenario_of(scenario))
    return Odds.read(place) if place is not None and place.exists() else None


def odds(scenario: Scenario | str | Path) -> Odds:
    """How far the record of other wars and each study would move the odds of every claim, as on record.

    Nothing is run: `forbear atlas weigh SCENARIO` computes it. No verdict is made of it while `.used` is false.

    Parameters
    ----------
    scenario
        A scenario, or its name in the library, or a path.

    Returns
    -------
    Odds
        `found["H2"].moved["record"]["posterior"].factor[0]` is the factor on the odds of the argument's region by the
        record of other wars over the draws after this country; `found.to_frame()` is every factor as a table.

    Raises
    ------
    FileError
        E101 where nobody has computed them, E112 where they were made with another model, posterior, record, or for
        claims that were others, E104, E109 and E111 where the file is damaged. `Odds.read(path)` reads a file whatever
        it was made with.

    Examples
    --------
    >>> import forbear as fb
    >>> found = fb.odds("iraq-2003")
    >>> sorted(found["H2"].moved["record"])
    ['posterior', 'prior']
    """
    opened = scenario_of(scenario)
    held = odds_on_record(opened)
    if held.odds is None:
        raise FileError("E101", f"no odds of the claims of {opened.name} are on record", hint=f"run: {held.command}")
    if held.stale or held.changed:
        raise FileError("E112", f"the odds on record are of another {held.other}", hint=f"run: {held.command}")
    return held.odds


def record_odds(
    scenario: Scenario | str | Path,
    *,
    only: Iterable[str] | None = None,
    members: int = 128,
    replications: int | None = None,
    quick: bool = False,
    theories: bool = True,
    seed: int = 1,
    store: str | Path | None = None,
    workers: int | None = None,
    progress: Meter | bool | None = None,
    record: Path | None = None,
) -> Odds:
    """Weigh the draws of a battery of claims by the record of other wars, by each study, and by all together.

    Parameters
    ----------
    scenario
        With claims and a posterior beside it; without a posterior only prior draws are weighed.
    only, members, replications, quick, store, workers, progress, seed
        As for `test_claims`: the same numbers give the same draws, and so the same shares, as its answers.
    theories
        Run the rival structures, too: shares after this country are then those of the mixture, and every claim is ruled
        again. Without them they are those of the model itself, and no word is said.
    record
        A file instead of the record that ships.

    Returns
    -------
    Odds
        `.claims["H2"].moved["record"]["posterior"]`, `.write(path)`.

    Raises
    ------
    FitError
        E616, E617 where no record holds.
    """
    opened, meter = scenario_of(scenario), meter_of(progress)
    prior = RecordPrior.require(opened, record)
    found = resolve(opened, "prior" if not _fitted(opened) else "posterior")
    effort = QUICK if quick else FULL
    if replications is not None:
        each = count(replications, "replications")
        effort = replace(effort, replications=each, structure_replications=min(each, effort.structure_replications))
    chosen = list(load_claims(opened)) if only is None else list(only)  # no other strategies than theirs are run
    request = Request(
        only=chosen, members=count(members, "members"), effort=effort, attribution=False, seed=seed_of(seed),
        store=store, structures=None if theories else {}, workers=workers_of(workers),
    )  # fmt: skip
    ran = tested(opened, found.posterior, request, progress=meter, assess=theories)
    scores, names = _scores(opened, found.posterior, ran, seed)
    counted = {name: np.ones(len(z), dtype=bool) for name, z in scores.items()} | {PRIOR: ran.condition}
    weigh = _Weighing(opened, prior, scores, names, counted, record)
    shares = shares_of_pull(ran.asked, ran.runs)
    claims = {}
    for name, claim in ran.asked.claims.items():
        groups = drawn_groups(
            claim, ran.runs.fitted if found.posterior is not None else None, ran.runs.prior, ran.runs.rivals, shares,
            ran.condition, ran.beside.sources,
        )  # fmt: skip
        parts = {draws: parts_of(claim, groups, draws) for draws in weigh.draws}
        words = {
            source: _word(ran, name, shares, weigh.usable(source), fitted=found.posterior is not None)
            for source in (weigh.worded if theories else ())
        }
        told = weigh.told(claim.title, parts)
        told = replace(told, asked=question_asked(claim, ran.asked.strategies))
        claims[name] = replace(told, word=ran.results[name].verdict.phrase, words=words) if theories else told
    return Odds(
        scenario=opened.name,
        model=MODEL.hash,
        stamp=odds_stamp(opened, found.posterior, ran.beside.sources.theories, record),
        seed=seed,
        members=ran.runs.fitted.members if found.posterior is not None else 0,
        replications=ran.runs.fitted.replications,
        prior_members=ran.runs.prior.members,
        used=prior.used,
        cases=prior.cases,
        theories=tuple(ran.runs.rivals),
        studies=weigh.heard,
        weights=weigh.summary(),
        claims=claims,
    )


def _fitted(scenario: Scenario) -> bool:
    try:
        return resolve(scenario, "posterior").posterior is not None
    except FitError:
        return False


def _scores(
    scenario: Scenario, posterior: Posterior | None, ran: Battery, seed: int
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Normal scores of the draws of every ensemble on the scale of the scenario itself, and their names."""
    space = Space(scenario.problem())
    out = {PRIOR: space.draw(ran.runs.prior.members, seed, "worlds")}
    if posterior is not None:
        out[POSTERIOR] = posterior.scores[posterior.chosen(ran.runs.fitted.members)]
        out |= {name: space.scores(runs.parameters) for name, runs in ran.runs.rivals.items()}
    return out, space.names


def _word(
    ran: Battery, name: str, shares: Mapping[str, Mapping[tuple[str, ...], np.ndarray]],
    weights: Mapping[str, np.ndarray] | None, *, fitted: bool,
) -> str:  # fmt: skip
    """The verdict that the rule would give if a source weighed every draw; "" where it is in conflict with them."""
    if weights is None:
        return ""
    result = ran.results[name]
    sources: Sources = replace(ran.beside.sources, record=weights, left_out={})
    groups = drawn_groups(
        ran.asked.claims[name], ran.runs.fitted if fitted else None, ran.runs.prior, ran.runs.rivals, shares,
        ran.condition, sources,
    )  # fmt: skip
    mute = tuple(split for split, at in result.splits.items() if at.mute)
    known = evidence(
        ran.asked.claims[name], groups, unlicensed="" if result.licence.granted else result.licence.words, mute=mute
    )
    return ruling(known).phrase


class _Weighing:
    """Weights of all ensembles by every source."""

    def __init__(
        self,
        scenario: Scenario,
        record: RecordPrior,
        scores: Mapping[str, np.ndarray],
        names: list[str],
        counted: Mapping[str, np.ndarray],
        file: Path | None,
    ) -> None:
        self.scores, self.counted = scores, counted
        self.draws = tuple(name for name in (PRIOR, POSTERIOR) if name in scores)
        here = record.studies.of(names)
        self.studies = {study.estimate.name: study for study in here.studies}
        self.made: dict[str, dict[str, Weights]] = {}

        def kept(name: str, log: Callable[[np.ndarray], np.ndarray]) -> None:
            self.made[name] = self._smoothed({group: log(z) for group, z in scores.items()})

        kept(RECORD, lambda z: record.log_ratio(z, names))
        for times in (1.0, *TIMES):
            for name, study in self.studies.items():
                label = label_of(name, times)
                kept(label, lambda z, study=study, times=times: study.log_likelihood(z, times))  # type: ignore[misc]
        # one list for all taus and ensembles: those that neither draws before nor after the data are in conflict with
        self.heard = tuple(name for name in self.studies if not self.conflict(name))
        for times in (1.0, *TIMES):
            kept(label_of(STUDIES, times), lambda z, times=times: self._all(z, times))  # type: ignore[misc]
        kept(BOTH, lambda z: record.log_ratio(z, names) + self._all(z, 1.0))
        self.dropped: dict[str, dict[str, np.ndarray]] = {}
        for case in record.cases:
            rest = RecordPrior.require(scenario, file, without=case)
            logs = {group: rest.log_ratio(z, names) for group, z in scores.items()}
            self.dropped[case] = self._plain(self._smoothed(logs))

    @property
    def worded(self) -> tuple[str, ...]:
        """Sources under which the verdict is ruled again."""
        return (RECORD, *(label_of(STUDIES, times) for times in (1.0, *TIMES)), BOTH)

    def _all(self, z: np.ndarray, times: float) -> np.ndarray:
        if not self.heard:
            return np.zeros(len(z))
        return np.sum([self.studies[name].log_likelihood(z, times) for name in self.heard], axis=0)

    def _smoothed(self, logs: Logs) -> dict[str, Weights]:
        return {group: smoothed(values[self.counted[group]]) for group, values in logs.items()}

    def _plain(self, weights: Mapping[str, Weights]) -> dict[str, np.ndarray]:
        """Weights of all draws, those that do not count at zero."""
        out = {group: np.zeros(len(z)) for group, z in self.scores.items()}
        for group, found in weights.items():
            out[group][self.counted[group]] = found.weights
        return out

    def conflict(self, source: str) -> bool:
        """Whether a source is in conflict with the draws before the data or after them."""
        return any(in_conflict(self.made[source][draws]) for draws in self.draws)

    def usable(self, source: str) -> dict[str, np.ndarray] | None:
        """Weights of all ensembles by name; None where the source is in conflict."""
        return None if self.conflict(source) else self._plain(self.made[source])

    def summary(self) -> dict[str, dict[str, SourceWeights]]:
        """What is left of the draws by every source, taus among them."""
        return {
            source: {
                draws: SourceWeights(
                    len(weights[draws].weights), weights[draws].effective / len(weights[draws].weights),
                    float(np.clip(weights[draws].shape, -9.0, 9.0)), in_conflict(weights[draws]),
                    self._apart(source, draws),
                )
                for draws in self.draws
            }
            for source, weights in self.made.items()
        }  # fmt: skip

    def _apart(self, source: str, draws: str) -> float:
        for times in (1.0, *TIMES):
            for name, study in self.studies.items():
                if source == label_of(name, times):
                    g = study.level + self.scores[draws][self.counted[draws]] @ study.slopes
                    wide = float(np.sqrt(g.var() + study.estimate.error**2 + (times * study.tau) ** 2))
                    return float((study.estimate.estimate - g.mean()) / wide)
        return float("nan")

    def told(self, title: str, parts: Mapping[str, tuple[Part, ...]]) -> ClaimOdds:
        """Everything of one claim but its words."""
        plain = {source: self._plain(weights) for source, weights in self.made.items()}
        main = [RECORD, *self.studies, STUDIES, BOTH]
        moved = {
            source: {draws: found for draws in self.draws if (found := shift(parts[draws], plain[source])) is not None}
            for source in main
        }
        tau = {
            source: {
                f"{times:g}": {draws: factor_of(parts[draws], plain[label_of(source, times)]) for draws in self.draws}
                for times in TIMES
            }
            for source in (*self.studies, STUDIES)
        }
        dropped = {
            draws: {case: factor_of(parts[draws], weights) for case, weights in self.dropped.items()}
            for draws in self.draws
        }
        return ClaimOdds(title, "", moved, tau, dropped)
