"""What the report shows: which quantities, beside which observed series, in which words."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CHARTS", "MAPS", "Chart"]


@dataclass(frozen=True)
class Chart:
    """One fan chart: a quantity, its words, and medians of others beside it; unseen: what the caption adds where no
    observed series stands beside it."""

    quantity: str
    title: str
    unit: str
    section: str
    caption: str = ""
    others: tuple[tuple[str, str], ...] = ()
    scale: float = 1.0
    logarithmic: bool = False
    unseen: str = ""


CHARTS = (
    Chart(
        "observed_attacks",
        "Attacks in incident reports",
        "attacks a month",
        "violence",
        "What the simulated intervener would have counted, beside what was counted. Attacks on civilians are "
        "reported far less often than attacks on soldiers.",
        logarithmic=True,
    ),
    Chart(
        "observed_civilian_deaths",
        "Civilian deaths in press counts",
        "deaths a month",
        "violence",
        "A press count sees a fraction of deaths; that fraction is itself uncertain.",
        logarithmic=True,
    ),
    Chart(
        "deaths",
        "Civilian deaths, counted or not",
        "deaths a month",
        "violence",
        "All simulated civilian deaths by violence.",
        logarithmic=True,
        unseen=" No observed series shows this.",
    ),
    Chart(
        "observed_one_sided_deaths",
        "Deaths in attacks on civilians, event data",
        "deaths a month",
        "violence",
        "Event data tie deaths to a named actor and so hold a small share of them.",
        logarithmic=True,
    ),
    Chart(
        "observed_state_based_deaths", "Deaths in fighting, event data", "deaths a month", "violence", logarithmic=True
    ),
    Chart("observed_intervener_deaths", "Soldiers of the intervener killed", "deaths a month", "violence"),
    Chart(
        "fighters",
        "Fighters of all organisations",
        "persons",
        "violence",
        "Never observed; the spread is what the rough match leaves open.",
        logarithmic=True,
    ),
    Chart(
        "force",
        "Force, what rotation sustains, and the ceiling",
        "persons",
        "force",
        "The force is a forced input. The dashed lines are medians of what rotation could sustain and of the "
        "most that could be deployed.",
        (("sustainable_force", "sustainable by rotation (median)"), ("force_ceiling", "ceiling under strain (median)")),
    ),
    Chart("observed_government_forces", "Government forces on the payroll", "persons", "force"),
    Chart("observed_local_defence", "Local defence forces on the payroll", "persons", "force"),
    Chart("observed_electricity", "Electricity supplied", "MW", "life"),
    Chart(
        "observed_displaced",
        "Displaced people, registered",
        "persons",
        "life",
        "Inside the country and abroad together.",
    ),
    Chart(
        "governance",
        "Governance",
        "index, 0 to 1",
        "outcome",
        "Capacity, services, control, inclusion and democracy together (E44).",
    ),
    Chart("democracy", "Democracy", "index, 0 to 1", "outcome"),
    Chart("home_support", "Home support for the intervention", "share", "outcome"),
    Chart(
        "militants",
        "Internationally operating militants",
        "persons",
        "outcome",
        "Not identified by one case: mostly prior.",
    ),
    Chart(
        "cost_budget",
        "Budgetary cost since the start",
        "billion US$",
        "money",
        "Operations, reconstruction, local forces, added brigades and containment. Later cost of veterans is "
        "apart, below.",
        scale=1e-9,
    ),
    Chart(
        "cost_full",
        "Full cost since the start",
        "billion US$",
        "money",
        "Budgetary cost and the later cost of veterans and wounded.",
        scale=1e-9,
    ),
)

#: Monthly quantities mapped by district and year: name, title, unit.
MAPS = (
    ("observed_attacks", "Attacks in incident reports", "a year per 100,000 residents"),
    ("deaths", "Civilian deaths, counted or not", "a year per 100,000 residents"),
)

SECTIONS = {
    "violence": "Violence, beside what was counted",
    "force": "Forces",
    "life": "Services and displacement",
    "outcome": "What came of it",
    "money": "The ledger of money",
}
