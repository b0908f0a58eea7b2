"""Banners on top of the page: what the parameters are, what is out of date, what has no licence, what failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from forbear.questions.answers import Answers
from forbear.questions.stamps import since_made
from forbear.questions.verdict_lines import licence_sentence
from forbear.words import join

if TYPE_CHECKING:
    from forbear.ensemble.matching import Matching
    from forbear.inference.posterior import Posterior
    from forbear.scenario import Scenario

__all__ = ["after_word", "banners"]


def banners(
    scenario: Scenario,
    posterior: Posterior | None,
    matching: Matching | None,
    stale: Sequence[str],
    stale_verdicts: Sequence[str],
    validation: dict[str, Any] | None,
    answers: Answers | None,
    unread: Sequence[str] = (),
) -> tuple[tuple[str, str], ...]:
    """Every banner as (lead, words), the most general first. stale, stale_verdicts: what has changed since the fit, and
    since the verdicts; unread: what of the files beside the scenario cannot be used."""
    out: list[tuple[str, str]] = []
    if scenario.kind == "invented":
        out.append(("This country is invented.", "Nothing here is about a real place."))
    out += _drawn_from(posterior, matching)
    out += [("Left out.", words) for words in unread]
    if stale:
        words = f"It was made with another {join(list(stale))}: fit the scenario again before using a number."
        out.append(("The fit is out of date.", words))
    if stale_verdicts:
        since = since_made(stale_verdicts)
        words = f"{since[:1].upper()}{since[1:]}. Test the claims again before using one."
        out.append(("The verdicts are out of date.", words))
    licence = licence_sentence(answers) if answers is not None else ""
    if licence:
        out.append(("Not licensed.", licence))
    found = (validation or {}).get("forecasts") or {}
    if found.get("banner"):
        word = str(found["word"])
        out.append((f"Forecasts: {word}.", after_word(word, str(found["banner"]))))
    return tuple(out)


def after_word(word: str, banner: str) -> str:
    """The banner of a judgement without the word that stands before it already."""
    words = banner.removeprefix(f"{word[:1].upper()}{word[1:]}: ")
    return f"{words[:1].upper()}{words[1:]}"


def _drawn_from(posterior: Posterior | None, matching: Matching | None) -> list[tuple[str, str]]:
    """What the parameters are, where they are no full posterior."""
    if posterior is None and matching:
        words = (
            f"Parameters are prior draws kept by a stated rough match to history: {matching.rule}. The spread is "
            "what that "
            "rule leaves open, not a probability that the world was so. No effect of any policy is claimed."
        )
        return [("This is not a posterior.", words)]
    if posterior is None:
        words = "There is no observed series to learn from, so the spread is what the priors allow. "
        return [("These are prior draws.", words + "No effect of any policy is claimed.")]
    if posterior.quick:
        words = f"Learned from observed series with few draws ({len(posterior)})."
        return [("A quick fit: for a first look, not for results.", words)]
    if posterior.effort == "coarse":
        said = f" and saw nothing from {posterior.notes['until']} on" if posterior.notes.get("until") else ""
        words = f"Learned from observed series with {len(posterior)} draws in two short replicates{said}."
        return [("A coarse fit: its numbers are rougher than a full one's.", words)]
    return []
