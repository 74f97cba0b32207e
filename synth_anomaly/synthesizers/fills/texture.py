"""Content from a bank of textures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Generator, Tensor

from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import PathText, Report, Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.texture_bank import TextureBank, texture_bank
from synth_anomaly.synthesizers.texture_files import NEEDED
from synth_anomaly.synthesizers.views import View

__all__ = ["Texture"]


@dataclass(frozen=True)
class Texture:
    """Shows a texture: of a folder of photographs, or made by rule where none is given.

    Before the first training step all images of the folder are decoded, cut about their centres to the
    proportions of the image, resized, and kept as bytes on the device: 3 H W bytes a texture, 1.1 GB for the
    5,640 of DTD at 256 pixels. Of a folder that needs more than 2 GiB as many as fit are used, drawn by a
    fixed seed, and a line says so. The four banks used last are kept, each of one folder, size and device; a
    folder that changes meanwhile is not read again. Of textures made by rule there are 168, of seven
    families.

    Args:
        folder: A folder of images, with its subfolders; None for textures made by rule.
        procedural: Whether textures made by rule will do. Where not, a folder must be given.

    Source: DRAEM (arXiv 2108.07610), section 3.2, with the Describable Textures Dataset; its published code
    changes the proportions of a texture instead of cutting it.
    """

    folder: PathText | None = None
    procedural: bool = True

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``texture``, ``(count,)`` int64: modulo the number of textures, the place in their order.

        No file is looked for: the draw knows nothing of how many there are.
        """
        return Parameters({"texture": torch.randint(2**31, (len(boxes),), generator=generator)})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the drawn textures.

        Raises:
            DataError: If the folder is missing, has no image, or one cannot be read.
        """
        textures = self._bank(content).textures
        chosen = textures.index_select(0, parameters["texture"] % len(textures))
        return chosen.float().div_(255).to(content.dtype)

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> View:  # noqa: ARG002
        """Return the drawn textures as a view.

        Raises:
            DataError: If the folder is missing, has no image, or one cannot be read.
        """
        bank = self._bank(before.source)
        return View(bank.textures, parameters["texture"] % len(bank.textures), counts=bank.counts)

    def read_files(self, size: Size, device: torch.device, report: Report) -> tuple[str, ...]:
        """Decode the textures, or make them, for images of a size on a device.

        Raises:
            DataError: If the folder is missing, has no image, or some cannot be read.
        """
        self.check()
        return texture_bank(self._root(), size, device, report).notes

    def check(self) -> None:
        """Say what is missing, before anything is made.

        Raises:
            DataError: If textures made by rule will not do, and no folder is given.
        """
        if self.folder is None and not self.procedural:
            raise DataError(NEEDED)

    def _bank(self, images: Tensor) -> TextureBank:
        """Return all textures, of the images' size and where they are."""
        self.check()
        return texture_bank(self._root(), (images.shape[2], images.shape[3]), images.device)

    def _root(self) -> str | None:
        return None if self.folder is None else str(Path(self.folder).expanduser().absolute())
