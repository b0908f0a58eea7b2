"""`forbear doctor`: what this installation is."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

from forbear.country.model import MODEL
from forbear.country.program import program
from forbear.ensemble.device import gpu_name
from forbear.kernel import woven
from forbear.kernel.cache import cache_folder
from forbear.kernel.cuda_compile import missing


def command() -> None:
    """Say what this installation is: versions, processors, caches, and whether kernels are compiled."""
    print(
        f"forbear {version('forbear')}, Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    )
    for package in ("numpy", "numba", "scipy", "xarray", "zarr", "matplotlib"):
        print(f"  {package} {version(package)}")
    print(
        f"model {MODEL.hash[:12]}: {len(program().rules)} rules, {len(MODEL.quantities)} quantities, {len(MODEL.parameters)} parameters, {len(MODEL.levers)} levers"
    )
    reason = missing()
    print(f"GPU: {gpu_name() if reason is None else f'none to use, {reason}'}")
    print(f"kernels are kept in {cache_folder()}")
    for kernel in woven.KERNELS:
        ready = woven.is_compiled(woven.load(program(), kernel))
        print(f"  {kernel}: {'compiled' if ready else 'will be compiled at first use'}")
