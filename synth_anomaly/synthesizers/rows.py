"""Some samples of a batch: chosen on the CPU, computed on the device."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from synth_anomaly.parameters import Parameters

__all__ = ["Rows", "moved"]


@dataclass(frozen=True)
class Rows:
    """The places of some samples in their batch.

    Attributes:
        host: ``(n,)`` int64, on the CPU.
        device: The same numbers where the images are.
    """

    host: Tensor
    device: Tensor

    @classmethod
    def where(cls, chosen: Tensor, device: torch.device) -> Rows:
        """Return the rows at which ``chosen``, bool ``(count,)`` on the CPU, is True."""
        host = chosen.nonzero().squeeze(1)
        # from pinned memory, so that the copy does not wait for the device
        source = host.pin_memory() if device.type == "cuda" and len(host) else host
        return cls(host, source.to(device, non_blocking=device.type in ("cpu", "cuda")))

    def __len__(self) -> int:
        return len(self.host)

    def of(self, values: Tensor) -> Tensor:
        """Return a copy of these rows of ``values``, a tensor on the device."""
        return values.index_select(0, self.device)

    def parameters(self, parameters: Parameters) -> Parameters:
        """Return the parameters of these rows."""
        host = {name: value[self.host] for name, value in parameters.host.items()}
        if all(parameters[name] is value for name, value in parameters.host.items()):
            return Parameters(host)
        return Parameters(host, {name: self.of(parameters[name]) for name in parameters})


def moved(parameters: Parameters, device: torch.device) -> Parameters:
    """Return ``parameters`` on ``device``: the same object when they are there already."""
    return parameters.to(device)
