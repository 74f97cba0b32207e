"""What losses share: what they need of a network's outputs, and the mean over pixels that count."""

from __future__ import annotations

from torch import Tensor

from synth_anomaly.errors import ComponentError
from synth_anomaly.interfaces import Outputs

__all__ = ["required_logits", "required_reconstruction", "weighted_mean"]


def required_logits(outputs: Outputs, owner: object) -> Tensor:
    """Return the logits as float32.

    Raises:
        ComponentError: If the network gave none; the message names the ``owner``'s class.
    """
    if outputs.logits is None:
        raise ComponentError(
            f"{type(owner).__name__} needs outputs.logits, got None: give the network a head for the map"
        )
    return outputs.logits.float()


def required_reconstruction(outputs: Outputs, owner: object) -> Tensor:
    """Return the reconstruction as float32.

    Raises:
        ComponentError: If the network gave none; the message names the ``owner``'s class.
    """
    if outputs.reconstruction is None:
        raise ComponentError(
            f"{type(owner).__name__} needs outputs.reconstruction, got None: "
            "give the network a head for the image"
        )
    return outputs.reconstruction.float()


def weighted_mean(values: Tensor, weights: Tensor | None) -> Tensor:
    """Return the mean of values, each counted by its weight; 0 where no weight is above 0.

    Args:
        values: Of any shape.
        weights: At least 0, of the same shape; None is the plain mean.
    """
    if weights is None:
        return values.mean()
    return (values * weights).sum() / weights.sum().clamp(min=1e-6)
