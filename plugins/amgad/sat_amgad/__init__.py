"""AMGAD: an attention map shows what is normal, a GAN judges what it lets through; and the one-class DCGAN.

Source: Song, Kong, Park, Kang, "Attention Map-Guided Two-stage Anomaly Detection using Hard Augmentation".
"""

from __future__ import annotations

from collections.abc import Iterator

from synth_anomaly.plugin import Component, hookimpl

__all__ = ["SAT_PLUGIN_API", "sat_components"]

SAT_PLUGIN_API = 1


@hookimpl
def sat_components() -> Iterator[Component]:
    """Offer the two methods."""
    yield Component(
        "method",
        "amgad",
        "sat_amgad.method:AMGAD",
        "an attention map, and a GAN on the features it lets through",
    )
    yield Component(
        "method",
        "dcgan",
        "sat_amgad.dcgan.method:DCGAN",
        "a one-class DCGAN with hard augmentation for fakes",
    )
