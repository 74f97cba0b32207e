"""What the published code of a paper makes, measured as the page measures ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["PUBLISHED", "PublishedFigures"]


@dataclass(frozen=True, kw_only=True)
class PublishedFigures:
    """The defects of somebody else's code; shares of the image or of the samples, in [0, 1].

    Areas are over all samples, empty masks among them.

    Attributes:
        origin: What they are of, after the words "beside ours".
        area_mean: Mean area of the mask.
        area_median: Median area.
        area_low: 5th percentile of the area.
        area_high: 95th percentile of the area.
        empty: Share of samples whose mask is empty.
    """

    origin: str
    area_mean: float
    area_median: float
    area_low: float
    area_high: float
    empty: float


PUBLISHED: Mapping[str, PublishedFigures] = {
    "draem": PublishedFigures(
        origin="1,000 masks of DRAEM's published code at 256 px, the empty ones among them",
        area_mean=0.0473,
        area_median=0.0454,
        area_low=0.0020,
        area_high=0.0897,
        empty=0.042,
    ),
}
"""By the name of the synthesizer that does the same."""
