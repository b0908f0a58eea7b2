"""Recovery of known truth: are ranks uniform, and are verdicts right where the truth is known?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.inference.forecast.calibration import chi_square_uniformity, confusion, ecdf_uniformity, rank_statistics
from forbear.inference.identification import contractions
from forbear.inference.recovery import recover, worlds
from forbear.questions.effects import contraction, probabilities
from forbear.questions.verdict import verdict
from forbear.questions.verdict_inputs import VerdictInputs

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.inference.recovery import Recovered
    from forbear.scenario.scenario import Scenario

__all__ = ["recover_known_worlds", "verdicts_of"]


def recover_known_worlds(
    scenario: Scenario,
    posterior: Posterior,
    changes: Mapping[str, Mapping[str, Any]],
    *,
    seed: int,
    count: int,
    workers: int | None,
    meter: Meter,
) -> dict[str, Any]:
    """Draw worlds, fit each by the scout, and compare with the truth."""

    best = [c.name for c in contractions(posterior)][:20]
    known = worlds(scenario, changes, count, seed=seed, workers=workers, meter=meter)
    found = recover(scenario, known, changes, best, seed=seed, workers=workers, meter=meter)
    ranks = rank_statistics(found.truth, found.draws, seed)
    draws = found.draws.shape[1]
    out: dict[str, Any] = {
        "worlds": len(known), "draws": draws, "names": list(found.names), "misfit": float(np.median(found.misfit)),
        "parameters": {
            name: {"chi_square_p": chi_square_uniformity(ranks[:, k], draws)[1], "coverage_90": _coverage(found.truth[:, k], found.draws[:, :, k])}
            for k, name in enumerate(found.names)
        },
        "ranks": np.stack([np.histogram(ranks[:, k], bins=8, range=(0, draws + 1))[0] for k in range(ranks.shape[1])]).tolist(),
        "effects": {},
    }  # fmt: skip
    for name in changes:
        truth = found.true_effects[name]
        drawn = found.effects[name]
        sign = np.where(truth < np.log(1 / 1.1), 1, np.where(truth > np.log(1.1), -1, 0))
        words = verdicts_of(found, name)
        table = confusion(sign.tolist(), words)
        out["effects"][name] = {
            "coverage_50": _coverage(truth, drawn, 0.5),
            "coverage_90": _coverage(truth, drawn, 0.9),
            "ranks": np.histogram((drawn < truth[:, None]).sum(axis=1), bins=8, range=(0, drawn.shape[1] + 1))[
                0
            ].tolist(),
            "uniform_inside_band": ecdf_uniformity((drawn < truth[:, None]).sum(axis=1), drawn.shape[1], seed).uniform,
            "truth": truth.tolist(),
            "median": np.median(drawn, axis=1).tolist(),
            "verdicts": words,
            "wrong_sign": table.wrong_sign,
            "not_identified": table.not_identified,
            "counts": np.asarray(table.counts).tolist(),
        }
    return out


def verdicts_of(found: Recovered, name: str) -> list[str]:
    """The verdict word on "it helps" in every world: by the project's own rule, with the scout's draws."""

    words = []
    for drawn in found.effects[name]:
        effect = np.exp(drawn)
        shares = probabilities(effect, 0.1, "lower", "ratio")
        narrowed = contraction(np.exp(found.prior_effects[name]), effect, "ratio")
        # one structure only: recovery asks whether the rule follows the draws, not whether structures agree
        inputs = VerdictInputs(
            p_for=shares.p_for, p_against=shares.p_against, p_none=shares.p_none, structures={"full": shares}, contraction=narrowed, neutrality_passed=True,
        )  # fmt: skip
        word = verdict(inputs).word
        if word == "supported":
            words.append("helps")
        elif word == "refuted":
            words.append("hurts" if shares.p_against >= shares.p_none else "nothing")
        else:
            words.append("not identified")
    return words


def _coverage(truth: np.ndarray, draws: np.ndarray, level: float = 0.9) -> float:
    low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2], axis=1)
    return float(np.mean((truth >= low) & (truth <= high)))
