import numpy as np
import pytest

from synth_anomaly.reporting.colour import colourise, outline, overlay

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
GREEN = (0, 255, 0)


def test_brightness_rises_with_the_values():
    colours = colourise(np.linspace(0, 1, 256)[None])
    assert colours.shape == (1, 256, 3)
    assert colours.dtype == np.uint8
    brightness = colours @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(brightness[0]) > -1.5).all()
    assert brightness[0, 0] < 5
    assert brightness[0, -1] > 220


def test_colours_are_red_green_blue():
    middle = colourise(np.full((1, 1), 0.6))[0, 0]
    assert middle[0] > middle[2], "inferno is red in its middle, not blue"


def test_what_lies_outside_the_range_is_shown_as_its_ends():
    assert np.array_equal(colourise(np.array([[-3.0, 7.0]])), colourise(np.array([[0.0, 1.0]])))


def test_an_overlay_changes_nothing_where_the_map_is_zero():
    values = np.zeros((20, 30), np.float32)
    values[5:9, 5:9] = 1
    shown = overlay(IMAGE, values)
    assert np.array_equal(shown[values == 0], IMAGE[values == 0])
    assert (shown[values == 1] != IMAGE[values == 1]).any()


@pytest.mark.parametrize(("alpha", "expected"), [(0.0, IMAGE), (1.0, colourise(np.ones((20, 30))))])
def test_alpha_goes_from_the_image_to_the_heat_map(alpha, expected):
    assert np.array_equal(overlay(IMAGE, np.ones((20, 30), np.float32), alpha), expected)


def test_an_outline_lies_at_the_masks_border():
    mask = np.zeros((20, 30), np.bool_)
    mask[6:15, 8:24] = True
    drawn = outline(IMAGE, mask, GREEN)
    changed = (drawn != IMAGE).any(2)
    assert not changed[9:12, 11:21].any(), "the inside stays visible"
    assert not changed[:4].any()
    assert changed[6, 10:20].all()
    assert (drawn[6, 10:20, 1] > 120).all()


def test_an_outline_of_nothing_is_the_image_and_the_image_is_left_alone():
    before = IMAGE.copy()
    assert np.array_equal(outline(IMAGE, np.zeros((20, 30), np.bool_), GREEN), IMAGE)
    outline(IMAGE, np.ones((20, 30), np.bool_), GREEN)
    assert np.array_equal(IMAGE, before)


def test_a_single_pixel_is_outlined():
    mask = np.zeros((20, 30), np.bool_)
    mask[10, 12] = True
    changed = (outline(IMAGE, mask, GREEN) != IMAGE).any(2)
    rows, columns = np.nonzero(changed)
    assert rows.size
    assert 9 <= rows.min() <= rows.max() <= 11
    assert 11 <= columns.min() <= columns.max() <= 13
