"""DRAEM's chain for one image with numpy, OpenCV and Pillow, for the benchmark.

Three of the ten texture operations of its published code, on uint8 RGB images, then Perlin mask and blend.
"""

import cv2
import numpy as np
from PIL import Image, ImageEnhance, ImageOps
from reference_perlin import perlin_mask

LEVELS = np.arange(256)
SPACES = (
    (cv2.COLOR_RGB2HSV, cv2.COLOR_HSV2RGB, 2),
    (cv2.COLOR_RGB2HLS, cv2.COLOR_HLS2RGB, 1),
    (cv2.COLOR_RGB2Lab, cv2.COLOR_Lab2RGB, 0),
    (cv2.COLOR_RGB2Luv, cv2.COLOR_Luv2RGB, 0),
    (cv2.COLOR_RGB2YCrCb, cv2.COLOR_YCrCb2RGB, 0),
)
"""Colour spaces that have a channel of brightness: there, back, and which it is."""


def look_up(image, table):
    """Return the image with the values of a table ``(256,)`` or ``(256, 3)`` of any number type."""
    table = np.clip(table, 0, 255).astype(np.uint8)
    return cv2.LUT(image, table[None] if table.ndim == 2 else table)


def gamma(image, rng):
    return look_up(image, 255 * (LEVELS[:, None] / 255) ** rng.uniform(0.5, 2, 3))


def brightness(image, rng):
    there, back, channel = SPACES[rng.integers(len(SPACES))]
    converted = cv2.cvtColor(image, there)
    table = LEVELS * rng.uniform(0.8, 1.2) + rng.integers(-30, 31)
    converted[:, :, channel] = look_up(converted[:, :, channel], table)
    return cv2.cvtColor(converted, back)


def sharpness(image, rng):
    return np.asarray(ImageEnhance.Sharpness(Image.fromarray(image)).enhance(rng.uniform(0, 2)))


def hue_and_saturation(image, rng):
    hue, saturation = rng.integers(-50, 51, 2)
    converted = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    converted[:, :, 0] = look_up(converted[:, :, 0], (LEVELS + hue * 180 // 255) % 180)
    converted[:, :, 1] = look_up(converted[:, :, 1], LEVELS + saturation)
    return cv2.cvtColor(converted, cv2.COLOR_HSV2RGB)


def solarize(image, rng):
    if rng.random() < 0.5:
        return image
    threshold = rng.integers(32, 129)
    return look_up(image, np.where(threshold > LEVELS, LEVELS, 255 - LEVELS))


def posterize(image, rng):
    return look_up(image, LEVELS & ~(2 ** (8 - rng.integers(1, 9)) - 1))


def invert(image, rng):
    return 255 - image


def autocontrast(image, rng):
    return np.asarray(ImageOps.autocontrast(Image.fromarray(image), cutoff=int(rng.integers(0, 21))))


def equalize(image, rng):
    return np.asarray(ImageOps.equalize(Image.fromarray(image)))


def rotate(image, rng):
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), rng.uniform(-45, 45), 1)
    return cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_LINEAR)


OPERATIONS = (
    gamma,
    brightness,
    sharpness,
    hue_and_saturation,
    solarize,
    posterize,
    invert,
    autocontrast,
    equalize,
    rotate,
)


def three_operations(texture, rng):
    """Return a texture, uint8 ``(H, W, 3)``, after three different operations."""
    for number in rng.choice(len(OPERATIONS), 3, replace=False):
        texture = OPERATIONS[number](texture, rng)
    return texture


def mask_and_blend(image, texture, rng):
    """Return a float image ``(H, W, 3)`` with the texture where Perlin noise is high, and the mask.

    Args:
        image: Float32 ``(H, W, 3)`` in [0, 1].
        texture: Uint8 of the same shape.
        rng: A numpy generator.
    """
    mask = perlin_mask(image.shape[:2], rng)
    shown = texture.astype(np.float32) * mask / 255
    through = rng.uniform(0, 0.8)
    made = image * (1 - mask) + (1 - through) * shown + through * image * mask
    mask = mask.astype(np.float32)
    made = mask * made.astype(np.float32) + (1 - mask) * image
    return made.transpose(2, 0, 1), mask.transpose(2, 0, 1)


def draem(image, texture, rng):
    """Return the image with a changed texture where Perlin noise is high, and the mask."""
    return mask_and_blend(image, three_operations(texture, rng), rng)
