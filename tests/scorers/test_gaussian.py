from math import ceil

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Outputs
from synth_anomaly.scorers import TopMean, gaussian_smoothed, top_mean
from synth_anomaly.testing import check_scorer


@pytest.mark.parametrize("sigma", [0.3, 0.8, 1.0, 2.0, 3.5, 9.0])
@pytest.mark.parametrize("size", [(20, 31), (5, 3), (1, 1)])
def test_smoothing_is_scipys(sigma, size):
    maps = torch.rand(2, 1, *size)
    for ours, values in zip(gaussian_smoothed(maps, sigma)[:, 0], maps[:, 0].double().numpy(), strict=True):
        expected = gaussian_filter(values, sigma, mode="nearest", radius=ceil(3 * sigma))
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("sigma", [1.0, 2.0, 4.0])
def test_whole_standard_deviations_are_cut_off_at_three(sigma):
    maps = torch.rand(1, 1, 24, 24)
    expected = gaussian_filter(maps[0, 0].double().numpy(), sigma, mode="nearest", truncate=3)
    np.testing.assert_allclose(gaussian_smoothed(maps, sigma)[0, 0], expected, rtol=1e-4)


def test_autocast_changes_nothing():
    maps = torch.rand(1, 1, 24, 24)
    expected = gaussian_smoothed(maps, 2.0)
    with torch.autocast("cpu", torch.bfloat16):
        got = gaussian_smoothed(maps, 2.0)
    assert torch.equal(got, expected)


def test_no_smoothing_returns_the_maps():
    maps = torch.rand(1, 1, 4, 4)
    assert gaussian_smoothed(maps, 0) is maps


@pytest.mark.parametrize("share", [0.002, 0.1, 1.0])
def test_the_top_mean_is_that_of_the_sorted_pixels(share):
    maps = torch.rand(3, 1, 20, 30)
    highest = maps.flatten(1).sort(dim=1, descending=True).values[:, : max(1, round(share * 600))]
    torch.testing.assert_close(top_mean(maps, share), highest.mean(dim=1))


@pytest.mark.parametrize("scorer", [TopMean(), TopMean(0.1, 2.0), TopMean(1.0)])
def test_top_mean_is_a_scorer(scorer):
    check_scorer(scorer)


def test_the_smallest_share_is_the_maximum_and_the_map_is_smoothed():
    logits = torch.randn(2, 1, 16, 16)
    made = TopMean(1e-9, smoothing=1.0)(Outputs(logits=logits), torch.zeros(2, 3, 16, 16))
    torch.testing.assert_close(made.maps, gaussian_smoothed(logits.sigmoid(), 1.0))
    assert torch.equal(made.scores, made.maps.amax(dim=(1, 2, 3)))


@pytest.mark.parametrize("options", [{"share": 0.0}, {"share": 1.5}, {"smoothing": -1.0}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(OptionError, match=r"share takes a number in \(0, 1\]"):
        TopMean(**options)
