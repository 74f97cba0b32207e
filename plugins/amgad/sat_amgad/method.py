"""AMGAD, assembled from the core's pieces."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.lr_scheduler import CosineAnnealingLR

from sat_amgad.adgan import ADGAN
from sat_amgad.attention import Attention
from sat_amgad.averaging import Average
from sat_amgad.equations import abnormality, concat, negative_log_likelihood
from sat_amgad.networks import AttentionGenerator, FeatureGenerator, FirstLayers, Generated
from sat_amgad.results import published
from sat_amgad.settings import PRESETS, QUICK_SMALL_IMAGES, SMALL_IMAGES, AMGADSettings
from synth_anomaly.backbones import Discriminator, dcgan_channels
from synth_anomaly.interfaces import Prediction
from synth_anomaly.method import Method
from synth_anomaly.training import Optimiser, Stage

__all__ = ["AMGAD"]

_WITHOUT_WEIGHTS = (
    "the encoder starts at random: the paper's has ImageNet's weights, which are not part of this package; "
    "give them with --set backbone.weights=imagenet, or =PATH of a .pth or .safetensors file"
)


class AMGAD(Method):
    """Anomaly detection in two stages: an attention network, and a GAN on what its map lets through.

    Pixels are scored by the attention map, ``1 - A_Gen``; images by ADGAN's discriminator or by stage 1.

    Source: Song, Kong, Park, Kang, "Attention Map-Guided Two-stage Anomaly Detection using Hard
        Augmentation". What differs is marked as ours in :class:`sat_amgad.settings.AMGADSettings`.
    """

    Settings = AMGADSettings
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = PRESETS
    after_training: ClassVar[Collection[str]] = ("score", "judged")
    settings: AMGADSettings

    def build(self) -> None:
        """Make two generators and two discriminators."""
        settings, side = self.settings, min(self.settings.input_size)
        self.attention_generator = AttentionGenerator(
            settings.backbone,
            latent_channels=settings.latent_channels,
            decoder_channels=settings.decoder_channels,
            attention_bias=settings.attention_bias,
        )
        self.attention_discriminator = Discriminator(
            4, dcgan_channels(side, settings.discriminator_width), last_padding=0
        )
        first = FirstLayers(self.attention_generator.encoder)
        self.adgan_generator = FeatureGenerator(
            self.attention_generator.encoder, first.channels, settings.decoder_channels
        )
        self.adgan_discriminator = Discriminator(
            first.channels, dcgan_channels(-(-side // first.stride), settings.adgan_width), last_padding=0
        )
        self.adgan_average = Average(self.adgan_discriminator, settings.average) if settings.average else None

    def stages(self) -> Sequence[Stage]:
        """Return the attention network's stage, then ADGAN's where there is one."""
        settings = self.settings
        attention = Attention(settings, self.attention_generator, self.attention_discriminator)
        first = Stage(
            name="attention",
            steps=settings.steps,
            batch_size=settings.batch_size,
            step=attention.step,
            panels=attention.panels,
            augment=settings.augment,
            network=nn.ModuleList([attention.generator, attention.discriminator]),
            optimisers={
                "generator": self._optimiser(attention.generator, settings.learning_rate, settings.steps),
                "discriminator": self._optimiser(
                    attention.discriminator, settings.discriminator_learning_rate, settings.steps
                ),
            },
        )
        return (first, self._adgan_stage()) if settings.adgan_steps else (first,)

    def _adgan_stage(self) -> Stage:
        settings, adgan = self.settings, self._adgan
        return Stage(
            name="adgan",
            steps=settings.adgan_steps,
            batch_size=settings.adgan_batch_size or settings.batch_size,
            step=adgan.step,
            augment=settings.augment,
            network=nn.ModuleList([adgan.generator, adgan.discriminator]),
            optimisers={
                "generator": self._optimiser(
                    adgan.generator, settings.adgan_learning_rate, settings.adgan_steps
                ),
                "discriminator": self._optimiser(
                    adgan.discriminator, settings.adgan_discriminator_learning_rate, settings.adgan_steps
                ),
            },
        )

    def forward(self, images: Tensor) -> Prediction:
        """Return ``1 - A_Gen`` as maps, the score that the settings name, and the reconstruction."""
        generated: Generated = self.attention_generator(images)
        return Prediction(1 - generated.attention, self._scores(images, generated), generated.images)

    def _scores(self, images: Tensor, generated: Generated) -> Tensor:
        if self.settings.score == "stage1-reconstruction":
            return negative_log_likelihood(images, generated.images)
        if self.settings.score == "stage1-discriminator":
            return abnormality(self.attention_discriminator(concat(images, generated.attention)).logits)
        return self._adgan.score(self._adgan.features(images, generated.attention))

    def remarks(self) -> Sequence[str]:
        """Return that the encoder begins without ImageNet's weights, where it does."""
        if self.attention_generator.encoder.weights is not None:
            return ()
        return (_WITHOUT_WEIGHTS,)

    @classmethod
    def for_category(cls, dataset: str, category: str, preset: str) -> Mapping[str, Any]:  # noqa: ARG003
        """Return what images of 32 pixels ask for, for every class of CIFAR-10."""
        if dataset != "cifar10":
            return {}
        return QUICK_SMALL_IMAGES if preset == "quick" else SMALL_IMAGES

    @classmethod
    def published(cls, dataset: str, category: str, preset: str) -> Mapping[str, float]:
        """Return the paper's figures of a preset (tables 2 to 5)."""
        return published(dataset, category, preset)

    @property
    def _adgan(self) -> ADGAN:
        return ADGAN(
            self.settings,
            self.attention_generator,
            self.adgan_generator,
            self.adgan_discriminator,
            self.adgan_average,
        )

    def _optimiser(self, network: nn.Module, learning_rate: float, steps: int) -> Optimiser:
        adam = Adam(network.parameters(), lr=learning_rate, betas=self.settings.betas, fused=True)
        return Optimiser(adam, CosineAnnealingLR(adam, steps) if self.settings.schedule == "cosine" else None)
