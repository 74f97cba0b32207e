"""Mean and standard deviation of each pixel over normal images (section 4.2, figure 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from sat_ssae.guard import orthogonal_share
from sat_ssae.tables import Plot, Rows
from synth_anomaly.data import load_images
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Dataset

__all__ = ["SIDE", "WINDOW", "Moments", "measure_moments", "moments_of"]

SIDE, WINDOW = 512, 256
"""Pixels of the resized images, and of the windows that slide over them (section 4.2)."""

_BATCH = 16

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """The first two moments of pixels, grey in [0, 1].

    Attributes:
        title: Of what.
        mean: ``(h, w)``: of each pixel of the window, over all places of the window and all images.
        deviation: Likewise the standard deviation.
        line_mean: ``(W,)``: of each pixel of the whole images' middle row, over all images.
        line_deviation: Likewise the standard deviation.
    """

    title: str
    mean: Array
    deviation: Array
    line_mean: Array
    line_deviation: Array

    @property
    def variance(self) -> float:
        """``σ²`` of proposition 2, as the mean over the window's pixels."""
        return float(np.square(self.deviation).mean())

    def summary(self) -> dict[str, float]:
        """Return figures: how flat both moments are, and the share of corruption that theorem 2 allows."""
        return {
            "mean": float(self.mean.mean()),
            "mean_spread": float(np.ptp(self.mean)),
            "deviation": float(self.deviation.mean()),
            "deviation_spread": float(np.ptp(self.deviation)),
            "line_mean_spread": float(np.ptp(self.line_mean)),
            "line_deviation_spread": float(np.ptp(self.line_deviation)),
            "variance": self.variance,
            "orthogonal_share": orthogonal_share(self.variance),
        }

    def rows(self) -> Rows:
        """Return the table: region, row, column, mean, standard deviation."""
        yield ("region", "row", "column", "mean", "deviation")
        for (row, column), mean in np.ndenumerate(self.mean):
            yield ("window", row, column, round(float(mean), 6), round(float(self.deviation[row, column]), 6))
        for column, (mean, deviation) in enumerate(zip(self.line_mean, self.line_deviation, strict=True)):
            yield ("middle line", "", column, round(float(mean), 6), round(float(deviation), 6))

    def draw(self, plot: Plot) -> None:
        """Draw both moments: of the window's pixels in order, and along the middle row."""
        window, line = plot.axes(2)
        _band(window, self.mean.ravel(), self.deviation.ravel())
        window.set(title=self.title, xlabel="pixel of the window, row by row", ylabel="grey value")
        _band(line, self.line_mean, self.line_deviation)
        line.set(xlabel="pixel of the images' middle row", ylabel="grey value")


def moments_of(images: Tensor, window: int) -> tuple[Array, Array]:
    """Return mean and standard deviation of each pixel of a window that slides over images.

    Args:
        images: ``(N, H, W)``, grey.
        window: Side of the window in pixels, at most that of the images.

    Returns:
        Two ``(window, window)``, over ``N (H - window + 1) (W - window + 1)`` windows.
    """
    images = images.double()
    return _slid(images.mean(dim=0), images.square().mean(dim=0), window)


def measure_moments(dataset: Dataset, side: int = SIDE, window: int = WINDOW) -> Moments:
    """Measure the moments of a data set's training images.

    Args:
        dataset: Whose good training images.
        side: Side in pixels that images are resized to.
        window: Side of the sliding window in pixels.

    Raises:
        DataError: If the window is larger than the images.
    """
    if not 1 <= window <= side:
        raise DataError(f"expected a window of 1 to {side} pixels, got {window!r}: make it smaller")
    store = load_images(dataset.train(), (side, side))
    first, second = torch.zeros(2, side, side, dtype=torch.float64)
    for index in torch.split(torch.arange(len(store)), _BATCH):
        grey = store.batch(index).double().mean(dim=1)
        first += grey.sum(dim=0)
        second += grey.square().sum(dim=0)
    first, second = first / len(store), second / len(store)
    line = first[side // 2].numpy()
    spread = _deviation(first[side // 2], second[side // 2])
    title = f"{dataset.name} / {dataset.category}, {len(store)} images"
    return Moments(title, *_slid(first, second, window), line, spread)


def _slid(first: Tensor, second: Tensor, window: int) -> tuple[Array, Array]:
    """Return the moments in a window, from the mean and the mean square of whole images.

    A pixel of the window sees every place that the window's position can move it to, a box of the image.
    """
    rows, columns = first.shape[0] - window + 1, first.shape[1] - window + 1
    down = F.avg_pool2d(torch.stack([first, second])[:, None], (rows, 1), stride=1)
    mean, square = F.avg_pool2d(down, (1, columns), stride=1)[:, 0]
    return mean.numpy(), _deviation(mean, square)


def _deviation(mean: Tensor, square: Tensor) -> Array:
    deviation: Array = (square - mean.square()).clamp(min=0).sqrt().numpy()
    return deviation


def _band(axes: Any, mean: Array, deviation: Array) -> None:
    """Draw a mean with its standard deviation around it."""
    place = np.arange(len(mean))
    axes.fill_between(place, mean - deviation, mean + deviation, color="tab:blue", alpha=0.2, lw=0)
    axes.plot(place, mean, color="tab:blue", lw=1)
    axes.set(ylim=(0, 1), xlim=(0, len(mean) - 1))
    axes.grid(alpha=0.3)
