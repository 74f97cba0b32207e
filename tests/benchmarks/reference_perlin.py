"""Perlin noise of one image with numpy, in the manner of DRAEM's published code, for the benchmark."""

import cv2
import numpy as np


def perlin_noise(size, cells, rng):
    """Return one octave ``(H, W)`` float64: gradients repeated to the image's size, one product a corner.

    Args:
        size: Height and width, multiples of ``cells``.
        cells: Lattice cells down and across.
        rng: A numpy generator.
    """
    place = np.mgrid[0 : cells[0] : cells[0] / size[0], 0 : cells[1] : cells[1] / size[1]]
    place = place.transpose(1, 2, 0) % 1
    angles = 2 * np.pi * rng.random((cells[0] + 1, cells[1] + 1))
    gradients = np.stack((np.cos(angles), np.sin(angles)), axis=2)

    def corner(down, across):
        gradient = gradients[down : down + cells[0], across : across + cells[1]]
        gradient = gradient.repeat(size[0] // cells[0], axis=0).repeat(size[1] // cells[1], axis=1)
        return ((place - (down, across)) * gradient).sum(axis=2)

    fade = 6 * place**5 - 15 * place**4 + 10 * place**3
    left = corner(0, 0) + fade[:, :, 0] * (corner(1, 0) - corner(0, 0))
    right = corner(0, 1) + fade[:, :, 0] * (corner(1, 1) - corner(0, 1))
    return np.sqrt(2) * (left + fade[:, :, 1] * (right - left))


def random_perlin_noise(size, rng):
    """Return noise whose axes have 2^0 to 2^5 cells."""
    return perlin_noise(size, 2 ** rng.integers(0, 6, 2), rng)


def perlin_mask(size, rng):
    """Return the noise turned by up to 90 degrees, above 0.5: ``(H, W, 1)`` float64, 0 or 1."""
    noise = random_perlin_noise(size, rng)
    centre = ((size[1] - 1) / 2, (size[0] - 1) / 2)
    turn = cv2.getRotationMatrix2D(centre, rng.uniform(-90, 90), 1)
    noise = cv2.warpAffine(noise, turn, size[::-1], flags=cv2.INTER_LINEAR)
    return np.where(noise > 0.5, np.ones_like(noise), np.zeros_like(noise))[:, :, None]
