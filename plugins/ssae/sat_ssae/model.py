"""One autoencoder, and the maps that it makes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sat_ssae.network import Autoencoder
from sat_ssae.settings import SSAESettings
from synth_anomaly.data import ImageStore
from synth_anomaly.scorers import box_smoothed, difference_map

__all__ = ["Model"]


class Model(nn.Module):
    """An autoencoder with the average map of the images held back.

    Args:
        settings: SSAE's settings.

    Attributes:
        network: The autoencoder.
        average_map: ``avgmap`` of equation 13, ``(1, 1, H, W)``; 0 before training.
    """

    average_map: Tensor

    def __init__(self, settings: SSAESettings) -> None:
        super().__init__()
        self.settings = settings
        self.network = Autoencoder(
            settings.kernel, settings.width, settings.dilations, settings.poolings, settings.stacks
        )
        self.register_buffer("average_map", torch.zeros(1, 1, *settings.input_size))

    def scored(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the maps of equation 14, ``(B, 1, H, W)``, and the reconstructions.

        Args:
            images: ``(B, 3, H, W)`` in [0, 1] of the input size.
        """
        maps, reconstruction = self._smoothed(images)
        if self.settings.average_power:
            maps = maps * (1 - self.average_map).clamp(min=0) ** self.settings.average_power
        return maps, reconstruction

    def average(self, store: ImageStore, batch_size: int) -> None:
        """Set the average map from the images held back (equation 13)."""
        total = torch.zeros_like(self.average_map)
        for index in torch.split(torch.arange(len(store)), batch_size):
            total += self._smoothed(store.batch(index))[0].sum(dim=0, keepdim=True)
        self.average_map.copy_(total / len(store))

    def _smoothed(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the maps of equation 3, and the reconstructions."""
        settings = self.settings
        reconstruction: Tensor = self.network(images)
        maps = difference_map(images, reconstruction, settings.difference)
        return box_smoothed(maps, settings.repeats, settings.window), reconstruction
