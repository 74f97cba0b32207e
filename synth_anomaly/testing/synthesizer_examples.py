"""What the checks of synthesizers have in common: example tensors, and how they are called."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Defects, Size, Synthesizer
from synth_anomaly.testing.expect import describe_tensor, expect, random_tensor

__all__ = ["call", "example_donors", "example_guide", "example_images", "expect_equal", "generator_of"]


def example_images(size: Size, device: torch.device | str = "cpu") -> Tensor:
    """Return six images ``(6, 3, H, W)``: black, white, two of noise, a ramp, and one colour."""
    noise = random_tensor(2, 3, *size)
    ramp = torch.linspace(0, 1, size[1]).expand(1, 3, *size)
    colour = torch.tensor([0.8, 0.4, 0.1])[None, :, None, None].expand(1, 3, *size)
    parts = (torch.zeros(1, 3, *size), torch.ones(1, 3, *size), noise, ramp, colour)
    return torch.cat(parts).to(device)


def example_guide(images: Tensor) -> Tensor:
    """Return a guide that allows the left half of the first images and less and less of the others."""
    width = images.shape[3]
    ends = torch.linspace(width / 2, 1, len(images), device=images.device)
    across = torch.arange(width, device=images.device) < ends[:, None]
    return across[:, None, None, :].expand(-1, 1, images.shape[2], -1).float()


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
