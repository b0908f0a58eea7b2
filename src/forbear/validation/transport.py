"""Does what was learned in one country travel to another? (section 6.6 of the model document)

Parameters of class I-data that both countries have under the same prior are *borrowed*: held at the draws of the
first country's posterior. What the second country then makes of its own observations is scored, number by number,

- with everything at its prior ("prior");
- with the borrowed ones from abroad and the rest at its prior ("borrowed");
- with the borrowed ones from abroad and the rest learned at home ("borrowed, rest learned"), against the same scout
  learning everything at home ("all learned"): the fair pair, alike in effort;
- with the shipped fit ("fit"), and against rules that know only each series' own past.

Beside that every shared parameter is compared: did both countries find the same number? `same_number` in
`validation/pooling.py` weighs one common number against two unrelated ones.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL
from forbear.ensemble.progress import NoMeter
from forbear.ensemble.runner import simulate
from forbear.errors import FitError
from forbear.files import make_folder, read_arrays, read_json, write_arrays
from forbear.inference.data import gather, sized
from forbear.inference.fit import Fitting
from forbear.inference.identification import contractions
from forbear.inference.posterior import stamp_of
from forbear.inference.samplers.scout import scout
from forbear.inference.settings import COARSE, QUICK
from forbear.inference.space import Space
from forbear.scenario.reading.chain import LIBRARY
from forbear.validation.holdout import holdout_month, longest
from forbear.validation.numbers import BASELINES, Scored, baseline, parted, score, summed
from forbear.validation.pooling import element_priors, informs, said_by, same_number, sampling_noise

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.inference.settings import Settings
    from forbear.scenario.scenario import Scenario

__all__ = ["FILE", "borrowed_names", "compare_numbers", "load_transports", "parameter_rows", "transport"]

FILE = "transport.json"
#: Odds of one common number against two unrelated ones from which a parameter has travelled (below the inverse: has not).
ODDS = 3.0


def borrowed_names(home: Posterior, here: Posterior) -> tuple[list[str], dict[str, str]]:
    """Class I-data parameters that can be borrowed, and those of the class that cannot, each with the reason."""

    declared = {p.name: p.identification for p in MODEL.parameters.values()}
    there, own = element_priors(home.space.problem), element_priors(here.space.problem)
    taken, left = [], {}
    for name in there:
        if declared.get(name.split("[")[0]) != "I-data":
            continue
        if name not in own:
            stem = name.split("[")[0]
            left[stem] = "belongs to districts or organisations of the first country"
        elif own[name] != there[name]:
            left[name] = "the second country has a prior of its own"
        else:
            taken.append(name)
    return taken, left


def parameter_rows(home: Posterior, here: Posterior, frozen: Sequence[str]) -> list[dict[str, Any]]:
    """Every parameter that two fits share under one prior, on the scale of scores.

    mean, sd: of either posterior; contraction: 1 - variance; overlap: area under both (normal approximations); odds: of one
    common number against two unrelated ones; word: travelled, did not travel, undecided, or not informed (and where).
    """

    there, own = element_priors(home.space.problem), element_priors(here.space.problem)
    narrowed = [{c.name: c for c in contractions(p)} for p in (home, here)]
    noise = {"first": sampling_noise(home), "second": sampling_noise(here)}
    out = []
    for name in there:
        if own.get(name) != there[name]:
            continue
        draws = [p.scores[:, p.space.names.index(name)] for p in (home, here)]
        odds = float(np.exp(np.clip(same_number(*(said_by(d) for d in draws)), -50.0, 50.0)))
        silent = [
            where
            for where, found in zip(("first", "second"), narrowed, strict=True)
            if not informs(found[name], noise[where])
        ]
        if silent:
            word = "not informed" if len(silent) == 2 else f"not informed in the {silent[0]}"
        else:
            word = "travelled" if odds >= ODDS else "did not travel" if odds <= 1.0 / ODDS else "undecided"
        row: dict[str, Any] = {"name": name, "class": narrowed[0][name].declared, "borrowed": name in frozen}
        for key, d, found in zip(("first", "second"), draws, narrowed, strict=True):
            row[key] = {
                "mean": float(np.mean(d)), "sd": float(np.std(d, ddof=1)), "contraction": found[name].contraction,
            }  # fmt: skip
        out.append({**row, "overlap": _overlap(row["first"], row["second"]), "odds": odds, "word": word})
    return sorted(out, key=lambda r: (not r["borrowed"], -min(r["first"]["contraction"], r["second"]["contraction"])))


def _overlap(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    grid = np.linspace(-8.0, 8.0, 3201)
    densities = [
        np.exp(-0.5 * ((grid - p["mean"]) / p["sd"]) ** 2) / p["sd"] / np.sqrt(2 * np.pi) for p in (one, other)
    ]
    return float(np.minimum(*densities).sum() * (grid[1] - grid[0]))


def transport(
    scenario: Scenario,
    posterior: Posterior,
    *,
    home: tuple[Scenario, Posterior],
    seed: int = 1,
    quick: bool = False,
    store: Path | None = None,
    workers: int | None = None,
    meter: Meter | None = None,
) -> dict[str, Any]:
    """Carry parameters from one fitted country to another and score what comes of it.

    home: the country borrowed from, with its posterior; store: keeps the scouts' draws. Randomness: named by the seed.
    Raises FitError E612 where nothing can be borrowed.
    """

    meter = meter or NoMeter()
    from_name = home[0].problem().name
    frozen, left = borrowed_names(home[1], posterior)
    if not frozen:
        raise FitError("E612", f"{scenario.name} shares no parameter of class I-data with {from_name}")
    month, settings = holdout_month(scenario), QUICK if quick else COARSE
    work = Fitting(scenario, until=month, workers=workers, meter=meter)
    members = 256 if quick else 512
    prior = work.space.draw(members, seed, "transport")
    abroad = home[1].scores[home[1].chosen(members)]
    places = [work.space.names.index(n) for n in frozen]
    columns = [home[1].space.names.index(n) for n in frozen]
    mixed = prior.copy()
    mixed[:, places] = abroad[:, columns]
    start = home[1].scores[home[1].chosen(settings.first)][:, columns]
    given = {
        "prior": prior,
        "borrowed": mixed,
        "borrowed, rest learned": scouted(work, settings, seed, store, (places, start), f"{from_name}-{home[1].stamp['scenario'][:8]}"),
        "all learned": scouted(work, settings, seed, store, None, "all"),
    }  # fmt: skip
    before = str(posterior.notes.get("until", "")) == month
    spaces = {name: work.space for name in given}
    if before:
        given["fit"], spaces["fit"] = posterior.scores[posterior.chosen(members)], posterior.space
    scores = compare_numbers(scenario, month, given, spaces, seed=seed, workers=workers, meter=meter)
    rows = parameter_rows(home[1], posterior, frozen)
    words = [r["word"] for r in rows if r["borrowed"]]
    return {
        "from": from_name, "to": scenario.problem().name, "holdout": month, "members": members, "effort": settings.name,
        "stamps": {"from": home[1].stamp, "to": posterior.stamp},
        "borrowed": frozen, "left": left, "parameters": rows,
        "travelled": {word: words.count(word) for word in dict.fromkeys(words)}, **scores,
    }  # fmt: skip


def scouted(
    work: Fitting, settings: Settings, seed: int, store: Path | None, frozen: tuple[Sequence[int], np.ndarray] | None, name: str
) -> np.ndarray:  # fmt: skip
    """Scores learned by one scout alone, (half of settings.members, scores): the half with the higher likelihood; frozen:
    places and (members, places) draws that stay what they are and are simulated with.

    A scout moves each score by its own regression on the summaries, so freezing some leaves the others' rule as it is.
    """

    effort = (settings.first, settings.members, settings.rounds)
    identity = {
        **stamp_of(work.scenario, work.problem),
        "effort": effort,
        "seed": seed,
        "until": work.until,
        "name": name,
    }
    about = {"identity": json.dumps(identity, sort_keys=True)}
    path = None if store is None else store / f"transport-{name}.npz"
    if path is not None and path.exists():
        kept, said = read_arrays(path)
        if said == about:
            return np.asarray(kept["scores"])

    def held(scores: np.ndarray) -> np.ndarray:
        if frozen is None:
            return scores
        out = scores.copy()
        rows = np.arange(len(scores)) % len(frozen[1])
        out[:, list(frozen[0])] = frozen[1][rows]
        return out

    def simulate(scores: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
        work.meter.say(f"transport: {name}, round {number + 1}")
        return work.scouted(held(scores), seed * 100 + number)

    found = scout(
        lambda n: work.space.draw(n, seed, "scout"), simulate, work.summaries.error, first=settings.first, members=settings.members,
        rounds=settings.rounds, seed=seed,
    )  # fmt: skip
    # half of the last round, those that come nearest to the data
    better = held(found["scores"])[np.argsort(-found["level"], kind="stable")[: len(found["level"]) // 2]]
    if path is not None:
        make_folder(path.parent)
        write_arrays(path, {"scores": better}, about)
    return better


def compare_numbers(
    scenario: Scenario, month: str, given: Mapping[str, np.ndarray], spaces: Mapping[str, Any], *, seed: int, workers: int | None, meter: Meter
) -> dict[str, Any]:  # fmt: skip
    """Score ways of knowing against the numbers seen before a month (hindcast) and after it (hold-out).

    given: name -> scores (members, space); the longer scenario beside the file is run where there is one, so that a last
    year that the scenario cuts is whole. Baselines stand beside them.
    """

    longer = longest(scenario)
    problem = longer.problem()
    data = gather(longer, problem)
    past, future = parted(data, problem.month_labels.index(month))
    windows = {"hindcast": past, "holdout": future}
    found: dict[str, dict[str, list[Scored]]] = {}
    for name, scores in given.items():
        meter.say(f"scoring: {name}")
        space = Space(problem)
        run = simulate(
            problem, members=len(scores), seed=seed + 3, parameters=space.values(scores), workers=workers, weekly=(), monthly=data.quantities
        ).data  # fmt: skip
        good = ~run["failed"].values
        monthly = {q: run[f"monthly_{q}"].values[good] for q in data.quantities}
        known = {**data.dispersions, **sized(past, monthly).dispersions}
        dispersions = {n: np.full(int(good.sum()), m) for n, m in known.items()}
        found[name] = {w: score(part, past, monthly, dispersions, seed) for w, part in windows.items()}
    for name in BASELINES:
        found[name] = {w: baseline(name, part, past, seed) for w, part in windows.items()}
    return {
        "scores": {name: {w: summed(s) for w, s in parts.items()} for name, parts in found.items()},
        "ratios": {w: ratios({n: f[w] for n, f in found.items()}, seed) for w in windows},
        "numbers": {w: {n: [{**vars(s), "inside": s.inside} for s in f[w]] for n, f in found.items()} for w in windows},
    }


#: Pairs of ways of knowing whose mean CRPS is compared.
PAIRS = (
    ("borrowed", "prior"), ("borrowed, rest learned", "all learned"), ("borrowed, rest learned", "prior"), ("all learned", "prior"), ("fit", "prior"),
    ("fit", "last number"), ("fit", "usual number"), ("borrowed, rest learned", "last number"),
)  # fmt: skip


def ratios(
    found: Mapping[str, Sequence[Scored]], seed: int, resamples: int = 2000, pairs: Sequence[tuple[str, str]] = PAIRS
) -> list[dict[str, Any]]:
    """Ratios of mean CRPS with a 90 per cent interval from resampling numbers (numpy Philox keyed by the seed).

    Neighbouring years of one series are alike, so the interval is too narrow rather than too wide.
    """
    out = []
    for one, other in pairs:
        if one not in found or other not in found:
            continue
        sides = [_told_apart(found[n]) for n in (one, other)]
        keys = [k for k in sides[0] if k in sides[1]]
        if not keys:
            continue
        values = np.array([[side[k] for k in keys] for side in sides])
        random = np.random.Generator(np.random.Philox(key=[seed, 41]))
        chosen = random.integers(len(keys), size=(resamples, len(keys)))
        again = values[0][chosen].mean(axis=1) / values[1][chosen].mean(axis=1)
        low, high = np.quantile(again, [0.05, 0.95])
        out.append({"one": one, "other": other, "ratio": float(values[0].mean() / values[1].mean()), "low": float(low), "high": float(high), "numbers": len(keys)})  # fmt: skip
    return out


def _told_apart(scored: Sequence[Scored]) -> dict[tuple[str, str, float, int], float]:
    """CRPS by number. Several places, or days of one year, have one label: they are told apart by what was observed,
    and among equals by their order."""
    places: Counter[tuple[str, str, float]] = Counter()
    out = {}
    for one in scored:
        about = (one.series, one.label, one.observed)
        out[(*about, places[about])] = one.crps
        places[about] += 1
    return out


def shortened(value: Any) -> Any:
    """Plain numbers with five digits, for a file that people may read."""
    if isinstance(value, dict):
        return {key: shortened(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [shortened(inner) for inner in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


def load_transports() -> list[dict[str, Any]]:
    """Every transport on record in the library. Raises FileError E104, E109 for one that is damaged."""

    return [read_json(path) for path in sorted(LIBRARY.glob(f"*/{FILE}"))]
