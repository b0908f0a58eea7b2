"""Which remedies account for how much of the failure: Shapley values over draws with shared luck, and what no remedy reaches.

The worth of a coalition of remedies is minus the logarithm of civilian deaths, governance at the end, or the chance of
order (calm, inclusive, governed in the last year), with the remedies of the coalition applied and history otherwise (section 8 of the model document).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.errors import ScenarioError
from forbear.questions.shapley import interaction_index, permutations, shapley_exact, shapley_sampled
from forbear.questions.worlds import Worlds

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["Attribution", "Player", "attribute", "load_players"]

#: Up to so many players every coalition is run; above, orders are sampled.
EXACT = 6
WORTHS = ("deaths", "governance", "order")


@dataclass(frozen=True)
class Player:
    """A remedy: lever settings, or parameters set to a value in every draw."""

    name: str
    title: str
    settings: dict[str, Any]
    parameters: dict[str, float]


@dataclass(frozen=True)
class Attribution:
    """values: worth -> (players, draws); error: worth -> (players,) Monte Carlo error of the mean over draws; total: worth ->
    (draws,), all remedied minus history; interaction: worth -> (players, players) means, only where exact; grand, history:
    outcome -> (draws,) with all remedies and with none; singles: outcome -> (players, draws) each remedy alone."""

    game: str
    players: tuple[Player, ...]
    values: dict[str, np.ndarray]
    error: dict[str, np.ndarray]
    total: dict[str, np.ndarray]
    interaction: dict[str, np.ndarray]
    grand: dict[str, np.ndarray]
    history: dict[str, np.ndarray]
    coalitions: int
    exact: bool

    def __repr__(self) -> str:
        first = self.rows()[0]
        return f"<Attribution over {len(self.players)} {self.game}, {self.coalitions} coalitions; most on deaths: {first['title']} {first['p50']:.2g} ({first['p05']:.2g} to {first['p95']:.2g})>"

    def _repr_html_(self) -> str:
        from forbear.representation import html_of

        return html_of(self)

    def rows(self, worth: str = "deaths") -> list[dict[str, Any]]:
        """Players by median value, with 50 and 90 per cent bands over draws."""
        out = []
        for place, player in enumerate(self.players):
            drawn = self.values[worth][place]
            p05, p25, p50, p75, p95 = (float(v) for v in np.nanquantile(drawn, [0.05, 0.25, 0.5, 0.75, 0.95]))
            out.append(
                {"name": player.name, "title": player.title, "p05": p05, "p25": p25, "p50": p50, "p75": p75, "p95": p95,
                 "mean": float(np.nanmean(drawn)), "error": float(self.error[worth][place]), "helps": float(np.nanmean(drawn > 0))}
            )  # fmt: skip
        return sorted(out, key=lambda row: -row["p50"])

    def unattributed(self) -> dict[str, float]:
        """The chance of order with everything remedied, with nothing, and deaths that remain."""
        return {
            "order_remedied": float(np.nanmean(self.grand["order"])),
            "order_history": float(np.nanmean(self.history["order"])),
            "deaths_remaining": float(np.nanmedian((self.grand["deaths"] + 1.0) / (self.history["deaths"] + 1.0))),
            "governance_remedied": float(np.nanmedian(self.grand["governance"])),
            "governance_history": float(np.nanmedian(self.history["governance"])),
        }


def load_players(scenario: Scenario, game: str = "levers", *, feasible: bool = False) -> tuple[Player, ...]:
    """The remedies beside a scenario. Raises ScenarioError E250 where there are none."""
    path = scenario.beside("remedies.toml")
    if path is None or not path.exists():
        raise ScenarioError(
            "E250", f"{scenario.name} has no remedies.toml beside it", hint="copy the one of iraq-2003 and edit"
        )
    plan = tomllib.loads(path.read_text(encoding="utf-8")).get(game, {})
    if len(plan) < 2:
        raise ScenarioError("E250", f"{path.name} names fewer than two remedies in [{game}.NAME]")
    return tuple(
        Player(
            name, entry["title"], dict(entry["feasible"] if feasible and "feasible" in entry else entry.get("settings", {})),
            {k: float(v) for k, v in entry.get("parameters", {}).items()},
        )
        for name, entry in plan.items()
    )  # fmt: skip


def attribute(
    worlds: Worlds, players: Sequence[Player], *, game: str = "levers", orders: int = 16, seed: int = 1
) -> Attribution:
    """Shapley values of the players over the worlds' draws.

    Exact for up to six players, else by antithetic orders. Randomness: orders from the stream "shapley permutations".
    """
    n = len(players)
    exact = n <= EXACT
    if exact:
        masks = [[bool(mask >> k & 1) for k in range(n)] for mask in range(2**n)]
        coalitions = np.array(masks)
    else:
        plan = permutations(n, orders, seed)
        coalitions, places = plan.distinct()
    worths: dict[str, list[np.ndarray]] = {w: [] for w in WORTHS}
    grand: dict[str, np.ndarray] = {}
    history: dict[str, np.ndarray] = {}
    worlds.meter.start(len(coalitions), f"attribution: {len(coalitions)} coalitions of {n} {game}")
    for coalition in coalitions:
        name = _run(worlds, [p for p, inside in zip(players, coalition, strict=True) if inside])
        for worth in WORTHS:
            value = worlds.values(name, worth)
            worths[worth].append(-np.log(value + 1.0) if worth == "deaths" else value)
        if coalition.all() or not coalition.any():
            target = grand if coalition.all() else history
            target.update({w: worlds.values(name, w) for w in WORTHS})
        worlds.meter.advance(1)
    worlds.meter.finish()
    values, error, total, interaction = {}, {}, {}, {}
    healthy = np.isfinite(np.stack([np.stack(v) for v in worths.values()])).all(axis=(0, 1))
    for worth, found in worths.items():
        stacked = np.stack(found)[:, healthy]
        full = np.full((n, len(healthy)), np.nan)
        if exact:
            full[:, healthy] = shapley_exact(stacked)
            error[worth] = np.zeros(n)
            interaction[worth] = np.nan_to_num(interaction_index(stacked)).mean(axis=2)
            difference = stacked[-1] - stacked[0]
        else:
            prefix = stacked[places]
            full[:, healthy] = shapley_sampled(prefix, plan.orders).values
            error[worth] = shapley_sampled(prefix.mean(axis=2, keepdims=True), plan.orders).standard_errors[:, 0]
            difference = prefix[0, -1] - prefix[0, 0]
        values[worth] = full
        total[worth] = difference
    return Attribution(game, tuple(players), values, error, total, interaction, grand, history, len(coalitions), exact)


def _run(worlds: Worlds, chosen: Sequence[Player]) -> str:
    """Run history with the chosen remedies; return the name under which it is kept."""
    name = "+".join(sorted(p.name for p in chosen)) or "HISTORY"
    settings: dict[str, Any] = {}
    parameters: dict[str, float] = {}
    for player in chosen:
        settings |= player.settings
        parameters |= player.parameters
    scenario = worlds.scenario.with_levers(settings, name=name) if settings else worlds.scenario
    worlds.run(name if name == "HISTORY" else f"remedied: {name} {sorted(settings)}", scenario, parameters)
    return name if name == "HISTORY" else f"remedied: {name} {sorted(settings)}"


def as_dict(found: Attribution) -> Mapping[str, Any]:
    """Plain numbers for files and pages."""
    return {
        "game": found.game, "exact": found.exact, "coalitions": found.coalitions,
        "rows": {w: found.rows(w) for w in WORTHS},
        "total": {w: [float(v) for v in np.nanquantile(t, [0.05, 0.5, 0.95])] for w, t in found.total.items()},
        "interaction": {w: np.nan_to_num(i).tolist() for w, i in found.interaction.items()},
        "players": [p.name for p in found.players],
        "unattributed": found.unattributed(),
    }  # fmt: skip
