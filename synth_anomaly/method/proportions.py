"""An input size of the images' proportions: worked out once, from then on a method's own."""

from __future__ import annotations

import math
from dataclasses import fields, replace

from synth_anomaly.data import Images, as_samples
from synth_anomaly.data.proportions import Proportions, proportions_of
from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Size
from synth_anomaly.method.definition import MethodDefinition
from synth_anomaly.method.keeping import made
from synth_anomaly.method.settings import MethodSettings

__all__ = ["is_proportional", "keep_proportions", "proportional_size", "size_notes"]

_SQUARE = 1.05
_ALIKE = 1.1


def proportional_size(settings: MethodSettings, images: Size) -> Size:
    """Return the size that keeps the proportions of images at about as many pixels as ``size`` says.

    Each side is a multiple of ``size_multiple``. Images that are square within 5% keep ``size``.

    Example:
        >>> proportional_size(MethodSettings(size=256), (625, 250))
        (416, 160)
    """
    proportion = images[0] / images[1]
    if isinstance(settings.size, tuple) or 1 / _SQUARE <= proportion <= _SQUARE:
        return settings.input_size
    height = _rounded(settings.size * math.sqrt(proportion), settings.size_multiple)
    return height, _rounded(settings.size / math.sqrt(proportion), settings.size_multiple)


def is_proportional(size: Size, settings: MethodSettings) -> bool:
    """Whether a size is what images of some proportions get with settings, whose ``size`` is one number.

    Example:
        >>> is_proportional((416, 160), MethodSettings(size=256))
        True
        >>> is_proportional((416, 416), MethodSettings(size=256))
        False
    """
    if size == settings.input_size:
        return True
    multiple = settings.size_multiple
    if isinstance(settings.size, tuple) or any(side % multiple for side in size):
        return False
    (low, high), (left, right) = (_before_rounding(side, multiple) for side in size)
    # the two sides before rounding have the product size * size
    return low * left <= settings.size**2 <= high * right


def keep_proportions(method: MethodDefinition, images: Images, *, skip_bad: bool) -> tuple[str, ...]:
    """Give a method the size that keeps the proportions of its training images, where its settings ask.

    Args:
        method: The method; its settings have two numbers as ``size`` then, and ask no more.
        images: Its training images, as :meth:`synth_anomaly.Method.fit` takes them.
        skip_bad: Whether images that cannot be read are left out.

    Returns:
        What a reader should know of the size, a line each.

    Raises:
        DataError: If an image cannot be read.
        OptionError: If the method's networks or settings do not fit that size.
    """
    if not method.settings.asks_for_proportions:
        return ()
    found = proportions_of(as_samples(images, "train", reading=method.settings.reading), skip_bad=skip_bad)
    if found is None:  # whoever reads the images says what is wrong with them
        return ()
    size = proportional_size(method.settings, found.median)
    _resize(method, size)
    return size_notes(found, size, method.settings, chosen=True)


def size_notes(found: Proportions, size: Size, settings: MethodSettings, *, chosen: bool) -> tuple[str, ...]:
    """Return what a reader should know of an input size that keeps the proportions of images, a line each.

    Args:
        found: The images' own.
        size: The input size.
        settings: Of the method.
        chosen: Whether it was worked out just now, so that the user can have it otherwise.
    """
    notes = []
    if size[0] != size[1] and (chosen or _has_proportions(size, found.median, settings.size_multiple)):
        about = "" if found.are_of_one_size else "about "
        hint = "; keep_proportions=false squashes them" if chosen else ""
        notes.append(
            f"images are {about}{_pixels(found.median)} pixels: trained at {_pixels(size)}, "
            f"their proportions kept{hint}"
        )
    if found.spread > _ALIKE and (notes or chosen):
        notes.append(
            f"the images' proportions differ, from {_pixels(found.sizes[0])} to {_pixels(found.sizes[-1])} "
            f"pixels: all are resized to {_pixels(size)}"
        )
    return tuple(notes)


def _has_proportions(size: Size, images: Size, multiple: int) -> bool:
    """Whether a size has the proportions of images, as far as sides that are multiples can."""
    if any(side % multiple for side in size):
        return False
    (low, high), (left, right) = (_before_rounding(side, multiple) for side in size)
    return low * images[1] <= right * images[0] and left * images[0] <= high * images[1]


def _resize(method: MethodDefinition, size: Size) -> None:
    """Change a method's input size, if its networks are the same at that size."""
    try:
        settings = replace(method.settings, size=size, keep_proportions=False)
    except ValueError as error:
        raise OptionError(f"method {method.name!r}: {error}") from error
    if size != method.settings.input_size:
        values = {part.name: getattr(settings, part.name) for part in fields(settings)}
        anew = made(type(method), method.preset, values, method.seed, allow_code=True)
        if _shapes(anew) != _shapes(method):
            raise OptionError(
                f"expected networks that fit every size, got those of method {method.name!r}, which depend "
                f"on it: give size=({size[0]}, {size[1]}) instead of keep_proportions"
            )
    method.settings = settings


def _shapes(method: MethodDefinition) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in method.state_dict().items()}


def _rounded(side: float, multiple: int) -> int:
    return max(multiple, round(side / multiple) * multiple)


def _before_rounding(side: int, multiple: int) -> tuple[float, float]:
    """Return from where to where a side is rounded to this one; none is rounded to less than a multiple."""
    return side - multiple / 2 if side > multiple else 0.0, side + multiple / 2


def _pixels(size: Size) -> str:
    return f"{size[1]}x{size[0]}"
