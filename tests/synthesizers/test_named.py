import torch

from synth_anomaly.synthesizers import ColourJitter, Elsewhere, Rectangle, cutpaste, hard_augmentation


def test_cutpaste_has_the_papers_values():
    made = cutpaste()
    assert made.shape == Rectangle((0.02, 0.15), ((0.3, 1.0), (1.0, 3.3)))
    assert made.fill.fills == (ColourJitter(0.1, 0.1, 0.1, 0.1), Elsewhere())


def test_hard_augmentation_turns_permutes_and_jitters_half_of_the_time_in_that_order():
    *sometimes, last = hard_augmentation().fill.fills
    assert [type(part.fill).__name__ for part in sometimes] == ["QuarterTurn", "Permute", "ColourJitter"]
    assert [part.p for part in sometimes] == [0.5, 0.5, 0.5]
    assert last == Elsewhere()


def test_cutpaste_without_jitter_pastes_pixels_of_the_image():
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(8, 3, 24, 24, generator=generator)
    made = cutpaste(fill=Elsewhere())(images, generator)
    for image, pasted, mask in zip(images, made.images, made.masks, strict=True):
        known = {tuple(pixel) for pixel in image.flatten(1).T.tolist()}
        assert {tuple(pixel) for pixel in pasted[:, mask[0] > 0].T.tolist()} <= known
