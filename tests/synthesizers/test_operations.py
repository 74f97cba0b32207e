"""Each of DRAEM's operations against Pillow, OpenCV or numpy, image by image."""

import cv2
import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance, ImageOps

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import TextureOperations
from synth_anomaly.synthesizers.fills.operations import OPERATIONS

SIZES = [(32, 48), (41, 23)]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def smooth(count, size, seed=0):
    """Return soft blobs of uneven colours, uint8 ``(count, H, W, 3)``."""
    coarse = torch.rand(count, 3, 6, 6, generator=seeded(seed)) ** 2
    images = torch.nn.functional.interpolate(coarse, size=size, mode="bicubic").clamp(0, 1)
    return (images * 230 + 10).to(torch.uint8).permute(0, 2, 3, 1).numpy()


def carried_out(images, order, **values):
    """Return the images after operations by name, which are the same for all of them."""
    content = torch.from_numpy(images).permute(0, 3, 1, 2) / 255
    numbers = torch.tensor([OPERATIONS.index(name) for name in order]).expand(len(images), -1)
    drawn = TextureOperations().draw(torch.zeros(len(images), 4), images.shape[1:3], seeded(1))
    given = {
        name.replace("_", "-"): torch.as_tensor(value).float().expand(len(images), *drawn_shape(drawn, name))
        for name, value in values.items()
    }
    made = TextureOperations().content(content, Parameters({**drawn.host, "order": numbers, **given}))
    return (made * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()


def drawn_shape(drawn, name):
    return drawn.host[name.replace("_", "-")].shape[1:]


def difference(ours, theirs):
    return np.abs(ours.astype(int) - np.asarray(theirs).astype(int))


def compare(name, value, reference, *, size, atol=0):
    images = smooth(4, size)
    given = {} if value is None else {name.replace("-", "_"): value}
    for ours, image in zip(carried_out(images, [name], **given), images, strict=True):
        assert difference(ours, reference(Image.fromarray(image))).max() <= atol


@pytest.mark.parametrize("size", SIZES)
def test_invert(size):
    compare("invert", None, ImageOps.invert, size=size)


@pytest.mark.parametrize("size", SIZES)
def test_equalise(size):
    compare("equalise", None, ImageOps.equalize, size=size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("cutoff", [0, 1, 7, 20])
def test_autocontrast(cutoff, size):
    # Pillow adds a rounded product to a rounded offset: a level may be one lower
    compare("autocontrast", cutoff, lambda image: ImageOps.autocontrast(image, cutoff), size=size, atol=1)


@pytest.mark.parametrize("threshold", [32, 77, 128, 256])
def test_solarise(threshold):
    compare("solarise", threshold, lambda image: ImageOps.solarize(image, threshold), size=(32, 48))


@pytest.mark.parametrize("bits", range(1, 9))
def test_posterise_is_half_a_step_above_pillow(bits):
    half = 2 ** (8 - bits) // 2
    compare("posterise", bits, lambda image: np.asarray(ImageOps.posterize(image, bits)) + half, size=(9, 48))


@pytest.mark.parametrize("size", [*SIZES, (3, 3), (2, 5), (1, 1)])
@pytest.mark.parametrize("factor", [0.0, 0.4, 1.0, 1.7, 2.0])
def test_sharpness(factor, size):
    # Pillow rounds twice
    compare(
        "sharpness", factor, lambda image: ImageEnhance.Sharpness(image).enhance(factor), size=size, atol=1
    )


@pytest.mark.parametrize("exponents", [(0.5, 1.0, 2.0), (0.7, 1.9, 1.2)])
def test_gamma(exponents):
    def reference(image):
        return np.round(255 * (np.asarray(image) / 255.0) ** np.array(exponents))

    compare("gamma", exponents, reference, size=(32, 48), atol=1)


@pytest.mark.parametrize(("factor", "offset"), [(0.8, -30), (1.2, 30), (1.0, 0), (1.1, -12)])
def test_brightness(factor, offset):
    def reference(image):
        pixels = np.asarray(image).astype(float)
        luma = pixels @ [0.299, 0.587, 0.114]
        return np.clip(np.round(pixels + (luma * factor + offset - luma)[..., None]), 0, 255)

    compare("brightness", (factor, offset), reference, size=(32, 48), atol=1)


@pytest.mark.parametrize(("turns", "added"), [(0, 0), (0.19, 0.1), (-0.19, -0.19), (0.05, 0.19)])
def test_hue_and_saturation(turns, added):
    def reference(image):
        hsv = cv2.cvtColor(np.asarray(image, np.float32) / 255, cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0] + 360 * turns) % 360
        hsv[..., 1] = np.clip(hsv[..., 1] + added, 0, 1)
        return np.round(255 * cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB))

    compare("hue-saturation", (turns, added), reference, size=(32, 48), atol=1)


def test_saturation_colours_a_grey_as_opencv_does():
    grey = np.full((1, 2, 2, 3), 100, np.uint8)
    assert carried_out(grey, ["hue-saturation"], hue_saturation=(0, 0.2))[0, 0, 0].tolist() == [100, 80, 80]


@pytest.mark.parametrize("size", [(32, 32), *SIZES])
@pytest.mark.parametrize("degrees", [-45, -20, 10, 45])
def test_rotation(degrees, size):
    images = smooth(3, size)
    height, width = size
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1)
    ours = carried_out(images, ["rotation"], rotation=np.deg2rad(degrees))
    for image, turned in zip(images, ours, strict=True):
        apart = difference(turned, cv2.warpAffine(image, matrix, (width, height)))
        # OpenCV rounds places to 1/32 of a pixel, which tells at the black border alone
        assert np.quantile(apart, 0.9) <= 2
        assert apart.mean() < 1


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("level", [0, 128, 255])
def test_flat_images_survive(operation, level):
    flat = np.full((2, 8, 9, 3), level, np.uint8)
    made = carried_out(flat, [operation])
    if operation in ("autocontrast", "equalise", "sharpness"):
        assert np.array_equal(made, flat)


def reference_of(name, image, values):
    """Return an image after one operation, by Pillow."""
    if name == "invert":
        return ImageOps.invert(image)
    if name == "equalise":
        return ImageOps.equalize(image)
    if name == "solarise":
        return ImageOps.solarize(image, int(values["solarise"]))
    half = 2 ** (8 - int(values["posterise"])) // 2
    return Image.fromarray(np.asarray(ImageOps.posterize(image, int(values["posterise"]))) + np.uint8(half))


def test_operations_follow_in_the_drawn_order():
    images = smooth(40, (24, 30))
    fill = TextureOperations(("invert", "equalise", "solarise", "posterise"), 3)
    drawn = fill.draw(torch.zeros(40, 4), (24, 30), seeded(2))
    content = torch.from_numpy(images).permute(0, 3, 1, 2) / 255
    made = (fill.content(content, drawn) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    orders = drawn["order"].tolist()
    assert len({tuple(order) for order in orders}) > 15
    for number, (image, order) in enumerate(zip(images, orders, strict=True)):
        reference = Image.fromarray(image)
        for place in order:
            values = {name: drawn[name][number] for name in ("solarise", "posterise")}
            reference = reference_of(OPERATIONS[place], reference, values)
        assert np.array_equal(made[number], np.asarray(reference))


def test_operations_on_pixels_see_what_came_before():
    images = smooth(3, (24, 30))
    ours = carried_out(images, ["equalise", "sharpness", "invert"], sharpness=1.6)
    for image, made in zip(images, ours, strict=True):
        sharpened = ImageEnhance.Sharpness(ImageOps.equalize(Image.fromarray(image))).enhance(1.6)
        assert difference(made, ImageOps.invert(sharpened)).max() <= 1


def test_a_batch_gives_what_its_images_give_alone():
    content = torch.from_numpy(smooth(30, (20, 26))).permute(0, 3, 1, 2) / 255
    fill = TextureOperations()
    drawn = fill.draw(torch.zeros(30, 4), (20, 26), seeded(3))
    together = fill.content(content, drawn)
    for number in range(30):
        alone = Parameters({name: value[number : number + 1] for name, value in drawn.host.items()})
        one = fill.content(content[number : number + 1], alone)
        # products of matrices may round otherwise in a batch
        assert (one - together[number]).abs().max() <= 1.01 / 255


def test_draws_different_operations_equally_often():
    fill = TextureOperations()
    order = fill.draw(torch.zeros(6000, 4), (4, 4), seeded())["order"]
    assert (order.sort(dim=1).values.diff(dim=1) > 0).all()
    for place in order.unbind(1):
        assert torch.allclose(torch.bincount(place, minlength=10) / 6000, torch.full((10,), 0.1), atol=0.015)


def test_draws_in_the_published_ranges():
    drawn = TextureOperations().draw(torch.zeros(6000, 4), (4, 4), seeded())
    for name, values, low, high in (
        ("gamma", drawn["gamma"], 0.5, 2),
        ("factor", drawn["brightness"][:, 0], 0.8, 1.2),
        ("sharpness", drawn["sharpness"], 0, 2),
        ("hue-saturation", drawn["hue-saturation"] * 255, -50, 50),
        ("degrees", drawn["rotation"].rad2deg(), -45, 45),
    ):
        span = high - low
        assert low - 1e-4 <= values.min() < low + 0.01 * span, name
        assert high - 0.01 * span < values.max() <= high + 1e-4, name
    assert set(drawn["posterise"].tolist()) == set(range(1, 9))
    assert set(drawn["autocontrast"].tolist()) == set(range(21))
    inverting = drawn["solarise"][drawn["solarise"] < 256]
    assert abs(len(inverting) / 6000 - 0.5) < 0.03
    assert set(inverting.tolist()) == set(range(32, 129))
    assert drawn["brightness"][:, 1].abs().max() <= 36


@pytest.mark.parametrize(
    "options", [{"operations": ["blur"]}, {"operations": []}, {"count": 0}, {"count": 11}]
)
def test_wrong_options(options):
    with pytest.raises(ValueError, match=r"must be (different ones of gamma|from 1 to 10)"):
        TextureOperations(**options)


def test_input_stays_and_the_type_is_kept():
    content = torch.rand(6, 3, 9, 12, generator=seeded()).bfloat16()
    before = content.clone()
    fill = TextureOperations()
    made = fill.content(content, fill.draw(torch.zeros(6, 4), (9, 12), seeded()))
    assert torch.equal(content, before)
    assert made.dtype == torch.bfloat16
    assert 0 <= made.min() <= made.max() <= 1


@pytest.mark.parametrize("size", [(12, 16), (7, 9)])
def test_the_layout_of_the_memory_changes_nothing(size):
    content = torch.rand(40, 3, *size, generator=seeded())
    fill = TextureOperations()
    drawn = fill.draw(torch.zeros(40, 4), size, seeded())
    made = fill.content(content, drawn)
    for other in (content.contiguous(memory_format=torch.channels_last), content.mT.contiguous().mT):
        assert torch.equal(fill.content(other, drawn), made)
