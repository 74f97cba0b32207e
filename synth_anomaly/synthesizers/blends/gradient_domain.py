"""Content whose gradients are kept and whose colours adapt to the image around it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.blends.membrane import Rectangles
from synth_anomaly.synthesizers.blends.multigrid import solve_regions
from synth_anomaly.synthesizers.blends.rectangles import solve_rectangles
from synth_anomaly.synthesizers.blends.windows import windows_around
from synth_anomaly.synthesizers.shapes.boxes import fill_boxes

__all__ = ["GradientDomain"]


@dataclass(frozen=True)
class GradientDomain:
    """Solves Poisson's equation inside each mask: gradients of the content, colours of the image around.

    A pixel at the image's edge has fewer neighbours and no condition beyond the edge. A mask of the whole
    image leaves no colours around: the result then has the image's mean colour. A soft mask is solved for
    wherever it is above 0 and weighs the result.

    Masks that are rectangles, as the shape says, are solved exactly: without ``mixed``, from the colours
    around them alone. Others are solved by iterations, which after 6 leave an error below a quarter of a grey
    level of 255, mostly a hundredth of it.

    Args:
        mixed: Whether the image's gradient is kept wherever it is steeper than the content's.
        iterations: Steps of the solver for masks of other forms, at least 1; each divides the error by
            about 10.

    Source: Perez et al., Poisson Image Editing (2003), equations 7 (the discrete equation), 11 (the
    content's gradients) and 13 (mixed, compared here for each pair of neighbours and channel). OpenCV's
    ``seamlessClone`` differs: it solves on the rectangle around the mask, so that pixels outside the mask
    change as well.
    """

    mixed: bool = False
    iterations: int = 6

    def __post_init__(self) -> None:
        if self.iterations < 1:
            raise ValueError(f"iterations must be at least 1, got {self.iterations!r}")

    def draw(self, count: int, generator: Generator) -> Parameters:  # noqa: ARG002
        """Draw nothing."""
        return Parameters({})

    def join(self, images: Tensor, content: Tensor, masks: Tensor, parameters: Parameters) -> Tensor:
        """Return the joined images, solved for over their whole size; unchanged where a mask is 0."""
        count, _, height, width = images.shape
        shape = Parameters({"box": torch.tensor([[0, 0, height, width]]).expand(count, 4)}).to(images.device)
        return self.join_within(images, content, masks, parameters, shape, fills_box=False)

    def join_within(
        self,
        images: Tensor,
        content: Tensor,
        masks: Tensor,
        parameters: Parameters,  # noqa: ARG002
        shape: Parameters,
        *,
        fills_box: bool,
    ) -> Tensor:
        """Return the joined images, solved for in the boxes alone; unchanged where a mask is 0."""
        made = images.clone(memory_format=torch.contiguous_format)
        if not images.numel():
            return made
        content, masks = content.contiguous(), masks.contiguous()
        size = (images.shape[2], images.shape[3])
        for windows in windows_around(shape, size, images.device, square=not fills_box):
            image = windows.cut(made)
            part = windows.cut(content)
            if not fills_box:
                weights = windows.cut(masks)
                source = _excess(image, part, self.mixed)
                change = weights * solve_regions(source, (weights > 0).float(), self.iterations)
            elif self.mixed:
                change = solve_rectangles(_excess(image, part, True), windows.boxes, windows.at_edge())
            else:
                change = _adapted(part.sub_(image), windows.boxes, windows.at_edge())
            windows.put(made, image.add_(change))
        return made


def _adapted(difference: Tensor, boxes: Tensor, at_edge: Tensor) -> Tensor:
    """Return how the image changes in rectangles that keep all of the content's gradients.

    Args:
        difference: ``(n, C, h, w)``, the content less the image, in the rectangles and around them.
        boxes: ``(n, 4)``: top, left, height and width of each rectangle.
        at_edge: ``(n, 2, 2)`` bool: whether the first and the last row, and column, are the image's.

    Returns:
        ``(n, C, h, w)``, 0 outside the rectangles.
    """
    (count, channels, height, width), size = difference.shape, max(difference.shape[2:])
    ends = torch.stack((boxes[:, :2] - 1, boxes[:, :2] + boxes[:, 2:]), dim=2).clamp_(min=0)
    rows = ends[:, 0].clamp(max=height - 1)[:, None, :, None].expand(-1, channels, -1, width)
    columns = ends[:, 1].clamp(max=width - 1)[:, None, None].expand(-1, channels, height, -1)
    around = difference.new_zeros(count, 2, channels, 2, size)
    around[:, 0, ..., :width] = difference.gather(2, rows)
    around[:, 1, ..., :height] = difference.gather(3, columns).mT
    change = difference - Rectangles.of(size, boxes, at_edge).membrane(around, (height, width))
    inside = fill_boxes(boxes, (height, width))
    change.mul_(inside)
    # with the image's edge on all sides nothing holds the colours: the image's mean is kept
    mean = change.sum(dim=(2, 3)) / (boxes[:, 2] * boxes[:, 3])[:, None]
    mean = torch.where(at_edge.flatten(1).all(dim=1, keepdim=True), mean, 0.0)
    return change.sub_(inside * mean[:, :, None, None])


def _excess(image: Tensor, content: Tensor, mixed: bool) -> Tensor:
    """Return by how much a pixel should stand out from its neighbours more than it does in the image.

    Args:
        image: ``(n, C, h, w)``.
        content: The same part of the content.
        mixed: Whether the image's gradient counts wherever it is the steeper one.

    Returns:
        ``(n, C, h, w)``; neighbours beyond the part count for nothing.
    """
    difference = content - image
    excess = torch.zeros_like(difference)
    for axis in (2, 3):
        length = difference.shape[axis] - 1
        more = difference.diff(dim=axis)
        if mixed:
            more *= content.diff(dim=axis).abs() > image.diff(dim=axis).abs()
        excess.narrow(axis, 1, length).add_(more)
        excess.narrow(axis, 0, length).sub_(more)
    return excess
