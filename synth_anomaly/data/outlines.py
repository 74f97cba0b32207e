"""Defects as outlines in JSON files: LabelMe's, one for each image, and COCO's, one for many."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from synth_anomaly.data.pictures import picture_size
from synth_anomaly.data.run_lengths import decoded_runs
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Size

__all__ = ["OutlineMask", "outlines_by_image"]

_LINE_WIDTH = 10  # LabelMe's own: https://github.com/wkentaro/labelme, utils/shape.py
_POINT_RADIUS = 5
_CIRCLE_CORNERS = 72

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class OutlineMask:
    """Draws a mask when it is called: the ``read_mask`` of a sample whose defects are outlines.

    Args:
        image: The file of the image.
        source: The JSON file.
        size: The height and width that it says of the image; None where it says nothing.
        shapes: LabelMe's shapes, or COCO's annotations; what any of them covers is a defect.
    """

    image: Path
    source: Path
    size: Size | None
    shapes: tuple[Mapping[str, Any], ...] = field(hash=False)

    def __call__(self) -> npt.NDArray[np.bool_]:
        """Return the mask, bool ``(H, W)``.

        Raises:
            DataError: If the image has another size than the file says, or a shape cannot be drawn.
        """
        size = picture_size(self.image)
        if self.size not in (None, size):
            raise DataError(
                f"expected image and outlines of one size, got {self.image} of {size[1]}x{size[0]} and "
                f"{self.source} of {self.size[1]}x{self.size[0]}: outline the image as it is"
            )
        drawn = np.zeros(size, np.uint8)
        for shape in self.shapes:
            try:
                _draw(drawn, shape)
            except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
                raise DataError(
                    f"expected outlines of LabelMe or COCO in {self.source}, got one that cannot be drawn "
                    f"({type(error).__name__}: {error}): outline defects as polygons"
                ) from error
        return drawn > 0


def outlines_by_image(source: Path) -> dict[str, OutlineMask]:
    """Return what a JSON file says of images, by their names without suffix; nothing of another file.

    COCO's names may have folders in front, ``scratch/003.jpg`` or ``test/scratch/003.jpg``. An image that is
    listed without a shape has an empty mask.

    Raises:
        DataError: If the file cannot be read.
    """
    try:
        table = json.loads(source.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DataError(f"{source} cannot be read ({error.strerror}): check the file") from error
    except ValueError:  # a camera's notes may be anything
        return {}
    if not isinstance(table, dict):
        return {}
    if _is_list_of_tables(table.get("shapes")):
        return {source.stem: OutlineMask(source, source, _size(table, "image"), tuple(table["shapes"]))}
    if _is_list_of_tables(table.get("images")) and _is_list_of_tables(table.get("annotations")):
        return _of_coco(source, table)
    return {}


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _of_coco(source: Path, table: Mapping[str, Any]) -> dict[str, OutlineMask]:
    shapes: dict[str, list[Mapping[str, Any]]] = {}
    for annotation in table["annotations"]:
        shapes.setdefault(str(annotation.get("image_id")), []).append(annotation)
    found = {}
    for image in table["images"]:
        path = PurePosixPath(str(image.get("file_name") or "").replace("\\", "/"))
        if not path.name:  # another program's table
            continue
        name = path.with_suffix("").as_posix()
        own = tuple(shapes.get(str(image.get("id")), ()))
        found[name] = OutlineMask(source, source, _size(image, ""), own)
    return found


def _size(table: Mapping[str, Any], prefix: str) -> Size | None:
    names = ("imageHeight", "imageWidth") if prefix else ("height", "width")
    sides = [side for name in names if isinstance(side := table.get(name), int | float) and side >= 1]
    return (int(sides[0]), int(sides[1])) if len(sides) == 2 else None


def _draw(mask: npt.NDArray[np.uint8], shape: Mapping[str, Any]) -> None:
    if "points" in shape:
        _draw_labelme(mask, shape)
        return
    outline = shape.get("segmentation")
    if isinstance(outline, Mapping):
        mask |= decoded_runs(outline, mask.shape[:2])
    elif outline:
        for corners in outline:
            _fill(mask, np.reshape(np.asarray(corners, np.float64), (-1, 2)))
    else:
        x, y, width, height = map(float, shape["bbox"])
        _fill(mask, np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)]))


def _draw_labelme(mask: npt.NDArray[np.uint8], shape: Mapping[str, Any]) -> None:
    kind, points = shape.get("shape_type") or "polygon", np.asarray(shape["points"], np.float64)
    if kind == "polygon":
        _fill(mask, points)
    elif kind == "rectangle":
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        _fill(mask, np.array([(left, top), (right, top), (right, bottom), (left, bottom)]))
    elif kind == "circle":
        _fill(mask, np.array(list(_circle(points[0], math.dist(points[0], points[1])))))
    elif kind == "point":
        _fill(mask, np.array(list(_circle(points[0], _POINT_RADIUS))))
    elif kind in ("line", "linestrip"):
        lines = [points.round().astype(np.int32)]
        cv2.polylines(mask, lines, isClosed=False, color=1, thickness=_LINE_WIDTH)
    else:
        raise ValueError(f"a shape of type {kind!r}")


def _circle(centre: Sequence[float], radius: float) -> Iterator[tuple[float, float]]:
    for corner in range(_CIRCLE_CORNERS):
        angle = 2 * math.pi * corner / _CIRCLE_CORNERS
        yield centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)


def _fill(mask: npt.NDArray[np.uint8], corners: Points) -> None:
    """Mark the pixels whose middle is inside a polygon; corners count from the upper left edge."""
    if len(corners) < 3 or corners.shape[1] != 2 or not np.isfinite(corners).all():
        raise ValueError(f"a polygon of {len(corners)} corners")
    height, width = mask.shape
    # where each row's middle line crosses edges: between an odd and an even one it is inside
    crossed = np.zeros((height, width + 1), np.uint8)
    for (x, y), (to_x, to_y) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y == to_y:
            continue
        first, last = np.clip(np.ceil(np.sort([y, to_y]) - 0.5), 0, height).astype(int)
        rows = np.arange(first, last)
        at = x + (rows + 0.5 - y) * ((to_x - x) / (to_y - y))
        np.add.at(crossed, (rows, np.clip(np.ceil(at - 0.5), 0, width).astype(int)), 1)
    mask |= (np.cumsum(crossed, axis=1, dtype=np.uint8) & 1)[:, :width]
