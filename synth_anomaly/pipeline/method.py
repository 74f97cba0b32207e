"""The generic method: a synthesizer, a backbone, a head, a loss and a scorer of your choice."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

import torch
from torch import Generator, Tensor, nn
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR

from synth_anomaly.backbones import frozen_features
from synth_anomaly.catalogue import build_network, catalogue
from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import (
    Batch,
    Defects,
    FitsFeatures,
    Outputs,
    Prediction,
    Size,
    Targets,
    TransformsFeatures,
)
from synth_anomaly.method import Method, MethodSettings
from synth_anomaly.pipeline.bank import Bank, fill_bank
from synth_anomaly.pipeline.crops import crop_alike, mirror_alike
from synth_anomaly.pipeline.good_features import GoodFeatures
from synth_anomaly.pipeline.settings import PipelineSettings
from synth_anomaly.pipeline.teaching import moving_limits
from synth_anomaly.synthesizers import Mixed
from synth_anomaly.training import Objective, Optimiser, Stage, TrainingData

__all__ = ["Pipeline"]


class Pipeline(Method):
    """Composes a method from pieces, by name or as objects.

    A backbone with a frozen trunk and a scorer that learn from good images
    (:class:`synth_anomaly.interfaces.FitsFeatures`) are fitted before the first step.

    Example:
        >>> from synth_anomaly import Pipeline
        >>> from synth_anomaly.data import Demo
        >>> pipeline = Pipeline("quick", synthesizer="cutpaste", size=64, steps=2)
        >>> bottle = Demo("bottle")
        >>> metrics = pipeline.fit(bottle).evaluate(bottle).metrics
    """

    Settings = PipelineSettings
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "quick": {"size": 128, "backbone": {"name": "resnet18", "width": 32}, "steps": 600},
        "full": {},
    }
    after_training: ClassVar[Collection[str]] = ("size",)
    settings: PipelineSettings

    def build(self) -> None:
        """Make the backbone and the head."""
        settings = self.settings
        self.backbone: Any = build_network("backbone", settings.backbone, in_channels=3)
        widths = tuple(self.backbone.channels)
        self.head: Any = settings.head and build_network("head", settings.head, in_channels=widths)
        self.synthesizer = Mixed(settings.synthesizer, settings.defective)
        # What has weights of its own goes to the device and into the files with the rest; what it learns is
        # this method's own.
        self.scorer: Any = copy.deepcopy(settings.scorer)
        self.pieces = nn.ModuleDict(
            {
                name: piece
                for name in ("augment", "loss")
                if isinstance(piece := getattr(settings, name), nn.Module)
            }
        )
        self._good: GoodFeatures | None = None
        self._bank: Bank | None = None
        self._findings: list[str] = []
        if settings.bank and not isinstance(self.backbone, TransformsFeatures):
            raise OptionError(
                f"bank = {settings.bank} needs a backbone with a frozen trunk, got "
                f"{type(self.backbone).__name__}: choose backbone 'deviation', or bank = 0"
            )

    def train(self, mode: bool = True) -> Self:
        """Set the mode of everything but the augmentation, which is only ever used to train."""
        super().train(mode)
        if "augment" in self.pieces:
            self.pieces["augment"].train()
        return self

    def stages(self) -> Sequence[Stage]:
        """Return the one stage."""
        settings = self.settings
        network = nn.ModuleList([part for part in (self.backbone, self.head) if part is not None])
        trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
        optimisers = {}
        if self.head is not None:
            optimiser = AdamW(trained, lr=settings.learning_rate, weight_decay=settings.weight_decay)
            optimisers["network"] = Optimiser(optimiser, self._schedule(optimiser))
        return (
            Stage(
                name="training",
                steps=settings.steps if optimisers else 0,
                batch_size=settings.batch_size,
                network=network,
                optimisers=optimisers,
                begin=self._begin,
                step=self._bank_step if settings.bank and optimisers else self._step,
                augment=None if settings.bank else settings.augment,
                finish=self._finish,
                panels=self._panels if optimisers else None,
            ),
        )

    def forward(self, images: Tensor) -> Prediction:
        """Return what the scorer makes of the head's output."""
        prediction: Prediction = self.scorer(self._outputs(images), images)
        return prediction

    def synthesis_sizes(self) -> Sequence[Size]:
        """Return the input size, or nothing where no defects are made."""
        return () if self.head is None else super().synthesis_sizes()

    @classmethod
    def check_change(cls, trained: MethodSettings, changed: MethodSettings) -> None:
        """Check that a scorer that learned from the good images is not exchanged for another.

        Raises:
            ValueError: If it is, or if what it learned depends on the options that changed.
        """
        before, after = (_learned_by(getattr(settings, "scorer", None)) for settings in (trained, changed))
        if before != after:
            raise ValueError(
                "a scorer that learns from the good images stays as it was in training: "
                "change its other options, or train anew"
            )

    def findings(self) -> Sequence[str]:
        """Return what was found out about the good images and the defects."""
        return self._findings

    def _schedule(self, optimiser: Optimizer) -> LRScheduler | None:
        settings = self.settings
        if settings.schedule == "cosine":
            return CosineAnnealingLR(optimiser, settings.steps)
        if settings.schedule == "one-cycle":
            total = settings.steps + 1
            rising = max(0.1, 1.5 / total)  # of 9 steps a tenth is none, which the schedule divides by
            return OneCycleLR(optimiser, settings.learning_rate, total_steps=total, pct_start=rising)
        return None

    def _begin(self, data: TrainingData) -> None:
        """Fit what learns from good images, and fill the bank; the same each time training goes on."""
        settings, self._findings = self.settings, []
        if not isinstance(self.backbone, TransformsFeatures):
            return
        good = self._good_features(data)
        if isinstance(self.backbone, FitsFeatures):
            self._findings += self.backbone.fit(good)
        if isinstance(self.scorer, FitsFeatures):
            self._findings += self.scorer.fit(good)
        if self.head is None or not settings.bank:
            return
        self._bank = fill_bank(
            settings.synthesizer,
            settings.bank,
            data=data,
            network=self._rounded_deviations,
            limits=moving_limits(self.backbone.transform(batch) for batch in good),
            augment=settings.augment,
            grey=_is_grey(data),
            seed=self.seed,
        )
        self._findings += self._bank.notes()

    def _finish(self, data: TrainingData) -> None:
        """Fit a scorer on the features of a backbone that was trained; let go what only training needs."""
        if not isinstance(self.backbone, TransformsFeatures) and isinstance(self.scorer, FitsFeatures):
            self._findings += self.scorer.fit(self._good_features(data))
        self._good = self._bank = None

    def _good_features(self, data: TrainingData) -> GoodFeatures:
        self._good = GoodFeatures(self._trunk_features, data, self.settings.augment, self.seed)
        return self._good

    def _trunk_features(self, images: Tensor) -> list[Tensor]:
        if isinstance(self.backbone, TransformsFeatures):
            return frozen_features(self.backbone.trunk, images)
        features: list[Tensor] = self.backbone(images)
        return features

    def _rounded_deviations(self, images: Tensor) -> list[Tensor]:
        """Return deviations of trunk features in half precision, as those of good images are kept.

        Else the head could tell a good image by its rounding.
        """
        deviations: list[Tensor] = self.backbone.transform(
            [level.half().float() for level in self._trunk_features(images)]
        )
        return deviations

    def _bank_step(self, batch: Batch, generator: Generator) -> Iterator[Objective]:
        if self._bank is None or self._good is None:
            raise OptionError("a step of a bank needs one: train with fit(), which fills it")
        settings = self.settings
        defective = round(settings.defective * settings.batch_size)
        taught, masks, weights = self._bank.draw(defective, int(batch.index[0]), generator)
        clean = settings.batch_size - defective
        features = [level.float() for level in taught]
        if clean:
            good = self.backbone.transform(self._good.rows(self._clean_rows(batch.index[:clean], generator)))
            features = [torch.cat(pair) for pair in zip(good, features, strict=True)]
            masks = torch.cat([masks.new_zeros(clean, *masks.shape[1:]), masks])
            weights = torch.cat([weights.new_ones(clean, *weights.shape[1:]), weights])
        features, masks, weights = crop_alike(
            features, masks.float(), weights.float(), settings.crop, generator
        )
        *features, masks, weights = mirror_alike([*features, masks, weights], generator)
        logits = self.head(features, (masks.shape[-2], masks.shape[-1]))
        blank = masks.expand(-1, 3, -1, -1)
        targets = Targets(clean=blank, images=blank, masks=masks, weights=weights)
        yield Objective(
            "network", {"loss": settings.loss(Outputs(logits=logits, features=features), targets)}
        )

    def _clean_rows(self, index: Tensor, generator: Generator) -> Tensor:
        """Return rows of good features or of their augmented copies: defects are made on augmented images."""
        if self.settings.augment is None:
            return index
        copies = torch.randint(2, index.shape, generator=generator)
        return index + copies * (len(self._good or ()) // 2)

    def _step(self, batch: Batch, generator: Generator) -> Iterator[Objective]:
        defects = self._defects(batch, generator)
        targets = Targets(clean=batch.images, images=defects.images, masks=defects.masks)
        yield Objective("network", {"loss": self.settings.loss(self._outputs(defects.images), targets)})

    def _panels(self, batch: Batch, generator: Generator) -> Mapping[str, Tensor]:
        defects = self._defects(batch, generator)
        panels = {
            "input": batch.images,
            "defect": defects.images,
            "mask": defects.masks.expand(-1, 3, -1, -1),
        }
        outputs = self._outputs(defects.images)
        if outputs.reconstruction is not None:
            panels["reconstruction"] = outputs.reconstruction
        if isinstance(self.backbone, TransformsFeatures) or not isinstance(self.scorer, FitsFeatures):
            maps = self.scorer(outputs, defects.images).maps
            panels["map"] = (maps / maps.amax().clamp(min=1)).expand(-1, 3, -1, -1)
        return panels

    def _defects(self, batch: Batch, generator: Generator) -> Defects:
        return self.synthesizer(batch.images, generator, guide=batch.guide, donors=batch.images)

    def _outputs(self, images: Tensor) -> Outputs:
        """Return the outputs of the network; their features are the trunk's, where the backbone has one."""
        features = seen = self._trunk_features(images)
        if self.head is None:
            return Outputs(features=features)
        if isinstance(self.backbone, TransformsFeatures):
            seen = self.backbone.transform(features)
        decoded = self.head(seen, (images.shape[-2], images.shape[-1]))
        if decoded.shape[1] == 1:
            return Outputs(logits=decoded, features=features)
        return Outputs(reconstruction=decoded, features=features)


def _learned_by(scorer: object) -> Any:
    """Return what describes the part of a scorer that learns from features; None where there is none."""
    part = getattr(scorer, "distance", scorer)
    if not isinstance(part, FitsFeatures):
        return None
    return type(scorer).__qualname__, catalogue().describe("scorer", part)


def _is_grey(data: TrainingData) -> bool:
    """Whether the good images are without colour: channels within 4 of 255 levels of each other."""
    rows = torch.linspace(0, len(data.train) - 1, min(len(data.train), 16)).round().long()
    images = data.train.batch(rows)
    return bool((images.amax(dim=1) - images.amin(dim=1) <= 4.5 / 255).float().mean() > 0.99)
