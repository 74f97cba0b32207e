import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import Rectangle, Scar, WholeImage


def boxes(shape, count, size, seed=0):
    return shape.draw(count, size, torch.Generator().manual_seed(seed))["box"]


def test_rectangle_area_and_aspect_are_those_asked_for():
    box = boxes(Rectangle(), 4000, (1000, 1200)).double()
    area, aspect = box[:, 2] * box[:, 3] / 1.2e6, box[:, 3] / box[:, 2]
    assert 0.0195 < area.min() < 0.022
    assert 0.148 < area.max() < 0.1505
    assert torch.allclose(
        area.quantile(torch.tensor([0.25, 0.5, 0.75]).double()),
        area.new_tensor([0.0525, 0.085, 0.1175]),
        atol=0.004,
    )
    assert 0.295 < aspect.min() < 0.32
    assert 3.2 < aspect.max() < 3.35
    assert abs((aspect < 1).double().mean() - 0.5) < 0.03
    assert torch.allclose(aspect[aspect < 1].mean(), aspect.new_tensor(0.65), atol=0.02)
    assert torch.allclose(aspect[aspect > 1].mean(), aspect.new_tensor(2.15), atol=0.06)


def test_rectangle_reaches_every_place_equally():
    box = boxes(Rectangle((0.25, 0.25), ((1.0, 1.0),)), 6000, (8, 8))
    assert box[:, 2:].unique().tolist() == [4]
    for corner in box[:, :2].T:
        assert torch.allclose(torch.bincount(corner, minlength=5) / 6000, torch.full((5,), 0.2), atol=0.03)


@settings(deadline=None, max_examples=60)
@given(
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    area=st.floats(0.001, 1),
    aspect=st.floats(0.01, 100),
    seed=st.integers(0, 10),
)
def test_rectangle_mask_fills_its_box_inside_the_image(size, area, aspect, seed):
    shape = Rectangle((area, area), ((aspect, aspect),))
    drawn = shape.draw(5, size, torch.Generator().manual_seed(seed))
    masks = shape.masks(drawn, size)
    assert masks.shape == (5, 1, *size)
    for mask, (top, left, height, width) in zip(masks[:, 0], drawn["box"].tolist(), strict=True):
        assert height >= 1 <= width
        assert top >= 0 <= left
        assert top + height <= size[0]
        assert left + width <= size[1]
        assert mask[top : top + height, left : left + width].min() == 1
        assert mask.sum() == height * width


def test_whole_image_covers_everything():
    drawn = WholeImage().draw(2, (3, 5), torch.Generator())
    assert drawn["box"].tolist() == [[0, 0, 3, 5]] * 2
    assert torch.equal(WholeImage().masks(drawn, (3, 5)), torch.ones(2, 1, 3, 5))


@pytest.mark.parametrize("options", [{"area": (0, 0.1)}, {"area": (0.1, 1.2)}, {"aspect": ((2, 1),)}])
def test_wrong_ranges_are_refused(options):
    with pytest.raises(ValueError, match="must be"):
        Rectangle(**options)


def test_box_is_int64_on_the_cpu():
    drawn = Rectangle().draw(0, (4, 4), torch.Generator())
    assert isinstance(drawn, Parameters)
    assert drawn["box"].dtype == torch.int64
    assert drawn["box"].shape == (0, 4)


def test_scars_have_the_width_length_and_angle_that_were_drawn():
    generator = torch.Generator().manual_seed(0)
    shape = Scar(width=(4, 16), length=(20, 40), angle=(-90, 90))
    drawn = shape.draw(200, (128, 96), generator)
    sides, angle = drawn["sides"], torch.rad2deg(drawn["angle"])
    for values, (low, high) in ((sides[:, 0], (4, 16)), (sides[:, 1], (20, 40)), (angle, (-90, 90))):
        assert low <= values.min() <= low + 0.1 * (high - low)
        assert high - 0.1 * (high - low) <= values.max() <= high
    masks = shape.masks(drawn, (128, 96))
    torch.testing.assert_close(masks.sum((1, 2, 3)), sides.prod(dim=1), rtol=0.25, atol=0)


@pytest.mark.parametrize(("angle", "high"), [(0.0, 30), (90.0, 6)])
def test_a_scar_at_no_angle_is_upright(angle, high):
    shape = Scar(width=(6, 6), length=(30, 30), angle=(angle, angle))
    drawn = shape.draw(20, (64, 64), torch.Generator().manual_seed(0))
    masks = shape.masks(drawn, (64, 64))[:, 0]
    assert (masks.amax(dim=2).sum(dim=1) == high).all()
    assert (masks.amax(dim=1).sum(dim=1) == 36 - high).all()


def test_scars_stay_inside_their_boxes_and_boxes_inside_the_image():
    drawn = Scar(length=(10, 90)).draw(300, (48, 64), torch.Generator().manual_seed(0))
    top, left, height, width = drawn["box"].unbind(1)
    assert (top >= 0).all()
    assert (left >= 0).all()
    assert (top + height <= 48).all()
    assert (left + width <= 64).all()
    masks = Scar(length=(10, 90)).masks(drawn, (48, 64))[:, 0]
    for mask, row, column, rows, columns in zip(masks, top, left, height, width, strict=True):
        assert mask.sum() == mask[row : row + rows, column : column + columns].sum() > 0


@pytest.mark.parametrize("options", [{"width": (0.5, 2)}, {"length": (9, 3)}, {"angle": (10, -10)}])
def test_a_scar_with_wrong_options_is_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        Scar(**options)
