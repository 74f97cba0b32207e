"""How picture files are read: what their numbers and pages mean, where the files do not say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

from PIL import ImageColor

__all__ = ["MAX_PIXELS", "OF_ANY_SIZE", "Pages", "Reading"]

MAX_PIXELS = 178_956_970
"""Most pixels of an image unless told otherwise; Pillow's own limit."""

Pages = Literal["first", "all"]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How picture files are read, the same in training, evaluation and prediction.

    Attributes:
        white: The value that is white in images of more than 8 bits, above 0, such as 4095 for a 12-bit
            camera. None takes what a file declares (``BitsPerSample``, ``sBIT``, maxval), or else all of its
            bits: 65535, and 1 for floats.
        max_pixels: Most pixels of an image, 1 or more.
        pages: Of files with several pages, ``"first"`` or ``"all"``, each page an image then.
        background: The colour behind transparent pixels: a name or ``#rrggbb``.
        mask_threshold: Mask pixels from this level on are defects, of 1 to 255, at which 255 is the white of
            deeper files. None takes every pixel that is not black, and from 128 on in lossy formats.
        invert_masks: Whether what mask files mark is good, and the rest a defect; outlines in JSON files mark
            defects in any case.
        mask_classes: The values that are defects: palette indices or grey values as the file has them, or
            colours as ``#rrggbb``. Empty goes by brightness.

    Raises:
        ValueError: If a value is out of its range.

    Example:
        >>> Reading(white=4095).white
        4095
    """

    white: float | None = None
    max_pixels: int = MAX_PIXELS
    pages: Pages = "first"
    background: str = "white"
    mask_threshold: int | None = None
    invert_masks: bool = False
    mask_classes: tuple[int | str, ...] = ()

    def __post_init__(self) -> None:
        if self.white is not None and not 0 < self.white < float("inf"):
            raise ValueError(f"white is a value above 0, such as 4095, got {self.white!r}")
        if self.max_pixels < 1:
            raise ValueError(f"max_pixels is a number of pixels from 1 on, got {self.max_pixels!r}")
        if self.pages not in ("first", "all"):
            raise ValueError(f"pages is 'first' or 'all', got {self.pages!r}")
        if self.mask_threshold is not None and not 1 <= self.mask_threshold <= 255:
            raise ValueError(f"mask_threshold is a level from 1 to 255, got {self.mask_threshold!r}")
        if self.mask_classes and self.mask_threshold is not None:
            raise ValueError("masks are read by mask_threshold or by mask_classes: leave one out")
        for colour in (self.background, *(name for name in self.mask_classes if isinstance(name, str))):
            self.colour(colour)

    @classmethod
    def stated(cls, settings: Mapping[str, Any]) -> Self:
        """Return what a method's settings say of how files are read.

        Args:
            settings: As in a recipe. Where a value is wrong the defaults are returned: whoever makes the
                method says what is wrong.
        """
        names = {field.name for field in fields(cls)}
        said = {name: value for name, value in settings.items() if name in names}
        if isinstance(classes := said.get("mask_classes"), list):
            said["mask_classes"] = tuple(classes)
        try:
            return cls(**said)
        except (TypeError, ValueError):
            return cls()

    @staticmethod
    def colour(text: str) -> tuple[int, int, int]:
        """Return a colour's red, green and blue, 0 to 255 each.

        Raises:
            ValueError: If it is no colour.
        """
        try:
            red, green, blue, *_ = ImageColor.getrgb(text)
        except ValueError:
            raise ValueError(f"expected a colour such as white or '#ff0000', got {text!r}") from None
        return red, green, blue


OF_ANY_SIZE = Reading(max_pixels=2**62)
"""How masks and guides are read that somebody drew for images of any size."""
