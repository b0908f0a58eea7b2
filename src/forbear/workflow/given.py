"""What members are drawn from: the posterior where there is one that holds, else the prior, and what is said about it.

Every command and every function of the public interface asks here, so that the rule is one: the posterior is the
default; where there is none, the record of other wars if it beat the base rate, else the prior; each can be asked for
by name; what was taken is named in every result, and whatever a reader should know about it (no posterior, a stale
one) is said once.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import ndtr

from forbear.ensemble.design import SharedDraws
from forbear.ensemble.progress import Meter
from forbear.errors import FitError, RunError, nearest
from forbear.inference.posterior import Posterior, priors_hash
from forbear.inference.record import RecordPrior, absence
from forbear.inference.space import Space
from forbear.questions.policy_runs import PolicyRuns
from forbear.scenario.problem import Problem
from forbear.scenario.scenario import Scenario
from forbear.validation import pooling

__all__ = ["KINDS", "Given", "GivenWarning", "beats_base_rate", "resolve"]

#: What may be asked for by name.
KINDS = ("posterior", "prior", "pooled", "record")


class GivenWarning(UserWarning):
    """Members come from something else than a posterior that holds; the message says from what and why."""


@dataclass(frozen=True)
class Given:
    """What members are drawn from.

    Parameters
    ----------
    kind
        "posterior", "prior", "pooled" (the prior narrowed by what the data of other countries say together), "record"
        (what the outcomes of other wars say) or "stated" (parameters of the caller's own).
    posterior
        The posterior where kind is "posterior", else None.
    stale
        What has changed since the fit, of model, scenario, priors, evidence, facts; empty where nothing has.
    notice
        A sentence for the user; empty where nothing needs saying.
    stated
        The caller's parameters: name -> (members, *dimensions).
    """

    kind: str
    posterior: Posterior | None = None
    stale: tuple[str, ...] = ()
    notice: str = ""
    stated: Mapping[str, np.ndarray] = field(default_factory=dict, repr=False)

    @property
    def words(self) -> str:
        """For one line of a result, such as "posterior draws" or "prior draws (before any data)"."""
        more = {"prior": "before any data", "record": "outcomes of other wars, nothing of this one"}.get(self.kind, "")
        if self.posterior is not None:
            more = ", ".join(
                [*([f"{self.posterior.effort} fit"] if self.posterior.effort != "full" else []), *self.limits]
            )
        return f"{self.kind} draws{f' ({more})' if more else ''}"

    @property
    def limits(self) -> list[str]:
        """What holds of the posterior's draws beside the fit: that it is stale, or what was assumed of them."""
        assumed = self.posterior.notes.get("where", []) if self.posterior is not None else []
        return [*([f"stale: {', '.join(self.stale)}"] if self.stale else []), *(f"where {text}" for text in assumed)]

    @property
    def attributes(self) -> dict[str, str]:
        """For the attributes of a dataset and a manifest."""
        return {"given": self.kind, "given_words": self.words, "given_stale": ", ".join(self.stale)}

    def parameters(self, problem: Problem, members: int, seed: int) -> Mapping[str, np.ndarray] | None:
        """Parameters of members, name -> (members, *dimensions); None where the engine draws from the prior.

        Randomness: a posterior's draws stand in a fixed order; pooled ones are named by the seed. Raises FitError
        E612 where the package ships no pooled scores, E616 where no record of other wars holds.
        """
        if self.posterior is not None:
            drawn = self.posterior
            return SharedDraws(drawn.space.values(drawn.scores), drawn.chosen(members))
        if self.kind == "pooled":
            return pooling.pooled_parameters(problem, members, seed)
        if self.kind == "record":
            return RecordPrior.require(problem).parameters(problem, members, seed)
        return self.stated or None

    def worlds(self, scenario: Scenario, *, members: int, replications: int, seed: int, **more: Any) -> PolicyRuns:
        """Draws under which many policies can be run with the same luck. more: as `PolicyRuns`.

        Randomness: named by the seed. Raises RunError E449 for stated parameters, which have no place in a prior.
        """
        if self.kind == "stated":
            raise RunError(
                "E449", "parameters of one's own serve `simulate` alone", hint="ask for the prior or a posterior"
            )
        if self.kind in ("pooled", "record"):
            problem = scenario.problem()
            space = Space(problem)
            scores = (
                _pooled(space, members, seed)
                if self.kind == "pooled"
                else RecordPrior.require(problem).draw(space, members, seed)
            )
            part, names = scores[:, : space.parameters], tuple(space.names[: space.parameters])
            return PolicyRuns(scenario, space.values(scores), ndtr(part), names, replications, seed, **more)
        count = min(members, len(self.posterior)) if self.posterior is not None else members
        return PolicyRuns.of(scenario, self.posterior, members=count, replications=replications, seed=seed, **more)


def resolve(
    scenario: Scenario,
    given: str | Path | Posterior | Mapping[str, np.ndarray] | Given | None = None,
    *,
    progress: Meter | None = None,
) -> Given:
    """Find what members are to be drawn from, and say what a user should know about it.

    Parameters
    ----------
    scenario
        The scenario, with whatever was laid over its file. A posterior is of the scenario as filed: other levers leave
        it standing (they are policies), other facts make it stale, other priors end it.
    given
        None: the posterior beside the scenario where there is one that holds, else the record of other wars where it
        beat
        the base rate, else the prior. "posterior": that one or nothing. "prior", "pooled", "record": by name. A
        `Posterior`, or the path of a file that holds one. A mapping name -> (members, *dimensions): parameters of the
        caller's own.
    progress
        Where the notice is said; a `GivenWarning` where there is no meter.

    Returns
    -------
    Given
        What to draw from, and the words for it.

    Raises
    ------
    FitError
        E606 where the posterior belongs to other uncertainties, E609 for an unknown name, E610 where a posterior is
        asked for and there is none, E616 where the record of other wars is asked for and none holds.
    """
    if isinstance(given, Given):
        return given
    found = _found(scenario, given)
    if found.notice:
        if progress is not None:
            progress.say(found.notice)
        else:
            warnings.warn(found.notice, GivenWarning, stacklevel=3)
    return found


def _found(scenario: Scenario, given: str | Path | Posterior | Mapping[str, np.ndarray] | None) -> Given:
    if isinstance(given, Posterior):
        return _with_posterior(scenario, given)
    if isinstance(given, Mapping):
        return Given("stated", stated={name: np.asarray(values) for name, values in given.items()})
    if given in ("prior", "pooled"):
        return Given(str(given))
    if given == "record":
        return _from_record(scenario, "")
    if isinstance(given, Path) or (isinstance(given, str) and given.endswith(".npz")):
        return _with_posterior(scenario, Posterior.load(Path(given), scenario.as_filed().problem()))
    if given not in (None, "posterior"):
        hint = f"did you mean {nearest(str(given), KINDS) or ', '.join(KINDS)}? A posterior or the path of one will do"
        raise FitError("E609", f"nothing is called {given!r} to draw from", hint=hint)
    filed = scenario.as_filed()
    posterior = Posterior.of(filed)
    name = filed.problem().name
    if posterior is None:
        if given == "posterior":
            raise FitError("E610", f"{name} has no posterior", hint=f"`forbear fit {name}`, or ask for the prior")
        return _unfitted(scenario, f"{name} has no posterior")
    if priors_hash(scenario.problem()) != priors_hash(filed.problem()):
        why = f"the posterior of {name} was learned with other priors than these"
        if given == "posterior":
            raise FitError("E606", why, hint="fit again, or ask for the prior")
        return Given("prior", notice=f"{why}: prior draws, what the model allows before any data")
    return _with_posterior(scenario, posterior)


def _with_posterior(scenario: Scenario, posterior: Posterior) -> Given:
    """The posterior, with what has changed since it was learned."""
    problem, filed = scenario.problem(), scenario.as_filed()
    stale = posterior.stale(filed, filed.problem())
    if filed is not scenario:
        before = filed.problem().facts
        if any(not np.array_equal(values, before[name]) for name, values in problem.facts.items()):
            stale = [*stale, "facts"]
        if posterior.stamp.get("priors") != priors_hash(problem) and "priors" not in stale:
            stale = [*stale, "priors"]
    notice = ""
    if stale:
        again = f"run `forbear fit {problem.name}` again"
        notice = f"the posterior is stale, it was made with another {', '.join(stale)}: {again}"
    return Given("posterior", posterior, tuple(stale), notice)


def _unfitted(scenario: Scenario, why: str) -> Given:
    """The record of other wars where it holds and beat the base rate, else the prior; either is said."""
    missing = absence()
    if beats_base_rate(scenario):
        return _from_record(scenario, f"{why}: ")
    aside = f" ({missing})" if "another version" in missing else ""
    return Given("prior", notice=f"{why}: prior draws, what the model allows before any data{aside}")


def beats_base_rate(scenario: Scenario) -> bool:
    """Whether a record of other wars holds and is used by default. Raises FitError E617 for a damaged one."""
    found = RecordPrior.load(scenario)
    return found is not None and found.used


def _from_record(scenario: Scenario, why: str) -> Given:
    """Draws of the record, with what a reader should know: whose outcomes, and whether it beat the base rate."""
    record = RecordPrior.require(scenario)
    told = f"{why}draws of the record, what the outcomes of {len(record.cases)} other wars say"
    if not record.used:
        told += (
            "; it did not beat the base rate when each was foreseen from the others: no result rests on it by default"
        )
    return Given("record", notice=told)


def _pooled(space: Space, members: int, seed: int) -> np.ndarray:
    pooled = pooling.load()
    if pooled is None:
        raise FitError(
            "E612", "no pooled scores are on record", hint="they are made from the posteriors of the library"
        )
    return pooling.draw(pooled, space, members, seed)
