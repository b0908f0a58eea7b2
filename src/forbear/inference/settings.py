"""How much work a fit does, and the gates between its stages. Fixed before any fit is looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["COARSE", "FULL", "GATES", "QUICK", "RIVAL", "Gates", "Settings"]


@dataclass(frozen=True)
class Settings:
    """Numbers of members, rounds, particles and moves; final: further moves at the end (see `samplers/tempering.py`)."""

    name: str
    scout_members: int
    scout_rounds: int
    replicates: int
    draws: int
    moves: int
    particles: tuple[int, ...]
    share: float
    final: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For manifests."""
        return asdict(self)


#: The whole fit: two independent replicates, so that their agreement can be judged.
FULL = Settings("full", 2048, 5, 2, 128, 3, (8, 16, 32, 64), 0.5)
#: A quick look, marked as such wherever it is shown: one short replicate.
QUICK = Settings("quick", 768, 4, 1, 48, 2, (8,), 0.3)
#: Countries several times dearer to run than the first: two short replicates, so that agreement is still judged; marked.
COARSE = Settings("coarse", 1024, 4, 2, 64, 2, (4, 8), 0.4, 10)
#: Rival structures, all alike: enough to compare forecasts, not to publish parameters.
RIVAL = Settings("rival", 1024, 4, 1, 64, 2, (8,), 0.4)


@dataclass(frozen=True)
class Gates:
    """What each stage must show before its result is passed on."""

    #: scout: median over members of the mean squared standardised error of summaries
    misfit: float = 6.0
    #: refine: standard deviation of the estimated log likelihood at the scout's centre
    noise: float = 3.0
    #: refine: share of moves accepted in the last step
    accepted: float = 0.03
    #: refine: largest R-hat between replicates at the 90th percentile of parameters
    agreement: float = 1.25
    #: validate: share of summaries inside the central 90 per cent of replicated ones
    coverage: float = 0.7


GATES = Gates()
