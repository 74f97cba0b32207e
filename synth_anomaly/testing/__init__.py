"""What a plugin's author tests with.

Checks of components are plain functions that raise AssertionError; beside them there are small images and
data sets to test on, and the command line in the test's own process.
"""

from synth_anomaly.testing.backbone import check_backbone
from synth_anomaly.testing.command import last_path, sat
from synth_anomaly.testing.data_set import write_data_set
from synth_anomaly.testing.fitted import check_fits_features
from synth_anomaly.testing.head import check_head
from synth_anomaly.testing.images import as_tensor, one_thread, random_images
from synth_anomaly.testing.loss import check_loss
from synth_anomaly.testing.method import check_method, check_resuming, fit_small
from synth_anomaly.testing.recipe import check_recipe
from synth_anomaly.testing.scorer import check_scorer
from synth_anomaly.testing.synthesizer import check_synthesizer

__all__ = [
    "as_tensor",
    "check_backbone",
    "check_fits_features",
    "check_head",
    "check_loss",
    "check_method",
    "check_recipe",
    "check_resuming",
    "check_scorer",
    "check_synthesizer",
    "fit_small",
    "last_path",
    "one_thread",
    "random_images",
    "sat",
    "write_data_set",
]
