"""How many parameters the networks have, beside what the paper prints."""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn

from sat_sgsf.draem.method import DRAEM
from sat_sgsf.method import SGSF

__all__ = ["parameter_count", "sizes"]


def parameter_count(network: nn.Module | None) -> int:
    """Return how many parameters a network has; 0 of none."""
    return 0 if network is None else sum(value.numel() for value in network.parameters())


def sizes(preset: str = "paper") -> Iterator[str]:
    """Yield a line for each network.

    Args:
        preset: The preset of SGSF.

    Raises:
        RecipeError: If there is no such preset.
    """
    method = SGSF(preset)
    rows = [
        ("SGSF", parameter_count(method.network), 70 if preset == "paper" else None),
        ("  self-supervised module", parameter_count(method.autoencoder), None),
        ("  segmentation module", parameter_count(method.segmenter), None),
        ("autoencoder of the contrast sets, apart", parameter_count(method.contrast_autoencoder), None),
    ]
    if preset == "paper":
        # the same networks with ResNet-18's blocks, which have the same scales
        fewer = SGSF(preset, blocks=(2, 2, 2, 2))
        rows += [
            ("SGSF with blocks (2, 2, 2, 2)", parameter_count(fewer.network), 70),
            ("DRAEM with its own network", parameter_count(DRAEM("paper")), 97),
            ("DRAEM with SGSF's network", parameter_count(DRAEM("sgsf-network")), 65),
        ]
    for name, count, printed in rows:
        said = "" if printed is None else f"   (Table VI: {printed} M)"
        yield f"{name:40} {count / 1e6:8.2f} M{said}"
