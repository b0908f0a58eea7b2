"""Play mode, what a game or a class is begun with: read from a form or from an address, told in an address again."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from forbear.app.play.game import LARGEST_WORLD, LONGEST_AIM, LONGEST_GROUP, PACES
from forbear.errors import Fault, can_be_shown

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.scenario.casefiles.policies import Strategy

__all__ = ["DEFAULTS", "TURNS", "address_of", "checked_aim", "checked_group", "checked_settings", "filled", "playable"]

#: What a form or an address can set, with what holds where it is silent.
DEFAULTS = {
    "group": "",
    "strategy": "HISTORY",
    "months": "3",
    "world": "",
    "draws": "posterior",
    "feasible": "1",
    "aim": "",
    "minutes": "5",
    "title": "",
}
#: Months that the usual turn may last.
TURNS = tuple(pace for pace in PACES if 0 < pace <= 6)
_YES, _NO = ("1", "yes", "on", "true"), ("0", "no", "off", "false")


def filled(asked: Mapping[str, str]) -> dict[str, str]:
    """Settings with what holds where nothing is said. A link that is silent on feasibility keeps the force held to what
    can be raised: only `feasible=0` lets it go."""
    found = {**DEFAULTS, **asked}
    found["feasible"] = "0" if found["feasible"].strip().lower() in _NO else "1"
    return found


def address_of(asked: Mapping[str, str], path: str = "/play") -> str:
    """The address of a page that holds these settings; those that are as they would be anyhow are left out."""
    known = ("scenario", *DEFAULTS)
    kept = {k: v for k, v in asked.items() if k in known and v and (v != DEFAULTS.get(k) or k == "feasible")}
    return f"{path}?{urlencode(kept)}" if kept else path


def playable(country: Country) -> dict[str, Strategy]:
    """Strategies under which there is something to decide."""
    return {k: s for k, s in country.strategies.items() if s.settings.get("intervener.intervene", 1) != 0}


def checked_group(text: str, faults: list[Fault]) -> str:
    """The name of a group; what is none is a fault more (E210)."""
    if not 1 <= len(text) <= LONGEST_GROUP or not text.isprintable():
        allowed = f"1 to {LONGEST_GROUP} characters"
        faults.append(Fault("E210", "not a group's name", field="group", value=text[:80], allowed=allowed))
    return text


def checked_aim(text: str, faults: list[Fault]) -> str:
    """An aim in the group's own words, or nothing; what is none is a fault more (E210)."""
    text = " ".join(text.split())
    if len(text) > LONGEST_AIM or not can_be_shown(text):
        allowed = f"a sentence of at most {LONGEST_AIM} characters"
        faults.append(Fault("E210", "not an aim", field="aim", value=text[:80], allowed=allowed))
    return text


def checked_settings(country: Country, asked: Mapping[str, str], faults: list[Fault]) -> dict[str, Any]:
    """What a `Game` and a class have in common, from a form: scenario, hash, strategy, draws, world, months, feasible.

    Every value that cannot be meant is a fault more (E210, E241). Randomness: a world that is not named is chosen by
    the system's own.
    """
    months = asked.get("months", "")
    if months not in map(str, TURNS):
        allowed = ", ".join(map(str, TURNS))
        faults.append(Fault("E210", "not a length of a turn", field="months", value=months[:80], allowed=allowed))
    world = asked.get("world", "") or str(secrets.randbelow(999_999) + 1)
    if not re.fullmatch(r"[0-9]{1,10}", world) or int(world) > LARGEST_WORLD:
        allowed = f"0 to {LARGEST_WORLD}, or nothing"
        faults.append(Fault("E210", "not the number of a world", field="world", value=world[:80], allowed=allowed))
    draws = asked.get("draws", "posterior")
    if draws not in ("posterior", "prior"):
        faults.append(Fault("E210", "unknown draws", field="draws", value=draws[:80], allowed="posterior, prior"))
    strategy, known = asked.get("strategy", "HISTORY"), playable(country)
    if strategy not in known:
        allowed = ", ".join(known)
        said = "no such strategy to begin from"
        faults.append(Fault("E241", said, field="strategy", value=strategy[:80], allowed=allowed))
    if faults:
        return {}
    return {
        "scenario": country.key,
        "hash": country.problem.hash,
        "strategy": strategy,
        "draws": country.draws(draws),
        "world": int(world),
        "months": int(months),
        "feasible": asked.get("feasible") in _YES,
    }
