"""Folders of texture photographs: found, read and made one size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from synth_anomaly.data import readable_suffixes
from synth_anomaly.data.images import ImageFacts, decoded_image
from synth_anomaly.data.remarks import ImageRemarks
from synth_anomaly.errors import DataError, ImageFileError
from synth_anomaly.interfaces import Size

__all__ = ["NEEDED", "find_textures", "read_textures"]

NEEDED = (
    "photographs of textures are needed and no folder was given: get DTD, the Describable Textures Dataset "
    "(https://www.robots.ox.ac.uk/~vgg/data/dtd/), and name its folder with --textures PATH "
    "(in a recipe: the option folder of the fill 'texture')"
)
"""What to say where made-up textures will not do."""

_THREADS = 3
_NAMED = 3


def find_textures(folder: str) -> tuple[Path, ...]:
    """Return the images in a folder and its subfolders, by path; none of them is opened.

    Raises:
        DataError: If there is no such folder, or no image in it.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        what = "a file" if root.exists() else "nothing"
        raise DataError(f"expected a folder of textures at {root}, got {what}: check --textures")
    paths = sorted(path for path in root.rglob("*") if path.suffix.lower() in readable_suffixes())
    found = tuple(path for path in paths if path.is_file() and not path.name.startswith("."))
    if not found:
        raise DataError(f"expected images of textures in {root} or its folders, got none: check --textures")
    return found


def read_textures(
    paths: Sequence[Path], size: Size, done: Callable[[int], None] = lambda _: None
) -> tuple[Tensor, tuple[str, ...]]:
    """Return images as uint8 ``(N, 3, H, W)``, cut about their centre to the proportions of ``size``.

    Beside them is a line for each thing that a user should know of how the files were read.

    Args:
        paths: The files.
        size: Height and width.
        done: Told how many are read.

    Raises:
        DataError: If any cannot be read; the message names them.
    """
    textures = torch.empty((len(paths), 3, *size), dtype=torch.uint8)
    broken: list[str] = []
    remarks = ImageRemarks()
    with ThreadPoolExecutor(_THREADS, "textures") as pool:
        try:
            for number, image in enumerate(pool.map(lambda path: _attempt(path, size), paths)):
                if isinstance(image, str):
                    broken.append(image)
                else:
                    textures[number].copy_(image[0])
                    remarks.add(image[1])
                done(number + 1)
        except BaseException:  # such as Ctrl-C, which need not wait for thousands of files
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if broken:
        more = [f"and {len(broken) - _NAMED} more"] if len(broken) > _NAMED else []
        named = "; ".join([*broken[:_NAMED], *more])
        raise DataError(f"expected readable textures, got {named}: remove or replace what cannot be read")
    return textures, tuple(remark.text for remark in remarks.lines(textures=True))


def _attempt(path: Path, size: Size) -> tuple[Tensor, ImageFacts | None] | str:
    """Return a texture, or what is wrong with it."""
    try:
        return _read(path, size)
    except ImageFileError as error:
        return f"{path} ({error.reason})"
    except DataError as error:
        return str(error)


def _read(path: Path, size: Size) -> tuple[Tensor, ImageFacts | None]:
    height, width = size
    # a JPEG is decoded no larger than it need be
    decoded = decoded_image(path, at_least=(2 * height, 2 * width))
    fitted = ImageOps.fit(Image.fromarray(decoded.pixels), (width, height), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.asarray(fitted).transpose(2, 0, 1).copy()), decoded.facts
