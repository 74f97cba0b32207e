"""Content of bfloat16 images is that of the same images in float32, rounded once."""

import pytest
import torch

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import (
    BrightnessShift,
    ColourJitter,
    Constant,
    Donor,
    Elastic,
    Elsewhere,
    Grey,
    Mirror,
    Noise,
    Permute,
    QuarterTurn,
    Resized,
    SomeOf,
    Stretch,
    Texture,
    TextureOperations,
    Tint,
)

FILLS = {
    "brightness": BrightnessShift(),
    "colours": Constant((0.0, 1.0), colour=True),
    "jitter": ColourJitter(),
    "jitter about the box": ColourJitter(about="box"),
    "donor": Donor(),
    "elastic": Elastic(),
    "elsewhere": Elsewhere(),
    "grey": Grey(),
    "mirror": Mirror(),
    "noise": Noise(),
    "permute": Permute("shuffle"),
    "turn": QuarterTurn(),
    "resized": Resized(angle=(-45.0, 45.0)),
    "some of": SomeOf((ColourJitter(), Grey(), BrightnessShift()), 1),
    "stretch": Stretch(),
    "texture": Texture(),
    "operations": TextureOperations(),
    "tint": Tint(),
}
IMAGES = torch.rand(9, 3, 24, 20, generator=torch.Generator().manual_seed(0)).bfloat16()
BOXES = torch.tensor([[3, 2, 12, 10]] * 9)


def drawn_by(fill):
    return fill.draw(BOXES, (24, 20), torch.Generator().manual_seed(1), donors=9)


@pytest.mark.parametrize("name", FILLS)
def test_it_is_rounded_once(name):
    fill, drawn = FILLS[name], drawn_by(FILLS[name])
    made = fill.content(IMAGES, drawn, donors=IMAGES)
    assert made.dtype == torch.bfloat16
    exact = fill.content(IMAGES.float(), drawn, donors=IMAGES.float())
    assert torch.equal(made, exact.bfloat16())


@pytest.mark.parametrize("name", FILLS)
def test_a_sample_is_the_same_in_every_batch(name):
    fill, drawn = FILLS[name], drawn_by(FILLS[name])
    made = fill.content(IMAGES, drawn, donors=IMAGES)
    for row in (0, 4, 8):
        one = slice(row, row + 1)
        own = Parameters({key: value[one] for key, value in drawn.host.items()})
        alone = fill.content(IMAGES[one], own, donors=IMAGES)
        # sums of another order may turn a value that lies between two
        assert (alone != made[one]).float().mean() < 0.002
