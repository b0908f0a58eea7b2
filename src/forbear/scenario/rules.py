"""Reactive rules: what a policy does when something is observed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from forbear.country.declare import Lever
from forbear.country.model import Model
from forbear.errors import nearest
from forbear.faults import show
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.locate import Path
from forbear.scenario.reading.values import number

__all__ = ["OBSERVED", "ReactiveRule", "read_rules"]

#: How names of observed quantities begin. Policies never see the truth.
OBSERVED = ("observed_", "poll_")
_RULE_KEYS = ("name", "when", "then", "source", "note", "remove")
_THEN_KEYS = ("lever", "operation", "value", "unit", "hold_weeks")
_WHEN = re.compile(
    r"\s*(?P<name>\w+)\s*(?:\[(?P<members>[^\]]*)\])?\s*(?P<comparison>[<>])\s*(?P<threshold>[^<>=]+?)"
    r"(?:\s+for\s+(?P<weeks>\d+(?:\.\d+)?)\s+weeks?)?\s*\Z"
)
_WHEN_WORDS = '"observed_NAME > number for N weeks", or observed_NAME[member]'


@dataclass(frozen=True)
class ReactiveRule:
    """When the mean of `quantity` over the last `window` weeks passes `threshold`, do `operation` on `lever`.

    `element` and `lever_element` are positions in the flattened array (C order); None means the whole country (the
    sum over all elements) or every element of the lever. `hold_weeks` is how long the action lasts once the condition
    has held.
    """

    name: str
    quantity: str
    element: int | None
    window: float
    comparison: str
    threshold: float
    lever: str
    lever_element: int | None
    operation: str
    value: float
    hold_weeks: float
    words: str = ""


def read_rules(
    documents: list[Document], model: Model, members: dict[str, tuple[str, ...]]
) -> tuple[ReactiveRule, ...]:
    """Read [[rules]] of all layers. A later rule of the same name replaces an earlier one; `remove = true` drops it."""
    rules: dict[str, list[ReactiveRule]] = {}
    for document in documents:
        entries = document.data.get("rules", [])
        if not isinstance(entries, list):
            document.fault("E203", "rules are [[rules]] tables", ("rules",), entries)
            continue
        seen: set[str] = set()
        for position, entry in enumerate(entries):
            path: Path = ("rules", position)
            if not isinstance(entry, dict):
                document.fault("E203", "a rule is a table", path, entry)
                continue
            document.unknown_keys(entry, _RULE_KEYS, path)
            name = entry.get("name")
            if not isinstance(name, str) or not name.strip():
                document.fault("E202", "a rule has no name", path, None, 'name = "..."')
                continue
            if name in seen:
                document.fault("E220", f"two rules are named {name!r}", (*path, "name"), name)
            seen.add(name)
            if entry.get("remove") is True:
                if rules.pop(name, None) is None:
                    document.fault(
                        "E219",
                        f"no rule {name!r} to remove",
                        (*path, "remove"),
                        None,
                        ", ".join(rules),
                        nearest(name, rules),
                    )
                continue
            rules[name] = _rule(document, path, name, entry, model, members)
    return tuple(rule for several in rules.values() for rule in several)


def _rule(
    document: Document, path: Path, name: str, entry: dict[str, Any], model: Model, members: dict[str, tuple[str, ...]]
) -> list[ReactiveRule]:
    condition = _condition(document, (*path, "when"), entry.get("when"), model, members)
    actions = entry.get("then")
    if isinstance(actions, dict):
        actions = [actions]
    if not isinstance(actions, list) or not actions or not all(isinstance(action, dict) for action in actions):
        document.fault("E219", f"rule {name!r} does nothing", (*path, "then"), actions, "then = { lever = ..., ... }")
        return []
    out = []
    for action in actions:
        done = _action(document, (*path, "then"), action, model, members)
        if condition and done:
            out.append(ReactiveRule(name, *condition, *done, words=str(entry["when"])))
    return out


def _condition(
    document: Document, path: Path, when: object, model: Model, members: dict[str, tuple[str, ...]]
) -> tuple[str, int | None, float, str, float] | None:
    match = _WHEN.match(when) if isinstance(when, str) and len(when) < 300 else None
    if match is None:
        document.fault("E217", "the condition cannot be read", path, when, _WHEN_WORDS)
        return None
    name = match["name"]
    seen = [key for key in model.quantities if key.startswith(OBSERVED)]
    if name not in seen:
        known = name in model.quantities
        message = f"{name} is the truth, which no policy sees" if known else f"nothing observed is named {show(name)!r}"
        document.fault(
            "E218", message, path, name, ", ".join(seen), nearest(name, seen) or nearest(f"observed_{name}", seen)
        )
        return None
    quantity = model.quantities[name]
    index = None
    if match["members"] is not None:
        index = _index(document, path, match["members"], quantity.over, members, name)
        if index is None:
            return None
    threshold = number(document, path, match["threshold"].strip(), quantity.unit)
    window = float(match["weeks"] or 1)
    if not 0 < window <= 520:
        document.fault("E217", "a condition looks back over 1 to 520 weeks", path, match["weeks"])
        return None
    return None if threshold is None else (name, index, window, match["comparison"], threshold)


def _index(
    document: Document, path: Path, text: str, over: tuple[str, ...], members: dict[str, tuple[str, ...]], name: str
) -> int | None:
    """Position in the flattened array of the element that `text` names."""
    words = [word.strip() for word in text.split(",")]
    if len(words) != len(over):
        document.fault("E217", f"{name} runs over {' x '.join(over) or 'the whole country'}", path, text, _WHEN_WORDS)
        return None
    out = 0
    for word, dimension in zip(words, over, strict=True):
        if word not in members[dimension]:
            document.fault(
                "E206",
                f"no {dimension} {show(word)!r}",
                path,
                word,
                ", ".join(members[dimension]),
                nearest(word, members[dimension]),
            )
            return None
        out = out * len(members[dimension]) + members[dimension].index(word)
    return out


def _action(
    document: Document, path: Path, action: dict[str, Any], model: Model, members: dict[str, tuple[str, ...]]
) -> tuple[str, int | None, str, float, float] | None:
    document.unknown_keys(action, _THEN_KEYS, path)
    key = action.get("lever")
    parts = key.split(".") if isinstance(key, str) else []
    lever: Lever | None = model.levers.get(".".join(parts[:2]))
    if lever is None:
        document.fault(
            "E205",
            f"unknown lever {show(key)!r}",
            (*path, "lever"),
            key,
            "see: forbear model",
            nearest(str(key), model.levers),
        )
        return None
    index = None
    if parts[2:]:
        index = _index(document, (*path, "lever"), ",".join(parts[2:]), lever.over, members, lever.key)
        if index is None:
            return None
    operation = action.get("operation", "set")
    if operation not in ("set", "add", "scale"):
        document.fault(
            "E219",
            f"unknown operation {show(operation)!r}",
            (*path, "operation"),
            operation,
            "set, add, scale",
            nearest(str(operation), ("set", "add", "scale")),
        )
        return None
    if "value" not in action:
        document.fault("E219", "the action has no value", path, None, "value = ...")
        return None
    scaled = operation == "scale"
    value = number(
        document,
        (*path, "value"),
        action["value"],
        "-" if scaled else lever.unit,
        None if scaled else action.get("unit"),
    )
    hold = number(document, (*path, "hold_weeks"), action.get("hold_weeks", 1), "weeks")
    if value is None or hold is None:
        return None
    if hold <= 0:
        document.fault("E219", "an action lasts longer than nothing", (*path, "hold_weeks"), hold, "above 0")
        return None
    if operation == "set" and not lever.low <= value <= lever.high:
        document.fault(
            "E204",
            f"{lever.key} = {value:g} is out of bounds",
            (*path, "value"),
            action["value"],
            f"{lever.low:g} to {lever.high:g} {lever.unit}",
        )
        return None
    return lever.name, index, operation, value, hold
