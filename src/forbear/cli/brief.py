"""`forbear brief`: the front page of the report with two figures on two pages, as PDF."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library (iraq-2003, meadow) or a path")],
    to: Annotated[Path | None, typer.Option(help="the PDF; NAME-brief.pdf when absent")] = None,
    members: Annotated[
        int | None, typer.Option(help="members: 512 from a posterior, 2048 from the prior when absent", min=2)
    ] = None,
    keep: Annotated[
        int, typer.Option(help="without a posterior: members nearest to history that are shown", min=2)
    ] = 128,
    prior: Annotated[bool, typer.Option("--prior", help="prior draws even where there is a posterior")] = False,
    answers: Annotated[
        Path | None, typer.Option(help="verdicts as `forbear claims` wrote them; those on record when absent")
    ] = None,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bytes", min=0)] = 1,
    workers: Annotated[int | None, typer.Option(help="threads; all processors when absent", min=1)] = None,
) -> None:
    """Write a two-page brief. Verdicts are those on record beside the scenario: `forbear run` computes them anew."""
    from forbear.cli.screen import meter
    from forbear.ensemble.matching import match
    from forbear.ensemble.runner import simulate
    from forbear.extras import need
    from forbear.inference.posterior import Posterior
    from forbear.report.beside import simulate_never
    from forbear.report.brief import write_brief
    from forbear.scenario import Scenario
    from forbear.validation.validate import load_validation

    need("typst", "a brief")  # before minutes of work
    loaded, shown = Scenario.load(scenario), meter()
    problem = loaded.problem()
    posterior = None if prior else Posterior.of(loaded)
    found = _answers(loaded.file, answers) if posterior is not None else None
    many = members or (512 if posterior is not None else 2048)
    ensemble = simulate(
        problem, members=many, seed=seed, workers=workers, progress=shown,
        parameters=posterior.parameters(many) if posterior is not None else None, note="posterior draws" if posterior is not None else "prior draws",
    )  # fmt: skip
    matching = match(ensemble.healthy, loaded, keep=keep) if posterior is None else None
    kept = ensemble.healthy if matching is None else ensemble.healthy.keep(matching.kept)
    if found is None:
        shown.say("no verdicts beside the scenario: the brief claims no effect of any policy")
    print(
        write_brief(
            kept, loaded, to=to or Path(f"{problem.name}-brief.pdf"), answers=found, matching=matching, posterior=posterior,
            stale=posterior.stale(loaded, problem) if posterior is not None else (), validation=load_validation(loaded) if posterior is not None else None,
            never=simulate_never(kept, loaded, workers=workers, progress=shown) if found is None else None,
            command=f"forbear brief {scenario} --members {many} --seed {seed}",
        )
    )  # fmt: skip


def _answers(scenario: str | Path | None, chosen: Path | None) -> dict[str, Any] | None:
    """Verdicts from a file or from the record beside the scenario; None where there are none."""
    from forbear.errors import FileError

    path = chosen or (Path(scenario).parent / "answers.json" if scenario else None)
    if path is None or not (chosen or path.exists()):
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileError("E101", f"{path} does not exist", hint="`forbear claims` writes one") from None
    except (OSError, ValueError) as error:
        raise FileError("E104", f"{path} cannot be read as answers: {error}") from None
    if not isinstance(found, dict) or not {"claims", "strategies", "about"} <= set(found):
        raise FileError("E104", f"{path} holds no answers", hint="`forbear claims` writes one")
    return found
