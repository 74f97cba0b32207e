"""What can be wrong with a bottle's glass."""

from __future__ import annotations

import cv2
import numpy as np

from synth_anomaly.data.demo.bottle import Bottle, draw_bottle
from synth_anomaly.data.demo.canvas import Array, fill, mix, smoothstep
from synth_anomaly.data.demo.defects import contrast_on, crack, emboss, fibre, lay, particles, scratch, stain
from synth_anomaly.data.demo.part import Category, Point
from synth_anomaly.data.demo.shapes import outline

__all__ = ["BOTTLE"]

OUTLINE = 0.99
EDGES = (0.48, 0.65, 0.71, OUTLINE)
BANDS = ((0.46, 0.68), (0.66, 0.82), (0.50, 0.78))
AMBER = np.asarray([1.15, 0.95, 0.75], np.float32)  # light through a flake keeps some of the tint


def chip(part: Bottle, rng: np.random.Generator) -> Array:
    """Break a shell-shaped flake off one of the edges; its face shows curved ripples."""
    radius = float(np.exp(rng.uniform(np.log(0.06), np.log(0.16))))
    edge, light = float(rng.choice(EDGES)), rng.uniform(0, 2 * np.pi)
    where = part.point(edge, rng.uniform(0, 2 * np.pi))
    flake = fill(part.canvas, outline(rng, where, radius, 0.22, points=14))
    relief = emboss(flake, 0.012, light) * flake * 0.22
    if edge == OUTLINE:
        return mix(part.image, part.table * 0.82 + relief[..., None], flake * part.surface)
    face = contrast_on(part, flake, rng) * AMBER + (relief + _ripples(part, rng, where, radius))[..., None]
    return lay(part, flake, face, 0.85)


def _ripples(part: Bottle, rng: np.random.Generator, where: Point, radius: float) -> Array:
    focus = rng.uniform(0, 2 * np.pi)
    away = np.hypot(
        part.canvas.x - where[0] - radius * np.cos(focus), part.canvas.y - where[1] - radius * np.sin(focus)
    )
    ripples = np.cos(away * np.float32(rng.uniform(9, 14) / radius)) * 0.05 + (away / radius - 1.0) * 0.10
    return np.asarray(ripples)


def glass_crack(part: Bottle, rng: np.random.Generator) -> Array:
    """Run a crack from one of the edges across the rings."""
    angle, radius = rng.uniform(0, 2 * np.pi), float(rng.uniform(0.45, 0.95))
    outwards = 0.0 if radius < 0.65 else np.pi
    return crack(part, rng, part.point(radius, angle), angle + outwards + rng.normal(0, 0.6))


def contamination(part: Bottle, rng: np.random.Generator) -> Array:
    """Leave grains or a fibre on the glass."""
    return particles(part, rng, 0.09) if rng.random() < 0.65 else fibre(part, rng)


def misplaced_ring(part: Bottle, rng: np.random.Generator) -> Array:
    """Turn a segment of the rings out of its place; it catches the light differently there."""
    at, spread = rng.uniform(0, 2 * np.pi), rng.uniform(0.14, 0.36)
    inner, outer = BANDS[rng.integers(len(BANDS))]
    angular = np.arccos(np.clip(np.cos(part.angle - np.float32(at)), -1.0, 1.0))
    window = smoothstep(angular, spread + 0.015, spread) * smoothstep(part.radius, inner, inner + 0.012)
    window = window * smoothstep(part.radius, outer, outer - 0.012)
    x, y = part.point((inner + outer) / 2.0, at)
    turn = float(rng.choice([-1.0, 1.0]) * rng.uniform(20.0, 50.0))
    half = part.canvas.size / 2.0
    motion = cv2.getRotationMatrix2D(((x + 1.0) * half - 0.5, (y + 1.0) * half - 0.5), turn, 1.0)
    size = (part.canvas.size, part.canvas.size)
    turned = cv2.warpAffine(part.image, motion, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    glint = float(rng.choice([rng.uniform(0.5, 0.7), rng.uniform(1.3, 1.8)]))
    return mix(part.image, turned * np.float32(glint), window)


BOTTLE = Category(
    draw=draw_bottle,
    defects={
        "chip": chip,
        "contamination": contamination,
        "crack": glass_crack,
        "misplaced_ring": misplaced_ring,
        "scratch": scratch,
        "stain": stain,
    },
)
