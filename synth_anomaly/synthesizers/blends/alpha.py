"""Content that the image shines through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Generator, Tensor

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import uniform

__all__ = ["Alpha", "check_opacity"]


@dataclass(frozen=True)
class Alpha:
    """Mixes content and image, by one opacity for each sample: ``image + opacity mask (content - image)``.

    Args:
        opacity: Least and greatest opacity in (0, 1]; at 1 the image is replaced.
        deviation: Standard deviation of a normal distribution about the middle of the two; what is drawn
            beyond them is set to the nearer one. None for a uniform distribution between them.

    Source: DRAEM (arXiv 2108.07610), equation 1. The paper draws 0.1 to 1; its published code keeps the
    opacity within 0.2 to 1, as we do.
    """

    pointwise: ClassVar[bool] = True

    opacity: tuple[float, float] = (0.2, 1.0)
    deviation: float | None = None

    def __post_init__(self) -> None:
        check_opacity(self.opacity)
        if self.deviation is not None and not 0 <= self.deviation < float("inf"):
            raise ValueError(f"deviation must be at least 0, or None, got {self.deviation!r}")

    def draw(self, count: int, generator: Generator) -> Parameters:
        """Draw ``opacity``, ``(count,)``."""
        low, high = self.opacity
        if self.deviation is None:
            return Parameters({"opacity": uniform(low, high, count, generator)})
        drawn = (low + high) / 2 + self.deviation * torch.randn(count, generator=generator)
        return Parameters({"opacity": drawn.clamp(low, high)})

    def join(self, images: Tensor, content: Tensor, masks: Tensor, parameters: Parameters) -> Tensor:
        """Return the mixture; the image where a mask is 0."""
        weights = masks * parameters["opacity"][:, None, None, None]
        return torch.lerp(images, content.to(images.dtype), weights.to(images.dtype))


def check_opacity(opacity: tuple[float, float]) -> None:
    """Check a range of opacities.

    Raises:
        ValueError: If it is no range within (0, 1].
    """
    if not 0 < opacity[0] <= opacity[1] <= 1:
        raise ValueError(f"opacity must be two numbers, 0 < low <= high <= 1, got {opacity!r}")
