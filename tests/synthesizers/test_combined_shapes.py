import pytest
import torch

from synth_anomaly.interfaces import GuidedShape
from synth_anomaly.synthesizers import (
    Bounded,
    Ellipse,
    Pair,
    Perlin,
    Rectangle,
    SaliencyPerlin,
    Several,
    WholeImage,
    Within,
)

SIZE = (40, 56)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def in_box(masks, boxes):
    """Whether each mask lies inside its box, and each box inside the image."""
    for mask, (top, left, height, width) in zip(masks[:, 0], boxes.tolist(), strict=True):
        assert top >= 0 <= left
        assert height >= 1 <= width
        assert top + height <= mask.shape[0]
        assert left + width <= mask.shape[1]
        assert mask[top : top + height, left : left + width].sum() == mask.sum()
    return True


def guide(count, size=SIZE):
    return torch.rand(count, 1, *size, generator=seeded(9)).sqrt()


def test_several_is_the_union_of_a_drawn_number():
    shape = Several(Rectangle((0.01, 0.05)), (1, 4))
    drawn = shape.draw(2000, SIZE, seeded())
    shares = torch.bincount(drawn["draws"])[1:] / 2000
    assert torch.allclose(shares, torch.full((4,), 0.25), atol=0.04)
    few = shape.draw(24, SIZE, seeded(1))
    masks = shape.masks(few, SIZE)
    parts = torch.stack([shape.shape.masks(few.scope(str(number)), SIZE) for number in range(4)])
    for sample, number in enumerate(few["draws"].tolist()):
        assert torch.equal(masks[sample], parts[:number, sample].amax(dim=0))
    assert in_box(masks, few["box"])


def test_bounded_empties_what_does_not_fit():
    shape = Bounded(Perlin(), (0.03, 0.06))
    drawn = shape.draw(60, SIZE, seeded())
    masks, all_masks = shape.masks(drawn, SIZE), shape.shape.masks(drawn, SIZE)
    area = all_masks.mean((1, 2, 3))
    fits = (area >= 0.03) & (area <= 0.06)
    assert 0 < fits.sum() < 60
    assert torch.equal(masks[fits], all_masks[fits])
    assert not masks[~fits].any()


def test_bounded_counts_what_the_guide_leaves():
    shape = Bounded(WholeImage(), (0.2, 0.3))
    drawn = shape.draw(2, (10, 10), seeded())
    guides = torch.zeros(2, 1, 10, 10)
    guides[0, :, :5, :5], guides[1, :, :2] = 1, 0.6
    assert shape.guided_masks(drawn, (10, 10), guides).sum((1, 2, 3)).tolist() == [25, 20]
    guides[1, :, 0, 0] = 0.4
    assert shape.guided_masks(drawn, (10, 10), guides).sum((1, 2, 3)).tolist() == [25, 0]
    assert not shape.masks(drawn, (10, 10)).any()


@pytest.mark.parametrize("place", [(0.25, 0.5, 1, 1), (0, 0, 0.5, 0.25), (0, 0, 1, 1)])
def test_within_renders_the_shape_in_its_place(place):
    shape = Within(Ellipse((0.1, 0.5)), place)
    drawn = shape.draw(12, SIZE, seeded())
    masks = shape.masks(drawn, SIZE)
    top, left, bottom, right = (
        round(share * side) for share, side in zip(place, (*SIZE, *SIZE), strict=True)
    )
    inside = (bottom - top, right - left)
    expected = Ellipse((0.1, 0.5)).masks(Ellipse((0.1, 0.5)).draw(12, inside, seeded()), inside)
    assert torch.equal(masks[:, :, top:bottom, left:right], expected)
    assert masks.sum() == expected.sum() > 0
    assert in_box(masks, drawn["box"])


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (2, 3)])
def test_a_place_holds_at_least_a_pixel(size):
    for place in ((0, 0, 0.1, 0.1), (0.5, 0.5, 0.6, 0.6), (0.9, 0.9, 1, 1)):
        shape = Within(WholeImage(), place)
        drawn = shape.draw(2, size, seeded())
        masks = shape.masks(drawn, size)
        assert masks.shape == (2, 1, *size)
        assert (masks.sum((1, 2, 3)) >= 1).all()
        assert in_box(masks, drawn["box"])


def test_a_pair_is_joined_in_three_ways_equally_often():
    shape = Pair(Rectangle((0.1, 0.4)), Ellipse((0.1, 0.4)))
    joins = torch.bincount(shape.draw(3000, SIZE, seeded())["join"]) / 3000
    assert torch.allclose(joins, torch.full((3,), 1 / 3), atol=0.03)
    drawn = shape.draw(40, SIZE, seeded(1))
    masks = shape.masks(drawn, SIZE)
    first = shape.first.masks(drawn.scope("first"), SIZE)
    second = shape.second.masks(drawn.scope("second"), SIZE)
    ways = torch.stack((torch.maximum(first, second), torch.minimum(first, second), first))
    assert torch.equal(masks, ways[drawn["join"], torch.arange(40)])
    assert in_box(masks, drawn["box"])


@pytest.mark.parametrize("make", [lambda part: Several(part, (2, 3)), lambda part: Pair(part, part)])
def test_guided_parts_get_the_guide(make):
    shape, reference = make(SaliencyPerlin()), make(Perlin(threshold=0.4))
    assert isinstance(shape, GuidedShape)
    drawn = shape.draw(12, SIZE, seeded())
    dark = torch.full((12, 1, *SIZE), 1e-6)  # salient, but so little that no noise is above the threshold
    assert not shape.guided_masks(drawn, SIZE, dark).any()
    bright = torch.ones(12, 1, *SIZE)
    assert torch.equal(shape.guided_masks(drawn, SIZE, bright), shape.masks(drawn, SIZE))
    assert shape.masks(drawn, SIZE).any()
    assert not torch.equal(reference.masks(drawn, SIZE), shape.masks(drawn, SIZE))


def test_within_crops_the_guide_of_a_guided_part():
    shape = Within(SaliencyPerlin(), (0, 0.5, 1, 1))
    drawn, guides = shape.draw(6, SIZE, seeded()), guide(6)
    expected = SaliencyPerlin().guided_masks(drawn.scope("shape"), (40, 28), guides[..., 28:])
    masks = shape.guided_masks(drawn, SIZE, guides)
    assert torch.equal(masks[..., 28:], expected)
    assert not masks[..., :28].any()


@pytest.mark.parametrize(
    "shape",
    [
        Several(Rectangle()),
        Pair(Rectangle(), Ellipse()),
        Within(Rectangle(), (0, 0, 1, 1)),
        Bounded(Rectangle(), (0, 1)),
    ],
)
def test_other_parts_are_cut_where_the_guide_is_below_half(shape):
    drawn, guides = shape.draw(6, SIZE, seeded()), guide(6)
    cut = shape.masks(drawn, SIZE) * (guides >= 0.5)
    assert torch.equal(shape.guided_masks(drawn, SIZE, guides), cut)


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        (Several, {"count": (0, 2)}),
        (Several, {"count": (3, 2)}),
        (Bounded, {"area": (0.2, 0.1)}),
        (Bounded, {"area": (0, 1.1)}),
        (Within, {"place": (0, 0, 0, 1)}),
        (Within, {"place": (0, -0.1, 1, 1)}),
    ],
)
def test_wrong_options_are_refused(shape, options):
    with pytest.raises(ValueError, match=f"^{next(iter(options))} must be"):
        shape(Rectangle(), **options)
