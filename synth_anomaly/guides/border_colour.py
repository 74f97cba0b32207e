"""What has other colours than the image's border."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from synth_anomaly.guides.clusters import distance_to_clusters
from synth_anomaly.synthesizers.blur import gaussian_blur

__all__ = ["BorderColour"]

_BACKGROUND = 0.98


@dataclass(frozen=True)
class BorderColour:
    """Finds the part that lies on a background of few colours.

    The pixels of a frame along the border are taken for background, and their colours are described by
    a few clusters, each a Gaussian. The map compares a pixel's distance to the nearest cluster with the
    distance that 98% of the frame keep within: it is 0.5 where both are equal and nears 1 beyond.

    No foreground: where less than ``least`` of what the frame encloses reaches 0.5, as on a texture, which
    goes on to the border, the whole map is 1 (SGSF's rule), or 0 with ``textures="nowhere"``.

    Args:
        frame: Width of the frame, as a share of the image's shorter side, in (0, 0.5).
        clusters: How many colours a background has, at least 1.
        smooth: Standard deviation of the blur of image and map, as a share of the shorter side, in [0, 1).
        least: Share of the enclosed part below which it is no foreground, in [0, 1).
        textures: Where a defect may lie on images without foreground.
    """

    frame: float = 0.03
    clusters: int = 3
    smooth: float = 0.006
    least: float = 0.03
    textures: Literal["nowhere", "everywhere"] = "everywhere"

    def __post_init__(self) -> None:
        if not 0 < self.frame < 0.5:
            raise ValueError(f"frame must be a share in (0, 0.5), got {self.frame!r}")
        if self.clusters < 1:
            raise ValueError(f"clusters must be at least 1, got {self.clusters!r}")
        for name in ("smooth", "least"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be a share in [0, 1), got {getattr(self, name)!r}")

    def __call__(self, images: Tensor) -> Tensor:
        """Return ``(B, 1, H, W)``; 0.5 and more is foreground."""
        height, width = images.shape[2:]
        frame, enclosed = _places(height, width, self.frame)
        maps = self._maps(images.float(), frame.to(images.device))
        if not len(enclosed):  # the frame is all of the image
            found = torch.zeros_like(maps[:, :, :1, :1], dtype=torch.bool)
        else:
            share = (maps.flatten(1)[:, enclosed.to(images.device)] >= 0.5).float().mean(dim=1)
            found = (share >= max(self.least, 1e-9))[:, None, None, None]
        return torch.where(found, maps, float(self.textures == "everywhere"))

    def _maps(self, images: Tensor, frame: Tensor) -> Tensor:
        height, width = images.shape[2:]
        sigmas = torch.full((len(images),), self.smooth * min(height, width), device=images.device)
        colours = gaussian_blur(images, sigmas).flatten(2).mT
        distance = distance_to_clusters(colours, colours[:, frame], self.clusters)
        ranked = distance[:, frame].sort(dim=1).values
        # where all of the frame is of one colour, a pixel must still be some standard deviations away
        limit = ranked[:, [round(_BACKGROUND * (len(frame) - 1))]].clamp(min=1)
        maps = distance / (distance + limit)
        return gaussian_blur(maps.view(-1, 1, height, width), sigmas)


def _places(height: int, width: int, share: float) -> tuple[Tensor, Tensor]:
    """Return the pixels of the frame and those that it encloses, as flat indices."""
    thick = max(1, round(share * min(height, width)))
    border = torch.ones(height, width, dtype=torch.bool)
    border[thick : height - thick, thick : width - thick] = False
    return border.flatten().nonzero().squeeze(1), border.logical_not().flatten().nonzero().squeeze(1)
