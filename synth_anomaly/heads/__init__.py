"""Networks that turn features into a map or an image."""

from __future__ import annotations

from synth_anomaly.heads.decoder import DECODER_CHANNELS, ConvDecoder, decoder_table, scaled
from synth_anomaly.heads.layers import Layer, build_layers, layer_sizes
from synth_anomaly.heads.pyramid import Pyramid
from synth_anomaly.heads.unet import UNetDecoder
from synth_anomaly.heads.widths import level_widths

__all__ = [
    "DECODER_CHANNELS",
    "ConvDecoder",
    "Layer",
    "Pyramid",
    "UNetDecoder",
    "build_layers",
    "decoder_table",
    "layer_sizes",
    "level_widths",
    "scaled",
]
