"""A scenario of one's own, written from answers: one file and a table of districts, whole or not at all."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from forbear.errors import Fault, FileError
from forbear.faults import show
from forbear.scenario.wizard.answers import Answer, Replies
from forbear.scenario.wizard.questions import COMMUNITY, COUNTRY, INTERVENTION, ORGANISATION
from forbear.spreadsheets import csv_text

__all__ = ["begin_scenario", "check_place", "districts_text", "place_folder", "scenario_text"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}\Z")
#: Written in this order; the rest of [intervention] stands with its component.
_LEVERS = ("force", "partners", "government_forces", "electricity_budget", "works_budget", "offer")


def begin_scenario(answers: Replies, folder: Path) -> Path:
    """Write `folder`/NAME/scenario.toml and districts.csv, and return the first.

    Both are written beside their place and moved there at once; nothing is overwritten. Raises FileError E103 (the
    place is taken or cannot be written) and E107 (the name cannot name a scenario).
    """
    files = {"scenario.toml": scenario_text(answers), "districts.csv": districts_text(answers)}
    return place_folder(answers.name, folder, files) / "scenario.toml"


def check_place(name: str, folder: Path) -> Path:
    """Return the free place `folder`/`name`. Raises FileError E103 (taken) or E107 (the name cannot name a scenario)."""
    if not _NAME.match(name):
        raise _error("E107", f"{show(name)!r} cannot name a scenario", name, "letters, digits, - and _, first a letter")
    target = folder / name
    if target.exists() or target.is_symlink():
        raise _error(
            "E103", f"{target} is there already and is not overwritten", str(target), "a name that is not taken"
        )
    return target


def place_folder(name: str, folder: Path, files: dict[str, str]) -> Path:
    """Write texts into `folder`/`name` at once and return it. Raises as `begin_scenario`."""
    target = check_place(name, folder)
    work = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder))
        for file, text in files.items():
            (work / file).write_text(text, encoding="utf-8", newline="\n")
        work.chmod(0o755)
        os.rename(work, target)
    except OSError as error:
        raise _error("E103", f"{target} cannot be written: {error.strerror}", str(target)) from None
    finally:
        if work is not None and work.exists():
            shutil.rmtree(work, ignore_errors=True)
    return target


def districts_text(answers: Replies) -> str:
    """The table of districts: name, title, people by community."""
    communities = list(answers.communities)
    rows = []
    for district in answers.districts:
        people = [round(district.people * district.shares[c]) for c in communities]
        rows.append([district.name, district.title, *people])
    return csv_text(["district", "title", *(f"population.{c}" for c in communities)], rows)


def scenario_text(answers: Replies) -> str:
    """The scenario file: every number with its source; a guess says so and says how far off it may be."""
    many = len(answers.districts)
    lines = [
        f"# {answers.title}: begun by `forbear new`. A line whose source begins with \"assumption: a guess\" was asked of nobody;",
        "# `range` is how far off it may be. `forbear check --information` says which of them to look up first.",
        "",
        "[scenario]",
        f"name = {_text(answers.name)}",
        f"title = {_text(answers.title)}",
        f"kind = {_text(answers.kind)}",
        f"start = {answers.start}",
        f"end = {answers.end}",
        f"exit = {_text(answers.exit) if isinstance(answers.exit, str) else answers.exit}"
        "      # day by which the last soldier is to have left, or \"open\"",
        "",
    ]  # fmt: skip
    for key, entry in answers.sources.items():
        lines += [f"[sources.{key}]", *(f"{k} = {_value(v)}" for k, v in entry.items()), ""]
    sources = list(dict.fromkeys(district.source for district in answers.districts))
    if answers.evenly and len(answers.communities) > 1:
        spread = "assumption: communities are spread evenly, for want of a count by district"
        sources = sources if sources == ["invented"] else [*sources, spread]
    named = _text(sources[0]) if len(sources) == 1 else "[" + ", ".join(map(_text, sources)) + "]"
    lines += [
        "[country]",
        f'districts = {{ table = "districts.csv", source = {named} }}      # {many} of them',
        f"communities = {_list(answers.communities)}",
        f"organisations = {_list(answers.organisations)}",
        'components = ["army"]',
        *([f"borders = {_text(answers.map)}"] if answers.map else []),
        "",
    ]
    position = "assumption: position under the present and the new order, as answered"
    for name, community in answers.communities.items():
        lines += [f"[community.{name}]", f"title = {_text(community['title'])}", f"source = {_text(position)}"]
        lines += [f"governs = {_bool(community['governs'])}", f"purged = {_bool(community['governed'])}"]
        lines += [_line(q.fact.partition(".")[2], answers.values[("communities", name, q.name)])
                  for q in COMMUNITY if q.fact != "people.rivalry"] + [""]  # fmt: skip
    for name, organisation in answers.organisations.items():
        lines += [f"[organisation.{name}]", f"title = {_text(organisation['title'])}", f"source = {_text(position)}"]
        lines += [f"home = {_text(organisation['home'])}", f"sponsored = {_bool(organisation['sponsored'])}"]
        lines += [_line(q.fact.partition(".")[2], answers.values[("organisations", name, q.name)])
                  for q in ORGANISATION] + [""]  # fmt: skip
    about = {q.name: q for q in INTERVENTION}
    lines += [
        "[component.army]",
        'title = "Army"',
        'source = "assumption: one component, which an expansion adds to"',
        "expands = true",
    ]
    lines += [_line(about[k].fact.partition(".")[2], answers.values[("intervention", "", k)]) for k in ("brigades", "committed")] + [""]  # fmt: skip
    lines += _rivalry(answers)
    lines += ["[facts]"]
    lines += [_line(_text(q.fact), answers.values[("country", "", q.name)]) for q in COUNTRY]
    smallest = min(district.people for district in answers.districts)
    if smallest < 200_000:
        lines.append(f'"people.small_community" = {{ value = {max(1, round(smallest / 200))}, source = "assumption: half a per cent of the smallest district" }}')  # fmt: skip
    lines += ["", "# What the intervener would do: choices, not facts. Change them; `forbear model` lists every lever.", "[levers]"]  # fmt: skip
    lines += [_lever(answers, key, about[key].fact) for key in _LEVERS] + _orders(answers)
    return "\n".join(lines) + "\n"


def _orders(answers: Replies) -> list[str]:
    """Levers that follow from the dates: commitment falls to the exit, sovereignty comes before it."""
    assert answers.start is not None and answers.end is not None
    plan = 'source = "assumption: a first plan"'
    last = answers.exit if isinstance(answers.exit, datetime.date) else answers.end
    handed = answers.start + (last - answers.start) / 3
    held = answers.start if isinstance(answers.exit, datetime.date) else None
    lines = [
        f'"intervener.feasible" = {{ value = 1, {plan} }}      # the force is held to what can be raised',
        f'"politics.sovereignty" = {{ schedule = [[{handed}, 1]], before = 0, {plan} }}',
        f'"politics.election" = {{ pulses = [{handed + datetime.timedelta(days=180)}], {plan} }}',
    ]
    if held:
        middle = held + (last - held) / 2
        lines.append(
            f'"politics.commitment" = {{ schedule = [[{held}, 1], [{middle}, 1], [{last}, 0]], interpolation = "linear", {plan} }}'
        )
    if handed + datetime.timedelta(days=180) >= answers.end:
        del lines[2]
    return lines


def _lever(answers: Replies, key: str, lever: str) -> str:
    answer = answers.values[("intervention", "", key)]
    assert answers.start is not None
    source = answer.source.replace("assumption: a guess,", "assumption: a first plan,")
    tail = f"source = {_text(source)}"
    if key in ("force", "partners") and isinstance(answers.exit, datetime.date) and answer.value > 0:
        points = f"[[{answers.start}, {_number(answer.value)}], [{answers.exit}, 0]]"
        return f'{_text(lever)} = {{ schedule = {points}, interpolation = "step", {tail} }}'
    if key == "government_forces":
        raised = min(answers.start + datetime.timedelta(days=3 * 365), answers.end or answers.start)
        points = f"[[{answers.start}, 0], [{raised}, {_number(answer.value)}]]"
        return f'{_text(lever)} = {{ schedule = {points}, interpolation = "linear", {tail} }}'
    return f"{_text(lever)} = {{ value = {_number(answer.value)}, {tail} }}"


def _rivalry(answers: Replies) -> list[str]:
    if len(answers.communities) < 2:
        return []
    lines = ["[rivalry]      # how far the second community is a target of the first one's fighters"]
    for name in answers.communities:
        answer = answers.values[("communities", name, "rivalry")]
        span = f"range = [{_number(answer.span[0])}, {_number(answer.span[1])}], " if answer.span else ""
        others = ", ".join(f"{other} = {_number(answer.value)}" for other in answers.communities if other != name)
        lines.append(f"{name} = {{ {others}, {span}source = {_text(answer.source)} }}")
    return [*lines, ""]


def _line(key: str, answer: Answer) -> str:
    span = f", range = [{_number(answer.span[0])}, {_number(answer.span[1])}]" if answer.span else ""
    return f"{key} = {{ value = {_number(answer.value)}{span}, source = {_text(answer.source)} }}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.6g}"


def _text(value: str) -> str:
    plain = "".join(c for c in value if c == " " or c.isprintable())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list(names: Any) -> str:
    return "[" + ", ".join(map(_text, names)) + "]"


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _bool(value)
    return _text(value) if isinstance(value, str) else str(value)


def _error(code: str, message: str, value: str, allowed: str | None = None) -> FileError:
    return FileError(code, message, faults=(Fault(code, message, value=show(value), allowed=allowed),))
