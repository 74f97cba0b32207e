"""Synthesizers in two phases: draw few numbers on the CPU, then apply them to a batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import torch
from torch import Generator, Tensor

from synth_anomaly.errors import ComponentError, DataError
from synth_anomaly.interfaces import Defects, Size, Synthesizer
from synth_anomaly.numerics import full_precision
from synth_anomaly.parameters import Parameters

__all__ = [
    "ADVICE",
    "Replayable",
    "Seeded",
    "check_batch",
    "check_count",
    "checked_defects",
    "name_of",
    "replayable",
]

ADVICE = "synth_anomaly.testing.check_synthesizer says what one must do"
"""What to do about a synthesizer that breaks its promises."""


class Replayable(ABC):
    """A synthesizer that draws first and applies second, so that what it made can be made again.

    A subclass writes :meth:`draw` and :meth:`apply`; calling it does one after the other. Whatever a
    subclass's `apply` computes in float32 is computed in full: autocast and TF32, which a process may have
    chosen for its networks, end at its entry. No gradient passes it; what differentiates inside needs
    ``torch.enable_grad()``.
    """

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        apply = cls.apply
        if not (getattr(apply, "__isabstractmethod__", False) or hasattr(apply, "is_guarded")):
            setattr(cls, "apply", _guarded(apply))  # noqa: B010  # mypy forbids the other

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
    """Return `apply` in full precision and without gradients, what it takes and returns checked."""

    @wraps(apply)
    def guarded(self: Replayable, images: Tensor, *given: Any, **named: Any) -> Defects:
        check_batch(images, named.get("guide"), named.get("donors"))
        if named.get("donors") is not None:
            named["donors"] = named["donors"].detach()
        with torch.no_grad(), full_precision(images.device):
            return checked_defects(apply(self, images.detach(), *given, **named), images, self)

    setattr(guarded, "is_guarded", True)  # noqa: B010  # mypy forbids the other
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
        checked_defects(made, images, self.synthesizer)
        return Defects(made.images, made.masks, Parameters(parameters.host))


def replayable(synthesizer: Synthesizer) -> Replayable:
    """Return the synthesizer itself, or :class:`Seeded` around one that can only be called."""
    return synthesizer if isinstance(synthesizer, Replayable) else Seeded(synthesizer)


def checked_defects(made: Any, images: Tensor, synthesizer: Synthesizer) -> Defects:
    """Return what a synthesizer, which may be somebody's first, made of images.

    Raises:
        ComponentError: If it is not `Defects` of these images.
    """
    parts = (made.images, made.masks) if isinstance(made, Defects) else ()
    shapes = tuple(images.shape), (len(images), 1, *images.shape[2:])
    wanted = (images.dtype, shapes[0]), (torch.float32, shapes[1])
    got = tuple((part.dtype, tuple(part.shape)) for part in parts if isinstance(part, Tensor))
    if got == wanted:
        return made  # type: ignore[no-any-return]  # got is of Defects alone
    given = f"images and masks {_listed(got)}" if len(got) == len(wanted) else f"a {type(made).__name__}"
    raise ComponentError(
        f"{name_of(synthesizer)} must return Defects of images and masks {_listed(wanted)}, got {given}: "
        f"{ADVICE}"
    )


def name_of(synthesizer: Synthesizer) -> str:
    """Return what to call a synthesizer in a message."""
    return f"the synthesizer {getattr(synthesizer, '__name__', type(synthesizer).__name__)!r}"


def _listed(tensors: Iterable[tuple[torch.dtype, tuple[int, ...]]]) -> str:
    return " and ".join(f"{str(dtype).removeprefix('torch.')} {shape}" for dtype, shape in tensors)


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
