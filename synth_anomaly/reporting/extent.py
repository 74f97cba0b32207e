"""Which images of a test set are reported one by one: all, but where they are thousands."""

from __future__ import annotations

from collections.abc import Sequence

from synth_anomaly.reporting.per_image import ImageFacts
from synth_anomaly.reporting.selection import select

__all__ = ["MANY", "extent_note", "reported"]

MANY = 2_000
"""Of more images than these, a page lists a part, and a part of the maps is written."""

_OF_EACH = 250


def reported(facts: Sequence[ImageFacts]) -> list[int]:
    """Return the places of the images to report, in order.

    Of more than :data:`MANY` they are the hardest, good ones of the highest score and defective ones of the
    lowest, and those on the contact sheet.

    Args:
        facts: One entry an image.
    """
    if len(facts) <= MANY:
        return list(range(len(facts)))
    rising = sorted(range(len(facts)), key=lambda row: facts[row].score)
    good = [row for row in rising if not facts[row].is_defective]
    defective = [row for row in rising if facts[row].is_defective]
    shown = (row for group in select(facts) for row in group.rows)
    return sorted({*good[-_OF_EACH:], *defective[:_OF_EACH], *shown})


def extent_note(facts: Sequence[ImageFacts], *, all_maps: bool = False) -> str:
    """Return which images are reported one by one, in a line; empty where all are.

    Args:
        facts: One entry an image.
        all_maps: Whether every map is written all the same.
    """
    if len(facts) <= MANY:
        return ""
    maps = (
        "has every map" if all_maps else "holds theirs alone (sat evaluate RUN --all-maps writes every one)"
    )
    return (
        f"{len(reported(facts))} of {len(facts)} test images are in report.html: the {_OF_EACH} good ones "
        f"of the highest score, the {_OF_EACH} defective ones of the lowest, and those on the contact sheet; "
        f"maps/ {maps}, scores.csv has all"
    )
