"""Does the fit find a truth that is known? Worlds drawn from the prior, their data, the fit of each, and what it says.

Every world is a draw of the prior with one luck. Its data are what would have been observed there: the same series,
months, gaps and errors as the real ones, discrepancies drawn from their prior. Worlds are chosen by one rule that
looks at these data alone (`Simulator.plausible`); whatever is chosen by the data that a fit sees leaves the fit's own
posterior as it is, so that the ranks of an exact fit stay uniform.

Each world is fitted by the steps of a fit at a stated smaller budget (`Effort`): scouts that know nothing of one
another, then chains that start from all of them. The first round of every scout is a part of one bank of prior runs,
which is simulated once for all worlds; the world's own row is left out of it. Worlds are finished one by one and kept,
so that a stopped calibration goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from forbear.ensemble.progress import NoMeter
from forbear.errors import FitError
from forbear.inference.keeper import Keeper
from forbear.inference.samplers.population import populate
from forbear.inference.samplers.scout import scout

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter

__all__ = ["FULL", "QUICK", "Bank", "Effort", "Heard", "Recovered", "Simulator", "bank_of", "fit_world", "recover"]

#: Banks are filled in steps of so many runs, at most this many times, until they hold enough plausible worlds.
STEPS = 6


@dataclass(frozen=True)
class Effort:
    """Budget of a calibration. bank: prior runs, shared by all worlds; scouts: of each world, among which the bank is
    parted; members, rounds: of a scout after its first; chains: from each scout; generations: of every chain; burn:
    of them, before any is kept; thin: every so many is kept after that; draws: of each world whose effects are run;
    worlds: how many. lucks, true_lucks: runs over which an effect is averaged, of draws and of truths; prior: plausible
    rows of the bank whose effects stand for what is known before any data. An effect over fewer lucks than the truth's
    strays more, so that its intervals are a little wide."""

    worlds: int
    bank: int
    scouts: int
    members: int
    rounds: int
    chains: int
    generations: int
    burn: int
    thin: int
    draws: int
    lucks: int = 2
    true_lucks: int = 8
    prior: int = 256

    @property
    def runs_of_world(self) -> int:
        """Runs of one world's fit, at most."""
        return self.scouts * ((self.rounds - 1) * self.members + self.chains * (self.generations + 1))

    def words(self) -> str:
        """The budget in a sentence."""
        return (
            f"{self.bank:,} prior runs shared by all worlds; each world: {self.scouts} scouts of {self.members} "
            f"members, at most {self.rounds} "
            f"rounds, {self.scouts * self.chains} chains of {self.generations} generations "
            f"({self.runs_of_world:,} runs), effects of {self.draws} draws over {self.lucks} lucks, of the truth over "
            f"{self.true_lucks}"
        )


#: The calibration that is published, and a look at whether it runs.
FULL = Effort(48, 4096, 2, 192, 9, 48, 60, 36, 12, 32)
QUICK = Effort(8, 1024, 2, 96, 6, 32, 8, 6, 2, 24, true_lucks=4, prior=64)


class Heard(Protocol):
    """What one world's fit compares with: its data as a likelihood and as summaries for scouts."""

    @property
    def error(self) -> np.ndarray:
        """Standard errors of the gaps, (k,)."""
        ...

    def level(self, said: np.ndarray) -> np.ndarray:
        """Log likelihood of what runs say, (n,): said (n, m)."""
        ...

    def gaps(self, said: np.ndarray) -> np.ndarray:
        """Simulated minus observed summaries, (n, k)."""
        ...


class Simulator(Protocol):
    """What a calibration asks of a model."""

    def draw(self, count: int, seed: int) -> np.ndarray:
        """Scores from the prior, (count, p)."""
        ...

    def run(self, scores: np.ndarray, seed: int, luck: np.ndarray | None = None) -> np.ndarray:
        """What one run a row says of every observed number, (n, m), nan where it failed; luck: (n,), 0 to n - 1 when
        absent."""
        ...

    def observe(self, said: np.ndarray, seed: int) -> np.ndarray:
        """What would have been observed of it, errors and discrepancy drawn, (n, m)."""
        ...

    def plausible(self, observed: np.ndarray) -> np.ndarray:
        """Which data are those of a war of plausible size, (n,); looks at the data alone."""
        ...

    def heard(self, observed: np.ndarray) -> Heard:
        """The likelihood of one world's data (m,)."""
        ...

    def effects(self, scores: np.ndarray, seed: int, lucks: int) -> np.ndarray:
        """Effect of every change, (n, changes): a difference, or the logarithm of a ratio; nan where it is not judged.
        Each is a mean over so many lucks, named by the seed and the row."""
        ...


@dataclass(frozen=True)
class Bank:
    """Prior runs. scores (n, p); said, observed (n, m); known: rows whose run did not fail; chosen: rows that are
    worlds."""

    scores: np.ndarray
    said: np.ndarray
    observed: np.ndarray
    known: np.ndarray
    chosen: np.ndarray

    @property
    def share(self) -> float:
        """Share of prior runs with a war of plausible size."""
        return float(len(self.chosen) / max(len(self.scores), 1))


@dataclass(frozen=True)
class Recovered:
    """truth (worlds, p), draws (worlds, kept, p); true_effects (worlds, changes), effects (worlds, draws, changes),
    prior_effects (rows, changes) of plausible rows of the bank, nan where one is not judged; misfit, truth_level,
    level, accepted, apart: by world (squared standardised gap of the scouts' last round, log likelihood of the truth's
    own run and median of the chains, share of the last moves accepted, R-hat between scouts at the 90th percentile);
    share: of prior runs that are plausible; runs: in all."""

    truth: np.ndarray
    draws: np.ndarray
    true_effects: np.ndarray
    effects: np.ndarray
    misfit: np.ndarray
    truth_level: np.ndarray
    level: np.ndarray
    accepted: np.ndarray
    apart: np.ndarray
    share: float
    runs: int
    prior_effects: np.ndarray


def bank_of(simulator: Simulator, effort: Effort, seed: int, keeper: Keeper, meter: Meter) -> Bank:
    """Simulate the bank and choose worlds, more of it where it holds too few. Raises FitError E614.

    Worlds are the first plausible rows. Randomness: priors and luck, named by (seed, step).
    """
    parts: list[dict[str, np.ndarray]] = []
    for step in range(STEPS):
        found = keeper.read(f"bank-{step}")
        if found is None:
            scores = simulator.draw(effort.bank, seed * 100 + step)
            said = simulator.run(scores, seed * 100 + step)
            found = {"scores": scores, "said": said, "observed": simulator.observe(said, seed * 100 + step)}
            keeper.write(f"bank-{step}", found)
        parts.append(found)
        joined = {k: np.concatenate([p[k] for p in parts]) for k in ("scores", "said", "observed")}
        known = np.isfinite(joined["said"]).all(axis=1)
        chosen = np.flatnonzero(known & simulator.plausible(joined["observed"]))
        if len(chosen) >= effort.worlds:
            return Bank(joined["scores"], joined["said"], joined["observed"], known, chosen)
        meter.say(
            f"{len(chosen)} of {len(known):,} prior runs have a war of plausible size; {effort.worlds} are wanted"
        )
    raise FitError(
        "E614",
        f"only {len(chosen)} of {len(known):,} prior runs have a war of plausible size; {effort.worlds} worlds "
        "are wanted",
        hint="priors hardly ever give data like those observed: look at `forbear run` from priors, or ask for --quick",
    )


def recover(
    simulator: Simulator,
    effort: Effort,
    *,
    seed: int = 1,
    store: Path | None = None,
    identity: dict[str, Any] | None = None,
    meter: Meter | None = None,
    told: Callable[[Bank], None] | None = None,
) -> Recovered:
    """Fit every world by the steps of a fit at a smaller budget and set it beside its truth.

    Parameters
    ----------
    simulator, effort
        What is fitted, and how much work is done.
    seed
        Names all randomness; a world's does not depend on the others'.
    store, identity
        Folder of finished worlds, and what makes this calibration what it is. Raises FitError E607 for another one's.
    meter, told
        Told how far it is; called with the bank before the first world is fitted, so that the cost can be said.
    """
    meter = meter or NoMeter()
    # worlds are fitted one by one and the same whatever their number: more of them go on from where fewer ended
    budget = {name: value for name, value in asdict(effort).items() if name != "worlds"}
    keeper = Keeper(store, {**(identity or {}), "effort": budget, "seed": seed})
    bank = bank_of(simulator, effort, seed, keeper, meter)
    if told is not None:
        told(bank)
    rows = bank.chosen[: effort.worlds]
    before = keeper.read("before")
    if before is None:
        chosen = bank.scores[bank.chosen[: effort.prior]]
        before = {"effects": simulator.effects(chosen, seed, 1), "rows": len(chosen)}
        keeper.write("before", before)
    found = []
    meter.start(len(rows), "fitting worlds whose truth is known")
    for number, row in enumerate(rows):
        world = keeper.read(f"world-{number:03d}")
        if world is None:
            world = fit_world(simulator, bank, int(row), effort, seed * 1000 + number)
            some = _spread(len(world["draws"]), effort.draws)
            key = seed * 1000 + number
            world["effects"] = simulator.effects(world["draws"][some], key, effort.lucks)
            world["true_effects"] = simulator.effects(bank.scores[[int(row)]], key, effort.true_lucks)[0]
            keeper.write(f"world-{number:03d}", world)
        found.append(world)
        meter.advance(1)
    meter.finish()
    stack = {
        k: np.stack([np.asarray(w[k]) for w in found])
        for k in ("draws", "effects", "true_effects", "misfit", "truth_level", "level", "accepted", "apart")
    }
    return Recovered(
        truth=bank.scores[rows],
        share=bank.share,
        runs=len(bank.scores) + int(sum(int(w["runs"]) for w in found)),
        **stack,
        prior_effects=before["effects"],
    )


def fit_world(simulator: Simulator, bank: Bank, row: int, effort: Effort, seed: int) -> dict[str, Any]:
    """Fit the world of one row of the bank, which none of its scouts sees.

    Returns draws (kept, p) of all chains, with misfit, levels, accepted, apart and runs. Randomness: named by
    the seed.
    """
    heard = simulator.heard(bank.observed[row])
    own = np.flatnonzero(bank.known & (np.arange(len(bank.known)) != row))
    runs = 0

    def counted(scores: np.ndarray, key: int, luck: np.ndarray | None = None) -> np.ndarray:
        nonlocal runs
        runs += len(scores)
        return simulator.run(scores, key, luck)

    starts, archive, informed, misfit = [], [], [], []
    for number in range(effort.scouts):
        part = own[number :: effort.scouts]

        def run(
            scores: np.ndarray, turn: int, part: np.ndarray = part, number: int = number
        ) -> tuple[np.ndarray, np.ndarray]:
            said = bank.said[part] if turn == 0 else counted(scores, (seed * 10 + number) * 100 + turn)
            return heard.gaps(said), _level(heard, said)

        def draw(count: int, part: np.ndarray = part) -> np.ndarray:
            return bank.scores[part]

        done = scout(
            draw,
            run,
            heard.error,
            first=len(part),
            members=effort.members,
            rounds=effort.rounds,
            seed=seed * 10 + number,
        )
        nearest = np.argsort(-done["level"], kind="stable")[: effort.chains]
        starts.append(np.resize(done["scores"][nearest], (effort.chains, done["scores"].shape[1])))
        archive.append(done["scores"])
        informed.append(done["informed"])
        misfit.append(done["history"][-1]["misfit"])
    group = np.repeat(np.arange(effort.scouts), effort.chains)
    state = populate(
        lambda scores, luck: _level(heard, counted(scores, seed * 10 + 9, luck)),
        np.concatenate(starts),
        np.concatenate(archive),
        np.any(informed, axis=0),
        generations=effort.generations,
        burn=effort.burn,
        thin=effort.thin,
        seed=seed,
    )
    kept = np.asarray(state["kept"], dtype=float)
    draws, group = kept.reshape(-1, kept.shape[2]), np.tile(group, len(kept))
    return {
        "draws": draws,
        "misfit": float(np.median(misfit)),
        "level": float(np.median(state["level"])),
        "truth_level": float(_level(heard, bank.said[[row]])[0]),
        "apart": _apart(draws, group),
        "accepted": float(np.mean([h["accepted"] for h in state["history"][-6:]])),
        "runs": runs,
    }


def _level(heard: Heard, said: np.ndarray) -> np.ndarray:
    """Log likelihood, -inf where a run failed."""
    known = np.isfinite(said).all(axis=1)
    out = np.full(len(said), -np.inf)
    if known.any():
        out[known] = heard.level(said[known])
    return out


def _apart(draws: np.ndarray, group: np.ndarray) -> float:
    """R-hat between scouts, all draws of one as a chain, at the 90th percentile of scores (Gelman and Rubin 1992)."""
    names = np.unique(group)
    if len(names) < 2:
        return float("nan")  # one scout agrees with nobody
    size = min(int((group == g).sum()) for g in names)
    parts = np.stack([draws[group == g][:size] for g in names])
    within = parts.var(axis=1, ddof=1).mean(axis=0)
    between = parts.mean(axis=1).var(axis=0, ddof=1)
    rhat = np.sqrt((size - 1) / size + between / np.maximum(within, 1e-12))
    return float(np.quantile(rhat, 0.9))


def _spread(count: int, wanted: int) -> np.ndarray:
    """So many positions among `count`, evenly spread, so that every scout has its part."""
    return np.unique(np.linspace(0, count - 1, min(count, wanted)).astype(int))
