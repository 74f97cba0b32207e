import pytest
import torch
from scipy import stats

from synth_anomaly.synthesizers import GammaRectangle


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_half_sides_follow_the_gamma_distribution():
    size = (4096, 2048)
    box = GammaRectangle(most=0.5).draw(4000, size, seeded())["box"]
    for axis, length in enumerate(size):
        half = box[:, 2 + axis].numpy() / length / 2
        inside = half[half < 0.5]
        law = stats.gamma(2, loc=0.03, scale=0.05)
        assert stats.kstest(inside, lambda x, law=law: law.cdf(x) / law.cdf(0.5)).pvalue > 1e-4
    assert (box[:, :2] >= 0).all()
    assert (box[:, :2] + box[:, 2:] <= torch.tensor(size)).all()


def test_sides_have_limits():
    box = GammaRectangle(scale=1.0, most=0.2).draw(200, (100, 50), seeded())["box"]
    assert box[:, 2:].amax(dim=0).tolist() == [40, 20]
    assert (
        GammaRectangle(least=0.0, most=0.0).draw(3, (9, 9), seeded())["box"][:, 2:].tolist() == [[1, 1]] * 3
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"concentration": 0}, "concentration must be"),
        ({"scale": -0.1}, "scale must be"),
        ({"least": 0.3, "most": 0.2}, "least and most"),
        ({"most": 0.6}, "least and most"),
    ],
)
def test_wrong_rectangles(options, message):
    with pytest.raises(ValueError, match=message):
        GammaRectangle(**options)
