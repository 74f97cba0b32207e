"""Masks that somebody drew, from a folder of images."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import PathText, Report, Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import below
from synth_anomaly.synthesizers.shapes.mask_folder import DrawnFiles, MaskBank, read_masks, resized_masks

__all__ = ["DrawnMasks"]

# by counter-clockwise quarters: rows and columns exchanged, top to bottom, left to right
_TURNS = ((False, False, False), (True, True, False), (False, True, True), (True, False, True))


@dataclass(frozen=True)
class DrawnMasks:
    """A mask out of a folder, each with equal chance, resized to the image.

    Every pixel that is neither black nor transparent is part of a mask, as in the masks of test images: what
    looks wrong about many of them is said before training. The files are read when the first
    mask is drawn, and kept as bytes; for each size of image they are resized once, with antialiasing, and
    cut at one half.

    Args:
        folder: A folder of masks, with its subfolders; those of a lossy format are cut at half.
        flips: Whether to turn a mask over at random, top to bottom and left to right, each in half of the
            samples.
        quarter_turns: Whether to turn it at random by 0, 90, 180 or 270 degrees; the proportions of a mask
            change with it where the image is not square.
    """

    folder: PathText
    flips: bool = False
    quarter_turns: bool = False

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw ``mask``, the number of a file in the order of the paths, and how it is shown.

        ``shown`` is ``(count, 3)`` bool: rows and columns exchanged, then turned over top to bottom, then
        left to right. ``box``, ``(count, 4)`` int64, holds the mask so shown; all of the image for an empty
        mask.

        Raises:
            DataError: If the folder is missing, has no mask, or one cannot be read.
        """
        mask = below(torch.full((count,), len(self._files)), generator)
        turns = below(torch.full((count,), len(_TURNS) if self.quarter_turns else 1), generator)
        shown = torch.tensor(_TURNS)[turns]
        if self.flips:
            shown[:, 1:] ^= torch.rand((count, 2), generator=generator) < 0.5
        return Parameters({"box": self._boxes(mask, shown, size), "mask": mask, "shown": shown})

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)`` of 0 and 1.

        Raises:
            DataError: If the folder is missing, has no mask, or one cannot be read.
        """
        mask, shown = parameters["mask"], parameters["shown"]
        masks = self._bank(size, mask.device).masks.index_select(0, self._place(mask, shown))
        for axis in (1, 2):
            masks = torch.where(shown[:, axis, None, None], masks.flip(axis), masks)
        return masks[:, None].float()

    def read_files(self, size: Size, device: torch.device, report: Report) -> tuple[str, ...]:  # noqa: ARG002
        """Read the masks, and resize them for images of a size on a device; return what looks wrong.

        Raises:
            DataError: If the folder is missing, has no mask, or one cannot be read.
        """
        for place in (torch.device("cpu"), device):
            self._bank(size, place)
        return self._read.notes

    def _boxes(self, mask: Tensor, shown: Tensor, size: Size) -> Tensor:
        boxes = self._bank(size).boxes[self._place(mask, shown)]
        corner, sides = boxes[:, :2], boxes[:, 2:]
        corner = torch.where(shown[:, 1:], torch.tensor(size) - corner - sides, corner)
        return torch.cat((corner, sides), dim=1)

    def _place(self, mask: Tensor, shown: Tensor) -> Tensor:
        """Return where the bank has them: those of exchanged rows and columns come after the others."""
        return mask + shown[:, 0] * len(self._files)

    def _bank(self, size: Size, device: torch.device | None = None) -> MaskBank:
        device = device or torch.device("cpu")
        if (size, device) not in self._banks:
            exchanged = [mask.T for mask in self._files] if self.quarter_turns else []
            self._banks[size, device] = resized_masks([*self._files, *exchanged], size).to(device)
        return self._banks[size, device]

    @property
    def _files(self) -> list[npt.NDArray[np.uint8]]:
        return self._read.masks

    @cached_property
    def _read(self) -> DrawnFiles:
        return read_masks(Path(self.folder).expanduser())

    @cached_property
    def _banks(self) -> dict[tuple[Size, torch.device], MaskBank]:
        return {}
