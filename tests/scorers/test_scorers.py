import numpy as np
import pytest
import torch
from scipy.ndimage import uniform_filter

from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.interfaces import Outputs, Scorer
from synth_anomaly.scorers import FeatureMatching, Max, MeanPoolMax, Sum, anomaly_map, mean_pool

SCORERS = [Max(), MeanPoolMax(), MeanPoolMax(window=3), Sum(), FeatureMatching(), FeatureMatching(0.5, 2.0)]


@pytest.fixture(params=SCORERS, ids=lambda scorer: type(scorer).__name__)
def scorer(request):
    return request.param


@pytest.fixture
def images():
    return torch.rand(3, 3, 12, 17, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def outputs():
    generator = torch.Generator().manual_seed(1)
    return Outputs(
        logits=torch.randn(3, 1, 12, 17, generator=generator),
        reconstruction=torch.rand(3, 3, 12, 17, generator=generator),
        features=tuple(torch.randn(2, 3, 8, 2, 2, generator=generator)),
    )


def test_one_float32_score_an_image_and_the_map_as_it_is(scorer, images, outputs):
    assert isinstance(scorer, Scorer)
    prediction = scorer(outputs, images)
    assert (prediction.scores.shape, prediction.scores.dtype) == ((3,), torch.float32)
    torch.testing.assert_close(prediction.maps, outputs.logits.sigmoid())
    assert prediction.reconstruction is outputs.reconstruction


def test_a_batch_is_its_images_one_by_one(scorer, images, outputs):
    together = scorer(outputs, images)
    for row in range(3):
        one = slice(row, row + 1)
        alone = scorer(
            Outputs(
                outputs.logits[one], outputs.reconstruction[one], tuple(f[one] for f in outputs.features)
            ),
            images[one],
        )
        torch.testing.assert_close(alone.scores, together.scores[one])
        torch.testing.assert_close(alone.maps, together.maps[one])


def test_half_precision_outputs_are_scored_in_float32(scorer, images, outputs):
    half = Outputs(
        outputs.logits.bfloat16(),
        outputs.reconstruction.bfloat16(),
        tuple(feature.bfloat16() for feature in outputs.features),
    )
    with torch.autocast("cpu", torch.bfloat16):
        prediction = scorer(half, images)
    assert prediction.maps.dtype == prediction.scores.dtype == torch.float32
    torch.testing.assert_close(prediction.scores, scorer(outputs, images).scores, rtol=0.02, atol=0.02)


@pytest.mark.parametrize("scorer", SCORERS[:4])
def test_scores_rise_with_the_map(scorer, images, outputs):
    more = Outputs(logits=outputs.logits + 1)
    assert (scorer(more, images).scores > scorer(Outputs(logits=outputs.logits), images).scores).all()


def test_without_logits_the_map_is_the_squared_error(images, outputs):
    maps = anomaly_map(Outputs(reconstruction=outputs.reconstruction), images)
    expected = ((images - outputs.reconstruction).numpy() ** 2).mean(axis=1, keepdims=True)
    np.testing.assert_allclose(maps.numpy(), expected, rtol=1e-6)


def test_outputs_without_a_map_are_refused_in_words(scorer, images, outputs):
    with pytest.raises(ComponentError, match="needs outputs"):
        scorer(Outputs(features=outputs.features), images)


def test_max_and_sum_are_numpys(images, outputs):
    maps = outputs.logits.sigmoid().numpy()
    np.testing.assert_allclose(Max()(outputs, images).scores, maps.max(axis=(1, 2, 3)))
    np.testing.assert_allclose(Sum()(outputs, images).scores, maps.sum(axis=(1, 2, 3)), rtol=1e-6)


@pytest.mark.parametrize("window", [1, 3, 7, 21])
def test_mean_pooling_is_scipys_over_the_pixels_that_there_are(window, outputs):
    maps = outputs.logits.sigmoid()
    pooled = mean_pool(maps, window)
    assert pooled.shape == maps.shape
    for ours, values in zip(pooled[:, 0].numpy(), maps[:, 0].double().numpy(), strict=True):
        total = uniform_filter(values, window, mode="constant")
        share = uniform_filter(np.ones_like(values), window, mode="constant")
        np.testing.assert_allclose(ours, total / share, rtol=1e-5)


def test_a_defect_counts_the_same_at_the_border():
    logits = torch.full((2, 1, 32, 32), -50.0)
    logits[0, :, 10:20, 10:20] = 50
    logits[1, :, :10, :10] = 50
    centre, corner = MeanPoolMax(window=5)(Outputs(logits=logits), torch.zeros(2, 3, 32, 32)).scores
    torch.testing.assert_close(centre, corner)


@pytest.mark.parametrize("window", [0, 2, -3])
def test_windows_that_have_no_centre_are_refused(window):
    with pytest.raises(OptionError, match="odd number"):
        MeanPoolMax(window)


def test_feature_matching_is_equation_5(images, outputs):
    real, fake = (feature.numpy() for feature in outputs.features)
    features = ((real - fake) ** 2).mean(axis=(1, 2, 3))
    pixels = ((images - outputs.reconstruction).numpy() ** 2).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(FeatureMatching()(outputs, images).scores, features + 0.1 * pixels, rtol=1e-5)


def test_a_term_of_weight_zero_needs_nothing(images, outputs):
    only_images = Outputs(reconstruction=outputs.reconstruction)
    assert FeatureMatching(alpha=0.0)(only_images, images).scores.shape == (3,)
    only_features = Outputs(logits=outputs.logits, features=outputs.features)
    assert FeatureMatching(beta=0.0)(only_features, images).scores.shape == (3,)
    with pytest.raises(ComponentError, match=r"features = \(real, fake\), got 0"):
        FeatureMatching()(only_images, images)
    with pytest.raises(ComponentError, match="beta = 0"):
        FeatureMatching()(only_features, images)
