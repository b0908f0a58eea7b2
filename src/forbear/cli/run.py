"""`forbear run`: everything in one go, one report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library (iraq-2003, meadow) or a path")],
    members: Annotated[
        int | None,
        typer.Option(
            help="members to simulate: 512 from a posterior, 2048 from the prior when absent", min=1, max=1_000_000
        ),
    ] = None,
    keep: Annotated[
        int, typer.Option(help="without a posterior: members nearest to history that the report shows", min=2)
    ] = 128,
    prior: Annotated[bool, typer.Option("--prior", help="prior draws even where there is a posterior")] = False,
    claims: Annotated[
        bool,
        typer.Option(
            "--claims/--no-claims",
            help="test the claims beside the scenario, compare strategies, attribute the failure",
        ),
    ] = True,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bits", min=0)] = 1,
    to: Annotated[Path | None, typer.Option(help="the report; NAME.html when absent")] = None,
    store: Annotated[Path | None, typer.Option(help="folder that keeps finished chunks: a stopped run goes on")] = None,
    workers: Annotated[int | None, typer.Option(help="threads; all processors when absent", min=1)] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="change a lever: intervener.force=+20000, *1.5, =0")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="also write quantiles as CSV files into this folder")] = None,
) -> None:
    """Simulate a scenario week by week in an ensemble, set it beside what was observed, and write one HTML report."""
    from forbear.analysis.battery import answer
    from forbear.analysis.validate import load_validation
    from forbear.cli.screen import meter
    from forbear.ensemble.matching import match
    from forbear.ensemble.runner import simulate
    from forbear.inference.posterior import Posterior
    from forbear.report import write
    from forbear.scenario import Scenario

    loaded = Scenario.load(scenario)
    original = loaded
    if settings:
        loaded = loaded.with_settings(settings)
    problem = loaded.problem()
    target = to or Path(f"{problem.name}.html")
    shown = meter()
    posterior = None if prior else Posterior.of(original)
    if posterior is not None and not settings:
        stale = posterior.stale(original, problem)
        if stale:
            shown.say(f"the posterior was made with another {', '.join(stale)}: run `forbear fit {scenario}` again")
    many = members or (512 if posterior is not None else 2048)
    parameters = posterior.parameters(many) if posterior is not None else None
    note = "posterior draws" if posterior is not None else "prior draws"
    ensemble = simulate(
        problem, members=many, seed=seed, workers=workers, store=store, progress=shown, parameters=parameters, note=note
    )
    matching = match(ensemble.healthy, loaded, keep=keep) if posterior is None else None
    kept = ensemble.healthy if matching is None else ensemble.healthy.keep(matching.kept)
    if posterior is None:
        shown.say(
            matching.rule if matching is not None else "no observed series to compare with: every member is shown"
        )
    answers = None
    asked = claims and not settings and original.file is not None and (Path(original.file).parent / "claims").is_dir()
    if asked and posterior is not None:
        found = answer(original, posterior, seed=seed, workers=workers, progress=shown)
        answers = found.as_dict()
        found.save(Path(f"{problem.name}-answers.json"))
    if csv is not None:
        kept.to_csv(csv)
    command_line = (
        f"forbear run {scenario} --members {many} --seed {seed}"
        + (f" --keep {keep}" if posterior is None else "")
        + "".join(f" --set {s}" for s in settings or [])
    )
    path = write(
        kept, loaded, problem, to=target, prior=ensemble, matching=matching, command=command_line, posterior=posterior,
        validation=load_validation(original) if posterior is not None else None, answers=answers,
    )  # fmt: skip
    if answers is not None:
        from forbear.analysis.verdict_lines import verdict_table

        print("\n".join(verdict_table(answers)))
    print(path)
