"""Stress strategies: where each fails, which uncertainties move the outcome, what would be worth knowing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.discovery import stress as discovery
from forbear.ensemble.places import using
from forbear.errors import ScenarioError, nearest
from forbear.files import write_json
from forbear.integers import seed_of, workers_of
from forbear.questions.compare import known_outcomes
from forbear.scenario.casefiles.policies import Strategy, load_strategies, never_intervening
from forbear.scenario.outcomes import OBJECTIVES, OUTCOMES
from forbear.words import span
from forbear.workflow.arguments import count, meter_of, scenario_of
from forbear.workflow.given import Given, resolve

if TYPE_CHECKING:
    import pandas as pd

    from forbear.ensemble.cluster import Cluster
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["JUDGED", "Stress", "stress", "thresholds_of"]

#: Beside the objectives and the outcome by which a strategy fails.
JUDGED = ("success", "order", "inclusion", "services", "force", "unsustainable", "violence_at_end")
#: Draws below which indices and the value of information say nothing (80 that stay finite).
FEWEST = 96
LEVELS = ("p05", "p25", "p50", "p75", "p95")


@dataclass(frozen=True, repr=False)
class Stress:
    """Strategies under every draw. results: plain numbers, as `save` writes them; given: what was drawn from, in words."""

    results: Mapping[str, Any]
    given: str
    draws: int

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def to_frame(self) -> pd.DataFrame:
        """A row for each strategy and outcome: p05 to p95 in `unit`, and of objectives the ninetieth percentile of regret.

        Worlds without the intervention are bands by assumption (`assumed`): they have no regret and are ranked with none.
        """
        import pandas as pd  # heavy: only who asks for a table waits for it

        rows = []
        for name, row in self.results["rows"].items():
            for outcome, values in row["outcomes"].items():
                regret = row.get("regret", {}).get(outcome, {}).get("p90")
                told = {"strategy": name, "outcome": outcome, "unit": OUTCOMES[outcome].unit, "assumed": row["assumed"]}
                rows.append({**told, **dict(zip(LEVELS, values, strict=True)), "regret_p90": regret})
        return pd.DataFrame(rows).set_index(["strategy", "outcome"])

    def save(self, path: str | Path) -> Path:
        """Write all numbers as JSON, whole or not at all. Raises FileError E103."""
        return write_json(path, _plain(self.results))

    def lines(self) -> list[str]:
        """For a terminal."""
        found = self.results
        enough = ", ".join(f"{name} {level:.2g}" for name, level in found["thresholds"].items())
        out = [f"{self.draws} {self.given}; good enough: {enough}"]
        out.append(
            f"{'strategy':<26}{'deaths':>24}{'soldiers':>16}{'billion $':>16}{'order':>7}{'pareto':>8}{'enough':>8}"
            f"{'p90 regret, deaths':>20}"
        )
        out += [_row(name, row) for name, row in found["rows"].items()]
        out.append(f"no strategy at all is good enough in {found['nothing_satisfices']:.0%} of draws")
        out += [text for name, boxes in found["boxes"].items() if (text := self._box(name, boxes))]
        if "information" in found:
            worth = found["information"]
            rows = ", ".join(f"{r['name']} {r['value']:,.2g}" for r in worth["rows"]) or "no single parameter"
            out.append(
                f"worth knowing for {' against '.join(worth['pair'])} ({worth['outcome']}): {rows}; "
                f"everything {worth['perfect']:,.2g}"
            )
        return out

    def _box(self, name: str, boxes: Mapping[str, Any]) -> str:
        if not boxes["box"]:
            return ""
        failure = self.results["failure"]
        fails = f"{name} fails ({failure['outcome']} beyond {failure['level']:,.3g}) in {boxes['share']:.0%}"
        if not boxes["box"]["limits"]:
            return f"{fails}; no range of parameters tells where"
        limits = "; ".join(
            f"{limit['name']} {limit['low'] or 0:.2f} to {1 if limit['high'] is None else limit['high']:.2f}"
            for limit in boxes["box"]["limits"]
        )
        return f"{fails}; {boxes['box']['density']:.0%} of draws in the box: {limits}"


def stress(
    scenario: Scenario | str | Path,
    strategies: Sequence[str] | Mapping[str, Strategy] | None = None,
    *,
    files: Iterable[str | Path] = (),
    given: str | Path | Posterior | Given | None = None,
    outcome: str = "deaths",
    fails_beyond: float | None = None,
    thresholds: Mapping[str, float] | None = None,
    members: int = 256,
    replications: int = 1,
    seed: int = 1,
    cluster: str | Cluster | None = None,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Stress:
    """Run every strategy under every draw: objectives apart, regret, satisficing, Pareto set, where each fails and why.

    Parameters
    ----------
    scenario
        A scenario, or its name in the library, or a path.
    strategies
        Names (HISTORY and strategies under which nobody intervenes are always there), or strategies of your own by name; all of the
        scenario when None.
    files
        Strategy files of your own beside those of the scenario.
    given
        As for `simulate`.
    outcome, fails_beyond
        What a strategy fails by, and the level, in the outcome's unit, beyond which it has failed; history's median
        when None.
    thresholds
        Objective -> level that is good enough, in the objective's unit; relative to history when None.
    members, replications
        Draws of the uncertainties, at least 96, and runs of each.
    seed
        Names all randomness; all strategies share draws and luck.
    cluster, workers, progress
        As for `simulate`.

    Returns
    -------
    Stress
        `.to_frame()`, `.lines()`, `.results`, `.save(path)`.

    Raises
    ------
    ScenarioError
        E241 for an unknown strategy, outcome or objective.
    FitError, RunError
        As `simulate`.

    Examples
    --------
    >>> import forbear as fb
    >>> double = fb.Strategy("DOUBLE", "Twice the force", "intervention", {"intervener.force": "*2"})
    >>> found = fb.stress("meadow", {"DOUBLE": double}, given="prior", members=96)
    >>> sorted(set(found.to_frame().index.get_level_values("strategy")))
    ['DOUBLE', 'HISTORY']
    """
    opened = scenario_of(scenario)
    known_outcomes([outcome])
    for name in thresholds or {}:
        if name not in OBJECTIVES:
            raise ScenarioError("E241", f"{name!r} is no objective", hint=", ".join(OBJECTIVES))
    chosen = _chosen(opened, strategies, files)
    meter = meter_of(progress)
    found = resolve(opened, given, progress=meter if progress else None)
    worlds = found.worlds(
        opened,
        members=count(members, "members", FEWEST),
        replications=count(replications, "replications"),
        seed=seed_of(seed),
        workers=workers_of(workers),
        outcomes=tuple(dict.fromkeys([*OBJECTIVES, outcome, *JUDGED])),
        meter=meter,
    )
    with using(cluster):
        results = discovery.stress(
            worlds,
            chosen,
            outcome=outcome,
            fails_beyond=fails_beyond,
            thresholds=dict(thresholds) if thresholds else None,
            seed=seed_of(seed),
        )
    return Stress(results, found.words, worlds.members)


def thresholds_of(words: Iterable[str]) -> dict[str, float]:
    """Levels from settings such as "deaths=50000". Raises ScenarioError E240 for what is none."""
    levels = {}
    for text in words:
        name, _, value = text.partition("=")
        try:
            levels[name] = float(value)
        except ValueError:
            raise ScenarioError("E240", f"{text!r} is no threshold", hint="deaths=50000") from None
    return levels


def _chosen(
    scenario: Scenario, wanted: Sequence[str] | Mapping[str, Strategy] | None, files: Iterable[str | Path]
) -> dict[str, Strategy]:
    known = load_strategies(scenario, files)
    if isinstance(wanted, Mapping):
        return {"HISTORY": known["HISTORY"], **wanted}
    if wanted is None:
        return known
    names = dict.fromkeys(["HISTORY", *sorted(never_intervening(known, scenario)), *wanted])
    for name in names:
        if name not in known:
            close = nearest(name, known)
            raise ScenarioError(
                "E241", f"no strategy is called {name!r}", hint=f"did you mean {close or ', '.join(known)}?"
            )
    return {name: known[name] for name in names}


def _row(name: str, row: Mapping[str, Any]) -> str:
    spans = [row["outcomes"][outcome] for outcome in ("deaths", "intervener_deaths", "cost")]
    if row["assumed"]:  # ends in one digit and no middle, as in the report
        deaths, soldiers, cost = (span(v[0], v[4], 1) for v in spans)
        return f"{name:<26}{deaths:>24}{soldiers:>16}{cost:>16}  by assumption: a band, not ranked"
    words = [f"{v[0]:,.2g} to {v[4]:,.2g}" if v[4] < 1e3 else f"{v[0]:,.0f} to {v[4]:,.0f}" for v in spans]
    tail = f"{row['pareto']:>8.0%}{row['satisficing']:>8.0%}{row['regret']['deaths']['p90']:>20,.0f}"
    order = f"{row['outcomes']['order'][2]:.0%}"
    return f"{name:<26}{words[0]:>24}{words[1]:>16}{words[2]:>16}{order:>7}{tail}"


def _plain(value: Any) -> Any:
    """Numbers of Python; not-a-number becomes null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, str | bool | int) or value is None:
        return value
    number = float(value)
    return number if number == number and abs(number) != float("inf") else None
