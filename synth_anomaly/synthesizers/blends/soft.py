"""Content that fades out towards the edge of its mask."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.blends.alpha import check_opacity
from synth_anomaly.synthesizers.blends.feather import feathered
from synth_anomaly.synthesizers.blends.windows import windows_around
from synth_anomaly.synthesizers.draws import uniform

__all__ = ["Soft"]


@dataclass(frozen=True)
class Soft:
    """Feathers a mask inward, so that a defect has no sharp outline.

    The weight rises from the outline to the middle of each region as a blurred edge does, and is 1 in the
    middle, however thin the region is: one much thinner than the blur keeps its outline. A thin part fades
    only where it lies within a standard deviation of a thicker one. Every pixel of the mask is changed by
    some of its weight, at its outline by a few percent.

    Args:
        softness: Least and greatest standard deviation of the blur, as a share of the image's shorter side,
            uniform in between; 0 keeps the outline sharp. The time it takes grows with it.
        opacity: Least and greatest opacity in (0, 1], uniform in between.
    """

    softness: tuple[float, float] = (0.0, 0.02)
    opacity: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        check_opacity(self.opacity)
        if not 0 <= self.softness[0] <= self.softness[1] <= 1:
            raise ValueError(f"softness must be two shares, 0 <= low <= high <= 1, got {self.softness!r}")

    def draw(self, count: int, generator: Generator) -> Parameters:
        """Draw ``softness`` and ``opacity``, each ``(count,)``."""
        return Parameters(
            {
                "softness": uniform(*self.softness, count, generator),
                "opacity": uniform(*self.opacity, count, generator),
            }
        )

    def join(self, images: Tensor, content: Tensor, masks: Tensor, parameters: Parameters) -> Tensor:
        """Return the mixture, of masks that may lie anywhere; the image where a mask is 0."""
        if not images.numel():
            return images
        return _mixed(images, content, self._weights(masks, parameters))

    def join_within(
        self,
        images: Tensor,
        content: Tensor,
        masks: Tensor,
        parameters: Parameters,
        shape: Parameters,
        *,
        fills_box: bool,  # noqa: ARG002
    ) -> Tensor:
        """Return the mixture, feathered in the boxes alone; the image where a mask is 0."""
        if not images.numel():
            return images
        return _mixed(images, content, self.weights_within(masks, parameters, shape))

    def weights_within(self, masks: Tensor, parameters: Parameters, shape: Parameters) -> Tensor:
        """Return how much of the content each pixel shows, float32 ``(B, 1, H, W)``.

        Args:
            masks: ``(B, 1, H, W)``, at least one pixel in all.
            parameters: What was drawn.
            shape: The shape's: ``shape["box"]`` is ``(B, 4)`` int64 and holds each mask.
        """
        size, boxes = (masks.shape[2], masks.shape[3]), shape.host["box"]
        if 2 * int(boxes[:, 2:].prod(dim=1).sum()) >= len(boxes) * size[0] * size[1]:
            return self._weights(masks, parameters)
        masks = masks.contiguous()
        weights = torch.zeros_like(masks, dtype=torch.float32)
        softness, largest = parameters["softness"] * min(size), _largest(masks, parameters)
        for windows in windows_around(shape, size, masks.device, square=True):
            of_rows = softness.index_select(0, windows.rows)
            windows.put(weights, feathered(windows.cut(masks), of_rows, largest))
        return _opaque(weights, parameters)

    def _weights(self, masks: Tensor, parameters: Parameters) -> Tensor:
        softness = parameters["softness"] * min(masks.shape[2:])
        return _opaque(feathered(masks.float(), softness, _largest(masks, parameters)), parameters)


def _largest(masks: Tensor, parameters: Parameters) -> float:
    return float(parameters.host["softness"].max()) * min(masks.shape[2:])


def _opaque(weights: Tensor, parameters: Parameters) -> Tensor:
    return weights.mul_(parameters["opacity"][:, None, None, None])


def _mixed(images: Tensor, content: Tensor, weights: Tensor) -> Tensor:
    return torch.lerp(images, content.to(images.dtype), weights.to(images.dtype))
