"""Published weights by name: where they are found, under which licence, and what to install.

Its modules import no torch before weights are read, because listings import them.
"""

from synth_anomaly.pretrained.packages import PackageWeights

__all__ = ["PackageWeights"]
