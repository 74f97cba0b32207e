"""NSA's anomalies: patches of other images, blended in without a seam."""

from __future__ import annotations

from synth_anomaly.interfaces import Blend, Fill, Shape
from synth_anomaly.synthesizers.blends.gradient_domain import GradientDomain
from synth_anomaly.synthesizers.fills.combine import Successive
from synth_anomaly.synthesizers.fills.donor import Donor
from synth_anomaly.synthesizers.fills.elsewhere import Elsewhere
from synth_anomaly.synthesizers.fills.resized import Resized
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.published.nsa_patches import BlendedPatches
from synth_anomaly.synthesizers.shapes.gamma_rectangle import GammaRectangle

__all__ = ["nsa"]

_RECTANGLE = GammaRectangle(concentration=2, scale=0.05, least=0.03, most=0.4)
_RESIZED_DONOR = Successive(
    (Donor(), Resized(mean=1.0, deviation=0.5, limits=(0.7, 1.3)), Elsewhere()),
)
_POISSON = GradientDomain()


def nsa(
    shape: Shape = _RECTANGLE,
    fill: Fill = _RESIZED_DONOR,
    blend: Blend = _POISSON,
    patches: tuple[int, int] = (1, 3),
    visible: float = 1 / 255,
) -> BlendedPatches:
    """Return NSA's anomalies: resized patches of another image, blended into the image by their gradients.

    There is at least one patch; each of the others comes with probability 0.5. It needs donors. With this
    fill and blend, whatever the shape of rectangles, only the patches' own pixels are computed.

    Args:
        shape: Where a patch is pasted.
        fill: What is pasted.
        blend: How it is joined.
        patches: Fewest and most patches.
        visible: How much a pixel must change to be a defect, one grey level unless told.

    Source: NSA (arXiv 2109.15222), section 3, with the values of its published code: half sides of 0.03 +
    Gamma(2, 0.05) of the image's, up to 0.4; size N(1, 0.5) cut to 0.7 to 1.3 for objects, ``resized`` with
    limits of 0.5 and 2 for textures; up to 3 patches for objects, 4 for textures, screws and zippers;
    Poisson blending; binary masks of what changes by more than one grey level, on average over the colours.
    What differs: the distribution is that of the pasted patch, in the code that of its source, and what is
    pasted has sides of 0.4 at most; each patch has its own donor, which may be the image itself where it is
    among them; the foreground is a guide, that cuts the mask, where the code draws places until a patch
    holds enough of it; the masks' specks are not filtered.
    """
    return BlendedPatches(Paste(shape, fill, blend, visible), patches, 0.5)
