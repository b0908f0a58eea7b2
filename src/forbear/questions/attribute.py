"""Which remedies account for how much of the failure: Shapley values over draws with common random numbers, and what
no remedy reaches.
 The worth of a coalition of remedies is minus the logarithm of civilian deaths, governance at the end, or the chance
of order (calm, inclusive, governed in the last year), with the remedies of the coalition applied and history
otherwise (section 8 of the model document)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.questions.policy_runs import PolicyRuns, run_side_by_side
from forbear.questions.results import AttributionResult, PlayerShare, Quantiles, Three, Unattributed
from forbear.questions.shapley import interaction_index, permutations, shapley_exact, shapley_sampled
from forbear.representation import html_of, plot_of
from forbear.words import approximately

if TYPE_CHECKING:
    import pandas as pd

    from forbear.ensemble.pieces import BlockRun
    from forbear.questions.shapley import PermutationPlan
    from forbear.scenario.casefiles.remedies import Remedy
    from forbear.scenario.scenario import Scenario

__all__ = ["Attribution", "attribute", "planned"]

#: Up to so many players every coalition is run; above, orders are sampled.
EXACT = 6
WORTHS = ("deaths", "governance", "order")


@dataclass(frozen=True)
class Attribution:
    """values: worth -> (players, draws); error: worth -> (players,) Monte Carlo error of the mean over draws; total:
    worth -> (draws,), all remedied minus history; interaction: worth -> (players, players) means, only where exact;
    grand, history: outcome -> (draws,) with all remedies and with none; singles: outcome -> (players, draws) each
    remedy alone."""

    game: str
    players: tuple[Remedy, ...]
    values: dict[str, np.ndarray]
    error: dict[str, np.ndarray]
    total: dict[str, np.ndarray]
    interaction: dict[str, np.ndarray]
    grand: dict[str, np.ndarray]
    history: dict[str, np.ndarray]
    coalitions: int
    exact: bool

    def __repr__(self) -> str:
        first = self.shares()[0]
        low, _, middle, _, high = (approximately(v) for v in first.part)
        many = f"{len(self.players)} {self.game}, {self.coalitions} coalitions"
        return f"<Attribution over {many}; most on deaths: {first.title} {middle} ({low} to {high})>"

    def _repr_html_(self) -> str:
        return html_of(self)

    def plot(self, worth: str = "deaths") -> object:
        """A picture of what each remedy adds. Raises RunError E401 for an unknown worth."""
        return plot_of("attribution", self, worth)

    def to_frame(self, worth: str = "deaths") -> pd.DataFrame:
        """A row for each remedy, by median value: p05 to p95 over draws, mean, Monte Carlo error, share that helps."""
        import pandas as pd  # heavy: only who asks for a table waits for it

        rows = [
            {"name": s.name, "title": s.title, **s.part._asdict(), "mean": s.mean, "error": s.error, "helps": s.helps}
            for s in self.shares(worth)
        ]
        return pd.DataFrame(rows).set_index("name")

    def shares(self, worth: str = "deaths") -> tuple[PlayerShare, ...]:
        """Players by median value, with quantiles over draws."""
        out = []
        for place, player in enumerate(self.players):
            drawn = self.values[worth][place]
            error, helps = float(self.error[worth][place]), float(np.nanmean(drawn > 0))
            part, mean = Quantiles.of(drawn), float(np.nanmean(drawn))
            out.append(PlayerShare(player.name, player.title, part, mean, error, helps))
        return tuple(sorted(out, key=lambda share: -share.part.p50))

    def unattributed(self) -> Unattributed:
        """The chance of order with everything remedied, with nothing, and deaths that remain."""
        return Unattributed(
            order_remedied=float(np.nanmean(self.grand["order"])),
            order_history=float(np.nanmean(self.history["order"])),
            deaths_remaining=float(np.nanmedian((self.grand["deaths"] + 1.0) / (self.history["deaths"] + 1.0))),
            governance_remedied=float(np.nanmedian(self.grand["governance"])),
            governance_history=float(np.nanmedian(self.history["governance"])),
        )

    def result(self, runs: int) -> AttributionResult:
        """Plain numbers for files and pages. runs: members that were simulated."""
        return AttributionResult(
            self.game,
            self.exact,
            self.coalitions,
            tuple(p.name for p in self.players),
            {worth: self.shares(worth) for worth in WORTHS},
            {
                worth: Three(*(float(v) for v in np.nanquantile(t, [0.05, 0.5, 0.95])))
                for worth, t in self.total.items()
            },
            {worth: _square(np.nan_to_num(i)) for worth, i in self.interaction.items()},
            self.unattributed(),
            self.values["deaths"].shape[1],
            runs,
        )


def _square(values: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(v) for v in row) for row in values)


def attribute(
    runs: PolicyRuns, players: Sequence[Remedy], *, game: str = "levers", orders: int = 16, seed: int = 1
) -> Attribution:
    """Shapley values of the players over the draws of `runs`.

    Exact for up to six players, else by antithetic orders. Randomness: orders from the stream "shapley permutations".
    Raises as `PolicyRuns.run`.
    """
    n = len(players)
    plan, coalitions, places = _plan(n, orders, seed)
    worths, grand, history = _coalitions(runs, players, coalitions, game)
    healthy = np.isfinite(np.stack(list(worths.values()))).all(axis=(0, 1))
    values, error, total, interaction = {}, {}, {}, {}
    for worth, found in worths.items():
        stacked = found[:, healthy]
        full = np.full((n, len(healthy)), np.nan)
        if plan is None:
            full[:, healthy] = shapley_exact(stacked)
            error[worth] = np.zeros(n)
            interaction[worth] = np.nan_to_num(interaction_index(stacked)).mean(axis=2)
            total[worth] = stacked[-1] - stacked[0]
        else:
            prefix = stacked[places]
            full[:, healthy] = shapley_sampled(prefix, plan.orders).values
            error[worth] = shapley_sampled(prefix.mean(axis=2, keepdims=True), plan.orders).standard_errors[:, 0]
            total[worth] = prefix[0, -1] - prefix[0, 0]
        values[worth] = full
    many = len(coalitions)
    return Attribution(game, tuple(players), values, error, total, interaction, grand, history, many, plan is None)


def planned(
    runs: PolicyRuns, players: Sequence[Remedy], *, orders: int = 16, seed: int = 1, alone: bool = True
) -> list[BlockRun | None]:
    """Every coalition that `attribute` will ask for, as runs that wait in a list; None for those run before."""
    _, coalitions, _ = _plan(len(players), orders, seed)
    asked = (_policy(runs, _chosen(players, coalition)) for coalition in coalitions)
    return [runs.planned(*policy, alone=alone) for policy in asked]


def _plan(n: int, orders: int, seed: int) -> tuple[PermutationPlan | None, np.ndarray, np.ndarray]:
    """Sampled orders (None where every coalition is run), the coalitions, and where each order finds its own."""
    if n <= EXACT:
        return None, np.array([[bool(mask >> k & 1) for k in range(n)] for mask in range(2**n)]), np.zeros(0, dtype=int)
    plan = permutations(n, orders, seed)
    return plan, *plan.distinct()


def _chosen(players: Sequence[Remedy], coalition: np.ndarray) -> list[Remedy]:
    return [player for player, inside in zip(players, coalition, strict=True) if inside]


def _coalitions(
    runs: PolicyRuns, players: Sequence[Remedy], coalitions: np.ndarray, game: str
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Run every coalition: worth -> (coalitions, members); outcomes with all remedies, and with none."""
    worths: dict[str, list[np.ndarray]] = {w: [] for w in WORTHS}
    grand: dict[str, np.ndarray] = {}
    history: dict[str, np.ndarray] = {}
    runs.meter.start(len(coalitions), f"attribution: {len(coalitions)} coalitions of {len(players)} {game}")
    policies = [_policy(runs, _chosen(players, coalition)) for coalition in coalitions]
    run_side_by_side([runs.planned(*policy, alone=False) for policy in policies], runs.workers, runs.meter)
    for coalition, (name, _, _) in zip(coalitions, policies, strict=True):
        for worth in WORTHS:
            value = runs.values(name, worth)
            worths[worth].append(-np.log(value + 1.0) if worth == "deaths" else value)
        if coalition.all() or not coalition.any():
            target = grand if coalition.all() else history
            target.update({w: runs.values(name, w) for w in WORTHS})
    runs.meter.finish()
    return {worth: np.stack(found) for worth, found in worths.items()}, grand, history


def _policy(runs: PolicyRuns, chosen: Sequence[Remedy]) -> tuple[str, Scenario, dict[str, float]]:
    """History with the chosen remedies: the name under which it is kept, the scenario, parameters replaced."""
    together = "+".join(sorted(p.name for p in chosen)) or "HISTORY"
    settings: dict[str, Any] = {}
    parameters: dict[str, float] = {}
    for player in chosen:
        settings |= player.settings
        parameters |= player.parameters
    scenario = runs.scenario.with_levers(settings, name=together) if settings else runs.scenario
    name = together if together == "HISTORY" else f"remedied: {together} {sorted(settings)}"
    return name, scenario, parameters
