"""SGSF, assembled from the core's pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor, nn

from sat_sgsf.cache import GuidanceCache
from sat_sgsf.contrast import Normals, check_enough, contrast_sets, pooled_features
from sat_sgsf.networks import Autoencoder, Reconstructed, Segmenter
from sat_sgsf.results import published
from sat_sgsf.schedule import adam, steps_of
from sat_sgsf.settings import PRESETS, SGSFSettings
from sat_sgsf.training import GuidedSegmentation, Reconstruction
from synth_anomaly.data import Images, ImageStore
from synth_anomaly.errors import RunError
from synth_anomaly.interfaces import Batch, Defects, Outputs, Prediction
from synth_anomaly.method import Method
from synth_anomaly.synthesizers import Mixed
from synth_anomaly.training import Stage, TrainingData

__all__ = ["SGSF"]

_CONTRAST = "contrast"


class SGSF(Method):
    """Segments forged defects, guided by the features of a similar good image.

    Pixels are scored by the segmentation module's map, images by the maximum of its mean over 21x21 pixels.

    Source: Xing, Sun, Li, "Self-Supervised Guided Segmentation Framework for Unsupervised Anomaly Detection".
        What differs is marked as ours in :class:`sat_sgsf.settings.SGSFSettings`.
    """

    Settings = SGSFSettings
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = PRESETS
    settings: SGSFSettings

    def build(self) -> None:
        """Make the network, and what finds similar normal images where it is guided by them."""
        settings = self.settings
        guided, compares = settings.self_supervised != "none", settings.self_supervised == "reconstruction"
        shape = settings.width, settings.blocks
        self.autoencoder = Autoencoder(*shape) if guided else None
        self.segmenter = Segmenter(*shape, guided=guided)
        self.contrast_autoencoder = Autoencoder(*shape) if compares else None
        self.normals = Normals(settings.width * 8, settings.input_size) if compares else None
        self._cache: GuidanceCache | None = None
        if self.autoencoder is not None and self.normals is not None:
            self._cache = GuidanceCache(self._guidance, nn.ModuleList([self.autoencoder, self.normals]))
        self._store: ImageStore | None = None

    @property
    def network(self) -> nn.Module:
        """The guided network, whose parameters the paper counts."""
        return nn.ModuleList([part for part in (self.autoencoder, self.segmenter) if part is not None])

    def training_data(self, images: Images, device: torch.device, **given: Any) -> TrainingData:
        """Do as every method does, and keep the images at hand: each step asks for others than its own."""
        data = super().training_data(images, device, **given)
        if self.normals is not None:
            check_enough(len(data.train), with_itself=self.settings.contrast_itself)
        self._store = data.train
        return data

    def stages(self) -> Sequence[Stage]:
        """Return the autoencoder's stage, where similar images are looked for, then the guided network's."""
        tensors: dict[str, Tensor] = {}
        training = self._training(tensors)
        segmentation = self._stage(
            "segmentation",
            self.network,
            self.settings.steps or self._steps(self.settings.epochs),
            step=training.step,
            panels=training.panels,
            prepare=partial(self._prepare, tensors),
            finish=self._finish,
            tensors=tensors,
        )
        return (*self._contrast_stages(), segmentation)

    def forward(self, images: Tensor) -> Prediction:
        """Return what the scorer makes of the guided segmentation.

        Raises:
            RunError: If it has not been trained, so that there are no normal images to be guided by.
        """
        outputs = Outputs(logits=self.segmenter(images, self._features(images)))
        return self.settings.scorer(outputs, images)

    def pictures(self, images: Tensor) -> Mapping[str, Tensor]:
        """Return the good image whose features guide the segmentation of each image, where one does."""
        if self.normals is None:
            return {}
        guides = [self.normals.image(row) for row in self.nearest(images).tolist()]
        return {"Guiding good image": torch.cat(guides)}

    @classmethod
    def published(cls, dataset: str, category: str, preset: str) -> Mapping[str, float]:
        """Return the paper's figures of a preset (tables I to V and VII to IX)."""
        return published(dataset, category, preset)

    def nearest(self, images: Tensor) -> Tensor:
        """Return the row of the training image that is most similar to each image, int64 ``(B,)``.

        Raises:
            RunError: If it has not been trained, or is not guided by similar images.
        """
        if self.normals is None or self.contrast_autoencoder is None:
            raise RunError("expected guidance by similar images, got none: set self_supervised")
        if not len(self.normals.images):
            raise RunError("expected normal images to be guided by, got none: train it first, with fit()")
        return self.normals.nearest(pooled_features(self.contrast_autoencoder.encoder, images))

    def _features(self, images: Tensor) -> Sequence[Tensor]:
        """Return what guides the segmentation of test images."""
        if self.autoencoder is None:
            return ()
        if self._cache is None:
            made: Reconstructed = self.autoencoder(images)
            return made.guidance(self.settings.guidance)
        return self._cache.features(self.nearest(images))

    def _guidance(self, row: int) -> Sequence[Tensor]:
        assert self.autoencoder is not None  # noqa: S101  # only asked where images are compared
        assert self.normals is not None  # noqa: S101
        made: Reconstructed = self.autoencoder(self.normals.image(row))
        return made.guidance(self.settings.guidance)

    def _contrast_stages(self) -> list[Stage]:
        if self.contrast_autoencoder is None:
            return []
        training = Reconstruction(self.contrast_autoencoder)
        steps = self.settings.contrast_steps or self._steps(self.settings.contrast_epochs)
        network = self.contrast_autoencoder
        return [self._stage(_CONTRAST, network, steps, step=training.step, panels=training.panels)]

    def _training(self, tensors: Mapping[str, Tensor]) -> GuidedSegmentation:
        settings = self.settings
        return GuidedSegmentation(
            synthesizer=Mixed(settings.synthesizer, settings.forged),
            segmenter=self.segmenter,
            autoencoder=self.autoencoder,
            guidance=settings.guidance,
            self_supervision=partial(self._self_supervision, tensors),
            weight=settings.weight,
            tau=settings.tau,
        )

    def _stage(self, name: str, network: nn.Module, steps: int, **more: Any) -> Stage:
        settings = self.settings
        optimiser = adam(network.parameters(), settings.learning_rate, steps, settings.drops, settings.drop)
        return Stage(
            name=name,
            steps=steps,
            batch_size=settings.batch_size,
            network=network,
            optimisers={"network": optimiser},
            **more,
        )

    def _steps(self, epochs: int) -> int:
        return steps_of(epochs, len(self._images), self.settings.batch_size)

    @property
    def _images(self) -> ImageStore:
        if self._store is None:
            raise RunError("expected images to train on, got none: stages are made by fit()")
        return self._store

    def _prepare(self, tensors: dict[str, Tensor], data: TrainingData, random: Generator) -> None:  # noqa: ARG002
        """Look for the contrast sets, with the autoencoder that the stage before trained."""
        if self.normals is None or self.contrast_autoencoder is None:
            return
        settings = self.settings
        self.normals.describe(data.train, self.contrast_autoencoder.encoder, settings.batch_size)
        sets = contrast_sets(self.normals.features, settings.contrast, with_itself=settings.contrast_itself)
        tensors[_CONTRAST] = sets.cpu()
        if settings.initialise and self.autoencoder is not None:
            self.autoencoder.load_state_dict(self.contrast_autoencoder.state_dict())

    def _finish(self, data: TrainingData) -> None:
        if self.normals is not None:
            self.normals.keep(data.train, self.settings.batch_size)
        self._store = None

    def _self_supervision(
        self, tensors: Mapping[str, Tensor], batch: Batch, defects: Defects, random: Generator
    ) -> tuple[Tensor, Tensor]:
        """Return what the self-supervised module sees and makes: an image of each one's contrast set."""
        if self.settings.self_supervised == "denoising":
            return defects.images, batch.images
        sets = tensors[_CONTRAST]
        place = torch.randint(sets.shape[1], (len(batch.index),), generator=random)
        others = self._images.batch(sets[batch.index, place])
        others = others.contiguous(memory_format=_layout(batch.images))
        return others, others


def _layout(images: Tensor) -> torch.memory_format:
    is_last = images.is_contiguous(memory_format=torch.channels_last)
    return torch.channels_last if is_last else torch.contiguous_format
