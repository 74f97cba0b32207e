"""SSAE's corruptions: a patch, distorted, and blended in by a smooth mask."""

from __future__ import annotations

from synth_anomaly.interfaces import Blend, Fill, Shape
from synth_anomaly.synthesizers.blends.replace import Replace
from synth_anomaly.synthesizers.combine import Chain, OneOf
from synth_anomaly.synthesizers.fills.combine import Sometimes, Successive
from synth_anomaly.synthesizers.fills.constant import Constant
from synth_anomaly.synthesizers.fills.donor import Donor
from synth_anomaly.synthesizers.fills.elastic import Elastic
from synth_anomaly.synthesizers.fills.elsewhere import Elsewhere
from synth_anomaly.synthesizers.fills.operations import TextureOperations
from synth_anomaly.synthesizers.fills.resized import Resized
from synth_anomaly.synthesizers.fills.texture import Texture
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.shapes.blob import Blob
from synth_anomaly.synthesizers.shapes.several import Several
from synth_anomaly.synthesizers.shapes.soft_blob import SoftBlob
from synth_anomaly.synthesizers.shapes.whole_image import WholeImage

__all__ = ["ssae", "ssae_cut_out", "ssae_occlusion", "ssae_patch_swap", "ssae_rotation"]

_SOFT = SoftBlob()
_ELASTIC = Elastic(alpha=(0.015, 0.03), sigma=(0.04, 0.08))
_REPLACE = Replace()
_ZEROS = Constant()
_SWAPPED = Successive((Sometimes(Donor(), 0.5), Elsewhere()))
_OCCLUDERS = Several(Blob((0.005, 0.04)), (1, 4))
_TEXTURES = Successive((Texture(), TextureOperations(count=3)))
_TURN = Resized(deviation=0.0, angle=(-180.0, 180.0))
_ANY_CHANGE = 1e-5  # above rounding


def ssae(shape: Shape = _SOFT, fill: Fill = _ELASTIC, blend: Blend = _REPLACE) -> Paste:
    """Return SSAE's corruption: a patch bent elastically, inside a smooth mask between 0 and 1.

    Args:
        shape: The mask X2; it is the sample's mask, with all its values.
        fill: What makes the distorted patch X3 from the image X1.
        blend: How both are joined: ``replace`` is ``X4 = X2 X3 + (1 - X2) X1``.

    Source: SSAE, section 3.2 and Fig. 5, used alone for all categories of MVTec AD but cable, screw and
    transistor. Sizes, the form of the mask and the strength of the distortion are open: ours, and enough to
    be seen and now and then to fold. The paper sometimes varies the brightness of a patch too: ``successive``
    with ``brightness-shift``.
    """
    return Paste(shape, fill, blend)


def ssae_cut_out(shape: Shape = _SOFT, fill: Fill = _ZEROS, blend: Blend = _REPLACE) -> Paste:
    """Return SSAE's corruption with zeros in the place of the distorted patch.

    Args:
        shape: The mask X2.
        fill: What is shown.
        blend: How it is joined.

    Source: SSAE, section 3.2: tried by the paper, which found elastic distortion better. The smooth mask is
    the same for all of its corruptions; ``rectangle`` has a sharp edge.
    """
    return Paste(shape, fill, blend)


def ssae_patch_swap(shape: Shape = _SOFT, fill: Fill = _SWAPPED, blend: Blend = _REPLACE) -> Paste:
    """Return SSAE's corruption with a patch from elsewhere in the place of the distorted one.

    It needs donors: half of the patches come from another image, half from another place of the same.

    Args:
        shape: The mask X2.
        fill: What is shown.
        blend: How it is joined.

    Source: SSAE, section 3.2 (patch swapping), and section 4.2, where patches come from other training
    images. Which of the two it is in training is open.
    """
    return Paste(shape, fill, blend)


def ssae_occlusion(
    shape: Shape = _SOFT,
    fill: Fill = _ELASTIC,
    blend: Blend = _REPLACE,
    occluders: Shape = _OCCLUDERS,
    content: Fill = _TEXTURES,
) -> OneOf:
    """Return SSAE's corruptions for cable and screw: elastic distortion, or occlusion, in turn.

    Each image has one of the two, with equal chance. An occlusion is a few shapes with the content of a
    texture.

    Args:
        shape: The mask of the distortion.
        fill: What distorts.
        blend: How either is joined.
        occluders: The shapes that occlude.
        content: What they show; a texture made by rule where no folder is given.

    Source: SSAE, section 4.3, where the two alternate, with content from another data source as in DRAEM.
    Number, form and size of the shapes are open: ours.
    """
    return OneOf((ssae(shape, fill, blend), Paste(occluders, content, blend)))


def ssae_rotation(
    shape: Shape = _SOFT,
    fill: Fill = _ELASTIC,
    blend: Blend = _REPLACE,
    occluders: Shape = _OCCLUDERS,
    content: Fill = _TEXTURES,
    turn: Fill = _TURN,
) -> Chain:
    """Return SSAE's corruptions for transistor: those for cable, in an image turned about its centre.

    The mask is whatever the turn changes, nearly all of the image, and what is distorted or occluded then.

    Args:
        shape: The mask of the distortion.
        fill: What distorts.
        blend: How distortion or occlusion is joined.
        occluders: The shapes that occlude.
        content: What they show; a texture made by rule where no folder is given.
        turn: What turns the image; where it shows what lay outside, the image is reflected.

    Source: SSAE, section 4.3. The paper turns the corrupted image, here the turned image is corrupted: so
    the smooth mask lies where the corruption is seen. The angle is open: here any.
    """
    turned = Paste(WholeImage(), turn, _REPLACE, _ANY_CHANGE)
    return Chain((turned, ssae_occlusion(shape, fill, blend, occluders, content)))
