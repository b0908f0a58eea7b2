"""`forbear run`: everything in one go, one report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library (iraq-2003, meadow) or a path")],
    members: Annotated[
        int | None,
        typer.Option(
            help="members to simulate: 512 from a posterior, 2048 otherwise when absent", min=1, max=1_000_000
        ),
    ] = None,
    keep: Annotated[
        int, typer.Option(help="without a posterior: members nearest to history that the report shows", min=2)
    ] = 128,
    given: Annotated[
        str,
        typer.Option(
            help="posterior, prior, or pooled: the prior narrowed by what the data of other countries say together"
        ),
    ] = "posterior",
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
    brief: Annotated[Path | None, typer.Option(help="also write the two-page brief: a PDF file")] = None,
    record: Annotated[
        Path | None, typer.Option(help="also write base rates, and a proposal's ranges, as JSON into this file")
    ] = None,
) -> None:
    """Simulate a scenario week by week in an ensemble, set it beside what was observed, and write one HTML report."""
    from forbear.cli.screen import meter
    from forbear.ensemble.matching import match
    from forbear.ensemble.runner import simulate
    from forbear.errors import FitError
    from forbear.inference.posterior import Posterior
    from forbear.report import write
    from forbear.scenario import Scenario
    from forbear.scenario.proposals import require_proposal, require_range
    from forbear.validation.base_rates import base_rate_lines, base_rates
    from forbear.validation.borrowed import travel_lines
    from forbear.validation.pooling import pooled_parameters
    from forbear.validation.validate import load_validation
    from forbear.workflow.battery import answer

    loaded = Scenario.load(scenario)
    original = loaded
    if settings:
        loaded = loaded.with_settings(settings)
    problem = loaded.problem()
    require_proposal(loaded)
    require_range(loaded, members or 2048)
    proposed = loaded.kind == "prospective"
    target = to or Path(f"{problem.name}.html")
    shown = meter()
    if given not in ("posterior", "prior", "pooled"):
        raise FitError("E609", f"nothing is called {given!r} to draw from", hint="posterior, prior or pooled")
    posterior = None if prior or proposed or given != "posterior" else Posterior.of(original)
    stale: list[str] = []
    if posterior is not None:
        stale = posterior.stale(original, original.problem() if settings else problem)
        if stale:
            shown.say(f"the posterior was made with another {', '.join(stale)}: run `forbear fit {scenario}` again")
    many = members or (512 if posterior is not None else 2048)
    parameters = posterior.parameters(many) if posterior is not None else None
    note = "posterior draws" if posterior is not None else "prior draws"
    if given == "pooled":
        parameters, note = pooled_parameters(problem, many, seed), "pooled draws"
    if posterior is None:
        print("\n".join(travel_lines(original, pooled=given == "pooled")))
    matching = proposal = None
    if proposed:
        ensemble, kept, proposal = _propose(loaded, many, seed, workers, shown, parameters)
    else:
        ensemble = simulate(
            problem,
            members=many,
            seed=seed,
            workers=workers,
            store=store,
            progress=shown,
            parameters=parameters,
            note=note,
        )
        matching = match(ensemble.healthy, loaded, keep=keep) if posterior is None else None
        kept = ensemble.healthy if matching is None else ensemble.healthy.keep(matching.kept)
    rates = base_rates(loaded, ensemble.healthy)
    print("\n".join([*base_rate_lines(rates), *(proposal.lines() if proposal is not None else ())]))
    if record is not None:
        from forbear.workflow.proposal import save

        print(save(record, rates, proposal))
    if posterior is None and not proposed:
        shown.say(
            matching.rule if matching is not None else "no observed series to compare with: every member is shown"
        )
    answers = None
    asked = claims and not settings and original.beside("claims") is not None
    if asked and posterior is not None:
        found = answer(original, posterior, seed=seed, workers=workers, progress=shown)
        answers = found.as_dict()
        found.save(Path(f"{problem.name}-answers.json"))
    if csv is not None:
        kept.to_csv(csv)
    command_line = (
        f"forbear run {scenario} --members {many} --seed {seed}"
        + (f" --keep {keep}" if posterior is None and not proposed else "")
        + (f" --given {given}" if given != "posterior" else "")
        + "".join(f" --set {s}" for s in settings or [])
    )
    from forbear.report.beside import simulate_never

    shared: dict[str, Any] = {
        "matching": matching, "command": command_line, "posterior": posterior, "stale": stale, "answers": answers,
        "validation": load_validation(original) if posterior is not None else None,
        "never": proposal.never if proposal is not None else simulate_never(kept, loaded, workers=workers, progress=shown) if answers is None else None,
    }  # fmt: skip
    path = write(kept, loaded, problem, to=target, prior=ensemble, proposal=proposal, **shared)
    if brief is not None:
        from forbear.report.brief import write_brief

        print(write_brief(kept, loaded, to=brief, **shared))
    if answers is not None:
        from forbear.questions.verdict_lines import verdict_table

        print("\n".join(verdict_table(answers)))
    print(path)


def _propose(scenario: Any, members: int, seed: int, workers: int | None, shown: Any, parameters: Any) -> Any:
    """Every draw of a proposed intervention, the draws that are tied to the record, and the ranges told of it."""
    from forbear.workflow.proposal import condition, draw, propose

    draws = draw(scenario, members=members, seed=seed, workers=workers, meter=shown, parameters=parameters)
    conditioning = condition(draws.success, seed)
    told = propose(scenario, draws, conditioning, workers=workers, meter=shown)
    kept = draws.ensemble if conditioning.kept is None else draws.ensemble.keep(conditioning.kept)
    return draws.ensemble, kept.healthy, told
