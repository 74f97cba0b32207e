"""Defects that any surface can have: scratches, cracks, stains, particles and fibres.

Each takes a part and returns its damaged colours. How much a defect stands out is drawn relative to the
surface under it, so that it is as often darker as brighter, and every third one is of low contrast.
"""

from __future__ import annotations

import cv2
import numpy as np

from synth_anomaly.data.demo.canvas import Array, fill, strokes
from synth_anomaly.data.demo.part import Part, Point
from synth_anomaly.data.demo.shapes import jagged_path, outline, puddle, soft_path, taper

__all__ = ["contrast_on", "crack", "emboss", "fibre", "lay", "particles", "scratch", "shift", "stain"]

LOW_CONTRAST_SHARE = 0.3
LOW_CONTRAST = (0.06, 0.10)
CONTRAST = (0.16, 0.38)
LINE_GAIN = 1.5  # the lens takes that much from a line as thin as these


def contrast_on(part: Part, coverage: Array, rng: np.random.Generator, *, low: bool = True) -> Array:
    """Draw a change of colour (3,) that is visible on the surface under `coverage`."""
    level = float(_mean_colour(part, coverage).mean())
    faint = rng.random() < LOW_CONTRAST_SHARE
    strength = rng.uniform(*(LOW_CONTRAST if faint and low else CONTRAST))
    sign = rng.choice([-1.0, 1.0])
    if not 0.06 < level + sign * strength < 0.9:
        sign = -sign
    return np.asarray(sign * strength * rng.normal(1.0, 0.08, 3), np.float32)


def lay(part: Part, coverage: Array, change: Array, opacity: float, image: Array | None = None) -> Array:
    """Lay a film over the surface: it hides the texture by `opacity` and changes the colour by `change`."""
    coverage = coverage * part.surface
    target = _mean_colour(part, coverage)
    under = part.image if image is None else image
    return np.asarray(under + coverage[..., None] * (opacity * (target - under) + change))


def scratch(part: Part, rng: np.random.Generator) -> Array:
    """Draw one to three thin, nearly parallel, nearly straight lines."""
    x, y = part.place(rng)
    heading, width = rng.uniform(0, np.pi), rng.uniform(0.009, 0.020)
    coverage = np.zeros_like(part.surface)
    for _ in range(rng.integers(1, 4)):
        start = (x + rng.normal(0, 0.03), y + rng.normal(0, 0.03))
        path = soft_path(rng, start, heading + rng.normal(0, 0.08), rng.uniform(0.15, 0.6), 0.12)
        coverage = np.maximum(coverage, strokes(part.canvas, path, taper(width, len(path) - 1)))
    return lay(part, coverage, LINE_GAIN * contrast_on(part, coverage, rng), 0.35)


def crack(part: Part, rng: np.random.Generator, start: Point, heading: float) -> Array:
    """Draw a branching, jagged line with a light side and a dark side."""
    length, width = rng.uniform(0.25, 0.65), rng.uniform(0.013, 0.026)
    trunk = jagged_path(rng, start, heading, length)
    coverage = strokes(part.canvas, trunk, np.linspace(width, 0.4 * width, len(trunk) - 1))
    for _ in range(rng.integers(0, 3)):
        root = trunk[rng.integers(3, 10)]
        side = heading + rng.choice([-1, 1]) * rng.uniform(0.5, 1.1)
        branch = jagged_path(rng, (root[0], root[1]), side, length * rng.uniform(0.2, 0.5), 7)
        coverage = np.maximum(coverage, strokes(part.canvas, branch, 0.45 * width))
    change = LINE_GAIN * contrast_on(part, coverage, rng)
    edge = shift(coverage, 0.9 * width, heading + np.pi / 2) * (1.0 - coverage)
    cracked = lay(part, coverage, change, 0.5)
    return lay(part, edge, -0.45 * change, 0.0, cracked)


def stain(part: Part, rng: np.random.Generator, largest: float = 0.20) -> Array:
    """Draw a dried puddle: a tinted film, stronger along its border."""
    radius = float(np.exp(rng.uniform(np.log(0.06), np.log(largest))))
    depth = puddle(rng, part.canvas, part.place(rng), radius)
    change = contrast_on(part, depth, rng) * rng.normal(1.0, 0.07, 3).astype(np.float32)
    border = depth * (1.0 - depth) * 4.0
    return lay(part, depth * 0.75 + border * np.float32(rng.uniform(0.0, 0.4)), change, rng.uniform(0.1, 0.4))


def particles(part: Part, rng: np.random.Generator, largest: float = 0.075) -> Array:
    """Draw one to four foreign grains with a light side, a dark side and a shadow."""
    centre, image = part.place(rng), part.image
    light = rng.uniform(0, 2 * np.pi)
    for _ in range(rng.integers(1, 5)):
        where = (centre[0] + rng.normal(0, 0.07), centre[1] + rng.normal(0, 0.07))
        radius = float(np.exp(rng.uniform(np.log(0.028), np.log(largest))))
        shape = fill(part.canvas, outline(rng, where, radius, 0.25))
        slope = (part.canvas.x - where[0]) * np.cos(light) + (part.canvas.y - where[1]) * np.sin(light)
        change = contrast_on(part, shape, rng)
        shadow = shift(shape, 0.5 * radius, light + np.pi) * (1.0 - shape)
        image = lay(part, shadow, np.full(3, -0.05, np.float32), 0.0, image)
        relief = (slope * np.float32(0.07 / radius))[..., None]
        image = lay(part, shape, change + relief, 0.8, image)
    return image


def fibre(part: Part, rng: np.random.Generator) -> Array:
    """Draw a curled thread that lies on the surface and throws a faint shadow."""
    width = rng.uniform(0.012, 0.024)
    path = soft_path(rng, part.place(rng), rng.uniform(0, np.pi), rng.uniform(0.25, 0.8), 1.1)
    thread = strokes(part.canvas, path, width)
    shadow = shift(thread, width, rng.uniform(0, 2 * np.pi)) * (1.0 - thread)
    change = LINE_GAIN * contrast_on(part, thread, rng)
    image = lay(part, shadow, np.full(3, -0.04, np.float32), 0.0)
    return lay(part, thread, change, 0.75, image)


def emboss(coverage: Array, width: float, light: float) -> Array:
    """Return the relief (H, W), -1 to 1, of a raised border: bright on one side, dark on the other."""
    return shift(coverage, -width, light) - shift(coverage, width, light)


def shift(plane: Array, distance: float, heading: float) -> Array:
    """Move a plane (H, W) by `distance`, in canvas coordinates."""
    pixels = distance * plane.shape[0] / 2.0
    move = np.asarray([[1, 0, pixels * np.cos(heading)], [0, 1, pixels * np.sin(heading)]], np.float32)
    return np.asarray(cv2.warpAffine(plane, move, plane.shape[::-1], flags=cv2.INTER_LINEAR))


def _mean_colour(part: Part, coverage: Array) -> Array:
    inside = (coverage * part.surface > 0.3).astype(np.uint8)
    return np.asarray(cv2.mean(part.image, mask=inside)[:3], np.float32)
