"""One score from a whole map; the map itself stays as it is."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Outputs, Prediction
from synth_anomaly.scorers.gaussian import gaussian_smoothed
from synth_anomaly.scorers.maps import anomaly_map

__all__ = ["Max", "MeanPoolMax", "Sum", "TopMean", "mean_pool", "top_mean"]


def mean_pool(maps: Tensor, window: int) -> Tensor:
    """Return the mean around each pixel, at the borders over the pixels that there are.

    Args:
        maps: ``(B, 1, H, W)``.
        window: Side of the square around the pixel, odd.

    Example:
        >>> import torch
        >>> mean_pool(torch.ones(1, 1, 2, 2), 3).unique()
        tensor([1.])
    """
    return F.avg_pool2d(maps, window, stride=1, padding=window // 2, count_include_pad=False)


def top_mean(maps: Tensor, share: float = 0.002) -> Tensor:
    """Return the mean of each map's highest pixels, ``(B,)``.

    Steadier than the maximum, which is one pixel, and as blind to where the pixels lie.

    Args:
        maps: ``(B, 1, H, W)``.
        share: Share of the pixels that count, in (0, 1]; at least one does.

    Example:
        >>> import torch
        >>> top_mean(torch.arange(100.0).view(1, 1, 10, 10), share=0.02)
        tensor([98.5000])
    """
    values = maps.flatten(1).float()
    return values.topk(max(1, round(share * values.shape[1])), dim=1).values.mean(dim=1)


class TopMean:
    """The score is the mean of the map's highest pixels; the map itself may be smoothed first.

    Args:
        share: Share of the pixels that count, in (0, 1].
        smoothing: Standard deviation of a Gaussian over the map, in pixels; 0 leaves it as it is.

    Raises:
        OptionError: If the share is outside (0, 1], or smoothing below 0.
    """

    def __init__(self, share: float = 0.002, smoothing: float = 0.0) -> None:
        if not 0 < share <= 1 or smoothing < 0:
            raise OptionError(
                "share takes a number in (0, 1] and smoothing one of at least 0, "
                f"got share={share!r} and smoothing={smoothing!r}"
            )
        self.share = share
        self.smoothing = smoothing

    def __call__(self, outputs: Outputs, images: Tensor) -> Prediction:
        """Return the map of :func:`anomaly_map`, smoothed, and the mean of its highest pixels.

        Raises:
            ComponentError: If the outputs hold no map.
        """
        maps = gaussian_smoothed(anomaly_map(outputs, images), self.smoothing)
        return Prediction(maps, top_mean(maps, self.share), outputs.reconstruction)


class Max:
    """The score is the map's maximum: a single pixel is enough."""

    def __call__(self, outputs: Outputs, images: Tensor) -> Prediction:
        """Return the map of :func:`anomaly_map` and its maximum, in [0, 1] for a map from logits.

        Raises:
            ComponentError: If the outputs hold no map.
        """
        maps = anomaly_map(outputs, images)
        return Prediction(maps, maps.amax(dim=(1, 2, 3)), outputs.reconstruction)


class MeanPoolMax:
    """The score is the maximum of the mean-pooled map, which single wrong pixels do not reach.

    Args:
        window: Side of the square over which the mean is taken, in pixels, odd.

    Raises:
        OptionError: If the window is even or not positive.

    Source:
        DRAEM (2021), section 3.4, with its 21 pixels. Differs at the borders, where the mean is over the
        pixels that there are and not over zeros too, so that defects there count as much.
    """

    def __init__(self, window: int = 21) -> None:
        if window < 1 or window % 2 == 0:
            raise OptionError(f"window takes an odd number of pixels, got {window!r}: DRAEM's is 21")
        self.window = window

    def __call__(self, outputs: Outputs, images: Tensor) -> Prediction:
        """Return the map of :func:`anomaly_map`, not pooled, and its score.

        Raises:
            ComponentError: If the outputs hold no map.
        """
        maps = anomaly_map(outputs, images)
        scores = mean_pool(maps, self.window).amax(dim=(1, 2, 3))
        return Prediction(maps, scores, outputs.reconstruction)


class Sum:
    """The score is the map's sum, which also tells large defects from small; it grows with the image's size.

    Source:
        SSAE, its image score.
    """

    def __call__(self, outputs: Outputs, images: Tensor) -> Prediction:
        """Return the map of :func:`anomaly_map` and its sum.

        Raises:
            ComponentError: If the outputs hold no map.
        """
        maps = anomaly_map(outputs, images)
        return Prediction(maps, maps.sum(dim=(1, 2, 3)), outputs.reconstruction)
