"""One change of colours for each image, made on whole images or on pieces of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor

from synth_anomaly.synthesizers.pieces import Pieces

__all__ = ["ImageRecolouring", "Recolouring"]


@dataclass(frozen=True)
class Recolouring:
    """A change of colours: ``matrix @ colour + pull @ mean``, cut to [0, 1].

    Attributes:
        matrix: ``(B, 3, 3)`` float32.
        pull: ``(B, 3, 3)`` float32.
        means: Mean colours, ``(B, 3)`` float32; None for those inside the boxes, before the change.
    """

    matrix: Tensor
    pull: Tensor
    means: Tensor | None = None

    @classmethod
    def shift(cls, shift: Tensor, *, keeps: float = 1.0) -> Recolouring:
        """Return ``keeps`` of each colour and a number added to each channel, ``(B, 3)``."""
        matrix = torch.eye(3, device=shift.device).mul_(keeps).expand(len(shift), -1, -1)
        return cls(matrix, shift.float().diag_embed(), torch.ones_like(shift, dtype=torch.float32))

    def where(self, chosen: Tensor) -> Recolouring:
        """Return the change for the chosen samples, bool ``(B,)``, and none for the others."""
        chosen = chosen[:, None, None]
        matrix = torch.where(chosen, self.matrix, torch.eye(3, device=chosen.device))
        return replace(self, matrix=matrix, pull=torch.where(chosen, self.pull, 0.0))

    def of(self, values: Tensor, pieces: Pieces) -> Tensor:
        """Return the pieces ``(P, 3, k, n)``, whose values these are, with other colours."""
        colours, image = values.float(), pieces.rows.device
        means = pieces.means(colours, len(self.matrix)) if self.means is None else self.means
        matrix, bias = self.matrix.index_select(0, image), self._bias(means).index_select(0, image)
        return _recoloured(colours, matrix, bias).to(values.dtype)

    def by_image(self, boxes: Tensor) -> list[ImageRecolouring]:
        """Return the change in each image's box, ``(B, 4)``, by itself."""
        if self.means is not None:
            changes = zip(self.matrix, self.pull, self.means[:, :, None], strict=True)
            return [ImageRecolouring(*change) for change in changes]
        shares = self.pull / boxes[:, 2:].prod(dim=1).view(-1, 1, 1)
        parts = zip(self.matrix.unbind(), shares.unbind(), strict=True)
        return [ImageRecolouring(matrix, share, None) for matrix, share in parts]

    def of_all(self, images: Tensor) -> Tensor:
        """Return the images ``(B, 3, H, W)`` with other colours, about given means."""
        if self.means is None:
            raise ValueError("means must be given for whole images, got None")
        return _recoloured(images.float(), self.matrix, self._bias(self.means)).to(images.dtype)

    def _bias(self, means: Tensor) -> Tensor:
        return (self.pull @ means[:, :, None]).squeeze(2)


class ImageRecolouring(NamedTuple):
    """A `Recolouring` in one box.

    Attributes:
        matrix: ``(3, 3)`` float32.
        pull: ``(3, 3)`` float32, for a given mean; otherwise over the pixels in the box, for their sum.
        mean: ``(3, 1)`` float32; None for what is in the box.
    """

    matrix: Tensor
    pull: Tensor
    mean: Tensor | None

    def uncut(self, values: Tensor) -> Tensor:
        """Return the box, ``(3, n)`` whose values these are, with other colours, float32 and not yet cut."""
        values = values.float()
        pulling = values.sum(dim=1, keepdim=True) if self.mean is None else self.mean
        return torch.addmm(self.pull @ pulling, self.matrix, values)


def _recoloured(colours: Tensor, matrix: Tensor, bias: Tensor) -> Tensor:
    changed = torch.baddbmm(bias[:, :, None], matrix, colours.flatten(2))
    return changed.clamp_(0, 1).view_as(colours)
