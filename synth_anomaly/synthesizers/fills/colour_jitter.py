"""Brightness, contrast, saturation and hue in one matrix an image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.recolouring import Recolouring
from synth_anomaly.synthesizers.shapes.boxes import spans
from synth_anomaly.synthesizers.views import View

__all__ = ["ColourJitter"]

_DRAWN = ("brightness", "contrast", "saturation", "hue")


@dataclass(frozen=True)
class ColourJitter:
    """Changes the colours of the whole content at random.

    Factors are uniform in ``[max(0, 1 - x), 1 + x]``, the hue in ``[-hue, hue]`` turns. In this order:
    brightness multiplies, contrast stretches about a mean grey, saturation about each pixel's grey,
    and hue turns about the grey axis; the result is cut to [0, 1] once.

    Args:
        brightness: How far the factor may be from 1.
        contrast: How far the factor may be from 1.
        saturation: How far the factor may be from 1.
        hue: Largest turn of the colour circle, at most 0.5.
        about: Whose mean grey contrast stretches about: the whole ``"image"``'s, or that of the content in
            the shape's ``"box"`` alone, as if a patch were cut out first.

    Source: the augmentation of CSI (arXiv 2007.08176, 0.4, 0.4, 0.4, 0.1), in a direct form. Torchvision's
    and Kornia's jitters take a random order, cut after each step and turn the hue in HSV, where the lightest
    channel is kept; here, in YIQ, the grey is.
    """

    brightness: float = 0.4
    contrast: float = 0.4
    saturation: float = 0.4
    hue: float = 0.1
    about: Literal["image", "box"] = "image"

    def __post_init__(self) -> None:
        for name in ("brightness", "contrast", "saturation"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be at least 0, got {getattr(self, name)!r}")
        if not 0 <= self.hue <= 0.5:
            raise ValueError(f"hue must be in [0, 0.5], got {self.hue!r}")
        if self.about not in ("image", "box"):
            raise ValueError(f"about must be image or box, got {self.about!r}")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``brightness``, ``contrast``, ``saturation`` and ``hue``, each ``(count,)``.

        ``box``, ``(count, 4)``, is kept too where contrast stretches about its mean.
        """
        factors = [(max(0.0, 1 - reach), 1 + reach) for reach in self._reaches()]
        low, high = np.array([*factors, (-self.hue, self.hue)], dtype=np.float32).T[:, :, None]
        drawn = low + (high - low) * torch.rand(4, len(boxes), generator=generator).numpy()
        named = dict(zip(_DRAWN, map(torch.from_numpy, drawn), strict=True))
        return Parameters(named | ({"box": boxes} if self.about == "box" else {}))

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the content with other colours."""
        means = content.float().mean(dim=(2, 3)) if self.about == "image" else _means_in(parameters, content)
        return _recolouring(parameters, means).of_all(content)

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> View | None:  # noqa: ARG002
        """Return the content as a view; None where it needs an image's mean after other changes of colour."""
        if self.contrast == 0:  # then no mean counts, and whole images need not be read for it
            nothing = parameters["hue"].new_zeros(len(parameters["hue"]), 3)
            return before.recoloured(_recolouring(parameters, nothing))
        means = before.means() if self.about == "image" else None
        if means is None and self.about == "image":
            return None
        return before.recoloured(_recolouring(parameters, means))

    def _reaches(self) -> tuple[float, float, float]:
        return self.brightness, self.contrast, self.saturation


def _recolouring(parameters: Parameters, means: Tensor | None) -> Recolouring:
    """Return the change of colours, about the mean grey of the mean colours ``(B, 3)``, or of the box's."""
    brightness, contrast = parameters["brightness"], parameters["contrast"]
    axes = _axes(brightness.device)
    gain, angle = brightness * contrast, 2 * math.pi * parameters["hue"]
    chroma = gain * parameters["saturation"]
    weights = torch.stack((gain, chroma * angle.cos(), chroma * angle.sin()), dim=1)
    matrix = (weights @ axes.flatten(1)).view(-1, 3, 3)
    # equal in all channels: neither saturation nor hue moves a grey
    pull = (brightness - gain)[:, None, None] * axes[0]
    return Recolouring(matrix, pull, means)


def _means_in(parameters: Parameters, images: Tensor) -> Tensor:
    """Return the mean colours ``(B, 3)`` inside the boxes."""
    down, across = (inside.float() for inside in spans(parameters["box"], (images.shape[2], images.shape[3])))
    sums = (images.float() @ across[:, None, :, None]).squeeze(3) @ down[:, :, None]
    return sums.squeeze(2) / (down.sum(1) * across.sum(1)).clamp(min=1)[:, None]


@cache
def _axes(device: torch.device) -> Tensor:
    """Return ``(3, 3, 3)``: onto the grey axis, onto the plane of colours, and that turned by 90 degrees.

    Kept for each device, so that only its first batch waits for the copy.
    """
    to_yiq = torch.tensor(
        [[0.299, 0.587, 0.114], [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]],
        dtype=torch.float64,
    )
    quarter = torch.tensor([[0, 0, 0], [0, 0, 1], [0, -1, 0]], dtype=torch.float64)
    grey = torch.ones(3, 1, dtype=torch.float64) @ to_yiq[:1]
    colour = torch.eye(3, dtype=torch.float64) - grey
    turned = to_yiq.inverse() @ quarter @ to_yiq
    return torch.stack((grey, colour, turned)).float().to(device)
