import numpy as np
import pytest
import torch

from synth_anomaly import Prediction
from synth_anomaly.data import Demo
from synth_anomaly.errors import DataError
from synth_anomaly.evaluation import Removal, evaluate, removal_of
from synth_anomaly.interfaces import Sample


def sample(image, mask=None, clean=None, name="hole/0"):
    return Sample(
        name=name,
        defect="good" if mask is None else "hole",
        read=lambda: image,
        read_mask=None if mask is None else lambda: mask,
        read_clean=None if clean is None else lambda: clean,
    )


@pytest.fixture
def case():
    """An image, its mask and its clean twin, and a reconstruction."""
    random = np.random.default_rng(0)
    clean, other, made = random.integers(0, 256, (3, 10, 12, 3), np.uint8)
    mask = np.zeros((10, 12), np.bool_)
    mask[2:5, 3:9] = True
    return np.where(mask[..., None], other, clean), mask, clean, made


def as_images(*arrays):
    return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2).float() / 255


def test_means_inside_the_mask_by_plain_arithmetic(case):
    image, mask, clean, made = case
    got = removal_of([sample(image, mask, clean)], as_images(image), as_images(made)).facts()
    present, left = (np.abs(part.astype(float) - clean)[mask].mean() / 255 for part in (image, made))
    assert got["defect_change"] == pytest.approx(present, rel=1e-5)
    assert got["defect_change_left"] == pytest.approx(left, rel=1e-5)
    assert got["defect_share_left"] == pytest.approx(left / present, rel=1e-5)


def test_all_removed_and_none(case):
    image, mask, clean, _ = case
    for made, expected in ((clean, 0.0), (image, 1.0)):
        removal = removal_of([sample(image, mask, clean)], as_images(image), as_images(made))
        assert removal.share_left == pytest.approx(expected, abs=1e-6)


def test_images_without_a_clean_twin_count_nothing(case):
    image, mask, clean, made = case
    samples = [sample(image), sample(image, mask), sample(image, mask, clean)]
    some = removal_of(samples, as_images(*[image] * 3), as_images(*[made] * 3))
    assert some == removal_of(samples[2:], as_images(image), as_images(made))
    none = removal_of(samples[:2], as_images(*[image] * 2), as_images(*[made] * 2))
    assert none == Removal()
    assert none.facts() == {}
    assert np.isnan(none.share_left)


def test_removals_add_up_by_pixels(case):
    image, mask, clean, made = case
    small = np.zeros_like(mask)
    small[0, 0] = True
    samples = [sample(image, mask, clean), sample(made, small, clean)]
    both = removal_of(samples, as_images(image, made), as_images(made, image))
    parts = [
        removal_of([one], as_images(shown), as_images(other))
        for one, shown, other in zip(samples, (image, made), (made, image), strict=True)
    ]
    assert (parts[0] + parts[1]).facts() == pytest.approx(both.facts())
    assert both.pixels == mask.sum() + 1


def test_a_clean_twin_of_another_size_is_refused(case):
    image, mask, clean, made = case
    with pytest.raises(DataError, match="expected clean twin and mask of 'hole/0' of one size"):
        removal_of([sample(image, mask, clean[1:])], as_images(image), as_images(made))


@pytest.mark.parametrize("score_size", ["input", "native"])
def test_an_evaluation_of_the_demo_knows_what_is_left(score_size):
    samples = [item for item in Demo("carpet", size=64).test() if item.name.endswith("/000")]

    def predict(images, batch_size):
        maps = torch.rand(len(images), 1, 32, 32, generator=torch.Generator().manual_seed(0))
        return Prediction(maps, maps.amax(dim=(1, 2, 3)), images)

    found = evaluate(predict, samples, (32, 32), batch_size=4, score_size=score_size)
    assert found.removal.share_left == pytest.approx(1)
    assert found.removal.facts()["defect_change"] > 0.01
