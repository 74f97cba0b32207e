"""Where, what and how: a shape, a fill and a blend make a synthesizer."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor

from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Blend, Defects, Fill, GuidedShape, Shape, Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.blends.replace import Replace
from synth_anomaly.synthesizers.replay import Replayable
from synth_anomaly.synthesizers.rows import moved

__all__ = ["Paste"]


@dataclass(frozen=True)
class Paste(Replayable):
    """Puts other content into one region of each image.

    Args:
        shape: Where the region is.
        fill: What is shown there, made from the image.
        blend: How it joins the image.
        visible: How much some colour of a pixel must change, in [0, 1], for the pixel to be a defect; one
            that changes less stays as it was. 0 counts every pixel of the shape, as most papers do,
            changed or not.

    Example:
        >>> from synth_anomaly.synthesizers import Elsewhere, Paste, Rectangle
        >>> images = torch.rand(2, 3, 32, 32)
        >>> defects = Paste(Rectangle(), Elsewhere())(images, torch.Generator().manual_seed(0))
        >>> tuple(defects.masks.shape), sorted(defects.parameters)
        ((2, 1, 32, 32), ['fill/shift', 'shape/box'])
    """

    shape: Shape
    fill: Fill
    blend: Blend = field(default=Replace())
    visible: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.visible <= 1:
            raise ValueError(f"visible must be a change in [0, 1], got {self.visible!r}")

    def draw(self, count: int, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:
        """Draw the shape, then the fill for its boxes, then the blend."""
        shape = self.shape.draw(count, size, generator)
        fill = self.fill.draw(shape.host["box"], size, generator, donors=donors)
        return Parameters.nest(shape=shape, fill=fill, blend=self.blend.draw(count, generator))

    def apply(
        self,
        images: Tensor,
        parameters: Parameters,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        """Paste what was drawn; where the guide leaves nothing of a mask, the sample stays normal.

        Raises:
            DataError: If the parameters are those of another number of images.
        """
        drawn = moved(parameters, images.device)
        masks = self._masks(drawn.scope("shape"), (images.shape[2], images.shape[3]), guide)
        if len(masks) != len(images):
            raise DataError(f"the parameters are for {len(masks)} images, got {len(images)}: draw as many")
        content = self.fill.content(images, drawn.scope("fill"), donors=donors)
        joined = self.blend.join(images, content, masks, drawn.scope("blend"))
        if self.visible:
            change = (joined - images).abs().amax(dim=1, keepdim=True)
            masks = masks * (change >= self.visible)
        # not left to the blend: rounding must never change a pixel outside the mask
        made = torch.where(masks > 0, joined.to(images.dtype).clamp(0, 1), images)
        return Defects(made, masks, Parameters(parameters.host))

    def _masks(self, parameters: Parameters, size: Size, guide: Tensor | None) -> Tensor:
        if guide is not None and isinstance(self.shape, GuidedShape):
            return self.shape.guided_masks(parameters, size, guide)
        masks = self.shape.masks(parameters, size)
        return masks if guide is None or len(masks) != len(guide) else masks * (guide >= 0.5)
