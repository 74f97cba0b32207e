import pytest
import torch
from torch.nn import functional as F

from synth_anomaly.backbones import Deviation, FittedModule, ResNet18, frozen_features
from synth_anomaly.errors import ComponentError, DataError, OptionError
from synth_anomaly.interfaces import Backbone, FitsFeatures, TransformsFeatures
from synth_anomaly.randomness import forked_rng
from synth_anomaly.testing import check_fits_features
from synth_anomaly.testing.backbone import check_feature_maps

REFERENCES = ("auto", "position", "prototypes", "both")


def trunk():
    return ResNet18(width=4, out_levels=(1, 2, 3)).eval()


def noise(count, seed=0):
    """Features by position around an image, of three levels."""
    generator = torch.Generator().manual_seed(seed)
    shapes = ((4, 12, 16), (8, 6, 8), (16, 3, 4))
    still = [torch.randn(shape, generator=torch.Generator().manual_seed(9)) for shape in shapes]
    return [3 * image + torch.randn(count, *image.shape, generator=generator) for image in still]


def fitted(reference="auto", features=None, **options):
    made = Deviation(trunk(), reference, **options)
    with forked_rng(0):
        made.fit([noise(24) if features is None else features])
    return made


@pytest.mark.parametrize("reference", REFERENCES)
def test_it_is_a_backbone_that_is_fitted(reference):
    made = Deviation(trunk(), reference)
    assert all(isinstance(made, kind) for kind in (Backbone, FitsFeatures, TransformsFeatures))
    check_fits_features(made)


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("size", [(64, 64), (65, 97)])
def test_its_maps_are_as_declared(reference, size):
    made = Deviation(trunk(), reference)
    made.fit([made.trunk(torch.rand(4, 3, *size))])
    check_feature_maps(made, torch.rand(2, 3, *size))
    assert made.strides == (4, 8, 16)
    assert made.channels == ((4, 16, 32) if reference in ("auto", "both") else (4, 8, 16))


def test_by_position_it_is_the_formula():
    made, good, seen = fitted("position"), noise(24), noise(3, seed=1)
    for got, known, feature in zip(made.transform(seen), good, seen, strict=True):
        variance = F.avg_pool2d(known.var(dim=0)[None], 3, 1, 1, count_include_pad=False)[0]
        overall = known.movedim(1, 0).flatten(1).var(dim=1, correction=0)
        expected = (feature - known.mean(dim=0)) / (variance + overall[:, None, None] / 20).sqrt()
        torch.testing.assert_close(got, expected.clamp(-8, 8), rtol=1e-3, atol=1e-4)


def test_from_prototypes_it_is_the_difference_from_the_nearest():
    made, good, seen = fitted("prototypes", prototypes=1 << 20), noise(4), noise(2, seed=1)
    with forked_rng(0):
        made.fit([good])
    coarse = 2  # so few cells that all of them are prototypes
    flat = good[coarse].movedim(1, -1).flatten(0, 2)
    centre, spread = flat.mean(dim=0), flat.std(dim=0, correction=0)
    known = (flat - centre) / spread
    cells = (seen[coarse].movedim(1, -1) - centre) / spread
    expected = cells - known[torch.cdist(cells.flatten(0, 2), known).argmin(dim=1)].reshape(cells.shape)
    got = made.transform(seen)[coarse].movedim(1, -1)
    torch.testing.assert_close(got, expected.clamp(-8, 8), rtol=1e-3, atol=1e-3)
    assert all(level.abs().max() < 1e-3 for level in made.transform(good)[coarse:])


def test_fresh_good_images_deviate_by_about_one_and_defects_by_more():
    made = fitted("position", noise(200))
    for level, shifted in zip(
        made.transform(noise(50, seed=1)), made.transform([f + 4 for f in noise(50, seed=1)]), strict=True
    ):
        assert level.mean() == pytest.approx(0, abs=0.05)
        assert 0.5 < level.std() < 1.1
        assert shifted.mean() > 2


def test_both_have_the_two_beside_each_other_and_auto_one_of_them():
    seen = noise(2, seed=1)
    position, prototypes = (fitted(reference).transform(seen) for reference in ("position", "prototypes"))
    both = fitted("both").transform(seen)
    assert torch.equal(both[0], position[0])
    for level in (1, 2):
        assert torch.equal(both[level], torch.cat([position[level], prototypes[level]], dim=1))
    loose, strict = (fitted("auto", aligned=aligned) for aligned in (0.0, 1.0))
    assert torch.equal(loose.alignment, strict.alignment)
    assert all(torch.equal(*pair) for pair in zip(strict.transform(seen), both, strict=True))
    for row, level in enumerate(loose.transform(seen)):
        width = position[row].shape[1]
        assert torch.equal(level[:, :width], position[row])
        assert not level[:, width:].any()


def test_auto_tells_aligned_images_from_others():
    shuffled = [torch.randn(24, *level.shape[1:]) for level in noise(1)]
    for features, low, high, said in (
        (noise(24), 0.8, 1.0, "compared by position"),
        (shuffled, -0.2, 0.2, "compared by position and with prototypes"),
    ):
        made = Deviation(trunk())
        (line,) = made.fit([features])
        assert low <= made.alignment <= high
        assert f"alignment of the good images {made.alignment:.2f}: features are" in line
        assert line.endswith(said)


def test_no_deviation_is_beyond_the_clip():
    made = fitted("both", clip=1.5)
    wild = [100 * level for level in noise(2, seed=1)]
    assert all(level.abs().max() == 1.5 for level in made.transform(wild))


def test_autocast_changes_nothing():
    made, seen = fitted("both"), noise(8, seed=1)
    expected = made.transform(seen)
    with torch.autocast("cpu", torch.bfloat16):
        got = made.transform(seen)
    assert all(map(torch.equal, got, expected))


def test_constant_channels_are_finite():
    still = [torch.zeros_like(level) for level in noise(4)]
    made = fitted("both", still)
    assert all(not level.any() for level in made.transform(still))
    assert all(level.isfinite().all() for level in made.transform(noise(2)))


def test_the_trunk_is_frozen_and_stays_in_evaluation_mode():
    made = Deviation(trunk())
    assert not any(parameter.requires_grad for parameter in made.parameters())
    made.train()
    assert made.training
    assert not made.trunk.training


def test_frozen_features_are_those_of_the_network_in_parts(monkeypatch):
    monkeypatch.setattr("synth_anomaly.backbones.deviation._CACHED_PIXELS", 2 * 32 * 48)
    network, images = trunk(), torch.rand(5, 3, 32, 48)
    for got, expected in zip(frozen_features(network, images), network(images), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)
        assert not got.requires_grad


def test_mistakes_are_said():
    for options in ({"aligned": 1.5}, {"prototypes": 0}, {"clip": 0.0}):
        with pytest.raises(OptionError, match=next(iter(options))):
            Deviation(trunk(), **options)
    with pytest.raises(DataError, match="at least 2 good images"):
        Deviation(trunk()).fit([noise(1)])
    with pytest.raises(DataError, match="at least 2 good images"):
        Deviation(trunk()).fit([])
    with pytest.raises(DataError, match="images of the size that was trained on"):
        fitted().transform([level[..., 1:] for level in noise(2)])
    with pytest.raises(ComponentError, match="Deviation has learned nothing yet"):
        Deviation(trunk())(torch.rand(1, 3, 32, 32))


def test_a_fitted_module_loads_buffers_of_any_shape():
    module, other = FittedModule("mean", "rows"), FittedModule("mean", "rows")
    assert not module.is_fitted
    module.learn(mean=torch.ones(3))
    assert not module.is_fitted
    module.learn(rows=torch.ones(2, 5))
    assert module.is_fitted
    other.load_state_dict(module.state_dict())
    assert torch.equal(other.rows, torch.ones(2, 5))
    with pytest.raises(RuntimeError, match="Missing"):
        other.load_state_dict({"mean": torch.ones(3)})
