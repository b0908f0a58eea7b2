"""What accounts for the failure: one section for each game of the attribution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.kinds import Drawn, drawn
from forbear.figures.spec import Figure
from forbear.questions.results import AttributionResult
from forbear.words import approximately, percent

__all__ = ["GameSection", "game_sections", "remedies_figure"]

TITLES = {
    "levers": "Remedies, idealised",
    "feasible": "Remedies, as far as they could have been had",
    "structure": "Structure: what would have had to be otherwise",
}
#: Pairs that are told.
PAIRS = 4


@dataclass(frozen=True)
class GameSection:
    """A picture, what no remedy reaches in words, and the strongest pairs."""

    chart: Drawn
    words: str
    pairs: list[str]


def game_sections(games: Mapping[str, AttributionResult]) -> list[GameSection]:
    """One section for each game that was played."""
    return [GameSection(drawn(_figure(name, found)), _rest(found), _pairs(found)) for name, found in games.items()]


def _figure(name: str, found: AttributionResult) -> Figure:
    rows = [IntervalRow(share.title, "", *share.part) for share in found.rows["deaths"]]
    return intervals(
        f"attribution-{name}",
        TITLES[name],
        "part of the fall in the logarithm of deaths (above 0: fewer; 0.1 is about a tenth)",
        rows,
        reference=0.0,
        error=_error(found),
        caption="Shapley values over posterior draws: how much each adds on average over all orders in which "
        "they could be "
        "added. Bars over draws.",
    )


def remedies_figure(game: str, found: AttributionResult, most: int = 10) -> Figure:
    """What each remedy of a game adds, the first `most` of them, for the brief."""
    reach = "as far as it could have been had" if game == "feasible" else "in full"
    return intervals(
        "brief-remedies",
        f"What each remedy adds, {reach}",
        "part of the fall in the logarithm of deaths (0.1 is about a tenth)",
        [IntervalRow(share.title, "", *share.part) for share in found.rows["deaths"][:most]],
        reference=0.0,
        sides=("more deaths", "fewer deaths"),
        error=_error(found),
        caption="On average over all orders in which they could be added (Shapley values): median, half and nine "
        "tenths of draws.",
    )


def _error(found: AttributionResult) -> float:
    """From which difference parts of a game are told apart: the error of sampled orders, at least a hundredth."""
    return max([0.01, *(share.error for share in found.rows["deaths"] if share.error == share.error)])


def _rest(found: AttributionResult) -> str:
    rest = found.unattributed
    words = (
        f"With everything here remedied, deaths would be {approximately(rest.deaths_remaining)} times history's "
        "(median), "
        f"and the chance of a calm, included and governed country in the last year {percent(rest.order_remedied)} "
        f"(history {percent(rest.order_history)}). "
    )
    if found.exact:
        return words + "Every coalition was run."
    errors = [share.error for share in found.rows["deaths"] if share.error == share.error]
    error = f"{max(errors):.1g}" if errors else "not known"
    return f"{words}{found.coalitions} coalitions along sampled orders; Monte Carlo error at most {error}."


def _pairs(found: AttributionResult) -> list[str]:
    """The strongest interactions, where every coalition was run."""
    titles = {share.name: share.title for share in found.rows["deaths"]}
    matrix, names = found.interaction.get("deaths"), [f"“{titles.get(name, name)}”" for name in found.players]
    if not matrix:
        return []
    pairs = [(matrix[i][j], names[i], names[j]) for i in range(len(names)) for j in range(i + 1, len(names))]
    pairs.sort(key=lambda pair: -abs(pair[0]))
    return [
        f"{a} and {b}: {'more' if v > 0 else 'less'} together than apart by {abs(v):.2f}" for v, a, b in pairs[:PAIRS]
    ]
