"""SSAE, assembled from the core's pieces."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.lr_scheduler import CosineAnnealingLR

from sat_ssae.categories import category_settings
from sat_ssae.model import Model
from sat_ssae.results import published
from sat_ssae.settings import PRESETS, SSAESettings
from sat_ssae.training import Training, crop_size
from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Prediction, Size
from synth_anomaly.method import Method, MethodSettings
from synth_anomaly.training import Optimiser, Stage, TrainingData, Validation

__all__ = ["MODELS", "SSAE"]

MODELS: Mapping[str, tuple[str, ...]] = {
    "filtering": ("filtering",),
    "amplifying": ("amplifying",),
    "ensemble": ("filtering", "amplifying"),
}
"""The objectives of the models that a run trains, by the setting ``objective``."""

_OF_AVERAGED_MAPS = ("difference", "repeats", "window")


class SSAE(Method):
    """Self-supervised autoencoders that restore, or push away, what is abnormal.

    Pixels are scored by the smoothed difference of an image and its reconstruction, images by the sum of it.
    An image passes the network once. A run of a category that the paper knows begins with what it asks for;
    the settings that a recipe records stand above those, with another category too.

    Source: "Self-Supervised Autoencoders for Visual Anomaly Detection". What differs is marked as ours in
        :class:`sat_ssae.settings.SSAESettings` and :mod:`sat_ssae.categories`.
    """

    Settings = SSAESettings
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = PRESETS
    after_training: ClassVar[Collection[str]] = ("difference", "repeats", "window", "average_power")
    settings: SSAESettings

    def build(self) -> None:
        """Make an autoencoder for each objective."""
        self.models = nn.ModuleDict({name: Model(self.settings) for name in MODELS[self.settings.objective]})

    def stages(self) -> Sequence[Stage]:
        """Return a stage for each size of the input, of one model after the other."""
        return [stage for name in self.models for stage in self._stages(name)]

    def synthesis_sizes(self) -> Sequence[Size]:
        """Return the sizes of the crops, ascending to that of the input."""
        settings = self.settings
        return [crop_size(settings.input_size, share, settings.stride) for share in settings.input_sides]

    def forward(self, images: Tensor) -> Prediction:
        """Return the smoothed differences and their sums; of two models the pixel-wise maximum."""
        scored = [self._model(name).scored(images) for name in self.models]
        maps = torch.stack([maps for maps, _ in scored]).amax(dim=0)
        return Prediction(maps, maps.sum(dim=(1, 2, 3)), scored[0][1])

    @classmethod
    def for_category(cls, dataset: str, category: str, preset: str) -> Mapping[str, Any]:  # noqa: ARG003
        """Return what a category of this name asks for, of any data set; empty where it is unknown."""
        return category_settings(category, preset)

    @classmethod
    def check_change(cls, trained: MethodSettings, changed: MethodSettings) -> None:
        """Check that maps which the average map weighs are made as those that it is the average of.

        Raises:
            OptionError: If they are made otherwise.
        """
        if not getattr(changed, "average_power", 0.0):
            return
        known = {name: getattr(trained, name) for name in _OF_AVERAGED_MAPS}
        if others := [name for name, value in known.items() if getattr(changed, name) != value]:
            kept = ", ".join(f"{name}={known[name]}" for name in others)
            raise OptionError(
                f"expected {kept} as in training, whose average map average_power weighs with, got "
                f"{', '.join(f'{name}={getattr(changed, name)!r}' for name in others)}: "
                "leave that out, or set average_power=0"
            )

    @classmethod
    def published(cls, dataset: str, category: str, preset: str) -> Mapping[str, float]:
        """Return the paper's figures of a preset for a category of MVTec AD (tables 2 to 4)."""
        return published(category, preset) if dataset == "mvtec_ad" else {}

    def trainings(self) -> Mapping[str, Training]:
        """Return how each model is trained on whole images, by its objective."""
        return {name: self._training(name, self.settings.input_size) for name in self.models}

    def _model(self, name: str) -> Model:
        model = self.models[name]
        assert isinstance(model, Model)  # noqa: S101  # build() made it
        return model

    def _training(self, name: str, size: Size) -> Training:
        return Training(self.settings, self.seed, self._model(name).network, name == "amplifying", size)

    def _stages(self, name: str) -> list[Stage]:
        settings, model = self.settings, self._model(name)
        optimiser, sizes = self._optimiser(model), self.synthesis_sizes()
        stages = []
        for number, size in enumerate(sizes):
            training = self._training(name, size)
            stages.append(
                Stage(
                    name=f"{name}-{number + 1}",
                    steps=_share_of(settings.steps, number, len(sizes)),
                    batch_size=settings.batch_size,
                    network=model,
                    optimisers={"network": optimiser},
                    step=training.step,
                    augment=settings.augment,
                    panels=training.panels,
                )
            )
        validate = self._validation(stages[-1], training) if training.amplifies else None
        stages[-1] = replace(stages[-1], validate=validate, finish=partial(self._finish, model))
        return stages

    def _validation(self, stage: Stage, training: Training) -> Validation:
        settings = self.settings
        every = min(settings.validate_every, stage.steps)
        return Validation(name="objective", figure=training.figure, every=every, patience=settings.patience)

    def _optimiser(self, model: nn.Module) -> Optimiser:
        """Return one for all sizes of the input, so that its moments outlast a change of size."""
        settings = self.settings
        adam = Adam(model.parameters(), lr=settings.learning_rate, fused=True)
        return Optimiser(
            adam, CosineAnnealingLR(adam, settings.steps) if settings.schedule == "cosine" else None
        )

    def _finish(self, model: Model, data: TrainingData) -> None:
        if data.validation is not None:
            model.average(data.validation, self.settings.batch_size)


def _share_of(steps: int, part: int, parts: int) -> int:
    """Return how many of the steps fall to a part, as evenly as can be."""
    return steps * (part + 1) // parts - steps * part // parts
