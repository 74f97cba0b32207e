"""NSA's patches, computed where they are pasted alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from synth_anomaly.interfaces import Defects, Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.blends.gradient_domain import GradientDomain
from synth_anomaly.synthesizers.blends.membrane import membrane
from synth_anomaly.synthesizers.blends.windows import Windows
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.published.nsa_content import DonorPlaces, pixels_at, resized_of
from synth_anomaly.synthesizers.repeated import Repeated
from synth_anomaly.synthesizers.rows import Rows, moved
from synth_anomaly.synthesizers.shapes.boxes import fill_boxes

__all__ = ["BlendedPatches"]

_SIDES = (32, 64, 96, 128, 192, 256)


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
        drawn = moved(parameters, images.device)
        made = images.clone(memory_format=torch.contiguous_format)
        masks = images.new_zeros((len(images), 1, *images.shape[2:]))
        for number in range(self.count[1]):
            chosen = drawn.host["times"] > number
            part = drawn.scope(str(number))
            for rows, side in _alike(part.host["shape/box"], chosen, images):
                windows = _windows(rows, part["shape/box"], side, images)
                places = DonorPlaces.of(donors, rows.parameters(part.scope("fill")), least)
                _blend(made, masks, windows, places, paste.visible)
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


def _alike(boxes: Tensor, chosen: Tensor, images: Tensor) -> Iterator[tuple[Rows, Size]]:
    """Yield the chosen rows by the size of their boxes, and a size that holds those.

    Args:
        boxes: ``(B, 4)`` int64, on the CPU.
        chosen: ``(B,)`` bool, on the CPU.
        images: ``(B, C, H, W)``.
    """
    steps = torch.tensor(_SIDES)
    sides = torch.searchsorted(steps, boxes[:, 2:].contiguous())
    for down, across in sorted({tuple(pair) for pair in sides[chosen].tolist()}):
        rows = Rows.where(chosen & (sides[:, 0] == down) & (sides[:, 1] == across), images.device)
        yield rows, (_side(down, images.shape[2]), _side(across, images.shape[3]))


def _side(step: int, most: int) -> int:
    return most if step == len(_SIDES) else min(_SIDES[step], most)


def _windows(rows: Rows, boxes: Tensor, side: Size, images: Tensor) -> Windows:
    """Return windows that begin with their boxes, or end with the image."""
    image = (images.shape[2], images.shape[3])
    boxes = rows.of(boxes)
    corner = torch.stack([boxes[:, axis].clamp(max=image[axis] - side[axis]) for axis in (0, 1)], dim=1)
    inner = torch.cat((boxes[:, :2] - corner, boxes[:, 2:]), dim=1)
    return Windows(rows.device, inner, corner, side, image)


def _blend(made: Tensor, masks: Tensor, windows: Windows, places: DonorPlaces, visible: float) -> None:
    """Blend content into windows of the images, and note in the masks what changes."""
    rows, columns = _pixels(windows, 0), _pixels(windows, 1)
    blended = places.patches(rows, columns)
    above_below, beside = _missing(made, windows, places, rows, columns)
    blended += membrane(above_below, beside, windows.boxes, windows.at_edge())
    image = windows.cut(made)
    change = (blended - image).abs_().amax(dim=1, keepdim=True)
    shown = (change >= visible).logical_and_(fill_boxes(windows.boxes, windows.size))
    windows.put(made, torch.where(shown, blended.clamp_(0, 1), image))
    windows.put(masks, torch.maximum(windows.cut(masks), shown))


def _pixels(windows: Windows, axis: int) -> Tensor:
    """Return ``(n, k)`` int64, the rows or columns of the windows; beyond a box its first or last again."""
    start, length = windows.boxes[:, axis, None], windows.boxes[:, axis + 2, None]
    offset = torch.arange(windows.size[axis], device=start.device)
    return offset.clamp(start, start + length - 1) + windows.corner[:, axis, None]


def _missing(
    images: Tensor, windows: Windows, places: DonorPlaces, rows: Tensor, columns: Tensor
) -> tuple[Tensor, Tensor]:
    """Return how far the content's colours around the boxes are from the image's.

    Returns:
        Those above and below, ``(n, C, 2, w)``, and those left and right, ``(n, C, 2, h)``. Those outside the
        image mean nothing.
    """
    height, width = windows.size
    around_rows = (rows[:, :1] - 1, rows[:, -1:] + 1)
    around_columns = (columns[:, :1] - 1, columns[:, -1:] + 1)
    down = [line.expand(-1, width) for line in around_rows] + [rows, rows]
    across = [columns, columns] + [line.expand(-1, height) for line in around_columns]
    limits = (windows.image[0] - 1, windows.image[1] - 1)
    at = [
        torch.cat(parts, dim=1).clamp_(0, limit)
        for parts, limit in zip((down, across), limits, strict=True)
    ]
    shown = pixels_at(images, windows.rows, at[0][:, None], at[1][:, None])
    difference = shown.sub_(places.pixels(at[0], at[1]))
    above_below, beside = difference.split([2 * width, 2 * height], dim=2)
    return above_below.unflatten(2, (2, width)), beside.unflatten(2, (2, height))
