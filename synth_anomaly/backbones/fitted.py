"""Modules whose buffers take their shape from the data that they are fitted on."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from synth_anomaly.errors import ComponentError

__all__ = ["FittedModule"]


class FittedModule(nn.Module):
    """A module that learns buffers of a shape unknown before it is fitted.

    The buffers are part of the state dict: they are saved with the weights, kept in checkpoints and loaded
    whatever their shape. Before :meth:`learn` they are empty.

    Args:
        *names: Names of the buffers.

    Example:
        >>> module, other = FittedModule("mean"), FittedModule("mean")
        >>> module.learn(mean=torch.ones(3))
        >>> _ = other.load_state_dict(module.state_dict())
        >>> other.mean
        tensor([1., 1., 1.])
    """

    def __init__(self, *names: str) -> None:
        super().__init__()
        self._learned = names
        for name in names:
            self.register_buffer(name, torch.empty(0))

    @property
    def is_fitted(self) -> bool:
        """Whether every buffer has been learned or loaded."""
        return all(self.get_buffer(name).numel() for name in self._learned)

    def learn(self, **tensors: Tensor) -> None:
        """Set buffers to what was learned."""
        for name, tensor in tensors.items():
            setattr(self, name, tensor.detach().contiguous())

    def require_fitted(self, owner: str | None = None) -> None:
        """Check that there is something to compare with.

        Args:
            owner: What the error names; None is the module's class.

        Raises:
            ComponentError: If the module was neither fitted nor loaded.
        """
        if not self.is_fitted:
            raise ComponentError(
                f"{owner or type(self).__name__} has learned nothing yet: "
                "call fit() with features of good images, or load trained weights"
            )

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *arguments: Any) -> None:
        for name in self._learned:
            if isinstance(value := state_dict.get(prefix + name), Tensor):
                setattr(self, name, torch.empty_like(value, device=self.get_buffer(name).device))
        super()._load_from_state_dict(state_dict, prefix, *arguments)
