"""Mean and variance of feature maps by position, batch after batch."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["Moments"]


class Moments:
    """Mean and variance over images of each feature at each position, from one pass.

    Attributes:
        count: How many images were added.
        mean: ``(C, H, W)`` float32, once a batch was added.

    Source:
        Chan, Golub and LeVeque, Updating formulae and a pairwise algorithm for computing sample variances
        (1979), equation 2.1.

    Example:
        >>> moments = Moments()
        >>> moments.add(torch.zeros(1, 2, 4, 4))
        >>> moments.add(torch.ones(1, 2, 4, 4))
        >>> moments.variance().unique()
        tensor([0.5000])
    """

    def __init__(self) -> None:
        self.count = 0.0
        self.mean = torch.zeros(())
        self._squares = torch.zeros(())

    def add(self, features: Tensor) -> None:
        """Add a batch, ``(B, C, H, W)`` float32."""
        added = float(len(features))
        mean = features.mean(dim=0)
        squares = (features - mean).square().sum(dim=0)
        if not self.count:
            self.count, self.mean, self._squares = added, mean, squares
            return
        total = self.count + added
        step = mean - self.mean
        self._squares = self._squares + squares + step.square() * (self.count * added / total)
        self.mean = self.mean + step * (added / total)
        self.count = total

    def variance(self) -> Tensor:
        """Return the variance over images at each position, ``(C, H, W)``, unbiased."""
        return self._squares / (self.count - 1)

    def channel_mean(self) -> Tensor:
        """Return the mean of each channel over images and positions, ``(C,)``."""
        return self.mean.mean(dim=(1, 2))

    def channel_variance(self) -> Tensor:
        """Return the variance of each channel over images and positions, ``(C,)``."""
        return self._squares.mean(dim=(1, 2)) / self.count + self.mean.var(dim=(1, 2), correction=0)

    def alignment(self) -> Tensor:
        """Return 1 minus the share of the variance within positions, a mean over channels, a scalar."""
        overall = self.channel_variance()
        seen = overall > 0
        within = self._squares.mean(dim=(1, 2)) / self.count
        return (
            1 - (within[seen] / overall[seen]).mean() if bool(seen.any()) else torch.ones_like(overall).mean()
        )
