"""Patches of another image blended in by OpenCV, as many and as large as NSA's, for the benchmark."""

import cv2
import numpy as np
import torch


def random_patch(source, rng):
    """Return a rectangle of the source, resized by N(1, 0.5) within 0.7 to 1.3.

    Half of each side is Gamma(2, 0.05) + 0.03 of the image's, at most 0.4 of it; so is a side after resizing.
    """
    size = np.array(source.shape[:2])
    least, most = 0.03 * size, 0.4 * size
    half = np.clip((rng.gamma(2, 0.05, 2) + 0.03) * size, least, most).astype(int)
    centre = rng.integers(least, size - least)
    (top, left), (bottom, right) = np.maximum(centre - half, 0), np.minimum(centre + half, size)
    patch = source[top:bottom, left:right]
    sides = np.clip(np.multiply(patch.shape[:2], np.clip(rng.normal(1, 0.5), 0.7, 1.3)), least, most)
    return cv2.resize(patch, sides[::-1].astype(int).tolist())


def with_patch(image, patch, rng):
    """Return a uint8 image with a patch blended in at a random place, and the place: rows and columns."""
    height, width = patch.shape[:2]
    weights = np.zeros((height, width), np.uint8)
    weights[1:-1, 1:-1] = 255
    row = rng.integers(height // 2 + 1, image.shape[0] - height // 2 - 1)
    column = rng.integers(width // 2 + 1, image.shape[1] - width // 2 - 1)
    made = cv2.seamlessClone(patch, image, weights, (int(column), int(row)), cv2.NORMAL_CLONE)
    top, left = row - height // 2, column - width // 2
    return made, (slice(top, top + height), slice(left, left + width))


def nsa(image, source, rng):
    """Return a uint8 image with patches of another one blended in, and where it changed, ``(H, W)`` uint8.

    There are one to three patches: each beyond the first comes with probability 0.5.
    """
    made, mask = image, np.zeros((*image.shape[:2], 1), np.uint8)
    for _ in range(1 + rng.binomial(2, 0.5)):
        made, place = with_patch(made, random_patch(source, rng), rng)
        mask[place] = 1
    change = np.abs(mask * image.astype(float) - mask * made.astype(float)).mean(axis=2)
    return made, cv2.medianBlur(np.uint8(change > 1), 5)


def as_sample(made):
    """Return image and mask as a training step takes them: float32 ``(3, H, W)`` and ``(1, H, W)``."""
    image, mask = made
    pixels = torch.from_numpy(image).permute(2, 0, 1).contiguous()
    return pixels.float().div(255), torch.from_numpy(mask)[None].float()
