"""A posterior as a small file beside its scenario, stamped with what it was made of."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from forbear.country.model import MODEL
from forbear.errors import FileError, FitError, ScenarioError, nearest
from forbear.files import read_arrays, write_arrays
from forbear.inference.facts import FactsHeld, facts_held
from forbear.inference.space import Space
from forbear.representation import html_of
from forbear.scenario.alignment import align, observation_settings

if TYPE_CHECKING:
    import xarray as xr

    from forbear.scenario.problem import Problem
    from forbear.scenario.scenario import Scenario

__all__ = ["Posterior", "priors_hash", "stamp_of"]

FILE = "posterior.npz"
#: Fewer draws than these say nothing about a distribution.
FEWEST = 20
_CONDITION = re.compile(r"\s*(.+?)\s*(<|>)\s*([-+0-9.eE]+)\s*\Z")


def priors_hash(problem: Problem) -> str:
    """SHA-256 over names and priors: what a posterior's scores refer to."""
    digest = hashlib.sha256()
    for name in sorted(problem.priors):
        for prior in problem.priors[name].ravel():
            digest.update(json.dumps([name, prior.family, prior.arguments], sort_keys=True).encode())
    return digest.hexdigest()


def observed_hash(scenario: Scenario, problem: Problem) -> str:
    """SHA-256 over what was compared: every observation's settings, its numbers with low and high, and their months."""
    digest = hashlib.sha256()
    for name in sorted(scenario.observations):
        data = align(scenario, name, problem)
        digest.update(json.dumps([name, observation_settings(scenario.observations[name])], sort_keys=True).encode())
        digest.update(json.dumps([list(data.months), list(data.elements), data.quantity, data.whole_quantity]).encode())
        for part in (data.first, data.last, data.element):
            digest.update(np.ascontiguousarray(part, dtype=np.int64).tobytes())
        for number in (data.value, data.low, data.high, data.whole):
            digest.update(np.ascontiguousarray(number, dtype=np.float64).tobytes())
    return digest.hexdigest()


def stamp_of(scenario: Scenario, problem: Problem) -> dict[str, str]:
    """Hashes of model, scenario, priors, and of the observed numbers themselves with their settings."""
    return {
        "model": MODEL.hash,
        "scenario": problem.hash,
        "priors": priors_hash(problem),
        "evidence": observed_hash(scenario, problem),
    }


def plain(value: Any) -> Any:
    """The same notes as JSON knows them: not-a-number becomes null."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value


@dataclass(frozen=True)
class Posterior:
    """Draws of scores with equal weights.

    scores: (draws, len(space)); chain: (draws,), replicate of each draw; log_likelihood: (draws,); names; stamp;
    notes: settings, scout, refine (agreement, effective draws, modes, noise), facts, discrepancies, validate, seconds.
    """

    space: Space
    scores: np.ndarray
    chain: np.ndarray
    log_likelihood: np.ndarray
    stamp: dict[str, str]
    notes: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.scores)

    def __repr__(self) -> str:
        kind = "quick fit: not for results" if self.quick else f"{self.effort} fit"
        return f"<Posterior of {self.space.problem.name}: {len(self):,} draws of {self.space.parameters} uncertainties, {kind}>"

    def _repr_html_(self) -> str:
        return html_of(self)

    @property
    def facts(self) -> FactsHeld | None:
        """Facts of history on record, None where this posterior was never set beside any."""
        return facts_held(self)

    @property
    def quick(self) -> bool:
        """True for a quick fit, which is marked wherever it is shown."""
        return str(self.notes.get("settings", {}).get("name")) == "quick"

    @property
    def effort(self) -> str:
        """Name of the settings it was made with: full, coarse, quick, rival; "full" where none is noted."""
        return str(self.notes.get("settings", {}).get("name", "full"))

    def chosen(self, members: int | np.ndarray) -> np.ndarray:
        """Positions of the draws that members have: member i has draw i modulo their number."""
        identities = np.arange(members) if isinstance(members, int) else np.asarray(members)
        # a fixed shuffle, so that the first few members are not all of one replicate
        order = np.random.Generator(np.random.Philox(20030501)).permutation(len(self.scores))
        return order[identities.astype(np.int64) % len(self.scores)]

    def parameters(self, members: int | np.ndarray) -> dict[str, np.ndarray]:
        """Parameters of members, name -> (members, *dimensions)."""
        return self.space.values(self.scores[self.chosen(members)])

    def where(self, condition: str) -> Posterior:
        """The draws in which a condition such as "dismissed_join < 0.1" holds, in the parameter's own unit.

        This is exactly what the fit would have found under the same prior cut off at that value, because a likelihood
        does not know the prior; it is an assumption of whoever states it. Raises ScenarioError E240 where the
        condition cannot be read or fewer than 20 draws remain, E241 where no uncertainty has the name.
        """
        match = _CONDITION.match(condition)
        try:
            name, sign, limit = (match[1], match[2], float(match[3])) if match else ("", "", float("nan"))
        except ValueError:
            match = None
        if match is None:
            raise ScenarioError("E240", f"{condition!r} is no condition", hint="dismissed_join<0.1 (or >)")
        known = self.space.names[: self.space.parameters]
        if name not in known:
            close = nearest(name, known)
            raise ScenarioError(
                "E241", f"no uncertainty is called {name!r}", hint=f"did you mean {close}?" if close else None
            )
        values = self.space.column(name, self.scores)
        rows = np.flatnonzero(values < limit if sign == "<" else values > limit)
        if len(rows) < FEWEST:
            raise ScenarioError(
                "E240",
                f"{condition!r} leaves {len(rows)} of {len(values)} draws: too few to answer from",
                hint=f"{name} lies between {values.min():.3g} and {values.max():.3g}; for a prior elsewhere, fit again",
            )
        kept = replace(self, scores=self.scores[rows], chain=self.chain[rows], log_likelihood=self.log_likelihood[rows])
        return replace(kept, notes={**self.notes, "where": [*self.notes.get("where", []), condition.strip()]})

    def stale(self, scenario: Scenario, problem: Problem) -> list[str]:
        """What has changed since the fit: any of model, scenario, priors, evidence."""
        now = stamp_of(scenario, problem)
        return [key for key, value in now.items() if self.stamp.get(key) != value]

    def save(self, path: Path) -> None:
        """Write the file, sealed, at once or not at all. Raises FitError E605."""
        arrays: dict[str, np.ndarray] = {
            "scores": self.scores.astype(np.float32), "chain": self.chain.astype(np.int16),
            "log_likelihood": self.log_likelihood.astype(np.float32), "names": np.array(self.space.names),
        }  # fmt: skip
        try:
            write_arrays(path, arrays, {"stamp": self.stamp, "notes": plain(self.notes)})
        except FileError as error:
            raise FitError("E605", f"{path} cannot be written: {error.message}") from None

    @classmethod
    def load(cls, path: Path, problem: Problem) -> Posterior:
        """Read a posterior for a problem. Raises FitError E606 where the file does not belong to it."""
        try:
            data, about = read_arrays(path)
            names, scores, chain, level = _checked(data)
            stamp, notes = about["stamp"], about["notes"]
            if not isinstance(stamp, dict) or not isinstance(notes, dict):
                raise ValueError("its stamp or its notes are no tables")
        except FileError as error:
            raise FitError("E606", f"{path} is not a posterior: {error.message}") from None
        except KeyError as error:
            raise FitError("E606", f"{path} is not a posterior: it has no {error}") from None
        except ValueError as error:
            raise FitError("E606", f"{path} is not a posterior: {error}") from None
        space = Space(problem)
        if names != space.names:
            missing = sorted(set(space.names) ^ set(names))[:4]
            raise FitError(
                "E606",
                f"{path.name} was fitted to other uncertainties than the scenario has ({', '.join(missing)})",
                hint="fit it again: forbear fit " + problem.name,
            )
        return cls(space, scores, chain, level, stamp, notes)

    @classmethod
    def of(cls, scenario: Scenario, problem: Problem | None = None) -> Posterior | None:
        """Return the posterior beside a scenario's file; None where there is none. See `nearest`."""
        return cls.nearest(scenario, FILE, problem)

    @classmethod
    def nearest(cls, scenario: Scenario, name: str, problem: Problem | None = None) -> Posterior | None:
        """Return the posterior in the file `name` beside a scenario, else beside what it extends, if that one holds.

        A scenario that only adds claims or strategies to another is the same problem, and the other's posterior is its
        own; where it changes a number that a fit depends on, it is not. Raises FitError E606 for a file of its own
        that does not belong to it.
        """
        problem = problem or scenario.problem()
        for place, file in enumerate(scenario.files):
            path = Path(file).parent / name
            if not path.exists():
                continue
            if place == 0:
                return cls.load(path, problem)
            try:
                found = cls.load(path, problem)
            except FitError:
                return None  # other uncertainties: another problem
            return found if not found.stale(scenario, problem) else None
        return None

    def tree(self) -> xr.DataTree:
        """The posterior as a DataTree in ArviZ's schema: posterior (chain, draw), sample_stats, prior."""
        chains = np.unique(self.chain)
        size = min(int((self.chain == c).sum()) for c in chains)
        rows = np.stack([np.flatnonzero(self.chain == c)[:size] for c in chains])
        values, prior = self.space.values(self.scores), self.space.values(self.space.draw(1000, 1, "tree"))
        coords = {"chain": chains, "draw": np.arange(size)}

        def dims(name: str) -> list[str]:
            return [f"{name}_dim_{k}" for k in range(self.space.problem.priors[name].ndim)]

        groups = {
            "posterior": xr.Dataset(
                {n: (["chain", "draw", *dims(n)], v[rows]) for n, v in values.items()}, coords=coords
            ),
            "sample_stats": xr.Dataset({"lp": (["chain", "draw"], self.log_likelihood[rows])}, coords=coords),
            "prior": xr.Dataset({n: (["chain", "draw", *dims(n)], v[None]) for n, v in prior.items()}),
        }
        return xr.DataTree.from_dict({f"/{name}": data for name, data in groups.items()})


def _checked(data: Mapping[str, np.ndarray]) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Names (p,), scores (n, p), chain (n,) and log likelihood (n,) of a file. Raises KeyError for what is not there,
    ValueError for what has another kind or shape, or no draw, or a score that is no number."""
    names, scores, chain, level = (data[key] for key in ("names", "scores", "chain", "log_likelihood"))
    if names.ndim != 1 or names.dtype.kind not in "US":
        raise ValueError("its names are no list of texts")
    if any(array.dtype.kind not in "iuf" for array in (scores, chain, level)):
        raise ValueError("its draws are no numbers")
    if scores.ndim != 2 or scores.shape[1] != len(names) or len(scores) == 0:
        raise ValueError(f"its draws have the shape {scores.shape} for {len(names)} uncertainties")
    if chain.shape != (len(scores),) or level.shape != (len(scores),):
        raise ValueError("not every draw has its chain and its likelihood")
    if not np.isfinite(scores).all() or not np.isfinite(chain.astype(float)).all():
        raise ValueError("some of its draws are no finite numbers")
    if not (np.abs(chain.astype(float)) < 2**31).all():
        raise ValueError("its chains have no numbers that count them")
    return [str(name) for name in names], scores.astype(float), chain.astype(int), level.astype(float)
