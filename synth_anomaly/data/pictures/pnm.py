"""PGM and PPM files of more than 8 bits, whose maxval says what is white."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["PnmHeader", "pnm_header", "pnm_values"]

_START = re.compile(rb"P[2356](?=[\s#])")
_SPACE = rb"(?:\s|#[^\r\n]*[\r\n])+"
_HEADER = re.compile(rb"P([2356])" + _SPACE + rb"(\d+)" + _SPACE + rb"(\d+)" + _SPACE + rb"(\d+)\s")


class PnmHeader(NamedTuple):
    """What a PGM or PPM file begins with.

    Attributes:
        kind: The number behind the P: 2 and 5 are grey, 3 and 6 colour, 2 and 3 written as text.
        size: Height and width.
        maxval: The value that is white, 1 to 65535.
        end: Where the samples begin.
    """

    kind: int
    size: tuple[int, int]
    maxval: int
    end: int


def pnm_header(start: bytes) -> PnmHeader | None:
    """Return a file's header, from its first bytes; None where it is no PGM or PPM."""
    if not _START.match(start) or not (found := _HEADER.match(start)):
        return None
    kind, width, height, maxval = map(int, found.groups())
    return PnmHeader(kind, (height, width), maxval, found.end()) if 0 < maxval < 65536 else None


def pnm_values(data: bytes, header: PnmHeader) -> npt.NDArray[np.uint16]:
    """Return the samples, uint16 ``(H, W)`` or ``(H, W, 3)``.

    Raises:
        ValueError: If there are too few of them.
    """
    height, width = header.size
    is_colour = header.kind in (3, 6)
    count = height * width * (3 if is_colour else 1)
    if header.kind in (2, 3):
        text = re.sub(rb"#[^\r\n]*", b"", data[header.end :])
        values = np.array(text.split()[:count], np.uint32).clip(max=65535)
    else:
        deep = header.maxval > 255
        width_of = 2 if deep else 1
        there = min(count, (len(data) - header.end) // width_of)
        values = np.frombuffer(data, ">u2" if deep else "u1", there, header.end)
    if len(values) < count:
        raise ValueError(f"{len(values)} of {count} samples")
    return values.astype(np.uint16).reshape((height, width, 3) if is_colour else (height, width))
