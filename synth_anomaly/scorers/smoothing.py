"""Difference of an image and its reconstruction, smoothed by a repeated box filter."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.interfaces import Outputs, Prediction
from synth_anomaly.losses.ssim import ssim_map
from synth_anomaly.scorers.pooling import mean_pool

__all__ = ["BoxSmoothed", "Difference", "box_smoothed", "difference_map"]

Difference = Literal["squared", "ssim"]
"""How an image and its reconstruction are compared: squared difference, or 1 - SSIM."""


def difference_map(images: Tensor, reconstruction: Tensor, difference: Difference = "squared") -> Tensor:
    """Return how much a reconstruction differs at each pixel, as a mean over colours.

    Args:
        images: ``(B, 3, H, W)`` in [0, 1].
        reconstruction: ``(B, 3, H, W)`` in [0, 1].
        difference: ``"squared"``, in [0, 1]; or ``"ssim"``, 1 less the structural similarity, in [0, 2].

    Returns:
        ``(B, 1, H, W)`` float32.

    Raises:
        DataError: If the images are smaller than the structural similarity's window.

    Source:
        SSAE, equation 2 and section 4.1.

    Example:
        >>> import torch
        >>> difference_map(torch.ones(1, 3, 8, 8), torch.full((1, 3, 8, 8), 0.5)).unique()
        tensor([0.2500])
    """
    if difference == "squared":
        return (images.float() - reconstruction.float()).square().mean(dim=1, keepdim=True)
    # rounding takes the similarity of equal images above 1
    return (1 - ssim_map(images, reconstruction)).mean(dim=1, keepdim=True).clamp(min=0)


def box_smoothed(maps: Tensor, repeats: int, window: int) -> Tensor:
    """Return maps after several passes of a box filter.

    Args:
        maps: ``(B, 1, H, W)``.
        repeats: How often to filter; 0 leaves the maps as they are.
        window: Side of the filter in pixels, odd.

    Source:
        SSAE, equation 3: ``G_k`` applied n times. Differs at the borders, on which the paper says nothing:
        the mean is over the pixels that there are.
    """
    for _ in range(repeats):
        maps = mean_pool(maps, window)
    return maps


class BoxSmoothed:
    """The map is the reconstruction's difference under a repeated box filter, the score is the map's sum.

    Args:
        difference: ``"squared"``, or ``"ssim"`` for 1 less the structural similarity.
        repeats: How often to filter, the paper's n.
        window: Side of the filter in pixels, odd, the paper's k.

    Raises:
        OptionError: If ``repeats`` is below 0, or the window even or not positive.

    Source:
        SSAE, equations 2 and 3; n and k of its experiments are not published.

    Example:
        >>> import torch
        >>> outputs = Outputs(reconstruction=torch.zeros(1, 3, 4, 4))
        >>> BoxSmoothed()(outputs, torch.ones(1, 3, 4, 4)).scores
        tensor([16.])
    """

    def __init__(self, difference: Difference = "squared", repeats: int = 2, window: int = 11) -> None:
        if repeats < 0:
            raise OptionError(f"repeats must be at least 0, got {repeats!r}: 0 does not smooth")
        if window < 1 or window % 2 == 0:
            raise OptionError(f"window takes an odd number of pixels, got {window!r}: 11 is one")
        self.difference = difference
        self.repeats = repeats
        self.window = window

    def __call__(self, outputs: Outputs, images: Tensor) -> Prediction:
        """Return the smoothed map and its sum.

        Raises:
            ComponentError: If the outputs have no reconstruction.
            DataError: If the images are smaller than the structural similarity's window.
        """
        if outputs.reconstruction is None:
            raise ComponentError(
                "BoxSmoothed needs outputs.reconstruction, got None: "
                "give the network a head for the image (out_channels = 3)"
            )
        maps = difference_map(images, outputs.reconstruction, self.difference)
        maps = box_smoothed(maps, self.repeats, self.window)
        return Prediction(maps, maps.sum(dim=(1, 2, 3)), outputs.reconstruction)
