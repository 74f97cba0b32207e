"""Checks of the shapes inside a synthesizer."""

from __future__ import annotations

import torch
from torch import Tensor

from synth_anomaly.interfaces import Shape, Synthesizer
from synth_anomaly.synthesizers.inside import pieces_inside
from synth_anomaly.synthesizers.shapes.guided import masks_of
from synth_anomaly.testing.expect import expect
from synth_anomaly.testing.synthesizer_examples import generator_of

__all__ = ["check_boxes"]

_TIMES = 4


def check_boxes(synthesizer: Synthesizer, images: Tensor) -> None:
    """The box that a shape draws lies in the image and holds its mask, as only what is inside is computed."""
    for piece in pieces_inside(synthesizer):
        shape = getattr(piece, "shape", None)
        if isinstance(shape, Shape):
            for samples in (len(images), _TIMES * len(images)):
                _check_boxes_of(shape, samples, images)


def _check_boxes_of(shape: Shape, samples: int, images: Tensor) -> None:
    size = (images.shape[2], images.shape[3])
    guide = torch.ones(samples, 1, *size, device=images.device)
    drawn = shape.draw(samples, size, generator_of(0)).to(images.device)
    if "box" not in drawn:
        return  # the shape of something else than a Paste, which asks for boxes itself
    name, boxes = type(shape).__name__, drawn["box"][:, :, None]
    ends = boxes[:, :2] + boxes[:, 2:]
    limits = boxes.new_tensor(size)[:, None]
    wrong = (boxes < 0).flatten(1).any(dim=1) | (ends > limits).flatten(1).any(dim=1)
    got = drawn.host["box"][wrong.cpu()][:1].tolist()
    expect(not got, f"a box of {name} must lie inside the image, {size[0]} x {size[1]} pixels, got {got}")
    rows, columns = (torch.arange(length, device=images.device) for length in size)
    down = (rows >= boxes[:, 0]) & (rows < ends[:, 0])
    across = (columns >= boxes[:, 1]) & (columns < ends[:, 1])
    masks = masks_of(shape, drawn, size, guide)
    outside = (masks > 0) & ~(down[:, None, :, None] & across[:, None, None, :])
    expect(
        not bool(outside.any()),
        f"the box of {name} must hold its mask, {int(outside.sum())} pixels of it are outside",
    )
