"""The record of other wars: cases of the atlas made ready, fitted together, judged one left out, and written down."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from forbear.country.model import MODEL
from forbear.discovery.guessed import draw_facts, guessed_facts
from forbear.discovery.lookup import hypercube
from forbear.ensemble.progress import Meter
from forbear.evidence.atlas import Case, atlas
from forbear.files import make_folder
from forbear.inference.joint.fit import Fitted, fit
from forbear.inference.joint.judge import judged, use
from forbear.inference.joint.passes import Law, simulate_pass
from forbear.inference.joint.simulated import War, shared_names
from forbear.inference.joint.success import Success, expected_success
from forbear.inference.keeper import Keeper
from forbear.inference.record import RECORD, save
from forbear.inference.studies import ESTIMANDS, Studies, in_conflict, measured
from forbear.integers import seed_of, workers_of
from forbear.questions.streams import stream
from forbear.scenario.scenario import Scenario
from forbear.workflow.arguments import count, meter_of

__all__ = ["fit_record", "wars"]

#: Sets of guessed facts of each case: as many as blocks of a pass of 1,024 draws.
SETS = 8
#: Draws that studies weigh in their table of sensitivity.
WEIGHED = 4000
#: Studies that compare cases as they were with nobody staying.
COMPARED = ("troops-and-fighting", "peacekeepers-and-renewed-war")
#: Draws under which every case is run again to see whether a study's linear answer keeps what it foretells.
TRIED = 128
#: A study that foretells less than this part of its own error has nothing to try.
LEAST_FORETOLD = 0.1
#: A member of a case, in seconds of one processor, measured over all cases: for what is told before the runs.
SECONDS_A_MEMBER = 0.0035


def wars(cases: Sequence[Case] | None = None, seed: int = 1, sets: int = SETS) -> tuple[War, ...]:
    """Make cases of the atlas ready, each under several sets of its coded ranges.

    cases: all of the atlas when None. Randomness: a Latin hypercube over stated ranges, stream "record/facts/CASE" of
    `seed`.
    """
    out = []
    for case in cases if cases is not None else atlas():
        scenario = Scenario.load(f"atlas/{case.name}")
        problem = scenario.problem()
        facts = [fact for fact in guessed_facts(scenario) if fact.stated_range]
        u = hypercube(sets, len(facts), stream(seed, f"record/facts/{case.name}"))
        out.append(War.of(case, [problem.with_facts(draw_facts(problem, facts, row)) for row in u]))
    return tuple(out)


def fit_record(
    *,
    to: str | Path | None = None,
    draws: int = 1024,
    judged_draws: int = 128,
    studied: int = 256,
    seed: int = 1,
    store: str | Path | None = None,
    workers: int | None = None,
    progress: Meter | bool | None = None,
    cases: Sequence[Case] | None = None,
) -> dict[str, Any]:
    """Fit shared parameters to the outcomes of all cases of the atlas, judge them, and write the record.

    Parameters
    ---------- to
        The file; the one that ships when None.
    draws, judged_draws
        Of the pass over all cases; fewest effective ones of a case foreseen from the others.
    studied
        Draws under which every case is run again with no soldiers staying, for the studies that compare; 0: none.
    store
        A folder that keeps finished cases, so that a fit that was stopped goes on.
    seed, workers, progress
        As for `simulate`.
    cases
        All of the atlas when None.

    Returns
    ------- dict
        What is written beside the numbers: cases, scores, used.

    Raises
    ------ FitError
        E607 where the store holds another fit.
    FileError
        E103 where something cannot be written.
    """
    meter, begun = meter_of(progress), time.process_time()
    ready, names = wars(cases, seed_of(seed)), shared_names()
    made = {
        "draws": count(draws, "draws"),
        "judged_draws": count(judged_draws, "judged_draws"),
        "seed": seed_of(seed),
        "sets": SETS,
        "studied": count(studied, "studied", 0),
    }
    identity = {
        "record": 1,
        "model": MODEL.hash,
        "names": list(names),
        "problems": [w.problems[0].hash for w in ready],
        **made,
    }
    members = len(ready) * (draws + studied + max(studied, TRIED) + TRIED)
    meter.say(
        f"{members:,} runs of {len(ready)} cases: about {members * SECONDS_A_MEMBER / 60:.0f} minutes of one processor"
    )
    meter.start(len(ready) * (4 + (studied > 0)), "running the cases of the atlas")
    target = Path(to) if to is not None else RECORD
    make_folder(target.parent)
    common: dict[str, Any] = {
        "seed": seed,
        "meter": meter,
        "workers": workers_of(workers),
        "keeper": Keeper(Path(store) if store is not None else None, identity),
    }
    fitted = fit(ready, names, draws=draws, judged=judged_draws, **common)
    first = fitted.done
    without = None
    if studied:
        none = simulate_pass(
            ready,
            names,
            first.law,
            name="nobody-stays",
            draws=studied,
            changes={"force": 0.0},
            scores=first.scores[:studied],
            **common,
        )
        without = none.outcomes
    succeeded = simulate_pass(
        ready,
        names,
        first.law,
        name="success",
        draws=len(first.scores[: max(studied, TRIED)]),
        scores=first.scores[: max(studied, TRIED)],
        reads=Success(float(ready[0].problems[0].step)),
        **common,
    )
    studies = measured(ready, first.scores, first.outcomes, without, names)
    promises = tried(ready, studies, names, min(TRIED, draws), common)
    meter.finish()
    told = told_of(ready, fitted, seed) | {
        "settings": made,
        "seconds": round(time.process_time() - begun),
        "sensitivity": sensitivity(studies, fitted, seed),
        "tried": promises,
        "success": expected_success(ready, succeeded),
    }
    save(target, fitted, names, told, studies)
    return told


def tried(
    ready: Sequence[War], studies: Studies, names: Sequence[str], draws: int, common: dict[str, Any]
) -> list[dict[str, Any]]:
    """Whether the linear answer of each study keeps what it foretells: cases run again under the law that the study
    leaves over the prior.

    Rows: study, prior (the comparison before any data), foretold (under that law, by the linear answer), found (in the
    new runs) with its Monte Carlo error; found is null where a study foretells too little to try. Randomness: by the
    seed of `common`.
    """
    out = []
    for study in studies.studies:
        name, (mean, covariance) = study.estimate.name, study.law()
        row: dict[str, Any] = {
            "study": name,
            "prior": study.level,
            "foretold": study.level + float(study.slopes @ mean),
        }
        found = None
        if abs(row["foretold"] - row["prior"]) > LEAST_FORETOLD * study.estimate.error:
            law = Law.of(mean, covariance)
            again = simulate_pass(ready, names, law, name=f"tried-{name}", draws=draws, **common)
            nobody = simulate_pass(
                ready, names, law, name=f"tried-{name}-nobody-stays", draws=draws, changes={"force": 0.0},
                scores=again.scores, **common,
            ) if name in COMPARED else None  # fmt: skip
            found = ESTIMANDS[name](ready, again.outcomes, nobody.outcomes if nobody is not None else None)
        if found is not None:
            row["foretold"] = study.level + float((again.scores @ study.slopes).mean())
        row["found"] = None if found is None else float(np.nanmean(found))
        row["error"] = None if found is None else float(np.nanstd(found) / np.sqrt(np.isfinite(found).sum()))
        out.append(row)
    return out


def dropped(ready: Sequence[War], fitted: Fitted) -> list[dict[str, Any]]:
    """What leaving each case out does: the parameter whose mean score changes most, and by how much."""
    names, whole = shared_names(), fitted.all.sites.prior_of_next(fitted.joint)[0]
    out = []
    for place, (war, rest) in enumerate(zip(ready, fitted.without, strict=True)):
        change = rest.sites.prior_of_next(fitted.joint.of(fitted.rows_without(place)))[0] - whole
        most = int(np.argmax(np.abs(change)))
        out.append({"case": war.case.name, "parameter": names[most], "change": float(change[most])})
    return out


def sensitivity(studies: Studies, fitted: Fitted, seed: int) -> list[dict[str, Any]]:
    """Each study, and all that are not in conflict, over draws of the prior and of the record, with tau halved, as
    stated, doubled.

    Rows: study, draws (prior, record), times (of tau), expected (mean, sd of g), effective draws, shape, conflict.
    Randomness: draws by `seed`.
    """
    laws = {"prior": Law.neutral(len(studies.names)), "record": Law.of(*fitted.all.sites.prior_of_next(fitted.joint))}
    out = []
    for name, law in laws.items():
        z = law.draw(WEIGHED, seed, "studies")
        for times in (0.5, 1.0, 2.0):
            together, alone = studies.weighed(z, times=times)
            rows = [
                *((study, alone[study.estimate.name]) for study in studies.studies),
                *([(None, together)] if together else []),
            ]
            for study, weights in rows:
                g = study.level + z @ study.slopes if study is not None else np.zeros(1)
                out.append(
                    {
                        "study": study.estimate.name if study is not None else "together",
                        "draws": name,
                        "times": times,
                        "expected": [float(g.mean()), float(g.std())],
                        "effective": round(weights.effective / WEIGHED, 3),
                        "shape": round(float(np.clip(weights.shape, -9.0, 9.0)), 2),
                        "conflict": in_conflict(weights),
                    }
                )
    return out


def told_of(ready: Sequence[War], fitted: Fitted, seed: int) -> dict[str, Any]:
    """What the file says of a fit: cases, judgement, discrepancy, how well answers explain, and what each case alone
    moves.
    """
    found = judged(ready, fitted, seed)
    explained: dict[str, list[float]] = {}
    for war, answer in zip(ready, fitted.answers, strict=True):
        for kind, share in zip(war.reading.kinds, answer.explained, strict=True):
            explained.setdefault(kind, []).append(float(share))
    return {
        "cases": [war.case.name for war in ready],
        "judged": found,
        "used": use(found),
        "stray": asdict(fitted.all.stray),
        "moved": max(one.sites.moved for one in (fitted.all, *fitted.without)),
        "dropped": dropped(ready, fitted),
        "explained": {kind: sum(shares) / len(shares) for kind, shares in explained.items()},
        "observations": len(fitted.joint.case),
    }
