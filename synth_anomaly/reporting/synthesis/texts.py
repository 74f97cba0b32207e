"""How the figures of synthetic defects are written."""

from __future__ import annotations

import math

from synth_anomaly.reporting.synthesis.statistics import DefectStatistics

__all__ = ["GUIDE_NOTE", "contrast_text", "counted", "percent", "range_text", "summary_line"]

GUIDE_NOTE = "originals are dark where the guide allows no defect"
"""What a reader of pictures should know where there is a guide."""


def counted(count: int, name: str) -> str:
    """Return a number of things.

    Example:
        >>> counted(1, "sample"), counted(16, "sample")
        ('1 sample', '16 samples')
    """
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"


def percent(share: float) -> str:
    """Return a share with a digit behind the point, or two that count where it is below 1%.

    Example:
        >>> [percent(share) for share in (0.0, 0.00012, 0.0493, 0.131, 1.0, math.nan)]
        ['0%', '0.012%', '4.9%', '13.1%', '100%', 'n/a']
    """
    if math.isnan(share):
        return "n/a"
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    digits = max(1, 1 - math.floor(math.log10(100 * share)))
    return f"{100 * share:.{digits}f}%"


def range_text(low: float, high: float) -> str:
    """Return a range of shares.

    Example:
        >>> range_text(0.021, 0.131), range_text(1.0, 1.0)
        ('2.1-13.1%', '100%')
    """
    first, last = percent(low), percent(high)
    return last if first == last else f"{first.removesuffix('%')}-{last}"


def contrast_text(contrast: float) -> str:
    """Return a contrast, a difference of colours in [0, 1]."""
    return "n/a" if math.isnan(contrast) else f"{contrast:.3f}"


def summary_line(statistics: DefectStatistics) -> str:
    """Return the most important figures in a line."""
    defective = round(statistics.count * (1 - statistics.empty))
    verb = "shows" if defective == 1 else "show"
    parts = [f"{defective:,} of {counted(statistics.count, 'sample')} {verb} a defect"]
    if defective:
        area = range_text(statistics.area_low, statistics.area_high)
        parts += [
            f"mask: median {percent(statistics.area_median)}, 5-95% range {area}",
            f"contrast {contrast_text(statistics.contrast)}, "
            f"{contrast_text(statistics.contrast_before)} without the defect",
        ]
    return " · ".join(parts)
