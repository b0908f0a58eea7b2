"""`forbear validate`: whether a fitted scenario deserves belief."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library or a path, with a posterior beside it")],
    parts: Annotated[
        str | None,
        typer.Option(help="neutrality,contraction,predictive,forecast,structures,recovery,transport; all when absent"),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="only print what is on record")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="fewer draws and worlds; marked as quick")] = False,
    posterior: Annotated[Path | None, typer.Option(help="a posterior elsewhere than beside the scenario")] = None,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bits", min=0)] = 1,
    store: Annotated[Path | None, typer.Option(help="folder of finished fits; NAME.validation when absent")] = None,
    to: Annotated[
        Path | None,
        typer.Option(help="results as JSON; validation.json beside a scenario of your own, else NAME-validation.json"),
    ] = None,
    workers: Annotated[int | None, typer.Option(help="threads; all processors when absent", min=1)] = None,
) -> None:
    """Hold-out forecasts against baselines, recovered truth, neutrality, structural rivals, contraction."""
    from forbear.cli.screen import meter
    from forbear.errors import FitError
    from forbear.inference.posterior import Posterior
    from forbear.scenario import Scenario
    from forbear.validation.lines import validation_lines
    from forbear.validation.validate import FILE, PARTS, load_validation, save_validation, validate

    loaded = Scenario.load(scenario)
    problem = loaded.problem()
    before = load_validation(loaded)
    if show:
        if before is None:
            raise FitError(
                "E610", f"no validation of {problem.name} is on record", hint=f"run: forbear validate {scenario}"
            )
        print("\n".join(validation_lines(before)))
        return
    found = Posterior.load(posterior, problem) if posterior else Posterior.of(loaded, problem)
    if found is None:
        raise FitError("E610", f"{problem.name} has no posterior to validate", hint=f"run: forbear fit {scenario}")
    stale = found.stale(loaded, problem)
    if stale:
        meter().say(f"the posterior was made with another {', '.join(stale)}: fit again")
    wanted = [p.strip() for p in parts.split(",")] if parts else list(PARTS)
    folder = store or Path(f"{problem.name}.validation")
    results = validate(
        loaded,
        found,
        parts=wanted,
        store=folder,
        seed=seed,
        quick=quick,
        before=before,
        workers=workers,
        progress=meter(),
    )
    beside = Path(loaded.file).parent if loaded.file else Path()
    own = Path(__file__).parents[1] not in beside.parents
    target = to or (beside / FILE if own else Path(f"{problem.name}-validation.json"))
    save_validation(results, target)
    if "transport" in wanted and results["transport"]["parameters"]:
        from forbear.validation.transport import FILE as CARRIED
        from forbear.validation.transport import shortened

        name = CARRIED if own else target.name.replace("validation", "transport")
        save_validation(shortened(results["transport"]), target.with_name(name))
    print("\n".join(validation_lines(results)))
    print(target)
