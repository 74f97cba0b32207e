"""Synthetic defects whose features are computed once, before training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from synth_anomaly.augmentation import augment_alike
from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import ComponentError, SynthAnomalyError
from synth_anomaly.interfaces import Augmentation, Synthesizer
from synth_anomaly.pipeline.teaching import Lesson, lesson_of, moved_cells
from synth_anomaly.randomness import generator_for, seed_for
from synth_anomaly.synthesizers import OneOf
from synth_anomaly.training import TrainingData

__all__ = ["Bank", "Family", "families_of", "fill_bank", "rows_that_teach"]

_BATCH = 16
_PROBE = 48
_LEAST_MOVED = 0.6


@dataclass(frozen=True)
class Family:
    """Synthetic images of one synthesizer, as features.

    Attributes:
        name: The synthesizer's.
        features: Feature maps ``(N, C, h, w)`` float16, from fine to coarse.
        masks: ``(N, 1, h, w)`` bool at the finest level's size, where a cell shows a defect.
        weights: ``(N, 1, h, w)`` bool, where a cell counts.
        moved: Share of the defects' cells whose features the defects moved, in [0, 1].
    """

    name: str
    features: Sequence[Tensor]
    masks: Tensor
    weights: Tensor
    moved: float


class Bank:
    """The families that teach, and a draw of batches from them.

    Args:
        families: Those to learn from, at least one.
        left_out: Those that mostly leave the features unmoved.
    """

    def __init__(self, families: Sequence[Family], left_out: Sequence[Family] = ()) -> None:
        self.families = list(families)
        self.left_out = list(left_out)

    def notes(self) -> list[str]:
        """Return a line on what is trained on and what is left out, with the shares of moved features."""
        kept = "trained on " + ", ".join(f"{family.name} ({family.moved:.0%})" for family in self.families)
        left = ", ".join(f"{family.name} ({family.moved:.0%})" for family in self.left_out)
        meaning = "in brackets the share of their cells whose features the defects move"
        return [
            f"{kept}; {meaning}" + (f"; left out {left}, which mostly leave them unmoved" if left else "")
        ]

    def draw(self, count: int, first: int, generator: Generator) -> tuple[list[Tensor], Tensor, Tensor]:
        """Draw images, as many of each family as of any other within one.

        Args:
            count: How many.
            first: The family to begin with, counted on from the first one round and round.
            generator: Decides which.

        Returns:
            Feature maps float16, masks and weights bool.
        """
        chosen: list[tuple[Family, int]] = []
        for place in range(count):
            family = self.families[(first + place) % len(self.families)]
            chosen.append((family, int(torch.randint(len(family.masks), (), generator=generator))))
        levels = range(len(self.families[0].features))
        features = [torch.stack([family.features[level][row] for family, row in chosen]) for level in levels]
        masks = torch.stack([family.masks[row] for family, row in chosen])
        weights = torch.stack([family.weights[row] for family, row in chosen])
        return features, masks, weights


def families_of(synthesizer: Synthesizer) -> list[tuple[str, Synthesizer]]:
    """Return the synthesizers that a `one-of` chooses from, with their names; any other is the only one."""
    parts = synthesizer.synthesizers if isinstance(synthesizer, OneOf) else (synthesizer,)
    registered = _registered()
    return [(_name(part, registered), part) for part in parts]


def fill_bank(
    synthesizer: Synthesizer,
    count: int,
    *,
    data: TrainingData,
    network: Callable[[Tensor], list[Tensor]],
    limits: Tensor,
    augment: Augmentation | None,
    grey: bool,
    seed: int,
) -> Bank:
    """Make defective images of each family, and keep what their features teach.

    Args:
        synthesizer: Makes the defects.
        count: How many images a family gets on average: each gets a few; those that then mostly leave the
            features unmoved get no more, and the others share what is left.
        data: The good images, and the callback that reports progress.
        network: Computes the features that the head sees.
        limits: From :func:`synth_anomaly.pipeline.teaching.moving_limits`.
        augment: Augmentation of the good images before synthesis.
        grey: Whether defects are made colourless, as the images are.
        seed: Decides everything random.

    Raises:
        ComponentError: If no family makes a defect.
    """
    named = families_of(synthesizer)
    total, probe = count * len(named), min(count, _PROBE)
    lessons: list[list[tuple[list[Tensor], Lesson]]] = [[] for _ in named]
    done = 0

    def make(number: int, start: int, stop: int) -> Family:
        nonlocal done
        name, part = named[number]
        for clean, images, masks in _batches(part, number, range(start, stop), data, augment, grey, seed):
            features = network(images)
            lesson = lesson_of(clean, images, masks, moved_cells(features, limits))
            lessons[number].append(_kept(features, lesson))
            done += len(images)
            data.report("features of synthetic defects", done, total)
        return _family(name, lessons[number])

    probed = [make(number, 0, probe) for number in range(len(named))]
    useful = rows_that_teach(probed)
    for place, number in enumerate(useful):
        share = (total - probe * len(named) + place) // len(useful)
        make(number, probe, probe + share)
    families = [_family(name, made) for (name, _), made in zip(named, lessons, strict=True)]
    if not any(len(family.masks) for family in families):
        raise ComponentError(
            f"expected defects that move the features, got none of {', '.join(name for name, _ in named)}: "
            "choose other synthesizers (--synthesizer), or look at them with sat synth"
        )
    return Bank(
        [families[number] for number in useful],
        [family for number, family in enumerate(probed) if number not in useful],
    )


def rows_that_teach(families: Sequence[Family]) -> list[int]:
    """Return which families move the features of three fifths of their cells, or the one that moves most."""
    best = max(range(len(families)), key=lambda row: families[row].moved)
    return [row for row, family in enumerate(families) if family.moved >= _LEAST_MOVED or row == best]


def _kept(features: Sequence[Tensor], lesson: Lesson) -> tuple[list[Tensor], Lesson]:
    """Return the images that show a defect to learn from."""
    taught = lesson.masks.flatten(1).any(dim=1)
    levels = [level[taught].half() for level in features]
    return levels, Lesson(lesson.masks[taught], lesson.weights[taught], lesson.shown)


def _family(name: str, lessons: Sequence[tuple[list[Tensor], Lesson]]) -> Family:
    features = [torch.cat(level) for level in zip(*(kept for kept, _ in lessons), strict=True)]
    masks = torch.cat([lesson.masks for _, lesson in lessons])
    weights = torch.cat([lesson.weights for _, lesson in lessons])
    shown = sum(lesson.shown for _, lesson in lessons)
    return Family(name, features, masks, weights, float(masks.sum()) / max(shown, 1))


def _batches(
    synthesizer: Synthesizer,
    number: int,
    places: range,
    data: TrainingData,
    augment: Augmentation | None,
    grey: bool,
    seed: int,
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield clean images, the same with defects, and masks."""
    for start in range(places.start, places.stop, _BATCH):
        generator = generator_for(seed, "bank", number, start)
        rows = torch.randint(len(data.train), (min(_BATCH, places.stop - start),), generator=generator)
        images, guide = data.train.batch(rows), data.train.guide_batch(rows)
        if augment is not None:
            augment_seed = seed_for(seed, "bank", number, start, "augment")
            images, guide = augment_alike(augment, images, guide, seed=augment_seed)
        defects = synthesizer(images, generator, guide=guide, donors=images)
        made = defects.images.mean(dim=1, keepdim=True).expand_as(images) if grey else defects.images
        yield images, made, defects.masks


def _registered() -> list[tuple[Any, str]]:
    """Return how each registered synthesizer is described as it comes, beside its name."""
    found = []
    for entry in catalogue().registry("synthesizer").entries:
        with suppress(SynthAnomalyError):  # one that needs options, or whose package is broken
            made = catalogue().build("synthesizer", entry.component.name)
            found.append((catalogue().describe("synthesizer", made), entry.component.name))
    return found


def _name(synthesizer: Synthesizer, registered: Sequence[tuple[Any, str]]) -> str:
    """Return the name under which a synthesizer is registered, else the name of what it is made by."""
    try:
        described = catalogue().describe("synthesizer", synthesizer)
    except ComponentError:
        return type(synthesizer).__name__
    same = (name for known, name in registered if known == described)
    return next(same, None) or str(described["name"]).rpartition(":")[2]
