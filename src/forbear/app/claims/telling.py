"""A claim's page in words and a picture: where each side holds, the effect, doubts about the shipped reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from forbear.app.claims.reach import reach_of
from forbear.figures.histogram import before_and_after
from forbear.questions.regions import margins
from forbear.scenario.outcomes import OUTCOMES
from forbear.words import join, minus, percent

if TYPE_CHECKING:
    from forbear.app.claims.runs import ClaimRun
    from forbear.app.country import Country
    from forbear.questions.results import ClaimResult
    from forbear.scenario.casefiles.policies import Claim

__all__ = ["asserted", "doubt", "figure_of", "idle_of"]


def idle_of(country: Country, claim: Claim) -> set[str]:
    """Uncertainties that are on record as moving no simulated history of a claim."""
    return {name for name, reach in reach_of(country, claim).items() if reach.idle}


def doubt(country: Country, claim: Claim, answered: ClaimResult | None) -> str:
    """What speaks against the reason that the shipped answer gives: it hangs on what moves nothing. Empty where
    nothing does."""
    splits = answered.splits if answered is not None else {}
    idle = idle_of(country, claim)
    named = [n.replace("_", " ") for n, split in splits.items() if split.mute and n.split("[")[0] in idle]
    if not named:
        return ""
    return (
        f"The shipped answer names {join(named)}: draws in which it is high come out otherwise than those in which it "
        "is low. But held at either end of its range it moves no simulated history here: it goes along with something "
        "else in the draws, or by chance. What is run on this page does not count it."
    )


def figure_of(made: ClaimRun, free: Any, held: Any) -> Any:
    """The effect as drawn, and with values held where any is, with the margin inside which it counts as none."""
    claim, ratio, margin = made.claim, made.effect_kind == "ratio", made.margin
    band = (round(1.0 / (1.0 + margin), 2), round(1.0 + margin, 2)) if ratio else (-margin, margin)
    if claim.kind == "share":
        unit = "above the share that the claim names"
        caption = f"Share of the pull from {' and '.join(claim.sources)}, less {claim.threshold:g}."
    elif claim.kind == "level":
        unit = "above the level that the claim names"
        caption = f"{_capital(OUTCOMES[claim.outcome].title)}, less {claim.threshold:g}."
    else:
        changed, base = (_title(made.country, name) for name in (claim.changed, claim.base))
        unit = "the changed plan divided by the other" if ratio else "the changed plan less the other"
        caption = f"{_capital(OUTCOMES[claim.outcome].title)}: {changed}, {'divided by' if ratio else 'less'} {base}."
    labels = ("as the draws are", "with the values held")
    title = "The effect, as the draws are and with your values" if made.pinned else "The effect, as the draws are"
    figure = before_and_after(
        "effect",
        title,
        unit,
        free,
        held,
        labels=labels,
        reference=1.0 if ratio else 0.0,
        margin=band,
        logarithmic=ratio,
        caption=caption,
    )
    if made.pinned or not figure.outlines:
        return figure
    # nothing is held: the second outline would be the first again
    once = replace(figure.outlines[1], label=labels[0])
    said = figure.alternative.split(f"; {labels[1]}")[0] + "."
    rows = [row[:3] for row in figure.rows]
    return replace(figure, outlines=(once,), head=figure.head[:3], rows=rows, alternative=said)


def asserted(made: ClaimRun) -> str:
    """Where each side holds, in words."""
    claim, (own, others) = made.claim, margins(made.claim)
    if claim.kind in ("share", "level"):
        what = "the share" if claim.kind == "share" else OUTCOMES[claim.outcome].title
        than = f"than {claim.threshold:g}"
    else:
        changed, base = (_title(made.country, name) for name in (claim.changed, claim.base))
        what, than = (
            OUTCOMES[claim.outcome].title,
            f"with \N{LEFT DOUBLE QUOTATION MARK}{changed}\N{RIGHT DOUBLE QUOTATION MARK} ",
        )
        than += f"than with \N{LEFT DOUBLE QUOTATION MARK}{base}\N{RIGHT DOUBLE QUOTATION MARK}"
    told = [percent(margin) if made.effect_kind == "ratio" else f"{margin:g}" for margin in (own, others)]
    by = f", by more than {told[0]}" + (f" (its rival: {told[1]})" if own != others else "")
    return minus(
        f"the argument holds where {what} is {claim.claim_says} {than}, its rival where it is {claim.rival_says}{by}"
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _title(country: Country, name: str) -> str:
    """What a strategy is called in a sentence."""
    strategy = country.strategies.get(name)
    return strategy.title[0].lower() + strategy.title[1:] if strategy is not None else name
