"""Smooth random fields whose draws do not depend on the picture's size."""

from __future__ import annotations

import cv2
import numpy as np

from synth_anomaly.data.demo.canvas import Array, Canvas

__all__ = ["clouds", "field", "lattice", "sample"]


def lattice(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """Draw independent standard normal values, (rows, columns)."""
    return rng.standard_normal((rows, columns), dtype=np.float32)


def field(rng: np.random.Generator, canvas: Canvas, cells: int) -> Array:
    """Return smooth noise (H, W) of about unit variance with `cells` random values along a side."""
    side = (canvas.size, canvas.size)
    return np.asarray(cv2.resize(lattice(rng, cells, cells), side, interpolation=cv2.INTER_CUBIC))


def clouds(rng: np.random.Generator, canvas: Canvas, cells: int, octaves: int) -> Array:
    """Return the sum of `octaves` fields, each twice as fine and half as strong as the one before."""
    layers = [field(rng, canvas, cells << octave) * np.float32(0.5**octave) for octave in range(octaves)]
    return np.asarray(np.sum(layers, axis=0, dtype=np.float32))


def sample(values: Array, row: Array, column: Array) -> Array:
    """Read a lattice at real-valued positions (H, W), in lattice cells; it repeats beyond its sides."""
    positions = np.asarray(column, np.float32), np.asarray(row, np.float32)
    return np.asarray(cv2.remap(values, *positions, cv2.INTER_CUBIC, borderMode=cv2.BORDER_WRAP))
