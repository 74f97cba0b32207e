"""What can be wrong with a wire mesh."""

from __future__ import annotations

import dataclasses

import numpy as np

from synth_anomaly.data.demo.canvas import Array, fill, smoothstep
from synth_anomaly.data.demo.defects import contrast_on, fibre, lay
from synth_anomaly.data.demo.grid import Grid, draw_grid
from synth_anomaly.data.demo.noise import clouds, field
from synth_anomaly.data.demo.part import Category
from synth_anomaly.data.demo.shapes import outline, puddle
from synth_anomaly.data.demo.wires import WIRES, Wire, draw_wire

__all__ = ["GRID"]


def bent_wire(part: Grid, rng: np.random.Generator) -> Array:
    """Push one wire out of its line between two crossings."""
    family, number, along = _spot(part, rng)
    position = part.families[family].v
    spread, reach = rng.uniform(0.4, 0.9), rng.choice([-1.0, 1.0]) * rng.uniform(0.18, 0.55)
    bend = reach * np.exp(-np.square((position - along) / spread))
    near = (np.abs(position - along) < 2.6 * spread).astype(np.float32)
    wire = part.families[family].draw(np.full_like(position, number), part.canvas.size, bend)
    bent = Wire(coverage=wire.coverage * near, shade=wire.shade, height=wire.height)
    return part.assemble([*_without(part, family, number, near), bent])


def broken_wire(part: Grid, rng: np.random.Generator) -> Array:
    """Take a piece out of one wire."""
    family, number, along = _spot(part, rng)
    position = part.families[family].v
    half, edge = rng.uniform(0.25, 1.1), 0.03
    gap = smoothstep(np.abs(position - along), half + edge, half)
    return part.assemble(_without(part, family, number, gap))


def misplaced_wire(part: Grid, rng: np.random.Generator) -> Array:
    """Drop a short piece of wire across the mesh."""
    x, y = part.place(rng)
    turn, half = rng.uniform(-0.5, 0.5) + rng.choice([0.0, np.pi / 2]), rng.uniform(0.5, 1.6)
    dx, dy = (part.canvas.x - x) * WIRES, (part.canvas.y - y) * WIRES
    along, across = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
    across = (across + 0.08 * np.sin(along * 1.5)).astype(np.float32)
    wire = draw_wire(
        across * rng.uniform(1.0, 1.5), np.full_like(across, 2.0), part.light + turn, part.canvas.size
    )
    ends = smoothstep(np.abs(along), half + 0.06, half - 0.06).astype(np.float32)
    piece = Wire(coverage=wire.coverage * ends, shade=wire.shade * rng.uniform(0.7, 1.2), height=wire.height)
    return part.assemble([*part.wires, piece])


def glue(part: Grid, rng: np.random.Generator) -> Array:
    """Leave a drop of glue that bridges the wires."""
    radius = float(np.exp(rng.uniform(np.log(0.05), np.log(0.16))))
    x, y = part.place(rng)
    drop = fill(part.canvas, outline(rng, (x, y), radius, 0.12))
    change = contrast_on(part, drop, rng) * 0.7
    slope = ((part.canvas.x - x) * np.cos(part.light) + (part.canvas.y - y) * np.sin(part.light)) / radius
    gloss = 0.22 * np.exp(-np.square((slope - 0.45) * 4.0)) * drop
    relief = (0.08 * slope + gloss)[..., None]
    wet = dataclasses.replace(part, surface=np.ones_like(part.surface))
    return lay(wet, drop, change + relief, rng.uniform(0.35, 0.85))


def rust(part: Grid, rng: np.random.Generator) -> Array:
    """Let a stretch of wire rust: it loses its gloss and turns brown in patches."""
    spot = puddle(rng, part.canvas, part.place(rng), float(rng.uniform(0.09, 0.26)))
    patches = np.clip(0.75 + 0.35 * clouds(rng, part.canvas, 40, 2), 0.0, 1.0)
    colour = np.asarray([0.06, -0.05, -0.12], np.float32) * rng.uniform(0.6, 1.5)
    blisters = 0.04 * field(rng, part.canvas, 90)
    return lay(part, spot * patches, colour + blisters[..., None], rng.uniform(0.3, 0.7))


def thread(part: Grid, rng: np.random.Generator) -> Array:
    """Let a textile fibre hang across wires and openings."""
    return fibre(dataclasses.replace(part, surface=np.ones_like(part.surface)), rng)


def _spot(part: Grid, rng: np.random.Generator) -> tuple[int, float, float]:
    """Pick a wire near a random point: its family, its number and the position along it."""
    family = int(rng.integers(2))
    across, along = part.families[family].u, part.families[family].v
    x, y = rng.uniform(-0.65, 0.65, 2)
    row, column = (int((value + 1.0) / 2.0 * part.canvas.size) for value in (y, x))
    return family, float(np.rint(across[row, column])), float(along[row, column])


def _without(part: Grid, family: int, number: float, gap: Array) -> list[Wire]:
    wires = list(part.wires)
    here = (np.rint(part.families[family].u) == number) * gap
    kept = wires[family]
    height = np.where(here > 0.5, np.float32(-2.0), kept.height)
    wires[family] = Wire(coverage=kept.coverage * (1.0 - here), shade=kept.shade, height=height)
    return wires


GRID = Category(
    draw=draw_grid,
    defects={
        "bent_wire": bent_wire,
        "broken_wire": broken_wire,
        "glue": glue,
        "misplaced_wire": misplaced_wire,
        "rust": rust,
        "thread": thread,
    },
)
