"""A running average of a network's weights, which single steps of a game do not move."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

__all__ = ["Average"]


class Average(nn.Module):
    """The exponential moving average of a network.

    At first it forgets faster, as an average of all steps so far would, so that the start is soon gone.

    Args:
        network: What is averaged; copied.
        decay: The share of the average that a step keeps, in [0, 1).

    Attributes:
        network: The average, in the same form; only ever read.
    """

    steps: Tensor

    def __init__(self, network: nn.Module, decay: float) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).requires_grad_(False)
        self.decay = decay
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def follow(self, network: nn.Module) -> None:
        """Move the average towards ``network``; counts, such as batch normalisation's, are copied."""
        self.steps += 1
        keep = torch.clamp(1 - 1 / self.steps, max=self.decay)
        current = network.state_dict()
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                value.lerp_(current[name], 1 - keep.to(value.dtype))
            else:
                value.copy_(current[name])
