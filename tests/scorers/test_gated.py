import pytest
import torch

from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.interfaces import FitsFeatures, Outputs, Scorer
from synth_anomaly.scorers import Distance, Gated, Max, Memory, gaussian_smoothed
from synth_anomaly.testing import check_fits_features, check_scorer


def noise(count, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shapes = ((3, 8, 12), (4, 4, 6), (5, 2, 3))
    return [torch.randn(count, *shape, generator=generator) for shape in shapes]


def fitted(**options):
    made = Gated(**options)
    list(made.fit([noise(20)]))
    return made


@pytest.fixture
def images():
    return torch.rand(3, 3, 32, 48)


@pytest.fixture
def outputs():
    logits = torch.randn(3, 1, 32, 48, generator=torch.Generator().manual_seed(1))
    return Outputs(logits=3 * logits, features=[level * 2 for level in noise(3, seed=1)])


@pytest.mark.parametrize("distance", [Distance(), Memory(cells=50)])
def test_it_is_a_scorer_that_is_fitted(distance, images, outputs):
    made = Gated(distance)
    assert isinstance(made, Scorer)
    assert isinstance(made, FitsFeatures)
    check_fits_features(made)
    check_scorer(fitted(distance=distance), outputs, images)


def test_its_map_is_the_product(images, outputs):
    made = fitted(base=0.1, smoothing=1.5, share=0.05, distance_share=0.25)
    prediction, far = made(outputs, images), made.distance(outputs, images)
    weight = gaussian_smoothed(outputs.logits.sigmoid(), 1.5) + 0.1
    expected = weight * (1 + far.maps.clamp(min=0)).log()
    torch.testing.assert_close(prediction.maps, expected)
    highest = expected.flatten(1).sort(dim=1, descending=True).values[:, : round(0.05 * 32 * 48)]
    torch.testing.assert_close(prediction.scores, highest.mean(dim=1) + far.scores.clamp(min=0) / 4)
    assert prediction.maps.min() >= 0


def test_a_defect_is_what_both_see(images):
    made, seen = fitted(distance=Distance(levels=(0,)), smoothing=0.0), noise(1, seed=1)
    for level in seen:
        level[..., : level.shape[2] // 2, :] += 8  # far from good in the upper half
    logits = torch.full((1, 1, 32, 48), -20.0)
    logits[..., :24] = 20  # a defect by the head in the left half
    maps = made(Outputs(logits=logits, features=seen), images[:1]).maps[0, 0]
    both, far, head = maps[:8, :20].mean(), maps[:8, 28:].mean(), maps[24:, :20].mean()
    assert both > 20 * far > 0
    assert both > 2 * head


def test_logits_of_another_size_are_enlarged(images, outputs):
    small = Outputs(logits=outputs.logits[..., ::2, ::2], features=outputs.features)
    assert fitted()(small, images).maps.shape == (3, 1, 32, 48)


def test_what_it_learns_is_its_own():
    distance = Distance()
    first, second = fitted(distance=distance), Gated(distance)
    assert first.distance.is_fitted
    assert not second.distance.is_fitted
    assert not distance.is_fitted
    assert not Gated().distance.is_fitted


def test_mistakes_are_said(images, outputs):
    for options in ({"base": -1.0}, {"smoothing": -1.0}, {"share": 0.0}, {"distance_share": -1.0}):
        with pytest.raises(OptionError, match=next(iter(options))):
            Gated(**options)
    with pytest.raises(OptionError, match="a scorer that is fitted on good images, got Max"):
        Gated(Max())
    with pytest.raises(ComponentError, match=r"Gated needs outputs\.logits"):
        fitted()(Outputs(features=outputs.features), images)
    with pytest.raises(ComponentError, match=r"needs outputs\.features"):
        fitted()(Outputs(logits=outputs.logits), images)
    with pytest.raises(ComponentError, match="Distance has learned nothing yet"):
        Gated()(outputs, images)
