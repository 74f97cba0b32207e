"""Any feature extractor of timm, where timm is installed."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from synth_anomaly.backbones.normalise import Normalise
from synth_anomaly.errors import ComponentError, OptionError

__all__ = ["Timm"]


class Timm(nn.Module):
    """A network of timm that returns feature maps.

    Args:
        model: timm's own name of it, such as ``"convnext_tiny"``; ``timm.list_models()`` names them. Where
            timm would fetch the network from elsewhere, as from ``"hf-hub:..."``, the name is refused:
            such files may hold code.
        in_channels: Width of the images.
        out_levels: Whose maps are returned, in timm's count (``out_indices``); None is all.
        pretrained: Whether :meth:`load_pretrained` loads timm's published weights; a training that
            begins does that, a prediction never.
        normalise: Whether the first three channels are normalised as ImageNet's, which most weights expect.

    Attributes:
        channels: Width of each returned map.
        strides: Stride of each returned map. Exact for sides that are multiples of it; some networks of timm
            round other sizes down where :class:`synth_anomaly.backbones.ResNet` rounds up.

    Raises:
        ComponentError: If timm cannot be imported, or has no such network.
        OptionError: If the name is a place to fetch a network from.
    """

    def __init__(
        self,
        model: str,
        in_channels: int = 3,
        out_levels: tuple[int, ...] | None = None,
        pretrained: bool = False,
        normalise: bool = False,
    ) -> None:
        super().__init__()
        if ":" in model or "/" in model:
            raise OptionError(
                f"expected one of timm's own names without ':' and '/', got {model!r}: see timm.list_models()"
            )
        self.model = model
        self.in_channels = in_channels
        self.out_levels = out_levels
        self.pretrained = pretrained
        self.normalise = normalise
        self.input = Normalise(in_channels) if normalise else nn.Identity()
        self.network = self._create(pretrained=False)
        self.channels = tuple(self.network.feature_info.channels())
        self.strides = tuple(self.network.feature_info.reduction())

    def forward(self, images: Tensor) -> list[Tensor]:
        """Return one ``(B, channels[i], H / strides[i], W / strides[i])`` map a level.

        Args:
            images: ``(B, in_channels, H, W)``; RGB in [0, 1].

        Raises:
            ComponentError: If the network does not put its channels first.
        """
        maps = list(self.network(self.input(images)))
        widths = tuple(level.shape[1] for level in maps)
        if widths != self.channels:
            raise ComponentError(
                f"timm's {self.model!r} returns maps of {widths} channels, expected {self.channels}: "
                "choose a network whose maps are (B, C, H, W), such as a convolutional one"
            )
        return maps

    def load_pretrained(self) -> list[str]:
        """Load timm's weights if the option ``pretrained`` asks for them; nothing is left out.

        Raises:
            ComponentError: If they cannot be downloaded.
        """
        if self.pretrained:
            self.network.load_state_dict(self._create(pretrained=True).state_dict())
        return []

    def _create(self, *, pretrained: bool) -> Any:
        try:
            # It imports torchvision, which raises RuntimeError beside a torch it was not built for.
            import timm
        except (ImportError, RuntimeError) as error:
            raise ComponentError(
                f"backbone 'timm' needs timm, which cannot be imported ({error}): "
                'pip install "synth-anomaly[timm]"'
            ) from error
        options = {} if self.out_levels is None else {"out_indices": self.out_levels}
        try:
            return timm.create_model(
                self.model, pretrained=pretrained, features_only=True, in_chans=self.in_channels, **options
            )
        except Exception as error:
            reason = " ".join(str(error).split())[:200]
            raise ComponentError(
                f"timm cannot make {self.model!r}: {type(error).__name__}: {reason}; "
                "see timm.list_models() and timm.list_pretrained()"
            ) from error
