"""Packages that not everybody needs: loaded when asked for, and named where they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from forbear.errors import RunError

__all__ = ["EXTRAS", "need"]

#: Package -> the extra that installs it, as `[project.optional-dependencies]` has it.
EXTRAS = {"matplotlib": "plot", "typst": "brief"}


def need(package: str, what: str, extra: str | None = None) -> Any:
    """Return a package that an extra installs.

    Parameters
    ----------
    package
        The module's name.
    what
        What it is needed for, as the beginning of a sentence: "a brief".
    extra
        The extra to name; by default the one that `EXTRAS` has for the package.

    Returns
    -------
    module
        The package, imported.

    Raises
    ------
    RunError
        E421 where it is not installed, with the line that installs it.

    Examples
    --------
    >>> need("json", "a test", extra="brief").dumps([1])
    '[1]'
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != package.split(".")[0]:
            raise  # it is there, and lacks something of its own
        wanted = extra or EXTRAS[package]
        raise RunError(
            "E421", f"{what} needs {package}, which is not installed", hint=f"pip install 'forbear[{wanted}]'"
        ) from None
