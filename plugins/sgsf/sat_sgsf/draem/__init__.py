"""DRAEM: a denoising autoencoder, and a segmentation network that sees an image beside its reconstruction.

Source: Zavrtanik, Kristan, Skočaj, "DRAEM: A discriminatively trained reconstruction embedding for surface
anomaly detection", ICCV 2021.
"""

from __future__ import annotations
