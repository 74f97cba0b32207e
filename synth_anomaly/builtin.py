"""The pieces that the core itself offers, through the same hook as everybody's."""

from __future__ import annotations

from collections.abc import Iterator

from synth_anomaly.plugin import Component, hookimpl

__all__ = ["sat_components"]

_COMPONENTS = {
    "synthesizer": {
        "cutpaste": ("synthesizers.named:cutpaste", "a rectangle of the image, pasted elsewhere"),
        "hard-augmentation": (
            "synthesizers.named:hard_augmentation",
            "CutPaste from a turned, permuted, jittered copy",
        ),
        "paste": ("synthesizers.paste:Paste", "any shape, any fill, any blend"),
        "one-of": ("synthesizers.combine:OneOf", "one of several synthesizers for each image"),
        "chain": ("synthesizers.combine:Chain", "several synthesizers, one after the other"),
        "mixed": ("synthesizers.combine:Mixed", "defects on a fixed share of each batch"),
    },
    "shape": {
        "rectangle": ("synthesizers.shapes.rectangle:Rectangle", "by area and aspect ratio"),
        "scar": ("synthesizers.shapes.scar:Scar", "thin, at an angle, by width and length"),
        "whole-image": ("synthesizers.shapes.whole_image:WholeImage", "every pixel"),
    },
    "fill": {
        "elsewhere": ("synthesizers.fills.elsewhere:Elsewhere", "content from another place"),
        "donor": ("synthesizers.fills.donor:Donor", "content from another image"),
        "quarter-turn": ("synthesizers.fills.quarter_turn:QuarterTurn", "turned by 90, 180 or 270 degrees"),
        "permute": ("synthesizers.fills.permute:Permute", "halves or quarters in another order"),
        "colour-jitter": (
            "synthesizers.fills.colour_jitter:ColourJitter",
            "other brightness, contrast, colours",
        ),
        "successive": ("synthesizers.fills.combine:Successive", "several fills, one after the other"),
        "sometimes": ("synthesizers.fills.combine:Sometimes", "a fill, with a probability"),
    },
    "blend": {
        "replace": (
            "synthesizers.blends.replace:Replace",
            "content instead of the image, weighted by the mask",
        ),
        "alpha": ("synthesizers.blends.alpha:Alpha", "content that the image shines through"),
        "soft": ("synthesizers.blends.soft:Soft", "content that fades out towards its edge"),
    },
    "augmentation": {
        "flips": ("augmentation:Flips", "horizontal and vertical flips"),
        "quarter-turns": ("augmentation:QuarterTurns", "turns by 0, 90, 180 or 270 degrees"),
    },
    "backbone": {
        "resnet18": ("backbones.resnet:ResNet18", "ResNet-18 trunk"),
        "resnet34": ("backbones.resnet:ResNet34", "ResNet-34 trunk"),
        "resnet50": ("backbones.resnet:ResNet50", "ResNet-50 trunk"),
        "timm": ("backbones.timm:Timm", "any feature extractor of timm, where it is installed"),
    },
    "head": {
        "conv-decoder": ("heads.decoder:ConvDecoder", "a table of convolutions, up to the image's size"),
        "unet-decoder": ("heads.unet:UNetDecoder", "upsampling with skip connections from every level"),
    },
    "loss": {
        "masked-l1": ("losses.masked_l1:MaskedL1", "reconstruction where the image is normal"),
        "segmentation-l1": ("losses.segmentation:SegmentationL1", "absolute difference of map and mask"),
        "segmentation-l2": ("losses.segmentation:SegmentationL2", "squared difference of map and mask"),
        "l2": ("losses.l2:L2", "squared difference of reconstruction and clean image"),
        "focal": ("losses.focal:Focal", "cross-entropy that looks at the hard pixels"),
        "ssim": ("losses.ssim:SSIM", "structural difference of reconstruction and clean image"),
        "sum": ("losses.combine:WeightedSum", "several losses, each with its weight"),
    },
    "scorer": {
        "max": ("scorers.pooling:Max", "the map's maximum"),
        "mean-pool-max": ("scorers.pooling:MeanPoolMax", "the maximum of the mean-pooled map"),
        "sum": ("scorers.pooling:Sum", "the map's sum"),
        "feature-matching": (
            "scorers.feature_matching:FeatureMatching",
            "distance of features and of images",
        ),
    },
    "method": {
        "segmentation": ("pipeline:Pipeline", "synthesizer, backbone, head, loss and scorer of your choice")
    },
    "dataset": {
        "demo": ("data.demo_dataset:Demo", "rendered parts; needs no file"),
        "folder": ("data.folder:Folder", "a folder of good images; test images where there are some"),
        "mvtec_ad": ("data.mvtec_ad:MVTecAD", "the layout of MVTec AD"),
    },
}


@hookimpl
def sat_components() -> Iterator[Component]:
    """Yield the core's own components."""
    for kind, components in _COMPONENTS.items():
        for name, (target, summary) in components.items():
            yield Component(kind, name, f"synth_anomaly.{target}", summary)
