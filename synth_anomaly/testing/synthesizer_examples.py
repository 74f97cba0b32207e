"""What the checks of synthesizers have in common: example tensors, and how they are called."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Defects, Size, Synthesizer
from synth_anomaly.testing.expect import describe_tensor, expect, random_tensor

__all__ = [
    "call",
    "example_batches",
    "example_donors",
    "example_guide",
    "example_images",
    "expect_alike",
    "expect_equal",
    "generator_of",
]

_ROUNDING = {torch.float32: 2e-3, torch.bfloat16: 1 / 64}
_AT_EDGES = 0.002  # share of the pixels


def example_images(size: Size, device: torch.device | str = "cpu") -> Tensor:
    """Return six images ``(6, 3, H, W)``: black, white, two of noise, a ramp, and one colour."""
    noise = random_tensor(2, 3, *size)
    ramp = torch.linspace(0, 1, size[1]).expand(1, 3, *size)
    colour = torch.tensor([0.8, 0.4, 0.1])[None, :, None, None].expand(1, 3, *size)
    parts = (torch.zeros(1, 3, *size), torch.ones(1, 3, *size), noise, ramp, colour)
    return torch.cat(parts).to(device)


def example_batches(images: Tensor) -> list[Tensor]:
    """Return what each check runs on, made of `example_images`.

    They are the images in float32; the same in bfloat16, their upper half, which is not square; and single
    ones, black in float32 and white and noise in bfloat16.
    """
    half = images.bfloat16()[:, :, : (images.shape[2] + 1) // 2].contiguous()
    return [images, half, images[:1], images[1:2].bfloat16(), images[2:3].bfloat16()]


def example_guide(images: Tensor) -> Tensor:
    """Return a guide that allows the left half of the first images and less and less of the others."""
    width = images.shape[3]
    ends = torch.linspace(width / 2, 1, len(images), device=images.device)
    across = torch.arange(width, device=images.device) < ends[:, None]
    return across[:, None, None, :].expand(-1, 1, images.shape[2], -1).float().contiguous()


def example_donors(images: Tensor) -> Tensor:
    """Return three other images."""
    return random_tensor(3, *images.shape[1:], seed=1, device=images.device).to(images.dtype)


def call(synthesizer: Synthesizer, images: Tensor, seed: int = 0, guide: Tensor | None = None) -> Defects:
    """Return what it makes of the images, given donors, and check that it makes `Defects`."""
    try:
        made = synthesizer(images, generator_of(seed), guide=guide, donors=example_donors(images))
    except Exception as error:
        kind = type(error).__name__
        raise AssertionError(
            f"it must work for {describe_tensor(images)} images, got {kind}: {error}"
        ) from error
    expect(isinstance(made, Defects), f"a synthesizer must return Defects, got {type(made).__name__}")
    return made


def generator_of(seed: int) -> Generator:
    """Return a CPU generator of this seed."""
    return Generator().manual_seed(seed)


def expect_equal(first: Defects, second: Defects, sentence: str) -> None:
    """Check that two results have equal masks, and images that differ by rounding at most."""
    expect(torch.equal(first.masks, second.masks), f"{sentence} (masks differ)")
    close = torch.allclose(first.images.float(), second.images.float(), atol=1e-5)
    expect(close, f"{sentence} (images differ)")


def expect_alike(first: Defects, second: Defects, sentence: str, *, masks_alone: bool = False) -> None:
    """Check that two results are the same in each sample, but for rounding.

    What rounds otherwise, as a batch of another size or another device does, may turn a pixel at a mask's
    edge: a pixel, or two in a thousand, may differ in a sample.

    Args:
        first: A result.
        second: Another, of as many samples.
        sentence: What is wrong if they are not.
        masks_alone: Whether images may differ, as large fields of noise do between devices.
    """
    parts = [("masks", first.masks, second.masks), ("images", first.images, second.images)]
    for what, one, other in parts[:1] if masks_alone else parts:
        apart = (one.detach().float().cpu() - other.detach().float().cpu()).abs().amax(dim=1)
        differing = (apart > _ROUNDING.get(one.dtype, 2e-3)).flatten(1)
        most = max(1, int(_AT_EDGES * differing.shape[1]))
        expect(not bool((differing.sum(dim=1) > most).any()), f"{sentence} ({what} differ)")
