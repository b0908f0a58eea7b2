"""The prior from the record: what the outcomes of other wars say of shared parameters.

It is fitted by `forbear atlas fit` (see `inference/joint`), ships in `library/record/` with the fingerprint of the
model that it was made with, and is left out, and said to be, under any other. A case of the atlas leaves itself out; a war of the library that has a fit
of its own stands in no atlas and never took part.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from forbear.country.model import MODEL
from forbear.errors import FileError, FitError
from forbear.files import read_arrays, write_arrays
from forbear.inference.joint.fit import Fitted
from forbear.inference.joint.latent import Joint, Sites
from forbear.inference.joint.passes import Law, log_ratio
from forbear.inference.space import Space
from forbear.inference.studies import Studies, Study, designs, estimates
from forbear.scenario.problem import Problem
from forbear.scenario.reading.chain import LIBRARY, library_names
from forbear.scenario.scenario import Scenario

__all__ = ["RECORD", "RecordPrior", "absence", "about", "record_numbers", "save"]

RECORD = LIBRARY / "record" / "prior.npz"
REBUILD = "forbear atlas fit makes it again"


@dataclass(frozen=True)
class RecordPrior:
    """A normal law of shared parameters in normal scores, the neutral prior being N(0, I).

    Attributes
    ---------- names
        Of the shared parameters, in order; those for which the scenario states a prior of its own are left out.
    mean, sd
        (p,), of a war that nothing is known of. `covariance` has what they mean together.
    spread
        (p,), standard deviation between wars, learned: 1 nothing travels, 0 all wars share the number.
    used
        Whether it beat the base rate when each case was foreseen from the others; if not, it is no default.
    left_out
        Wars whose outcomes are not in it, by name, because the scenario is one of them.
    covariance
        (p, p).
    cases
        Whose outcomes are in it.
    judged
        Scores, see `inference/joint/judge.py`.
    studies
        Published estimates whose estimand the simulation computes, for all shared parameters of the model, see
        `inference/studies.py`: further likelihoods for whoever weighs draws.
    """

    names: tuple[str, ...]
    mean: np.ndarray
    sd: np.ndarray
    spread: np.ndarray
    used: bool
    left_out: tuple[str, ...]
    covariance: np.ndarray = field(repr=False)
    cases: tuple[str, ...] = ()
    judged: Mapping[str, Any] = field(default_factory=dict, repr=False)
    studies: Studies = field(default=Studies((), ()), repr=False)

    @classmethod
    def load(cls, scenario: str | Path | Scenario | Problem, path: Path | None = None) -> RecordPrior | None:
        """The record for a scenario; None where none ships or it was made with another model (`absence` says why).

        scenario: one, its problem, or a name or path. path: a file instead of the one that ships. Raises FitError
        E617 for a damaged file, and as `Scenario.load`.
        """
        return None if absence(path) else cls._read(scenario, path)

    @classmethod
    def require(
        cls, scenario: str | Path | Scenario | Problem, path: Path | None = None, *, without: str = ""
    ) -> RecordPrior:
        """The record for a scenario, as `load`. Raises FitError E616 where there is none that holds.

        without: a case whose outcomes are left out, for a sensitivity; of a case of the atlas only its own can be.
        Raises ValueError for another.
        """
        why = absence(path)
        if why:
            raise FitError("E616", why, hint=REBUILD)
        return cls._read(scenario, path, without)

    @classmethod
    def _read(cls, scenario: str | Path | Scenario | Problem, path: Path | None, without: str = "") -> RecordPrior:
        opened = Scenario.load(scenario) if isinstance(scenario, str | Path) else scenario
        problem = opened.problem() if isinstance(opened, Scenario) else opened
        arrays, told = _file(path or RECORD)
        try:
            names, cases = [str(name) for name in arrays["names"]], [str(name) for name in told["cases"]]
            level, slopes, residual = (np.asarray(arrays[key], dtype=float) for key in ("level", "slopes", "residual"))
            joint = Joint(level, slopes, residual, arrays["case"].astype(int))
            left_out = problem.name if problem.name in cases else without
            out = cases.index(left_out) if left_out in cases else None
            rows = np.flatnonzero(joint.case != out) if out is not None else np.arange(len(joint.case))
            place = 0 if out is None else 1 + out
            sites = Sites(
                arrays["precision"][place][rows],
                arrays["shift"][place][rows],
                arrays["shared"][place].astype(float),
                0.0,
                0.0,
            )
            mean, covariance = sites.prior_of_next(joint.of(rows))
            judged, used = dict(told["judged"]), bool(told["used"])
            studies = _studies(names, arrays, told)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise FitError("E617", f"{path or RECORD} is no record of other wars: {error}", hint=REBUILD) from None
        if without and (out is None or without != left_out):
            raise ValueError(f"{without} cannot be left out of the record for {problem.name}")
        kept = np.array([place for place, name in enumerate(names) if _own_prior(problem, name)], dtype=int)
        left = tuple(name for name in (left_out, problem.name) if name in cases or _fitted_alone(name))
        covariance = covariance[np.ix_(kept, kept)]
        return cls(
            tuple(names[k] for k in kept),
            mean[kept],
            np.sqrt(np.diag(covariance)),
            np.sqrt(1.0 - sites.shared[kept]),
            used,
            tuple(dict.fromkeys(left)),
            covariance,
            tuple(case for place, case in enumerate(cases) if place != out),
            judged,
            studies,
        )

    def of(self, names: Sequence[str]) -> RecordPrior:
        """The law of some of the parameters, the others integrated out, in the order given; unknown names are left
        out.
        """
        at = [self.names.index(name) for name in names if name in self.names]
        return replace(
            self,
            names=tuple(self.names[k] for k in at),
            mean=self.mean[at],
            sd=self.sd[at],
            spread=self.spread[at],
            covariance=self.covariance[np.ix_(at, at)],
        )

    def log_ratio(self, z: np.ndarray, names: Sequence[str] | None = None) -> np.ndarray:
        """Log density of the record over that of the neutral prior, (draws,): what draws of a posterior are weighed by.

        z: (draws, k), normal scores. names: of its columns, such as `posterior.space.names`; columns that the record
        does not know count for nothing, and what z lacks is integrated out. None: the columns are `self.names`.
        Raises ValueError where z has another number of columns than names.
        """
        given = list(self.names if names is None else names)
        scores = np.asarray(z, dtype=float)
        if scores.ndim != 2 or scores.shape[1] != len(given):
            raise ValueError(f"scores of shape {scores.shape} for {len(given)} names")
        part = self.of(given)
        here = scores[:, [given.index(name) for name in part.names]]
        if not part.names:
            return np.zeros(len(scores))
        return log_ratio(here, part.mean, part.covariance)

    def sample(self, count: int, seed: int) -> np.ndarray:
        """(count, p) scores. Randomness: uniforms named by (seed, draw, "record/shared/sample")."""
        return Law.of(self.mean, self.covariance).draw(count, seed, "sample")

    def draw(self, space: Space, count: int, seed: int) -> np.ndarray:
        """Scores of members, (count, len(space)): the record's where it knows the parameter, the prior's elsewhere.

        Randomness: `sample`, and the uniforms of `Space.draw` named "record".
        """
        out = space.draw(count, seed, "record")
        drawn = self.sample(count, seed)
        at = {name: place for place, name in enumerate(space.names)}
        for column, name in enumerate(self.names):
            if name in at:
                out[:, at[name]] = drawn[:, column]
        return out

    def parameters(self, problem: Problem, count: int, seed: int) -> dict[str, np.ndarray]:
        """Parameters of members, name -> (members, *dimensions): see `draw`."""
        space = Space(problem)
        return space.values(self.draw(space, count, seed))

    @property
    def moved(self) -> list[tuple[str, float, float, float]]:
        """(name, mean, sd, spread), those first whose law is farthest from the prior's."""
        far = 0.5 * (self.mean**2 + self.sd**2 - 1.0) - np.log(self.sd)
        return [
            (self.names[k], float(self.mean[k]), float(self.sd[k]), float(self.spread[k]))
            for k in np.argsort(-far, kind="stable")
        ]


def absence(path: Path | None = None) -> str:
    """Why no record can be used: none ships, or another model made it; empty where one holds. Raises FitError E617."""
    place = path or RECORD
    if not place.exists():
        return "no record of other wars is on file"
    made_with = _file(place)[1].get("model")
    if made_with != MODEL.hash:
        return "the record of other wars was made with another version of the model, so it is left out"
    return ""


def about(path: Path | None = None) -> dict[str, Any]:
    """What is told of the record beside its numbers: cases, judged, used, settings, model. Empty where none is on file.

    Raises FitError E617 for a damaged file.
    """
    place = path or RECORD
    return dict(_file(place)[1]) if place.exists() else {}


def record_numbers(path: Path | None = None) -> str:
    """SHA-256 over everything that draws are weighed by: the law, its cases, the studies with their estimates and
    biases; not over what is judged of it. "" where none is on file. Raises FitError E617 for a damaged file."""
    place = path or RECORD
    if not place.exists():
        return ""
    arrays, told = _file(place)
    known, tau = estimates(), designs()
    heard = [
        [one.name, row["level"], one.estimate, one.error, tau[one.design]]
        for row in told.get("studies", ())
        if (one := known.get(row["name"])) is not None
    ]
    digest = hashlib.sha256(json.dumps([told.get("cases"), heard]).encode())
    for name in sorted(arrays):
        digest.update(json.dumps([name, arrays[name].dtype.str, list(arrays[name].shape)]).encode())
        digest.update(arrays[name].tobytes())
    return digest.hexdigest()


def save(
    path: Path, fitted: Fitted, names: Sequence[str], told: Mapping[str, Any], studies: Studies | None = None
) -> None:
    """Write the record, sealed, at once or not at all. told: cases, judged, used and settings; the model's
    fingerprint is added.

    Raises FileError E103.
    """
    joint, learned = fitted.joint, [fitted.all, *fitted.without]
    precision, shift = (np.zeros((len(learned), len(joint.case))) for _ in range(2))
    for place, one in enumerate(learned):
        rows = np.arange(len(joint.case)) if place == 0 else fitted.rows_without(place - 1)
        precision[place, rows], shift[place, rows] = one.sites.precision, one.sites.shift
    arrays = {
        "names": np.array(list(names)),
        "level": joint.level,
        "slopes": joint.slopes.astype(np.float32),
        "residual": joint.residual,
        "case": joint.case.astype(np.int16),
        "precision": precision,
        "shift": shift,
        "shared": np.stack([one.sites.shared for one in learned]).astype(np.float32),
    }
    held = studies.studies if studies is not None else ()
    arrays["study_slopes"] = np.array([study.slopes for study in held], dtype=np.float32).reshape(len(held), len(names))
    listed = [{"name": study.estimate.name, "level": study.level} for study in held]
    write_arrays(path, arrays, {"model": MODEL.hash, "studies": listed, **told})


def _studies(names: Sequence[str], arrays: Mapping[str, np.ndarray], told: Mapping[str, Any]) -> Studies:
    """The studies of a file, with estimates and biases as they ship now."""
    known, tau = estimates(), designs()
    slopes = np.asarray(arrays["study_slopes"], dtype=float)
    kept = [(known[row["name"]], float(row["level"]), slopes[place]) for place, row in enumerate(told["studies"])]
    return Studies(tuple(names), tuple(Study(found, level, slope, tau[found.design]) for found, level, slope in kept))


def _file(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    try:
        return read_arrays(path)
    except FileError as error:
        raise FitError("E617", f"{path} is no record of other wars: {error.message}", hint=REBUILD) from None


def _fitted_alone(name: str) -> bool:
    """Whether the library ships a fit of this war, so that it stands in no atlas."""
    return name in library_names() and (LIBRARY / name / "posterior.npz").is_file()


def _own_prior(problem: Problem, name: str) -> bool:
    """Whether the problem has the package's own prior for a parameter, so that a score means the same."""
    if name not in problem.priors:
        return False
    here = problem.priors[name].ravel()[0]
    own = next(parameter.prior for parameter in MODEL.parameters.values() if parameter.name == name)
    return bool(
        here.family == own.family
        and all(math.isclose(here.arguments[key], value) for key, value in own.arguments.items())
    )
