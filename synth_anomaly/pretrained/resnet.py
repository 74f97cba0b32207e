"""torchvision's published weights of residual networks, downloaded when they are first read."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["ResNet18Weights", "ResNet34Weights", "ResNet50Weights", "TorchvisionWeights"]


class TorchvisionWeights:
    """A file of torchvision's, kept in the folder of ``torch.hub``; torchvision itself is not needed.

    Attributes:
        network: The name of the backbone that takes them.
        source: Who published them, and what they were trained on.
        licence: Their licence.
        install: How they come to be on this machine.
        url: Where they are downloaded from; the name ends with the start of the file's SHA-256.
    """

    network: str | None = None
    source = "torchvision's IMAGENET1K_V1"
    licence = "BSD-3-Clause"
    install = "the first training that uses them downloads them"
    url: ClassVar[str]

    def installed(self) -> bool:
        """Return whether the file was downloaded before."""
        return (_hub() / "checkpoints" / self.url.rpartition("/")[2]).is_file()

    def read(self) -> dict[str, Tensor]:
        """Return the state dict, which is downloaded unless it was before.

        Raises:
            DataError: If it cannot be downloaded, or is not what its name says.
        """
        # imported here, because listings read what this class says and should not wait for torch
        from synth_anomaly.backbones.weights import download_weights

        return download_weights(self.url)


class ResNet18Weights(TorchvisionWeights):
    """ResNet-18, trained on ImageNet, for the backbone ``resnet18``."""

    network = "resnet18"
    url = "https://download.pytorch.org/models/resnet18-f37072fd.pth"


class ResNet34Weights(TorchvisionWeights):
    """ResNet-34, trained on ImageNet, for the backbone ``resnet34``."""

    network = "resnet34"
    url = "https://download.pytorch.org/models/resnet34-b627a593.pth"


class ResNet50Weights(TorchvisionWeights):
    """ResNet-50, trained on ImageNet, for the backbone ``resnet50``."""

    network = "resnet50"
    url = "https://download.pytorch.org/models/resnet50-0676ba61.pth"


def _hub() -> Path:
    """Return the folder of ``torch.hub``, as torch finds it, without importing torch."""
    if (hub := sys.modules.get("torch.hub")) is not None:
        return Path(hub.get_dir())
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", str(Path(cache) / "torch"))
    return Path(os.path.expandvars(home)).expanduser() / "hub"
