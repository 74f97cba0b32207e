"""Every mode that a file may have is read as the RGB that it shows."""

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.data.images import image_size, read_image, read_mask
from synth_anomaly.data.reading import Reading
from synth_anomaly.errors import DataError

GREY = np.array([[0, 64, 128], [192, 254, 255]], np.uint8)


def saved(path, image, **options):
    image.save(path, **options)
    return path


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif", "a.PNG", "a.webp"])
def test_rgb_is_read_as_it_is(tmp_path, name):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    options = {"lossless": True} if name.endswith("webp") else {}
    assert np.array_equal(read_image(saved(tmp_path / name, Image.fromarray(pixels), **options)), pixels)


def test_eight_bit_grey_is_repeated(tmp_path):
    image = read_image(saved(tmp_path / "a.png", Image.fromarray(GREY)))
    assert image.shape == (2, 3, 3)
    assert image.dtype == np.uint8
    assert (image == GREY[..., None]).all()


def test_one_bit_is_black_and_white(tmp_path):
    bits = GREY > 100
    image = read_image(saved(tmp_path / "a.png", Image.fromarray(bits)))
    assert np.array_equal(image[..., 0], bits * 255)


@pytest.mark.parametrize("mode", ["RGB", "P"])
def test_palette_and_rgb_show_the_same(tmp_path, mode):
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[:2], pixels[2:] = (200, 10, 30), (5, 250, 0)
    source = Image.fromarray(pixels)
    image = source.convert("P", palette=Image.Palette.ADAPTIVE) if mode == "P" else source
    assert np.array_equal(read_image(saved(tmp_path / "a.png", image)), pixels)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_show_white_and_half_of_it(tmp_path, mode):
    alpha = Image.fromarray(np.array([[0, 255, 128]], np.uint8))
    image = Image.new(mode, (3, 1))
    image.putalpha(alpha)
    assert read_image(saved(tmp_path / "a.png", image))[0, :, 0].tolist() == [255, 0, 127]


@pytest.mark.parametrize("transparency", [1, bytes([255, 0])])
def test_transparent_palette_entry_shows_white(tmp_path, transparency):
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "L").convert("P")
    image.putpalette([10, 20, 30, 40, 50, 60])
    path = saved(tmp_path / "a.png", image, transparency=transparency)
    assert read_image(path)[0].tolist() == [[10, 20, 30], [255, 255, 255]]


def test_palette_with_alpha(tmp_path):
    image = Image.new("PA", (2, 1), (0, 0))
    image.putpixel((1, 0), (0, 255))
    assert read_image(saved(tmp_path / "a.tif", image))[0, :, 0].tolist() == [255, 0]


def test_cmyk_is_converted(tmp_path):
    path = saved(tmp_path / "a.tif", Image.new("CMYK", (2, 2), (0, 255, 255, 0)))
    assert read_image(path)[0, 0].tolist() == [255, 0, 0]


DEEP = np.array([[0, 257, 257 * 128, 65535, 300]], np.uint16)
SHOWN = [0, 1, 128, 255, 1]


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path, name):
    image = read_image(saved(tmp_path / name, Image.fromarray(DEEP)))
    assert image.shape == (1, 5, 3)
    assert image[0, :, 1].tolist() == SHOWN


def test_big_endian_sixteen_bits(tmp_path):
    image = Image.frombytes("I;16B", (5, 1), DEEP.astype(">u2").tobytes())
    assert read_image(saved(tmp_path / "a.tif", image))[0, :, 0].tolist() == SHOWN


def test_32_bit_integers_are_taken_as_sixteen(tmp_path):
    path = saved(tmp_path / "a.tif", Image.fromarray(DEEP.astype(np.int32)))
    assert read_image(path)[0, :, 0].tolist() == SHOWN


@pytest.mark.parametrize("values", [[-1, 5], [0, 70000]])
def test_integers_beyond_sixteen_bits_are_refused(tmp_path, values):
    path = saved(tmp_path / "a.tif", Image.fromarray(np.array([values], np.int32)))
    with pytest.raises(DataError, match=r"expected 16-bit values in \[0, 65535\], got .*a\.tif"):
        read_image(path)


@pytest.mark.parametrize(
    ("values", "white", "shown"), [([0, 0.5, 1], None, [0, 128, 255]), ([0, 12.4, 255], 255, [0, 12, 255])]
)
def test_floats_are_shares_of_white(tmp_path, values, white, shown):
    path = saved(tmp_path / "a.tif", Image.fromarray(np.array([values], np.float32)))
    assert read_image(path, Reading(white=white))[0, :, 2].tolist() == shown


@pytest.mark.parametrize("values", [[-0.5, 1], [0, 255], [0, np.nan], [0, np.inf]])
def test_other_floats_are_refused(tmp_path, values):
    path = saved(tmp_path / "a.tif", Image.fromarray(np.array([values], np.float32)))
    with pytest.raises(DataError, match=r"a\.tif"):
        read_image(path)


def rotated_exif(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("pixels", [GREY, GREY.astype(np.uint16) * 257], ids=["8 bit", "16 bit"])
def test_orientation_is_applied(tmp_path, orientation, pixels):
    image = Image.fromarray(pixels)
    path = saved(tmp_path / "a.png", image, exif=rotated_exif(orientation))
    turns = {
        1: GREY,
        2: GREY[:, ::-1],
        3: GREY[::-1, ::-1],
        4: GREY[::-1],
        5: GREY.T,
        6: GREY[::-1].T,
        7: GREY[::-1, ::-1].T,
        8: GREY.T[::-1],
    }
    assert np.array_equal(read_image(path)[..., 0], turns[orientation])
    assert image_size(path) == turns[orientation].shape


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.bmp"])
def test_truncated_file_is_named(tmp_path, name):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = saved(tmp_path / name, Image.fromarray(noise))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=f"expected a readable image, got .*{name}") as caught:
        read_image(path)
    assert "\n" not in str(caught.value)


def test_what_is_no_image_and_what_is_not_there(tmp_path):
    (tmp_path / "a.png").write_text("not an image")
    (tmp_path / "b.png").touch()
    for name in ("a.png", "b.png"):
        with pytest.raises(DataError, match=name):
            read_image(tmp_path / name)
    with pytest.raises(DataError, match=r"c\.png, got no file"):
        read_image(tmp_path / "c.png")


@pytest.mark.parametrize(
    "image",
    [
        Image.fromarray(np.array([[0, 1, 255]], np.uint8)),
        Image.fromarray(np.array([[0, 1, 1]], bool)),
        Image.fromarray(np.array([[0, 1, 65535]], np.uint16)),
        Image.fromarray(np.array([[[0, 0, 0], [0, 0, 1], [255, 0, 0]]], np.uint8)),
    ],
    ids=["L", "1", "I;16", "RGB"],
)
def test_mask_is_all_that_is_not_black(tmp_path, image):
    mask = read_mask(saved(tmp_path / "m.png", image))
    assert mask.dtype == np.bool_
    assert mask.tolist() == [[False, True, True]]


def test_transparent_pixels_of_a_mask_are_no_defect(tmp_path):
    image = Image.new("RGBA", (2, 1), (255, 255, 255, 255))
    image.putpixel((0, 0), (255, 255, 255, 0))
    assert read_mask(saved(tmp_path / "m.png", image)).tolist() == [[False, True]]


def test_palette_mask_goes_by_colour(tmp_path):
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "L").convert("P")
    image.putpalette([255, 255, 255, 0, 0, 0])
    assert read_mask(saved(tmp_path / "m.png", image)).tolist() == [[True, False]]


def test_a_mask_of_a_lossy_format_is_cut_at_half(tmp_path):
    mask = np.zeros((32, 32), np.uint8)
    mask[8:24, 8:24] = 255
    read = read_mask(saved(tmp_path / "m.jpg", Image.fromarray(mask), quality=75))
    assert np.array_equal(read, mask > 0)
