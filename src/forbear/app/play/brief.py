"""Play mode, the opening brief: map, situation, roles, aims and rules of a game, made of the scenario, for the printer.

It tells what a government can know before its first order: who lives where, what is planned, what can be decided. The
number of the world and everything that is drawn with it stay out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.app.play.cards import BARE, planned_words
from forbear.app.play.charts import ROWS
from forbear.app.play.game import GROUPS, month_words, offered
from forbear.app.play.maps import people_map
from forbear.country.model import MODEL
from forbear.figures.spec import approximately

if TYPE_CHECKING:
    from forbear.app.country import Country

__all__ = ["AIM", "AIMS", "ROLES", "brief_of"]

#: What a group is after where it says nothing else.
AIM = "Leave a country in which fewer people are killed, at a price that home will bear."
#: Role, what it answers for, the question that it asks before each decision.
ROLES = (
    ("Head of government", "decides, and says why in one sentence", "Which number would make us leave?"),
    (
        "Commander",
        "own soldiers and partners, how they fight, what can be sent",
        "How many can rotation sustain, and for how long?",
    ),
    (
        "Envoy",
        "the division of power, deals, the old army and officials, services",
        "Who loses by this, and what can they do?",
    ),
    (
        "Treasurer and spokesperson",
        "the bill, support at home, the range that is expected each turn",
        "What do we expect, and were we right last time?",
    ),
    ("Devil\u2019s advocate", "argues against whatever is about to be decided", "What if reports miss half of it?"),
)
#: What every government is measured by; nothing adds them up.
AIMS = (
    "Few people killed: civilians first, then your own soldiers and local ones.",
    "A government that can stand when you leave, and people who need not flee.",
    "A bill and a presence that home supports to the end.",
)


def brief_of(country: Country, plan: dict[str, Any], aim: str) -> dict[str, Any]:
    """What the brief's page shows.

    plan: problem, title, months, feasible, of the plan that holds where nothing is decided. No randomness.
    """
    scenario, problem = country.scenario, plan["problem"]
    people = np.asarray(problem.facts["population_at_start"], dtype=float)
    names = {name: scenario.title_of("district", name) for name in problem.names["district"]}
    communities = [scenario.title_of("community", name) for name in problem.names["community"]]
    shares = people.sum(axis=0) / max(people.sum(), 1.0)
    by_district = people.sum(axis=1)
    step = 0
    levers = [
        (group, [(spec.label, _start(problem, spec.key)) for spec in offered(problem, step) if spec.group == group])
        for group in GROUPS
    ]
    return {
        "country": country,
        "aim": aim or AIM,
        "aims": AIMS,
        "roles": ROLES,
        "map": people_map(country, names, [float(v) for v in by_district]),
        "districts": sorted(
            ((names[name], approximately(float(by_district[k]))) for k, name in enumerate(names)),
            key=lambda row: row[0],
        ),
        "population": approximately(float(people.sum())),
        "communities": [(title, f"{100 * share:.0f}") for title, share in zip(communities, shares, strict=True)],
        "organisations": [scenario.title_of("organisation", name) for name in problem.names["organisation"]],
        "first": month_words(problem.month_labels[0]),
        "last": month_words(problem.month_labels[-1]),
        "turns": -(-len(problem.month_labels) // plan["months"]),
        "months": plan["months"],
        "feasible": plan["feasible"],
        "plan": plan["title"],
        "levers": levers,
        "seen": [title for _, title, _, _ in ROWS],
    }


def _start(problem: Any, key: str) -> str:
    """The plan's value of a lever at the start, in words, with its unit where it has one that is said."""
    lever = MODEL.levers[key]
    value = planned_words(lever, float(np.asarray(problem.levers[lever.name], dtype=float)[0]))
    return f"{value} {lever.unit}" if lever.unit not in (*BARE, "persons") else value
