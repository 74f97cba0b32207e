"""Which device computes, and in which numbers."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from synth_anomaly.errors import DeviceError
from synth_anomaly.numerics import without_tf32

__all__ = [
    "Precision",
    "PrecisionName",
    "choose_device",
    "choose_precision",
    "cpu_has_bf16",
    "use_threads",
]

PrecisionName = Literal["auto", "fp32", "bf16"]

_SMALLEST = 32


@dataclass(frozen=True)
class Precision:
    """How training computes.

    Attributes:
        name: ``"fp32"`` or ``"bf16"``: bfloat16 autocast over float32 weights, channels last.
    """

    name: Literal["fp32", "bf16"]

    @property
    def memory_format(self) -> torch.memory_format:
        """The layout of images and weights."""
        return torch.channels_last if self.name == "bf16" else torch.contiguous_format

    def autocast(self, device: torch.device) -> AbstractContextManager[object]:
        """Return the context in which networks and losses are computed."""
        return torch.autocast(device.type, torch.bfloat16) if self.name == "bf16" else nullcontext()

    def predicting(self, device: torch.device) -> AbstractContextManager[object]:
        """Return the context in which predictions are computed: what says fp32 is not rounded to TF32."""
        if self.name == "fp32" and device.type == "cuda":
            return without_tf32()
        return self.autocast(device)


def choose_device(name: str = "auto") -> torch.device:
    """Return the device of that name: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.

    Raises:
        DeviceError: If the name is unknown or the device is not there.
    """
    if name == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "mps" if _has_mps() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        device = torch.device("meta")
    if device.type not in ("cpu", "cuda", "mps"):
        raise DeviceError(f"expected --device auto, cpu, cuda, cuda:N or mps, got {name!r}")
    if device.type == "mps" and not _has_mps():
        raise DeviceError("--device mps: this machine has no Apple GPU that torch can use; try --device auto")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise DeviceError(
            f"--device {name}: torch {torch.__version__} sees {torch.cuda.device_count()} CUDA devices here; "
            "install a CUDA build of torch or try --device auto"
        )
    return torch.device("cuda", device.index or 0) if device.type == "cuda" else device


def choose_precision(name: str, device: torch.device, *, side: int | None = None) -> Precision:
    """Return the precision of that name; ``auto`` is bf16 where hardware speeds it up.

    On a CPU it is not for images of less than 32 pixels: a strided convolution whose input is a single pixel
    leaves part of its weight's gradient in bfloat16 undefined (torch 2.13 with oneDNN).

    Args:
        name: ``"auto"``, ``"fp32"`` or ``"bf16"``.
        device: What computes.
        side: The images' shorter side in pixels, for training; None where nothing is trained.

    Raises:
        DeviceError: If the name is unknown, or the device cannot compute in bfloat16.
    """
    fast = (device.type == "cuda" and _cuda_has_bf16(device)) or (device.type == "cpu" and cpu_has_bf16())
    if name == "auto":
        tiny = side is not None and side < _SMALLEST and device.type == "cpu"
        return Precision("bf16" if fast and not tiny else "fp32")
    if name == "fp32":
        return Precision("fp32")
    if name != "bf16":
        raise DeviceError(f"expected --precision auto, fp32 or bf16, got {name!r}")
    if device.type == "mps" or (device.type == "cuda" and not fast):
        raise DeviceError(f"--precision bf16: {device} does not compute in bfloat16; use --precision fp32")
    return Precision("bf16")


def cpu_has_bf16() -> bool:
    """Return whether the processor multiplies bfloat16 in hardware: AMX, or AVX-512 alone (Linux only)."""
    information = Path("/proc/cpuinfo")
    flags = information.read_text(errors="replace").split() if information.is_file() else ()
    return "amx_bf16" in flags or "avx512_bf16" in flags


def use_threads(count: int | None = None) -> None:
    """Compute on the CPU with this many threads, for the whole process.

    By default half as many as there are processors, at least one, unless ``OMP_NUM_THREADS`` says otherwise:
    where two processors share a core, a second thread on it mostly waits.
    """
    if count is not None:
        torch.set_num_threads(count)
    elif not os.environ.get("OMP_NUM_THREADS"):
        affinity = getattr(os, "sched_getaffinity", None)
        processors = len(affinity(0)) if affinity else os.cpu_count() or 1
        torch.set_num_threads(max(1, processors // 2))


def _cuda_has_bf16(device: torch.device) -> bool:
    # It asks about the current device, and by default counts what is emulated, which is slower than fp32.
    with torch.cuda.device(device):
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))


def _has_mps() -> bool:
    return torch.backends.mps.is_available()
