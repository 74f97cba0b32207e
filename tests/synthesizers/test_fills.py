import pytest
import torch
from kornia import enhance
from kornia.color import rgb_to_grayscale

from synth_anomaly.errors import DataError
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import (
    ColourJitter,
    Donor,
    Elsewhere,
    Permute,
    QuarterTurn,
    Rectangle,
    Sometimes,
    Successive,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def images(count, height, width, seed=0):
    return torch.rand(count, 3, height, width, generator=seeded(seed))


def run(fill, content, seed=0, donors=None):
    size = tuple(content.shape[2:])
    boxes = Rectangle().draw(len(content), size, seeded(seed))["box"]
    drawn = fill.draw(boxes, size, seeded(seed), donors=0 if donors is None else len(donors))
    return fill.content(content, drawn, donors=donors), drawn, boxes


@pytest.mark.parametrize("size", [(32, 32), (17, 40), (40, 17)])
def test_elsewhere_brings_a_rectangle_of_the_image_onto_the_box(size):
    content = images(12, *size)
    moved, drawn, boxes = run(Elsewhere(), content)
    for before, after, box, shift in zip(
        content, moved, boxes.tolist(), drawn["shift"].tolist(), strict=True
    ):
        top, left, height, width = box
        down, right = top + shift[0], left + shift[1]
        assert 0 <= down <= size[0] - height
        assert 0 <= right <= size[1] - width
        source = before[:, down : down + height, right : right + width]
        assert torch.equal(after[:, top : top + height, left : left + width], source)
        assert torch.equal(after, torch.roll(before, [-shift[0], -shift[1]], (1, 2)))


def test_elsewhere_draws_its_source_uniformly_and_apart_from_the_box():
    boxes = torch.tensor([[3, 0, 4, 4]]).repeat(4000, 1)
    shift = Elsewhere().draw(boxes, (8, 6), seeded())["shift"]
    assert torch.allclose(
        torch.bincount(shift[:, 0] + 3, minlength=5) / 4000, torch.full((5,), 0.2), atol=0.03
    )
    assert torch.allclose(torch.bincount(shift[:, 1], minlength=3) / 4000, torch.full((3,), 1 / 3), atol=0.03)


def test_quarter_turns_are_exact_on_squares():
    content = images(9, 15, 15)
    turned, drawn, _ = run(QuarterTurn(), content)
    assert set(drawn["turns"].tolist()) == {1, 2, 3}
    for before, after, turns in zip(content, turned, drawn["turns"].tolist(), strict=True):
        assert torch.equal(after, torch.rot90(before, turns, (1, 2)))


def test_quarter_turn_resizes_what_is_not_square():
    content = torch.zeros(1, 3, 8, 24)
    content[..., 12:] = 1
    turned, _, _ = run(QuarterTurn((1,)), content)
    assert turned.shape == content.shape
    assert turned[..., :3, :].min() == 1
    assert turned[..., 5:, :].max() == 0


def test_quarter_turns_are_drawn_equally_often():
    turns = QuarterTurn().draw(torch.zeros(3000, 4), (4, 4), seeded())["turns"]
    assert torch.allclose(torch.bincount(turns)[1:] / 3000, torch.full((3,), 1 / 3), atol=0.03)


def test_cutperm_swaps_halves():
    content = images(16, 10, 12)
    permuted, drawn, _ = run(Permute(), content)
    rolls = {(1, 0, 3, 2): (0, 6), (2, 3, 0, 1): (5, 0), (3, 2, 1, 0): (5, 6)}
    assert {tuple(order) for order in drawn["order"].tolist()} == set(rolls)
    for before, after, order in zip(content, permuted, drawn["order"].tolist(), strict=True):
        assert torch.equal(after, torch.roll(before, rolls[tuple(order)], (1, 2)))


def test_shuffle_takes_each_of_the_other_orders():
    order = Permute("shuffle").draw(torch.zeros(2000, 4), (4, 4), seeded())["order"]
    found = {tuple(row) for row in order.tolist()}
    assert len(found) == 23
    assert (0, 1, 2, 3) not in found


@pytest.mark.parametrize("mode", ["cutperm", "shuffle"])
def test_permute_shows_the_tiles_in_their_order_and_keeps_the_odd_middle(mode):
    content = images(20, 7, 9)
    permuted, drawn, _ = run(Permute(mode), content)
    corners = [(0, 0), (0, 5), (4, 0), (4, 5)]
    assert torch.equal(permuted[:, :, 3], content[:, :, 3])
    assert torch.equal(permuted[..., 4], content[..., 4])
    for before, after, order in zip(content, permuted, drawn["order"].tolist(), strict=True):
        for (down, right), shown in zip(corners, order, strict=True):
            top, left = corners[shown]
            assert torch.equal(
                after[:, down : down + 3, right : right + 4], before[:, top : top + 3, left : left + 4]
            )


def factors(count, **given):
    values = {"brightness": 1.0, "contrast": 1.0, "saturation": 1.0, "hue": 0.0} | given
    return Parameters({name: torch.as_tensor(value).float().expand(count) for name, value in values.items()})


def test_jitter_equals_kornia_where_nothing_clips():
    content = 0.4 + 0.2 * images(8, 16, 18)
    drawn = ColourJitter(0.3, 0.3, 0.3, 0).draw(torch.zeros(8, 4), (16, 18), seeded())
    expected = enhance.adjust_brightness_accumulative(content, drawn["brightness"])
    expected = enhance.adjust_contrast_with_mean_subtraction(expected, drawn["contrast"])
    expected = enhance.adjust_saturation_with_gray_subtraction(expected, drawn["saturation"])
    assert 0 < expected.min() < expected.max() < 1
    torch.testing.assert_close(ColourJitter().content(content, drawn), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("brightness", enhance.adjust_brightness_accumulative),
        ("contrast", enhance.adjust_contrast_with_mean_subtraction),
        ("saturation", enhance.adjust_saturation_with_gray_subtraction),
    ],
)
@pytest.mark.parametrize("factor", [0.0, 0.6, 1.0, 1.4])
def test_each_factor_equals_kornia_even_where_it_clips(name, reference, factor):
    content = images(4, 16, 16)
    jittered = ColourJitter().content(content, factors(4, **{name: factor}))
    torch.testing.assert_close(jittered, reference(content, factor), atol=1e-5, rtol=0)


def test_hue_keeps_grey_and_turns_the_way_kornia_does():
    content = (0.3 + 0.4 * torch.eye(3))[:, :, None, None]  # a red, a green and a blue
    for turn in (-0.1, 0.05, 0.1):
        ours = ColourJitter().content(content, factors(3, hue=turn))
        torch.testing.assert_close(rgb_to_grayscale(ours), rgb_to_grayscale(content), atol=1e-5, rtol=0)
        theirs = enhance.adjust_hue(content, 2 * torch.pi * turn)
        assert torch.equal(ours.argmax(dim=1), theirs.argmax(dim=1))
        assert torch.equal(ours.argmin(dim=1), theirs.argmin(dim=1))


def test_a_whole_turn_of_hue_changes_nothing_and_greys_stay():
    content = images(2, 8, 8)
    torch.testing.assert_close(
        ColourJitter().content(content, factors(2, hue=1.0)), content, atol=1e-5, rtol=0
    )
    grey = content[:, :1].expand(-1, 3, -1, -1)
    torch.testing.assert_close(ColourJitter().content(grey, factors(2, hue=0.3)), grey, atol=1e-5, rtol=0)


def test_jitter_draws_in_its_ranges():
    drawn = ColourJitter(0.4, 0.2, 2.0, 0.1).draw(torch.zeros(4000, 4), (4, 4), seeded())
    for name, low, high in (
        ("brightness", 0.6, 1.4),
        ("contrast", 0.8, 1.2),
        ("saturation", 0, 3),
        ("hue", -0.1, 0.1),
    ):
        span = high - low
        assert low <= drawn[name].min() < low + 0.01 * span
        assert high - 0.01 * span < drawn[name].max() <= high
        assert abs(drawn[name].mean() - (low + high) / 2) < 0.02 * span


def test_donor_shows_the_drawn_image():
    donors = images(3, 8, 8, seed=1)
    content, drawn, _ = run(Donor(), images(20, 8, 8), donors=donors)
    assert set(drawn["donor"].tolist()) == {0, 1, 2}
    assert torch.equal(content, donors[drawn["donor"]])


@pytest.mark.parametrize("donors", [None, torch.zeros(1, 3, 8, 8)])
def test_donor_refuses_other_donors_than_were_drawn_from(donors):
    drawn = Parameters({"donor": torch.tensor([0, 2])})
    with pytest.raises(DataError, match="donor 2 was drawn"):
        Donor().content(images(2, 8, 8), drawn, donors=donors)


def test_successive_applies_in_order():
    content = images(6, 12, 12)
    fill = Successive([QuarterTurn(), Permute()])
    both, drawn, _ = run(fill, content)
    turned = QuarterTurn().content(content, drawn.scope("0"))
    assert torch.equal(both, Permute().content(turned, drawn.scope("1")))


def test_sometimes_computes_the_chosen_alone():
    class Counted(QuarterTurn):
        seen = 0

        def content(self, content, parameters, *, donors=None):
            Counted.seen += len(content)
            return super().content(content, parameters, donors=donors)

    content = images(400, 6, 6)
    made, drawn, _ = run(Sometimes(Counted(), 0.3), content)
    applied = drawn["applied"]
    assert Counted.seen == int(applied.sum())
    assert abs(Counted.seen / 400 - 0.3) < 0.07
    assert torch.equal(made[~applied], content[~applied])
    assert torch.equal(made[applied], QuarterTurn().content(content, drawn.scope("fill"))[applied])


@pytest.mark.parametrize(("p", "same"), [(0.0, True), (1.0, False)])
def test_sometimes_at_its_ends(p, same):
    content = images(4, 6, 6)
    assert torch.equal(run(Sometimes(QuarterTurn(), p), content)[0], content) is same


def test_fills_leave_their_input_untouched():
    content = images(4, 9, 12)
    copy = content.clone()
    for fill in (Elsewhere(), QuarterTurn(), Permute(), ColourJitter(), Sometimes(Permute()), Donor()):
        run(fill, content, donors=content)
        assert torch.equal(content, copy), fill
