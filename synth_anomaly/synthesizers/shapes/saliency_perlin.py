"""Regions where Perlin noise is high on what is salient."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.shapes.perlin import PerlinField

__all__ = ["SaliencyPerlin"]


@dataclass(frozen=True)
class SaliencyPerlin(PerlinField):
    """Perlin noise times saliency, above a threshold that rises with the salient share of the image.

    The guide is the saliency S, with all its values: the mask is ``S noise > a + b mean(S)``. Without a
    guide S is 1 everywhere.

    Args:
        scale: Least and greatest number of lattice cells along the image's height and along its width,
            powers of two; each axis takes one of the powers in between with equal chance.
        octaves: How many octaves are summed; each has twice the cells of the one before.
        persistence: Weight of an octave relative to the one before it.
        rotation: Least and greatest angle in degrees about the image's centre, counter-clockwise; the
            saliency is not turned.
        a: The threshold's least value, at least 0 and below the most that the noise can be, which is 1 for
            one octave.
        b: How much it rises up to a mean saliency of 1, at least 0.

    Source: SGSF, equations 1 to 3, with ``a = 0.4`` and ``b = 0.2``. The paper multiplies the gradients by
    S; Perlin noise is linear in them, and here S multiplies the noise, pixel by pixel, once it is turned.
    Where nothing is salient, as on a texture, the paper takes S as 1: that is for the guide to say. A guide
    of zeros leaves the masks empty.
    """

    a: float = 0.4
    b: float = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("a", "b"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be at least 0, got {getattr(self, name)!r}")
        if self.a >= self.most:
            raise ValueError(
                f"a must be below {self.most:.3g}, the most that the noise can be, got {self.a!r}"
            )

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)``: 1 where the noise is above ``a + b``, 0 elsewhere."""
        return self.noise(parameters, size).gt_(self.a + self.b)

    def guided_masks(self, parameters: Parameters, size: Size, guide: Tensor) -> Tensor:
        """Return ``(count, 1, H, W)``: 1 where saliency times noise is above the image's threshold.

        Args:
            parameters: What was drawn.
            size: Height and width.
            guide: The saliency, ``(count, 1, H, W)`` in [0, 1].
        """
        saliency = guide.float()
        threshold = self.a + self.b * saliency.mean(dim=(1, 2, 3), keepdim=True)
        return self.noise(parameters, size).mul_(saliency).gt_(threshold)
