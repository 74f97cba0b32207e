"""What the published code of a paper makes, measured as the page measures ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synth_anomaly.interfaces import Size

__all__ = ["PUBLISHED", "PublishedFigures", "published_figures"]


@dataclass(frozen=True, kw_only=True)
class PublishedFigures:
    """The defects of somebody else's code; shares of the image or of the samples, in [0, 1].

    Attributes:
        origin: What they are of, after the words "beside ours".
        size: Height and width of its images, in pixels.
        area_mean: Mean area, like the next three over the masks that are not empty.
        area_median: Median area.
        area_low: 5th percentile of the area.
        area_high: 95th percentile of the area.
        empty: Share of samples whose mask is empty.
    """

    origin: str
    size: Size
    area_mean: float
    area_median: float
    area_low: float
    area_high: float
    empty: float


PUBLISHED: Mapping[str, PublishedFigures] = {
    # python tests/benchmarks/published_masks.py PATH_OF_ITS_CODE --count 10000
    "draem": PublishedFigures(
        origin="10,000 masks of DRAEM's published code at 256 px",
        size=(256, 256),
        area_mean=0.0517,
        area_median=0.0470,
        area_low=0.0173,
        area_high=0.0959,
        empty=0.054,
    ),
}
"""By the name of the synthesizer that does the same."""


def published_figures(name: str, size: Size) -> PublishedFigures | None:
    """Return the figures that compare with what a synthesizer's defaults make; None where none do.

    Args:
        name: The synthesizer's name.
        size: Height and width of the images that it works on, without a guide.
    """
    figures = PUBLISHED.get(name)
    return figures if figures is not None and figures.size == size else None
