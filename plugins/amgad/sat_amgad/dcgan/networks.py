"""DCGAN's generator with an encoder before it."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from synth_anomaly.backbones import dcgan_channels
from synth_anomaly.heads import Layer, build_layers

__all__ = ["Autoencoder"]


class Autoencoder(nn.Module):
    """Encodes an image to a vector, and makes an image of that as DCGAN's generator does.

    Args:
        size: The shorter side of the images, in pixels, at least 8.
        width: Channels of the finest layer.
        latent: Length of the vector.

    Source: section 4.2.1: "an encoder was added to the existing DCGAN structure". The encoder mirrors the
        generator: convolutions of kernel 4 and stride 2 down to 4 pixels, batch normalisation and LeakyReLU.
    """

    def __init__(self, size: int, width: int, latent: int) -> None:
        super().__init__()
        channels = dcgan_channels(size, width)
        widths = (3, *channels)
        self.encoder = nn.Sequential(
            *(_down(before, after) for before, after in zip(widths[:-1], channels, strict=True)),
            nn.Conv2d(channels[-1], latent, 4),
        )
        table = [Layer("up", channels[-1], kernel=4, padding=0)]
        table += [Layer("up", after, kernel=4, stride=2) for after in (*channels[-2::-1], 3)]
        self.decoder = build_layers(latent, table)

    def forward(self, images: Tensor) -> Tensor:
        """Return reconstructions of ``images``, ``(B, 3, H, W)`` in [0, 1]."""
        decoded = self.decoder(self.encoder(images))
        if decoded.shape[-2:] != images.shape[-2:]:
            decoded = F.interpolate(decoded, size=images.shape[-2:], mode="bilinear", align_corners=False)
        made: Tensor = decoded.float().sigmoid()
        return made


def _down(in_channels: int, channels: int) -> nn.Sequential:
    convolution = nn.Conv2d(in_channels, channels, 4, stride=2, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(channels), nn.LeakyReLU(0.2, inplace=True))
