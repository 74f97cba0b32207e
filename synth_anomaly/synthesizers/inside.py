"""The pieces inside a piece, and what they do before the first training step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass

import torch
from torch import nn

from synth_anomaly.interfaces import ReadsFiles, Report, Size
from synth_anomaly.synthesizers.replay import Replayable

__all__ = ["pieces_inside", "read_files"]


def read_files(
    piece: object, size: Size, device: torch.device, report: Report = lambda *_: None
) -> tuple[str, ...]:
    """Read the files of every piece inside another, so that no training step waits for them.

    Args:
        piece: A synthesizer, or whatever holds some, such as a method.
        size: Height and width of the images to come.
        device: Where they will be.
        report: Told how it goes.

    Returns:
        What a reader of the results should know, a line each.

    Raises:
        DataError: If a file is missing or cannot be read.
    """
    readers = (part for part in pieces_inside(piece) if isinstance(part, ReadsFiles))
    return tuple(dict.fromkeys(line for part in readers for line in part.read_files(size, device, report)))


def pieces_inside(piece: object) -> Iterator[object]:
    """Yield a piece and, once each, all that its attributes hold: pieces, modules, and lists of them."""
    waiting, seen = [piece], set[int]()
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Mapping):
            waiting += part.values()
        elif isinstance(part, list | tuple):
            waiting += part
        elif not isinstance(part, type):
            yield part
            if isinstance(part, Replayable | nn.Module) or is_dataclass(part):
                # a frozen piece with slots has no dictionary, and no room for pieces that we know of
                waiting += getattr(part, "__dict__", {}).values()
