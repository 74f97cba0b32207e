"""The generic method: a synthesizer, a backbone, a head, a loss and a scorer of your choice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from torch import Generator, Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR

from synth_anomaly.catalogue import build_network
from synth_anomaly.interfaces import (
    Augmentation,
    Backbone,
    Batch,
    Defects,
    Head,
    Loss,
    Outputs,
    Prediction,
    Scorer,
    Synthesizer,
    Targets,
)
from synth_anomaly.losses import Focal
from synth_anomaly.method import Method, MethodSettings
from synth_anomaly.scorers import Max
from synth_anomaly.synthesizers import Mixed, cutpaste
from synth_anomaly.training import Objective, Optimiser, Stage

__all__ = ["Pipeline", "PipelineSettings"]

_CUTPASTE = cutpaste()


@dataclass(frozen=True, kw_only=True)
class PipelineSettings(MethodSettings):
    """The pieces of a pipeline, and how they are trained.

    Attributes:
        synthesizer: Makes the defects to train on.
        defective: Share of each batch that gets a defect, in (0, 1].
        augment: Augmentation before synthesis.
        backbone: Turns images into features.
        head: Turns features into a map (``out_channels = 1``, logits) or an image (3, a reconstruction).
        loss: Compares the head's output with the truth.
        scorer: Turns the head's output into maps and scores.
        learning_rate: Of AdamW, at the start.
        weight_decay: Of AdamW.
        schedule: ``"constant"``, or ``"cosine"`` down to zero at the end.
        steps: Training steps.
    """

    synthesizer: Synthesizer = _CUTPASTE
    defective: float = 0.5
    augment: Augmentation | None = None
    backbone: Backbone | str | Mapping[str, Any] = "resnet18"
    head: Head | str | Mapping[str, Any] = "unet-decoder"
    loss: Loss = Focal()  # noqa: RUF009  # a loss without parameters
    scorer: Scorer = Max()  # noqa: RUF009
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    schedule: Literal["constant", "cosine"] = "cosine"
    steps: int = 5_000

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_positive("steps", "learning_rate")
        if not 0 < self.defective <= 1:
            raise ValueError(f"defective is a share in (0, 1], got {self.defective!r}")

    def check_training(self) -> None:
        """Check that a batch of training has an image that gets a defect.

        Raises:
            ValueError: If it has none.
        """
        if round(self.defective * self.batch_size) < 1:
            raise ValueError(
                f"defective = {self.defective!r} of batch_size = {self.batch_size!r} is no image: raise one"
            )


class Pipeline(Method):
    """Composes a method from pieces, by name or as objects.

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
        self.backbone = build_network("backbone", self.settings.backbone, in_channels=3)
        self.head = build_network("head", self.settings.head, in_channels=tuple(self.backbone.channels))
        self.synthesizer = Mixed(self.settings.synthesizer, self.settings.defective)
        # What has weights of its own goes to the device and into the files with the rest.
        self.pieces = nn.ModuleDict(
            {
                name: piece
                for name in ("augment", "loss", "scorer")
                if isinstance(piece := getattr(self.settings, name), nn.Module)
            }
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
        network = nn.ModuleList([self.backbone, self.head])
        optimiser = AdamW(network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
        schedule = CosineAnnealingLR(optimiser, settings.steps) if settings.schedule == "cosine" else None
        return (
            Stage(
                name="training",
                steps=settings.steps,
                batch_size=settings.batch_size,
                network=network,
                optimisers={"network": Optimiser(optimiser, schedule)},
                step=self._step,
                augment=settings.augment,
                panels=self._panels,
            ),
        )

    def forward(self, images: Tensor) -> Prediction:
        """Return what the scorer makes of the head's output."""
        return self.settings.scorer(self._outputs(images), images)

    def _step(self, batch: Batch, generator: Generator) -> Iterator[Objective]:
        defects = self._defects(batch, generator)
        targets = Targets(clean=batch.images, images=defects.images, masks=defects.masks)
        yield Objective("network", {"loss": self.settings.loss(self._outputs(defects.images), targets)})

    def _panels(self, batch: Batch, generator: Generator) -> Mapping[str, Tensor]:
        defects = self._defects(batch, generator)
        outputs = self._outputs(defects.images)
        maps = self.settings.scorer(outputs, defects.images).maps
        panels = {
            "input": batch.images,
            "defect": defects.images,
            "mask": defects.masks.expand(-1, 3, -1, -1),
            "map": maps.expand(-1, 3, -1, -1),
        }
        return (
            panels if outputs.reconstruction is None else {**panels, "reconstruction": outputs.reconstruction}
        )

    def _defects(self, batch: Batch, generator: Generator) -> Defects:
        return self.synthesizer(batch.images, generator, guide=batch.guide, donors=batch.images)

    def _outputs(self, images: Tensor) -> Outputs:
        features = self.backbone(images)
        decoded = self.head(features, (images.shape[-2], images.shape[-1]))
        if decoded.shape[1] == 1:
            return Outputs(logits=decoded, features=features)
        return Outputs(reconstruction=decoded, features=features)
