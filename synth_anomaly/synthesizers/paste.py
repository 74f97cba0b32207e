"""Where, what and how: a shape, a fill and a blend make a synthesizer."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor

from synth_anomaly.errors import ComponentError, DataError
from synth_anomaly.host import is_at_hand
from synth_anomaly.interfaces import Blend, BoxedBlend, Defects, Fill, Shape, Size
from synth_anomaly.objects import check_piece
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.blends.replace import Replace
from synth_anomaly.synthesizers.blends.soft import Soft
from synth_anomaly.synthesizers.pieces import Pieces
from synth_anomaly.synthesizers.replay import Replayable, check_count
from synth_anomaly.synthesizers.rows import moved
from synth_anomaly.synthesizers.shapes.guided import masks_of
from synth_anomaly.synthesizers.slices import pasted_in_slices
from synth_anomaly.synthesizers.views import Described, View, view_of

__all__ = ["Paste"]

_PART = 0.5  # of all pixels; where boxes hold more, whole images are quicker


@dataclass(frozen=True)
class Paste(Replayable):
    """Puts other content into one region of each image.

    Args:
        shape: Where the region is.
        fill: What is shown there, made from the image.
        blend: How it joins the image.
        visible: How much some colour of a pixel must change, in [0, 1], for the pixel to be a defect; one
            that changes less stays as it was. 0 counts every pixel of the shape, as most papers do,
            changed or not.

    Example:
        >>> from synth_anomaly.synthesizers import Elsewhere, Paste, Rectangle
        >>> images = torch.rand(2, 3, 32, 32)
        >>> defects = Paste(Rectangle(), Elsewhere())(images, torch.Generator().manual_seed(0))
        >>> tuple(defects.masks.shape), sorted(defects.parameters)
        ((2, 1, 32, 32), ['fill/shift', 'shape/box'])
    """

    shape: Shape
    fill: Fill
    blend: Blend = field(default=Replace())
    visible: float = 0.0

    def __post_init__(self) -> None:
        check_piece(self, "shape", self.shape)
        check_piece(self, "fill", self.fill)
        check_piece(self, "blend", self.blend)
        if not 0 <= self.visible <= 1:
            raise ValueError(f"visible must be a change in [0, 1], got {self.visible!r}")

    def draw(self, count: int, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:
        """Draw the shape, then the fill for its boxes, then the blend."""
        shape = self.shape.draw(count, size, generator)
        boxes = _drawn_boxes(self.shape, shape, count, size)
        fill = self.fill.draw(boxes, size, generator, donors=donors)
        return Parameters.nest(shape=shape, fill=fill, blend=self.blend.draw(count, generator))

    def apply(
        self,
        images: Tensor,
        parameters: Parameters,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        """Paste what was drawn; where the guide leaves nothing of a mask, the sample stays normal.

        Raises:
            DataError: If the parameters are those of another number of images, or of larger ones.
        """
        drawn = moved(parameters, images.device)
        boxes = drawn.host["shape/box"]
        check_count(images, boxes)
        _check_boxes(boxes, (images.shape[2], images.shape[3]))
        view = self._view_to_slice(images, drawn, guide, donors)
        if view is not None:
            return Defects(*pasted_in_slices(images, boxes, view), Parameters(parameters.host))
        pieces, masks = self._pieces(images, drawn, guide)
        if pieces is not None:
            made, masks = self._pasted_in_pieces(images, drawn, pieces, masks, guide, donors)
        else:
            content = self.fill.content(images, drawn.scope("fill"), donors=donors)
            masks = self._masks(drawn, images, guide) if masks is None else masks
            joined = self._joined(images, content, masks, drawn, guided=guide is not None)
            made, masks = self._restored(images, joined, masks)
        return Defects(made, masks, Parameters(parameters.host))

    def _view_to_slice(
        self, images: Tensor, drawn: Parameters, guide: Tensor | None, donors: Tensor | None
    ) -> View | None:
        """Return what the boxes show, if they show nothing else and it can be cut out of images at hand."""
        if not is_at_hand(images) or not self._shows_content(guide):
            return None
        view = view_of(self.fill, View.of(images), drawn.scope("fill"), donors)
        return view if isinstance(view, View) else None

    def _pieces(
        self, images: Tensor, drawn: Parameters, guide: Tensor | None
    ) -> tuple[Pieces | None, Tensor | None]:
        """Return the pieces in which pixels may change, if they are but a part, and masks if these were made.

        Where the boxes say too little, the masks do, if they can be looked at.
        """
        if not (isinstance(self.blend, Soft) or getattr(self.blend, "pointwise", False)):
            return None, None
        boxes, most = drawn.host["shape/box"], _PART * len(images) * images.shape[2] * images.shape[3]
        if 0 < int((boxes[:, 2] * boxes[:, 3]).sum()) <= most:
            return Pieces.covering(boxes, (images.shape[2], images.shape[3]), images.device), None
        if not is_at_hand(images) or not images.numel():
            return None, None
        masks = self._masks(drawn, images, guide)
        pieces = Pieces.touching(masks)
        return (pieces if 0 < pieces.pixels <= most else None), masks

    def _pasted_in_pieces(
        self,
        images: Tensor,
        drawn: Parameters,
        pieces: Pieces,
        masks: Tensor | None,
        guide: Tensor | None,
        donors: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        """Return images and masks, as the whole images would give them; only the pieces are computed."""
        content = self._described(images, drawn.scope("fill"), pieces, donors).at(pieces)
        made = images.clone(memory_format=torch.contiguous_format)
        if self._shows_content(guide):
            masks = images.new_zeros((len(images), 1, *images.shape[2:]), dtype=torch.float32)
            pieces.fill(masks)
            pieces.put(made, content.clamp_(0, 1))
            return made, masks
        masks = self._masks(drawn, images, guide) if masks is None else masks
        image, mask = pieces.cut(images), pieces.cut(masks)
        if isinstance(self.blend, Soft):
            weights = self.blend.weights_within(masks, drawn.scope("blend"), drawn.scope("shape"))
            joined = torch.lerp(image, content.to(image.dtype), pieces.cut(weights).to(image.dtype))
        else:
            joined = self.blend.join(image, content, mask, pieces.rows.parameters(drawn.scope("blend")))
        restored, mask = self._restored(image, joined, mask)
        pieces.put(made, restored)
        if self.visible:
            masks = masks.clone(memory_format=torch.contiguous_format)
            pieces.put(masks, mask)
        return made, masks

    def _described(
        self, images: Tensor, parameters: Parameters, pieces: Pieces, donors: Tensor | None
    ) -> Described:
        described = view_of(self.fill, View.of(images), parameters, donors)
        cover_boxes = pieces.own is not None
        if described is None or (
            isinstance(described, View) and described.is_about_boxes and not cover_boxes
        ):
            return View.of(self.fill.content(images, parameters, donors=donors))
        return described

    def _shows_content(self, guide: Tensor | None) -> bool:
        """Whether every box shows the content and nothing else."""
        fills_box = bool(getattr(self.shape, "fills_box", False)) and guide is None
        return fills_box and not self.visible and isinstance(self.blend, Replace)

    def _restored(self, images: Tensor, joined: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
        """Return images and masks: what changes too little is no defect, and as it was outside the masks."""
        joined = joined.to(images.dtype).clamp(0, 1)
        if self.visible:
            change = (joined - images).abs_().amax(dim=1, keepdim=True)
            masks = masks * (change >= self.visible)
        # not left to the blend: rounding must never change a pixel outside the mask
        return torch.where(masks > 0, joined, images), masks

    def _masks(self, drawn: Parameters, images: Tensor, guide: Tensor | None) -> Tensor:
        return masks_of(self.shape, drawn.scope("shape"), (images.shape[2], images.shape[3]), guide)

    def _joined(
        self, images: Tensor, content: Tensor, masks: Tensor, drawn: Parameters, *, guided: bool
    ) -> Tensor:
        shape, blend = drawn.scope("shape"), drawn.scope("blend")
        if not isinstance(self.blend, BoxedBlend):
            return self.blend.join(images, content, masks, blend)
        fills_box = bool(getattr(self.shape, "fills_box", False)) and not guided
        return self.blend.join_within(images, content, masks, blend, shape, fills_box=fills_box)


def _drawn_boxes(shape: Shape, drawn: Parameters, count: int, size: Size) -> Tensor:
    """Return the boxes that a shape, which may be somebody's first, drew."""
    boxes = drawn.host.get("box") if isinstance(drawn, Parameters) else None
    if boxes is None:
        got = "none"
    elif boxes.dtype != torch.int64 or boxes.shape != (count, 4):
        got = f"{str(boxes.dtype).removeprefix('torch.')} {tuple(boxes.shape)}"
    else:
        table = boxes.numpy()
        wrong = (table < 0).any(axis=1) | (table[:, :2] + table[:, 2:] > size).any(axis=1)
        if not wrong.any():
            return boxes
        got = f"{table[wrong][0].tolist()} in an image of {size[0]} x {size[1]}"
    raise ComponentError(
        f"the shape {type(shape).__name__!r} must draw 'box', int64 {(count, 4)}, top, left, height and "
        f"width of a rectangle in the image that holds each mask, got {got}: "
        "see synth_anomaly.interfaces.Shape"
    )


def _check_boxes(boxes: Tensor, size: Size) -> None:
    """Check that boxes, ``(count, 4)`` on the CPU, lie in images of a size."""
    if not len(boxes):
        return
    table = boxes.numpy()
    height, width = (table[:, :2] + table[:, 2:]).max(axis=0).tolist()
    if height > size[0] or width > size[1]:
        raise DataError(
            f"the parameters are for images of at least {height} x {width} pixels, "
            f"got {size[0]} x {size[1]}: draw for this size"
        )
