"""Checks of what a synthesizer returns for one batch."""

from __future__ import annotations

import torch
from torch import Tensor

from synth_anomaly.interfaces import Defects, Synthesizer
from synth_anomaly.testing.expect import describe_tensor, expect
from synth_anomaly.testing.synthesizer_examples import (
    call,
    example_donors,
    example_guide,
    generator_of,
)

__all__ = ["check_input_untouched", "check_result"]

_TIMES = 4


def check_result(synthesizer: Synthesizer, images: Tensor) -> None:
    """What is returned has the promised shapes and values, and masks that tell what changed.

    Images come back with their shape, type and device; masks are float32, one an image. Both are finite and
    in [0, 1]. Parameters are kept on the CPU, and their first axis is the sample. An image is exactly as it
    was where its mask is 0, so a change of it all has a mask of ones. All that holds of the images once and
    several times in a batch, so that more is drawn of each.
    """
    for given in (images, images.repeat(_TIMES, 1, 1, 1)):
        made = call(synthesizer, given)
        _expect_shapes(made, given)
        _expect_range(made)
        _expect_parameters(made, len(given))
        wrong = ((made.images != given) & (made.masks == 0)).any(dim=1)
        expect(not bool(wrong.any()), f"{int(wrong.sum())} pixels changed where the mask is 0")


def check_input_untouched(synthesizer: Synthesizer, images: Tensor) -> None:
    """The given images, guide and donors are not written to."""
    guide, donors = example_guide(images), example_donors(images)
    copies = images.clone(), guide.clone(), donors.clone()
    synthesizer(images, generator_of(0), guide=guide, donors=donors)
    for what, tensor, copy in zip(
        ("images", "guide", "donors"), (images, guide, donors), copies, strict=True
    ):
        expect(
            torch.equal(tensor, copy), f"the {what} given must stay untouched, some of their values changed"
        )


def _expect_shapes(made: Defects, images: Tensor) -> None:
    for what, tensor, shape, dtype in (
        ("images", made.images, images.shape, images.dtype),
        ("masks", made.masks, (len(images), 1, *images.shape[2:]), torch.float32),
    ):
        wanted = f"{str(dtype).removeprefix('torch.')} {tuple(shape)}"
        right = isinstance(tensor, Tensor) and tensor.shape == shape and tensor.dtype == dtype
        expect(right, f"{what} must be {wanted}, got {describe_tensor(tensor)}")
        expect(tensor.device == images.device, f"{what} must be on {images.device}, got {tensor.device}")


def _expect_range(made: Defects) -> None:
    for what, tensor in (("images", made.images), ("masks", made.masks)):
        expect(bool(tensor.isfinite().all()), f"the {what} hold values that are not finite")
        inside = bool(((tensor >= 0) & (tensor <= 1)).all())
        expect(inside, f"{what} must be in [0, 1], got {float(tensor.min())} to {float(tensor.max())}")


def _expect_parameters(made: Defects, samples: int) -> None:
    for name, value in made.parameters.host.items():
        expect(value.device.type == "cpu", f"parameter {name!r} must be kept on the CPU, got {value.device}")
        expect(
            value.ndim > 0 and len(value) == samples,
            f"parameter {name!r} must have {samples} samples on its first axis, got {tuple(value.shape)}",
        )
