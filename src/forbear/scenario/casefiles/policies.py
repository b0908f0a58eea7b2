"""Strategies and claims as files: read, checked, and every fault of a file told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.country.model import MODEL
from forbear.errors import Fault, FileError, ScenarioError, nearest
from forbear.scenario.casefiles.facts import load_facts
from forbear.scenario.outcomes import OUTCOMES

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["Claim", "Strategy", "assertion", "load_claims", "load_strategies"]

KINDS = ("effect", "level", "share", "value")
SAYINGS = ("lower", "higher", "same", "not lower", "not higher")
SIDES = ("history", "intervention", "restraint")
SOURCES = ("occupation", "exclusion", "fear", "base")
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


@dataclass(frozen=True)
class Claim:
    """A claim and its rival, and the counterfactual that tests them. See `docs/claims.md` for the fields.

    needs: names of the facts of history that its mechanism must reproduce; see `forbear.inference.facts.licence`."""

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

    def __repr__(self) -> str:
        return f"<Claim {self.name}: {self.title}; {self.kind}, {self.changed} against {self.base} on {self.outcome}>"

    def _repr_html_(self) -> str:
        from forbear.representation import html_of

        return html_of(self)

    @property
    def direction(self) -> str:
        """Which way counts as the claim's own: "lower" or "higher"."""
        if self.claim_says == "same":
            return "higher" if self.rival_says in ("lower", "not higher") else "lower"
        return "lower" if self.claim_says in ("lower", "not higher") else "higher"

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
        from dataclasses import replace

        return replace(
            self, statement=self.rival, rival=self.statement, claim_says=self.rival_says, rival_says=self.claim_says
        )


def assertion(says: str) -> str:
    """A saying in the words of the verdict rule."""
    return {"same": "no effect", "not lower": "no opposite effect", "not higher": "no opposite effect"}.get(
        says, "effect"
    )


def _files(scenario: Scenario, folder: str, more: Iterable[str | Path]) -> list[Path]:
    # what a scenario extends comes first, so that a name stated again in its own folder is the one that holds
    folders = [Path(file).parent / folder for file in reversed(scenario.files)]
    found = [path for place in dict.fromkeys(folders) if place.is_dir() for path in sorted(place.glob("*.toml"))]
    for path in map(Path, more):
        if not path.exists():
            raise FileError(
                "E101", f"{path} does not exist", hint="a TOML file of claims or strategies, or a folder of them"
            )
        found += sorted(path.glob("*.toml")) if path.is_dir() else [path]
    return found


def _read(path: Path) -> tuple[dict[str, Any], str]:
    text = path.read_text(encoding="utf-8")
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        raise FileError("E102", f"{path.name} is not TOML: {error}") from None


@dataclass
class _Checker:
    """Collects the faults of one file."""

    path: Path
    text: str
    faults: list[Fault] = field(default_factory=list)

    def line(self, name: str, key: str | None = None) -> int | None:
        lines = self.text.splitlines()
        start = next((i for i, row in enumerate(lines) if row.strip() in (f"[{name}]", f'["{name}"]')), None)
        if start is None or key is None:
            return None if start is None else start + 1
        for i in range(start + 1, len(lines)):
            if lines[i].startswith("["):
                break
            if lines[i].split("=")[0].strip().strip('"') == key:
                return i + 1
        return start + 1

    def fault(
        self, code: str, message: str, name: str, key: str | None, value: Any = None, allowed: Iterable[str] = ()
    ) -> None:
        choices = list(allowed)
        close = nearest(str(value), choices) if choices and value is not None else None
        shown = ", ".join(choices[:12]) + (", ..." if len(choices) > 12 else "") if choices else None
        self.faults.append(
            Fault(
                code,
                message,
                file=str(self.path),
                line=self.line(name, key),
                field=f"{name}.{key}" if key else name,
                value=None if value is None else str(value)[:80],
                allowed=shown,
                nearest=close,
            )  # fmt: skip
        )

    def raise_if_any(self, what: str) -> None:
        if self.faults:
            first = self.faults[0]
            raise ScenarioError(
                first.code, f"{self.path.name}: {len(self.faults)} faults in {what}", faults=tuple(self.faults)
            )


def load_strategies(scenario: Scenario, more: Iterable[str | Path] = ()) -> dict[str, Strategy]:
    """Strategies beside a scenario and in further files; HISTORY is always there.

    Raises FileError E101, E102; ScenarioError E240 (a field), E241 (a name), or as the scenario for its levers.
    """
    out = {"HISTORY": Strategy("HISTORY", "what was done", "history", {})}
    for path in _files(scenario, "strategies", more):
        data, text = _read(path)
        check = _Checker(path, text)
        for name, entry in data.items():
            if not isinstance(entry, dict) or not isinstance(entry.get("title"), str):
                check.fault("E240", f"strategy {name} needs a title", name, "title")
                continue
            for key in set(entry) - {"title", "side", "settings", "rules", "statement", "source"}:
                check.fault(
                    "E240",
                    f"a strategy has no field {key!r}",
                    name,
                    key,
                    key,
                    ("title", "side", "settings", "rules", "statement", "source"),
                )
            if entry.get("side", "history") not in SIDES:
                check.fault("E240", "unknown side", name, "side", entry["side"], SIDES)
            for key in entry.get("settings", {}):
                if ".".join(key.split(".")[:2]) not in MODEL.levers:
                    check.fault("E241", f"no lever {key!r}", name, "settings", key, MODEL.levers)
            out[name] = Strategy(
                name,
                entry["title"],
                entry.get("side", "history"),
                entry.get("settings", {}),
                tuple(entry.get("rules", [])),
                entry.get("statement", ""),
            )
        check.raise_if_any("strategies")
    return out


def load_claims(
    scenario: Scenario, more: Iterable[str | Path] = (), strategies: Mapping[str, Strategy] | None = None
) -> dict[str, Claim]:
    """Claims beside a scenario and in further files. Raises as `load_strategies`, and E242 where claim and rival can both be true."""
    strategies = load_strategies(scenario) if strategies is None else strategies
    parameters = {p.name for p in MODEL.parameters.values()}
    fields = set(Claim.__dataclass_fields__) - {"name", "file"}
    out: dict[str, Claim] = {}
    for path in _files(scenario, "claims", more):
        data, text = _read(path)
        check = _Checker(path, text)
        for name, entry in data.items():
            if not isinstance(entry, dict):
                check.fault("E240", f"{name} is not a table", name, None)
                continue
            before = len(check.faults)
            for key in sorted(set(entry) - fields):
                check.fault("E240", f"a claim has no field {key!r}", name, key, key, sorted(fields))
            for key in ("title", "statement", "rival", "kind", "claim_says", "rival_says"):
                if not isinstance(entry.get(key), str) or not entry[key].strip():
                    check.fault("E240", f"claim {name} needs {key}", name, key)
            _names(check, name, entry, strategies, parameters, scenario)
            if len(check.faults) == before:
                lists = {k: tuple(entry[k]) for k in ("sources", "deciding", "evidence", "needs") if k in entry}
                out[name] = Claim(
                    name=name, file=str(path), **{**{k: v for k, v in entry.items() if k in fields}, **lists}
                )
        check.raise_if_any("claims")
    return out


def _names(
    check: _Checker,
    name: str,
    entry: dict[str, Any],
    strategies: Mapping[str, Strategy],
    parameters: set[str],
    scenario: Scenario,
) -> None:
    for key, allowed in (("kind", KINDS), ("claim_says", SAYINGS), ("rival_says", SAYINGS)):
        if isinstance(entry.get(key), str) and entry[key] not in allowed:
            check.fault("E240", f"unknown {key}", name, key, entry[key], allowed)
    for key, choices in (("base", strategies), ("changed", strategies), ("outcome", OUTCOMES)):
        if key in entry and entry[key] not in choices:
            check.fault(
                "E241",
                f"no {'outcome' if key == 'outcome' else 'strategy'} {entry[key]!r}",
                name,
                key,
                entry[key],
                choices,
            )
    for parameter in entry.get("deciding", []):
        if parameter not in parameters:
            check.fault("E241", f"no parameter {parameter!r}", name, "deciding", parameter, sorted(parameters))
    known = load_facts(scenario) if entry.get("needs") else {}
    for fact in entry.get("needs", []):
        if fact not in known:
            check.fault("E241", f"no fact of history {fact!r} beside the scenario", name, "needs", fact, sorted(known))
    for key in ("margin", "threshold"):
        if key in entry and not isinstance(entry[key], (int, float)):
            check.fault("E240", f"{key} is a number", name, key, entry[key])
    if entry.get("kind") == "share":
        for source in entry.get("sources", ["?"]):
            if source not in SOURCES:
                check.fault("E240", "unknown source of mobilisation", name, "sources", source, SOURCES)
        if entry.get("community") not in scenario.members["community"]:
            check.fault(
                "E241", "no such community", name, "community", entry.get("community"), scenario.members["community"]
            )
    says = (entry.get("claim_says"), entry.get("rival_says"))
    if all(s in _REGION for s in says) and _REGION[str(says[0])] & _REGION[str(says[1])]:
        check.fault(
            "E242", "claim and rival can both be true: nothing can tell between them", name, "rival_says", says[1]
        )
