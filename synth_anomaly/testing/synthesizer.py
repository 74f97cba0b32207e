"""What every synthesizer must hold, as checks that its author runs.

    from synth_anomaly.testing import check_synthesizer

    def test_scratches():
        check_synthesizer(Scratches())

Each check stands alone, and raises an AssertionError with a sentence that says what is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from synth_anomaly.catalogue import Catalogue, catalogue
from synth_anomaly.errors import SynthAnomalyError
from synth_anomaly.interfaces import Defects, Size, Synthesizer
from synth_anomaly.testing.expect import describe_tensor, expect, random_tensor
from synth_anomaly.testing.random_state import random_states, set_random_state

__all__ = [
    "check_donors",
    "check_guide",
    "check_in_training_step",
    "check_independence",
    "check_input_untouched",
    "check_masks_tell",
    "check_random_state",
    "check_same_seed",
    "check_serialisable",
    "check_shapes_and_range",
    "check_synthesizer",
]

SIZES: tuple[Size, ...] = ((32, 32), (33, 47), (50, 24))
"""Square, odd, and not square."""


def check_synthesizer(
    synthesizer: Synthesizer,
    *,
    device: torch.device | str = "cpu",
    sizes: Sequence[Size] = SIZES,
    plugins: Catalogue | None = None,
) -> None:
    """Run every check of this module.

    Args:
        synthesizer: What is checked.
        device: Where the images are.
        sizes: Heights and widths of the images.
        plugins: Where component names come from; the installed plugins unless given.
    """
    for size in sizes:
        images = example_images(size, device)
        check_shapes_and_range(synthesizer, images)
        check_shapes_and_range(synthesizer, images[2:3])
        check_shapes_and_range(synthesizer, images.bfloat16())
        check_masks_tell(synthesizer, images)
        check_guide(synthesizer, images)
    images = example_images(sizes[0], device)
    check_input_untouched(synthesizer, images)
    check_same_seed(synthesizer, images)
    check_in_training_step(synthesizer, images)
    check_random_state(synthesizer, images)
    check_independence(synthesizer, images)
    check_donors(synthesizer, images)
    check_serialisable(synthesizer, images, plugins)


def check_shapes_and_range(synthesizer: Synthesizer, images: Tensor) -> None:
    """Images come back with their shape, type and range, masks are float32 in [0, 1], one an image."""
    made = _call(synthesizer, images)
    for what, tensor, shape, dtype in (
        ("images", made.images, images.shape, images.dtype),
        ("masks", made.masks, (len(images), 1, *images.shape[2:]), torch.float32),
    ):
        wanted = f"{str(dtype).removeprefix('torch.')} {tuple(shape)}"
        right = isinstance(tensor, Tensor) and tensor.shape == shape and tensor.dtype == dtype
        expect(right, f"{what} must be {wanted}, got {describe_tensor(tensor)}")
        expect(tensor.device == images.device, f"{what} must be on {images.device}, got {tensor.device}")
        inside = bool(((tensor >= 0) & (tensor <= 1)).all())
        expect(inside, f"{what} must be in [0, 1], got {float(tensor.min())} to {float(tensor.max())}")
    for name, value in made.parameters.host.items():
        expect(value.device.type == "cpu", f"parameter {name!r} must be kept on the CPU, got {value.device}")
        expect(
            value.ndim > 0 and len(value) == len(images),
            f"parameter {name!r} must have {len(images)} samples on its first axis, got {tuple(value.shape)}",
        )


def check_input_untouched(synthesizer: Synthesizer, images: Tensor) -> None:
    """The given images, guide and donors are not written to."""
    guide, donors = example_guide(images), example_donors(images)
    copies = images.clone(), guide.clone(), donors.clone()
    synthesizer(images, _generator(0), guide=guide, donors=donors)
    for what, tensor, copy in zip(
        ("images", "guide", "donors"), (images, guide, donors), copies, strict=True
    ):
        expect(
            torch.equal(tensor, copy), f"the {what} given must stay untouched, some of their values changed"
        )


def check_masks_tell(synthesizer: Synthesizer, images: Tensor) -> None:
    """An image is exactly as it was where its mask is 0."""
    for seed in range(4):
        made = _call(synthesizer, images, seed)
        wrong = ((made.images != images) & (made.masks == 0)).any(dim=1)
        expect(not bool(wrong.any()), f"{int(wrong.sum())} pixels changed where the mask is 0 (seed {seed})")


def check_same_seed(synthesizer: Synthesizer, images: Tensor) -> None:
    """The same seed gives the same result, whatever the global random state is."""
    with set_random_state(1):
        first = _call(synthesizer, images)
    with set_random_state(2):
        second = _call(synthesizer, images)
    _expect_equal(first, second, "the same seed must give the same result: draw from `generator` alone")


def check_in_training_step(synthesizer: Synthesizer, images: Tensor) -> None:
    """Inside autocast and with the channels last, as in a training step, the defects are the same."""
    plain = _call(synthesizer, images)
    with torch.autocast(images.device.type, torch.bfloat16):
        made = _call(synthesizer, images.contiguous(memory_format=torch.channels_last))
    _expect_equal(plain, made, "in a training step (bfloat16 autocast, channels last) the defects are others")


def check_random_state(synthesizer: Synthesizer, images: Tensor) -> None:
    """No global random state is touched: PyTorch's, NumPy's, Python's."""
    with set_random_state(3):
        before = random_states(images.device)
        _call(synthesizer, images)
        after = random_states(images.device)
    for library, state in before.items():
        expect(
            state == after[library],
            f"the global random state of {library} was used: draw from `generator` instead",
        )


def check_independence(synthesizer: Synthesizer, images: Tensor) -> None:
    """A sample does not change when the other images of its batch are others."""
    made = _call(synthesizer, images)
    for row in range(len(images)):
        others = 1 - images
        others[row] = images[row]
        again = _call(synthesizer, others)
        same = torch.equal(made.masks[row], again.masks[row])
        expect(same, f"the mask of sample {row} depends on the other images of the batch")
        close = torch.allclose(made.images[row], again.images[row], atol=1e-5)
        expect(close, f"sample {row} depends on the other images: content may come from `donors` only")


def check_guide(synthesizer: Synthesizer, images: Tensor) -> None:
    """Nothing changes where the guide is below 0.5, and an empty guide leaves normal samples."""
    guide = example_guide(images)
    made = _call(synthesizer, images, guide=guide)
    outside = bool(((made.masks > 0) & (guide < 0.5)).any())
    expect(not outside, "a defect lies where the guide is below 0.5")
    made = _call(synthesizer, images, guide=torch.zeros_like(guide))
    normal = not bool(made.masks.any()) and torch.equal(made.images, images)
    expect(normal, "a guide of zeros must leave the images as they are, with empty masks")


def check_donors(synthesizer: Synthesizer, images: Tensor) -> None:
    """Without donors it works, or raises one of the toolkit's errors or a ValueError that names them."""
    try:
        synthesizer(images, _generator(0))
    except (SynthAnomalyError, ValueError) as error:
        expect("donors" in str(error), f"the error without donors must say that there are none, got: {error}")
    except Exception as error:
        kind = type(error).__name__
        raise AssertionError(
            f"without donors it must work or raise DataError, got {kind}: {error}"
        ) from error


def check_serialisable(synthesizer: Synthesizer, images: Tensor, plugins: Catalogue | None = None) -> None:
    """A recipe can be written of it, and what the recipe builds gives the same result."""
    plugins = plugins or catalogue()
    try:
        again = plugins.build("synthesizer", plugins.describe("synthesizer", synthesizer))
    except SynthAnomalyError as error:
        raise AssertionError(f"no recipe can be written of it: {error}") from error
    sentence = "what its recipe builds gives another result: keep every option as given"
    _expect_equal(_call(synthesizer, images), _call(again, images), sentence)


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


def _call(synthesizer: Synthesizer, images: Tensor, seed: int = 0, guide: Tensor | None = None) -> Defects:
    made = synthesizer(images, _generator(seed), guide=guide, donors=example_donors(images))
    expect(isinstance(made, Defects), f"a synthesizer must return Defects, got {type(made).__name__}")
    return made


def _generator(seed: int) -> Generator:
    return Generator().manual_seed(seed)


def _expect_equal(first: Defects, second: Defects, sentence: str) -> None:
    expect(torch.equal(first.masks, second.masks), f"{sentence} (masks differ)")
    close = torch.allclose(first.images.float(), second.images.float(), atol=1e-5)
    expect(close, f"{sentence} (images differ)")
