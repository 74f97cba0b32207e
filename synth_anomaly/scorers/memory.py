"""Distance from the nearest of remembered good features."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from synth_anomaly.errors import DataError, OptionError
from synth_anomaly.scorers.reference import DistanceScorer, pooled_features

__all__ = ["Memory", "spread_out"]

_PROJECTED = 32
_CELLS = 40_000
_LEFT_OUT = 16


class Memory(DistanceScorer):
    """The distance of features from the nearest of a memory of good ones, wherever in the image they were.

    Features of the chosen levels are averaged over 3x3 cells, brought to the finest of their grids, and
    standardised by channel. The memory is a coreset: one after the other, the cell farthest from those
    chosen.

    Args:
        levels: Which levels of the features it compares; None is all but the finest where there are several.
        cells: How many cells are remembered at most.
        smoothing: Standard deviation of the Gaussian that smooths the map, in cells of the finest features.

    Raises:
        OptionError: If ``cells`` is below 2.

    Source:
        PatchCore (Roth et al., 2022), sections 3.1 to 3.3. Differs in that channels are standardised, in the
        number of cells, in the image score, and in the unit of the map, which is estimated on at most 16 of
        the good images, each compared with the cells of the others.
    """

    offset: Tensor
    spreads: Tensor
    memory: Tensor

    def __init__(
        self, levels: tuple[int, ...] | None = None, cells: int = 2_000, smoothing: float = 1.0
    ) -> None:
        super().__init__("offset", "spreads", "memory", levels=levels, smoothing=smoothing)
        if cells < 2:
            raise OptionError(f"cells takes a number of at least 2, got {cells!r}: 2000 is the default")
        self.cells = cells

    def fit(self, features: Iterable[Sequence[Tensor]]) -> list[str]:
        """Learn the memory from features of good images, and the unit of the map from each left out.

        Args:
            features: Batches of feature maps.

        Returns:
            A line that says how many cells are remembered.

        Raises:
            DataError: If there are fewer than two images.
        """
        pooled, batch = self._collected(features)
        count, width, height_width = pooled.shape[0], pooled.shape[1], pooled.shape[2:]
        if count < 2:
            raise DataError(f"expected at least 2 good images to remember, got {count}: give more")
        offset = pooled.mean(dim=(0, 2, 3))
        spreads = pooled.std(dim=(0, 2, 3)).clamp(min=1e-12)
        spreads = spreads.clamp(min=0.2 * float(spreads.median()))
        cells = ((pooled.movedim(1, -1) - offset) / spreads).reshape(-1, width)
        owners = torch.arange(count, device=cells.device).repeat_interleave(height_width.numel())
        drawn = torch.randperm(len(cells))[:_CELLS].to(cells.device)
        chosen = drawn[spread_out(cells[drawn], self.cells)]
        self.learn(offset=offset, spreads=spreads, memory=cells[chosen])
        some = torch.linspace(0, count - 1, min(count, _LEFT_OUT)).round().long().tolist()
        left_out = [
            _nearest(cells[owners == row], self.memory[owners[chosen] != row]).reshape(1, 1, *height_width)
            for row in some
            if bool((owners[chosen] != row).any())
        ]
        self.settle(torch.cat(left_out), batch)
        return [f"{len(self.memory)} of {len(cells)} cells of the good images are remembered"]

    def distances(self, features: Sequence[Tensor]) -> Tensor:
        """Return the distances of features from the nearest remembered ones, ``(B, 1, h, w)`` float32."""
        pooled = self._pooled(features)
        cells = (pooled.movedim(1, -1) - self.offset) / self.spreads
        found = _nearest(cells.reshape(-1, cells.shape[-1]), self.memory)
        return found.reshape(len(pooled), 1, *pooled.shape[2:])

    def _collected(self, features: Iterable[Sequence[Tensor]]) -> tuple[Tensor, Sequence[Tensor]]:
        parts: list[Tensor] = []
        batch: Sequence[Tensor] = ()
        for batch in features:
            parts.append(self._pooled(batch))
        if not parts:
            raise DataError("expected at least 2 good images to remember, got none: give some")
        return torch.cat(parts), batch

    def _pooled(self, features: Sequence[Tensor]) -> Tensor:
        levels = self.chosen_levels(features)
        finest = features[levels[0]].shape[-2:]
        return pooled_features(features, levels, (finest[0], finest[1]))


def spread_out(cells: Tensor, count: int) -> Tensor:
    """Return the rows of a coreset of vectors, ``(min(count, N),)`` int64: a greedy k-centre choice.

    Args:
        cells: ``(N, C)`` float32; the first one begins.
        count: How many to choose.

    Source:
        PatchCore, algorithm 1, on a random projection to 32 dimensions (Johnson and Lindenstrauss, as there).
    """
    if len(cells) <= count:
        return torch.arange(len(cells), device=cells.device)
    if cells.shape[1] > _PROJECTED:
        projection = torch.randn(cells.shape[1], _PROJECTED).to(cells.device)
        cells = cells @ projection / _PROJECTED**0.5
    lengths = cells.square().sum(dim=1)
    farthest = torch.zeros((), dtype=torch.long, device=cells.device)
    least = torch.full_like(lengths, torch.inf)
    chosen = []
    for _ in range(count):
        chosen.append(farthest)
        centre = cells[farthest]
        least = torch.minimum(least, lengths - 2 * (cells @ centre) + lengths[farthest])
        least[farthest] = -torch.inf
        farthest = least.argmax()
    return torch.stack(chosen)


def _nearest(cells: Tensor, memory: Tensor) -> Tensor:
    """Return the distance of each vector from the nearest of the memory, ``(N,)``."""
    half = memory.square().sum(dim=1) / 2
    found = [torch.addmm(half, part, memory.T, alpha=-1).amin(dim=1) for part in torch.split(cells, 4_096)]
    return (cells.square().sum(dim=1) + 2 * torch.cat(found)).clamp(min=0).sqrt()
