import pytest
import torch

from synth_anomaly.errors import ComponentError, DataError
from synth_anomaly.interfaces import Defects
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import Chain, Donor, Mixed, OneOf, Paste, Rectangle, WholeImage


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


class Constant:
    """Sets whole images to a value and counts the images it is given."""

    def __init__(self, value):
        self.value, self.seen = value, 0

    def __call__(self, images, generator, *, guide=None, donors=None):
        self.seen += len(images)
        masks = torch.ones(len(images), 1, *images.shape[2:]) if guide is None else (guide >= 0.5).float()
        return Defects(torch.where(masks > 0, self.value, images), masks, Parameters({}))


def test_what_is_called_must_return_defects():
    def masks_alone(images, generator, *, guide=None, donors=None):
        return images[:, :1]

    with pytest.raises(ComponentError, match=r"'masks_alone' must return Defects of images .*, got a Tensor"):
        Mixed(masks_alone, 1.0)(torch.rand(2, 3, 8, 8), torch.Generator())


@pytest.mark.parametrize(
    ("p", "count", "expected"), [(0.5, 16, 8), (0.3, 16, 5), (0, 8, 0), (1, 8, 8), (0.5, 1, 0)]
)
def test_mixed_makes_a_fixed_number_and_computes_no_more(p, count, expected):
    inner = Constant(1.0)
    made = Mixed(inner, p)(torch.zeros(count, 3, 4, 4), seeded())
    assert int(made.masks.amax(dim=(1, 2, 3)).sum()) == inner.seen == expected
    assert torch.equal(made.parameters["defective"].float(), made.masks.amax(dim=(1, 2, 3)))
    assert torch.equal(made.images, made.masks.expand(-1, 3, -1, -1))


def test_mixed_takes_every_place_equally_often():
    places = sum(
        Mixed(Constant(1.0)).draw(8, (4, 4), seeded(seed))["defective"].float() for seed in range(400)
    )
    assert ((places / 400 - 0.5).abs() < 0.1).all()


def test_mixed_gives_each_image_its_own_guide():
    guide = (torch.arange(4) == torch.arange(4)[:, None])[:, None, None].expand(4, 1, 4, 4).float()
    made = Mixed(Constant(1.0), 0.5)(torch.zeros(4, 3, 4, 4), seeded(), guide=guide)
    chosen = made.parameters["defective"]
    assert torch.equal(made.masks[chosen], guide[chosen])
    assert not made.masks[~chosen].any()


def test_mixed_passes_all_donors():
    donors = torch.linspace(0.1, 1, 10)[:, None, None, None].expand(10, 3, 4, 4)
    made = Mixed(Paste(WholeImage(), Donor()), 0.5)(torch.zeros(64, 3, 4, 4), seeded(), donors=donors)
    chosen = made.parameters["defective"]
    picked = made.parameters["synthesizer/fill/donor"][chosen]
    assert len(picked.unique()) > 4
    assert torch.equal(made.images[chosen], donors[picked])


def test_one_of_follows_its_weights_and_choice():
    parts = (Constant(0.25), Constant(0.5), Constant(0.75))
    made = OneOf(parts, (1, 0, 3))(torch.zeros(2000, 3, 2, 2), seeded())
    choice = made.parameters["choice"]
    assert torch.equal(made.images[:, 0, 0, 0], torch.tensor([0.25, 0.5, 0.75])[choice])
    assert [part.seen for part in parts] == torch.bincount(choice, minlength=3).tolist()
    assert parts[1].seen == 0
    assert abs(parts[2].seen / 2000 - 0.75) < 0.03


def test_a_choice_of_nothing_is_refused():
    drawn = Parameters({"choice": torch.tensor([0, 2]), "0/value": torch.ones(2), "1/value": torch.ones(2)})
    with pytest.raises(DataError, match="expected a choice of 0 to 1, got 2: draw the parameters with this"):
        OneOf((Constant(0), Constant(1))).apply(torch.zeros(2, 3, 2, 2), drawn)


@pytest.mark.parametrize("synthesizer", [OneOf((Constant(0), Constant(1))), Mixed(Constant(1))])
@pytest.mark.parametrize("drawn", [3, 5])
def test_parameters_of_another_number_of_images_are_refused(synthesizer, drawn):
    parameters = synthesizer.draw(drawn, (2, 2), seeded())
    with pytest.raises(DataError, match=f"the parameters are for {drawn} images, got 4: draw as many"):
        synthesizer.apply(torch.zeros(4, 3, 2, 2), parameters)


def test_one_of_is_uniform_without_weights():
    choice = OneOf((Constant(0), Constant(1))).draw(2000, (2, 2), seeded())["choice"]
    assert abs(choice.float().mean() - 0.5) < 0.03


def test_chain_joins_masks_and_sees_what_came_before():
    class Left(Constant):
        def __call__(self, images, generator, *, guide=None, donors=None):
            masks = torch.zeros(len(images), 1, *images.shape[2:])
            masks[..., : self.value] = 1
            return Defects(torch.where(masks > 0, images + 0.25, images), masks, Parameters({}))

    made = Chain((Left(3), Left(2)))(torch.zeros(1, 3, 1, 4), seeded())
    assert made.masks.flatten().tolist() == [1, 1, 1, 0]
    assert made.images[0, 0].flatten().tolist() == [0.5, 0.5, 0.25, 0]


def test_parameters_are_nested_with_the_sample_first():
    synthesizer = Mixed(OneOf((Paste(Rectangle(), Donor()), Constant(0))))
    drawn = synthesizer.draw(6, (8, 8), seeded(), donors=2)
    assert set(drawn) == {
        "defective",
        "synthesizer/choice",
        "synthesizer/0/shape/box",
        "synthesizer/0/fill/donor",
        "synthesizer/1/seed",
    }
    assert all(len(value) == 6 for value in drawn.values())


def test_lists_are_kept_as_tuples():
    part = Constant(0)
    assert OneOf([part], [1.0]) == OneOf((part,), (1.0,))
    assert Chain([part]) == Chain((part,))
