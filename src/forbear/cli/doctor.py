"""`forbear doctor`: what this installation is."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from importlib.util import find_spec

import typer

from forbear.cli.health import findings
from forbear.cli.lines import tell
from forbear.country.model import MODEL
from forbear.country.program import program
from forbear.ensemble.device import gpu_name
from forbear.extras import EXTRAS
from forbear.kernel import woven
from forbear.kernel.cache import cache_folder
from forbear.kernel.cuda_compile import missing


def command() -> None:
    """Say what this installation is, and verify it: versions, processors, kernels; evidence, files and cache. Exits 1 on damage."""
    tell(
        f"forbear {version('forbear')}, Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    )
    for package in ("numpy", "numba", "llvmlite", "scipy", "xarray", "zarr"):
        tell(f"  {package} {version(package)}")
    for package, extra in EXTRAS.items():
        here = find_spec(package) is not None
        tell(f"  {package} {version(package) if here else f'is not installed: the extra {extra} adds it'}")
    tell(
        f"model {MODEL.hash[:12]}: {len(program().rules)} rules, {len(MODEL.quantities)} quantities, {len(MODEL.parameters)} parameters, {len(MODEL.levers)} levers"
    )
    reason = missing()
    tell(f"GPU: {gpu_name() if reason is None else f'none to use, {reason}'}")
    tell(f"kernels are kept in {cache_folder()}")
    for kernel in woven.KERNELS:
        ready = woven.is_compiled(woven.load(program(), kernel))
        tell(f"  {kernel}: {'compiled' if ready else 'will be compiled at first use'}")
    whole = True
    for good, found in findings():
        whole &= good
        tell(found if good else f"DAMAGED {found}")
    if not whole:
        raise typer.Exit(1)
