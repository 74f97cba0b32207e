"""What a loss needs of a network's outputs."""

from __future__ import annotations

from torch import Tensor

from synth_anomaly.errors import ComponentError
from synth_anomaly.interfaces import Outputs

__all__ = ["required_logits", "required_reconstruction"]


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
