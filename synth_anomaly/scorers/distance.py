"""Distance from a Gaussian of good features at each position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from synth_anomaly.errors import DataError, OptionError
from synth_anomaly.scorers.reference import DistanceScorer, pooled_features

__all__ = ["Distance"]

_LEAST_SPREAD = 0.2
_LEFT_OUT = 256


class Distance(DistanceScorer):
    """The Mahalanobis distance of features from those of good images at the same position.

    Features of the chosen levels are averaged over 3x3 cells, brought to the coarsest level's grid and
    standardised by channel. At each position a Gaussian is estimated, whose covariance is
    ``(sum of d d' + (N - 1) shrinkage I) / (N - 1)``. Each good image's distance from the others follows in
    closed form from its distance from all: with ``q = d' A^-1 d`` and ``c = N / (N - 1)`` it is
    ``sqrt(c^2 (N - 2) q / (1 - c q))``, A being the sum in the brackets.

    Args:
        levels: Which levels of the features it compares; None is all but the finest where there are several.
        dimensions: How many channels are compared at most; of more, as many are drawn at random.
        shrinkage: What is added to the variances, in those of the standardised channels, above 0.
        smoothing: Standard deviation of the Gaussian that smooths the map, in cells of the finest features.

    Raises:
        OptionError: If an option is out of its range.

    Source:
        PaDiM (Defard et al., 2021), section 3.2. Differs in pooling, in the coarser grid, which makes the
        matrices fewer, in the shrinkage of standardised channels, and in the unit of the map.

    Example:
        >>> import torch
        >>> from synth_anomaly.interfaces import Outputs
        >>> scorer, good = Distance(), [torch.rand(9, 4, 8, 8), torch.rand(9, 6, 4, 4)]
        >>> lines = scorer.fit([good])
        >>> scorer(Outputs(features=good), torch.rand(9, 3, 32, 32)).maps.shape
        torch.Size([9, 1, 32, 32])
    """

    channels: Tensor
    offset: Tensor
    spreads: Tensor
    factors: Tensor

    def __init__(
        self,
        levels: tuple[int, ...] | None = None,
        dimensions: int = 160,
        shrinkage: float = 0.1,
        smoothing: float = 1.0,
    ) -> None:
        super().__init__("channels", "offset", "spreads", "factors", levels=levels, smoothing=smoothing)
        if dimensions < 1 or not shrinkage > 0:
            raise OptionError(
                "dimensions and shrinkage take numbers above 0, "
                f"got dimensions={dimensions!r} and shrinkage={shrinkage!r}"
            )
        self.dimensions = dimensions
        self.shrinkage = shrinkage
        self._whitening: Tensor | None = None

    def fit(self, features: Iterable[Sequence[Tensor]]) -> list[str]:
        """Learn the Gaussians from features of good images, and the unit of the map from each left out.

        Args:
            features: Batches of feature maps.

        Returns:
            Nothing to know.

        Raises:
            DataError: If there are fewer than three images.
        """
        self._whitening = None
        rows, batch = self._collected(features)
        count, _, width = rows.shape[1], rows.shape[0], rows.shape[2]
        if count < 3:
            raise DataError(
                f"expected at least 3 good images to estimate distances from, got {count}: give more"
            )
        spreads = rows.std(dim=(0, 1))
        spreads = spreads.clamp(min=max(_LEAST_SPREAD * float(spreads.median()), 1e-12))
        mean = rows.mean(dim=1, keepdim=True)
        rows = (rows - mean) / spreads
        gram = rows.transpose(1, 2) @ rows
        gram.diagonal(dim1=1, dim2=2).add_((count - 1) * self.shrinkage)
        lower = torch.linalg.cholesky(gram)
        identity = torch.eye(width, device=rows.device).expand_as(lower)
        factors = torch.linalg.solve_triangular(lower, identity, upper=False)
        kept = rows[:, torch.linspace(0, count - 1, min(count, _LEFT_OUT)).round().long()]
        shares = (kept @ factors.transpose(1, 2)).square().sum(dim=2)
        ratio = count / (count - 1)
        left_out = ratio**2 * (count - 2) * shares / (1 - ratio * shares).clamp(min=1e-6)
        down, across = torch.tril_indices(width, width)
        self.learn(
            offset=mean.squeeze(1), spreads=spreads, factors=factors[:, down, across] * (count - 1) ** 0.5
        )
        self.settle(self._as_map(left_out.sqrt(), batch), batch)
        return []

    def distances(self, features: Sequence[Tensor]) -> Tensor:
        """Return the distances of features from the good ones, ``(B, 1, h, w)`` float32.

        Raises:
            DataError: If the features are of images of another size than the good ones.
        """
        rows = self._rows(features)
        if rows.shape[0] != self.offset.shape[0]:
            raise DataError(
                f"the good images have {self.offset.shape[0]} positions of features, got {rows.shape[0]}: "
                "give images of the size that was trained on"
            )
        whitened = ((rows - self.offset[:, None]) / self.spreads) @ self._matrices().transpose(1, 2)
        return self._as_map(whitened.square().sum(dim=2).sqrt(), features)

    def _collected(self, features: Iterable[Sequence[Tensor]]) -> tuple[Tensor, Sequence[Tensor]]:
        parts: list[Tensor] = []
        batch: Sequence[Tensor] = ()
        for batch in features:
            if not parts:
                total = sum(batch[level].shape[1] for level in self.chosen_levels(batch))
                self.learn(
                    channels=torch.randperm(total)[: self.dimensions].sort().values.to(batch[0].device)
                )
            parts.append(self._rows(batch))
        if not parts:
            raise DataError("expected at least 3 good images to estimate distances from, got none: give some")
        return torch.cat(parts, dim=1), batch

    def _rows(self, features: Sequence[Tensor]) -> Tensor:
        """Return the compared features, ``(positions, B, dimensions)``."""
        levels = self.chosen_levels(features)
        coarsest = features[levels[-1]].shape[-2:]
        pooled = pooled_features(features, levels, (coarsest[0], coarsest[1]))
        return pooled.flatten(2)[:, self.channels].permute(2, 0, 1)

    def _as_map(self, rows: Tensor, features: Sequence[Tensor]) -> Tensor:
        height, width = features[self.chosen_levels(features)[-1]].shape[-2:]
        return rows.T.reshape(-1, 1, height, width)

    def _matrices(self) -> Tensor:
        """Return the whitening matrices, ``(positions, D, D)``: kept as triangles, which halves the file."""
        if self._whitening is None or self._whitening.device != self.factors.device:
            width = len(self.channels)
            down, across = torch.tril_indices(width, width)
            full = self.factors.new_zeros(len(self.factors), width, width)
            full[:, down, across] = self.factors
            self._whitening = full
        return self._whitening

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *arguments: object) -> None:
        self._whitening = None
        super()._load_from_state_dict(state_dict, prefix, *arguments)
