"""The published weights of DINOv2 and DINOv3, through timm and for its networks alone."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from synth_anomaly.errors import DataError

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "DINOv2Base",
    "DINOv2Large",
    "DINOv2Small",
    "DINOv3Base",
    "DINOv3Large",
    "DINOv3Small",
    "TimmWeights",
]


class TimmWeights:
    """Weights that timm downloads and keeps, for the backbone ``timm`` alone.

    In a recipe: ``backbone = {name = "timm", model = "<the model named here>", pretrained = true}``.

    Attributes:
        network: ``"timm"``.
        licence: Their licence, which is not timm's.
        install: What to type to have timm.
        model: timm's name of the model and its weights.
    """

    network: str | None = "timm"
    licence: str
    install = 'pip install "synth-anomaly[timm]"'
    model: ClassVar[str]

    @property
    def source(self) -> str:
        """Who published them, and the only backbone that takes them."""
        return f'Meta\'s, for {{name = "timm", model = "{self.model}"}} alone'

    def installed(self) -> bool:
        """Return whether timm is installed; it downloads the weights when they are first read."""
        return find_spec("timm") is not None

    def read(self) -> dict[str, Tensor]:
        """Return the state dict of timm's network, which timm downloads unless it did before.

        Raises:
            DataError: If timm cannot be imported, or cannot get the weights.
        """
        try:
            # It imports torchvision, which raises RuntimeError beside a torch it was not built for.
            import timm
        except (ImportError, RuntimeError) as error:
            raise DataError(
                f"weights {self.model!r} need timm, which cannot be imported ({error}): {self.install}"
            ) from error
        try:
            return dict(timm.create_model(self.model, pretrained=True, num_classes=0).state_dict())
        except Exception as error:
            reason = " ".join(str(error).split())[:200]
            raise DataError(
                f"timm cannot get the weights {self.model!r}: {type(error).__name__}: {reason}; "
                "see timm.list_pretrained()"
            ) from error


class _DINOv2(TimmWeights):
    licence = "Apache-2.0"


class _DINOv3(TimmWeights):
    licence = "DINOv3 License"
    install = 'pip install "synth-anomaly[timm]" "timm>=1.0.20"'


class DINOv2Small(_DINOv2):
    """ViT-S/14 of DINOv2; for the backbone ``timm`` alone, with model ``vit_small_patch14_dinov2.lvd142m``.

    It takes images of 518x518 pixels.
    """

    model = "vit_small_patch14_dinov2.lvd142m"


class DINOv2Base(_DINOv2):
    """ViT-B/14 of DINOv2; for the backbone ``timm`` alone, with model ``vit_base_patch14_dinov2.lvd142m``.

    It takes images of 518x518 pixels.
    """

    model = "vit_base_patch14_dinov2.lvd142m"


class DINOv2Large(_DINOv2):
    """ViT-L/14 of DINOv2; for the backbone ``timm`` alone, with model ``vit_large_patch14_dinov2.lvd142m``.

    It takes images of 518x518 pixels.
    """

    model = "vit_large_patch14_dinov2.lvd142m"


class DINOv3Small(_DINOv3):
    """ViT-S/16 of DINOv3; for the backbone ``timm`` alone, with model ``vit_small_patch16_dinov3.lvd1689m``.

    Sides are multiples of 16 pixels.
    """

    model = "vit_small_patch16_dinov3.lvd1689m"


class DINOv3Base(_DINOv3):
    """ViT-B/16 of DINOv3; for the backbone ``timm`` alone, with model ``vit_base_patch16_dinov3.lvd1689m``.

    Sides are multiples of 16 pixels.
    """

    model = "vit_base_patch16_dinov3.lvd1689m"


class DINOv3Large(_DINOv3):
    """ViT-L/16 of DINOv3; for the backbone ``timm`` alone, with model ``vit_large_patch16_dinov3.lvd1689m``.

    Sides are multiples of 16 pixels.
    """

    model = "vit_large_patch16_dinov3.lvd1689m"
