"""Textures of one size on one device, decoded once and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import torch
from torch import Tensor

from synth_anomaly.interfaces import Report, Size
from synth_anomaly.synthesizers.fills.operations.levels import count_levels
from synth_anomaly.synthesizers.procedural import procedural_textures
from synth_anomaly.synthesizers.texture_files import find_textures, read_textures

__all__ = ["BUDGET_BYTES", "TextureBank", "chosen_textures", "forget_banks", "texture_bank"]

BUDGET_BYTES = 2 << 30
"""Most bytes of textures of one folder and size on a device."""

_BANKS = 4
_COUNTED_AT_ONCE = 64
_SEED = 20_240_311

_Key = tuple[str | None, Size, torch.device]


@dataclass(frozen=True)
class TextureBank:
    """Textures to choose from.

    Attributes:
        textures: uint8 ``(N, 3, H, W)``.
        notes: What a reader should know of them, a line each.
    """

    textures: Tensor
    notes: tuple[str, ...] = ()

    @cached_property
    def counts(self) -> Tensor:
        """How many pixels of each texture have each level, int32 ``(N, 3, 256)``."""
        parts = torch.split(self.textures, _COUNTED_AT_ONCE)
        return torch.cat([count_levels(part) for part in parts])


_kept: OrderedDict[_Key, TextureBank] = OrderedDict()


def texture_bank(
    folder: str | None, size: Size, device: torch.device, report: Report = lambda *_: None
) -> TextureBank:
    """Return the textures of a folder, read on first use; the four banks used last are kept.

    A folder that changes meanwhile is not read again.

    Args:
        folder: An absolute path; None for textures made by rule.
        size: Height and width.
        device: Where they are kept.
        report: Told how many are read.

    Raises:
        DataError: If the folder is missing, has no image, or some cannot be read.
    """
    # a device without a number is the one that tensors there name
    device = torch.empty(0, device=device).device
    key = (folder, size, device)
    if key not in _kept:
        _kept[key] = _made(folder, size, device, report)
        while len(_kept) > _BANKS:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return _kept[key]


def forget_banks() -> None:
    """Free what is kept, so that folders are read again."""
    _kept.clear()


def chosen_textures(paths: Sequence[Path], size: Size) -> tuple[Path, ...]:
    """Return the files that `BUDGET_BYTES` hold at a size: all of them, or as many, drawn by a fixed seed.

    The choice depends on how many files there are and on the size, so that a run has the same everywhere.
    """
    most = max(1, BUDGET_BYTES // (3 * size[0] * size[1]))
    if len(paths) <= most:
        return tuple(paths)
    rows = torch.randperm(len(paths), generator=torch.Generator().manual_seed(_SEED))[:most]
    return tuple(paths[row] for row in rows.sort().values.tolist())


def _made(folder: str | None, size: Size, device: torch.device, report: Report) -> TextureBank:
    if folder is None:
        return TextureBank(procedural_textures(size, device))
    paths = find_textures(folder)
    chosen = chosen_textures(paths, size)
    textures, remarks = read_textures(chosen, size, partial(_report, report, len(chosen)))
    left = () if len(chosen) == len(paths) else (_left_out(folder, len(paths), len(chosen), size),)
    return TextureBank(textures.to(device), (*left, *remarks))


def _report(report: Report, total: int, done: int) -> None:
    report("textures", done, total)


def _left_out(folder: str, there: int, kept: int, size: Size) -> str:
    return (
        f"textures: {kept} of the {there} in {folder} are used, drawn by a fixed seed: "
        f"{BUDGET_BYTES / (1 << 30):g} GiB hold no more of {size[1]}x{size[0]} pixels"
    )
