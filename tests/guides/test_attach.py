"""Guides from a setting to the masks of a training run."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from synth_anomaly import Pipeline, load_method
from synth_anomaly.data import Demo, load_images
from synth_anomaly.errors import ComponentError, DataError
from synth_anomaly.guides import BorderColour, Constant, DrawnGuides, attach_guides, guide_maps
from synth_anomaly.interfaces import Defects
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import ColourJitter, Paste, WholeImage

SIZE = (32, 40)
SMALL = {
    "size": SIZE,
    "batch_size": 4,
    "steps": 3,
    "backbone": {"name": "resnet18", "width": 4, "out_levels": [1, 2]},
    "head": {"name": "unet-decoder", "channels": 4},
    "defective": 1.0,
}


def samples(count=6):
    return Demo(category="hazelnut").train()[:count]


class Remembering:
    """Paints all that the guide allows, and keeps what it saw."""

    def __init__(self):
        self.seen = []

    def __call__(self, images, generator, *, guide=None, donors=None):
        made = Paste(WholeImage(), ColourJitter())(images, generator, guide=guide)
        self.seen.append((images, guide, made.masks))
        return Defects(made.images, made.masks, Parameters({}))


def test_maps_are_kept_as_uint8_beside_the_images():
    store = load_images(samples(), SIZE)
    guide = BorderColour()
    attach_guides(store, guide, batch_size=4)
    assert store.guides.dtype == torch.uint8
    assert store.guides.shape == (6, 1, *SIZE)
    index = torch.tensor([5, 0])
    right = guide(store.batch(torch.arange(6)))[index]
    torch.testing.assert_close(store.guide_batch(index), right, atol=0.003, rtol=0)


def test_how_many_guides_are_made_is_told():
    told = []
    attach_guides(
        load_images(samples(), SIZE), Constant(), batch_size=4, report=lambda *what: told.append(what)
    )
    assert told == [("guides", 4, 6), ("guides", 6, 6)]


def test_streamed_images_have_guides_too():
    kept, streamed = load_images(samples(), SIZE), load_images(samples(), SIZE, budget_bytes=0)
    for store in (kept, streamed):
        attach_guides(store, BorderColour(), batch_size=4)
    assert streamed.streams
    assert torch.equal(kept.guides, streamed.guides)


def test_images_without_a_place_for_defects_are_told():
    said = []
    attach_guides(load_images(samples(), SIZE), Constant(0.2), batch_size=4, warn=said.append)
    assert len(said) == 1
    assert "on 6 of 6 training images" in said[0]
    attach_guides(load_images(samples(), SIZE), Constant(0.5), batch_size=4, warn=said.append)
    assert len(said) == 1


def test_maps_of_another_size_are_refused():
    with pytest.raises(DataError, match=r"expected maps \(2, 1, 8, 8\) from function, got \(2, 1, 4, 4\)"):
        guide_maps(lambda images: torch.zeros(2, 1, 4, 4), torch.zeros(2, 3, 8, 8), ["a", "b"])


def test_guides_with_weights_are_computed_in_evaluation_mode():
    class Dropping(nn.Module):
        def forward(self, images):
            assert not self.training
            assert torch.is_inference_mode_enabled()
            return images[:, :1]

    store = load_images(samples(2), SIZE)
    attach_guides(store, Dropping(), batch_size=4)
    assert store.guides.any()


def test_masks_of_a_run_lie_within_the_guide():
    synthesizer = Remembering()
    method = Pipeline(
        **SMALL, guide="border-colour", synthesizer=synthesizer, augment="flips", validation=0.2
    )
    method.fit(samples(), device="cpu", precision="fp32")
    assert len(synthesizer.seen) >= 3
    for images, guide, masks in synthesizer.seen:
        assert 0.1 < masks.mean() < 0.9
        assert not masks[guide < 0.5].any()
        again = BorderColour()(images)  # of images that are flipped by now
        assert ((again >= 0.5) == (guide >= 0.5)).float().mean() > 0.97


def test_nothing_is_computed_unless_asked_for():
    synthesizer = Remembering()
    Pipeline(**SMALL, synthesizer=synthesizer).fit(samples(), device="cpu", precision="fp32")
    assert all(guide is None for _, guide, _ in synthesizer.seen)


def test_held_back_images_have_guides_too():
    data = Pipeline(**SMALL, guide="border-colour", validation=0.4).training_data(
        samples(), torch.device("cpu")
    )
    assert len(data.validation.guides) == 2


def test_drawn_guides_follow_the_names_of_the_data_set(tmp_path):
    (tmp_path / "good").mkdir()
    for row, sample in enumerate(samples()):
        drawn = np.zeros((16, 16), np.uint8)
        drawn[:, : row + 1] = 255
        Image.fromarray(drawn).save(tmp_path / f"{sample.name}.png")
    store = load_images(samples(), (16, 16))
    attach_guides(store, DrawnGuides(str(tmp_path)), batch_size=4)
    assert (store.guides[:, 0, 0] == 255).sum(dim=1).tolist() == [1, 2, 3, 4, 5, 6]
    (tmp_path / f"{samples()[4].name}.png").unlink()
    with pytest.raises(DataError, match=f"guide of {samples()[4].name!r}"):
        Pipeline(**SMALL, guide={"name": "drawn-guides", "folder": str(tmp_path)}).fit(
            samples(), device="cpu"
        )


def test_a_guide_is_part_of_the_recipe(tmp_path):
    method = Pipeline(**SMALL, guide={"name": "border-colour", "least": 0.1})
    method.save(tmp_path)
    assert load_method(tmp_path).settings.guide == BorderColour(least=0.1)
    assert "guide" not in Pipeline(**SMALL).recipe().settings
    with pytest.raises(ComponentError, match="did you mean 'border-colour'"):
        Pipeline(**SMALL, guide="border-color")


def test_a_guide_that_finds_nothing_is_said():
    """A texture has no border colour of its own, so that its map is 1 everywhere."""
    store, said = load_images(Demo(category="carpet").train()[:3], SIZE), []
    attach_guides(store, BorderColour(), batch_size=4, warn=said.append)
    assert said == [
        "the guide is 0.5 or more everywhere on 3 of 3 training images: "
        "defects are made anywhere on them, as if there were no guide"
    ]
    attach_guides(store, Constant(1.0), batch_size=4, warn=said.append)
    attach_guides(load_images(samples(), SIZE), BorderColour(), batch_size=4, warn=said.append)
    assert len(said) == 1
