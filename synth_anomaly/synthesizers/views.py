"""Content that is described and not yet made, so that only the pixels that will be shown are.

Moving pixels and changing their colours are both cheap to describe. If rows and columns move each for
themselves, and perhaps change places, then a pixel's place in memory is ``down[y] + across[x]``: two short
tables an image, however many moves follow each other. If colours change alike in a whole image, they
change by one matrix. A chain of such fills is two tables and a few matrices; its pixels are read once, where
the mask is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, TypeGuard

import torch
from torch import Tensor

from synth_anomaly.host import is_at_hand
from synth_anomaly.interfaces import Fill
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.pieces import Pieces, part_at
from synth_anomaly.synthesizers.recolouring import Recolouring

__all__ = ["Described", "View", "ViewedFill", "as_shares", "pixels_at", "view_of"]


@dataclass(frozen=True)
class View:
    """B images, described by where their pixels are in others and how their colours change.

    Channel c of pixel (y, x) of sample i is the value at ``down[i, y] + across[i, x] + c * H * W`` of the
    source's, one after the other, where ``down`` and ``across`` are `places`. The pixels of a sample are all
    those of one image, in another order.

    Attributes:
        source: ``(S, C, H, W)``, in [0, 1], or uint8 for 255 times as much.
        chosen: ``(B,)`` int64, the image in the source.
        moved: ``down``, ``(B, H)`` int64, and ``across``, ``(B, W)`` int64, before the shift; None where the
            pixels are as in the source.
        shift: ``(B, 2)`` int64: pixel (y, x) is the one that was at (y, x) + shift, wrapped around; None for
            no shift.
        recolourings: The changes of colours, in order.
        counts: How many pixels of a uint8 source have each level, ``(S, 3, 256)``, where that is known.
    """

    source: Tensor
    chosen: Tensor
    moved: tuple[Tensor, Tensor] | None = None
    shift: Tensor | None = None
    recolourings: tuple[Recolouring, ...] = ()
    counts: Tensor | None = None

    @classmethod
    def of(cls, source: Tensor, chosen: Tensor | None = None) -> View:
        """Return the images of a batch, or those that ``chosen``, int64 ``(B,)``, says."""
        chosen = torch.arange(len(source), device=source.device) if chosen is None else chosen
        return cls(source.contiguous(), chosen)

    @property
    def is_about_boxes(self) -> bool:
        """Whether some change of colours needs the mean inside the boxes, so pieces that cover these."""
        return any(recolouring.means is None for recolouring in self.recolourings)

    def places(self) -> tuple[Tensor, Tensor]:
        """Return ``down``, ``(B, H)``, and ``across``, ``(B, W)``, whether or not a pixel moved."""
        down, across = self._places_before_shift()
        if self.shift is None:
            return down, across
        return _rolled(down, self.shift[:, 0]), _rolled(across, self.shift[:, 1])

    def _places_before_shift(self) -> tuple[Tensor, Tensor]:
        if self.moved is not None:
            return self.moved
        _, channels, height, width = self.source.shape
        across = torch.arange(width, device=self.source.device)
        down = torch.arange(height, device=self.source.device) * width
        return self.chosen[:, None] * (channels * height * width) + down, across.expand(len(self.chosen), -1)

    def levels(self) -> Tensor | None:
        """Return the images as uint8, a copy; None where pixels moved or changed, or are of a finer kind."""
        is_moved = self.moved is not None or self.shift is not None
        if is_moved or self.recolourings or self.source.dtype != torch.uint8:
            return None
        return self.source.index_select(0, self.chosen)

    def moved_to(self, down: Tensor, across: Tensor) -> View | None:
        """Return the view with its pixels at other places; None where colours depend on the ones they had.

        Args:
            down: ``(B, H)`` int64, one of `places`, changed.
            across: ``(B, W)`` int64.
        """
        return None if self.is_about_boxes else replace(self, moved=(down, across), shift=None)

    def shifted(self, shift: Tensor) -> View | None:
        """Return the view whose pixel (y, x) is this one's at (y, x) + shift, wrapped around.

        None where colours depend on the places that pixels had.

        Args:
            shift: ``(B, 2)`` int64, down and across.
        """
        if self.is_about_boxes:
            return None
        return replace(self, shift=shift if self.shift is None else self.shift + shift)

    def recoloured(self, recolouring: Recolouring) -> View:
        """Return the view with other colours."""
        return replace(self, recolourings=(*self.recolourings, recolouring))

    def means(self) -> Tensor | None:
        """Return the mean colours ``(B, C)``, float32; None where a change of colours may have cut them."""
        if self.recolourings:
            return None
        if len(self.source) <= len(self.chosen):
            return as_shares(self.source).float().mean(dim=(2, 3)).index_select(0, self.chosen)
        return as_shares(self.source.index_select(0, self.chosen)).float().mean(dim=(2, 3))

    def where(self, chosen: Tensor, before: View) -> View | None:
        """Return this view of the chosen samples, bool ``(B,)``; of the others, the one it was made of.

        None where it was not made of that one, but from the start.
        """
        known = len(before.recolourings)
        kept = zip(self.recolourings[:known], before.recolourings, strict=False)
        if self.source is not before.source or len(self.recolourings) < known:
            return None
        if any(here is not there for here, there in kept):
            return None
        added = self.recolourings[known:]
        moved, shift = self.moved, self.shift
        if moved is not before.moved:
            pairs = zip(self._places_before_shift(), before._places_before_shift(), strict=True)
            down, across = (torch.where(chosen[:, None], here, there) for here, there in pairs)
            moved = down, across
        if shift is not before.shift:
            here, there = (0 if view.shift is None else view.shift for view in (self, before))
            shift = torch.where(chosen[:, None], here, there)
        return View(
            self.source,
            torch.where(chosen, self.chosen, before.chosen),
            moved,
            shift,
            before.recolourings + tuple(recolouring.where(chosen) for recolouring in added),
            self.counts,
        )

    def at(self, pieces: Pieces) -> Tensor:
        """Return the pixels of the pieces, ``(P, C, k, n)``; float32 where the source is uint8."""
        values = as_shares(self._read(pieces))
        for recolouring in self.recolourings:
            values = recolouring.of(values, pieces)
        return values

    def _read(self, pieces: Pieces) -> Tensor:
        image, may_look = pieces.rows.device, is_at_hand(self.source)
        if self.moved is None and self.shift is None and may_look:
            _, channels, height, width = self.source.shape
            first = self.chosen.index_select(0, image) * (channels * height) + pieces.top
            return part_at(self.source, first * width + pieces.left, pieces.shape)
        of_rows, of_columns = self.places()
        down, across = of_rows[image[:, None], pieces.lines], of_columns[image[:, None], pieces.columns]
        if may_look and _keep_order(down, across, self.source.shape[3]):
            return part_at(self.source, down[:, 0] + across[:, 0], pieces.shape)
        return pixels_at(self.source, down[:, :, None] + across[:, None, :])


def as_shares(values: Tensor) -> Tensor:
    """Return values in [0, 1]; float32 for bytes."""
    return values if values.is_floating_point() else values.float().div_(255)


def _keep_order(down: Tensor, across: Tensor, width: int) -> bool:
    """Whether the pixels of each piece are neighbours in the source too."""
    return bool((down.diff(dim=1) == width).all() and (across.diff(dim=1) == 1).all())


def pixels_at(images: Tensor, places: Tensor) -> Tensor:
    """Return ``(P, C, k, n)`` out of ``(B, C, H, W)``, by the places ``(P, k, n)`` of the first channel."""
    flat, plane = images.reshape(-1), images.shape[2] * images.shape[3]
    channels = [
        flat[number * plane :].index_select(0, places.view(-1)).view_as(places)
        for number in range(images.shape[1])
    ]
    return torch.stack(channels, dim=1)


def _rolled(places: Tensor, shift: Tensor) -> Tensor:
    length = places.shape[1]
    shown = (torch.arange(length, device=places.device) + shift[:, None]) % length
    return places.gather(1, shown)


class Described(Protocol):
    """Content that can be made for some pixels alone."""

    def at(self, pieces: Pieces) -> Tensor:
        """Return the pixels of the pieces, ``(P, C, k, n)``."""
        ...


class ViewedFill(Fill, Protocol):
    """A fill that can describe its content; :meth:`Fill.content` is what the description comes to."""

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> Described | None:
        """Return the content described, made of ``before``, or None where it cannot be."""
        ...


def view_of(fill: Fill, before: Described, parameters: Parameters, donors: Tensor | None) -> Described | None:
    """Return what a fill makes of a view; None where it cannot describe it, or ``before`` is no view."""
    if isinstance(before, View) and _can_describe(fill):
        return fill.view(before, parameters, donors=donors)
    return None


def _can_describe(fill: Fill) -> TypeGuard[ViewedFill]:
    # by name: to ask a protocol takes as long as a fill takes to describe its content
    return hasattr(fill, "view")
