"""The judgement that was fixed before any forecast was scored, and the banner that follows from it.

The claim: at one to three months the model's CRPS is at most 5 % above that of the negative binomial regression, and
at six to twelve months it is below. If the model loses to the districts' historical mean at every horizon, whatever
it says about causes is labelled "mechanism illustration only".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Judgement", "judgement"]

#: How much worse than the regression the model may be at one to three months, as a ratio of CRPS.
TOLERATED = 1.05


@dataclass(frozen=True)
class Judgement:
    """`word`: passes, passes in part, fails, mechanism illustration only, or not judged. `banner`: plain text, empty
    when the model passes. `checks`: each condition -> (held, the CRPS ratio nearest to breaking it)."""

    word: str
    banner: str
    checks: Mapping[str, tuple[bool, float]] = field(default_factory=dict)


def judgement(
    rows: Sequence[Mapping[str, float | str]],
    regression: str = "negative binomial regression",
    historical_mean: str = "historical mean",
) -> Judgement:
    """Judge one model from rows of `comparison.skill_table`. No randomness.

    The ratios themselves decide, not their intervals, as was laid down beforehand. Rows of several tables (districts
    and nation) may be given together: then each condition must hold in all of them, and "loses everywhere" means in
    all of them. Raises ValueError when the rows speak of several models or lack a comparison the judgement needs.
    """
    models = sorted({str(row["model"]) for row in rows})
    if len(models) != 1:
        raise ValueError(f"a judgement is of one model, but the rows are of {models}")
    near = _ratios(rows, regression, "1-3")
    far = _ratios(rows, regression, "6-12")
    plain = [float(row["crps_ratio"]) for row in rows if row["baseline"] == historical_mean]
    if not plain:
        raise ValueError(f"the judgement needs the baseline {historical_mean!r}, which no row has")
    if any(ratio != ratio for ratio in (*near, *far, *plain)):
        return Judgement(
            "not judged",
            "Forecasts not judged: at some horizon nothing was observed to score them by. "
            "Read every causal statement as untested.",
        )
    checks = {
        "1-3 months: at most 5 % worse than the regression": (max(near) <= TOLERATED, max(near)),
        "6-12 months: better than the regression": (max(far) < 1.0, max(far)),
        "better than the historical mean somewhere": (min(plain) <= 1.0, min(plain)),
    }
    if min(plain) > 1.0:
        return Judgement(
            "mechanism illustration only",
            "Mechanism illustration only: at every horizon the model forecasts worse than each district's own "
            f"average (CRPS at best {min(plain):.2f} times as large). Its statements about causes and policies "
            "show how the mechanisms would work; they are not evidence of what would happen.",
            checks,
        )
    short, long = max(near) <= TOLERATED, max(far) < 1.0
    if short and long:
        return Judgement("passes", "", checks)
    missed = []
    if not short:
        missed.append(f"at 1-3 months its CRPS is {max(near):.2f} times that of a regression on past counts")
    if not long:
        missed.append(f"at 6-12 months it is not better than that regression (CRPS ratio {max(far):.2f})")
    return Judgement(
        "passes in part" if short or long else "fails",
        f"The model misses its forecasting claim: {' and '.join(missed)}. A model that knows nothing of policy "
        "forecasts as well there, so forecasting skill lends no support to its causal statements at those horizons.",
        checks,
    )


def _ratios(rows: Sequence[Mapping[str, float | str]], baseline: str, horizons: str) -> list[float]:
    found = [float(row["crps_ratio"]) for row in rows if row["baseline"] == baseline and row["horizons"] == horizons]
    if not found:
        raise ValueError(f"the judgement needs {baseline!r} at {horizons} months, which no row has")
    return found
