"""The anomaly map that a network's outputs hold."""

from __future__ import annotations

from torch import Tensor

from synth_anomaly.errors import ComponentError
from synth_anomaly.interfaces import Outputs

__all__ = ["anomaly_map"]


def anomaly_map(outputs: Outputs, images: Tensor) -> Tensor:
    """Return the logits' sigmoid, or else the reconstruction's squared error as a mean over colours.

    Args:
        outputs: What a network returned.
        images: ``(B, 3, H, W)`` in [0, 1], what it saw.

    Returns:
        ``(B, 1, H, W)`` float32 in [0, 1], or as far above as the reconstruction leaves that range.

    Raises:
        ComponentError: If there are neither logits nor a reconstruction.
    """
    if outputs.logits is not None:
        return outputs.logits.float().sigmoid()
    if outputs.reconstruction is not None:
        return (images.float() - outputs.reconstruction.float()).square().mean(dim=1, keepdim=True)
    raise ComponentError(
        "a scorer needs outputs.logits or outputs.reconstruction, got neither: give the network a head"
    )
