"""Content changed by any augmentation of Kornia."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from synth_anomaly.errors import ComponentError
from synth_anomaly.interfaces import Augmentation, Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.randomness import forked_rng

__all__ = ["KorniaFill"]

_SHAPE = "forward_input_shape"


@dataclass(frozen=True)
class KorniaFill:
    """Applies one module of `kornia.augmentation` to the content, in float32, and cuts the result to [0, 1].

    The module draws its parameters before, on the CPU, as it would for a batch of images. They are kept
    with the samples, and parameters of some samples make those samples again. What Kornia draws once for a
    batch, such as the order of ColorJiggle's steps, is kept with each sample; where samples of several
    draws are joined, the first sample's is used for all. What a module draws while it is applied, as
    RandomDissolving does, follows the first sample's ``seed``, so that its replay needs the whole batch.

    Fields of noise that a module draws, as RandomElasticTransform does, are parameters as well and as large
    as the images: where there is a fill of our own, it is many times faster.

    Args:
        module: A module of `kornia.augmentation` that takes images one by one and keeps their size, or a
            module of one's own that is written as one. Kornia applies most with a probability ``p`` of 0.5
            unless told. A container is refused: put its modules into ``successive`` fills. Modules that mix
            the images of a batch are refused.
    """

    module: Augmentation

    def __post_init__(self) -> None:
        # imported here, because Kornia is large and the other fills do without
        from kornia.augmentation import AugmentationBase2D

        if not isinstance(self.module, AugmentationBase2D):
            raise ValueError(
                "module must be one module of kornia.augmentation that takes images one by one "
                f"(an AugmentationBase2D), got {type(self.module).__name__}"
            )

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``seed``, ``(count,)`` int64, and from the first what the module draws.

        What it draws for each image is kept under ``sample``, what it draws once under ``batch``.
        """
        count = len(boxes)
        seed = torch.randint(2**62, (count,), generator=generator)
        if not count:
            return Parameters({"seed": seed})
        drawn = self._drawn(count, size, int(seed[0]))
        another = 2 if count == 1 else 1
        probe = self._drawn(another, size, int(seed[0]))
        # what has as many rows as there are images, for another number of images too
        own = [name for name in drawn if (_rows(drawn[name]), _rows(probe[name])) == (count, another)]
        sample = {name: drawn[name] for name in own}
        batch = {name: torch.stack([drawn[name]] * count) for name in drawn if name not in sample}
        parts = Parameters.nest(sample=Parameters(sample), batch=Parameters(batch))
        return Parameters({"seed": seed} | parts.host)

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return what the module makes of the content.

        Raises:
            ComponentError: If the module changes the images' size.
        """
        if not content.numel():
            return content
        with forked_rng(int(parameters.host["seed"][0]), content.device):
            made: Tensor = self.module(content.float(), params=_given(parameters, content.shape))  # type: ignore[call-arg]
        if made.shape != content.shape:
            raise ComponentError(
                f"{type(self.module).__name__} made {tuple(made.shape[2:])} pixels of "
                f"{tuple(content.shape[2:])}: a fill must keep the size"
            )
        return made.clamp(0, 1).to(content.dtype)

    def _drawn(self, count: int, size: Size, seed: int) -> dict[str, Tensor]:
        module: Any = self.module
        with forked_rng(seed, module.device):
            drawn = module.forward_parameters(torch.Size((count, 3, *size)))
        return {name: value.cpu() for name, value in drawn.items() if name != _SHAPE}


def _given(parameters: Parameters, shape: torch.Size) -> dict[str, Tensor]:
    """Return the parameters as the module drew them: on the CPU, those of the batch once."""
    # Kornia reads some of them while it works, for which a device would have to be waited for
    sample, batch = (dict(parameters.scope(part).host) for part in ("sample", "batch"))
    # numbers of rows of the batch that was drawn for, which this one need not have: those of all images in
    # RandomChannelDropout, and in RandomMotionBlur that of one, whose value all share
    if "batch_idx" in sample:
        sample["batch_idx"] = torch.arange(shape[0]).view_as(sample["batch_idx"])
    if "idx" in batch:
        batch["idx"] = torch.zeros_like(batch["idx"])
    return sample | {name: value[0] for name, value in batch.items()} | {_SHAPE: torch.tensor(shape)}


def _rows(value: Tensor) -> int:
    return len(value) if value.ndim else 0
