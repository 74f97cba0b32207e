"""How many images there are, by split and kind of defect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_anomaly.interfaces import Sample

__all__ = ["ImageCounts", "count_samples"]

_GOOD = "good"


@dataclass(frozen=True, kw_only=True)
class ImageCounts:
    """How many images there are.

    Attributes:
        train: Good images to train on, those that validate included; None where it is not about training.
        validate: How many of these are held back to validate.
        test: Images to test on by kind, ``"good"`` first.
        masks: How many of the defective ones have a mask.
    """

    train: int | None = None
    validate: int = 0
    test: Mapping[str, int]
    masks: int = 0

    def text(self) -> str:
        """Return the counts in a line.

        Example:
            >>> ImageCounts(train=9, test={"good": 2, "scratch": 3}, masks=3).text()
            'images: 9 good to train on; 5 to test: 2 good, 3 scratch (3 with masks)'
        """
        held = f" ({self.validate} of them to validate)" if self.validate else ""
        train = [] if self.train is None else [f"{self.train} good to train on{held}"]
        total = sum(self.test.values())
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.test.items())
        masks = f" ({self.masks} with masks)" if self._defective else ""
        return "images: " + "; ".join(
            [*train, f"{total} to test: {kinds}{masks}" if total else "none to test"]
        )

    def facts(self) -> dict[str, Any]:
        """Return the counts as plain values, for ``metrics.json``."""
        train = {} if self.train is None else {"train": {_GOOD: self.train}, "validate": self.validate}
        return {**train, "test": dict(self.test), "test_masks": self.masks}

    @property
    def _defective(self) -> int:
        return sum(count for kind, count in self.test.items() if kind != _GOOD)


def count_samples(train: Sequence[Sample] | None, test: Sequence[Sample], validate: int = 0) -> ImageCounts:
    """Count images.

    Args:
        train: The good images to train on; None where it is not about training.
        test: The images to test on.
        validate: How many of the former are held back to validate.
    """
    kinds = Counter(sample.defect for sample in test)
    in_order = sorted(kinds, key=lambda kind: (kind != _GOOD, kind))
    return ImageCounts(
        train=None if train is None else len(train),
        validate=validate,
        test={kind: kinds[kind] for kind in in_order},
        masks=sum(sample.is_defective and sample.read_mask is not None for sample in test),
    )
