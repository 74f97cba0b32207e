"""What is computed inside the boxes alone is what whole images would have given."""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch

import synth_anomaly.synthesizers.paste as paste
from synth_anomaly.errors import DataError
from synth_anomaly.host import as_if_on_device
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import (
    Alpha,
    Blob,
    BrightnessShift,
    Chain,
    ColourJitter,
    Constant,
    CurvedLine,
    Donor,
    Elastic,
    Elsewhere,
    GradientDomain,
    Mirror,
    Mixed,
    Noise,
    NoiseBlob,
    OneOf,
    Paste,
    Perlin,
    Permute,
    QuarterTurn,
    Rectangle,
    Replace,
    Scar,
    Soft,
    SoftBlob,
    SomeOf,
    Sometimes,
    Successive,
    Texture,
    TextureOperations,
    Tint,
    WholeImage,
    cutpaste,
    draem,
    hard_augmentation,
    nsa,
)
from synth_anomaly.synthesizers.fills.operations.altered import Altered
from synth_anomaly.synthesizers.pieces import Pieces
from synth_anomaly.synthesizers.views import View, view_of

FILLS = {
    "elsewhere": Elsewhere(),
    "turned": QuarterTurn(),
    "halves": Permute(),
    "shuffled": Permute("shuffle"),
    "donor": Donor(),
    "jitter": ColourJitter(),
    "jitter without contrast": Successive((Tint(), ColourJitter(0.4, 0.0, 0.3, 0.1))),
    "jittered patch": Successive((Elsewhere(), ColourJitter(about="box"))),
    "sometimes a jittered patch": Successive((ColourJitter(), Sometimes(ColourJitter(about="box")))),
    "all": Successive((Donor(), QuarterTurn(), Permute(), ColourJitter(), Elsewhere())),
    "sometimes": Successive(
        (Sometimes(QuarterTurn()), Sometimes(Permute()), Sometimes(ColourJitter()), Sometimes(Elsewhere()))
    ),
    "always and never": Successive((Sometimes(ColourJitter(), 1.0), Sometimes(QuarterTurn(), 0.0))),
    "sometimes a donor": Sometimes(Donor()),
    "sometimes several": Sometimes(Successive((ColourJitter(), QuarterTurn(), Elsewhere()))),
    "a patch jittered, then moved": Successive((ColourJitter(0.9, 0.9, 0.9, 0.5, "box"), Elsewhere())),
    "a patch jittered, then mirrored": Successive((ColourJitter(0.9, 0.9, 0.9, 0.5, "box"), Mirror())),
    "a second donor": Successive((Donor(), ColourJitter(0.9, 0.9, 0.9, 0.5), Sometimes(Donor()))),
    "a second texture": Successive((Texture(), ColourJitter(0.9, 0.9, 0.9, 0.5), Sometimes(Texture()))),
    "twice the colours": Successive((ColourJitter(), ColourJitter())),
    "shade": Successive((BrightnessShift(), Sometimes(Tint(), 0.4))),
    "colours with noise": Successive((Constant((0.0, 1.0), colour=True), Noise(), Elsewhere())),
    "grey noise": Noise(distribution="uniform", replaces=True, colour=False),
    "noise on a patch": Successive((ColourJitter(about="box"), Noise())),
    "one of several": SomeOf((Donor(), Successive((Constant(), Noise())), Tint(), Texture(), Elsewhere()), 1),
    "one of several, then another": Successive((SomeOf((Donor(), Tint()), 1), Elsewhere())),
    "one of several about boxes": SomeOf((Elsewhere(), ColourJitter(about="box")), 1),
    "bent": Successive((Elsewhere(), Elastic())),
}
SIZES = [(24, 24), (23, 23), (20, 37), (70, 70), (1, 1), (1, 9)]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def random_images(count, size, seed=0):
    return torch.rand(count, 3, *size, generator=seeded(seed))


def every_way(monkeypatch, synthesizer, images, seed, **others):
    """Return what is made in slices, in pieces, in pieces as on a device, and of whole images."""

    def made():
        return synthesizer(images, seeded(seed), **others)

    with monkeypatch.context() as patch:
        patch.setattr(paste, "_PART", 2.0)
        sliced = made()
        patch.setattr(Paste, "_view_to_slice", lambda *_: None)
        pieces = made()
        with as_if_on_device():
            far = made()
        patch.setattr(paste, "_PART", -1.0)
        return sliced, pieces, far, made()


def assert_all_same(ways, tolerance=1e-6):
    *parts, whole = ways
    for part in parts:
        assert_same(part, whole, tolerance)


def assert_same(pieces, whole, tolerance=1e-6):
    assert pieces.images.dtype == whole.images.dtype
    assert pieces.masks.dtype == whole.masks.dtype == torch.float32
    assert torch.equal(pieces.masks, whole.masks)
    torch.testing.assert_close(pieces.images, whole.images, atol=tolerance, rtol=0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("fill", FILLS)
def test_parts_give_what_whole_images_give(monkeypatch, fill, size):
    donors = random_images(4, size, 9)
    for seed, count in enumerate((6, 1, 0, 5)):
        images = random_images(count, size, seed)
        synthesizer = Paste(Rectangle((0.02, 0.6)), FILLS[fill])
        assert_all_same(every_way(monkeypatch, synthesizer, images, seed, donors=donors))


@pytest.mark.parametrize("fill", FILLS)
def test_donors_may_be_the_images_themselves(monkeypatch, fill):
    images = random_images(6, (24, 24))
    synthesizer = Paste(Rectangle((0.02, 0.6)), FILLS[fill])
    assert_all_same(every_way(monkeypatch, synthesizer, images, 1, donors=images))


@pytest.mark.parametrize("blend", [Replace(), Alpha()], ids=repr)
def test_what_lies_outside_the_mask_stays_to_the_bit(monkeypatch, blend):
    images = random_images(5, (45, 45)) * 1.01 - 0.005
    for made in every_way(monkeypatch, Paste(Blob(), Elsewhere(), blend), images, 3):
        outside = (made.masks == 0).expand_as(images)
        assert torch.equal(made.images[outside], images[outside])


@pytest.mark.parametrize(
    "synthesizer",
    [Paste(Blob(), Donor(), GradientDomain(), 1 / 255), nsa(patches=(1, 1))],
    ids=["blob", "nsa"],
)
def test_a_change_that_is_cut_away_is_no_defect(synthesizer):
    images = torch.ones(6, 3, 64, 64)
    images[:, :, ::2] = 0.99
    made = synthesizer(images, seeded(1), donors=random_images(6, (64, 64), 3))
    change = (made.images - images).abs().amax(dim=1, keepdim=True)
    assert (made.masks > 0).any()
    assert change[made.masks > 0].min() >= 1 / 255 - 1e-6


def test_donors_of_another_size_are_refused_by_apply_too():
    images, synthesizer = random_images(2, (48, 48)), Paste(Rectangle(), Donor())
    drawn = synthesizer.draw(2, (48, 48), seeded(), donors=2)
    with pytest.raises(DataError, match="donors"):
        synthesizer.apply(images, drawn, donors=random_images(2, (64, 80)))


@pytest.mark.parametrize(
    "shape",
    [Rectangle(), Scar(), Blob(), SoftBlob(), CurvedLine(), NoiseBlob(), WholeImage()],
    ids=lambda shape: type(shape).__name__,
)
@pytest.mark.parametrize("blend", [Replace(), Alpha(), Soft((0.0, 0.1), (0.3, 1.0))], ids=repr)
@pytest.mark.parametrize("visible", [0.0, 0.2])
@pytest.mark.parametrize("guided", [False, True])
def test_whatever_the_shape_the_blend_and_the_guide(monkeypatch, shape, blend, visible, guided):
    images = random_images(5, (45, 45))
    guide = torch.rand(5, 1, 45, 45, generator=seeded(1)) if guided else None
    synthesizer = Paste(shape, FILLS["sometimes"], blend, visible)
    assert_all_same(every_way(monkeypatch, synthesizer, images, 3, guide=guide))


@pytest.mark.parametrize("synthesizer", [cutpaste(), hard_augmentation()], ids=["cutpaste", "hard"])
def test_images_in_half_precision_and_in_another_order(monkeypatch, synthesizer):
    images = random_images(5, (40, 40))
    assert_all_same(every_way(monkeypatch, synthesizer, images.bfloat16(), 0), tolerance=2e-2)
    assert_all_same(every_way(monkeypatch, synthesizer, images.half(), 0), tolerance=2e-3)
    last = images.contiguous(memory_format=torch.channels_last)
    for made in every_way(monkeypatch, synthesizer, last, 0):
        assert_same(made, synthesizer(images, seeded()))


@pytest.mark.parametrize(
    "synthesizer",
    [
        *(Paste(Scar(), FILLS["all"], blend) for blend in (Replace(), Alpha(), GradientDomain(), Soft())),
        cutpaste(),
        Chain((cutpaste(), cutpaste())),
        Mixed(cutpaste()),
        OneOf((cutpaste(), nsa())),
        nsa(),
    ],
    ids=lambda synthesizer: type(synthesizer).__name__,
)
def test_no_gradient_passes(synthesizer):
    images, donors = random_images(4, (24, 24)), random_images(4, (24, 24), 9)
    guide = torch.ones(4, 1, 24, 24)
    plain = synthesizer(images, seeded(1), guide=guide, donors=donors)
    tracked = {"guide": guide.requires_grad_(), "donors": donors.requires_grad_()}
    made = synthesizer(images.requires_grad_(), seeded(1), **tracked)
    assert not made.images.requires_grad
    assert not made.masks.requires_grad
    assert_same(made, plain, 0)


@dataclass(frozen=True)
class SomeEmpty:
    """Rectangles, every second of which has no pixels."""

    fills_box: ClassVar[bool] = True

    def draw(self, count, size, generator):
        drawn = Rectangle().draw(count, size, generator)
        drawn["box"][::2] = 0
        return drawn

    def masks(self, parameters, size):
        return Rectangle().masks(parameters, size)


@pytest.mark.parametrize("fill", FILLS.values(), ids=FILLS)
def test_boxes_without_pixels_are_normal_samples(monkeypatch, fill):
    images, donors = random_images(4, (24, 20)), random_images(4, (24, 20), 9)
    synthesizer = Paste(SomeEmpty(), fill)
    made = synthesizer(images, seeded(2), donors=donors)
    assert made.masks.flatten(1).any(dim=1).tolist() == [False, True, False, True]
    assert torch.equal(made.images[::2], images[::2])
    for other in every_way(monkeypatch, synthesizer, images, 2, donors=donors):
        assert_same(other, made)


@pytest.mark.parametrize("at_hand", [True, False])
def test_parameters_of_larger_images_are_refused(at_hand):
    drawn = cutpaste().draw(4, (20, 30), seeded())
    message = r"the parameters are for images of at least \d+ x \d+ pixels, got 4 x 5: draw for this size"
    with nullcontext() if at_hand else as_if_on_device(), pytest.raises(DataError, match=message):
        cutpaste().apply(random_images(4, (4, 5)), drawn)


def test_images_in_double_precision_stay_so():
    images = torch.rand(4, 3, 24, 24, generator=seeded(), dtype=torch.float64)
    made = Paste(Rectangle(), Elsewhere())(images, seeded(1))
    assert made.images.dtype == torch.float64
    assert torch.isin(made.images, images).all()


def test_a_sample_does_not_depend_on_the_others(monkeypatch):
    monkeypatch.setattr(paste, "_PART", 2.0)
    images, synthesizer = random_images(6, (48, 48)), hard_augmentation()
    drawn = synthesizer.draw(6, (48, 48), seeded())
    made = synthesizer.apply(images, drawn)
    for chosen in ([4], [5, 0, 2], [1, 1]):
        part = synthesizer.apply(
            images[chosen], Parameters({name: value[chosen] for name, value in drawn.host.items()})
        )
        torch.testing.assert_close(part.images, made.images[chosen], atol=1e-6, rtol=0)
        assert torch.equal(part.masks, made.masks[chosen])


@pytest.mark.parametrize("size", [(16, 16), (15, 15), (12, 17)])
@pytest.mark.parametrize("name", ["elsewhere", "turned", "halves", "donor"])
def test_a_view_is_the_content(name, size):
    images, donors, fill = random_images(40, size), random_images(3, size, 1), FILLS[name]
    whole = torch.tensor([[0, 0, *size]]).repeat(40, 1)
    boxes = Rectangle().draw(40, size, seeded()).host["box"]
    drawn = fill.draw(boxes, size, seeded(2), donors=3)
    content = fill.content(images, drawn, donors=donors)
    view = view_of(fill, View.of(images), drawn, donors)
    if view is None:
        assert (name, size) in {("turned", (12, 17)), ("halves", (12, 17)), ("halves", (15, 15))}
        return
    pieces, shown = Pieces.covering(whole, size, images.device), torch.zeros_like(images)
    pieces.put(shown, view.at(pieces))
    assert torch.equal(shown, content)
    torch.testing.assert_close(view.means(), content.mean(dim=(2, 3)))


def test_pieces_hold_each_pixel_of_the_boxes_and_no_other():
    boxes = torch.tensor([[0, 0, 3, 70], [5, 2, 1, 1], [2, 3, 4, 64], [9, 79, 1, 1]])
    pieces, masks = Pieces.covering(boxes, (10, 80), boxes.device), torch.zeros(4, 1, 10, 80)
    pieces.put(masks, torch.ones(len(pieces.top), 1, *pieces.shape))
    assert torch.equal(masks, Rectangle().masks(Parameters({"box": boxes}), (10, 80)))
    images = random_images(4, (10, 80))
    copied = torch.zeros_like(images)
    pieces.put(copied, pieces.cut(images))
    assert torch.equal(copied, images * masks)


def test_views_that_cannot_be():
    images = random_images(2, (8, 8))
    view, boxes = View.of(images), torch.tensor([[0, 0, 4, 4]] * 2)
    jitter = ColourJitter().draw(boxes, (8, 8), seeded())
    coloured = view_of(ColourJitter(), view, jitter, None)
    assert coloured.means() is None
    assert view_of(ColourJitter(), coloured, jitter, None) is None
    assert view_of(Elastic(), view, Elastic().draw(boxes, (8, 8), seeded()), None) is None
    shuffled = Permute("shuffle")
    assert view_of(shuffled, view, shuffled.draw(boxes, (8, 8), seeded()), None) is None
    donor = Donor().draw(boxes, (8, 8), seeded(), donors=1)
    assert view_of(Donor(), view, donor, images[:1].double()) is None


TEXTURED = Successive((Texture(), TextureOperations()))
AT_HAND = {
    "cutpaste": cutpaste(),
    "hard": hard_augmentation(),
    "draem": draem(),
    "textured boxes": Paste(Rectangle(), TEXTURED),
    "turned boxes": Paste(Rectangle((0.3, 0.6)), Successive((QuarterTurn(), Elsewhere()))),
    "scars": Paste(Scar(), Donor(), Alpha()),
    "jittered all over": Paste(Perlin(), ColourJitter(about="box")),
}


@pytest.mark.parametrize("name", AT_HAND)
@pytest.mark.parametrize("size", [(64, 64), (45, 70)])
def test_values_at_hand_change_nothing(name, size):
    images, donors = random_images(12, size), random_images(3, size, 5)
    drawn = AT_HAND[name].draw(12, size, seeded(4), donors=3)
    at_hand = AT_HAND[name].apply(images, drawn, donors=donors)
    with as_if_on_device():
        far = AT_HAND[name].apply(images, drawn, donors=donors)
    assert_same(at_hand, far)


@pytest.mark.parametrize("seed", range(6))
def test_operations_on_pieces_are_those_on_whole_images(seed):
    images = random_images(30, (50, 71))
    boxes = Rectangle((0.05, 0.3)).draw(30, (50, 71), seeded(seed)).host["box"]
    drawn = TEXTURED.draw(boxes, (50, 71), seeded(seed))
    pieces = Pieces.covering(boxes, (50, 71), images.device)
    described = view_of(TEXTURED, View.of(images), drawn, None)
    assert isinstance(described, Altered)
    torch.testing.assert_close(described.at(pieces), pieces.cut(TEXTURED.content(images, drawn)))


def test_pieces_that_touch_masks_hold_all_of_these():
    masks = Perlin((1, 8)).masks(Perlin((1, 8)).draw(6, (50, 71), seeded(1)), (50, 71))
    pieces, copied = Pieces.touching(masks), torch.zeros_like(masks)
    pieces.put(copied, pieces.cut(masks))
    assert torch.equal(copied, masks)
    assert (pieces.cut(masks).amax(dim=(1, 2, 3)) > 0).all()
    with pytest.raises(ValueError, match="pieces must cover boxes"):
        pieces.means(pieces.cut(masks), 6)


def test_means_are_those_in_the_boxes():
    images, size = random_images(5, (40, 90)), (40, 90)
    boxes = torch.tensor([[0, 0, 40, 90], [3, 5, 17, 33], [39, 89, 1, 1], [2, 50, 9, 40], [10, 0, 30, 64]])
    pieces = Pieces.covering(boxes, size, images.device)
    expected = [
        image[:, top : top + height, left : left + width].mean(dim=(1, 2))
        for image, (top, left, height, width) in zip(images, boxes.tolist(), strict=True)
    ]
    torch.testing.assert_close(pieces.means(pieces.cut(images), 5), torch.stack(expected))
