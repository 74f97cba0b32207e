"""Each check catches the synthesizer that breaks its rule, and says what is wrong."""

import random
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import ClassVar

import numpy as np
import pytest
import torch

from synth_anomaly.catalogue import Catalogue
from synth_anomaly.discovery import discover
from synth_anomaly.errors import DataError
from synth_anomaly.host import is_at_hand
from synth_anomaly.interfaces import Defects
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import Alpha, Ellipse, Elsewhere, Grey, Mixed, Paste
from synth_anomaly.testing import check_synthesizer
from synth_anomaly.testing import synthesizer as checks


@dataclass(frozen=True)
class Stripe:
    """A good synthesizer: inverts one row of each image."""

    strength: float = 1.0

    def __call__(self, images, generator, *, guide=None, donors=None):
        top = self.rows(images, generator)
        masks = (torch.arange(images.shape[2]) == top[:, None])[:, None, :, None]
        masks = masks.expand(-1, 1, -1, images.shape[3]).to(images.device, torch.float32)
        masks = masks if guide is None else masks * (guide >= 0.5)
        return self.made(images, masks, Parameters({"top": top}), donors)

    def rows(self, images, generator):
        return torch.randint(images.shape[2], (len(images),), generator=generator)

    def made(self, images, masks, parameters, donors):
        return Defects(torch.where(masks > 0, self.content(images, donors), images), masks, parameters)

    def content(self, images, donors):
        return 1 - self.strength * images


class WritesInput(Stripe):
    def made(self, images, masks, parameters, donors):
        images.copy_(torch.where(masks > 0, 1 - images, images))
        return Defects(images.clone(), masks, parameters)


class WritesDonors(Stripe):
    def content(self, images, donors):
        return 1 - images if donors is None else donors.mul_(0.5)[:1]


class ChangesOutside(Stripe):
    def made(self, images, masks, parameters, donors):
        return Defects(images * 0.99, masks, parameters)


class LeavesRange(Stripe):
    def content(self, images, donors):
        return images + 1.5


class NotFinite(Stripe):
    def content(self, images, donors):
        return images / images.sub(images).abs()


class OtherType(Stripe):
    def made(self, images, masks, parameters, donors):
        return Defects(torch.where(masks > 0, 1 - images.float(), images.float()), masks, parameters)


class HalfMasks(Stripe):
    def made(self, images, masks, parameters, donors):
        return Defects(images, masks.to(images.dtype), parameters)


class ThreeChannelMasks(Stripe):
    def made(self, images, masks, parameters, donors):
        return Defects(images, masks.expand(-1, 3, -1, -1), parameters)


class OneParameterForAll(Stripe):
    def made(self, images, masks, parameters, donors):
        return Defects(images, masks, Parameters({"top": torch.zeros(1)}))


class UsesGlobalTorch(Stripe):
    def rows(self, images, generator):
        return torch.randint(images.shape[2], (len(images),))


class SeedsGlobalTorch(Stripe):
    def rows(self, images, generator):
        torch.manual_seed(generator.initial_seed())
        return torch.randint(images.shape[2], (len(images),))


class SeedsNumpy(Stripe):
    def rows(self, images, generator):
        np.random.seed(0)  # noqa: NPY002
        return super().rows(images, generator)


class UsesNumpy(Stripe):
    def rows(self, images, generator):
        np.random.rand()  # noqa: NPY002
        return super().rows(images, generator)


class UsesRandom(Stripe):
    def rows(self, images, generator):
        random.random()
        return super().rows(images, generator)


class TakesNeighbours(Stripe):
    def content(self, images, donors):
        return images.roll(1, dims=0)


class RowFromTheBatch(Stripe):
    def rows(self, images, generator):
        return (images.sum() * 7).long() % images.shape[2] + 0 * super().rows(images, generator)


class MaskFromTheBatch(Stripe):
    def made(self, images, masks, parameters, donors):
        return super().made(images, masks * images.mean(), parameters, donors)


class TakesNeighboursWithoutDonors(Stripe):
    def content(self, images, donors):
        return images.roll(1, dims=0) if donors is None else 1 - images


class CountsItsCalls(Stripe):
    calls: ClassVar = [0]

    def rows(self, images, generator):
        self.calls[0] += 1
        return super().rows(images, generator).add(self.calls[0]) % images.shape[2]


class MaskByTheCall(CountsItsCalls):
    """Its parameters are always the same, and its masks are not."""

    calls: ClassVar = [0]

    def rows(self, images, generator):
        return Stripe.rows(self, images, generator)

    def made(self, images, masks, parameters, donors):
        self.calls[0] += 1
        return super().made(images, masks.roll(self.calls[0] % 2, dims=2), parameters, donors)


class OtherOnADevice(Stripe):
    def content(self, images, donors):
        return 1 - images if is_at_hand(images) else images * 0.5


class WritesGuide(Stripe):
    def __call__(self, images, generator, *, guide=None, donors=None):
        made = super().__call__(images, generator, guide=guide, donors=donors)
        if guide is not None:
            guide.zero_()
        return made


class RoundsInAutocast(Stripe):
    def content(self, images, donors):
        size = images.shape[3]
        return 1 - images @ torch.full((size, size), 1 / (3 * size), dtype=images.dtype)


class TakesMemoryAsItLies(Stripe):
    def content(self, images, donors):
        return 1 - images.as_strided(images.shape, torch.empty(images.shape).stride())


class IgnoresGuide(Stripe):
    def __call__(self, images, generator, *, guide=None, donors=None):
        return super().__call__(images, generator, donors=donors)


class KeepsASpeck(Stripe):
    def made(self, images, masks, parameters, donors):
        masks = masks.clone()
        masks[:, :, 0, 0] = 1
        return super().made(images, masks, parameters, donors)


class SmoothsNormalSamples(Stripe):
    def made(self, images, masks, parameters, donors):
        made = super().made(images, masks, parameters, donors)
        normal = ~made.defective[:, None, None, None]
        return Defects(
            torch.where(normal, made.images.mean(dim=1, keepdim=True), made.images), masks, parameters
        )


class SquareOnly(Stripe):
    def __call__(self, images, generator, *, guide=None, donors=None):
        return super().__call__(images.transpose(2, 3), generator, guide=guide, donors=donors)


class EvenSidesOnly(Stripe):
    def content(self, images, donors):
        return 1 - images.unflatten(3, (-1, 2)).flatten(3, 4)


class CrashesWithoutDonors(Stripe):
    def content(self, images, donors):
        return donors[:1]


class SaysSomethingElse(Stripe):
    def content(self, images, donors):
        if donors is None:
            raise ValueError("not today")
        return donors[:1]


class SaysDonorsAreMissing(Stripe):
    def content(self, images, donors):
        if donors is None:
            raise DataError("needs donors")
        return donors[:1]


class ForgetsAnOption(Stripe):
    def __init__(self, power: float = 1.0):
        super().__init__()


class ChangesAnOption(Stripe):
    def __init__(self, strength: float = 1.0):
        super().__init__(strength / 2)


class ReturnsATuple(Stripe):
    def made(self, images, masks, parameters, donors):
        return images, masks


class LoopsOverImages(Stripe):
    def content(self, images, donors):
        return torch.stack([1 - image for image in images])


class LoopsAtHand(LoopsOverImages):
    """Where the images are at hand it may; on a device it does not."""

    def content(self, images, donors):
        return super().content(images, donors) if is_at_hand(images) else 1 - images


class ReadsAValue(Stripe):
    def content(self, images, donors):
        return (1 - images) * images.amax().clamp(min=1).item()


class AsksAMask(Stripe):
    def made(self, images, masks, parameters, donors):
        changed = masks * (images.amax(dim=1, keepdim=True) >= 0)
        return super().made(images, changed if changed.any() else masks, parameters, donors)


class PicksPixels(Stripe):
    def content(self, images, donors):
        content = images.clone()
        content[images > 0.5] = images[images > 0.5] * 0.5
        return content


class CountsPixels(Stripe):
    def content(self, images, donors):
        rows = images.flatten(1).amax(dim=1).gt(0.5).nonzero().squeeze(1)
        return images.index_copy(0, rows, 1 - images[rows])


class GoesThroughNumpy(Stripe):
    def content(self, images, donors):
        return torch.from_numpy(1 - images.numpy())


class GoesThroughLists(Stripe):
    def content(self, images, donors):
        return 1 - torch.tensor(images.tolist())


class OnlyIn(Stripe):
    """Breaks a rule for some images alone."""

    def breaks(self, images):
        raise NotImplementedError

    def content(self, images, donors):
        return (1 - images) * images.amax().clamp(min=1).item() if self.breaks(images) else 1 - images


class ReadsAValueInHalfPrecision(OnlyIn):
    def breaks(self, images):
        return images.dtype == torch.bfloat16


class ReadsAValueOfFlatImages(OnlyIn):
    def breaks(self, images):
        return images.shape[2] != images.shape[3]


class ReadsAValueOfOneImage(OnlyIn):
    def breaks(self, images):
        return len(images) == 1


class LoopsOverFlatImages(LoopsOverImages):
    def content(self, images, donors):
        is_flat = images.shape[2] != images.shape[3]
        return super().content(images, donors) if is_flat else 1 - images


class IgnoresGuideInHalfPrecision(Stripe):
    def __call__(self, images, generator, *, guide=None, donors=None):
        guide = None if images.dtype == torch.bfloat16 else guide
        return super().__call__(images, generator, guide=guide, donors=donors)


class HalfABox(Ellipse):
    """A shape whose masks are larger than its boxes."""

    def draw(self, count, size, generator):
        drawn = super().draw(count, size, generator)
        drawn["box"][:, 2:] //= 2
        return drawn


class BoxOutside(Ellipse):
    def draw(self, count, size, generator):
        drawn = super().draw(count, size, generator)
        drawn["box"][:, 3] = size[1] + 1
        return drawn


def masks_outside_boxes():
    return Mixed(Paste(HalfABox(), Elsewhere()))


def boxes_outside_images():
    return Paste(BoxOutside(), Grey(), Alpha())


FOR_SOME = [
    (ReadsAValueInHalfPrecision, "waits for the device"),
    (ReadsAValueOfFlatImages, "waits for the device"),
    (ReadsAValueOfOneImage, "waits for the device"),
    (LoopsOverFlatImages, "loops over the images"),
    (IgnoresGuideInHalfPrecision, "where the guide is below 0.5"),
]


def check_types_in_half_precision(synthesizer, images):
    checks.check_result(synthesizer, images.bfloat16())


CAUGHT = [
    (WritesInput, checks.check_input_untouched, "images given must stay untouched"),
    (WritesDonors, checks.check_input_untouched, "donors given must stay untouched"),
    (ChangesOutside, checks.check_result, "changed where the mask is 0"),
    (LeavesRange, checks.check_result, r"images must be in \[0, 1\]"),
    (NotFinite, checks.check_result, "images hold values that are not finite"),
    (OtherType, check_types_in_half_precision, "images must be bfloat16"),
    (HalfMasks, check_types_in_half_precision, "masks must be float32"),
    (ThreeChannelMasks, checks.check_result, r"masks must be float32 \(6, 1, 32, 32\)"),
    (OneParameterForAll, checks.check_result, "parameter 'top' must have 6 samples"),
    (ReturnsATuple, checks.check_result, "must return Defects, got tuple"),
    (UsesGlobalTorch, checks.check_same_seed, "draw from `generator` alone"),
    (UsesGlobalTorch, checks.check_random_state, "global random state of torch was used"),
    (SeedsGlobalTorch, checks.check_random_state, "global random state of torch was used"),
    (SeedsNumpy, checks.check_random_state, "global random state of numpy"),
    (UsesNumpy, checks.check_random_state, "global random state of numpy"),
    (UsesRandom, checks.check_random_state, "the module random"),
    (TakesNeighbours, checks.check_independence, "may come from `donors` only"),
    (MaskFromTheBatch, checks.check_independence, "mask of sample 0 depends"),
    (RowFromTheBatch, checks.check_independence, "parameter 'top' of sample 0 depends"),
    (TakesNeighboursWithoutDonors, checks.check_independence, "may come from `donors` only"),
    (CountsItsCalls, checks.check_same_on_cpu, "parameter 'top' must be the same on every device"),
    (MaskByTheCall, checks.check_same_on_cpu, r"must make the same on every device \(masks differ\)"),
    (OtherOnADevice, checks.check_same_on_cpu, r"must make the same on every device \(images differ\)"),
    (WritesGuide, checks.check_input_untouched, "guide given must stay untouched"),
    (RoundsInAutocast, checks.check_in_training_step, "in a training step .* the defects are others"),
    (TakesMemoryAsItLies, checks.check_in_training_step, "in a training step .* the defects are others"),
    (KeepsASpeck, checks.check_empty_masks, "must leave empty masks, none `defective`"),
    (SmoothsNormalSamples, checks.check_empty_masks, "an empty mask must leave its image as it is"),
    (masks_outside_boxes, checks.check_boxes, "the box of HalfABox must hold its mask"),
    (boxes_outside_images, checks.check_boxes, "a box of BoxOutside must lie inside the image, 32 x 32"),
    (IgnoresGuide, checks.check_guide, "where the guide is below 0.5"),
    (CrashesWithoutDonors, checks.check_donors, "must work or raise DataError, got TypeError"),
    (SaysSomethingElse, checks.check_donors, "must say that there are none, got: not today"),
    (LoopsOverImages, checks.check_batched, "loops over the images: 240 of them take"),
    (ReadsAValue, checks.check_no_waiting, "waits for the device .aten._local_scalar_dense"),
    (AsksAMask, checks.check_no_waiting, "waits for the device .aten._local_scalar_dense"),
    (PicksPixels, checks.check_no_waiting, "waits for the device .aten.index"),
    (CountsPixels, checks.check_no_waiting, "waits for the device .aten.nonzero"),
    (GoesThroughNumpy, checks.check_no_waiting, "waits for the device .Tensor.numpy"),
    (GoesThroughLists, checks.check_no_waiting, "waits for the device .Tensor.tolist"),
    (ForgetsAnOption, checks.check_serialisable, "does not keep its option 'power'"),
    (ChangesAnOption, checks.check_serialisable, "has another recipe"),
]


def test_a_loop_over_images_at_hand_is_allowed():
    checks.check_batched(LoopsAtHand(), checks.example_images((32, 32)))


@pytest.fixture(scope="module")
def plugins():
    point = EntryPoint("built-in", "synth_anomaly.builtin", "synth_anomaly")
    return Catalogue(discover(found=[point]))


def call(check, synthesizer, plugins):
    more = {"plugins": plugins} if check is checks.check_serialisable else {}
    check(synthesizer, checks.example_images((32, 32)), **more)


@pytest.mark.parametrize(("bad", "check", "message"), CAUGHT)
def test_a_broken_rule_is_caught(bad, check, message, plugins):
    with pytest.raises(AssertionError, match=message):
        call(check, bad(), plugins)


@pytest.mark.parametrize("bad", dict.fromkeys(bad for bad, _, _ in CAUGHT))
def test_the_gathered_checks_catch_it_too(bad, plugins):
    with pytest.raises(AssertionError):
        check_synthesizer(bad(), plugins=plugins)


@pytest.mark.parametrize(("bad", "message"), FOR_SOME)
def test_images_of_every_kind_are_tried(bad, message, plugins):
    with pytest.raises(AssertionError, match=message):
        check_synthesizer(bad(), plugins=plugins)


def test_every_check_is_shown_to_catch_something():
    caught = {check.__name__ for _, check, _ in CAUGHT} | {"check_replay", "check_replay_of_some"}
    gathered = {name for name in checks.__all__ if name.startswith("check_")} - {"check_synthesizer"}
    assert gathered == (caught | {"check_result"}) - {"check_types_in_half_precision"}


@pytest.mark.parametrize("check", dict.fromkeys(check for _, check, _ in CAUGHT))
def test_a_good_one_passes_each_check(check, plugins):
    call(check, Stripe(), plugins)


@pytest.mark.parametrize("good", [Stripe(0.8), SaysDonorsAreMissing()])
def test_good_ones_pass(good, plugins):
    check_synthesizer(good, plugins=plugins)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (SquareOnly, "pixels changed where the mask is 0"),
        (EvenSidesOnly, r"must work for float32 \(6, 3, 33, 47\) images, got RuntimeError"),
    ],
)
def test_other_sizes_are_tried(bad, message, plugins):
    with pytest.raises(AssertionError, match=message):
        check_synthesizer(bad(), plugins=plugins)


def test_the_checks_leave_the_random_state(plugins):
    before = torch.get_rng_state()
    check_synthesizer(Stripe(), plugins=plugins)
    assert torch.equal(before, torch.get_rng_state())
