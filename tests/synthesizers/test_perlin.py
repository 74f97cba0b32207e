import cv2
import numpy as np
import pytest
import torch

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import Elsewhere, Paste, Perlin, SaliencyPerlin


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_perlin_draws_powers_of_two_and_angles_evenly():
    drawn = Perlin().draw(6000, (64, 48), seeded())
    for scales in drawn["scale"].T:
        assert torch.allclose(
            torch.bincount(scales)[[1, 2, 4, 8, 16, 32]] / 6000, torch.full((6,), 1 / 6), atol=0.02
        )
    angle = torch.rad2deg(drawn["angle"])
    quartiles = angle.quantile(torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]))
    assert torch.allclose(quartiles, torch.tensor([-90.0, -45, 0, 45, 90]), atol=3)
    assert drawn["box"].unique(dim=0).tolist() == [[0, 0, 64, 48]]


@pytest.mark.parametrize("size", [(40, 40), (33, 48)])
def test_the_rotation_is_that_of_opencv(size):
    shape = Perlin(scale=(4, 8))
    drawn = shape.draw(6, size, seeded())
    turned = shape.noise(drawn, size)[:, 0]
    upright = Perlin(scale=(4, 8), rotation=(0, 0)).noise(drawn, size)[:, 0]
    height, width = size
    for made, noise, angle in zip(turned, upright, torch.rad2deg(drawn["angle"]).tolist(), strict=True):
        turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1)
        expected = cv2.warpAffine(noise.numpy(), turn, (width, height), flags=cv2.INTER_LINEAR)
        # OpenCV rounds places to a 32nd of a pixel
        assert np.abs(made.numpy() - expected).mean() < 0.005
        assert np.abs(made.numpy() - expected).max() < 0.1


@pytest.mark.parametrize("quarters", [-1, 1])
def test_a_quarter_turn_is_exact(quarters):
    angles = {"angle": torch.full((3,), quarters * torch.pi / 2)}
    shape = Perlin()
    drawn = Parameters(shape.draw(3, (32, 32), seeded()).host | angles)
    upright = Perlin(rotation=(0, 0)).noise(drawn, (32, 32))
    expected = torch.rot90(upright, quarters, (2, 3))
    torch.testing.assert_close(shape.noise(drawn, (32, 32)), expected, atol=1e-4, rtol=0)


def test_areas_are_those_of_draems_published_code():
    areas = torch.cat(
        [
            Perlin().masks(Perlin().draw(100, (256, 256), seeded(seed)), (256, 256)).mean((1, 2, 3))
            for seed in range(5)
        ]
    )
    # 1000 masks of the published code: mean 4.7%, median 4.5%, 5 to 95% 0.2 to 9.0%, empty 4.2%
    assert areas.mean() == pytest.approx(0.048, abs=0.004)
    assert areas.median() == pytest.approx(0.046, abs=0.003)
    assert areas.quantile(0.95) == pytest.approx(0.090, abs=0.012)
    assert (areas == 0).float().mean() == pytest.approx(0.045, abs=0.03)


def test_a_lower_threshold_takes_more():
    drawn = Perlin().draw(8, (48, 40), seeded())
    low, high = (Perlin(threshold=threshold).masks(drawn, (48, 40)) for threshold in (0.2, 0.5))
    assert (low >= high).all()
    assert low.sum() > high.sum() > 0


def test_saliency_perlin_is_its_three_equations():
    shape, size = SaliencyPerlin(rotation=(0, 0)), (40, 32)
    drawn = shape.draw(24, size, seeded())
    saliency = torch.rand(24, 1, *size, generator=seeded(1)).sqrt()
    noise = Perlin(rotation=(0, 0)).noise(drawn, size)
    for mask, salient, values in zip(shape.guided_masks(drawn, size, saliency), saliency, noise, strict=True):
        threshold = 0.4 + float(salient.sum()) / (size[0] * size[1]) * 0.2
        assert torch.equal(mask, (salient * values > threshold).float())


def test_where_nothing_is_salient_there_is_no_defect():
    shape = SaliencyPerlin(a=0.0)
    drawn = shape.draw(12, (40, 32), seeded())
    assert not shape.guided_masks(drawn, (40, 32), torch.zeros(12, 1, 40, 32)).any()


def test_saliency_perlin_without_a_guide_is_salient_everywhere():
    shape = SaliencyPerlin(b=0.0)
    drawn = shape.draw(8, (40, 32), seeded())
    everywhere = shape.guided_masks(drawn, (40, 32), torch.ones(8, 1, 40, 32))
    assert torch.equal(shape.masks(drawn, (40, 32)), everywhere)
    assert everywhere.any()


def test_paste_hands_on_the_saliency():
    images = torch.rand(8, 3, 40, 32, generator=seeded())
    guide = torch.rand(8, 1, 40, 32, generator=seeded(1)).sqrt()
    shape = SaliencyPerlin()
    made = Paste(shape, Elsewhere())(images, seeded(), guide=guide)
    expected = shape.guided_masks(made.parameters.scope("shape"), (40, 32), guide)
    assert torch.equal(made.masks, expected)
    assert torch.equal(made.defective, expected.flatten(1).any(dim=1))


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        (Perlin, {"scale": (1, 24)}),
        (Perlin, {"scale": (0, 8)}),
        (Perlin, {"scale": (8, 4)}),
        (Perlin, {"octaves": 0}),
        (Perlin, {"persistence": 0.0}),
        (Perlin, {"rotation": (10, -10)}),
        (SaliencyPerlin, {"a": -0.1}),
        (SaliencyPerlin, {"a": 1.0}),
        (SaliencyPerlin, {"a": 1.5, "octaves": 2}),
        (SaliencyPerlin, {"b": float("inf")}),
        (SaliencyPerlin, {"scale": (1, 3)}),
    ],
)
def test_wrong_options_are_refused(shape, options):
    with pytest.raises(ValueError, match=f"^{next(iter(options))} must be"):
        shape(**options)


def test_no_noise_is_above_the_most_that_it_can_be():
    shape = SaliencyPerlin(octaves=3, rotation=(0, 0))
    drawn = shape.draw(64, (32, 32), torch.Generator().manual_seed(0))
    assert 0.4 * shape.most < shape.noise(drawn, (32, 32)).max() <= shape.most
    assert SaliencyPerlin().most == 1
    drawn = SaliencyPerlin().draw(64, (64, 64), torch.Generator().manual_seed(0))
    assert 0.8 < SaliencyPerlin(rotation=(0, 0)).noise(drawn, (64, 64)).max() <= 1
