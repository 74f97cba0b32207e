"""What makes defects: a synthesizer, and the shape, fill and blend that most are put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from synth_anomaly.interfaces.values import Defects, Size

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from synth_anomaly.parameters import Parameters

__all__ = ["Blend", "BoxedBlend", "Fill", "GuidedShape", "Shape", "Synthesizer"]


@runtime_checkable
class Synthesizer(Protocol):
    """Turns normal images into images with defects, and says where."""

    def __call__(
        self,
        images: Tensor,
        generator: Generator,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        """Return copies of ``images`` with defects.

        Args:
            images: ``(B, 3, H, W)`` in [0, 1]; left untouched.
            generator: A CPU generator; the same seed gives the same defects.
            guide: ``(B, 1, H, W)`` in [0, 1]: defects lie where it is at least 0.5; a shape that is made from
                the guide takes all its values instead.
            donors: ``(D, 3, H, W)``: the only other images that content may be taken from.
        """
        ...


@runtime_checkable
class Shape(Protocol):
    """Where a defect lies.

    A shape whose masks are always their boxes, 1 in all of them, may say so by ``fills_box = True``.
    """

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw the parameters of ``count`` masks, on the CPU.

        ``parameters["box"]`` is ``(count, 4)`` int64: top, left, height and width in pixels of a
        rectangle inside the image that holds the mask.
        """
        ...

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)`` float32 in [0, 1] on the parameters' device."""
        ...


@runtime_checkable
class GuidedShape(Shape, Protocol):
    """A shape that is made from the guide itself; other shapes are only cut where the guide is below 0.5."""

    def guided_masks(self, parameters: Parameters, size: Size, guide: Tensor) -> Tensor:
        """Return ``(count, 1, H, W)`` float32 in [0, 1], 0 where the guide, ``(count, 1, H, W)``, is 0."""
        ...


@runtime_checkable
class Fill(Protocol):
    """What a defect shows. Fills are maps from content to content, so they chain."""

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:
        """Draw the parameters for the masks inside ``boxes`` (int64 ``(count, 4)``), on the CPU.

        Args:
            boxes: Top, left, height and width of each mask's rectangle.
            size: Height and width of the images.
            generator: A CPU generator.
            donors: How many donor images there will be to choose from.
        """
        ...

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:
        """Return new content, ``(count, 3, H, W)`` in [0, 1], from what the fill before it left."""
        ...


@runtime_checkable
class Blend(Protocol):
    """How content joins the image.

    A blend whose result at a pixel needs nothing but that pixel, and is exactly the image's where the mask is
    0, may say so by ``pointwise = True``; it is then called with copies of small pieces of the images instead
    of whole ones, each with its sample's parameters.
    """

    def draw(self, count: int, generator: Generator) -> Parameters:
        """Draw the parameters of ``count`` joins, on the CPU."""
        ...

    def join(self, images: Tensor, content: Tensor, masks: Tensor, parameters: Parameters) -> Tensor:
        """Return the images with ``content`` where the masks say; unchanged where a mask is 0."""
        ...


@runtime_checkable
class BoxedBlend(Blend, Protocol):
    """A blend that is told where the masks lie, so that it works there alone."""

    def join_within(
        self,
        images: Tensor,
        content: Tensor,
        masks: Tensor,
        parameters: Parameters,
        shape: Parameters,
        *,
        fills_box: bool,
    ) -> Tensor:
        """Return what :meth:`join` returns.

        Args:
            images: ``(count, 3, H, W)``.
            content: ``(count, 3, H, W)``.
            masks: ``(count, 1, H, W)``, each inside its box.
            parameters: The blend's own.
            shape: The shape's: ``shape["box"]`` is ``(count, 4)`` int64.
            fills_box: Whether every mask is its box, 1 in all of it.
        """
        ...
