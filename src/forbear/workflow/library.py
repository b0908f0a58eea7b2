"""What ships: scenarios and evidence; and how to cite what was used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.evidence import Series, catalogue, find
from forbear.inference.posterior import FILE
from forbear.report.citations import bibtex
from forbear.scenario.reading.chain import library_names
from forbear.scenario.scenario import Scenario
from forbear.workflow.arguments import scenario_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Bibliography", "cite", "evidence", "library", "load"]


class Bibliography(str):
    """BibTeX: a text that shows itself as it stands."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def load(scenario: str | Path) -> Scenario:
    """Load a scenario by its name in the library, or by the path of its file or folder, with everything it extends.

    Parameters
    ----------
    scenario
        "iraq-2003", "meadow" (see `library`), or a path.

    Returns
    -------
    Scenario
        Immutable: `with_levers`, `with_facts` and `with_uncertainties` give another.

    Raises
    ------
    FileError, ScenarioError, UnitError
        Every fault of the files at once, each with its line.

    Examples
    --------
    >>> import forbear as fb
    >>> fb.load("meadow").title
    'Meadow, an invented country of two districts'
    """
    return Scenario.load(scenario)


def library() -> pd.DataFrame:
    """List the scenarios that ship.

    Returns
    -------
    pandas.DataFrame
        By name: title, kind (historical, invented, prospective), first day, day after the last, and whether a posterior
        ships with it.

    Examples
    --------
    >>> import forbear as fb
    >>> fb.library().loc["meadow", "kind"]
    'invented'
    """
    import pandas as pd  # heavy: only who asks for a table waits for it

    rows = []
    for name in library_names():
        opened = Scenario.load(name)
        fitted = opened.file is not None and (Path(opened.file).parent / FILE).exists()
        rows.append((name, opened.title, opened.kind, opened.start, opened.end, fitted))
    columns = ["name", "title", "kind", "start", "end", "posterior"]
    return pd.DataFrame(rows, columns=columns).set_index("name")


def evidence(name: str | None = None) -> pd.DataFrame | Series:
    """List the evidence that ships, or return one series of it.

    Parameters
    ----------
    name
        A series; None for the list.

    Returns
    -------
    pandas.DataFrame or Series
        The list by name: title, unit, span, frequency, gaps, licence, publishers. Of one series, `.table()` is a
        DataFrame, and `.sources` and `.caveats` say what it is and is not.

    Raises
    ------
    EvidenceError
        E501 for an unknown series.

    Examples
    --------
    >>> import forbear as fb
    >>> list(fb.evidence().columns)
    ['title', 'unit', 'span', 'frequency', 'gaps', 'licence', 'publishers']
    """
    if name is not None:
        return find(name)
    import pandas as pd  # heavy: only who asks for a table waits for it

    rows = []
    for series in catalogue().values():
        publishers = "; ".join(dict.fromkeys(source.publisher for source in series.sources))
        told = (series.title, series.unit, series.span, series.frequency, series.gaps, series.licence, publishers)
        rows.append((series.name, *told))
    columns = ["name", "title", "unit", "span", "frequency", "gaps", "licence", "publishers"]
    return pd.DataFrame(rows, columns=columns).set_index("name")


def cite(found: Any = None) -> Bibliography:
    """Say how to cite the program, its methods, and the data that a result rests on.

    Parameters
    ----------
    found
        A scenario, its name or path, or anything that was made of one: an ensemble, a posterior, a comparison, answers.
        None: the program and its methods alone.

    Returns
    -------
    Bibliography
        BibTeX, a text.

    Raises
    ------
    FileError
        E101 where the scenario of a result is not found.

    Examples
    --------
    >>> import forbear as fb
    >>> fb.cite("meadow").splitlines()[0]
    '@software{forbear,'
    """
    if found is None:
        return Bibliography(bibtex(None))
    return Bibliography(bibtex(scenario_of(_scenario_behind(found))))


def _scenario_behind(found: Any) -> Any:
    """The scenario, or its name, that a result was made of."""
    manifest = getattr(found, "manifest", None)
    if isinstance(manifest, Mapping):
        return str(manifest.get("scenario", ""))
    space = getattr(found, "space", None)
    if space is not None:
        return space.problem.name
    attributes = getattr(getattr(found, "data", None), "attrs", {})
    if "scenario" in attributes:
        return str(attributes["scenario"])
    about = getattr(found, "about", None)
    return str(about["scenario"]) if isinstance(about, Mapping) else found
