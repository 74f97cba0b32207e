"""CutPaste and AnoSeg's hard augmentation for one image with Pillow, for the benchmark."""

import math

import numpy as np
import torch
from PIL import Image, ImageEnhance


def jitter(image, reach, rng):
    """Return a Pillow image with other brightness, contrast, saturation and hue, in random order."""

    def change_hue(image):
        hue, saturation, value = image.convert("HSV").split()
        turn = rng.uniform(-reach[3], reach[3])
        turned = np.asarray(hue) + np.uint8(int(turn * 255) % 256)
        return Image.merge("HSV", (Image.fromarray(turned), saturation, value)).convert("RGB")

    for number in rng.permutation(4):
        if number == 3:
            image = change_hue(image)
        else:
            enhancer = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color)[number]
            image = enhancer(image).enhance(rng.uniform(1 - reach[number], 1 + reach[number]))
    return image


def random_box(size, rng):
    """Return the sides of CutPaste's rectangle, width and height."""
    area = rng.uniform(0.02, 0.15) * size[0] * size[1]
    aspect = math.exp(rng.uniform(math.log(0.3), math.log(1 / 0.3)))
    return round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))


def paste_from(image, source, rng, reach=None):
    """Return a copy of a Pillow image with a random rectangle of ``source``, and the box."""
    width, height = random_box(image.size, rng)
    places = rng.integers(0, (image.width - width + 1, image.height - height + 1), (2, 2)).tolist()
    (left, top), place = map(tuple, places)
    patch = source.crop((left, top, left + width, top + height))
    made = image.copy()
    made.paste(patch if reach is None else jitter(patch, reach, rng), place)
    return made, (*place, width, height)


def cutpaste(image, rng):
    """Return a Pillow image with a jittered rectangle of itself at another place, and the box."""
    return paste_from(image, image, rng, (0.1, 0.1, 0.1, 0.1))


def hard_augmentation(image, rng):
    """Return CutPaste from a turned, permuted and jittered copy, each with probability 0.5, and the box."""
    source = image
    if rng.random() < 0.5:
        source = source.transpose((Image.ROTATE_90, Image.ROTATE_180, Image.ROTATE_270)[rng.integers(3)])
    if rng.random() < 0.5:
        axis = ((0,), (1,), (0, 1))[rng.integers(3)]
        pixels = np.asarray(source)
        source = Image.fromarray(np.roll(pixels, [pixels.shape[a] // 2 for a in axis], axis))
    if rng.random() < 0.5:
        source = jitter(source, (0.4, 0.4, 0.4, 0.1), rng)
    return paste_from(image, source, rng)


def as_sample(made):
    """Return image and mask as a training step takes them: float32 ``(3, H, W)`` and ``(1, H, W)``."""
    image, (left, top, width, height) = made
    mask = torch.zeros(1, image.height, image.width)
    mask[:, top : top + height, left : left + width] = 1
    pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous()
    return pixels.float().div(255), mask
