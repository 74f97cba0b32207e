"""The one decoder of picture files: whatever their format, depth, transparency, orientation and pages."""

from synth_anomaly.data.pictures.decoding import decode, page_count, picture_size, readable_suffixes
from synth_anomaly.data.pictures.raster import Raster

__all__ = ["Raster", "decode", "page_count", "picture_size", "readable_suffixes"]
