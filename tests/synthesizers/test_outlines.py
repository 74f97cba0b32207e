import math

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_anomaly.synthesizers import Blob, Ellipse, Polygon
from synth_anomaly.synthesizers.shapes.outline import area_within, fill_outlines

SHAPES = (Ellipse(), Blob(), Polygon(), Polygon(corners=(3, 3)), Blob(irregularity=0.95, waves=16))


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def filled(outline, size):
    """Fill one outline: a pixel is inside where its centre has an odd number of edges to its left."""
    mask = torch.zeros(size)
    corners = outline.tolist()
    for row in range(size[0]):
        for column in range(size[1]):
            for (down, across), (next_down, next_across) in zip(
                corners, corners[1:] + corners[:1], strict=True
            ):
                if (down <= row + 0.5) != (next_down <= row + 0.5):
                    share = (row + 0.5 - down) / (next_down - down)
                    mask[row, column] += across + share * (next_across - across) < column + 0.5
    return mask % 2


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_mask_is_the_outlines_inside_pixel_by_pixel(shape):
    drawn = shape.draw(5, (18, 23), seeded())
    for mask, outline in zip(shape.masks(drawn, (18, 23)), drawn["outline"], strict=True):
        assert (mask[0] != filled(outline, (18, 23))).sum() <= 1  # a centre on an edge may be either


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_mask_is_what_opencv_fills(shape):
    drawn = shape.draw(10, (160, 200), seeded())
    for mask, outline in zip(shape.masks(drawn, (160, 200))[:, 0], drawn["outline"], strict=True):
        corners = ((outline.flip(1) - 0.5) * 2**8).round().int().numpy()
        expected = np.zeros((160, 200), np.uint8)
        cv2.fillPoly(expected, [corners], 1, shift=8)
        # OpenCV fills the pixels on the edge as well
        edge = cv2.polylines(np.zeros_like(expected), [corners], isClosed=True, color=1, thickness=3, shift=8)
        assert not ((mask.numpy() != expected) & (edge == 0)).any()


@pytest.mark.parametrize("shape", [Ellipse, Blob, Polygon])
def test_areas_are_those_asked_for(shape):
    shape = shape((0.02, 0.1), (0.8, 1.5))
    drawn = shape.draw(1500, (200, 240), seeded())
    area = area_within(drawn["outline"]) / (200 * 240)
    quartiles = area.quantile(torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]))
    assert torch.allclose(quartiles, torch.tensor([0.02, 0.04, 0.06, 0.08, 0.1]), atol=0.004)
    few = shape.draw(40, (200, 240), seeded(1))
    inside = few["box"][:, 2:].lt(torch.tensor([200, 240])).all(dim=1)
    shown = shape.masks(few, (200, 240)).sum((1, 2, 3))
    torch.testing.assert_close(shown[inside], area_within(few["outline"])[inside], rtol=0.02, atol=0)


def test_an_ellipse_is_an_ellipse_of_its_aspect_and_angle():
    shape = Ellipse((0.05, 0.05), (2.0, 2.0), (30.0, 30.0))
    mask = shape.masks(shape.draw(1, (200, 200), seeded()), (200, 200))[0, 0]
    down, across = mask.nonzero().double().T
    moments = torch.cov(torch.stack((across, down)))
    values, vectors = torch.linalg.eigh(moments)
    assert math.sqrt(values[1] / values[0]) == pytest.approx(2, rel=0.01)
    # counter-clockwise, as seen: to the right and up
    assert math.degrees(math.atan(-vectors[1, 1] / vectors[0, 1])) == pytest.approx(30, abs=0.5)
    assert 16 * values.prod().sqrt() * math.pi / 4 == pytest.approx(float(mask.sum()), rel=0.01)


def test_polygons_have_each_number_of_corners_and_all_within_the_irregularity():
    outline = Polygon(corners=(3, 6), irregularity=0.4).outline(4000, seeded())
    corners = (outline != outline.roll(1, 1)).any(dim=2).sum(dim=1)
    assert torch.allclose(torch.bincount(corners)[3:] / 4000, torch.full((4,), 0.25), atol=0.03)
    radius = outline.norm(dim=2)
    assert 0.6 <= radius.min() < 0.61
    assert 0.99 < radius.max() <= 1


def test_blobs_swing_as_far_as_they_may():
    radius = Blob(irregularity=0.5).outline(2000, seeded()).norm(dim=2)
    assert 0.5 <= radius.min() < 0.6
    assert 1.4 < radius.max() <= 1.5
    assert radius.mean() == pytest.approx(1, abs=1e-4)


@settings(deadline=None, max_examples=40)
@given(
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    area=st.floats(0.001, 1),
    aspect=st.floats(0.05, 20),
    number=st.integers(0, 2),
    seed=st.integers(0, 10),
)
def test_a_mask_stays_in_its_box_and_the_box_in_the_image(size, area, aspect, number, seed):
    shape = (Ellipse, Blob, Polygon)[number]((area, area), (aspect, aspect))
    drawn = shape.draw(4, size, seeded(seed))
    assert drawn["box"].dtype == torch.int64
    masks = shape.masks(drawn, size)
    assert masks.shape == (4, 1, *size)
    assert set(masks.unique().tolist()) <= {0, 1}
    for mask, (top, left, height, width) in zip(masks[:, 0], drawn["box"].tolist(), strict=True):
        assert height >= 1 <= width
        assert top >= 0 <= left
        assert top + height <= size[0]
        assert left + width <= size[1]
        assert mask[top : top + height, left : left + width].sum() == mask.sum()


def test_outlines_beyond_the_image_are_cut():
    square = torch.tensor([[[-5.0, -5], [-5, 5], [5, 5], [5, -5]]])
    assert fill_outlines(square, (8, 9))[0, 0].nonzero().amax(dim=0).tolist() == [4, 4]
    assert fill_outlines(square * 10, (8, 9)).min() == 1
    assert fill_outlines(square + 40, (8, 9)).max() == 0


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        (Ellipse, {"area": (0, 0.1)}),
        (Ellipse, {"aspect": (0, 1)}),
        (Ellipse, {"angle": (5, 4)}),
        (Blob, {"irregularity": 1.0}),
        (Blob, {"waves": 1}),
        (Blob, {"waves": 17}),
        (Polygon, {"corners": (2, 5)}),
        (Polygon, {"corners": (5, 4)}),
        (Polygon, {"irregularity": -0.1}),
        (Polygon, {"area": (0.2, 0.1)}),
    ],
)
def test_wrong_options_are_refused(shape, options):
    with pytest.raises(ValueError, match=f"^{next(iter(options))} must be"):
        shape(**options)
