"""Folders of texture photographs: found, read and made one size."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Size

__all__ = ["NEEDED", "find_textures", "read_textures"]

NEEDED = (
    "photographs of textures are needed and no folder was given: get DTD, the Describable Textures Dataset "
    "(https://www.robots.ox.ac.uk/~vgg/data/dtd/), and name its folder with --textures PATH "
    "(in a recipe: the option folder of the fill 'texture')"
)
"""What to say where made-up textures will not do."""

_THREADS = 3


def find_textures(folder: str) -> tuple[Path, ...]:
    """Return the images in a folder and its subfolders, by path; none of them is opened.

    Raises:
        DataError: If there is no such folder, or no image in it.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        what = "a file" if root.exists() else "nothing"
        raise DataError(f"expected a folder of textures at {root}, got {what}: check --textures")
    Image.init()
    paths = sorted(path for path in root.rglob("*") if path.suffix.lower() in Image.EXTENSION)
    found = tuple(path for path in paths if path.is_file() and not path.name.startswith("."))
    if not found:
        raise DataError(f"expected images of textures in {root} or its folders, got none: check --textures")
    return found


def read_textures(paths: Sequence[Path], size: Size) -> Tensor:
    """Return images as uint8 ``(N, 3, H, W)``, cut about their centre to the proportions of ``size``.

    Raises:
        DataError: If one cannot be read.
    """
    textures = torch.empty((len(paths), 3, *size), dtype=torch.uint8)
    with ThreadPoolExecutor(_THREADS, "textures") as pool:
        for texture, image in zip(textures, pool.map(lambda path: _read(path, size), paths), strict=True):
            texture.copy_(image)
    return textures


def _read(path: Path, size: Size) -> Tensor:
    height, width = size
    try:
        with Image.open(path) as file:
            file.draft("RGB", (2 * width, 2 * height))  # a JPEG is decoded no larger than it need be
            image = ImageOps.exif_transpose(file).convert("RGB")
    except Exception as error:  # decoders of broken files raise nearly anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(
            f"expected a readable texture, got {path} ({reason}): remove or replace it"
        ) from error
    fitted = ImageOps.fit(image, (width, height), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.asarray(fitted).transpose(2, 0, 1).copy())
