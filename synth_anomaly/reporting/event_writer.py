"""What TensorBoard shows of a run."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tomli_w
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from synth_anomaly.files import printable
from synth_anomaly.interfaces import EpochReport, RunContext, RunResult

__all__ = ["EventWriter", "image_grid"]

# Panels mean a prediction and some megabytes of pictures each time.
_PANEL_SECONDS, _MOST_PANELS = 30.0, 30
_COLUMNS, _ROWS, _GAP = 4, 2, 2


class EventWriter:
    """Writes one run's events into its folder.

    Args:
        run: The run.
        clock: Returns seconds.
    """

    def __init__(self, run: RunContext, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._step = 0
        self._panels = 0
        self._next_panels = clock()
        self._writer: Any = SummaryWriter(str(Path(run.folder)))
        if run.recipe:
            self._writer.add_text("recipe", _as_code(tomli_w.dumps(dict(run.recipe))), 0)

    def report(self, epoch: EpochReport) -> None:
        """Write what happened since the last report."""
        self._step = epoch.step
        self._scalars(f"loss/{epoch.stage}", epoch.losses)
        self._scalars(f"learning_rate/{epoch.stage}", epoch.learning_rates)
        self._scalars(f"validation/{epoch.stage}", epoch.figures)
        self._scalars("speed", {"images_per_second": epoch.images_per_second})
        if self._panels < _MOST_PANELS and self._clock() >= self._next_panels:
            self._write_panels(epoch)

    def end(self, result: RunResult) -> None:
        """Write how the run ended, and close the file."""
        try:
            self._scalars("metrics", result.metrics or {})
            if result.error is not None:
                text = f"{type(result.error).__name__}: {result.error}"
                self._writer.add_text("stopped", _as_code(text), self._step)
        finally:
            self._writer.close()

    def _write_panels(self, epoch: EpochReport) -> None:
        for name, images in epoch.panels().items():
            self._writer.add_image(f"{epoch.stage}/{name}", image_grid(images), epoch.step)
        self._panels += 1
        self._next_panels = self._clock() + _PANEL_SECONDS

    def _scalars(self, prefix: str, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            if not math.isnan(value):
                self._writer.add_scalar(f"{prefix}/{name}", value, self._step)


def image_grid(images: Tensor) -> npt.NDArray[np.float32]:
    """Return the first eight images as one picture, four to a row.

    Args:
        images: ``(B, C, H, W)`` in [0, 1] on any device, one image or more; one channel is shown as grey.

    Returns:
        ``(3, rows * (H + 2) - 2, columns * (W + 2) - 2)`` in [0, 1].
    """
    shown = images[: _COLUMNS * _ROWS].detach().float().clamp(0, 1).cpu().numpy()
    count, _, height, width = shown.shape
    columns = min(count, _COLUMNS)
    rows = -(-count // columns)
    grid = np.ones((3, rows * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP), np.float32)
    for number, image in enumerate(shown):
        top, left = number // columns * (height + _GAP), number % columns * (width + _GAP)
        grid[:, top : top + height, left : left + width] = image
    return grid


def _as_code(text: str) -> str:
    return "\n".join("    " + line for line in printable(text).splitlines())
