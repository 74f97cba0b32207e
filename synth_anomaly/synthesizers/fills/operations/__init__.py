"""DRAEM's ten operations on textures, a batch at a time."""

from synth_anomaly.synthesizers.fills.operations.draw import OPERATIONS
from synth_anomaly.synthesizers.fills.operations.fill import TextureOperations

__all__ = ["OPERATIONS", "TextureOperations"]
