"""Light in a bottle's glass: tinted rings, shade, caustics, ridges and highlights."""

from __future__ import annotations

import cv2
import numpy as np

from synth_anomaly.data.demo.canvas import Array, Canvas, smoothstep
from synth_anomaly.data.demo.noise import field, lattice, sample

__all__ = ["glass_light", "highlights", "ring_colours"]

RIDGES = 72
# Radius (1 is the body's outline), brightness, and how much of the glass' colour shows.
RINGS = (
    (0.00, 0.80, 0.80),
    (0.14, 0.74, 0.85),
    (0.25, 0.60, 0.92),
    (0.285, 0.40, 1.00),
    (0.31, 0.50, 0.95),
    (0.37, 0.38, 1.00),
    (0.40, 0.14, 1.00),
    (0.42, 0.045, 0.90),
    (0.465, 0.05, 0.80),
    (0.48, 0.42, 0.75),
    (0.50, 0.20, 0.95),
    (0.60, 0.15, 1.00),
    (0.64, 0.32, 0.85),
    (0.66, 0.07, 0.90),
    (0.69, 0.04, 0.80),
    (0.71, 0.24, 1.00),
    (0.77, 0.17, 1.00),
    (0.81, 0.07, 0.95),
    (0.93, 0.08, 0.95),
    (0.955, 0.34, 0.95),
    (0.975, 0.09, 0.90),
    (1.00, 0.05, 0.80),
)
# Radius, width, angle from the light, half the angular spread (radians) and strength of each highlight.
HIGHLIGHTS = (
    (0.555, 0.022, 0.0, 0.75, 0.62),
    (0.590, 0.011, np.pi, 0.55, 0.40),
    (0.745, 0.015, 0.15, 0.65, 0.42),
    (0.745, 0.010, np.pi, 0.45, 0.25),
    (0.868, 0.016, np.pi, 0.80, 0.26),
    (0.435, 0.009, np.pi, 0.60, 0.30),
    (0.955, 0.008, -0.2, 0.90, 0.28),
)


def ring_colours(rng: np.random.Generator, radius: Array) -> Array:
    """Return the colours (H, W, 3) of the glass rings at each distance from the axis, (H, W)."""
    hue = np.asarray([1.0, rng.uniform(0.46, 0.60), rng.uniform(0.13, 0.27)])
    rings = np.asarray(RINGS)
    at = rings[:, 0] + np.concatenate([rng.normal(0, 0.003, len(rings) - 1), [0.0]])
    level = rings[:, 1] * rng.normal(1.0, 0.10, len(rings)) * rng.uniform(0.8, 1.25)
    steps = np.linspace(0.0, 1.1, 1024)
    level, tint = np.interp(steps, at, level), np.interp(steps, at, rings[:, 2])
    level = cv2.GaussianBlur(level[None], (0, 0), 3.0)[0]
    table = level[:, None] * (1.0 - tint[:, None] * (1.0 - hue))
    column = np.clip(radius * np.float32(1023 / 1.1), 0.0, 1023.0)
    return np.asarray(
        cv2.remap(table[None].astype(np.float32), column, np.zeros_like(column), cv2.INTER_LINEAR)
    )


def glass_light(rng: np.random.Generator, canvas: Canvas, polar: tuple[Array, Array], toward: Array) -> Array:
    """Return the brightness (H, W), about 1, of the glass.

    Args:
        rng: Where the randomness comes from.
        canvas: The sheet.
        polar: Distance from the axis and angle round it, each (H, W).
        toward: Cosine of the angle between a point and the light, (H, W).
    """
    radius, angle = polar
    # The inner wall faces away from where the outer wall faces, so light and shade change sides.
    side = np.where(radius > 0.47, np.float32(1.0), np.float32(-0.7))
    light = 1.0 + np.float32(rng.uniform(0.20, 0.38)) * side * toward
    turns = angle * np.float32(1 / (2 * np.pi))
    caustics = sample(lattice(rng, 8, 28), radius * 5.0, turns * 28.0)
    band = smoothstep(radius, 0.81, 0.84) * smoothstep(radius, 0.94, 0.91)
    ridges = np.cos(RIDGES * angle + np.float32(rng.uniform(0, 2 * np.pi)))
    base = smoothstep(radius, 0.42, 0.36)
    glass = (0.16 - 0.16 * base) * caustics + 0.07 * base * field(rng, canvas, 9)
    return np.asarray(light * (1.0 + glass + 0.50 * band * ridges), np.float32)


def highlights(rng: np.random.Generator, radius: Array, angle: Array, light: float) -> Array:
    """Return the brightness (H, W) that mirror images of a light at angle `light` add."""
    glow = np.zeros_like(radius)
    exposure = rng.uniform(0.7, 1.25)
    for at, width, offset, spread, strength in HIGHLIGHTS:
        spread = spread * rng.uniform(0.8, 1.2)
        toward = np.cos(angle - np.float32(light + offset + rng.normal(0, 0.1)))
        limit = float(np.cos(spread))
        arc = smoothstep(toward, limit - 0.07, limit + 0.07)
        across = (radius - np.float32(at)) * np.float32(1 / width)
        glow += np.float32(strength * exposure * rng.uniform(0.8, 1.2)) * arc * np.exp(-across * across)
    return glow
