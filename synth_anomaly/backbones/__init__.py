"""Networks that turn images into features, and the parts they are made of."""

from __future__ import annotations

from synth_anomaly.backbones.dilated import StackedDilatedConvolution
from synth_anomaly.backbones.discriminator import Discriminator, Judgement, channels_for, dcgan_channels
from synth_anomaly.backbones.normalise import Normalise
from synth_anomaly.backbones.residual import BasicBlock, Bottleneck, Stage, Stem, initialise
from synth_anomaly.backbones.resnet import ResNet, ResNet18, ResNet34, ResNet50
from synth_anomaly.backbones.timm import Timm
from synth_anomaly.backbones.weights import adapt_input, download_weights, load_matching, read_weights

__all__ = [
    "BasicBlock",
    "Bottleneck",
    "Discriminator",
    "Judgement",
    "Normalise",
    "ResNet",
    "ResNet18",
    "ResNet34",
    "ResNet50",
    "StackedDilatedConvolution",
    "Stage",
    "Stem",
    "Timm",
    "adapt_input",
    "channels_for",
    "dcgan_channels",
    "download_weights",
    "initialise",
    "load_matching",
    "read_weights",
]
