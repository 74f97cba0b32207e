"""Shapes made of shapes: a guide reaches the parts that are made from it."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor

from synth_anomaly.interfaces import GuidedShape, Shape, Size
from synth_anomaly.parameters import Parameters

__all__ = ["MadeOfShapes", "masks_of"]


class MadeOfShapes(ABC):
    """The two ways to ask a shape for masks, brought together for one whose parts may be guided."""

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)`` float32 in [0, 1]."""
        return self._masks(parameters, size, None)

    def guided_masks(self, parameters: Parameters, size: Size, guide: Tensor) -> Tensor:
        """Return ``(count, 1, H, W)`` in [0, 1]; parts that take no guide are cut where it is below 0.5.

        Args:
            parameters: What was drawn.
            size: Height and width.
            guide: ``(count, 1, H, W)`` in [0, 1].
        """
        return self._masks(parameters, size, guide)

    @abstractmethod
    def _masks(self, parameters: Parameters, size: Size, guide: Tensor | None) -> Tensor: ...


def masks_of(shape: Shape, parameters: Parameters, size: Size, guide: Tensor | None) -> Tensor:
    """Return a shape's masks, made from the guide if it can be, or else cut where that is below 0.5."""
    if guide is None:
        return shape.masks(parameters, size)
    if isinstance(shape, GuidedShape):
        return shape.guided_masks(parameters, size, guide)
    return shape.masks(parameters, size) * (guide >= 0.5)
