"""The pieces that the core itself offers, through the same hook as everybody's."""

from __future__ import annotations

from collections.abc import Iterator

from synth_anomaly.plugin import Component, hookimpl

__all__ = ["sat_components"]

_COMPONENTS = {
    "synthesizer": {
        "cutpaste": ("synthesizers.published:cutpaste", "a rectangle of the image, pasted elsewhere"),
        "cutpaste-scar": ("synthesizers.published:cutpaste_scar", "a thin piece of the image, at an angle"),
        "cutpaste-3way": ("synthesizers.published:cutpaste_3way", "CutPaste's rectangle or its scar"),
        "hard-augmentation": (
            "synthesizers.published:hard_augmentation",
            "CutPaste from a turned, permuted, jittered copy",
        ),
        "amgad": (
            "synthesizers.published:amgad",
            "the whole image turned, permuted, jittered; or a region of it, perhaps black",
        ),
        "draem": ("synthesizers.published:draem", "textures that shine through where Perlin noise is high"),
        "nsa": ("synthesizers.published:nsa", "patches of another image, blended in without a seam"),
        "blended-patches": (
            "synthesizers.published.nsa_patches:BlendedPatches",
            "one paste, a random number of times: as repeated, and quicker for NSA's own",
        ),
        "ssae": ("synthesizers.published:ssae", "a patch bent elastically inside a smooth mask"),
        "ssae-occlusion": ("synthesizers.published:ssae_occlusion", "SSAE's patch, or shapes that occlude"),
        "ssae-rotation": ("synthesizers.published:ssae_rotation", "SSAE's patch or occlusion, image turned"),
        "ssae-cut-out": ("synthesizers.published:ssae_cut_out", "SSAE's smooth mask, black"),
        "ssae-patch-swap": ("synthesizers.published:ssae_patch_swap", "SSAE's smooth mask, from elsewhere"),
        "saliency-perlin": (
            "synthesizers.published:saliency_perlin",
            "DRAEM's textures, on what the guide calls salient",
        ),
        "glass": ("synthesizers.published:glass", "textures in one of three joins of two Perlin masks"),
        "small-regions": (
            "synthesizers.small_regions:small_regions",
            "a few small pastes an image, soft and often faint",
        ),
        "lines-and-spots": (
            "synthesizers.lines_and_spots:lines_and_spots",
            "thin curved lines, or irregular spots",
        ),
        "thin-lines": (
            "synthesizers.lines_and_spots:thin_lines",
            "thin curved lines, as scratches and cracks are",
        ),
        "spots": ("synthesizers.lines_and_spots:spots", "irregular spots, as stains and specks are"),
        "moved-regions": (
            "synthesizers.moved_regions:moved_regions",
            "large regions that show another part of the image, as misplaced parts do",
        ),
        "paste": ("synthesizers.paste:Paste", "any shape, any fill, any blend"),
        "one-of": ("synthesizers.combine:OneOf", "one of several synthesizers for each image"),
        "chain": ("synthesizers.combine:Chain", "several synthesizers, one after the other"),
        "repeated": ("synthesizers.repeated:Repeated", "one synthesizer, a random number of times"),
        "mixed": ("synthesizers.combine:Mixed", "defects on a fixed share of each batch"),
    },
    "shape": {
        "rectangle": ("synthesizers.shapes.rectangle:Rectangle", "by area and aspect ratio"),
        "gamma-rectangle": (
            "synthesizers.shapes.gamma_rectangle:GammaRectangle",
            "mostly small, now and then large",
        ),
        "scar": ("synthesizers.shapes.scar:Scar", "thin, at an angle, by width and length"),
        "whole-image": ("synthesizers.shapes.whole_image:WholeImage", "every pixel"),
        "perlin": (
            "synthesizers.shapes.perlin:Perlin",
            "where Perlin noise is high: irregular patches and stripes",
        ),
        "saliency-perlin": (
            "synthesizers.shapes.saliency_perlin:SaliencyPerlin",
            "where Perlin noise is high on what the guide calls salient",
        ),
        "curved-line": (
            "synthesizers.shapes.curved_line:CurvedLine",
            "thin curved lines of even width",
        ),
        "noise-blob": (
            "synthesizers.shapes.noise_blob:NoiseBlob",
            "irregular spots: smooth noise that is high, inside an ellipse",
        ),
        "ellipse": ("synthesizers.shapes.ellipse:Ellipse", "by area, aspect ratio and angle"),
        "blob": ("synthesizers.shapes.blob:Blob", "an irregular smooth outline"),
        "polygon": ("synthesizers.shapes.polygon:Polygon", "a few random corners"),
        "soft-blob": (
            "synthesizers.shapes.soft_blob:SoftBlob",
            "a smooth mask between 0 and 1 inside a rectangle",
        ),
        "drawn-masks": ("synthesizers.shapes.drawn_masks:DrawnMasks", "masks from a folder of images"),
        "several": ("synthesizers.shapes.several:Several", "a random number of draws of one shape"),
        "bounded": (
            "synthesizers.shapes.bounded:Bounded",
            "a shape whose masks are empty unless their area fits",
        ),
        "within": ("synthesizers.shapes.within:Within", "a shape inside a rectangle of the image"),
        "pair": ("synthesizers.shapes.pair:Pair", "two shapes: union, intersection, or the first alone"),
    },
    "fill": {
        "elsewhere": ("synthesizers.fills.elsewhere:Elsewhere", "content from another place"),
        "donor": ("synthesizers.fills.donor:Donor", "content from another image"),
        "quarter-turn": ("synthesizers.fills.quarter_turn:QuarterTurn", "turned by 90, 180 or 270 degrees"),
        "permute": ("synthesizers.fills.permute:Permute", "halves or tiles in another order"),
        "colour-jitter": (
            "synthesizers.fills.colour_jitter:ColourJitter",
            "other brightness, contrast, colours",
        ),
        "elastic": ("synthesizers.fills.elastic:Elastic", "bent by a smooth random displacement"),
        "resized": ("synthesizers.fills.resized:Resized", "larger or smaller, perhaps turned or mirrored"),
        "constant": ("synthesizers.fills.constant:Constant", "one colour; black by default"),
        "noise": ("synthesizers.fills.noise:Noise", "with noise on every pixel, or noise alone"),
        "brightness-shift": ("synthesizers.fills.brightness:BrightnessShift", "lighter or darker"),
        "tint": ("synthesizers.fills.tint:Tint", "each channel lighter or darker by its own number"),
        "kornia": ("synthesizers.fills.kornia:KorniaFill", "changed by any module of kornia.augmentation"),
        "texture": ("synthesizers.fills.texture:Texture", "a texture of a folder, or made by rule"),
        "texture-operations": (
            "synthesizers.fills.operations:TextureOperations",
            "a few of DRAEM's ten operations on colours and angle",
        ),
        "mirror": ("synthesizers.fills.mirror:Mirror", "left and right swapped, or top and bottom"),
        "grey": ("synthesizers.fills.grey:Grey", "without its colours"),
        "stretch": ("synthesizers.fills.stretch:Stretch", "each channel stretched to all of its range"),
        "some-of": ("synthesizers.fills.some_of:SomeOf", "a few of several fills, in random order"),
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
        "gradient-domain": (
            "synthesizers.blends.gradient_domain:GradientDomain",
            "content's gradients, colours of the image around (Poisson)",
        ),
    },
    "guide": {
        "border-colour": ("guides.border_colour:BorderColour", "other colours than the image's border"),
        "spectral-residual": ("guides.spectral_residual:SpectralResidual", "saliency by spectral residual"),
        "constant": ("guides.constant:Constant", "the same everywhere"),
        "region": ("guides.region:Region", "the inside of a rectangle, the same in every image"),
        "sharpened": ("guides.sharpened:Sharpened", "another guide, pushed towards 0 and 1"),
        "drawn-guides": ("guides.drawn:DrawnGuides", "a folder of maps, one for each training image"),
        "model-file": ("guides.model_file:ModelFile", "a network in a TorchScript or ONNX file"),
    },
    "augmentation": {
        "flips": ("augmentation:Flips", "horizontal and vertical flips"),
        "quarter-turns": ("augmentation:QuarterTurns", "turns by 0, 90, 180 or 270 degrees"),
        "symmetries": ("augmentation:Symmetries", "flips and quarter turns: a square's eight symmetries"),
    },
    "backbone": {
        "resnet18": ("backbones.resnet:ResNet18", "ResNet-18 trunk"),
        "resnet34": ("backbones.resnet:ResNet34", "ResNet-34 trunk"),
        "resnet50": ("backbones.resnet:ResNet50", "ResNet-50 trunk"),
        "efficientnet-lite0": ("backbones.efficientnet:EfficientNetLite0", "EfficientNet-Lite0 trunk"),
        "efficientnet-lite1": ("backbones.efficientnet:EfficientNetLite1", "EfficientNet-Lite1 trunk"),
        "efficientnet-lite2": ("backbones.efficientnet:EfficientNetLite2", "EfficientNet-Lite2 trunk"),
        "deviation": (
            "backbones.deviation:Deviation",
            "how far a frozen network's features deviate from those of good images",
        ),
        "timm": ("backbones.timm:Timm", "any feature extractor of timm, where it is installed"),
    },
    "weights": {
        "efficientnet-lite0": ("pretrained.efficientnet:EfficientNetLite0Weights", "ImageNet, Apache-2.0"),
        "efficientnet-lite1": ("pretrained.efficientnet:EfficientNetLite1Weights", "ImageNet, Apache-2.0"),
        "efficientnet-lite2": ("pretrained.efficientnet:EfficientNetLite2Weights", "ImageNet, Apache-2.0"),
        "resnet18": ("pretrained.resnet:ResNet18Weights", "ImageNet, BSD-3-Clause"),
        "resnet34": ("pretrained.resnet:ResNet34Weights", "ImageNet, BSD-3-Clause"),
        "resnet50": ("pretrained.resnet:ResNet50Weights", "ImageNet, BSD-3-Clause"),
        "dinov2-vits14": ("pretrained.dino:DINOv2Small", "for timm's network alone, Apache-2.0"),
        "dinov2-vitb14": ("pretrained.dino:DINOv2Base", "for timm's network alone, Apache-2.0"),
        "dinov2-vitl14": ("pretrained.dino:DINOv2Large", "for timm's network alone, Apache-2.0"),
        "dinov3-vits16": ("pretrained.dino:DINOv3Small", "for timm's network alone, DINOv3 License"),
        "dinov3-vitb16": ("pretrained.dino:DINOv3Base", "for timm's network alone, DINOv3 License"),
        "dinov3-vitl16": ("pretrained.dino:DINOv3Large", "for timm's network alone, DINOv3 License"),
    },
    "head": {
        "conv-decoder": ("heads.decoder:ConvDecoder", "a table of convolutions, up to the image's size"),
        "pyramid": (
            "heads.pyramid:Pyramid",
            "a small top-down pyramid: quick, and fine enough for thin defects",
        ),
        "unet-decoder": ("heads.unet:UNetDecoder", "upsampling with skip connections from every level"),
    },
    "loss": {
        "masked-l1": ("losses.masked_l1:MaskedL1", "reconstruction where the image is normal"),
        "segmentation-l1": ("losses.segmentation:SegmentationL1", "absolute difference of map and mask"),
        "segmentation-l2": ("losses.segmentation:SegmentationL2", "squared difference of map and mask"),
        "l2": ("losses.l2:L2", "squared difference of reconstruction and clean image"),
        "focal": ("losses.focal:Focal", "cross-entropy that looks at the hard pixels"),
        "focal-dice": ("losses.focal_dice:FocalDice", "focal loss plus dice, with cells that are ignored"),
        "ssim": ("losses.ssim:SSIM", "structural difference of reconstruction and clean image"),
        "sum": ("losses.combine:WeightedSum", "several losses, each with its weight"),
    },
    "scorer": {
        "max": ("scorers.pooling:Max", "the map's maximum"),
        "top-mean": ("scorers.pooling:TopMean", "the mean of the map's highest pixels, 0.2% of them"),
        "distance": (
            "scorers.distance:Distance",
            "distance from a Gaussian of good features by position (PaDiM)",
        ),
        "memory": ("scorers.memory:Memory", "distance from the nearest remembered good features (PatchCore)"),
        "gated": ("scorers.gated:Gated", "a head's map, weighed by the distance from good images"),
        "mean-pool-max": ("scorers.pooling:MeanPoolMax", "the maximum of the mean-pooled map"),
        "sum": ("scorers.pooling:Sum", "the map's sum"),
        "box-smoothed": (
            "scorers.smoothing:BoxSmoothed",
            "the sum of the smoothed difference",
        ),
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
        "mvtec_ad_2": ("data.mvtec_ad:MVTecAD2", "MVTec AD 2 as published, its public test images"),
        "mvtec_loco": ("data.mvtec_ad:MVTecLOCO", "MVTec LOCO AD as published"),
        "visa": ("data.visa:VisA", "VisA as published, or in one class"),
        "btad": ("data.mvtec_ad:BTAD", "BTAD as published"),
        "mpdd": ("data.mvtec_ad:MPDD", "MPDD as published"),
        "kolektor_sdd": ("data.kolektor_sdd:KolektorSDD", "KolektorSDD as published"),
        "kolektor_sdd2": ("data.kolektor_sdd2:KolektorSDD2", "KolektorSDD2 as published"),
        "cifar10": ("data.cifar10:CIFAR10", "CIFAR-10 as published: one class against the others"),
        "dagm2007": ("data.dagm2007:DAGM2007", "DAGM 2007 as published, ten classes"),
        "dagm2007_six": ("data.dagm2007:DAGM2007Six", "its first six classes"),
    },
}


@hookimpl
def sat_components() -> Iterator[Component]:
    """Yield the core's own components."""
    for kind, components in _COMPONENTS.items():
        for name, (target, summary) in components.items():
            yield Component(kind, name, f"synth_anomaly.{target}", summary)
