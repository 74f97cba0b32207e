"""Augmentation of normal images, on the device, before synthesis: any module of `kornia.augmentation`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from kornia.augmentation import (
    AugmentationBase2D,
    AugmentationSequential,
    GeometricAugmentationBase2D,
    ImageSequential,
    RandomHorizontalFlip,
    RandomVerticalFlip,
)
from kornia.constants import DataKey, Resample
from torch import Tensor

from synth_anomaly.errors import ComponentError, DataError
from synth_anomaly.interfaces import Augmentation
from synth_anomaly.randomness import forked_rng
from synth_anomaly.synthesizers.fills.quarter_turn import turn_quarters

__all__ = ["Flips", "QuarterTurns", "Symmetries", "augment_alike"]


class Flips(ImageSequential):
    """Kornia's horizontal and vertical flips, one after the other.

    Args:
        horizontal: Probability of swapping left and right.
        vertical: Probability of swapping top and bottom.
    """

    def __init__(self, horizontal: float = 0.5, vertical: float = 0.5) -> None:
        for name, chance in (("horizontal", horizontal), ("vertical", vertical)):
            if not 0 <= chance <= 1:
                raise ValueError(f"{name} must be in [0, 1], got {chance!r}")
        super().__init__(RandomHorizontalFlip(p=horizontal), RandomVerticalFlip(p=vertical))
        self.horizontal = horizontal
        self.vertical = vertical


class QuarterTurns(GeometricAugmentationBase2D):
    """Turns each square image by 0, 90, 180 or 270 degrees with equal chance, moving pixels exactly.

    Kornia's RandomRotation90 interpolates: its values are off by a little, and it costs more.
    """

    # what Kornia's flips say too: the matrix is for whoever asks, the images do without
    _compute_matrix_lazily = True

    def __init__(self) -> None:
        super().__init__(p=1.0)

    def generate_parameters(self, batch_shape: tuple[int, ...]) -> dict[str, Tensor]:
        """Draw the counter-clockwise quarters of each image, on the CPU."""
        return {"turns": torch.randint(0, 4, (batch_shape[0],))}

    def compute_transformation(
        self,
        input: Tensor,  # noqa: A002
        params: Mapping[str, Tensor],
        flags: Mapping[str, Any],  # noqa: ARG002
    ) -> Tensor:
        """Return ``(B, 3, 3)``, from pixels of the input to pixels of the output."""
        last = float(input.shape[-1] - 1)
        turns = torch.tensor(
            [
                [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
                [[0, 1, 0], [-1, 0, last], [0, 0, 1]],
                [[-1, 0, last], [0, -1, last], [0, 0, 1]],
                [[0, -1, last], [1, 0, 0], [0, 0, 1]],
            ]
        )
        return turns[params["turns"].cpu()].to(input)

    def apply_transform(
        self,
        input: Tensor,  # noqa: A002
        params: Mapping[str, Tensor],
        flags: Mapping[str, Any],  # noqa: ARG002
        transform: Tensor | None = None,  # noqa: ARG002
    ) -> Tensor:
        """Return the turned images.

        Raises:
            DataError: If the images are not square.
        """
        height, width = input.shape[-2:]
        if height != width:
            raise DataError(f"quarter turns need square images, got {height} x {width}: use 'flips' instead")
        return turn_quarters(input, params["turns"].cpu())


class Symmetries(ImageSequential):
    """Shows each square image in one of its eight flips and turns, equally often, moving pixels exactly."""

    def __init__(self) -> None:
        super().__init__(RandomHorizontalFlip(p=0.5), QuarterTurns())


def augment_alike(
    augmentation: Augmentation, images: Tensor, guide: Tensor | None = None, *, seed: int
) -> tuple[Tensor, Tensor | None]:
    """Augment images, and let their guide follow every flip, turn, warp and crop.

    Args:
        augmentation: A module of `kornia.augmentation`, or a container of such; with no guide, any callable.
        images: ``(B, 3, H, W)`` in [0, 1].
        guide: ``(B, 1, H, W)``; moved with the nearest pixel's value, left alone by changes of colour.
        seed: The same seed gives the same result; the global random state is put back.

    Returns:
        The images, cut to [0, 1], and the guide.

    Raises:
        ComponentError: If there is a guide that the augmentation cannot move.
    """
    with forked_rng(seed, images.device):
        if guide is None:
            return augmentation(images).clamp(0, 1), None
        if not isinstance(augmentation, AugmentationBase2D | ImageSequential):
            raise ComponentError(
                f"a guide cannot follow {type(augmentation).__name__}, which is not a kornia.augmentation "
                "module: write it as one, or train without a guide"
            )
        nearest = {DataKey.MASK: {"resample": Resample.NEAREST}}
        alike = AugmentationSequential(augmentation, data_keys=["input", "mask"], extra_args=nearest)
        try:
            images, guide = alike(images, guide)
        except NotImplementedError:
            raise ComponentError(
                f"Kornia moves no mask along with {type(augmentation).__name__}: "
                "use another augmentation, or train without a guide"
            ) from None
    return images.clamp(0, 1), guide
