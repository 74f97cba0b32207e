"""NSA's patches, computed where they are pasted alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from synth_anomaly.interfaces import Defects, Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.blends.gradient_domain import GradientDomain
from synth_anomaly.synthesizers.blends.membrane import Rectangles
from synth_anomaly.synthesizers.blends.windows import Windows
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.published.nsa_content import (
    pixels_at,
    places_read,
    read_part,
    read_pixels,
    resized_of,
)
from synth_anomaly.synthesizers.published.nsa_windows import alike, patches_drawn
from synth_anomaly.synthesizers.repeated import Repeated
from synth_anomaly.synthesizers.rows import Rows
from synth_anomaly.synthesizers.shapes.boxes import fill_boxes

__all__ = ["BlendedPatches"]


@dataclass(frozen=True)
class BlendedPatches(Repeated):
    """Pastes a random number of times, as :class:`Repeated` does; NSA's own patches several times faster.

    A patch of a donor that fills a rectangle and keeps its gradients needs the donor's pixels there and the
    image's around it, nothing else: neither content nor solution is computed for the rest of the image.
    Whatever else is pasted, or under a guide, is left to :class:`Repeated`.

    Args:
        synthesizer: What to apply.
        count: Fewest and most times, at least 1.
        p: The probability of each time beyond the fewest, independent of the others.
    """

    def apply(
        self,
        images: Tensor,
        parameters: Parameters,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        """Apply as often as was drawn."""
        paste = self.synthesizer
        least = _least_scale(paste)
        if least is None or guide is not None or not isinstance(paste, Paste):
            return super().apply(images, parameters, guide=guide, donors=donors)
        if donors is None or not self._fits(images, parameters, donors):
            return super().apply(images, parameters, guide=guide, donors=donors)
        made = images.clone(memory_format=torch.contiguous_format)
        masks = images.new_zeros((len(images), 1, *images.shape[2:]))
        size = (images.shape[2], images.shape[3])
        patches = Patches.of(patches_drawn(parameters, size, self.count[1]), donors.contiguous(), least)
        for rows, side in alike(patches.drawn, images.device):
            patches.take(rows, side).blend(made, masks, paste.visible)
        return Defects(made, masks, Parameters(parameters.host))

    def _fits(self, images: Tensor, parameters: Parameters, donors: Tensor) -> bool:
        """Whether all is as it was drawn, in float32, and no patch is as large as the image."""
        if not len(images) == len(parameters.host["times"]) > 0:
            return False
        numbers = range(self.count[1])
        donor = max(int(parameters.host[f"{number}/fill/0/donor"].max()) for number in numbers)
        sides = torch.cat([parameters.host[f"{number}/shape/box"][:, 2:] for number in numbers])
        is_part = bool((sides < torch.tensor(images.shape[2:])).any(dim=1).all())
        return is_part and donor < len(donors) and images.dtype == donors.dtype == torch.float32


def _least_scale(synthesizer: object) -> float | None:
    """Return the least scale of the patches' content; None where they are not rectangles of donors, blended."""
    if not isinstance(synthesizer, Paste) or not getattr(synthesizer.shape, "fills_box", False):
        return None
    resized = resized_of(synthesizer.fill)
    is_membrane = isinstance(synthesizer.blend, GradientDomain) and not synthesizer.blend.mixed
    return resized.limits[0] if resized is not None and is_membrane else None


@dataclass(frozen=True)
class Patches:
    """Patches of donors, and what their pixels and those around them read.

    Attributes:
        drawn: What was drawn of each, with ``image`` and ``window``.
        donors: ``(D, C, H, W)`` float32, contiguous.
        rectangles: Those that are pasted, within their windows.
        places: ``(n, 2, size)`` float32, where rows and columns read the donor; beyond a rectangle, as its
            last does.
        rows: ``(n, 2, 2, size)`` int64, of the pixels around in the image: above, below; left and right.
        columns: The same.
        content: ``(n, C, 2, 2, size)``, the content around.
        least: The least scale of the content.
        side: Height and width of the windows.
    """

    drawn: Parameters
    donors: Tensor
    rectangles: Rectangles
    places: Tensor
    rows: Tensor
    columns: Tensor
    content: Tensor
    least: float
    side: Size

    @classmethod
    def of(cls, drawn: Parameters, donors: Tensor, least: float) -> Patches:
        """Return all patches of a batch of the donors' size, whose windows may differ; see :meth:`take`."""
        size = (donors.shape[2], donors.shape[3])
        most = int(drawn.host["window"][:, 2:].max())
        drawn = drawn.to(donors.device)
        box, window = drawn["shape/box"], drawn["window"]
        first, last = box[:, :2, None], (box[:, :2] + box[:, 2:])[:, :, None]
        inside = window[:, :2, None] + torch.arange(most, device=box.device)
        inside = torch.minimum(torch.maximum(inside, first), last - 1)
        pixels = torch.cat((inside, first - 1, last), dim=2)
        places = places_read(pixels, drawn.scope("fill"), size)
        limits = torch.cat((torch.full_like(first[:1, :1], size[0] - 1), torch.full_like(first[:1, :1], size[1] - 1)), dim=1)
        rows, columns = _around(torch.minimum(pixels.clamp(min=0), limits))
        content = read_pixels(donors, drawn["fill/0/donor"], *_around(places))
        at_edge = torch.cat((first == 0, last == limits + 1), dim=2)
        inner = torch.cat((box[:, :2] - window[:, :2], box[:, 2:]), dim=1)
        rectangles = Rectangles.of(most, inner, at_edge)
        return cls(drawn, donors, rectangles, places, rows, columns, content, least, (most, most))

    def take(self, rows: Rows, side: Size) -> Patches:
        """Return some patches whose windows are of one size."""
        most, at = max(side), rows.device
        parts = (part.index_select(0, at)[..., :most] for part in (self.places, self.rows, self.columns, self.content))
        drawn = rows.parameters(self.drawn)
        return Patches(drawn, self.donors, self.rectangles.take(at, most), *parts, self.least, side)

    def blend(self, made: Tensor, masks: Tensor, visible: float) -> None:
        """Blend the patches into their images, and note in the masks what changes.

        Args:
            made: ``(B, C, H, W)``, contiguous.
            masks: ``(B, 1, H, W)``, contiguous.
            visible: How much a pixel must change.
        """
        box, window, image = self.drawn["shape/box"], self.drawn["window"], self.drawn["image"]
        corner = window[:, :2]
        windows = Windows(image, box, corner, self.side, (made.shape[2], made.shape[3]))
        missing = pixels_at(made, image, self.rows, self.columns).sub_(self.content)
        rows, columns = self.places[:, 0, : self.side[0]], self.places[:, 1, : self.side[1]]
        most = (math.ceil(self.side[0] / self.least), math.ceil(self.side[1] / self.least))
        blended = read_part(self.donors, self.drawn["fill/0/donor"], rows, columns, most)
        blended += self.rectangles.membrane(missing.transpose(1, 2), self.side)
        before = windows.cut(made)
        change = (blended - before).abs_().amax(dim=1, keepdim=True)
        inner = torch.cat((box[:, :2] - corner, box[:, 2:]), dim=1)
        shown = (change >= visible).logical_and_(fill_boxes(inner, self.side))
        windows.put(made, torch.where(shown, blended.clamp_(0, 1), before))
        windows.put(masks, torch.maximum(windows.cut(masks), shown))


def _around(lines: Tensor) -> tuple[Tensor, Tensor]:
    """Return the rows and the columns of what lies above, below, left and right, each ``(n, 2, 2, k)``.

    Args:
        lines: ``(n, 2, k + 2)``, the rows and the columns inside, then the ones before and behind.
    """
    length = lines.shape[2] - 2
    inside = lines[:, :, None, :length].expand(-1, -1, 2, -1)
    ends = lines[:, :, length:, None].expand(-1, -1, -1, length)
    return torch.stack((ends[:, 0], inside[:, 0]), dim=1), torch.stack((inside[:, 1], ends[:, 1]), dim=1)
