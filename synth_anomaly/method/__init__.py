"""What every method has: settings and presets, training, prediction, evaluation, saving and loading."""

from synth_anomaly.method.base import Method
from synth_anomaly.method.create import create_method, load_method
from synth_anomaly.method.settings import MethodSettings

__all__ = ["Method", "MethodSettings", "create_method", "load_method"]
