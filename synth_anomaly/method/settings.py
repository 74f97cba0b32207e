"""The settings that every method has."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

from synth_anomaly.data import MAX_PIXELS, Pages, Reading
from synth_anomaly.interfaces import Guide, Size

__all__ = ["READING", "MethodSettings"]

READING = tuple(part.name for part in fields(Reading))
"""The settings that say how files are read; they may differ after training."""


@dataclass(frozen=True, kw_only=True)
class MethodSettings:
    """What every method can be told; methods add their own.

    Attributes:
        size: Input size in pixels, one number for a square or height and width.
        keep_proportions: Whether the input has the proportions of the training images, at about as many
            pixels as a ``size`` of one number says, each side a multiple of ``size_multiple``. The size is
            worked out once, before training, and is a setting from then on; two numbers as ``size`` are
            taken as they are. A method whose networks depend on the size must not have it in its presets.
        size_multiple: What the sides of a size that is worked out are multiples of.
        batch_size: Good images in a training step, and images in a batch of predictions.
        validation: Share of the good images that is held back from training, in [0, 1).
        guide: Says where on a good image a defect may lie; None is everywhere.
        white: The value that is white in images of more than 8 bits, such as 4095 for a 12-bit camera; None
            takes what files declare, or all of their bits.
        max_pixels: Most pixels of an image that is read.
        pages: Of files with several pages, ``"first"``, or ``"all"``, each page an image then.
        background: The colour behind transparent pixels, a name or ``#rrggbb``.
        mask_threshold: Mask pixels from this level on are defects, of 1 to 255; None takes all that are not
            black, and half in lossy formats.
        invert_masks: Whether what masks mark is good.
        mask_classes: The values of masks that are defects: palette indices, grey values, ``#rrggbb``; empty
            goes by brightness.
    """

    size_multiple: ClassVar[int] = 32
    size: int | tuple[int, int] = 256
    keep_proportions: bool = False
    batch_size: int = 16
    validation: float = 0.0
    guide: Guide | None = None
    white: float | None = None
    max_pixels: int = MAX_PIXELS
    pages: Pages = "first"
    background: str = "white"
    mask_threshold: int | None = None
    invert_masks: bool = False
    mask_classes: tuple[int | str, ...] = ()

    def __post_init__(self) -> None:
        if min(self.input_size) < 8:
            raise ValueError(f"size must be at least 8 pixels, got {self.size!r}")
        if self.batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {self.batch_size!r}")
        if not 0 <= self.validation < 1:
            raise ValueError(f"validation is a share in [0, 1), got {self.validation!r}")
        _ = self.reading  # checks what it is made of

    def check_training(self) -> None:
        """Check what is asked of settings to train with, and not to predict with.

        Such as that a batch is large enough. It is asked before training reads an image; a trained method may
        be told otherwise.

        Raises:
            ValueError: If nothing can be trained with them.
        """

    def require_positive(self, *names: str) -> None:
        """Check that settings of these names are above 0.

        Raises:
            ValueError: If one is not.
        """
        for name in names:
            if not (value := getattr(self, name)) > 0:
                raise ValueError(f"{name} must be above 0, got {value!r}")

    @property
    def input_size(self) -> Size:
        """Height and width of the input."""
        return (self.size, self.size) if isinstance(self.size, int) else self.size

    @property
    def reading(self) -> Reading:
        """How files are read, in training, evaluation and prediction alike."""
        return Reading(**{name: getattr(self, name) for name in READING})

    @property
    def asks_for_proportions(self) -> bool:
        """Whether the input size is still to be worked out from the training images."""
        return self.keep_proportions and isinstance(self.size, int)
