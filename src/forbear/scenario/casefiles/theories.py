"""Theories of a war: which mechanisms each holds to be at work, and how strong.

A file names *mechanisms* (parameters that say how strong an arrow is, with the value at which it is switched off) and
*theories* (the mechanisms that each calls its own, with priors of its own). A theory keeps its own mechanisms as the
model has them or as its priors say, and makes every other mechanism of the file weak. The package has one such file;
one beside a scenario adds to it or states an entry anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forbear.country.declare import Prior
from forbear.country.model import MODEL
from forbear.scenario.casefiles.checker import CaseFile, Table
from forbear.scenario.reading.values import prior as read_prior

__all__ = ["FILE", "Mechanism", "Theories", "Theory", "load_theories", "weakened"]

FILE = "theories.toml"


@dataclass(frozen=True)
class Mechanism:
    """A mechanism of the model: the parameters that say how strong it is, and where each is off (zero unless said)."""

    name: str
    title: str
    strength: tuple[str, ...]
    off: Mapping[str, float] = field(default_factory=dict)

    @property
    def fixed(self) -> dict[str, float]:
        """Its parameters where it does nothing."""
        return {key: self.off.get(key, 0.0) for key in self.strength}


@dataclass(frozen=True)
class Theory:
    """A theory: what it says, who says so, its own mechanisms, and priors of its own as a scenario states them."""

    name: str
    title: str
    says: str
    sources: tuple[str, ...]
    own: tuple[str, ...]
    priors: Mapping[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Theories:
    """Mechanisms and theories by name. weak: what strengths that a theory does not own are multiplied by."""

    mechanisms: Mapping[str, Mechanism]
    theories: Mapping[str, Theory]
    weak: float


def load_theories(paths: Iterable[Path]) -> Theories:
    """Read files of theories, the later laid over the earlier entry by entry.

    Raises FileError E102 or E104, and ScenarioError E615, E215 or E216 with every fault of a file: a mechanism or a
    parameter that does not exist, a prior that is none, a parameter whose strength two mechanisms claim.
    """
    mechanisms: dict[str, Mechanism] = {}
    theories: dict[str, Theory] = {}
    weak = 0.25
    for path in paths:
        file = CaseFile(path, "theories", field="E615", name="E615")
        file.root.only(("weak", "mechanisms", "theories"))
        weak = file.root.number("weak", weak, above=0.0)
        for name, table in file.root.table("mechanisms").tables():
            mechanisms[name] = _mechanism(name, table)
            for key in mechanisms[name].strength:
                twice = [m.name for m in mechanisms.values() if m.name != name and key in m.strength]
                if twice:
                    table.fault("strength", f"{key} is the strength of {twice[0]}, too", key)
        for name, table in file.root.table("theories").tables():
            theories[name] = _theory(name, table, mechanisms)
        file.check()
    return Theories(mechanisms, theories, weak)


def _mechanism(name: str, table: Table) -> Mechanism:
    table.only(("title", "strength", "off"))
    strength = table.texts("strength", MODEL.parameters, "parameter")
    if not strength:
        table.fault("strength", f"{table.label} needs strength, a list of parameters")
    off = table.table("off")
    for key in off.data:
        if key not in strength:
            off.fault(key, f"{key} is no strength of {name}", key, strength)
    return Mechanism(name, table.text("title"), strength, {key: off.number(key) for key in off.data})


def _theory(name: str, table: Table, mechanisms: Mapping[str, Mechanism]) -> Theory:
    table.only(("title", "says", "sources", "own", "priors"))
    own = table.texts("own", mechanisms, "mechanism")
    if not own:
        table.fault("own", f"{table.label} needs own, a list of mechanisms")
    if name == "full" or name.startswith("without-"):
        table.fault(None, f"{name!r} is the name of a structure that every model has", name)
    priors = table.table("priors")
    mine = [key for mechanism in own if mechanism in mechanisms for key in mechanisms[mechanism].strength]
    for key, stated in priors.data.items():
        if key not in mine:
            priors.fault(key, f"{key} is the strength of no mechanism of {name}", key, mine)
        elif not isinstance(stated, dict):
            priors.fault(key, f"{key} is a prior", stated)
        else:
            read_prior(table.file.document, (*priors.path, key), stated, MODEL.parameters[key])
    said = {key: value for key, value in priors.data.items() if isinstance(value, dict)}
    return Theory(name, table.text("title"), table.text("says"), table.texts("sources"), own, said)


def weakened(prior: Prior, factor: float) -> Prior:
    """The prior of `factor` times the number, of the same family; a beta keeps its concentration and moves its mean."""
    a = prior.arguments
    if prior.family == "beta":
        size = a["a"] + a["b"]
        mean = factor * a["a"] / size
        return Prior("beta", {"a": mean * size, "b": (1.0 - mean) * size})
    scaled = {"value", "low", "high", "mean", "sd", "median", "scale"}
    return Prior(prior.family, {key: value * factor if key in scaled else value for key, value in a.items()})
