"""How much work a fit does, and the gates between its stages. Fixed before any fit is looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["COARSE", "FULL", "GATES", "QUICK", "RIVAL", "Gates", "Settings"]


@dataclass(frozen=True)
class Settings:
    """scouts: independent ones, kept apart; first: prior draws of each; members: of each later round; rounds: at most;
    chains: that start from each scout; generations: of every chain; burn: of them, before any is kept; thin: every
    so many is kept after that; draws: of the posterior."""

    name: str
    scouts: int
    first: int
    members: int
    rounds: int
    chains: int
    generations: int
    burn: int
    thin: int
    draws: int

    def as_dict(self) -> dict[str, Any]:
        """For manifests."""
        return asdict(self)

    @property
    def runs(self) -> int:
        """Runs of the simulator, at most."""
        scouted = self.scouts * (self.first + (self.rounds - 1) * self.members)
        return scouted + self.scouts * self.chains * (self.generations + 1)


#: The whole fit: three scouts, so that places where histories lie can be told from chance.
FULL = Settings("full", 3, 4096, 768, 26, 48, 1000, 400, 10, 1536)
#: A quick look, marked as such wherever it is shown and never enough for a verdict: one scout, few moves.
QUICK = Settings("quick", 1, 2048, 512, 10, 48, 72, 24, 4, 384)
#: Countries several times dearer to run than the first: two scouts, so that agreement is still judged; marked.
COARSE = Settings("coarse", 2, 1536, 448, 12, 40, 300, 120, 6, 768)
#: Theories, all alike, and the whole model beside them when they are set against one another.
RIVAL = Settings("rival", 3, 2048, 384, 14, 32, 320, 128, 6, 768)


@dataclass(frozen=True)
class Gates:
    """What each stage must show before its result is passed on."""

    #: scout: median over members of the mean squared standardised gap of summaries
    misfit: float = 30.0
    #: refine: share of moves accepted in the last turns
    accepted: float = 0.03
    #: refine: largest R-hat between scouts at the 90th percentile of parameters
    agreement: float = 1.25
    #: refine: effective draws of the log likelihood, all chains together
    effective: float = 100.0
    #: validate: share of the terms' numbers inside the central 90 per cent of replicated ones
    coverage: float = 0.7


GATES = Gates()
