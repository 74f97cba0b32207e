"""Where the spectrum of an image departs from what spectra have in common."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.synthesizers.blur import gaussian_blur

__all__ = ["SpectralResidual"]

_PLAIN = 1e-3


@dataclass(frozen=True)
class SpectralResidual:
    """Saliency from the residual of the log spectrum, over a small grey copy of the image.

    The map is 0.5 at ``threshold`` times its mean, the paper's limit of an object, rises in proportion
    and is cut at 1.

    No foreground: the map never is all 0, whatever the image, as it is relative to its own mean; on an
    image of one colour it is 1 everywhere.

    Args:
        side: Length of the small copy's shorter side in pixels; coarser copies find larger objects.
        smooth: Standard deviation of the smoothing, in pixels of the small copy.
        threshold: How many times the mean counts as salient.

    Source: Hou and Zhang, Saliency Detection: A Spectral Residual Approach (2007), equations 6 to 11:
    side 64, mean filter of 3 by 3, threshold 3; the smoothing is 2.5 as in the authors' code (8 in the
    paper).
    """

    side: int = 64
    smooth: float = 2.5
    threshold: float = 3.0

    def __post_init__(self) -> None:
        if self.side < 1:
            raise ValueError(f"side must be at least 1 pixel, got {self.side!r}")
        if self.smooth < 0:
            raise ValueError(f"smooth must be at least 0, got {self.smooth!r}")
        if self.threshold <= 0:
            raise ValueError(f"threshold must be above 0, got {self.threshold!r}")

    def __call__(self, images: Tensor) -> Tensor:
        """Return ``(B, 1, H, W)``."""
        height, width = images.shape[2:]
        if not images.numel():
            return images.new_zeros((len(images), 1, height, width))
        scale = min(1.0, self.side / min(height, width))
        size = (max(1, round(height * scale)), max(1, round(width * scale)))
        grey = images.float().mean(dim=1, keepdim=True)
        small = F.interpolate(grey, size=size, mode="bilinear", antialias=True)
        sigmas = torch.full((len(images),), self.smooth, device=images.device)
        salient = gaussian_blur(_residual(small), sigmas)
        mean = salient.mean(dim=(2, 3), keepdim=True)
        maps = (salient / (2 * self.threshold * mean).clamp(min=1e-12)).clamp(0, 1)
        plain = (grey.amax(dim=(2, 3), keepdim=True) - grey.amin(dim=(2, 3), keepdim=True)) < _PLAIN
        maps = F.interpolate(maps, size=(height, width), mode="bilinear")
        return torch.where(plain, 1.0, maps)


def _residual(grey: Tensor) -> Tensor:
    """Return the saliency of ``(B, 1, h, w)`` before smoothing, equations 7 to 10."""
    spectrum = torch.fft.fft2(grey)
    amplitude = (spectrum.abs() + 1e-8).log()
    around = F.avg_pool2d(F.pad(amplitude, (1, 1, 1, 1), mode="circular"), 3, stride=1)
    back: Tensor = torch.fft.ifft2(torch.polar((amplitude - around).exp(), spectrum.angle()))
    return back.abs().square()
