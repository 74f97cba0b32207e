"""Files from the network: whole and checked, or not there; resumed where files can be locked."""

from synth_anomaly.download.fetch import download
from synth_anomaly.download.report import PlainReport

__all__ = ["PlainReport", "download"]
