"""The content without its colours."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters

__all__ = ["Grey"]


@dataclass(frozen=True)
class Grey:
    """Shows the luma of each pixel of the whole content, ``0.299 R + 0.587 G + 0.114 B``, in all channels."""

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw nothing."""
        return Parameters({})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the grey content."""
        red, green, blue = content.float().unbind(1)
        grey: Tensor = 0.299 * red + 0.587 * green + 0.114 * blue
        return grey.clamp_(0, 1).to(content.dtype)[:, None].expand_as(content).contiguous()
