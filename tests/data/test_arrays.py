"""Images in memory: what is given is what is read, or one line says what to change."""

import io

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from synth_anomaly.data import Reading, as_samples, read_as, read_image
from synth_anomaly.data.decode import read_checked
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample

SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 5), st.just(3))
IMAGES = arrays.arrays(np.uint8, SHAPES)


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def pixels(images, reading=None):
    samples = as_samples(images, "new")
    return [read_checked(sample) for sample in (read_as(samples, reading) if reading else samples)]


def said(images):
    """Return the line that refuses some images."""
    with pytest.raises(DataError) as caught:
        pixels(images)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@settings(max_examples=40, deadline=None)
@given(st.lists(IMAGES, min_size=1, max_size=3))
def test_arrays_of_any_sizes_are_read_as_they_are(images):
    forms = [images, tuple(images), [Image.fromarray(image) for image in images]]
    for form in forms:
        for read, image in zip(pixels(form), images, strict=True):
            assert np.array_equal(read, image)
    assert np.array_equal(pixels(images[0])[0], images[0])
    assert np.array_equal(pixels(Image.fromarray(images[0]))[0], images[0])


def test_names_tell_them_apart():
    images = [drawn(4, 5, 3), Image.fromarray(drawn(2, 3, 3)), drawn(3, 3, 3)]
    samples = as_samples(images, "train")
    assert [sample.name for sample in samples] == ["good/000", "good/001", "good/002"]
    assert not any(sample.is_defective for sample in samples)


@pytest.mark.parametrize(
    ("images", "cure"),
    [
        (np.zeros((0, 10, 3), np.uint8), "with pixels"),
        (np.zeros((2, 10, 0, 3), np.uint8), "with pixels"),
        (np.zeros((0, 4, 4, 3), np.uint8), "at least one"),
        ([], "at least one image"),
        (drawn(4, 4), "numpy.stack"),
        (drawn(3, 8, 8), "transpose"),
        (drawn(8, 8, 1), r"image.repeat(3, axis=-1)"),
        (drawn(8, 8, 4), "[..., :3]"),
        (drawn(8, 8, 3).astype(np.uint16), "make it uint8"),
        (drawn(8, 8, 3) > 9, "make it uint8"),
        (drawn(8, 8, 3).astype(np.float32), "make it uint8 (it is 0 to 249)"),
        ((drawn(8, 8, 3) / 255).astype(np.float16), "* 255).round()"),
        (drawn(8, 8, 3) / 128 - 1, "undo its normalisation"),
        (np.full((4, 4, 3), np.nan), "nan or inf"),
        (np.full((4, 4, 3), np.inf), "nan or inf"),
        (np.array([drawn(4, 4, 3), drawn(3, 4, 3)], dtype=object), "convert them"),
        ([drawn(2, 4, 4, 3)], "convert them"),
        ([drawn(4, 4, 3), "file.png"], "list of ndarray, str"),
        (None, "NoneType"),
        (3, "int"),
        ({"a": 1}, "dict"),
        (b"bytes", "bytes"),
        (torch.zeros(2, 3, 8, 8), "predict() alone takes a tensor"),
        ([torch.zeros(3, 8, 8)], "predict() alone takes a tensor"),
    ],
)
def test_what_is_no_image_is_refused_with_the_cure(images, cure):
    assert cure in said(images)


def test_an_image_without_pixels_is_refused_wherever_it_comes_from():
    empty = Sample(name="empty", defect="good", read=lambda: np.zeros((0, 4, 3), np.uint8))
    assert "'empty'" in said([empty])
    assert "with pixels" in said(Image.new("RGB", (0, 4)))


def picture(mode, seed=0):
    grey = drawn(6, 5, seed=seed)
    if mode == "I;16":
        return Image.fromarray(grey.astype(np.uint16) * 257)
    if mode == "RGBA":
        return Image.fromarray(np.dstack([drawn(6, 5, 3), grey]))
    return Image.fromarray(drawn(6, 5, 3)).convert(mode)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16"])
def test_an_image_of_pillows_is_read_as_its_file(tmp_path, mode):
    made = picture(mode)
    path = tmp_path / ("image.tif" if mode in ("CMYK", "I;16") else "image.png")
    made.save(path)
    assert np.array_equal(pixels(made)[0], read_image(path))
    with Image.open(path) as opened:
        assert np.array_equal(pixels(opened)[0], read_image(path))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_pillow_opened_is_turned_as_its_file_is(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(drawn(6, 5, 3)).save(tmp_path / "image.png", exif=exif)
    with Image.open(tmp_path / "image.png") as opened:
        assert np.array_equal(pixels(opened)[0], read_image(tmp_path / "image.png"))


def test_what_is_white_holds_for_images_in_memory():
    made = Image.fromarray(drawn(6, 5).astype(np.uint16) * 16)
    assert pixels(made)[0].max() < 20
    assert pixels(made, Reading(white=4080))[0].max() > 200


def test_a_broken_file_that_pillow_opened_is_one_line():
    content = io.BytesIO()
    Image.fromarray(drawn(64, 64, 3)).save(content, "PNG")
    broken = Image.open(io.BytesIO(content.getvalue()[:2000]))
    assert "cannot be read" in said([broken])
