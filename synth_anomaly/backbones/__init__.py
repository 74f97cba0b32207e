"""Networks that turn images into features, and the parts they are made of."""

from __future__ import annotations

from synth_anomaly.backbones.deviation import Deviation, Reference, frozen_features
from synth_anomaly.backbones.dilated import StackedDilatedConvolution
from synth_anomaly.backbones.discriminator import Discriminator, Judgement, channels_for, dcgan_channels
from synth_anomaly.backbones.efficientnet import (
    EfficientNetLite,
    EfficientNetLite0,
    EfficientNetLite1,
    EfficientNetLite2,
)
from synth_anomaly.backbones.fitted import FittedModule
from synth_anomaly.backbones.folding import fold_batch_norm
from synth_anomaly.backbones.inverted_residual import InvertedResidual, InvertedResidualStage, SameConv2d
from synth_anomaly.backbones.normalise import Normalise
from synth_anomaly.backbones.residual import BasicBlock, Bottleneck, Stage, Stem, initialise
from synth_anomaly.backbones.resnet import ResNet, ResNet18, ResNet34, ResNet50
from synth_anomaly.backbones.timm import Timm
from synth_anomaly.backbones.weights import (
    WeightsText,
    adapt_input,
    download_weights,
    find_weights,
    load_matching,
    read_weights,
)

__all__ = [
    "BasicBlock",
    "Bottleneck",
    "Deviation",
    "Discriminator",
    "EfficientNetLite",
    "EfficientNetLite0",
    "EfficientNetLite1",
    "EfficientNetLite2",
    "FittedModule",
    "InvertedResidual",
    "InvertedResidualStage",
    "Judgement",
    "Normalise",
    "Reference",
    "ResNet",
    "ResNet18",
    "ResNet34",
    "ResNet50",
    "SameConv2d",
    "StackedDilatedConvolution",
    "Stage",
    "Stem",
    "Timm",
    "WeightsText",
    "adapt_input",
    "channels_for",
    "dcgan_channels",
    "download_weights",
    "find_weights",
    "fold_batch_norm",
    "frozen_features",
    "initialise",
    "load_matching",
    "read_weights",
]
