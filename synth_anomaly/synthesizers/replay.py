"""Synthesizers in two phases: draw few numbers on the CPU, then apply them to a batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import torch
from torch import Generator, Tensor

from synth_anomaly.errors import ComponentError, DataError
from synth_anomaly.interfaces import Defects, Size, Synthesizer
from synth_anomaly.numerics import full_precision
from synth_anomaly.parameters import Parameters

__all__ = ["Replayable", "Seeded", "check_batch", "check_count", "checked_defects", "replayable"]


class Replayable(ABC):
    """A synthesizer that draws first and applies second, so that what it made can be made again.

    A subclass writes :meth:`draw` and :meth:`apply`; calling it does one after the other. Whatever a
    subclass's `apply` computes in float32 is computed in full: autocast and TF32, which a process may have
    chosen for its networks, end at its entry. No gradient passes it.
    """

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        if "apply" in vars(cls):
            setattr(cls, "apply", _guarded(vars(cls)["apply"]))  # noqa: B010  # mypy forbids the other

    @abstractmethod
    def draw(self, count: int, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:
        """Draw the parameters of ``count`` samples, on the CPU.

        Args:
            count: How many samples.
            size: Height and width of the images.
            generator: A CPU generator.
            donors: How many donor images there will be to choose from.

        Raises:
            DataError: If donors are needed and there are none.
        """

    @abstractmethod
    def apply(
        self,
        images: Tensor,
        parameters: Parameters,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        """Make the defects that ``parameters`` describe.

        Args:
            images: ``(B, 3, H, W)`` in [0, 1]; left untouched.
            parameters: What :meth:`draw` returned for B samples of this size.
            guide: ``(B, 1, H, W)`` in [0, 1]: defects lie where it is at least 0.5; a shape that is made from
                the guide takes all its values instead.
            donors: ``(D, 3, H, W)``, as many as were drawn for.
        """

    def __call__(
        self,
        images: Tensor,
        generator: Generator,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        """Return copies of ``images`` with defects.

        Raises:
            DataError: If the tensors do not fit each other, or donors are needed and there are none.
        """
        check_batch(images, guide, donors)
        count = 0 if donors is None else len(donors)
        with full_precision(torch.device("cpu")):
            drawn = self.draw(len(images), (images.shape[2], images.shape[3]), generator, donors=count)
            return self.apply(images, drawn, guide=guide, donors=donors)


def _guarded(apply: Callable[..., Defects]) -> Callable[..., Defects]:
    """Return `apply` with its tensors checked, in full precision and without gradients."""

    @wraps(apply)
    def guarded(
        self: Replayable,
        images: Tensor,
        parameters: Parameters,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        check_batch(images, guide, donors)
        donors = None if donors is None else donors.detach()
        with torch.no_grad(), full_precision(images.device):
            return apply(self, images.detach(), parameters, guide=guide, donors=donors)

    return guarded


@dataclass(frozen=True)
class Seeded(Replayable):
    """A synthesizer that can only be called, replayed by the seed of its generator.

    It draws one seed a sample and calls with the first, so that a replay needs the whole batch.

    Args:
        synthesizer: Any synthesizer.
    """

    synthesizer: Synthesizer

    def draw(self, count: int, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw a seed for each sample."""
        return Parameters({"seed": torch.randint(2**62, (count,), generator=generator)})

    def apply(
        self,
        images: Tensor,
        parameters: Parameters,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        """Call the synthesizer with a generator of the first seed."""
        if not len(images):
            return Defects(images, images.new_zeros((0, 1, *images.shape[2:])), parameters)
        generator = torch.Generator().manual_seed(int(parameters.host["seed"][0]))
        made = self.synthesizer(images, generator, guide=guide, donors=donors)
        made = checked_defects(made, images, self.synthesizer)
        return Defects(made.images, made.masks, Parameters(parameters.host))


def replayable(synthesizer: Synthesizer) -> Replayable:
    """Return the synthesizer itself, or :class:`Seeded` around one that can only be called."""
    return synthesizer if isinstance(synthesizer, Replayable) else Seeded(synthesizer)


def checked_defects(made: Any, images: Tensor, synthesizer: Synthesizer) -> Defects:
    """Return what a synthesizer, which may be somebody's first, made of images.

    Raises:
        ComponentError: If it is not `Defects` of these images.
    """
    shapes = tuple(images.shape), (len(images), 1, *images.shape[2:])
    wanted = f"Defects of images {shapes[0]} and masks {shapes[1]}"
    if isinstance(made, Defects):
        got = tuple(made.images.shape), tuple(made.masks.shape)
        if got == shapes:
            return made
        given = f"images {got[0]} and masks {got[1]}"
    else:
        given = f"a {type(made).__name__}"
    raise ComponentError(
        f"the synthesizer {type(synthesizer).__name__!r} must return {wanted}, got {given}: "
        "synth_anomaly.testing.check_synthesizer says what one must do"
    )


def check_count(images: Tensor, drawn: Tensor) -> None:
    """Check that parameters, of which ``drawn`` is one, are those of as many images.

    Raises:
        DataError: If they are not.
    """
    if len(drawn) != len(images):
        raise DataError(f"the parameters are for {len(drawn)} images, got {len(images)}: draw as many")


def check_batch(images: Tensor, guide: Tensor | None = None, donors: Tensor | None = None) -> None:
    """Check types and shapes, which waits for no device.

    Raises:
        DataError: If one of the tensors is not what a synthesizer takes.
    """
    if images.ndim != 4 or images.shape[1] != 3 or not images.is_floating_point():
        raise DataError(
            f"images must be floating point (B, 3, H, W) in [0, 1], "
            f"got {images.dtype} {tuple(images.shape)}: divide uint8 by 255, repeat a grey channel"
        )
    expected = (len(images), 1, *images.shape[2:])
    if guide is not None and guide.shape != expected:
        raise DataError(f"the guide must be {expected}, one an image, got {tuple(guide.shape)}")
    if donors is not None and donors.shape[1:] != images.shape[1:]:
        raise DataError(
            f"donors must be (D, {', '.join(map(str, images.shape[1:]))}) as the images, "
            f"got {tuple(donors.shape)}"
        )
