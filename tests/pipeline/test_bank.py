import numpy as np
import pytest
import torch
from torch.nn import functional as F

from synth_anomaly import Defects
from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import ComponentError
from synth_anomaly.parameters import Parameters
from synth_anomaly.pipeline.bank import Bank, Family, families_of, fill_bank, rows_that_teach
from synth_anomaly.synthesizers import cutpaste


def one_of(*names):
    return catalogue().build("synthesizer", {"name": "one-of", "synthesizers": list(names)})


def family(name, moved, count=3, value=0.0):
    """Return a family all of whose features are ``value``, plus a tenth of the image's number."""
    rows = torch.full((count, 1, 1, 1), value) + torch.arange(count).reshape(-1, 1, 1, 1) / 10
    features = [rows.expand(-1, 2, 8, 8).half(), rows.expand(-1, 4, 4, 4).half()]
    masks = torch.ones(count, 1, 8, 8, dtype=torch.bool)
    return Family(name, features, masks, ~masks, moved)


def pooled(images):
    """How far means of 4x4 and 8x8 pixels are from a grey that the good images have."""
    return [F.avg_pool2d(images - 0.4, 4), F.avg_pool2d(images - 0.4, 8)]


def filled(synthesizer, data, count=20, *, network=pooled, grey=False, augment=None, seed=0):
    return fill_bank(
        synthesizer,
        count,
        data=data,
        network=network,
        limits=torch.tensor([0.02, 0.02]),
        augment=augment,
        grey=grey,
        seed=seed,
    )


class Square:
    """A bright square in the corner; of half the images only, where that is asked for."""

    def __init__(self, half=False):
        self.half = half

    def __call__(self, images, generator, *, guide=None, donors=None):
        masks = torch.zeros(len(images), 1, *images.shape[2:])
        masks[:: 2 if self.half else 1, :, :12, :12] = 1
        colour = torch.tensor([1.0, 0.2, 0.9])[:, None, None]
        return Defects(torch.where(masks > 0, colour, images), masks, Parameters({}))


@pytest.fixture
def flat(data_of):
    """Images without anything on them."""
    return data_of(np.full((5, 32, 32, 3), 102, np.uint8))


def test_families_that_mostly_move_nothing_are_left_out():
    families = [family("a", 0.9), family("b", 0.2), family("c", 0.6), family("d", 0.59)]
    assert rows_that_teach(families) == [0, 2]


def test_at_least_one_family_stays():
    assert rows_that_teach([family("a", 0.1), family("b", 0.3), family("c", 0.2)]) == [1]


def test_what_is_left_out_is_said():
    bank = Bank([family("a", 0.9), family("c", 0.5)], [family("b", 0.2)])
    (line,) = bank.notes()
    assert line.startswith("trained on a (90%), c (50%); ")
    assert "left out b (20%)" in line
    assert "left out" not in Bank([family("a", 0.9)]).notes()[0]


def test_batches_hold_as_many_of_each_family(generator):
    bank = Bank([family(name, 0.9, value=value) for name, value in (("a", 0.0), ("b", 1.0), ("c", 2.0))])
    seen = set()
    for first in range(40):
        features, masks, weights = bank.draw(4, first, generator)
        assert [level.shape for level in features] == [(4, 2, 8, 8), (4, 4, 4, 4)]
        fine, coarse = (level[:, 0, 0, 0] for level in features)
        assert torch.equal(fine, coarse)
        assert fine.int().tolist() == [(first + place) % 3 for place in range(4)]
        assert masks.all()
        assert not weights.any()
        seen |= {round(float(value), 1) for value in fine}
    assert len(seen) == 9


def test_the_parts_of_a_one_of_are_families_under_their_registered_names():
    named = families_of(one_of("cutpaste-3way", "nsa", "spots"))
    assert [name for name, _ in named] == ["cutpaste-3way", "nsa", "spots"]
    assert families_of(cutpaste())[0][0] == "cutpaste"
    ((name, part),) = families_of(square := Square())
    assert (name, part) == ("Square", square)


def test_a_family_is_what_its_images_teach(flat):
    (family,) = filled(Square(), flat).families
    assert [level.shape for level in family.features] == [(20, 3, 8, 8), (20, 3, 4, 4)]
    assert [level.dtype for level in family.features] == [torch.float16] * 2
    assert family.masks[..., :3, :3].all()
    assert family.masks.sum() == 20 * 9
    assert family.weights.all()
    assert family.moved == 1
    colour = torch.tensor([1.0, 0.2, 0.9]) - 0.4
    torch.testing.assert_close(
        family.features[0][:, :, 0, 0].float(), colour.expand(20, 3), atol=1e-3, rtol=0
    )


def test_images_that_show_no_defect_are_not_kept(flat):
    (family,) = filled(Square(half=True), flat, count=20).families
    assert len(family.masks) == 10
    assert family.masks.flatten(1).any(dim=1).all()


def test_colourless_parts_get_colourless_defects(flat):
    (family,) = filled(Square(), flat, grey=True).families
    corner = family.features[0][:, :, 0, 0].float()
    torch.testing.assert_close(corner, torch.full((20, 3), 0.3), atol=1e-3, rtol=0)


def test_what_shows_nothing_on_a_part_is_left_out_and_said(flat):
    """A piece of a flat image that is pasted elsewhere changes nothing."""
    synthesizer = one_of("cutpaste", "spots")
    bank = filled(synthesizer, flat)
    assert [kept.name for kept in bank.families] == ["spots"]
    assert "left out cutpaste (0%)" in bank.notes()[0]


def test_families_do_not_depend_on_each_other_but_on_the_seed(good_images, data_of):
    data = data_of(good_images())
    both, alone, other = (
        filled(one_of(*names), data, seed=seed)
        for names, seed in ((("spots", "cutpaste"), 0), (("spots", "nsa"), 0), (("spots", "nsa"), 1))
    )
    first, second, third = (
        next(family for family in (*bank.families, *bank.left_out) if family.name == "spots")
        for bank in (both, alone, other)
    )
    assert torch.equal(first.features[0], second.features[0])
    assert torch.equal(first.masks, second.masks)
    assert not torch.equal(first.features[0][:5], third.features[0][:5])


def test_no_defect_at_all_is_one_line(flat):
    with pytest.raises(
        ComponentError, match="expected defects that move the features, got none of cutpaste"
    ) as said:
        filled(cutpaste(), flat)
    assert "\n" not in str(said.value)


def test_progress_is_reported(data_of, good_images):
    told = []
    data = data_of(good_images(), report=lambda *what: told.append(what))
    filled(one_of("cutpaste", "spots"), data, count=20)
    assert told == [("features of synthetic defects", done, 40) for done in (16, 20, 36, 40)]
