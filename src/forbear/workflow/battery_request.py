"""What is wanted of a battery: which claims, over how many draws, with how much beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forbear.inference.posterior import Posterior

__all__ = ["FULL", "QUICK", "Effort", "Request"]


@dataclass(frozen=True)
class Effort:
    """How much is run beside the posterior: replications of its draws, prior draws, draws and replications of
    structures, draws of each end at which a parameter is held, orders, draws and replications of attribution."""

    replications: int = 3
    prior_members: int = 512
    structure_members: int = 64
    structure_replications: int = 2
    held_members: int = 40
    orders: int = 8
    attribution_members: int = 48
    attribution_replications: int = 1


FULL = Effort()
#: For a first look: a claim alone takes some ten seconds.
QUICK = Effort(replications=1, prior_members=128, structure_members=32, structure_replications=1, held_members=24)


@dataclass(frozen=True)
class Request:
    """What is wanted of a battery.

    Attributes
    ----------
    claims, strategies
        Further files, or folders of files, beside those of the scenario.
    only
        Names of claims, and no other strategies than theirs; all when None.
    where
        Conditions on parameters, such as "dismissed_join < 0.1", that draws of posterior and structures must meet. A
        structure that fixes the parameter keeps its value; neutrality and contraction are judged by the whole prior,
        and licences by the whole posterior: an assumption earns no licence.
    structures
        Posteriors of rival structures by name; those beside the scenario when None.
    members
        Draws of the posterior, each run as often as the effort says.
    effort
        How much is run beside that.
    attribution
        Play the games of `remedies.toml`, where it is there.
    seed
        The same seed gives the same bits; all policies share draws and random numbers.
    workers
        Threads; all cores when None.
    store
        A folder that keeps finished runs, so that a battery that was stopped goes on.
    keep
        Take outcomes of policies that were run on this machine before, with the same bits, from the cache folder, and
        keep new ones there: `forbear run` and `forbear claims` share one battery.
    """

    claims: Iterable[str | Path] = ()
    strategies: Iterable[str | Path] = ()
    only: Iterable[str] | None = None
    where: Iterable[str] = ()
    structures: Mapping[str, Posterior] | None = None
    members: int = 128
    effort: Effort = FULL
    attribution: bool = True
    seed: int = 1
    workers: int | None = None
    store: str | Path | None = None
    keep: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", tuple(self.where))  # conditions are gone through more than once

    def place(self, name: str) -> Path | None:
        """The folder of one set of runs in the store."""
        return None if self.store is None else Path(self.store) / name
