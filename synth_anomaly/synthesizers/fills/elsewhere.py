"""Content from another place of the same image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import below
from synth_anomaly.synthesizers.views import View

__all__ = ["Elsewhere"]


@dataclass(frozen=True)
class Elsewhere:
    """Moves the content so that a random rectangle of the box's size lands on the box.

    The source is uniform over all places inside the image, independent of the box. Outside the box the
    content wraps around the image's edges. A box as large as the image leaves no other place: nothing moves.

    Source: CutPaste (arXiv 2104.04015), section 2.2.
    """

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``shift``, ``(count, 2)`` int64: down and right from the box to its source, in pixels."""
        table = boxes.numpy()
        source = below(np.array(size) - table[:, 2:] + 1, generator).numpy()
        return Parameters({"shift": torch.from_numpy(source - table[:, :2])})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the content, each image rolled by its own shift."""
        return _roll(content, parameters["shift"])

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> View | None:  # noqa: ARG002
        """Return the content as a view; None where it cannot be one."""
        return before.shifted(parameters["shift"])


def _roll(images: Tensor, shift: Tensor) -> Tensor:
    """Return images ``(B, C, H, W)`` whose pixel (y, x) is that of (y, x) + shift ``(B, 2)``, wrapped around.

    With every row written twice, a rolled row is W neighbouring values: rows are copied whole, not
    gathered pixel by pixel.
    """
    if not images.numel():
        return images
    count, channels, height, width = images.shape
    rows = torch.cat((images, images), dim=3).reshape(-1).unfold(0, width, 1)
    planes = torch.arange(count * channels, device=images.device).view(count, channels, 1) * height
    down = (torch.arange(height, device=images.device) + shift[:, :1]) % height
    starts = (planes + down[:, None]) * (2 * width) + (shift[:, 1] % width)[:, None, None]
    return rows[starts]
