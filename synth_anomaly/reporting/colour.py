"""Anomaly maps as colours, and masks as lines."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Colour", "Image", "colourise", "dim", "outline", "overlay"]

Colour = tuple[int, int, int]
"""Red, green and blue, each 0 to 255."""

Image = npt.NDArray[np.uint8]
"""RGB picture ``(H, W, 3)``, uint8."""

# Lines are found and drawn on a finer grid, so that they follow the mask without stairs.
_FINER = 4


def colourise(values: npt.NDArray[np.floating]) -> Image:
    """Return a heat map: black at 0, over purple and orange, to pale yellow at 1.

    Args:
        values: ``(H, W)``, finite; what lies outside [0, 1] is shown as the nearest end.

    Example:
        >>> import numpy as np
        >>> colourise(np.array([[0.0, 1.0]])).tolist()
        [[[0, 0, 4], [252, 255, 164]]]
    """
    levels = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
    coloured: Image = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    return coloured


def overlay(image: Image, values: npt.NDArray[np.floating], alpha: float = 0.65) -> Image:
    """Return the image with the heat map over it, denser where the map is higher.

    Args:
        image: ``(H, W, 3)``, uint8.
        values: ``(H, W)``, finite, in [0, 1]; where it is 0 the image stays as it is.
        alpha: Share of the heat map where the map is 1, in [0, 1].
    """
    # The root lets middling values show: without it they are a faint dark stain.
    weight = alpha * np.sqrt(np.clip(values, 0, 1, dtype=np.float32))[..., None]
    mixed = image * (1 - weight) + colourise(values) * weight
    return np.asarray(np.rint(mixed), np.uint8)


def dim(image: Image, values: npt.NDArray[np.floating], least: float = 0.25) -> Image:
    """Return the image the darker, the lower the values.

    Args:
        image: ``(H, W, 3)``, uint8.
        values: ``(H, W)``, in [0, 1]; where it is 1 the image stays as it is.
        least: Share of its light that is left where the values are 0, in [0, 1].
    """
    light = least + (1 - least) * np.clip(values, 0, 1, dtype=np.float32)[..., None]
    return np.asarray(np.rint(image * light), np.uint8)


def outline(image: Image, mask: npt.NDArray[np.bool_], colour: Colour, thickness: float = 1.5) -> Image:
    """Return the image with a smooth line around each part of the mask, and around its holes.

    Args:
        image: ``(H, W, 3)``, uint8.
        mask: ``(H, W)``, bool.
        colour: Of the line.
        thickness: Of the line, in pixels.
    """
    height, width = mask.shape
    fine = cv2.resize(mask.astype(np.float32), (width * _FINER, height * _FINER))
    found = cv2.findContours((fine >= 0.5).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)[0]
    line = np.zeros(fine.shape, np.uint8)
    cv2.drawContours(line, found, -1, color=255, thickness=round(thickness * _FINER), lineType=cv2.LINE_AA)
    share = cv2.resize(line, (width, height), interpolation=cv2.INTER_AREA)[..., None] / np.float32(255)
    return np.asarray(np.rint(image * (1 - share) + np.array(colour, np.float32) * share), np.uint8)
