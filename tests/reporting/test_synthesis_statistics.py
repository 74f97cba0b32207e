"""The statistics of defects, against NumPy and SciPy."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from synth_anomaly.reporting.synthesis.statistics import (
    DefectMeasures,
    defect_statistics,
    measure_defects,
    ring_width,
)


def blobs(count, size, seed=0, share=0.1):
    """Images, the same with other pixels in some blobs, and the blobs; the first image has none."""
    random = np.random.default_rng(seed)
    noise = np.stack([ndimage.gaussian_filter(random.normal(size=size), 3) for _ in range(count)])
    masks = (noise > np.quantile(noise, 1 - share)) * random.uniform(0.1, 1, (count, *size))
    masks[0] = 0
    before = random.random((count, 3, *size))
    after = np.where(masks[:, None] > 0, random.random(before.shape), before)
    return [torch.tensor(values, dtype=torch.float32) for values in (before, after, masks[:, None])]


def measured_by_scipy(before, after, mask):
    """The same measures of one sample, pixel by pixel."""
    before, after, defect = before.numpy(), after.numpy(), mask[0].numpy() > 0
    side = 2 * ring_width(*defect.shape) + 1
    ring = ndimage.binary_dilation(defect, np.ones((side, side))) & ~defect
    changed = (np.abs(after - before) > 0.99 / 255).any(axis=0)

    def contrast(image):
        if not defect.any() or not ring.any():
            return np.nan
        return np.abs(image[:, defect] - image[:, ring].mean(axis=1, keepdims=True)).mean()

    return defect.mean(), changed.mean(), contrast(after), contrast(before)


@pytest.mark.parametrize("size", [(64, 64), (50, 80), (96, 33)])
def test_against_scipy(size):
    before, after, masks = blobs(5, size)
    made = measure_defects(before, after, masks)
    expected = np.array([measured_by_scipy(*sample) for sample in zip(before, after, masks, strict=True)]).T
    ours = np.stack([made.area, made.changed, made.contrast, made.contrast_before])
    np.testing.assert_allclose(ours, expected, rtol=1e-5)
    assert np.isnan(expected[2, 0])


def test_distribution_against_numpy():
    made = measure_defects(*blobs(24, (40, 40)))
    areas = made.area.numpy()[made.area.numpy() > 0]
    figures = defect_statistics(made)
    assert figures.count == 24
    assert figures.empty == pytest.approx(1 - len(areas) / 24)
    np.testing.assert_allclose(figures.areas, np.sort(areas))
    np.testing.assert_allclose(
        (figures.area_mean, figures.area_low, figures.area_median, figures.area_high),
        (areas.mean(), *np.percentile(areas, (5, 50, 95))),
    )
    shown = made.area.numpy() > 0
    assert figures.changed == pytest.approx(made.changed.numpy()[shown].mean())
    assert figures.contrast == pytest.approx(np.nanmean(made.contrast.numpy()[shown]))
    assert figures.contrast_before == pytest.approx(np.nanmean(made.contrast_before.numpy()[shown]))


def test_a_white_square_on_black():
    before, masks = torch.zeros(1, 3, 64, 64), torch.zeros(1, 1, 64, 64)
    masks[..., 8:24, 8:40] = 1
    made = measure_defects(before, before + masks, masks)
    assert float(made.area) == float(made.changed) == 16 * 32 / 64**2
    assert float(made.contrast) == 1
    assert float(made.contrast_before) == 0


def test_what_lies_beyond_the_ring_does_not_count():
    before, after, masks = blobs(2, (64, 64), share=0.01)
    mask = masks[1, 0].numpy() > 0
    far = ~ndimage.binary_dilation(mask, np.ones((5, 5)))
    other = torch.where(torch.tensor(far), 1 - after, after)
    first, second = measure_defects(before, after, masks), measure_defects(before, other, masks)
    assert float(first.contrast[1]) == float(second.contrast[1])
    assert float(first.changed[1]) < float(second.changed[1])


def test_batches_joined_are_one_batch():
    tensors = blobs(7, (32, 32))
    parts = [measure_defects(*(tensor[rows] for tensor in tensors)) for rows in (slice(3), slice(3, 7))]
    assert defect_statistics(DefectMeasures.join(parts)) == defect_statistics(measure_defects(*tensors))


def test_nothing_to_measure_is_nan():
    blank = torch.rand(3, 3, 16, 16)
    figures = defect_statistics(measure_defects(blank, blank, torch.zeros(3, 1, 16, 16)))
    assert (figures.count, figures.empty, figures.areas) == (3, 1.0, ())
    assert all(np.isnan([figures.area_mean, figures.area_median, figures.changed, figures.contrast]))


@pytest.mark.parametrize("size", [(16, 16), (1, 1)])
def test_a_full_mask_has_no_ring(size):
    before = torch.rand(2, 3, *size)
    figures = defect_statistics(measure_defects(before, 1 - before, torch.ones(2, 1, *size)))
    assert figures.area_mean == 1
    assert np.isnan(figures.contrast)


def test_bfloat16_is_measured_in_float32():
    before, after, masks = blobs(3, (32, 32))
    coarse = measure_defects(before.bfloat16(), after.bfloat16(), masks.bfloat16())
    fine = measure_defects(before.bfloat16().float(), after.bfloat16().float(), masks)
    assert torch.equal(coarse.contrast[1:], fine.contrast[1:])
