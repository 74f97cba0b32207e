"""Content that is larger or smaller, and perhaps turned or mirrored."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import chance, uniform
from synth_anomaly.synthesizers.fills.warp import pixel_places, warp

__all__ = ["Resized"]


@dataclass(frozen=True)
class Resized:
    """Scales the content about the centre of its box, then turns it about the same point.

    The content is resampled once, bilinearly; what lies outside the image is reflected. Content that
    shrinks to half its size or less is not smoothed first.

    Args:
        mean: Mean of the normal distribution of the scale; above 1 the content is larger.
        deviation: Its standard deviation.
        limits: Least and greatest scale, above 0: what is drawn beyond is set to the limit.
        angle: Least and greatest angle in degrees, counter-clockwise, uniform in between.
        mirror: Probability of swapping left and right.

    Source: NSA (arXiv 2109.15222), section 3, for its scale: N(1, 0.5) cut to 0.7 to 1.3, alike along both
    axes. NSA neither turns nor mirrors.
    """

    mean: float = 1.0
    deviation: float = 0.5
    limits: tuple[float, float] = (0.7, 1.3)
    angle: tuple[float, float] = (0.0, 0.0)
    mirror: float = 0.0

    def __post_init__(self) -> None:
        if not math.isfinite(self.mean):
            raise ValueError(f"mean must be finite, got {self.mean!r}")
        if not 0 <= self.deviation < math.inf:
            raise ValueError(f"deviation must be at least 0, got {self.deviation!r}")
        if not 0 < self.limits[0] <= self.limits[1] < math.inf:
            raise ValueError(f"limits must be two scales, 0 < low <= high, got {self.limits!r}")
        if not -math.inf < self.angle[0] <= self.angle[1] < math.inf:
            raise ValueError(f"angle must be two numbers of degrees, low <= high, got {self.angle!r}")
        if not 0 <= self.mirror <= 1:
            raise ValueError(f"mirror must be in [0, 1], got {self.mirror!r}")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``scale``, ``angle`` in radians and ``mirrored``, ``(count,)``, and note the ``centre``.

        ``centre`` is ``(count, 2)``: down and right, in pixels from the image's corner.
        """
        count = len(boxes)
        scale = self.mean + self.deviation * torch.randn(count, generator=generator)
        return Parameters(
            {
                "scale": scale.clamp(*self.limits),
                "angle": torch.deg2rad(uniform(*self.angle, count, generator)),
                "mirrored": chance(self.mirror, count, generator),
                "centre": boxes[:, :2] + boxes[:, 2:] / 2,
            }
        )

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the content at its new size."""
        height, width = content.shape[2:]
        top, left = parameters["centre"][:, :, None].unbind(1)
        down = (pixel_places(height, content.device) + 1) * (height / 2) - top
        across = (pixel_places(width, content.device) + 1) * (width / 2) - left
        angle, scale = parameters["angle"][:, None], parameters["scale"][:, None]
        cosine, sine = angle.cos() / scale, angle.sin() / scale
        side = torch.where(parameters["mirrored"], -1.0, 1.0)[:, None]
        read_across = _places(-side * sine * down, side * cosine * across + left, width)
        read_down = _places(cosine * down + top, sine * across, height)
        return warp(content, read_across, read_down)


def _places(rows: Tensor, columns: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """Return what sums to the same places, given in pixels, in an image that spans -1 to 1.

    Args:
        rows: ``(B, H)``, the part that the rows have.
        columns: ``(B, W)``, the part that the columns have.
        length: How many pixels the image spans.
    """
    return (rows * (2 / length) - 1)[:, :, None], (columns * (2 / length))[:, None]
