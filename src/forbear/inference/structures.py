"""Rival structures of a scenario: theories as sets of switches and priors, and the model without one mechanism.

"full" is the model as it stands; a theory keeps its own mechanisms and makes the others weak (`theories.toml`);
"without-MECHANISM" switches one mechanism off, so that each can be asked what it earns.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.errors import ScenarioError, nearest
from forbear.scenario.casefiles.theories import FILE, Mechanism, Theories, Theory, load_theories, weakened

if TYPE_CHECKING:
    from forbear.country.declare import Prior
    from forbear.scenario.scenario import Scenario

__all__ = ["Mechanism", "Theories", "Theory", "known_theories", "structures", "with_structure"]

WITHOUT = "without-"


def known_theories(scenario: Scenario | None = None) -> Theories:
    """Mechanisms and theories of the package, and those of the file beside a scenario. Raises as `load_theories`."""
    paths = [Path(str(resources.files("forbear.inference"))) / FILE]
    beside = scenario.beside(FILE) if scenario is not None else None
    return load_theories([*paths, beside] if beside is not None else paths)


def structures(scenario: Scenario | None = None) -> dict[str, Theory]:
    """Theories by name: the rivals that are fitted beside the full model. Raises as `load_theories`."""
    return dict(known_theories(scenario).theories)


def with_structure(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario under a structure: "full", a theory, or "without-MECHANISM".

    Raises ScenarioError E205 for an unknown name, and as `load_theories`.
    """
    if name == "full":
        return scenario
    known = known_theories(scenario)
    changes: dict[str, Any] = {}
    if name in known.theories:
        theory = known.theories[name]
        for mechanism in known.mechanisms.values():
            if mechanism.name not in theory.own:
                for key in mechanism.strength:
                    changes |= _weak(scenario, key, known.weak)
        for key, stated in theory.priors.items():
            # what a scenario says of single members is laid over, too
            changes |= dict.fromkeys((key, *_elements(scenario, key)), stated)
    elif name.startswith(WITHOUT) and name.removeprefix(WITHOUT) in known.mechanisms:
        mechanism = known.mechanisms[name.removeprefix(WITHOUT)]
        for key, value in mechanism.fixed.items():
            changes |= dict.fromkeys((key, *_elements(scenario, key)), value)
    else:
        allowed = ["full", *known.theories, *(WITHOUT + mechanism for mechanism in known.mechanisms)]
        close = nearest(name, allowed)
        raise ScenarioError(
            "E205",
            f"no structure is called {name!r}",
            hint=f"did you mean {close}?" if close else f"allowed: {', '.join(allowed)}",
        )
    return scenario.with_uncertainties(changes, name=f"{scenario.name} {name}")


def _weak(scenario: Scenario, key: str, factor: float) -> dict[str, Any]:
    """The prior of a strength, and of each member's where it has members, made weak."""
    resolved = scenario.uncertainties[key]
    if not any(resolved.elements):
        return {key: _stated(weakened(resolved.value, factor))}
    return {
        f"{key}.{'.'.join(names)}": _stated(weakened(prior, factor))
        for names, prior in zip(resolved.elements, resolved.values, strict=True)
    }


def _stated(prior: Prior) -> Any:
    return prior.arguments["value"] if prior.family == "fixed" else {"prior": prior.family, **prior.arguments}


def _elements(scenario: Scenario, key: str) -> list[str]:
    return [f"{key}.{'.'.join(names)}" for names in scenario.uncertainties[key].elements if names]
