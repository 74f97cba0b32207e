"""The synthesizers of papers have the published values, and what is said of them holds."""

import pytest
import torch

from synth_anomaly.synthesizers import (
    Alpha,
    Chain,
    ColourJitter,
    Constant,
    Donor,
    Elastic,
    Elsewhere,
    GammaRectangle,
    GradientDomain,
    OneOf,
    Pair,
    Paste,
    Perlin,
    Rectangle,
    Replace,
    Resized,
    SaliencyPerlin,
    Scar,
    SoftBlob,
    Sometimes,
    Successive,
    Texture,
    TextureOperations,
    WholeImage,
    amgad,
    cutpaste,
    cutpaste_3way,
    cutpaste_scar,
    draem,
    glass,
    hard_augmentation,
    nsa,
    saliency_perlin,
    ssae,
    ssae_cut_out,
    ssae_occlusion,
    ssae_patch_swap,
    ssae_rotation,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def pictures(count, *size, seed=0):
    return torch.rand(count, 3, *size, generator=seeded(seed))


def shares(masks):
    return (masks > 0).float().mean(dim=(1, 2, 3))


def test_cutpaste_has_the_papers_values():
    made = cutpaste()
    assert made.shape == Rectangle((0.02, 0.15), ((0.3, 1.0), (1.0, 3.3)))
    assert made.fill.fills == (Elsewhere(), ColourJitter(0.1, 0.1, 0.1, 0.1, about="box"))


def test_cutpaste_without_jitter_pastes_pixels_of_the_image():
    images = pictures(8, 24, 24)
    made = cutpaste(fill=Elsewhere())(images, seeded())
    for image, pasted, mask in zip(images, made.images, made.masks, strict=True):
        known = {tuple(pixel) for pixel in image.flatten(1).T.tolist()}
        assert {tuple(pixel) for pixel in pasted[:, mask[0] > 0].T.tolist()} <= known


def test_the_scar_has_the_papers_values():
    made = cutpaste_scar()
    assert made.shape == Scar((2.0, 16.0), (10.0, 25.0), (-45.0, 45.0))
    assert made.fill == cutpaste().fill


def test_3way_is_one_of_both():
    made = cutpaste_3way()
    assert made == OneOf((cutpaste(), cutpaste_scar()))
    drawn = made.draw(1000, (64, 64), seeded()).host["choice"]
    assert drawn.float().mean() == pytest.approx(0.5, abs=0.06)


def test_hard_augmentation_turns_permutes_and_jitters_half_of_the_time_in_that_order():
    *sometimes, last = hard_augmentation().fill.fills
    assert [type(part.fill).__name__ for part in sometimes] == ["QuarterTurn", "Permute", "ColourJitter"]
    assert [part.p for part in sometimes] == [0.5, 0.5, 0.5]
    assert last == Elsewhere()


def test_amgad_has_the_papers_values():
    whole, zeros, augmented = amgad().synthesizers
    assert amgad().weights == (0.5, 0.25, 0.25)
    assert [type(fill).__name__ for fill in whole.fill.fills] == ["QuarterTurn", "Permute", "ColourJitter"]
    assert whole.shape == WholeImage()
    assert augmented.fill == whole.fill
    assert zeros == Paste(augmented.shape, Constant())


def test_amgad_changes_the_whole_image_or_the_same_region():
    images = pictures(400, 8, 8) / 2 + 0.25
    made = amgad()(images, seeded())
    choice = made.parameters.host["choice"]
    whole = shares(made.masks) == 1
    assert whole.float().mean() == pytest.approx(0.5, abs=0.08)
    assert torch.equal(whole, choice == 0)
    black = torch.where(made.masks > 0, made.images, 0).amax(dim=(1, 2, 3)) == 0
    assert torch.equal(black, choice == 1)


def test_amgads_region_shows_the_augmented_copy_at_the_same_place():
    images = pictures(12, 16, 16)
    whole, _, region = amgad().synthesizers
    drawn = region.draw(12, (16, 16), seeded())
    made = region.apply(images, drawn)
    copies = whole.fill.content(images, drawn.scope("fill"))
    torch.testing.assert_close(made.images, torch.where(made.masks > 0, copies, images))


def test_draem_has_the_published_codes_values():
    made = draem()
    assert made.shape == Perlin((1, 32), octaves=1, rotation=(-90.0, 90.0), threshold=0.5)
    assert made.fill == Successive((Texture(), TextureOperations(count=3)))
    assert len(made.fill.fills[1].operations) == 10
    assert made.blend == Alpha((0.2, 1.0))


def test_draems_masks_are_as_large_as_those_of_its_published_code():
    shape = draem().shape
    area = shares(shape.masks(shape.draw(300, (256, 256), seeded()), (256, 256)))
    # 500 masks of the published code, turned by OpenCV: 5.0%, 4.6%, 8.9%, 4.0%
    assert area.mean() == pytest.approx(0.050, abs=0.005)
    assert area.median() == pytest.approx(0.046, abs=0.004)
    assert area.quantile(0.95) == pytest.approx(0.089, abs=0.015)
    assert (area == 0).float().mean() == pytest.approx(0.04, abs=0.03)


def test_nsa_has_the_published_codes_values():
    made = nsa()
    assert made.synthesizer == Paste(
        GammaRectangle(concentration=2, scale=0.05, least=0.03, most=0.4),
        Successive((Donor(), Resized(mean=1.0, deviation=0.5, limits=(0.7, 1.3)), Elsewhere())),
        GradientDomain(),
        visible=1 / 255,
    )
    assert (made.count, made.p) == ((1, 3), 0.5)


def test_nsas_content_comes_from_donors_alone():
    donors = torch.full((2, 3, 32, 32), 0.75)
    pasted = nsa(blend=Replace())(torch.zeros(6, 3, 32, 32), seeded(), donors=donors)
    torch.testing.assert_close(pasted.images, 0.75 * pasted.masks.expand(-1, 3, -1, -1))
    assert pasted.defective.all()
    # flat donors have no gradients, and the image around is flat: nothing changes, so nothing is a defect
    blended = nsa()(torch.full((6, 3, 32, 32), 0.25), seeded(), donors=donors)
    assert not blended.masks.any()


def test_ssaes_soft_mask_weighs_the_distorted_patch():
    images = pictures(8, 48, 40)
    made = ssae()(images, seeded())
    assert ssae() == Paste(SoftBlob(), Elastic((0.015, 0.03), (0.04, 0.08)), Replace())
    assert ((made.masks > 0) & (made.masks < 1)).flatten(1).any(dim=1).all()
    distorted = ssae().fill.content(images, made.parameters.scope("fill"))
    expected = made.masks * distorted + (1 - made.masks) * images
    torch.testing.assert_close(made.images, expected, atol=1e-6, rtol=0)


def test_ssaes_corruptions_differ_in_their_content():
    assert ssae_cut_out() == ssae(fill=Constant())
    assert ssae_patch_swap() == ssae(fill=Successive((Sometimes(Donor(), 0.5), Elsewhere())))
    images = pictures(4, 32, 32)
    made = ssae_cut_out()(images, seeded())
    torch.testing.assert_close(made.images, images * (1 - made.masks), atol=1e-6, rtol=0)


def test_ssae_occludes_in_turn_and_rotates_before():
    made = ssae_occlusion()
    bent, occluded = made.synthesizers
    assert (bent, made.weights) == (ssae(), None)
    assert occluded.fill == draem().fill
    turned = ssae_rotation()
    assert isinstance(turned, Chain)
    assert turned.synthesizers[1] == made
    assert turned.synthesizers[0].shape == WholeImage()


def test_ssaes_rotation_marks_what_it_changes():
    images = torch.zeros(4, 3, 33, 33)
    images[:, :, 9:24, 14:19] = 1
    turn = ssae_rotation().synthesizers[0]
    made = turn(images, seeded())
    changed = (made.images - images).abs().amax(dim=1, keepdim=True) > 0
    assert torch.equal(made.masks > 0, changed)
    # about the centre, which keeps its place; the scale stays 1
    assert made.images[:, :, 16, 16].min() > 0.99
    assert made.images.sum() == pytest.approx(images.sum().item(), rel=0.02)


def test_saliency_perlin_has_the_papers_values():
    made = saliency_perlin()
    assert made.shape == SaliencyPerlin(a=0.4, b=0.2)
    assert made.fill == draem().fill
    assert made.blend == Alpha((0.1, 1.0))


def test_saliency_perlin_stays_on_what_is_salient():
    images, guide = pictures(12, 32, 32), torch.zeros(12, 1, 32, 32)
    guide[:, :, 8:24, 4:16] = 1
    made = saliency_perlin()(images, seeded(), guide=guide)
    assert made.masks.any()
    assert not (made.masks * (1 - guide)).any()
    empty = ~made.defective
    assert torch.equal(made.images[empty], images[empty])


def test_glass_has_the_published_codes_values():
    made = glass()
    assert made.shape == Pair(draem().shape, draem().shape)
    assert made.blend == Alpha((0.2, 0.8), deviation=0.1)
    operations = made.fill.fills[1]
    assert (len(operations.fills), operations.count) == (9, 3)
    opacity = made.blend.draw(4000, seeded())["opacity"]
    assert opacity.mean() == pytest.approx(0.5, abs=0.01)
    assert opacity.std() == pytest.approx(0.1, abs=0.01)
    assert opacity.min() >= 0.2
    assert opacity.max() <= 0.8


@pytest.mark.parametrize("deviation", [-0.1, float("inf"), float("nan")])
def test_wrong_deviations(deviation):
    with pytest.raises(ValueError, match="deviation must be"):
        Alpha((0.2, 0.8), deviation=deviation)


def test_glass_joins_two_masks_in_three_ways():
    made = glass()(pictures(60, 32, 32), seeded())
    drawn = made.parameters.scope("shape")
    first, second = (draem().shape.masks(drawn.scope(part), (32, 32)) for part in ("first", "second"))
    for join, expected in enumerate((torch.maximum(first, second), first * second, first)):
        rows = drawn.host["join"] == join
        assert rows.any()
        assert torch.equal(made.masks[rows], expected[rows])


def test_an_option_reaches_every_part():
    assert {part.shape for part in amgad(shape=Scar()).synthesizers[1:]} == {Scar()}
    assert {part.blend for part in cutpaste_3way(blend=Alpha()).synthesizers} == {Alpha()}
    inner = ssae_rotation(occluders=Rectangle(), fill=Constant()).synthesizers[1]
    assert (inner.synthesizers[0].fill, inner.synthesizers[1].shape) == (Constant(), Rectangle())
    assert nsa(patches=(2, 4)).count == (2, 4)
