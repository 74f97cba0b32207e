"""Checks of what a sample may depend on: its own image, its guide, and the donors."""

from __future__ import annotations

import torch
from torch import Tensor

from synth_anomaly.errors import SynthAnomalyError
from synth_anomaly.interfaces import Defects, Synthesizer
from synth_anomaly.testing.expect import expect
from synth_anomaly.testing.synthesizer_examples import call, example_donors, example_guide, generator_of

__all__ = ["check_donors", "check_empty_masks", "check_guide", "check_independence"]


def check_independence(synthesizer: Synthesizer, images: Tensor) -> None:
    """A sample does not change when the other images of its batch are others, with donors and without."""
    _expect_independence(synthesizer, images, example_donors(images))
    if _works_without_donors(synthesizer, images):
        _expect_independence(synthesizer, images, None)


def check_guide(synthesizer: Synthesizer, images: Tensor) -> None:
    """No defect lies where the guide is below 0.5."""
    guide = example_guide(images)
    made = call(synthesizer, images, guide=guide)
    outside = bool(((made.masks > 0) & (guide < 0.5)).any())
    expect(not outside, "a defect lies where the guide is below 0.5")


def check_empty_masks(synthesizer: Synthesizer, images: Tensor) -> None:
    """Where a guide of zeros leaves no room, samples come back normal and are reported as such."""
    made = call(synthesizer, images, guide=torch.zeros_like(example_guide(images)))
    expect(not bool(made.defective.any()), "a guide of zeros must leave empty masks, none `defective`")
    expect(
        torch.equal(made.images, images),
        "an empty mask must leave its image as it is, under a guide of zeros",
    )


def check_donors(synthesizer: Synthesizer, images: Tensor) -> None:
    """Without donors it works, or raises one of the toolkit's errors or a ValueError that names them."""
    try:
        synthesizer(images, generator_of(0))
    except (SynthAnomalyError, ValueError) as error:
        expect("donors" in str(error), f"the error without donors must say that there are none, got: {error}")
    except Exception as error:
        kind = type(error).__name__
        raise AssertionError(
            f"without donors it must work or raise DataError, got {kind}: {error}"
        ) from error


def _works_without_donors(synthesizer: Synthesizer, images: Tensor) -> bool:
    try:
        synthesizer(images, generator_of(0))
    except (SynthAnomalyError, ValueError):
        return False
    return True


def _expect_independence(synthesizer: Synthesizer, images: Tensor, donors: Tensor | None) -> None:
    made = synthesizer(images, generator_of(0), donors=donors)
    for row in range(len(images)):
        others = 1 - images
        others[row] = images[row]
        _expect_same_sample(made, synthesizer(others, generator_of(0), donors=donors), row)


def _expect_same_sample(made: Defects, again: Defects, row: int) -> None:
    for name, value in made.parameters.host.items():
        same = torch.equal(value[row], again.parameters.host[name][row])
        expect(same, f"parameter {name!r} of sample {row} depends on the other images of the batch")
    same = torch.equal(made.masks[row], again.masks[row])
    expect(same, f"the mask of sample {row} depends on the other images of the batch")
    close = torch.allclose(made.images[row], again.images[row], atol=1e-5)
    expect(close, f"sample {row} depends on the other images: content may come from `donors` only")
