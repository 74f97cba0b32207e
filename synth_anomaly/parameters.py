"""What a synthesizer drew: few numbers, drawn on the CPU and moved to the device in one copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from synth_anomaly.host import is_pretended

__all__ = ["Parameters"]


class Parameters(Mapping[str, Tensor]):
    """Named tensors whose first axis is the sample, nested by ``/`` in their names.

    Values are read from the device that the parameters were moved to; ``host`` keeps the CPU's copy,
    so that choices between branches never wait for the device.

    Example:
        >>> drawn = Parameters.nest(shape=Parameters({"box": torch.tensor([[0, 0, 4, 4]])}))
        >>> list(drawn), drawn.scope("shape")["box"].shape
        (['shape/box'], torch.Size([1, 4]))
    """

    def __init__(self, host: Mapping[str, Tensor], device: Mapping[str, Tensor] | None = None) -> None:
        self.host = dict(host)
        self._device = self.host if device is None else dict(device)

    @classmethod
    def nest(cls, **parts: Parameters) -> Parameters:
        """Join parameters under the names of their parts."""
        return cls(
            {f"{part}/{key}": value for part, drawn in parts.items() for key, value in drawn.host.items()}
        )

    def scope(self, part: str) -> Parameters:
        """Return the parameters of one part, without its prefix."""
        prefix = f"{part}/"
        host = _without(prefix, self.host)
        return Parameters(host, None if self._device is self.host else _without(prefix, self._device))

    def to(self, device: torch.device | str) -> Parameters:
        """Return the same parameters on ``device``; one copy for each type of number, none if there."""
        device = torch.device(device)
        if device.type == "cpu" and self._is_host_alone():
            if not is_pretended():
                return self
            copies = {name: value.to(device, non_blocking=True) for name, value in self.host.items()}
            return Parameters(self.host, copies)
        if all(_is_on(value, device) for value in self._device.values()):
            return self
        if device.type == "cpu":
            return Parameters(self.host)
        moved: dict[str, Tensor] = {}
        for dtype in {value.dtype for value in self.host.values()}:
            names = [name for name, value in self.host.items() if value.dtype == dtype]
            flat = torch.cat([self.host[name].reshape(-1) for name in names])
            # Elsewhere than on CUDA, an asynchronous copy may still read memory that is used again by then.
            is_cuda = device.type == "cuda"
            flat = (flat.pin_memory() if is_cuda else flat).to(device, non_blocking=is_cuda)
            parts = torch.split(flat, [self.host[name].numel() for name in names])
            moved |= {name: part.view(self.host[name].shape) for name, part in zip(names, parts, strict=True)}
        return Parameters(self.host, moved)

    def _is_host_alone(self) -> bool:
        return self._device is self.host or all(
            self._device[name] is value for name, value in self.host.items()
        )

    def __getitem__(self, name: str) -> Tensor:
        return self._device[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.host)

    def __len__(self) -> int:
        return len(self.host)

    def __repr__(self) -> str:
        return f"Parameters({', '.join(f'{name}{tuple(value.shape)}' for name, value in self.host.items())})"


def _without(prefix: str, values: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the values whose names begin with a prefix, by the rest of their names."""
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}


def _is_on(value: Tensor, device: torch.device) -> bool:
    """Whether a tensor is on a device; one without a number is any of its kind."""
    return value.device.type == device.type and device.index in (None, value.device.index)
