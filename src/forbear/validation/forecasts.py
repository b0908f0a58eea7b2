"""Rolling forecasts by a fit that has not seen the months it forecasts, and of the years after a scenario's end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.inference.data import gather
from forbear.inference.forecast.comparison import GROUPS, skill_table
from forbear.inference.forecast.judgement import judgement
from forbear.inference.forecast.rolling import MODEL_NAME, roll
from forbear.inference.settings import FULL, QUICK
from forbear.inference.space import Space
from forbear.scenario.scenario import Scenario
from forbear.validation.context import Context
from forbear.validation.ending import Later, later_numbers
from forbear.validation.holdout import district_series, holdout, holdout_month
from forbear.words import percent

if TYPE_CHECKING:
    from forbear.inference.forecast.rolling import Rolling

__all__ = ["Afterwards", "Calibrated", "Forecasts", "Skill", "afterwards", "forecasts"]


@dataclass(frozen=True)
class Skill:
    """Model over one baseline for a group of horizons, as `skill_table` gives it: CRPS ratio (below 1 the model is
    nearer the truth) and difference of log scores (below 0 it is), each with its 90 per cent interval; test of Diebold
    and Mariano."""

    model: str
    baseline: str
    horizons: str
    cells: float
    months: float
    crps_ratio: float
    crps_ratio_low: float
    crps_ratio_high: float
    log_score_difference: float
    log_score_difference_low: float
    log_score_difference_high: float
    dm_statistic: float
    dm_p_value: float


#: level -> model -> name of a summary (coverage_50_randomised ...) -> its value
Calibrated = Mapping[str, Mapping[str, Mapping[str, float]]]


@dataclass(frozen=True)
class Afterwards:
    """Years after a scenario's end, under its forcing carried on by the file beside it. observed, median: year ->
    deaths."""

    origin: str
    tables: Mapping[str, tuple[Skill, ...]]
    observed: Mapping[str, float]
    median: Mapping[str, float]
    calibration: Calibrated


@dataclass(frozen=True)
class Forecasts:
    """series: by district and month, judged from the origins; tables, calibration: by level (district, country); word,
    banner, checks: the judgement that was set down beforehand; fit: what the judged fit's own gates say against it;
    later: national numbers after that fit; afterwards: years after the scenario."""

    series: tuple[str, ...]
    origins: tuple[str, ...]
    word: str
    banner: str
    tables: Mapping[str, tuple[Skill, ...]]
    checks: Mapping[str, tuple[bool, float]]
    calibration: Calibrated
    pit: tuple[int, ...]
    fit: tuple[str, ...]
    later: Later | None = None
    afterwards: Afterwards | None = None

    def lines(self) -> list[str]:
        """For a terminal."""
        lines = [
            "Fitted to the years before, does it foresee the months after better than rules that know no cause? "
            "Below 1: the model is better."
        ]
        lines += _skill_lines(self.tables)
        lines += _coverage_lines(self.calibration)
        if self.later is not None:
            lines += _later_lines(self.later)
        if self.afterwards is not None:
            after = self.afterwards
            years = "; ".join(
                f"{y}: {after.observed[y]:,.0f} observed, {after.median[y]:,.0f} foreseen" for y in after.observed
            )
            lines.append(
                f"from {after.origin}, which no fit has seen, with departure and the war next door as a scenario: "
                f"{years}"
            )
            lines += _skill_lines(after.tables) + _coverage_lines(after.calibration)
        lines += [f"  of the judged fit: {fault}" for fault in self.fit]
        lines.append(f"judgement: {self.word}. {self.banner}")
        return lines


def _skill_lines(tables: Mapping[str, Sequence[Skill]]) -> list[str]:
    lines = []
    for level, rows in tables.items():
        lines.append(f"by {level}: ratio of mean CRPS, model over baseline (90 %)")
        groups = tuple(dict.fromkeys(r.horizons for r in rows))
        lines.append(f"  {'months ahead':<30}" + "".join(f"{g:<24}" for g in groups))
        for name in dict.fromkeys(r.baseline for r in rows):
            own = {r.horizons: r for r in rows if r.baseline == name}
            cells = (
                f"{own[g].crps_ratio:.2f} ({own[g].crps_ratio_low:.2f} to {own[g].crps_ratio_high:.2f})" for g in groups
            )
            lines.append(f"  {name:<30}" + "".join(f"{c:<24}" for c in cells))
    return lines


def _coverage_lines(calibration: Calibrated) -> list[str]:
    nothing = float("nan")
    return [
        f"coverage by {level}: 50 % interval {percent(own.get('coverage_50_randomised', nothing))}, "
        f"90 % interval {percent(own.get('coverage_90_randomised', nothing))}"
        for level, models in calibration.items()
        if (own := models.get(MODEL_NAME, {}))
    ]


def _later_lines(part: Later) -> list[str]:
    lines = [f"national numbers after {part.since} ({part.reason}), CRPS on the logarithm:"]
    lines += [
        f"  {name:<28} {s.crps:.2f}  log score {s.log_score:.2f}  inside nine tenths {s.inside:.0%} of {s.numbers}"
        for name, s in part.scores.items()
    ]
    lines += [f"  ratio to {r.other}: {r.ratio:.2f} ({r.low:.2f} to {r.high:.2f})" for r in part.ratios]
    lines += [
        f"  {e.date} {e.title}: was {e.value:g}; model {e.median:.2g} ({e.low:.2g} to {e.high:.2g}); near it in "
        f"{e.share:.1%} of draws"
        for e in part.happened
    ]
    return lines


def forecasts(context: Context) -> Forecasts:
    """Rolling-origin forecasts by a fit that has not seen the months it forecasts, at the rules set down beforehand."""
    scenario, posterior = context.scenario, context.posterior
    # a fit that stopped where the hold-out begins is the judged one itself
    seen = str(posterior.notes.get("until", "")) == holdout_month(scenario)
    fitted = posterior if seen else holdout(context, scenario, QUICK if context.quick else FULL)
    later = later_numbers(scenario, fitted, seed=context.seed, workers=context.workers, meter=context.meter)
    after = afterwards(context)
    faults = tuple(fitted.notes.get("refine", {}).get("faults", []))
    data = gather(scenario, fitted.space.problem)
    series = district_series(data)
    if not series:
        word, banner = (
            ("not judged", "Nothing was observed after the fit: forecasts are not judged.")
            if later is None
            else (later.word, later.banner)
        )
        return Forecasts(
            (), () if later is None else (later.since,), word, banner, {}, {}, {}, (), faults, later, after
        )
    labels = fitted.space.problem.month_labels
    origins = origins_of(scenario, labels)
    rolled = roll(
        scenario,
        fitted,
        data,
        series=series,
        origins=origins,
        seed=context.seed,
        workers=context.workers,
        progress=context.meter,
    )
    tables = tables_of(rolled, context.seed)
    judged = judgement([vars(row) for row in tables["district"]])
    return Forecasts(
        tuple(series),
        tuple(origins),
        judged.word,
        judged.banner,
        tables,
        {k: (bool(held), float(ratio)) for k, (held, ratio) in judged.checks.items()},
        _calibration(rolled),
        tuple(int(c) for c in np.histogram(rolled.pit, bins=10, range=(0, 1))[0]),
        faults,
        later,
        after,
    )


def origins_of(scenario: Scenario, labels: Sequence[str]) -> list[str]:
    """First months not known: from the hold-out month on every third, five at most, with a year of months after
    each."""
    first = labels.index(holdout_month(scenario))
    return [labels[i] for i in range(first, min(first + 13, len(labels) - 12), 3)]


def tables_of(rolled: Rolling, seed: int, groups: Sequence[tuple[int, int]] = GROUPS) -> dict[str, tuple[Skill, ...]]:
    """Level -> rows of model over each baseline."""
    out = {}
    for level, models in rolled.scores.items():
        others = {name: scores for name, scores in models.items() if name != MODEL_NAME}
        rows: list[dict[str, Any]] = skill_table(
            {MODEL_NAME: models[MODEL_NAME]}, others, rolled.places, rolled.horizons, seed, groups=groups
        )
        out[level] = tuple(Skill(**row) for row in rows)
    return out


def _calibration(rolled: Rolling) -> dict[str, dict[str, dict[str, float]]]:
    return {
        level: {m: {k: float(v) for k, v in s.items()} for m, s in models.items()}
        for level, models in rolled.calibration.items()
    }


def afterwards(context: Context) -> Afterwards | None:
    """Years after the scenario's end, which no fit has seen, from its last month: scores by months ahead and by year.

    The file afterwards.toml beside a scenario carries it on; None where there is none, or where it has other
    uncertainties.
    """
    scenario, posterior = context.scenario, context.posterior
    path = Path(scenario.file).with_name("afterwards.toml") if scenario.file else None
    if path is None or not path.exists():
        return None
    longer = Scenario.load(path)
    problem = longer.problem()
    data, space = gather(longer, problem), Space(problem)
    series = district_series(data)
    if space.names != posterior.space.names or not series:
        return None
    first = len(scenario.problem().month_labels)
    horizon = len(problem.month_labels) - first
    rolled = roll(
        longer,
        replace(posterior, space=space),
        data,
        series=series,
        origins=[problem.month_labels[first]],
        horizon=horizon,
        seed=context.seed,
        workers=context.workers,
        progress=context.meter,
    )
    years = [(a, min(a + 11, horizon)) for a in range(1, horizon + 1, 12)]
    groups = [*(g for g in GROUPS[:3] if g[1] <= horizon), *years]
    observed = np.nansum(rolled.observed[0], axis=0)
    at = {problem.month_labels[first + a - 1][:4]: slice(a - 1, b) for a, b in years}
    return Afterwards(
        problem.month_labels[first],
        tables_of(rolled, context.seed, groups),
        {y: float(observed[s].sum()) for y, s in at.items()},
        {y: float(rolled.median[0].sum(axis=0)[s].sum()) for y, s in at.items()},
        _calibration(rolled),
    )
