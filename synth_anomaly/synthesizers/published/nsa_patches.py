"""NSA's patches, computed where they are pasted alone."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from synth_anomaly.interfaces import Defects
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.blends.gradient_domain import GradientDomain
from synth_anomaly.synthesizers.blends.membrane import Rectangles
from synth_anomaly.synthesizers.blends.windows import Windows
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.published.nsa_content import (
    is_resized_donor,
    numbers_of,
    places_read,
    read_part,
    read_pixels,
    values_at,
)
from synth_anomaly.synthesizers.published.nsa_windows import Group, alike, patches_drawn
from synth_anomaly.synthesizers.repeated import Repeated
from synth_anomaly.synthesizers.rows import Rows

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
        if guide is not None or donors is None or not isinstance(paste, Paste) or not _is_local(paste):
            return super().apply(images, parameters, guide=guide, donors=donors)
        if not self._fits(images, parameters, donors):
            return super().apply(images, parameters, guide=guide, donors=donors)
        made = images.clone(memory_format=torch.contiguous_format)
        masks = images.new_zeros((len(images), 1, *images.shape[2:]))
        size = (images.shape[2], images.shape[3])
        drawn = patches_drawn(parameters, size, self.count[1])
        patches = Patches.of(drawn, donors.contiguous())
        for group in alike(drawn, images.device):
            patches.take(group.rows, max(group.side)).blend(made, masks, group, paste.visible)
        return Defects(made, masks, Parameters(parameters.host))

    def _fits(self, images: Tensor, parameters: Parameters, donors: Tensor) -> bool:
        """Whether all is as drawn, in float32 and of one size, and no patch is as large as the image."""
        if not len(images) == len(parameters.host["times"]) > 0:
            return False
        numbers = range(self.count[1])
        donor = max(int(parameters.host[f"{number}/fill/0/donor"].max()) for number in numbers)
        sides = torch.cat([parameters.host[f"{number}/shape/box"][:, 2:] for number in numbers])
        is_part = bool((sides < torch.tensor(images.shape[2:])).any(dim=1).all())
        is_alike = images.dtype == donors.dtype == torch.float32 and images.shape[1:] == donors.shape[1:]
        return is_part and is_alike and donor < len(donors)


def _is_local(paste: Paste) -> bool:
    """Whether it pastes rectangles of resized donors that keep their own gradients alone."""
    fills_box = bool(getattr(paste.shape, "fills_box", False))
    is_membrane = isinstance(paste.blend, GradientDomain) and not paste.blend.mixed
    return fills_box and is_membrane and is_resized_donor(paste.fill)


@dataclass(frozen=True)
class Patches:
    """Patches of donors, and what their pixels and those around them read.

    Attributes:
        images: ``(n,)`` int64, the images that they are pasted into.
        chosen: ``(n,)`` int64, the donors that they are of.
        boxes: ``(n, 4)`` int64, where they are pasted, within their windows.
        corners: ``(n, 2)`` int64, the first rows and columns of their windows.
        donors: ``(D, C, H, W)`` float32, contiguous.
        rectangles: Those that are pasted, within their windows.
        places: ``(n, 2, size)`` float32, where rows and columns read the donor; beyond a rectangle, as its
            last does.
        around: ``(n, C, 2, 2, size)`` int64, which of the images' values lie above and below; left and right.
        content: ``(n, C, 2, 2, size)``, the content there.
    """

    images: Tensor
    chosen: Tensor
    boxes: Tensor
    corners: Tensor
    donors: Tensor
    rectangles: Rectangles
    places: Tensor
    around: Tensor
    content: Tensor

    @classmethod
    def of(cls, drawn: Parameters, donors: Tensor) -> Patches:
        """Return all patches of a batch, whose images are as large as the donors."""
        size = (donors.shape[2], donors.shape[3])
        most = int(drawn.host["window"][:, 2:].max())
        drawn = drawn.to(donors.device)
        box, corner, chosen = drawn["shape/box"], drawn["window"][:, :2], drawn["fill/0/donor"]
        pixels = _pixels(box, corner, most)
        places = places_read(pixels, drawn.scope("fill"), size)
        first, behind = pixels[:, :, -2:-1], pixels[:, :, -1:]
        lasts = torch.stack([torch.full_like(first[0, 0], length - 1) for length in size])
        at_edge = torch.cat((first < 0, behind > lasts), dim=2)
        inner = torch.cat((box[:, :2] - corner, box[:, 2:]), dim=1)
        return cls(
            drawn["image"],
            chosen,
            inner,
            corner,
            donors,
            Rectangles.of(most, inner, at_edge),
            places[..., :most],
            numbers_of(donors, drawn["image"], *_around(torch.minimum(pixels.clamp(min=0), lasts))),
            read_pixels(donors, chosen, *_around(places)),
        )

    def take(self, rows: Rows, most: int) -> Patches:
        """Return some patches, whose windows are at most this high and wide."""
        return Patches(
            rows.of(self.images),
            rows.of(self.chosen),
            rows.of(self.boxes),
            rows.of(self.corners),
            self.donors,
            self.rectangles.take(rows.device, most),
            rows.of(self.places)[..., :most],
            rows.of(self.around)[..., :most],
            rows.of(self.content)[..., :most],
        )

    def blend(self, made: Tensor, masks: Tensor, group: Group, visible: float) -> None:
        """Blend patches into their images, and note in the masks what changes.

        Args:
            made: ``(B, C, H, W)``, contiguous.
            masks: ``(B, 1, H, W)``, contiguous.
            group: Which patches these are.
            visible: How much a pixel must change.
        """
        height, width = side = group.side
        windows = Windows(self.images, self.boxes, self.corners, side, (made.shape[2], made.shape[3]))
        missing = values_at(made, self.around).sub_(self.content)
        rows, columns = self.places[:, 0, :height], self.places[:, 1, :width]
        blended = read_part(self.donors, self.chosen, rows, columns, group.apart)
        blended += self.rectangles.membrane(missing.transpose(1, 2), side)
        blended, before = blended.clamp_(0, 1), windows.cut(made)
        change = (blended - before).abs_().amax(dim=1, keepdim=True)
        shown = (change >= visible).logical_and_(self.rectangles.masks(side))
        windows.put(made, torch.where(shown, blended, before))
        if group.turn:  # the first find nothing in the masks
            shown = torch.maximum(windows.cut(masks), shown)
        windows.put(masks, shown)


def _pixels(boxes: Tensor, corners: Tensor, size: int) -> Tensor:
    """Return ``(n, 2, size + 2)``, rows and columns: those of windows, then the ones before and behind a box.

    Those of a window that are outside its box are the box's first or last again.
    """
    first, behind = boxes[:, :2, None], (boxes[:, :2] + boxes[:, 2:])[:, :, None]
    pixels = corners[:, :, None] + torch.arange(size, device=boxes.device)
    pixels = torch.minimum(torch.maximum(pixels, first), behind - 1)
    return torch.cat((pixels, first - 1, behind), dim=2)


def _around(lines: Tensor) -> tuple[Tensor, Tensor]:
    """Return the rows and the columns of what lies above, below, left and right, each ``(n, 2, 2, k)``.

    Args:
        lines: ``(n, 2, k + 2)``, the rows and the columns inside, then the ones before and behind.
    """
    length = lines.shape[2] - 2
    inside = lines[:, :, None, :length].expand(-1, -1, 2, -1)
    ends = lines[:, :, length:, None].expand(-1, -1, -1, length)
    return torch.stack((ends[:, 0], inside[:, 0]), dim=1), torch.stack((inside[:, 1], ends[:, 1]), dim=1)
