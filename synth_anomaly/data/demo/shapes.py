"""Random outlines and paths: the shapes of which defects are made."""

from __future__ import annotations

import numpy as np

from synth_anomaly.data.demo.canvas import Array, Canvas, smoothstep
from synth_anomaly.data.demo.noise import clouds

__all__ = ["jagged_path", "outline", "puddle", "soft_path", "taper"]


def soft_path(
    rng: np.random.Generator, start: tuple[float, float], heading: float, length: float, curl: float
) -> Array:
    """Walk with smoothly changing direction.

    Args:
        rng: Where the randomness comes from.
        start: Centre of the path, in canvas coordinates.
        heading: Mean direction in radians.
        length: Length of the path, in canvas coordinates.
        curl: How far the direction strays, in radians; 0 is a straight line.

    Returns:
        Points (33, 2).
    """
    steps = np.linspace(-1.0, 1.0, 32)
    bends = sum(
        rng.normal(0.0, curl / order) * np.sin(order * np.pi / 2 * steps + rng.uniform(0, 2 * np.pi))
        for order in (1, 2, 3)
    )
    return _walk(start, heading + np.asarray(bends), np.full(32, length / 32))


def jagged_path(
    rng: np.random.Generator, start: tuple[float, float], heading: float, length: float, pieces: int = 14
) -> Array:
    """Walk from `start` in straight pieces of unequal length with sudden turns, as a crack does."""
    turns = heading + rng.normal(0.0, 0.5, pieces)
    lengths = rng.uniform(0.4, 1.6, pieces)
    path = _walk((0.0, 0.0), turns, lengths / lengths.sum() * length)
    return np.asarray(path - path[0] + np.asarray(start))


def outline(
    rng: np.random.Generator, centre: tuple[float, float], radius: float, roughness: float, points: int = 40
) -> Array:
    """Return a closed, irregular, slightly stretched outline (points, 2) round a centre."""
    angle = np.linspace(0.0, 2 * np.pi, points, endpoint=False)
    radii = np.ones(points)
    for order in (2, 3, 4, 5, 7):
        radii += rng.normal(0.0, roughness / order**0.7) * np.cos(order * angle + rng.uniform(0, 2 * np.pi))
    radii = radius * np.clip(radii, 0.35, 1.8)
    return np.stack([centre[0] + radii * np.cos(angle), centre[1] + radii * np.sin(angle)], axis=1)


def puddle(rng: np.random.Generator, canvas: Canvas, centre: tuple[float, float], radius: float) -> Array:
    """Return how deep inside an irregular soft puddle every pixel lies, (H, W): 0 outside, 1 inside."""
    stretch, turn = rng.uniform(0.6, 1.0), rng.uniform(0.0, np.pi)
    dx, dy = canvas.x - np.float32(centre[0]), canvas.y - np.float32(centre[1])
    along = (dx * np.float32(np.cos(turn)) + dy * np.float32(np.sin(turn))) * np.float32(stretch / radius)
    across = (dy * np.float32(np.cos(turn)) - dx * np.float32(np.sin(turn))) * np.float32(1 / radius)
    depth = 1.0 - np.sqrt(along * along + across * across) + 0.16 * clouds(rng, canvas, 16, 3)
    return smoothstep(depth, 0.0, rng.uniform(0.12, 0.45))


def taper(widest: float, pieces: int) -> Array:
    """Return the widths (pieces,) of a line that thins out towards both ends."""
    along = np.linspace(-1.0, 1.0, pieces)
    return np.asarray(widest * (0.45 + 0.55 * (1.0 - along**2)))


def _walk(centre: tuple[float, float], headings: Array, lengths: Array) -> Array:
    steps = np.stack([np.cos(headings), np.sin(headings)], axis=1) * lengths[:, None]
    path = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
    return np.asarray(path - path.mean(axis=0) + np.asarray(centre))
