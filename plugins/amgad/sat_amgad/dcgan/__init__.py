"""The one-class DCGAN of the paper's first experiment (section 4.2.1, table 1)."""

from __future__ import annotations
