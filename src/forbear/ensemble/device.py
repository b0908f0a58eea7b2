"""Where members run: the processor, or a GPU when one is asked for or found."""

from __future__ import annotations

import os
from dataclasses import dataclass

from forbear.errors import RunError, nearest

__all__ = ["PROCESSOR", "DEVICES", "Device", "choose", "gpu_name"]

DEVICES = ("auto", "cpu", "cuda")
#: `auto` leaves smaller ensembles to the processor: a thread of a GPU is slow, only thousands of them are fast.
FEWEST_FOR_AUTO = 4096


@dataclass(frozen=True)
class Device:
    """Where members run. kind: cpu or cuda; name: for people; why: why `auto` chose it, or empty."""

    kind: str
    name: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.why})" if self.why else self.name


#: Where members run when nothing is asked for.
PROCESSOR = Device("cpu", "processor")


def choose(asked: str, *, kernel: str, members: int) -> Device:
    """Return the device to run on. `auto` takes a GPU that is at hand for a large ensemble in the lane kernel's arithmetic.

    Raises RunError E409 when a GPU is asked for and cannot be used, naming what is missing; E410 for an unknown device.
    """
    if asked not in DEVICES:
        word = nearest(asked, DEVICES)
        raise RunError(
            "E410",
            f"unknown device {asked!r}",
            hint=f"allowed: {', '.join(DEVICES)}" + (f"; did you mean {word}?" if word else ""),
        )
    if asked == "cpu":
        return _processor()
    if asked == "auto" and members < FEWEST_FOR_AUTO:
        return _processor(f"fewer than {FEWEST_FOR_AUTO:,} members")
    reason = "the exact kernel runs on the processor alone" if kernel != "lanes" else _missing()
    if reason is None:
        return Device("cuda", gpu_name(), "found" if asked == "auto" else "")
    if asked == "auto":
        return _processor(reason)
    raise RunError(
        "E409", f"cannot run on a GPU: {reason}", hint="--device cpu, or --device auto to take what is there"
    )


def _processor(why: str = "") -> Device:
    return Device("cpu", f"processor, {os.cpu_count() or 1} threads", why)


def _missing() -> str | None:
    from forbear.kernel.cuda_compile import missing

    return missing()


def gpu_name() -> str:
    """The name and compute capability of the current GPU."""
    from forbear.kernel.cuda_compile import simulated

    if simulated():
        return "numba's simulator of a GPU"
    from numba import cuda

    device = cuda.get_current_device()
    name = device.name.decode() if isinstance(device.name, bytes) else str(device.name)
    return f"{name}, compute capability {'.'.join(map(str, device.compute_capability))}"
