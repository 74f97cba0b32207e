"""Files from the network: whole and checked, or not there; what is interrupted goes on where it stopped."""

from synth_anomaly.download.fetch import download
from synth_anomaly.download.report import PlainReport

__all__ = ["PlainReport", "download"]
