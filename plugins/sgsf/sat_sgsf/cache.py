"""The guidance of normal images, kept from one test image to the next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

import torch
from torch import Tensor, nn

__all__ = ["GuidanceCache"]

_BYTES = 1 << 28


class GuidanceCache:
    """Keeps the guidance features of normal images, by row, until weights, device or precision change.

    Each row is computed by itself, so that its features do not depend on which images were asked for with it.

    Args:
        compute: Returns the features of a row, each ``(1, C, H, W)``.
        network: Whose weights the features depend on.
        budget: Bytes to keep at most; those used longest ago are let go first.

    Attributes:
        computed: How many rows were computed.
    """

    def __init__(
        self, compute: Callable[[int], Sequence[Tensor]], network: nn.Module, budget: int = _BYTES
    ) -> None:
        self.computed = 0
        self._compute = compute
        self._network = network
        self._budget = budget
        self._kept: OrderedDict[int, tuple[Tensor, ...]] = OrderedDict()
        self._state: Hashable = None

    def features(self, rows: Tensor) -> tuple[Tensor, ...]:
        """Return the features of some rows, each ``(B, C, H, W)``."""
        if (state := self._fingerprint()) != self._state:
            self._kept.clear()
            self._state = state
        wanted = rows.tolist()
        found = {row: self._row(row) for row in dict.fromkeys(wanted)}
        self._let_go()
        return tuple(torch.cat(level) for level in zip(*(found[row] for row in wanted), strict=True))

    def _row(self, row: int) -> tuple[Tensor, ...]:
        if row not in self._kept:
            self._kept[row] = tuple(feature.detach() for feature in self._compute(row))
            self.computed += 1
        self._kept.move_to_end(row)
        return self._kept[row]

    def _let_go(self) -> None:
        while len(self._kept) > 1 and len(self._kept) * self._bytes() > self._budget:
            self._kept.popitem(last=False)

    def _bytes(self) -> int:
        return sum(feature.nbytes for feature in next(iter(self._kept.values())))

    def _fingerprint(self) -> Hashable:
        """Return what changes with everything that the features depend on.

        The weights' norms, because a tensor does not count what fused optimisers change.
        """
        tensors = (*self._network.parameters(), *self._network.buffers())
        weights = [tensor.detach() for tensor in tensors if tensor.is_floating_point() and tensor.numel()]
        device = weights[0].device
        rounded = torch.is_autocast_enabled(device.type), torch.get_autocast_dtype(device.type)
        return device, rounded, tuple(torch.stack(torch._foreach_norm(weights)).tolist())
